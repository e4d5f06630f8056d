"""Tools that a model calls: arguments resolved by grants, results redacted."""

from __future__ import annotations

import asyncio
import dataclasses
import enum
import functools
import inspect
from typing import (
    Any,
    Awaitable,
    Callable,
    Dict,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    Type,
    TypeVar,
    Union,
    cast,
)

from ._keyslot import Grants, ModelArgs, Redactor, Scope, Target
from .errors import Failure, InvalidInput, ToolFailed

__all__ = ["Call", "guard", "plain", "resolve_call"]

F = TypeVar("F", bound=Callable[..., Any])

GrantsLike = Union[Grants, Sequence[str], Mapping[str, Any], str, None]

_PLAIN = (str, int, float, bool, bytes, list, tuple, dict, type(None))

#: Exceptions that end more than a tool: who waits for them knows them by their class.
_ENDS = (KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError)

#: The most values of a result. A list may hold the same list twice, and so on.
_MOST = 1_000_000


def plain(value: Any) -> Any:
    """Makes plain data of the result of a tool, which a redactor can look through.

    Models of pydantic and dataclasses become dicts; what is nothing of that becomes its text.
    """
    left = _MOST

    def make(value: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            text = "the result has too many values"
            raise InvalidInput(text, (Failure("invalid_document", text),))
        if isinstance(value, dict):
            return {_key(key): make(entry) for key, entry in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [make(item) for item in value]
        if isinstance(value, _PLAIN):
            return value
        dump = getattr(value, "model_dump", None)
        if callable(dump) and not isinstance(value, type):
            return make(dump(mode="json"))
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = dataclasses.fields(value)
            return {field.name: make(getattr(value, field.name)) for field in fields}
        return str(value)

    return make(value)


def _key(key: Any) -> Any:
    return key if isinstance(key, (str, int, float, bool, type(None))) else str(key)


class Call:
    """One call of a tool: its arguments with values, and a redactor of what went in."""

    __slots__ = ("_args", "redactor")

    def __init__(self, args: ModelArgs[Any]) -> None:
        self._args = args
        self.redactor = Redactor.of(args)

    def values(self) -> Any:
        """Returns the arguments with their values. Keep them out of what others see."""
        return self._args.get_secret_value()

    def redact(self, result: Any) -> Any:
        """Makes plain data of a result, with placeholders in place of values."""
        redacted = self.redactor.redact(plain(result))
        # Frameworks tell a pair of results by its type.
        return tuple(redacted) if isinstance(result, tuple) else redacted

    def failed(self, error: BaseException) -> ToolFailed:
        """Makes an exception that says what another one says, redacted.

        Raise it outside of the ``except`` block: one that is raised inside keeps the other as its
        context, also with ``from None``.
        """
        said = f"{type(error).__name__}: {self.said(error)}"
        return ToolFailed(said, (Failure("tool_failed", said),))

    def ended(self, error: BaseException) -> BaseException:
        """Makes the exception that stands for one of the tool.

        One that ends more than the tool, such as a cancellation, keeps its class, and its arguments
        are redacted.
        """
        for kept in _ENDS:
            if isinstance(error, kept):
                try:
                    return kept(*self.redact(error.args))
                except Exception:
                    return kept()
        return self.failed(error)

    def said(self, error: BaseException) -> str:
        """Returns the text of an exception, redacted. Raises nothing itself."""
        try:
            text = str(error)
        except Exception:
            return "an exception without a text"
        # What is no character cannot be redacted.
        return self.redactor.redact(text.encode("utf-8", "replace").decode("utf-8"))


#: A function that makes an exception of a tool anew, redacted; or gives ``None``.
Remaker = Callable[[Call, BaseException], Optional[BaseException]]


def resolve_call(scope: Scope, target: Target, args: Any, grants: GrantsLike = None) -> Call:
    """Resolves the arguments of one call by grants."""
    return Call(scope.resolve_model_args(target, args, cast(Any, grants)))


def guard(
    scope: Scope,
    tool: F,
    host: Optional[str] = None,
    grants: GrantsLike = None,
    *,
    name: Optional[str] = None,
    url: Optional[str] = None,
    untouched: Sequence[str] = (),
    keeps: Tuple[Type[Exception], ...] = (),
    remakes: Optional[Remaker] = None,
) -> F:
    """Wraps a tool that a model calls.

    The placeholders that ``grants`` lists become values in the arguments, right before the tool
    runs. What it returns is plain data with placeholders in place of values. What it raises is a
    ``ToolFailed`` with a redacted message, and without the exception of the tool. ``untouched``
    names parameters that are not of the model.
    ``keeps`` names classes of exceptions that stay: one is made anew with the redacted message.
    ``remakes`` is for those that hold more than a message: it makes such a one anew from what it
    holds, which it redacts with the call, and gives ``None`` for others.

    A tool that is a coroutine function stays one. Tools that yield are refused.
    """
    if inspect.isgeneratorfunction(tool) or inspect.isasyncgenfunction(tool):
        raise TypeError("a tool that yields cannot be guarded; return the whole result")
    called = name or getattr(tool, "__name__", None)
    if not called:
        raise TypeError("the tool has no name; pass name=")
    target = Target(called, url=url) if url is not None else Target(called, host=host)
    signature = inspect.signature(tool)
    shape = _Shape(signature, frozenset(untouched), keeps, remakes)

    if inspect.iscoroutinefunction(tool) or inspect.iscoroutinefunction(
        getattr(tool, "__call__", None)
    ):

        @functools.wraps(tool)
        async def guarded_async(*args: Any, **kwargs: Any) -> Any:
            own, written = shape.split(args, kwargs)
            call = await asyncio.to_thread(resolve_call, scope, target, written, grants)
            result, failed = await _run_async(tool, shape, own, call)
            if failed is not None:
                raise failed
            return result

        return cast(F, guarded_async)

    @functools.wraps(tool)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        own, written = shape.split(args, kwargs)
        call = resolve_call(scope, target, written, grants)
        result, failed = _run(tool, shape, own, call)
        if failed is not None:
            raise failed
        return result

    return cast(F, guarded)


Outcome = Tuple[Any, Optional[BaseException]]


def _run(tool: Callable[..., Any], shape: _Shape, own: Dict[str, Any], call: Call) -> Outcome:
    """Runs a tool. Its frames, which hold values, are gone when this returns."""
    try:
        args, kwargs = shape.join(own, call.values())
        result = tool(*args, **kwargs)
        if inspect.isawaitable(result) or inspect.isgenerator(result):
            return None, call.failed(TypeError("the tool returned what is not a result yet"))
        return call.redact(result), None
    except BaseException as error:
        return None, shape.failed(call, error)


async def _run_async(
    tool: Callable[..., Awaitable[Any]], shape: _Shape, own: Dict[str, Any], call: Call
) -> Outcome:
    try:
        args, kwargs = shape.join(own, call.values())
        return call.redact(await tool(*args, **kwargs)), None
    except BaseException as error:
        return None, shape.failed(call, error)


class _Shape:
    """The parameters of a tool: those that a model writes, and those of the host."""

    def __init__(
        self,
        signature: inspect.Signature,
        untouched: frozenset[str],
        keeps: Tuple[Type[Exception], ...],
        remakes: Optional[Remaker],
    ) -> None:
        self._signature = signature
        self._untouched = untouched
        self._keeps = keeps
        self._remakes = remakes

    def failed(self, call: Call, error: BaseException) -> BaseException:
        """Makes the exception that stands for one of the tool."""
        for kept in self._keeps:
            if isinstance(error, kept):
                return kept(call.said(error))
        try:
            remade = self._remakes(call, error) if self._remakes else None
        except Exception:
            # What it holds cannot be redacted.
            remade = None
        return call.ended(error) if remade is None else remade

    def split(
        self, args: Tuple[Any, ...], kwargs: Dict[str, Any]
    ) -> Tuple[Dict[str, Any], Dict[str, Any]]:
        """Returns the arguments of the host, and those that are plain data."""
        bound = self._signature.bind(*args, **kwargs)
        own: Dict[str, Any] = {}
        written: Dict[str, Any] = {}
        for name, value in bound.arguments.items():
            # A member of an enum may be a str, and is no text of a model.
            is_data = isinstance(value, _PLAIN) and not isinstance(value, enum.Enum)
            is_own = name in self._untouched or not is_data
            (own if is_own else written)[name] = value
        return own, written

    def join(
        self, own: Dict[str, Any], values: Dict[str, Any]
    ) -> Tuple[Tuple[Any, ...], Dict[str, Any]]:
        """Returns the arguments of a call."""
        bound = inspect.BoundArguments(self._signature, cast(Any, {}))
        for name, parameter in self._signature.parameters.items():
            for given in (own, values):
                if name in given:
                    value = given[name]
                    if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
                        value = tuple(value)
                    bound.arguments[name] = value
        return bound.args, bound.kwargs
