"""Tools of Pydantic AI: the messages and traces hold what the model wrote, and no value."""

from __future__ import annotations

from typing import Any, Callable, Optional

from pydantic_ai import ModelRetry, Tool

from ._guard import GrantsLike, guard
from ._keyslot import Scope

__all__ = ["guard_tool"]


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

    The target has the name of the tool. A ``ModelRetry`` stays one, with a redacted message.
    """
    guarded = guard(
        scope, function, host, grants, name=options.get("name"), url=url, keeps=(ModelRetry,)
    )
    return Tool(guarded, **options)
