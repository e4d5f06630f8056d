"""Tools that a model calls."""

from __future__ import annotations

import asyncio
import dataclasses
import enum
import inspect
import traceback
from typing import Any, Dict, List, Optional

import pytest
from conftest import VALUE
from pydantic import BaseModel

import keyslot
from keyslot import Scope
from keyslot.errors import ToolFailed

MASK = "<<$secret.STRIPE_KEY>>"


def test_arguments_are_resolved_and_results_redacted(scope: Scope) -> None:
    seen: List[Any] = []

    def fetch(path: str, headers: Dict[str, str], tries: int = 2) -> Dict[str, Any]:
        """Calls the API."""
        seen.append((path, headers, tries))
        return {"path": path, "echo": headers, "status": 200}

    grants = {"STRIPE_KEY": ["/headers/*"]}
    tool = keyslot.guard(scope, fetch, "api.stripe.com", grants)
    result = tool("/v1?<<STRIPE_KEY>>", headers={"auth": f"Bearer {MASK}"})
    assert seen == [("/v1?<<STRIPE_KEY>>", {"auth": f"Bearer {VALUE}"}, 2)]
    assert result == {
        "path": "/v1?<<STRIPE_KEY>>",
        "echo": {"auth": f"Bearer {MASK}"},
        "status": 200,
    }
    assert (tool.__name__, tool.__doc__) == ("fetch", "Calls the API.")
    assert inspect.signature(tool) == inspect.signature(fetch)


def test_rules_decide_by_the_name_and_host_of_the_tool(scope: Scope) -> None:
    rules = keyslot.AccessRules(tools=["fetch"], hosts=["api.stripe.com"])
    scope.put("KEY", VALUE, rules=rules)

    def fetch(token: str) -> str:
        return "called"

    assert keyslot.guard(scope, fetch, "api.stripe.com", ["KEY"])("<<KEY>>") == "called"
    url = "https://api.stripe.com/v1"
    assert keyslot.guard(scope, fetch, url=url, grants=["KEY"])("<<KEY>>") == "called"
    others: List[Any] = [{"host": "evil.example"}, {"host": "api.stripe.com", "name": "shell"}]
    for other in others:
        with pytest.raises(PermissionError) as error:
            keyslot.guard(scope, fetch, grants=["KEY"], **other)("<<KEY>>")
        assert "api.stripe.com" not in str(error.value), "a model may read it"


def test_all_kinds_of_parameters(scope: Scope) -> None:
    def tool(first: str, /, *rest: str, key: str = "k", **more: str) -> List[Any]:
        return [len(first), [len(one) for one in rest], len(key), sorted(more), more]

    guarded = keyslot.guard(scope, tool, grants=["STRIPE_KEY"])
    size = len(VALUE)
    result = guarded(MASK, MASK, "x", key=MASK, a=MASK)
    assert result == [size, [size, 1], size, ["a"], {"a": MASK}]
    assert guarded("x") == [1, [], 1, [], {}]
    with pytest.raises(TypeError):
        guarded()


def test_what_is_no_plain_data_is_the_hosts(scope: Scope) -> None:
    class Context:
        user = "ada"

    def tool(context: Context, token: str, raw: Dict[str, Any]) -> str:
        return f"{context.user} {token} {raw}"

    guarded = keyslot.guard(scope, tool, grants=["STRIPE_KEY"], untouched=["raw"])
    assert guarded(Context(), MASK, {"a": MASK}) == f"ada {MASK} {{'a': '{MASK}'}}"


def test_results_of_all_sorts_are_redacted(scope: Scope) -> None:
    class Reply(BaseModel):
        echo: str
        nested: Optional[Dict[str, Any]] = None

    @dataclasses.dataclass
    class Record:
        echo: str

    class Odd:
        def __init__(self, echo: str) -> None:
            self.echo = echo

        def __repr__(self) -> str:
            return f"Odd({self.echo})"

    for make, expected in (
        (lambda echo: Reply(echo=echo, nested={"a": [echo]}), None),
        (Record, {"echo": MASK}),
        (lambda echo: {echo}, [MASK]),
        (lambda echo: (1, [Odd(echo)]), (1, [f"Odd({MASK})"])),
        (lambda echo: {(echo, 1): echo}, {f"('{MASK}', 1)": MASK}),
        (lambda echo: echo.encode(), MASK.encode()),
        (lambda echo: None, None),
    ):

        def tool(token: str, make: Any = make) -> Any:
            return make(token)

        result = keyslot.guard(scope, tool, grants=["STRIPE_KEY"])(MASK)
        assert VALUE not in repr(result)
        if expected is not None:
            assert result == expected


def test_coroutines_stay_coroutines(scope: Scope) -> None:
    async def fetch(token: str) -> str:
        await asyncio.sleep(0)
        if token == "fail":
            raise ValueError(f"{VALUE} is refused")
        return f"with {token}"

    tool = keyslot.guard(scope, fetch, grants=["STRIPE_KEY"])
    assert inspect.iscoroutinefunction(tool)
    assert asyncio.run(tool(MASK)) == f"with {MASK}"

    async def fails(token: str) -> str:
        raise ValueError(f"{token} is refused")

    failing = keyslot.guard(scope, fails, grants=["STRIPE_KEY"])
    with pytest.raises(ToolFailed) as error:
        asyncio.run(failing(MASK))
    assert str(error.value) == f"ValueError: {MASK} is refused"
    assert error.value.__context__ is None


def test_exceptions_that_cannot_be_shown_leave_no_value(scope: Scope) -> None:
    class Silent(Exception):
        def __str__(self) -> str:
            raise RuntimeError(VALUE)

    def silent(token: str) -> str:
        raise Silent(token)

    def broken(token: str) -> str:
        raise ValueError(f"\ud83d {token}")

    def lone(token: str) -> List[str]:
        return [f"\ud83d {token}"]

    for tool, says in (
        (silent, "Silent: an exception without a text"),
        (broken, f"ValueError: ? {MASK}"),
        (lone, "InvalidInput: text holds half of a surrogate pair"),
    ):
        with pytest.raises(ToolFailed) as error:
            keyslot.guard(scope, tool, grants=["STRIPE_KEY"])(MASK)  # type: ignore[arg-type]
        assert says in str(error.value) and VALUE not in str(error.value)
        assert error.value.__context__ is None and error.value.__cause__ is None


def test_tools_that_yield_are_refused(scope: Scope) -> None:
    def words(token: str) -> Any:
        yield token

    def later(token: str) -> Any:
        return words(token)

    with pytest.raises(TypeError):
        keyslot.guard(scope, words)
    with pytest.raises(ToolFailed):
        keyslot.guard(scope, later)("x")


def test_a_call_can_be_taken_apart(scope: Scope) -> None:
    target = keyslot.Target("fetch")
    call = keyslot.resolve_call(scope, target, {"token": MASK}, ["STRIPE_KEY"])
    assert call.values() == {"token": VALUE}
    assert call.redact([VALUE]) == [MASK]
    assert str(call.failed(OSError(VALUE))) == f"OSError: {MASK}"
    assert VALUE not in repr(call)


def test_exceptions_that_end_more_than_the_tool_leave_no_value(scope: Scope) -> None:
    class Enough(BaseException):
        pass

    def tool(token: str, kind: str) -> str:
        ends = {
            "exit": SystemExit(f"bad {token}"),
            "code": SystemExit(3),
            "key": KeyboardInterrupt(token),
            "cancel": asyncio.CancelledError(token),
            "other": Enough(token),
        }
        raise ends[kind]

    async def later(token: str, kind: str) -> str:
        return tool(token, kind)

    guarded = keyslot.guard(scope, tool, grants=["STRIPE_KEY"])
    awaited = keyslot.guard(scope, later, grants=["STRIPE_KEY"])

    async def waits(kind: str) -> BaseException:
        with pytest.raises(BaseException) as error:
            await awaited(MASK, kind)
        return error.value

    for kind, class_, args in (
        ("exit", SystemExit, (f"bad {MASK}",)),
        ("code", SystemExit, (3,)),
        ("key", KeyboardInterrupt, (MASK,)),
        ("cancel", asyncio.CancelledError, (MASK,)),
        ("other", ToolFailed, (f"Enough: {MASK}",)),
    ):
        with pytest.raises(BaseException) as error:
            guarded(MASK, kind)
        for ended in (error.value, asyncio.run(waits(kind))):
            assert type(ended) is class_ and ended.args == args
            assert ended.__context__ is None and ended.__cause__ is None
            lines = traceback.TracebackException(
                type(ended), ended, ended.__traceback__, capture_locals=True
            )
            assert VALUE not in "".join(lines.format())


def test_a_tool_that_is_cancelled_or_closed_ends(scope: Scope) -> None:
    async def waits(token: str) -> None:
        await asyncio.sleep(60)

    tool = keyslot.guard(scope, waits, grants=["STRIPE_KEY"])

    async def cancelled() -> bool:
        task = asyncio.ensure_future(tool(MASK))
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.wait([task])
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(tool(MASK), 0.1)
        return task.cancelled()

    assert asyncio.run(cancelled())


def test_members_of_enums_stay_what_they_are(scope: Scope) -> None:
    class Unit(str, enum.Enum):
        DAY = "day"

    class Level(enum.IntEnum):
        LOW = 1

    def tool(unit: Unit, level: Level, token: str) -> str:
        return f"{type(unit).__name__} {type(level).__name__} {token}"

    guarded = keyslot.guard(scope, tool, grants=["STRIPE_KEY"])
    assert guarded(Unit.DAY, Level.LOW, MASK) == f"Unit Level {MASK}"


def test_a_result_that_holds_a_list_twice_and_so_on_has_an_end(scope: Scope) -> None:
    def tool(depth: int) -> List[Any]:
        wide: List[Any] = []
        for _ in range(depth):
            wide = [wide, wide]
        return wide

    guarded = keyslot.guard(scope, tool)
    with pytest.raises(ToolFailed) as error:
        guarded(60)
    assert "too many values" in str(error.value)
    assert guarded(2) == [[[], []], [[], []]], "the control"


def test_a_result_that_is_refused_leaves_no_value(scope: Scope) -> None:
    value = "sk_live/4eC39~HqLyjWD"
    scope.put("SLASHED", value)

    def tool(token: str) -> Dict[str, Any]:
        return {token: 1 << 200}

    with pytest.raises(ToolFailed) as error:
        keyslot.guard(scope, tool, grants=["SLASHED"])("<<SLASHED>>")
    assert "more than 128 bits" in str(error.value) and "HqLy" not in str(error.value)
