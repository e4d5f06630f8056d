"""Tools of LangChain, guarded inside.

What a model wrote is what the callbacks, traces and history see: the values go in behind them, in
the function of the tool. A wrapper that calls ``tool.invoke`` would show the values to the
callbacks of the inner tool.
"""

from __future__ import annotations

from typing import Any, Callable, Optional, Union

from langchain_core.tools import BaseTool, StructuredTool, Tool, ToolException

from ._guard import GrantsLike, guard
from ._keyslot import Scope

__all__ = ["guard_tool"]

#: Parameters that LangChain fills in, and no model.
_OWN = ("config", "callbacks", "run_manager")


def guard_tool(
    scope: Scope,
    tool: Union[BaseTool, Callable[..., Any]],
    host: Optional[str] = None,
    grants: GrantsLike = None,
    *,
    url: Optional[str] = None,
) -> BaseTool:
    """Makes a guarded tool of a function, or of a tool that has one.

    A ``ToolException`` of the tool stays one, with a redacted message. Tools that are classes of
    their own are refused: guard the function that their ``_run`` calls.
    """

    def inside(function: Optional[Callable[..., Any]], name: Optional[str]) -> Any:
        if function is None:
            return None
        return guard(
            scope,
            function,
            host,
            grants,
            name=name,
            url=url,
            untouched=_OWN,
            keeps=(ToolException,),
        )

    if isinstance(tool, (StructuredTool, Tool)):
        update = {
            "func": inside(tool.func, tool.name),
            "coroutine": inside(tool.coroutine, tool.name),
        }
        return tool.model_copy(update=update)
    if isinstance(tool, BaseTool):
        raise TypeError("the tool has no function to guard; guard the function that it calls")
    return StructuredTool.from_function(inside(tool, None))
