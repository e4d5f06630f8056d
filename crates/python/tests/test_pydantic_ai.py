"""The extra `keyslot[pydantic-ai]` with the real package."""

from __future__ import annotations

import asyncio
from typing import Any, Dict, List

import pytest
from conftest import VALUE

import keyslot
from keyslot import Scope

pydantic_ai = pytest.importorskip("pydantic_ai")

from pydantic_ai import Agent, DeferredToolRequests, ModelRetry, RunContext  # noqa: E402
from pydantic_ai import exceptions as steering  # noqa: E402
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart  # noqa: E402
from pydantic_ai.models.function import AgentInfo, FunctionModel  # noqa: E402

from keyslot.pydantic_ai import guard_tool  # noqa: E402

MASK = "<<$secret.STRIPE_KEY>>"
SEEN: List[Any] = []


def model(args: Dict[str, Any]) -> FunctionModel:
    """A model that calls the tool once, and then says that it is done."""

    def respond(messages: List[ModelMessage], info: AgentInfo) -> ModelResponse:
        calls = [
            part for message in messages for part in message.parts if part.part_kind == "tool-call"
        ]
        if len(calls) < 2 and "retry" in args or not calls:
            return ModelResponse(parts=[ToolCallPart("fetch", args)])
        return ModelResponse(parts=[TextPart("done")])

    return FunctionModel(respond)


def fetch(context: RunContext[str], token: str, retry: bool = False) -> Dict[str, Any]:
    """Calls the API."""
    SEEN.append((context.deps, token))
    if retry and len(SEEN) < 2:
        raise ModelRetry(f"{token} is refused")
    return {"echo": token}


@pytest.mark.parametrize("retry", [False, True])
def test_history_holds_no_value(scope: Scope, retry: bool) -> None:
    SEEN.clear()
    guarded = guard_tool(scope, fetch, "api.stripe.com", ["STRIPE_KEY"])
    assert guarded.name == "fetch" and guarded.description == "Calls the API."
    args: Dict[str, Any] = {"token": MASK, "retry": True} if retry else {"token": MASK}
    agent = Agent(model(args), deps_type=str, tools=[guarded])
    result = agent.run_sync("go", deps="ada")
    assert SEEN == [("ada", VALUE)] * (2 if retry else 1)
    history = result.all_messages_json().decode()
    assert VALUE not in history and VALUE not in repr(result.all_messages())
    assert history.count("secret.STRIPE_KEY") >= 2, "of the model, and of the tool"


def raising(error: Any) -> Any:
    """A tool whose exception is made with the value that it got."""

    def fetch(token: str) -> str:
        """Calls the API."""
        raise error(token)

    return fetch


STEERING: Dict[str, Any] = {
    "ApprovalRequired": lambda token: steering.ApprovalRequired({"for": [token]}),
    "CallDeferred": lambda token: steering.CallDeferred({"for": [token]}, kind="question"),
    "SkipToolExecution": lambda token: steering.SkipToolExecution({"for": token}),
    "ModelRetry": lambda token: steering.ModelRetry(f"{token} is refused"),
    "ToolFailed": lambda token: steering.ToolFailed(f"{token} is refused"),
    "UsageLimitExceeded": lambda token: steering.UsageLimitExceeded(f"{token} is refused"),
    "RunCancelled": lambda token: steering.RunCancelled(f"{token} is refused"),
}


@pytest.mark.parametrize("name", STEERING)
@pytest.mark.parametrize("is_async", [False, True])
def test_what_steers_a_run_stays_and_holds_no_value(
    scope: Scope, name: str, is_async: bool
) -> None:
    function = raising(STEERING[name])

    async def later(token: str) -> str:
        """Calls the API."""
        return str(function(token))

    tool = later if is_async else function
    guarded = guard_tool(scope, tool, "api.stripe.com", ["STRIPE_KEY"], name="fetch").function
    with pytest.raises(getattr(steering, name)) as raised:
        result: Any = guarded(MASK)  # type: ignore[call-arg, arg-type]
        asyncio.run(result)
    error = raised.value
    held = repr((error, error.args, vars(error)))
    assert VALUE not in held and MASK in held
    assert error.__context__ is None and error.__cause__ is None
    assert getattr(error, "kind", "question") == "question"
    # The control: the same exception of the tool itself.
    with pytest.raises(getattr(steering, name)) as raised:
        function(VALUE)
    assert VALUE in repr((raised.value, raised.value.args, vars(raised.value)))


def test_what_fails_or_cannot_be_redacted_is_a_failed_tool(scope: Scope) -> None:
    endless: List[Any] = []
    endless.append(endless)
    for error in (
        lambda token: ValueError(f"{token} is refused"),
        lambda token: steering.UserError(f"{token} is refused"),
        lambda token: steering.ApprovalRequired({token: endless}),
    ):
        guarded = guard_tool(scope, raising(error), "api.stripe.com", ["STRIPE_KEY"]).function
        with pytest.raises(keyslot.errors.ToolFailed) as raised:
            guarded(MASK)  # type: ignore[call-arg, arg-type]
        assert VALUE not in repr((raised.value, vars(raised.value)))


def test_a_run_ends_with_the_calls_that_wait_for_approval(scope: Scope) -> None:
    guarded = guard_tool(
        scope, raising(STEERING["ApprovalRequired"]), "api.stripe.com", ["STRIPE_KEY"]
    )
    agent: Any = Agent(
        model({"token": MASK}), tools=[guarded], output_type=[str, DeferredToolRequests]
    )
    result = agent.run_sync("go")
    assert isinstance(result.output, DeferredToolRequests)
    [call] = result.output.approvals
    assert result.output.metadata[call.tool_call_id] == {"for": [MASK]}
    assert VALUE not in repr(result.output) + result.all_messages_json().decode()


def test_the_control_an_unguarded_tool(scope: Scope) -> None:
    def unguarded(token: str) -> str:
        """Calls the API."""
        return str(scope.resolve(token).get_secret_value())

    agent = Agent(model({"token": MASK}), tools=[pydantic_ai.Tool(unguarded, name="fetch")])
    assert VALUE in agent.run_sync("go").all_messages_json().decode()


def test_traces_hold_no_value(scope: Scope) -> None:
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    from pydantic_ai.models.instrumented import InstrumentationSettings

    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    guarded = guard_tool(scope, fetch, "api.stripe.com", ["STRIPE_KEY"])
    settings = InstrumentationSettings(tracer_provider=provider)
    agent = Agent(model({"token": MASK}), deps_type=str, tools=[guarded])
    agent.instrument = settings
    agent.run_sync("go", deps="ada")
    traced = "".join(span.to_json() for span in spans.get_finished_spans())
    assert VALUE not in traced and "STRIPE_KEY" in traced
