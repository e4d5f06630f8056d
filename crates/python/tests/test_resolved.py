"""What a resolve gives, and what it does not give away."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from typing import Any, Callable

import pytest
from conftest import VALUE

import keyslot
from keyslot import Resolved, Scope, Target


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{0!r}".format, "%s".__mod__, ascii])
def test_it_is_shown_masked(scope: Scope, show: Callable[[Any], str]) -> None:
    text = scope.resolve("Bearer <<$secret.STRIPE_KEY>>")
    args = scope.resolve_model_args(Target("t"), ["<<STRIPE_KEY>>"], ["STRIPE_KEY"])
    for shown in (text, args, args.resolved):
        assert VALUE not in show(shown) and "**********" in show(shown)
    assert VALUE in show(text.get_secret_value()), "the control"


@pytest.mark.parametrize(
    "make", [copy.copy, copy.deepcopy, *[lambda one, p=p: pickle.dumps(one, p) for p in range(6)]]
)
def test_it_is_not_copied_or_pickled(scope: Scope, make: Callable[[Any], Any]) -> None:
    resolved = scope.resolve({"a": "<<$secret.STRIPE_KEY>>"})
    args = scope.resolve_model_args(Target("t"), "x")
    for one in (resolved, args, [resolved]):
        if make is copy.copy and isinstance(one, list):
            continue
        with pytest.raises(TypeError) as error:
            make(one)
        assert VALUE not in str(error.value)
    make({"a": "plain"})


def test_what_walks_over_objects_does_not_see_it(scope: Scope) -> None:
    @dataclasses.dataclass
    class Request:
        header: Resolved[str]

    request = Request(scope.resolve("<<$secret.STRIPE_KEY>>"))
    assert VALUE not in repr(request)
    with pytest.raises(TypeError):
        dataclasses.asdict(request)
    with pytest.raises(TypeError):
        json.dumps(request.header)
    with pytest.raises(TypeError):
        vars(request.header)
    assert VALUE not in str(dir(request.header))


def test_documents_keep_their_order_and_types(scope: Scope) -> None:
    document = {
        "z": 1,
        "a": ["<<$secret.STRIPE_KEY>>", None, True, 1.5, 10**30, b"\xff", ()],
        "<<$secret.STRIPE_KEY>>": {"n": {"m": "plain"}},
        7: "seven",
    }
    resolved = scope.resolve(document).get_secret_value()
    expected = {**document, "a": [VALUE, None, True, 1.5, 10**30, b"\xff", []]}
    assert resolved == expected
    assert list(resolved) == list(document)
    assert [type(one) for one in resolved["a"]] == [type(one) for one in expected["a"]]


def test_typed_values_are_numbers(scope: Scope) -> None:
    scope.put("PORT", "5432")
    resolved = scope.resolve({"port": "<<$secret.PORT|number>>"})
    assert resolved.get_secret_value() == {"port": 5432}


def test_uses_and_kept_names_are_told(scope: Scope) -> None:
    target = Target("t", unknown_names="keep")
    resolved = scope.resolve(
        "<<$secret.STRIPE_KEY>> <<REGION>> <<X>>", target, variables={"X": "x"}
    )
    assert [used["name"] for used in resolved.used] == ["STRIPE_KEY", "X"]
    assert resolved.used[0]["version"] == 1
    assert resolved.kept == ["<<REGION>>"]


def test_secrets_of_the_caller_come_first_and_variables_last(scope: Scope) -> None:
    call = {"secrets": {"STRIPE_KEY": "of-the-caller"}, "variables": {"STRIPE_KEY": "v", "B": "b"}}
    text = "<<$secret.STRIPE_KEY>> <<STRIPE_KEY>> <<B>>"
    resolved = scope.resolve(text, **call)  # type: ignore[arg-type]
    assert resolved.get_secret_value() == "of-the-caller of-the-caller b"
    assert keyslot.Redactor.of(resolved).redact("of-the-caller") == "<<$secret.STRIPE_KEY>>"


def test_other_syntaxes_are_read() -> None:
    vault = keyslot.Vault.in_memory(keyslot.RootKey.generate(), syntax="mustache | uri")
    scope = vault.scope("acme")
    scope.put("KEY", VALUE)
    assert scope.resolve(["{{$secret.KEY}}", "secret://KEY"]).get_secret_value() == [VALUE, VALUE]
    own = scope.with_syntax({"open": "@@", "close": "@@", "prefix": "s:", "bare": "upper"})
    assert own.resolve("@@s:KEY@@ {{KEY}}").get_secret_value() == f"{VALUE} {{{{KEY}}}}"
    for wrong in (
        "canary",
        {"open": "@@"},
        [],
        [[]],
        {"open": "<", "close": ">", "bare": "canary"},
    ):
        with pytest.raises(ValueError) as error:
            scope.with_syntax(wrong)  # type: ignore[arg-type]
        assert "canary" not in str(error.value)


def test_model_args_take_what_is_granted(scope: Scope) -> None:
    scope.put("OTHER", "other-value")
    written = {"url": "<<STRIPE_KEY>>", "headers": {"auth": "🔑 <<STRIPE_KEY>> <<OTHER>>"}}
    grants = keyslot.Grants({"STRIPE_KEY": ["/headers/*"]})
    args = scope.resolve_model_args(Target("fetch"), written, grants)
    assert args.get_secret_value()["headers"]["auth"] == f"🔑 {VALUE} <<OTHER>>"
    assert args.get_secret_value()["url"] == "<<STRIPE_KEY>>"
    misplaced, unknown = args.attempts
    assert (misplaced["misplaced"], unknown["misplaced"]) == (True, False)
    assert unknown["span_chars"] == {"start": 17, "end": 26}
    assert unknown["pointer"] == "/headers/auth" and args.attempt_count == 2
    for wrong in ({"A": False}, {"A": []}, {"A": "canary"}, 7):
        with pytest.raises(ValueError) as error:
            scope.resolve_model_args(Target("fetch"), "x", wrong)  # type: ignore[arg-type]
        assert "canary" not in str(error.value)
    strict = keyslot.Grants({"STRIPE_KEY": ["/headers/*"]}, strict=True)
    with pytest.raises(PermissionError):
        scope.resolve_model_args(Target("fetch"), written, strict)
