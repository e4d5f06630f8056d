"""The extra `keyslot[agents]` with the real package."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Dict, List

import pytest
from conftest import VALUE

from keyslot import Scope

agents = pytest.importorskip("agents")

from agents import Agent, Model, ModelResponse, RunConfig, Runner, Usage  # noqa: E402
from agents.tracing import TracingProcessor, set_trace_processors  # noqa: E402
from openai.types.responses import (  # noqa: E402
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputText,
)

from keyslot.agents import function_tool  # noqa: E402

MASK = "<<$secret.STRIPE_KEY>>"


class Scripted(Model):
    """A model that calls the tool once, and then says that it is done."""

    def __init__(self, name: str, args: Dict[str, Any]) -> None:
        self.call = ResponseFunctionToolCall(
            type="function_call", call_id="1", id="1", name=name, arguments=json.dumps(args)
        )
        self.inputs: List[Any] = []

    async def get_response(self, *args: Any, **kwargs: Any) -> ModelResponse:
        given = args[1] if len(args) > 1 else kwargs["input"]
        self.inputs.append(repr(given))
        output: Any = self.call
        if len(self.inputs) > 1:
            text = ResponseOutputText(type="output_text", text="done", annotations=[])
            output = ResponseOutputMessage(
                id="2", type="message", role="assistant", status="completed", content=[text]
            )
        return ModelResponse(output=[output], usage=Usage(), response_id=None)

    def stream_response(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError


class Everything(TracingProcessor):
    """Keeps all spans."""

    def __init__(self) -> None:
        self.told: List[str] = []

    def on_trace_start(self, trace: Any) -> None:
        pass

    def on_trace_end(self, trace: Any) -> None:
        self.told.append(json.dumps(trace.export()))

    def on_span_start(self, span: Any) -> None:
        pass

    def on_span_end(self, span: Any) -> None:
        self.told.append(json.dumps(span.export(), default=repr))

    def shutdown(self) -> None:
        pass

    def force_flush(self) -> None:
        pass


def run(tool: Any, args: Dict[str, Any]) -> str:
    """Runs an agent, and returns all that history, model and traces were told."""
    told, model = Everything(), Scripted(tool.name, args)
    set_trace_processors([told])
    agent: Any = Agent(name="agent", model=model, tools=[tool])
    result = asyncio.run(Runner.run(agent, "go", run_config=RunConfig()))
    assert len(model.inputs) == 2 and result.final_output == "done"
    assert any("function" in one for one in told.told)
    return repr(result.to_input_list()) + repr(model.inputs) + repr(told.told)


def fetch(path: str, token: str) -> Dict[str, Any]:
    """Calls the API."""
    if path == "/fail":
        raise ValueError(f"{token} is refused")
    return {"echo": token, "size": len(token)}


@pytest.mark.parametrize("path", ["/v1", "/fail"])
def test_history_and_traces_hold_no_value(scope: Scope, path: str) -> None:
    tool = function_tool(scope, fetch, "api.stripe.com", ["STRIPE_KEY"])
    assert tool.name == "fetch" and tool.description == "Calls the API."
    assert sorted(tool.params_json_schema["properties"]) == ["path", "token"]
    told = run(tool, {"path": path, "token": MASK})
    assert VALUE not in told and MASK in told
    assert str(len(VALUE)) in told or path == "/fail"


def test_the_control_an_unguarded_tool(scope: Scope) -> None:
    @agents.function_tool
    def unguarded(token: str) -> str:
        """Calls the API."""
        return str(scope.resolve(token).get_secret_value())

    assert VALUE in run(unguarded, {"token": MASK})
