"""Redaction of texts, bytes, documents and streams."""

from __future__ import annotations

import base64
import io
import urllib.parse
from typing import Any

import pytest
from conftest import VALUE

from keyslot import KeyslotError, Redactor, RedactWriter, Scope

MASK = "<<$secret.TOKEN>>"


@pytest.fixture
def redactor() -> Redactor:
    return Redactor({"TOKEN": VALUE, "ACCOUNT": "4716108999716531", "WIDE": "gehéimnis-✓-wert"})


def test_texts_and_bytes(redactor: Redactor) -> None:
    assert redactor.redact(f"401 for {VALUE}") == f"401 for {MASK}"
    assert redactor.redact(b"\xff" + VALUE.encode()) == b"\xff" + MASK.encode()
    encoded = base64.b64encode(VALUE.encode()).decode()
    assert encoded not in redactor.redact(f"Basic {encoded}")
    assert VALUE not in redactor.redact(urllib.parse.quote(VALUE))
    assert redactor.redact("nothing here") == "nothing here"
    stars = Redactor({"TOKEN": VALUE}, mask="stars")
    assert stars.redact(VALUE) == "***"
    for wrong in ("canary", "canary \ud83d"):
        with pytest.raises(KeyslotError) as error:
            Redactor({"TOKEN": VALUE}, mask=wrong)
        assert isinstance(error.value, ValueError) and "canary" not in repr(error.value)


def test_documents_with_numbers_and_keys(redactor: Redactor) -> None:
    document = {"paid": 4716108999716531, VALUE: [VALUE.encode(), (1, 2.5)], "z": None}
    redacted = redactor.redact(document)
    assert redacted == {
        "paid": "<<$secret.ACCOUNT>>",
        MASK: [MASK.encode(), [1, 2.5]],
        "z": None,
    }
    assert list(redacted) == ["paid", MASK, "z"]


def test_keys_that_become_the_same_lose_no_entry(redactor: Redactor) -> None:
    encoded = base64.b64encode(VALUE.encode()).decode()
    redacted = redactor.redact({VALUE: 1, encoded: 2, MASK: 3})
    assert sorted(redacted.values()) == [1, 2, 3] and redacted[MASK] == 3
    assert VALUE not in str(redacted) and encoded not in str(redacted)


def test_what_cannot_be_looked_through_is_refused(redactor: Redactor) -> None:
    for value in (object(), {"a": {1, 2}}, {(1, 2): 3}, 1 << 200):
        with pytest.raises(ValueError):
            redactor.redact(value)


def test_a_refusal_does_not_name_keys_which_may_be_values(redactor: Redactor) -> None:
    deep: Any = {VALUE: 1}
    for _ in range(130):
        deep = {VALUE: deep}
    for value in ({VALUE: object()}, {VALUE: [1 << 200]}, {VALUE: {"a": "\ud83d"}}, deep):
        with pytest.raises(ValueError) as error:
            redactor.redact(value)
        refused = error.value
        assert isinstance(refused, KeyslotError) and refused.pointer is None
        assert VALUE not in str(refused) + repr(refused.failures)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_streams_of_text_find_what_lies_across_parts(redactor: Redactor, size: int) -> None:
    text = f"✓ {VALUE} é gehéimnis-✓-wert 🔑 end"
    stream = redactor.stream()
    parts = [stream.feed(text[at : at + size]) for at in range(0, len(text), size)]
    assert "".join(parts) + stream.finish() == f"✓ {MASK} é <<$secret.WIDE>> 🔑 end"
    with pytest.raises(ValueError):
        stream.feed("more")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_streams_of_bytes_may_cut_characters(redactor: Redactor, size: int) -> None:
    data = b"\xff" + f"gehéimnis-✓-wert {VALUE}".encode() + b"\xfe"
    stream = redactor.stream()
    parts = [stream.feed(data[at : at + size]) for at in range(0, len(data), size)]
    assert b"".join(parts) + stream.finish() == b"\xff<<$secret.WIDE>> " + MASK.encode() + b"\xfe"
    with pytest.raises(ValueError):
        mixed = redactor.stream()
        mixed.feed(b"bytes")
        mixed.feed("text")


def test_a_writer_masks_what_is_printed(redactor: Redactor) -> None:
    to = io.StringIO()
    with RedactWriter(redactor, to) as writer:
        print("token:", VALUE[:10], sep="", end="", file=writer)  # type: ignore[arg-type]
        print(VALUE[10:], file=writer)  # type: ignore[arg-type]
    assert to.getvalue() == f"token:{MASK}\n"
    with pytest.raises(ValueError):
        writer.write("late")


def test_redactors_of_a_vault(scope: Scope) -> None:
    resolved = scope.resolve("<<$secret.STRIPE_KEY>>")
    own = Redactor.of(resolved)
    assert own.redact(VALUE) == "<<$secret.STRIPE_KEY>>" and not own.is_guarded
    both = own.merge(Redactor({"B": "another-secret"}))
    assert both.redact(f"{VALUE} another-secret") == "<<$secret.STRIPE_KEY>> <<$secret.B>>"
    named = scope.redactor(["STRIPE_KEY"])
    assert named.redact(VALUE) == "<<$secret.STRIPE_KEY>>"
    assert VALUE not in repr(named) and VALUE not in repr(both)
    (found,) = scope.find_values({"key": VALUE})
    assert (found["pointer"], found["replacement"]) == ("/key", "<<$secret.STRIPE_KEY>>")
