"""Twins of the blocking calls, for hosts that await: each runs in a thread.

A call that is cancelled goes on in its thread; what it writes is written.
"""

from __future__ import annotations

import asyncio
import functools
from typing import Any, Callable, Iterable, Type


def _twin(call: Callable[..., Any], name: str, owner: str) -> Callable[..., Any]:
    async def twin(*args: Any, **kwargs: Any) -> Any:
        return await asyncio.to_thread(functools.partial(call, *args, **kwargs))

    twin.__name__ = "a" + name
    twin.__qualname__ = f"{owner}.a{name}"
    twin.__doc__ = f"Awaits what ``{name}`` returns; it runs in a thread."
    return twin


def add_twins(owner: Type[Any], names: Iterable[str], static: Iterable[str] = ()) -> None:
    """Adds an async twin for each of these calls."""
    for name in names:
        setattr(owner, "a" + name, _twin(getattr(owner, name), name, owner.__name__))
    for name in static:
        twin = _twin(getattr(owner, name), name, owner.__name__)
        setattr(owner, "a" + name, staticmethod(twin))
