"""The extra `keyslot[langchain]` with the real package."""

from __future__ import annotations

import asyncio
from typing import Any, Dict, List

import pytest
from conftest import VALUE

from keyslot import Scope
from keyslot.errors import ToolFailed

langchain_core = pytest.importorskip("langchain_core")

from langchain_core.callbacks import BaseCallbackHandler  # noqa: E402
from langchain_core.runnables import RunnableConfig  # noqa: E402
from langchain_core.tools import BaseTool, StructuredTool, ToolException, tool  # noqa: E402

from keyslot.langchain import guard_tool  # noqa: E402

MASK = "<<$secret.STRIPE_KEY>>"


class Everything(BaseCallbackHandler):
    """Keeps all that callbacks are told."""

    def __init__(self) -> None:
        self.told: List[str] = []

    def _keep(self, *args: Any, **kwargs: Any) -> None:
        self.told.append(repr((args, kwargs)))

    on_tool_start = on_tool_end = on_tool_error = _keep


@tool
def fetch(path: str, headers: Dict[str, str]) -> Dict[str, Any]:
    """Calls the API."""
    if path == "/fail":
        raise ToolException(f"401 for {headers}")
    if path == "/crash":
        raise ValueError(f"401 for {headers}")
    return {"size": len(headers["auth"]), "echo": headers}


def call(guarded: BaseTool, path: str, seen: Everything) -> Any:
    args = {"path": path, "headers": {"auth": MASK}}
    return guarded.invoke(
        {"name": "fetch", "args": args, "id": "1", "type": "tool_call"}, {"callbacks": [seen]}
    )


def test_callbacks_and_messages_hold_no_value(scope: Scope) -> None:
    seen = Everything()
    guarded = guard_tool(scope, fetch, "api.stripe.com", ["STRIPE_KEY"])
    message = call(guarded, "/v1", seen)
    assert f'"size": {len(VALUE)}' in message.content and MASK in message.content
    assert len(seen.told) == 2 and VALUE not in repr(seen.told) + repr(message)
    assert guarded.args == fetch.args and guarded.name == "fetch"


def test_the_control_a_wrapper_that_invokes_the_inner_tool(scope: Scope) -> None:
    seen = Everything()

    def outer(path: str, headers: Dict[str, str]) -> Any:
        """Resolves, and invokes the tool."""
        resolved = scope.resolve({"path": path, "headers": headers})
        return fetch.invoke(resolved.get_secret_value(), {"callbacks": [seen]})

    StructuredTool.from_function(outer).invoke({"path": "/v1", "headers": {"auth": MASK}})
    assert VALUE in repr(seen.told)


def test_errors_hold_no_value(scope: Scope) -> None:
    seen = Everything()
    guarded = guard_tool(scope, fetch, "api.stripe.com", ["STRIPE_KEY"])
    with pytest.raises(ToolException) as told:
        call(guarded, "/fail", seen)
    with pytest.raises(ToolFailed) as failed:
        call(guarded, "/crash", seen)
    assert MASK in str(told.value) and MASK in str(failed.value)
    assert len(seen.told) == 4 and VALUE not in repr(seen.told)
    for error in (told.value, failed.value):
        assert error.__context__ is None and error.__cause__ is None


def test_functions_coroutines_and_configs(scope: Scope) -> None:
    async def later(token: str, config: RunnableConfig) -> str:
        """Calls later."""
        return f"{token} {sorted(config)[0]}"

    guarded = guard_tool(
        scope, StructuredTool.from_function(coroutine=later), grants=["STRIPE_KEY"]
    )
    assert MASK in asyncio.run(guarded.ainvoke({"token": MASK}))

    def plain(token: str) -> int:
        """Counts."""
        return len(token)

    assert guard_tool(scope, plain, grants=["STRIPE_KEY"]).invoke({"token": MASK}) == len(VALUE)

    @tool(response_format="content_and_artifact")
    def pair(token: str) -> Any:
        """Gives two."""
        return f"with {token}", {"raw": token}

    both = guard_tool(scope, pair, grants=["STRIPE_KEY"])
    message = both.invoke({"name": "pair", "args": {"token": MASK}, "id": "1", "type": "tool_call"})
    assert (message.content, message.artifact) == (f"with {MASK}", {"raw": MASK})


def test_tools_without_a_function_are_refused(scope: Scope) -> None:
    class Own(BaseTool):
        name: str = "own"
        description: str = "Own."

        def _run(self, token: str) -> str:
            return token

    with pytest.raises(TypeError):
        guard_tool(scope, Own())
