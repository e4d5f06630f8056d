"""The extra `keyslot[pydantic-ai]` with the real package."""

from __future__ import annotations

from typing import Any, Dict, List

import pytest
from conftest import VALUE

from keyslot import Scope

pydantic_ai = pytest.importorskip("pydantic_ai")

from pydantic_ai import Agent, ModelRetry, RunContext  # noqa: E402
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
