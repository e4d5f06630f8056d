"""Calls for many secrets."""

from __future__ import annotations

import asyncio
import pickle
from datetime import timedelta
from typing import Any, List

import pytest
from conftest import VALUE

import keyslot
from keyslot import Scope
from keyslot.types import BulkProgress

NAMES = [f"KEY_{number}" for number in range(600)]


def many(scope: Scope) -> Scope:
    scope.put_all({name: f"value of {name}" for name in NAMES})
    return scope


def test_many_secrets_are_stored_with_facts_and_progress(scope: Scope) -> None:
    seen: List[BulkProgress] = []
    done = scope.put_all({name: "a value" for name in NAMES}, progress=seen.append)
    assert done == {"changed": 600, "skipped": 0, "total": 600, "purge": None}
    assert [one["changed"] for one in seen] == [256, 512, 600]
    done = scope.put_all({"A": {"value": b"a", "description": "of A", "trimmed": True}, "B": "b"})
    assert done["changed"] == 2 and scope.info("A").description == "of A"
    with pytest.raises(keyslot.errors.Conflict) as raised:
        scope.put_all({"C": "c", "A": VALUE})
    error = raised.value
    assert (error.item, error.name) == (1, "A") and "C" not in scope
    assert error.progress is not None and error.progress["changed"] == 0
    assert VALUE not in repr(vars(error))
    again = pickle.loads(pickle.dumps(error))
    assert (again.item, again.progress, str(again)) == (1, error.progress, str(error))
    assert scope.put_all({"C": "c", "A": "x"}, on_existing="skip")["skipped"] == 1
    assert scope.put_all({"A": "x"}, on_existing="version")["changed"] == 1
    assert scope.info("A").version == 2
    assert scope.put_all({"A": "y"}, on_existing="replace")["purge"] == "done"
    assert scope.info("A").description == ""


@pytest.mark.parametrize("items", [{"A": {"description": "x"}}, {"A": 1}, {"A": {"value": 1}}])
def test_items_that_are_none_are_refused(scope: Scope, items: Any) -> None:
    with pytest.raises(keyslot.errors.InvalidInput):
        scope.put_all(items)
    assert "A" not in scope
    with pytest.raises(keyslot.errors.InvalidInput):
        scope.put_all({"A": "x"}, on_existing="never")


def test_a_callback_ends_a_call_by_false_or_by_an_exception(scope: Scope) -> None:
    seen: List[BulkProgress] = []

    def stops(progress: BulkProgress) -> bool:
        seen.append(progress)
        return len(seen) < 2

    done = many(scope).set_status_all(NAMES, "inactive", progress=stops)
    assert (done["changed"], done["total"]) == (512, 600)
    assert scope.info("KEY_511").status == "inactive" and scope.info("KEY_512").status == "active"

    def raises(progress: BulkProgress) -> None:
        raise LookupError(progress["changed"])

    with pytest.raises(LookupError, match="256"):
        scope.delete_all(NAMES, progress=raises)
    assert "KEY_255" not in scope and "KEY_256" in scope
    # The control: what returns nothing goes on, and what is gone is skipped.
    done = scope.delete_all(NAMES, progress=lambda progress: None)
    assert (done["changed"], done["skipped"], done["purge"]) == (344, 256, "done")


def test_revoked_names_are_deleted_by_force(scope: Scope) -> None:
    names = ["STRIPE_KEY", "NEVER"]
    assert scope.set_status_all(["STRIPE_KEY"], "revoked")["changed"] == 1
    with pytest.raises(keyslot.errors.AccessDenied) as raised:
        scope.delete_all(names)
    assert raised.value.code == "revoked" and raised.value.item == 0
    assert scope.delete_all(names, force=True)["changed"] == 1
    with pytest.raises(keyslot.errors.NotFound):
        scope.set_status_all(names, "inactive")


def test_the_twins_await(scope: Scope) -> None:
    async def all_of_them() -> int:
        await scope.aput_all({"A": "a", "B": "b"})
        await scope.aset_status_all(["A"], "inactive")
        return (await scope.adelete_all(["A", "B"]))["changed"]

    assert asyncio.run(all_of_them()) == 2


def test_changes_at_a_revision(scope: Scope) -> None:
    late = scope.info("STRIPE_KEY").revision
    now = scope.put("STRIPE_KEY", "second").revision
    for call in (
        lambda at: scope.rollback("STRIPE_KEY", 1, if_revision=at),
        lambda at: scope.set_status("STRIPE_KEY", "inactive", if_revision=at),
        lambda at: scope.revoke("STRIPE_KEY", if_revision=at),
        lambda at: scope.delete("STRIPE_KEY", force=True, if_revision=at),
    ):
        with pytest.raises(keyslot.errors.Conflict):
            call(late)
        call(now)
        if "STRIPE_KEY" in scope:
            now = scope.info("STRIPE_KEY").revision
    assert "STRIPE_KEY" not in scope


def test_a_log_is_pruned_with_progress() -> None:
    vault = keyslot.Vault.in_memory(keyslot.RootKey.generate(), audit="off")
    scope = vault.scope("acme")
    for number in range(200):
        scope.put("STRIPE_KEY", f"value {number}")
    log, seen = vault.audit("acme"), []
    assert log.prune("the policy", max_age=timedelta(days=1)) == 0

    def stops(taken: int) -> bool:
        seen.append(taken)
        return False

    assert log.prune("the policy", max_entries=4, progress=stops) == 64 and seen == [64]
    assert log.prune("the policy", max_entries=4) >= 196 - 64
    assert vault.verify()["findings"] == []
    with pytest.raises(keyslot.errors.AccessDenied):
        scope.audit().prune("the policy", max_entries=4)
    with pytest.raises(keyslot.errors.InvalidInput):
        log.prune("", max_entries=4)
