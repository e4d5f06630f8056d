"""Exceptions of the package.

Match on the class or on ``code``. No exception holds a value, a key or rejected input; a name of a
secret may be in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Optional, Tuple, Type

from .types import BulkProgress

__all__ = [
    "AccessDenied",
    "Busy",
    "Conflict",
    "Damaged",
    "Failure",
    "InvalidInput",
    "KeyslotError",
    "NotFound",
    "ToolFailed",
]

Span = Tuple[int, int]


@dataclass(frozen=True)
class Failure:
    """One failure of a call.

    A span is in characters, as Python counts. In a document it is within the string at the pointer
    (RFC 6901).
    """

    code: str
    message: str
    name: Optional[str] = None
    pointer: Optional[str] = None
    span: Optional[Span] = None
    line: Optional[int] = None
    column: Optional[int] = None


class KeyslotError(Exception):
    """Refusal of a call: the first failure of it, and ``failures`` with all, 50 at most.

    That of a call for many secrets has the number of the ``item`` that it is about, from 0, and the
    ``progress``: what was changed all the same. ``unsettled`` are the items, from the first up to
    the second number, of which a store that was lost cannot tell.
    """

    item: Optional[int] = None
    progress: Optional[BulkProgress] = None
    unsettled: Tuple[int, int] = (0, 0)

    def __init__(
        self,
        text: str,
        failures: Tuple[Failure, ...] = (),
        count: int = 1,
    ) -> None:
        super().__init__(text)
        self.failures = failures or (Failure("unknown", text),)
        self.count = count

    @property
    def code(self) -> str:
        """The code of the error, which never changes, such as ``not_found``."""
        return self.failures[0].code

    @property
    def message(self) -> str:
        """The message without its place."""
        return self.failures[0].message

    @property
    def name(self) -> Optional[str]:  # type: ignore[override, unused-ignore]
        """The name of the secret or variable that the error is about."""
        return self.failures[0].name

    @property
    def pointer(self) -> Optional[str]:
        """The JSON Pointer of the string that the error is in."""
        return self.failures[0].pointer

    @property
    def span(self) -> Optional[Span]:
        """The place in the text, in characters: ``text[slice(*error.span)]``."""
        return self.failures[0].span

    @property
    def is_retryable(self) -> bool:
        """True if the same call may succeed later, with nothing changed by the caller."""
        return self.code in ("busy", "unavailable")

    def __reduce__(self) -> Any:
        return (type(self), (str(self), self.failures, self.count), self.__dict__)


class NotFound(KeyslotError, LookupError):
    """No such secret, version or vault."""


class InvalidInput(KeyslotError, ValueError):
    """A text, document, name, value or other argument that is refused."""


class AccessDenied(KeyslotError, PermissionError):
    """A secret that may not be used, or not there or now; a key or file that may not be used."""

    def __str__(self) -> str:
        return str(self.args[0])


class Conflict(KeyslotError):
    """Somebody else changed the secret first, or something is there already."""


class Busy(KeyslotError):
    """The store or key provider cannot be used now; try again."""


class Damaged(KeyslotError):
    """Stored bytes that are damaged, were changed or put back, or are no vault."""


class ToolFailed(KeyslotError):
    """A guarded tool raised. The message is redacted, and the exception of the tool is gone."""


_CLASSES: Dict[str, Type[KeyslotError]] = {}
for _class, _codes in (
    (NotFound, "not_found no_such_version vault_not_found"),
    (
        InvalidInput,
        "syntax unknown_filter filter_failed unencodable too_large invalid_document invalid_name"
        " invalid_scope invalid_value invalid_input invalid_key weak_key",
    ),
    (
        AccessDenied,
        "inactive revoked expired not_yet_valid denied wrong_key unsafe_file store_denied"
        " key_denied read_only",
    ),
    (Conflict, "vault_exists conflict"),
    (Busy, "busy unavailable"),
    (Damaged, "not_a_vault unsupported_format corrupt tampered"),
):
    for _code in _codes.split():
        _CLASSES[_code] = _class


def _failure(data: Dict[str, Any]) -> Failure:
    span = data["span_chars"]
    return Failure(
        code=data["code"],
        message=data["message"],
        name=data["name"],
        pointer=data["pointer"],
        span=None if span is None else (span["start"], span["end"]),
        line=data["line"],
        column=data["column"],
    )


def _make(text: str, data: Dict[str, Any]) -> KeyslotError:
    """Makes the exception of an error of the crate."""
    failures = tuple(_failure(one) for one in data["failures"])
    return _CLASSES.get(data["code"], KeyslotError)(text, failures, data["count"])
