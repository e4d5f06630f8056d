"""Calls of MCP servers: arguments resolved by grants, results redacted."""

from __future__ import annotations

import asyncio
from typing import Any, Awaitable, Callable, Dict, Optional, Protocol

from ._guard import Call, GrantsLike, resolve_call
from ._keyslot import Scope, Target

__all__ = ["guard_call"]


class Caller(Protocol):
    """A ``Client`` or ``ClientSession`` of the package ``mcp``."""

    @property
    def call_tool(self) -> Callable[..., Awaitable[Any]]: ...


def guard_call(
    scope: Scope,
    caller: Caller,
    host: Optional[str] = None,
    grants: GrantsLike = None,
    *,
    url: Optional[str] = None,
) -> Callable[..., Awaitable[Any]]:
    """Returns a guarded ``call_tool`` of a client or session, for the host that it talks to.

    The target has the name of the tool that is called. The result has the same class as that of
    ``call_tool``, with placeholders in place of values.
    """

    async def call_tool(name: str, arguments: Optional[Dict[str, Any]] = None, **more: Any) -> Any:
        target = Target(name, url=url) if url is not None else Target(name, host=host)
        call = await asyncio.to_thread(resolve_call, scope, target, arguments or {}, grants)
        result, failed = await _send(caller, name, call, more)
        if failed is not None:
            raise failed
        return result

    return call_tool


async def _send(
    caller: Caller, name: str, call: Call, more: Dict[str, Any]
) -> tuple[Any, Optional[BaseException]]:
    """Sends one call. Its frames, which hold values, are gone when this returns."""
    try:
        result = await caller.call_tool(name, call.values(), **more)
        shown = call.redact(result.model_dump(mode="json", by_alias=True))
        return type(result).model_validate(shown), None
    except BaseException as error:
        return None, call.ended(error)
