"""Tools of Pydantic AI: the messages and traces hold what the model wrote, and no value."""

from __future__ import annotations

from typing import Any, Callable, Optional

from pydantic_ai import Tool, exceptions

from ._guard import Call, GrantsLike, guard
from ._keyslot import Scope

__all__ = ["guard_tool"]

#: Exceptions by which a tool tells the framework to go on in another way, and that hold a message.
_TOLD = tuple(
    getattr(exceptions, name)
    for name in ("ModelRetry", "ToolFailed", "UsageLimitExceeded", "RunCancelled")
    # Older versions have not all of them.
    if hasattr(exceptions, name)
)


def _remake(call: Call, error: BaseException) -> Optional[BaseException]:
    """Makes an exception anew that holds data: its class stays, and its data is redacted."""
    if isinstance(error, exceptions.ApprovalRequired):
        return exceptions.ApprovalRequired(call.redact(error.metadata))
    if isinstance(error, exceptions.CallDeferred):
        deferred = exceptions.CallDeferred(call.redact(error.metadata))
        # Older versions have no kind.
        if hasattr(error, "kind"):
            deferred.kind = error.kind
        return deferred
    if isinstance(error, exceptions.SkipToolExecution):
        return exceptions.SkipToolExecution(call.redact(error.result))
    return None


def guard_tool(
    scope: Scope,
    function: Callable[..., Any],
    host: Optional[str] = None,
    grants: GrantsLike = None,
    *,
    url: Optional[str] = None,
    **options: Any,
) -> Tool[Any]:
    """Makes a guarded ``Tool`` of a function; ``options`` are those of ``Tool``.

    The target has the name of the tool. The exceptions by which a tool steers a run stay what they
    are, with a redacted message or redacted data: ``ModelRetry``, ``ApprovalRequired``,
    ``CallDeferred`` and the like. A subclass of one becomes that one.
    """
    guarded = guard(
        scope,
        function,
        host,
        grants,
        name=options.get("name"),
        url=url,
        keeps=_TOLD,
        remakes=_remake,
    )
    return Tool(guarded, **options)
