"""Plain data that calls return."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Dict, List, Optional, TypedDict

__all__ = [
    "AuditEntry",
    "AuditPage",
    "Attempt",
    "BulkProgress",
    "Explanation",
    "Key",
    "Lint",
    "Literal",
    "Reference",
    "Span",
    "Used",
    "Verification",
]


class BulkProgress(TypedDict):
    """Progress of a call for many secrets. ``purge`` is that of ``Vault.purge``, at the end."""

    changed: int
    skipped: int
    total: int
    purge: Optional[str]


class Span(TypedDict):
    """A place in a text."""

    start: int
    end: int


class Reference(TypedDict):
    """A name that a text asks for."""

    name: str
    version: Optional[int]
    kind: str


class Used(TypedDict):
    """A secret or variable that went into a text."""

    name: str
    scope: Optional[str]
    version: Optional[int]
    record: Optional[str]
    fingerprint: Optional[str]


class Lint(TypedDict):
    """Text that was probably meant as a placeholder. ``span_chars`` counts as Python does."""

    code: str
    message: str
    pointer: Optional[str]
    span: Span
    span_chars: Span
    span_utf16: Span


class Attempt(TypedDict):
    """A placeholder of a model that was not granted."""

    message: str
    reference: Optional[Reference]
    misplaced: bool
    pointer: Optional[str]
    span: Span
    span_chars: Span
    span_utf16: Span


class Explanation(TypedDict):
    """The reason why a reference resolves, or does not."""

    reference: Reference
    scope: Optional[str]
    status: Optional[str]
    version: Optional[int]
    shadowed: List[str]
    refused: Optional[Dict[str, Any]]


class Literal(TypedDict):
    """A string of a document that is a value, or has one in it."""

    pointer: str
    is_key: bool
    is_whole: bool
    references: List[Reference]
    replacement: str


class Verification(TypedDict):
    """What a verification found."""

    intact: bool
    tenants: int
    secrets: int
    tombstones: int
    findings: List[Dict[str, Any]]


class Key(TypedDict):
    """A key that opens a vault."""

    id: str
    kind: str
    name: str
    made_at: str


class _EntryNeeded(TypedDict):
    number: int
    time: datetime
    action: str
    scope: str


class AuditEntry(_EntryNeeded, total=False):
    """One use or change of a secret. ``refused`` is the code of the error, if it was refused."""

    name: str
    actor: str
    found_in: str
    record: str
    version: int
    fingerprint: str
    tool: str
    host: str
    surface: str
    instructions: bool
    run: str
    reason: str
    generation: int
    count: int
    refused: str


class AuditPage(TypedDict):
    """Some entries of an audit log. ``next`` is the place behind them, if there are more."""

    entries: List[AuditEntry]
    next: Optional[str]
