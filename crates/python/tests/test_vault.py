"""A vault from Python: what is kept, found, changed, checked and copied."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import REPOSITORY, VALUE
from pydantic import SecretStr

import keyslot
from keyslot import AccessRules, Permissions, RootKey, Scope, Target, Vault, errors


def test_a_vault_in_a_file_keeps_what_was_put(tmp_path: Path) -> None:
    key, path = RootKey.generate(), tmp_path / "vault.db"
    Vault.create(path, key).scope("acme").put("TOKEN", VALUE)
    assert Vault.open(str(path), key).scope("acme").reveal("TOKEN") == VALUE
    again = RootKey.from_base64(key.to_base64())
    assert Vault.open(path, again, read_only=True).scope("acme").names() == ["TOKEN"]
    with pytest.raises(PermissionError) as refused:
        Vault.open(path, RootKey.generate())
    assert refused.value.code == "wrong_key"  # type: ignore[attr-defined]
    with pytest.raises(LookupError):
        Vault.open(tmp_path / "none.db", key)
    with pytest.raises(errors.Conflict):
        Vault.create(path, key)
    assert VALUE.encode() not in path.read_bytes()


def test_a_passphrase_opens_a_vault(tmp_path: Path) -> None:
    key, words = RootKey.generate(), keyslot.Passphrase("correct horse battery staple orchid")
    vault = Vault.create(tmp_path / "vault.db", key)
    vault.add_key("safe", words)
    assert [one["name"] for one in vault.keys()][1] == "safe"
    assert Vault.open(tmp_path / "vault.db", words).keys()[1]["kind"] == "passphrase"
    assert "horse" not in repr(words) and key.to_base64() not in repr(key)


def test_facts_are_kept_and_times_are_datetimes(scope: Scope) -> None:
    expires = datetime(2031, 5, 6, 7, 8, 9, tzinfo=timezone.utc)
    rules = AccessRules(tools=["stripe"], hosts=["*.stripe.com"], surfaces=["header"])
    info = scope.put(
        "API_KEY",
        "value-of-a-key",
        description="billing",
        metadata={"owner": "payments"},
        expires_at=expires,
        rotate_every=timedelta(days=30),
        rules=rules,
    )
    assert info == scope.info("API_KEY")
    assert (info.expires_at, info.rotate_every) == (expires, timedelta(days=30))
    assert (info.description, info.metadata) == ("billing", {"owner": "payments"})
    assert info.rules == rules and info.rules.hosts == ["*.stripe.com"]
    assert info.created_at.tzinfo is timezone.utc
    assert abs(info.created_at - datetime.now(timezone.utc)) < timedelta(minutes=5)
    assert (info.version, info.versions[0].version, info.status) == (1, 1, "active")
    assert info.due_for_rotation(datetime.now(timezone.utc) + timedelta(days=31))
    assert not info.due_for_rotation()
    changed = scope.update("API_KEY", metadata={"owner": None}, clear_times=True, rotate_every=None)
    assert (changed.metadata, changed.expires_at, changed.rotate_every) == ({}, None, None)
    with pytest.raises(AttributeError):
        info.name = "OTHER"  # type: ignore[misc]


def test_what_is_no_fact_is_refused_and_not_repeated(scope: Scope) -> None:
    refused = [
        {"canary": 1},
        {"expires_at": datetime(2031, 1, 1)},
        {"expires_at": "canary"},
        {"metadata": "canary"},
        {"status": "canary"},
    ]
    for facts in refused:
        with pytest.raises(ValueError) as error:
            scope.put("KEY", "some-value", **facts)  # type: ignore[arg-type]
        assert "canary" not in str(error.value)
    assert "KEY" not in scope


def test_values_are_str_bytes_and_secret_str(scope: Scope) -> None:
    for value in (VALUE, VALUE.encode(), SecretStr(VALUE)):
        scope.put("KEY", value)
        assert scope.reveal("KEY") == VALUE and scope.matches("KEY", value)
    assert not scope.matches("KEY", "another-value")
    for value in (b"\xff\xfe\xfd\xfc", 7, None, ""):
        with pytest.raises(ValueError):
            scope.put("KEY", value)  # type: ignore[arg-type]


def test_a_scope_is_a_collection_of_names(vault: Vault, scope: Scope) -> None:
    scope.put("A_KEY", "first-value")
    assert list(scope) == scope.names() == ["A_KEY", "STRIPE_KEY"]
    assert "A_KEY" in scope and "B_KEY" not in scope
    assert [info.name for info in scope.list(limit=1)] == ["A_KEY"]
    assert [info.name for info in scope.list(after="A_KEY")] == ["STRIPE_KEY"]
    assert [info.name for info in scope.list(name_contains="STRIPE")] == ["STRIPE_KEY"]
    assert vault.organizations() == ["acme"]
    assert vault.scopes("acme") == ["acme/billing"]
    assert scope.path == "acme/billing"


def test_a_secret_has_a_life(scope: Scope) -> None:
    scope.put("STRIPE_KEY", "second-value")
    assert scope.resolve("<<$secret.STRIPE_KEY@1>>").get_secret_value() == VALUE
    assert scope.rollback("STRIPE_KEY", 1).version == 3
    scope.set_status("STRIPE_KEY", "inactive")
    with pytest.raises(PermissionError) as error:
        scope.resolve("<<$secret.STRIPE_KEY>>")
    assert error.value.code == "inactive"  # type: ignore[attr-defined]
    scope.set_status("STRIPE_KEY", "active")
    with pytest.raises(errors.Conflict):
        scope.put("STRIPE_KEY", "third-value", if_absent=True)
    with pytest.raises(errors.Conflict):
        scope.update("STRIPE_KEY", description="x", if_revision=1)
    assert scope.revoke("STRIPE_KEY") in ("done", "pending", "out_of_reach")
    assert scope.info("STRIPE_KEY").status == "revoked"
    assert scope.info("STRIPE_KEY").version is None
    with pytest.raises(PermissionError):
        scope.put("STRIPE_KEY", "fourth-value")
    assert scope.replace_revoked("STRIPE_KEY", "fifth-value").status == "active"
    scope.delete("STRIPE_KEY")
    with pytest.raises(LookupError):
        scope.delete("STRIPE_KEY")


def test_a_narrowed_handle_cannot_be_widened(scope: Scope) -> None:
    handle = scope.narrowed(Permissions("use", "read"))
    assert "read" in handle.permissions and "manage" not in handle.permissions
    with pytest.raises((PermissionError, LookupError)):
        handle.put("KEY", "some-value")
    assert handle.narrowed(Permissions("manage")).permissions == Permissions()
    assert handle.resolve("<<$secret.STRIPE_KEY>>").get_secret_value() == VALUE


def test_a_bound_handle_is_for_its_target_alone(scope: Scope) -> None:
    scope.put("KEY", VALUE, rules=AccessRules(tools=["stripe"]))
    bound = scope.for_target(Target("stripe"))
    assert bound.resolve("<<$secret.KEY>>", Target("stripe")).get_secret_value() == VALUE
    with pytest.raises(PermissionError):
        bound.resolve("<<$secret.KEY>>", Target("shell"))


def test_an_inherited_secret_is_found_and_explained(vault: Vault) -> None:
    vault.scope("acme").put("TOKEN", "above-value")
    below = vault.scope("acme/agents/7")
    assert below.resolve("<<$secret.TOKEN>>").get_secret_value() == "above-value"
    said = below.explain("<<$secret.TOKEN>> <<$secret.NONE>>")
    assert [one["scope"] for one in said] == ["acme", None]
    assert said[0]["refused"] is None
    assert said[1]["refused"] is not None and said[1]["refused"]["code"] == "not_found"
    missing, unused = below.missing_and_unused("<<$secret.NONE>>")
    assert (missing, unused) == (["<<$secret.NONE>>"], [])


def test_a_check_finds_lints_and_fails_like_a_resolve(scope: Scope) -> None:
    (lint,) = scope.check({"a": ["🔑 <<STRIPE_KEY >>"]})
    assert (lint["code"], lint["pointer"]) == ("one_sided_space", "/a/0")
    assert lint["span_chars"] == {"start": 2, "end": 17}
    with pytest.raises(LookupError):
        scope.check("<<$secret.NONE>>")
    assert scope.references("<<$secret.A@2>> <<B>>") == ["<<$secret.A@2>>", "<<B>>"]


def test_a_snapshot_holds_versions_fast(scope: Scope) -> None:
    config = {"header": "Bearer <<$secret.STRIPE_KEY>>"}
    run = scope.snapshot(config)
    scope.put("STRIPE_KEY", "newer-value")
    assert run.resolve(config).get_secret_value() == {"header": f"Bearer {VALUE}"}
    run.refresh()
    assert run.resolve(config).get_secret_value() == {"header": "Bearer newer-value"}


def test_changes_are_told(scope: Scope) -> None:
    epoch = scope.epoch()
    assert scope.wait_for_changes(epoch, timedelta(milliseconds=1))["secrets"] == []
    scope.put("OTHER", "other-value")
    changes = scope.wait_for_changes(epoch, timedelta(seconds=5))
    assert [one["name"] for one in changes["secrets"]] == ["OTHER"]


def test_a_vault_is_verified_and_copied(tmp_path: Path) -> None:
    key = RootKey.generate()
    vault = Vault.create(tmp_path / "vault.db", key)
    vault.scope("acme").put("TOKEN", VALUE)
    report = vault.verify()
    assert (report["intact"], report["secrets"], report["findings"]) == (True, 1, [])
    assert vault.backup_to(tmp_path / "backup.db")["intact"]
    restored = Vault.restore(tmp_path / "backup.db", tmp_path / "restored.db", key)
    assert restored.scope("acme").reveal("TOKEN") == VALUE
    assert vault.rotate_data_key("acme") == 2
    vault.rewrap("acme")
    assert vault.purge() in ("done", "pending")
    assert vault.change_root_key(key, RootKey.generate()) in ("done", "pending")


def test_an_audit_log_answers_questions() -> None:
    vault = Vault.in_memory(RootKey.generate(), audit="required")
    scope = vault.scope("acme/billing").acting_as("user:ada").for_run("nightly")
    scope.put("TOKEN", VALUE)
    before = datetime.now(timezone.utc) + timedelta(seconds=1)
    scope.resolve("<<$secret.TOKEN>>", Target("mail", host="smtp.example:587"))
    with pytest.raises(LookupError):
        scope.resolve("<<$secret.NONE>>")
    vault.flush_audit()
    log = vault.audit("acme")
    page = log.page(actor="user:ada", run="nightly", actions=["use"], refused=False)
    (entry,) = page["entries"]
    assert (entry["name"], entry["tool"], entry["host"]) == ("TOKEN", "mail", "smtp.example:587")
    assert entry["time"].tzinfo is timezone.utc
    assert log.page(since=before)["entries"] == []
    assert log.page(outcome="not_found")["entries"][0]["refused"] == "not_found"
    first = log.page(limit=1, oldest_first=True)
    second = log.page(limit=1, oldest_first=True, after=first["next"])
    assert first["entries"] != second["entries"]
    (used,) = log.usage().values()
    assert used["count"] == 1
    with pytest.raises(ValueError) as error:
        log.page(canary=1)  # type: ignore[call-arg]
    assert "canary" not in str(error.value)


def test_a_wrong_setting_is_refused() -> None:
    with pytest.raises(ValueError):
        Vault.in_memory(RootKey.generate(), canary=True)  # type: ignore[call-arg]
    with pytest.raises(ValueError) as error:
        Vault.in_memory(RootKey.generate(), syntax="canary")
    assert "canary" not in str(error.value)


def test_the_golden_vault_opens(tmp_path: Path) -> None:
    import json

    facts = json.loads((REPOSITORY / "tests/vectors/vault-1.json").read_text())
    shutil.copy(REPOSITORY / "tests/vectors/vault-1.db", tmp_path / "vault.db")
    (tmp_path / "vault.db").chmod(0o600)
    vault = Vault.open(tmp_path / "vault.db", RootKey.from_hex(facts["root_key"]), full_check=True)
    assert vault.verify()["intact"] and vault.organizations()


def test_targets_say_what_they_are() -> None:
    target = Target("mail", url="https://a.b:8443/v1", surface="header")
    assert (target.tool, target.host, target.port) == ("mail", "a.b", 8443)
    assert target.to_dict()["url"] == "https://a.b:8443/v1"
    assert target == Target("mail", url="https://a.b:8443/v1", surface="header")
    assert Target(instructions=True).instructions
    for wrong in ({"host": "Canary"}, {"surface": "canary"}, {"host": "a.b", "url": "https://a"}):
        with pytest.raises(ValueError) as error:
            Target("mail", **wrong)  # type: ignore[arg-type]
        assert "anary" not in str(error.value)
