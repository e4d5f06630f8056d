"""Ways in which bindings lost or gave away a value, each with a control."""

from __future__ import annotations

import gc
import os
import sqlite3
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Dict, List

import pytest
from conftest import VALUE

import keyslot
from keyslot import Redactor, RootKey, Scope, Target, Vault

LONE = "sk_live_\ud83d_of_ada"


def said(error: BaseException) -> str:
    """All that an exception and those behind it say, with their arguments."""
    parts: List[str] = []
    one: Any = error
    while one is not None:
        parts += [str(one), repr(one), repr(one.args), repr(vars(one))]
        parts += [repr(getattr(one, "object", None))]
        one = one.__context__ or one.__cause__
    return "\n".join(parts)


def test_half_of_a_surrogate_pair_is_refused_and_not_shown(scope: Scope) -> None:
    calls = [
        lambda: scope.put("KEY", LONE),
        lambda: scope.put(LONE, "some-value"),
        lambda: scope.put("KEY", "some-value", description=LONE),
        lambda: scope.matches("STRIPE_KEY", LONE),
        lambda: scope.resolve(LONE),
        lambda: scope.resolve({"a": [LONE]}),
        lambda: scope.resolve({LONE: 1}),
        lambda: scope.resolve("<<X>>", variables={"X": LONE}),
        lambda: scope.resolve("<<X>>", secrets={"X": LONE}),
        lambda: scope.resolve_model_args(Target("t"), LONE),
        lambda: Redactor({"KEY": LONE}),
        lambda: Redactor({"KEY": VALUE}).redact(LONE),
        lambda: Redactor({"KEY": VALUE}).redact([LONE]),
        lambda: Redactor({"KEY": VALUE}).stream().feed(LONE),
        lambda: keyslot.Passphrase(LONE),
        lambda: RootKey.from_hex(LONE),
        lambda: Target(LONE),
        lambda: keyslot.Grants(LONE),
    ]
    for number, call in enumerate(calls):
        with pytest.raises(ValueError) as error:
            call()
        assert not isinstance(error.value, UnicodeError), number
        assert "of_ada" not in said(error.value), number
    with pytest.raises(UnicodeEncodeError) as control:
        LONE.encode()
    assert "of_ada" in said(control.value)
    assert "KEY" not in scope


def test_a_list_that_holds_itself_is_refused(scope: Scope) -> None:
    inside: List[Any] = []
    inside.append(inside)
    twice: List[Any] = []
    twice += [twice, twice]
    around: Dict[str, Any] = {}
    around["a"] = {"b": around}
    for document in (inside, twice, around):
        with pytest.raises(ValueError):
            scope.resolve(document)
        with pytest.raises(ValueError):
            Redactor({"KEY": VALUE}).redact(document)
    # Without a circle, but without end all the same.
    wide: List[Any] = ["x"]
    for _ in range(60):
        wide = [wide, wide]
    with pytest.raises(ValueError):
        scope.resolve(wide)
    deep: List[Any] = ["<<$secret.STRIPE_KEY>>"]
    for _ in range(100):
        deep = [deep]
    assert VALUE in str(scope.resolve(deep).get_secret_value())


def test_what_is_no_document_is_said_with_its_place(scope: Scope) -> None:
    for document, says in (
        ({"a": [object()]}, "a document holds str, int"),
        ({"a": [LONE]}, "text holds half of a surrogate pair"),
        ({"a": [{(1, 2): 3}]}, "the keys of a document are str"),
        ({"a": [1 << 200]}, "an integer has more than 128 bits"),
    ):
        with pytest.raises(keyslot.errors.InvalidInput) as error:
            scope.resolve(document)
        failed = error.value
        assert failed.code == "invalid_document" and failed.message.startswith(says)
        assert failed.pointer == "/a/0" and str(failed) == f"{failed.message} (at /a/0)"


def test_keys_stay_in_their_order(scope: Scope) -> None:
    document = {key: "<<$secret.STRIPE_KEY>>" for key in ("z", "a", "m", "B", "10", "9")}
    assert list(scope.resolve(document).get_secret_value()) == list(document)
    redactor = Redactor.of(scope.resolve(document))
    assert list(redactor.redact({"z": 1, VALUE: 2, "a": 3})) == ["z", "<<$secret.STRIPE_KEY>>", "a"]


def test_errors_keep_kind_pointer_and_span(scope: Scope) -> None:
    with pytest.raises(LookupError) as error:
        scope.resolve({"a/b": ["🔑 <<$secret.NONE>>", "<<X>>"], "c": 1})
    assert isinstance(error.value, keyslot.errors.NotFound)
    failures = [(one.code, one.pointer, one.span, one.name) for one in error.value.failures]
    assert failures == [
        ("not_found", "/a~1b/0", (2, 18), "NONE"),
        ("not_found", "/a~1b/1", (0, 5), "X"),
    ]
    text = "🔑 <<$secret.>> <<A|rot13>>"
    with pytest.raises(ValueError) as error:
        scope.resolve(text)
    failed = error.value
    assert isinstance(failed, keyslot.errors.InvalidInput)
    assert [one.code for one in failed.failures] == ["syntax", "unknown_filter"]
    assert failed.span is not None and text[slice(*failed.span)] == "<<$secret.>>"
    first = failed.failures[0]
    assert (first.line, first.column, failed.count, failed.is_retryable) == (1, 3, 2, False)


def test_exceptions_are_pickled_whole(scope: Scope) -> None:
    import pickle

    scope.put("OFF", "some-value", status="inactive")
    for text in ("<<$secret.NONE>>", "<<$secret.>>", "<<$secret.OFF>>"):
        with pytest.raises(keyslot.KeyslotError) as error:
            scope.resolve(text)
        again = pickle.loads(pickle.dumps(error.value))
        assert type(again) is type(error.value) and str(again) == str(error.value)
        assert again.failures == error.value.failures


def test_denials_say_what_is_allowed_in_words(scope: Scope) -> None:
    scope.put("KEY", VALUE, rules=keyslot.AccessRules(hosts=["api.stripe.com"]))
    with pytest.raises(PermissionError) as error:
        scope.resolve("<<$secret.KEY>>", Target("t", host="evil.example"))
    assert "KEY in acme/billing may not go to this host; allowed: api.stripe.com" in str(
        error.value
    )
    assert VALUE not in said(error.value)


def test_a_guarded_tool_that_raises_leaves_no_value(scope: Scope) -> None:
    def fetch(token: str) -> str:
        local = {"header": token}
        raise ConnectionError(f"401 for {local}", token)

    with pytest.raises(keyslot.errors.ToolFailed) as error:
        keyslot.guard(scope, fetch, grants=["STRIPE_KEY"])("<<STRIPE_KEY>>")
    failed = error.value
    assert failed.__context__ is None and failed.__cause__ is None
    assert "<<$secret.STRIPE_KEY>>" in str(failed) and VALUE not in said(failed)
    frames = "".join(
        traceback.TracebackException(
            type(failed), failed, failed.__traceback__, capture_locals=True
        ).format()
    )
    assert VALUE not in frames
    # The control: `from None` hides the context and keeps it.
    with pytest.raises(RuntimeError) as kept:
        try:
            fetch(VALUE)
        except ConnectionError:
            raise RuntimeError("failed") from None
    assert VALUE in said(kept.value)


def test_a_document_that_changes_as_it_is_read_is_no_panic(scope: Scope) -> None:
    class Number(int):
        def __and__(self, other: int) -> int:
            document.clear()
            return int(self) & other

        def __rshift__(self, other: int) -> int:
            document.clear()
            return int(self) >> other

    document = {"a": Number(2**100), "b": 2}
    assert scope.resolve(document).get_secret_value()["b"] == 2
    assert not document, "the control: it was changed"


def test_a_forked_process_is_told_to_open_the_vault_anew(tmp_path: Path) -> None:
    key = RootKey.generate()
    vault = Vault.create(tmp_path / "vault.db", key)
    scope = vault.scope("acme")
    scope.put("TOKEN", VALUE)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            try:
                scope.resolve("<<$secret.TOKEN>>")
                told = "resolved"
            except keyslot.KeyslotError as error:
                told = error.code
            again = Vault.open(tmp_path / "vault.db", key).scope("acme")
            told += " " + str(again.resolve("<<$secret.TOKEN>>").get_secret_value() == VALUE)
            os.write(writer, told.encode())
        finally:
            os._exit(0)
    os.close(writer)
    told = os.read(reader, 100)
    os.close(reader)
    os.waitpid(child, 0)
    assert told == b"forked True"
    assert scope.resolve("<<$secret.TOKEN>>").get_secret_value() == VALUE, "of the parent"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell open files")
def test_a_vault_that_another_sqlite_has_open_is_refused(tmp_path: Path) -> None:
    key, path = RootKey.generate(), tmp_path / "vault.db"
    Vault.create(path, key).scope("acme").put("TOKEN", VALUE)
    copied = tmp_path / "copied.db"
    Vault.open(path, key).backup_to(copied)
    other = sqlite3.connect(copied)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(keyslot.KeyslotError) as error:
        Vault.open(copied, key)
    assert error.value.code == "store" and "sqlite3" in str(error.value)
    other.close()
    del other
    gc.collect()
    opened = Vault.open(copied, key)
    assert Vault.open(copied, key).scope("acme").names() == ["TOKEN"], "another handle of ours"
    assert opened.scope("acme").names() == ["TOKEN"]


def test_files_that_are_opened_here_are_ours(tmp_path: Path) -> None:
    key, path = RootKey.generate(), tmp_path / "vault.db"
    vault = Vault.create(path, key)
    vault.scope("acme").put("TOKEN", VALUE)
    vault.backup_to(tmp_path / "backup.db")
    restored = Vault.restore(tmp_path / "backup.db", tmp_path / "restored.db", key)
    assert Vault.open(tmp_path / "restored.db", key).organizations() == restored.organizations()
    fresh = tmp_path / "fresh.db"
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: Vault.open_or_create(fresh, key), range(16)))
    assert [one.organizations() for one in opened] == [[]] * 16
