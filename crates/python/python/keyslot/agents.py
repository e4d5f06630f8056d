"""Tools of the OpenAI Agents SDK: its history and traces hold what the model wrote, no value."""

from __future__ import annotations

from typing import Any, Callable, Optional

import agents

from ._guard import GrantsLike, guard
from ._keyslot import Scope

__all__ = ["function_tool"]


def function_tool(
    scope: Scope,
    function: Callable[..., Any],
    host: Optional[str] = None,
    grants: GrantsLike = None,
    *,
    url: Optional[str] = None,
    **options: Any,
) -> agents.FunctionTool:
    """Makes a guarded ``FunctionTool`` of a function; ``options`` are those of the decorator.

    The target has the name of the tool.
    """
    name = options.get("name_override")
    guarded = guard(scope, function, host, grants, name=name, url=url)
    return agents.function_tool(guarded, **options)
