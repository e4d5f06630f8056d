"""Opens the golden vault with a second implementation, and refuses what was tampered with.

Reads `tests/vectors/vault-1.db` and `vault-1.json`. Every check that must fail has the intact vault
beside it, which must not.
"""

import json
import pathlib
import shutil
import sqlite3
import tempfile

import keyslot_format as f
from keyslot_format import Refused, Row
from vault import Vault

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = HERE.parent / "vectors"


def row_of(row):
    partition, key, info, body = (
        bytes.fromhex(row[part]) for part in ("partition", "key", "info", "body")
    )
    return Row(partition, row["kind"], key, row["epoch"], info, body)


def check_texts():
    """The grammars, on texts that the first implementation is tested with too."""
    texts = json.loads((HERE / "texts.json").read_text())
    checks = {"scope": f.is_scope, "name": f.is_name, "actor": f.is_actor, "tool": f.is_tool}
    for what, check in {**checks, "host": f.is_host}.items():
        for outcome in ("taken", "refused"):
            assert len(texts[what][outcome]) >= 8
            for text in texts[what][outcome]:
                assert check(text) == (outcome == "taken"), (what, text)


def check_envelopes():
    """Envelopes that must open, and those that must be refused."""
    vectors = json.loads((VECTORS / "envelopes.json").read_text())["vectors"]
    for vector in vectors:
        key, aad, envelope = (bytes.fromhex(vector[part]) for part in ("key", "aad", "envelope"))
        try:
            plaintext = f.open_envelope(key, vector["label"].encode(), aad, envelope)
            assert vector["refused"] is None, vector["name"]
            assert plaintext.hex() == vector["plaintext"], vector["name"]
        except Refused as error:
            is_newer = vector["refused"] == "unknown_suite"
            assert str(error) == ("UnsupportedFormat" if is_newer else "Corrupt"), vector["name"]
            assert vector["refused"], vector["name"]
    return len(vectors)


def answer(vault, scope, name, now):
    name, _, pin = name.partition("@")
    try:
        value = vault.resolve(scope, name, int(pin) if pin else None, now * 1_000_000)
        return {"value": value}
    except Refused as error:
        return {"error": str(error)}


def check_answers(rows, vector, others=()):
    """The vault opens and answers as the vector says, but for `others`."""
    vault = Vault(rows, bytes.fromhex(vector["root_key"]))
    of = lambda answer: (answer["scope"], answer["name"])
    expected = {of(one): one for one in [*vector["answers"], *others]}
    for (scope, name), one in expected.items():
        got = answer(vault, scope, name, vector["now"])
        assert {"scope": scope, "name": name, **got} == one, (one, got)
    return vault


def edit(rows, row, change):
    """Damages rows, a dictionary by what they are, as the vector says."""
    ((how, arguments),) = change.items()
    old = rows[row]
    if how == "gone":
        del rows[row]
    elif how == "twice":
        rows[row, "again"] = old._replace(key=bytes([0xA5] * 32))
    elif how == "from" and arguments[0] == "all":
        rows[row] = rows[arguments[1]]._replace(partition=old.partition, key=old.key)
    elif how == "from":
        rows[row] = old._replace(**{arguments[0]: getattr(rows[arguments[1]], arguments[0])})
    else:
        part, data = arguments[0], bytearray(getattr(old, arguments[0]))
        if how == "cut":
            del data[arguments[1] :]
        elif how == "append":
            data += bytes.fromhex(arguments[1])
        else:
            assert how == "flip"
            data[arguments[1]] ^= arguments[2]
        rows[row] = old._replace(**{part: bytes(data)})


def check_damaged(rows, vector):
    for damaged in vector["damaged"]:
        copy = dict(rows)
        for one in damaged["edits"]:
            edit(copy, one["row"], {how: of for how, of in one.items() if how != "row"})
        try:
            vault = check_answers(copy.values(), vector, damaged.get("answers", ()))
        except Refused as error:
            assert str(error) == damaged.get("refused"), (damaged["defect"], str(error))
            continue
        assert "refused" not in damaged, damaged["defect"]
        assert vault.verify(), damaged["defect"]
    return len(vector["damaged"])


def findings(rows, root_key):
    """What is wrong with a vault that may not even open."""
    try:
        return Vault(rows, root_key).verify()
    except Refused as error:
        return [str(error)]


def check_tampering(rows, root_key):
    """Edits of the golden file, each of which must be found. `rows` is what the file holds."""
    found = lambda changed: findings(changed, root_key)
    replaced = lambda at, row: [*rows[:at], row, *rows[at + 1 :]]
    assert found(rows) == []
    edits = 0
    for at, row in enumerate(rows):
        assert found(rows[:at] + rows[at + 1 :]), ("a row is gone", row.kind)
        for part in ("info", "body"):
            data = getattr(row, part)
            for byte in sorted({0, 1, 15, 16, 17, 40, 60, len(data) // 2, len(data) - 1}):
                if 0 <= byte < len(data):
                    flipped = data[:byte] + bytes([data[byte] ^ 1]) + data[byte + 1 :]
                    assert found(replaced(at, row._replace(**{part: flipped}))), (
                        row.kind,
                        part,
                        byte,
                    )
                    edits += 1
        if row.kind in (f.DATA_KEY, f.HEAD, f.SECRET, f.VERSION):
            moved = found(replaced(at, row._replace(partition=f.VAULT)))
            assert moved, ("another partition", row.kind)
        if row.kind in (f.HEAD, f.SECRET):
            assert found(replaced(at, row._replace(epoch=row.epoch - 1))), (
                "another epoch",
                row.kind,
            )
        for to, other in enumerate(rows):
            if row.kind == other.kind and at < to:
                swapped = replaced(at, other._replace(partition=row.partition, key=row.key))
                swapped[to] = row._replace(partition=other.partition, key=other.key)
                assert found(swapped), ("two rows are exchanged", row.kind)
                edits += 1
            if row.kind == f.VERSION and other.kind in (f.SECRET, f.VERSION) and at != to:
                replayed = replaced(to, other._replace(body=row.body))
                assert set(found(replayed)) & {"value"}, "an older value is put in place of another"
                edits += 1
    return edits + len(rows)


def check_account(rows, root_key):
    """A secret or tombstone that is taken away with its versions is missing from the account."""
    vault, missed = Vault(rows, root_key), 0
    for row in rows:
        if row.kind == f.SECRET:
            _, info = vault.info(row)
            own = {vault.keys.version_row_key(info[1], info[2], version[1]) for version in info[12]}
            rest = [other for other in rows if other != row and other.key not in own]
            assert findings(rest, root_key) == ["account"], info[2]
            missed += 1
    return missed


def check_slots(rows, root_key):
    """The directory tells slots that were changed, added or taken away from an open vault."""
    slot = next(row for row in rows if row.kind == f.SLOT)
    vault = Vault(rows, root_key)
    assert vault.verify() == [] and vault.verify() == [], "the same directory may come again"
    epoch, commitment = vault.seen[f.VAULT]
    for noted in ((epoch + 1, commitment), (epoch, bytes(32))):
        vault.seen[f.VAULT] = noted
        assert vault.verify() == ["slot directory"], "an older directory, or another one"
    added = slot._replace(key=bytes([7] * 16) + f.ZEROS)
    changed = slot._replace(info=slot.info[:-1] + bytes([slot.info[-1] ^ 1]))
    for finding, now in (
        ("slot added", [slot, added]),
        ("slot changed", [changed]),
        ("slot missing", []),
    ):
        vault = Vault(rows, root_key)
        assert vault.verify() == []
        del vault.rows[f.identity(slot)]
        vault.rows.update({f.identity(row): row for row in now})
        assert vault.verify() == [finding], (finding, vault.verify())


def check_authentic(rows, root_key):
    """Rows that are sealed with the right keys, but are not what the others say of them."""
    vault = Vault(rows, root_key)
    under = lambda label, fields, plaintext: f.seal(
        vault.vault_key, vault.vault_key_id, label, [vault.vault_id, *fields], plaintext, bytes(24)
    )

    def found(*place, **parts):
        vault = Vault(rows, root_key)
        assert vault.verify() == []
        old = vault.rows.get(place) or Row(*place, 1, b"", b"")
        vault.rows[place] = old._replace(**parts)
        return vault.verify()

    secret = next(row for row in rows if row.kind == f.SECRET and row.body)
    record_id, info = vault.info(secret)
    key_id, newest = f.key_id(secret.body), info[12][-1]
    tenant, data_key, _ = vault.data_key(secret.partition, key_id)
    value = vault.value(record_id, info, newest, secret.body)
    scope, name = info[1].encode(), info[2].encode()
    fields = [vault.vault_id, record_id, scope, name, f.u(64, newest[1])]
    again = f.seal(data_key, key_id, b"keyslot/1 value", fields, value, bytes(24))
    assert f.unseal(data_key, b"keyslot/1 value", fields, again) == value
    assert found(*f.identity(secret), body=again) == ["value"], "a value that is not the one named"

    state = lambda number: under(
        b"keyslot/1 data key state",
        [key_id],
        f.write_record({1: f.u(8, number), 2: f.u(32, 1), 3: tenant.encode()}),
    )
    place = secret.partition, f.DATA_KEY, key_id + f.ZEROS
    assert found(*place, info=state(1)) == [], "the same again"
    assert found(*place, info=state(2)) == ["data key"], "the head's, which may not seal"
    assert "data key" in found(*place, info=state(3)), "a destroyed data key"

    other = next(row for row in rows if row.kind == f.HEAD and row.partition != secret.partition)
    new_id = bytes([7] * 16)
    about = f.write_record({1: f.u(8, 2), 2: f.u(32, 2), 3: tenant.encode()})
    info = under(b"keyslot/1 data key state", [new_id], about)
    body = under(b"keyslot/1 data key", [new_id, tenant.encode(), f.u(32, 2)], bytes(range(32)))
    of = lambda tag: found(tag, f.DATA_KEY, new_id + f.ZEROS, info=info, body=body)
    assert of(secret.partition) == [], "a second data key"
    assert of(other.partition) == ["data key"], "a data key in the list of another tenant"
    assert of(f.VAULT) == ["stray"], "a data key beside the rows that a vault is opened with"
    assert of(bytes([9] * 16)) == ["headless"], "a data key of nobody"


def check_older_copies(rows, root_key):
    """A head is refused that is older than a noted one, gone, or another of the same epoch."""
    row = next(row for row in rows if row.kind == f.HEAD)
    vault = Vault(rows, root_key)
    head = f.unseal(vault.keys.head, b"keyslot/1 head", [vault.vault_id, row.partition], row.info)
    bound_to = [vault.vault_id, row.partition]
    fork = f.seal(vault.keys.head, f.ZEROS, b"keyslot/1 head", bound_to, head, bytes(24))
    forked = [other if other != row else row._replace(info=fork) for other in rows]
    assert findings(forked, root_key) == [], "who has seen nothing cannot tell"
    assert vault.verify() == [] and vault.verify() == [], "the same head may come again"
    vault.rows[f.identity(row)] = row._replace(info=fork)
    assert vault.verify() == ["head"], "another head of the same epoch"
    vault.rows[f.identity(row)] = row
    vault.seen[row.partition] = (row.epoch + 1, bytes(32))
    assert "head" in vault.verify(), "an older head"
    del vault.rows[f.identity(row)]
    assert "head" in vault.verify(), "no head"


def check_files(path, folder):
    """Files that are not, or not only, a vault."""
    schema = (
        "PRAGMA writable_schema = ON; "
        "UPDATE sqlite_schema SET sql = replace(sql, ' STRICT', '') WHERE name = 'rows'"
    )
    cases = [
        ("NotAVault", "PRAGMA application_id = 7"),
        ("UnsupportedFormat", "PRAGMA user_version = 2"),
        ("Corrupt", "PRAGMA user_version = 0"),
        ("Corrupt", "CREATE TABLE more(column)"),
        ("Corrupt", "DROP INDEX rows_by_epoch"),
        ("Corrupt", schema),
        ("Corrupt", "UPDATE rows SET partition = x'00' WHERE kind = 6"),
        ("Corrupt", "UPDATE rows SET info = zeroblob(1048577) WHERE kind = 6"),
        ("Corrupt", "UPDATE rows SET epoch = -1 WHERE kind = 6"),
        (None, "UPDATE rows SET info = zeroblob(1048576) WHERE kind = 6"),
    ]
    for kind, sql in cases:
        copy = folder / "changed.db"
        copy.write_bytes(path.read_bytes())
        database = sqlite3.connect(copy)
        database.executescript(f"PRAGMA journal_mode = DELETE; {sql};")
        database.close()
        try:
            f.read_file(copy)
            assert kind is None, sql
        except Refused as error:
            assert str(error) == kind, (sql, str(error))
    (folder / "text").write_text("no database, but longer than a hundred bytes. " * 9)
    try:
        f.read_file(folder / "text")
        raise AssertionError("a text is no vault")
    except Refused as error:
        assert str(error) == "NotAVault"
    return len(cases) + 1


def check_keys(folder):
    """The vault that several keys open: two root keys, two passphrases, and a provider."""
    vector = json.loads((VECTORS / "keys-1.json").read_text())
    rows = f.read_file(pathlib.Path(shutil.copy(VECTORS / "keys-1.db", folder)))

    def unwrap(wrapped, context):
        require_context, masked = wrapped[: len(context)], wrapped[len(context) :]
        f.require(require_context == context, "WrongKey")
        return bytes(byte ^ 0x5A for byte in masked)

    roots = [bytes.fromhex(key) for key in vector["root_keys"]]
    keys = [*roots, *vector["passphrases"], (vector["provider"], unwrap)]
    expected = {(one["scope"], one["name"]): one["value"] for one in vector["answers"]}
    for key in keys:
        vault = Vault(rows, key)
        assert vault.verify() == []
        for (scope, name), value in expected.items():
            assert answer(vault, scope, name, vector["now"]) == {"value": value}
    other = vector["passphrases"][0] + " "
    strangers = [bytes(range(32)), other, (vector["provider"] + "x", unwrap)]
    for key in strangers:
        assert findings(rows, key) == ["WrongKey"]
    slots = [row for row in rows if row.kind == f.SLOT]
    for slot in slots:
        for byte in range(len(slot.info)):
            changed = slot.info[:byte] + bytes([slot.info[byte] ^ 1]) + slot.info[byte + 1 :]
            others = [row for row in rows if row != slot] + [slot._replace(info=changed)]
            # By a key that needs no derivation.
            found = [findings(others, key) for key in roots]
            assert all(found) and ["slot changed"] in found, byte
    return len(keys), len(slots)


def check_passphrase():
    """The key slot of a passphrase in `sealing.json`, and each of its parts changed."""
    all = json.loads((VECTORS / "sealing.json").read_text())
    vector, vault_id = all["passphrase_slot"], bytes.fromhex(all["vault_id"])
    vault_key = next(one for one in all["envelopes"] if one["name"] == "vault key")["plaintext"]
    slot_id, info, body = (bytes.fromhex(vector[part]) for part in ("id", "info", "body"))

    def opened(text, slot_id, info):
        slot = f.record(info, f.SLOT_RECORD)
        root_key = f.root_key(text, vault_id, slot_id, slot[1])
        kek, check = f.slot_keys(vault_id, root_key, slot_id, slot[1])
        f.require(check == slot[2], "WrongKey")
        fields = [vault_id, slot_id]
        return root_key, kek, f.unseal(kek, b"keyslot/1 vault key", fields, body)

    found = [part.hex() for part in opened(vector["passphrase"], slot_id, info)]
    assert found == [vector["root_key"], vector["kek"], vault_key]
    # Memory, passes, lanes, salt and the key check, by their last bytes.
    changed = [info[:at] + bytes([info[at] ^ 1]) + info[at + 1 :] for at in (21, 30, 39, 60, 81)]
    others = [(vector["passphrase"], slot_id, info) for info in changed]
    others += [(vector["passphrase"] + " ", slot_id, info)]
    others += [(vector["passphrase"], slot_id[:-1] + bytes([slot_id[-1] ^ 1]), info)]
    for other in others:
        try:
            opened(*other)
            raise AssertionError("a changed slot is not refused")
        except Refused as error:
            assert str(error) == "WrongKey", error
    return len(others)


def check_audit(folder):
    """The golden vault with logs: its entries, and rows of logs that somebody changed."""
    vector = json.loads((VECTORS / "audit-1.json").read_text())
    path = pathlib.Path(shutil.copy(VECTORS / "audit-1.db", folder))
    rows, root_key = list(f.read_file(path)), bytes.fromhex(vector["root_key"])
    vault = Vault(rows, root_key)
    assert vault.verify() == []
    entries = []
    for tag in (vault.keys.tenant_tag("acme"), vault.keys.uses_tag("acme")):
        head = vault.head(vault.rows[tag, f.HEAD, tag + f.ZEROS])
        entries += vault.log(tag, *head[8])
    told = lambda number, scope, name, actor: (number, scope, name or "", actor or "")
    found = sorted(told(number, entry[3], entry[4], entry[5]) for number, entry in entries)
    expected = [
        told(one["number"], one["scope"], one.get("name"), one.get("actor"))
        for one in vector["entries"]
    ]
    assert found == sorted(expected)
    logged = [row for row in rows if row.kind == f.AUDIT]
    return damaged_logs(rows, root_key, logged, [], "audit log")


def damaged_logs(rows, root_key, logged, strangers, finding):
    """Each row of some logs deleted, changed, given the bytes of another one, and repeated."""
    cases = 0
    for at, row in enumerate(rows):
        if row not in logged:
            continue
        others = [next(other for other in logged if other != row), *strangers]
        changed = [
            [],
            [row._replace(info=row.info[:-1] + bytes([row.info[-1] ^ 1]))],
            *([row._replace(info=other.info)] for other in others),
            [row, row._replace(key=f.u(64, 99) + bytes(24), epoch=row.epoch + 99)],
        ]
        for replaced in changed:
            damaged = rows[:at] + replaced + rows[at + 1 :]
            assert Vault(damaged, root_key).verify() == [finding]
            cases += 1
    return cases


def check_key_log(folder):
    """The golden vault with a log of keys: its entries, and rows of it that somebody changed."""
    vector = json.loads((VECTORS / "key-log-1.json").read_text())
    path = pathlib.Path(shutil.copy(VECTORS / "key-log-1.db", folder))
    rows, root_key = list(f.read_file(path)), bytes.fromhex(vector["root_key"])
    vault = Vault(rows, root_key)
    assert vault.verify() == []
    directory = vault.slot_directory()
    told = lambda number, key, name, actor: (number, key or "", name or "", actor or "")
    found = [
        told(number, entry[19] and entry[19].hex(), entry[20], entry[5])
        for number, entry in vault.log(f.VAULT, *directory[4])
    ]
    expected = [
        told(one["number"], one.get("key"), one.get("key_name"), one.get("actor"))
        for one in vector["entries"]
    ]
    assert found == expected and len(found) == 12
    assert {entry[1].hex() for entry in directory[1]} <= {key for _, key, _, _ in found}
    logged = [row for row in rows if row.kind == f.AUDIT]
    own = [row for row in logged if row.partition == f.VAULT]
    of_a_tenant = next(row for row in logged if row.partition != f.VAULT)
    return damaged_logs(rows, root_key, own, [of_a_tenant], "key log")


def check_documents(folder):
    """The golden vault with documents and counted uses, and rows that somebody changed."""
    vector = json.loads((VECTORS / "documents-1.json").read_text())
    path = pathlib.Path(shutil.copy(VECTORS / "documents-1.db", folder))
    rows, root_key = list(f.read_file(path)), bytes.fromhex(vector["root_key"])
    vault = Vault(rows, root_key)
    assert vault.verify() == []
    head = lambda tag: vault.head(vault.rows[tag, f.HEAD, tag + f.ZEROS])
    tag, uses = vault.keys.tenant_tag("acme"), vault.keys.uses_tag("acme")
    forms = {"secret": 1, "bare": 2}
    found = []
    for one in vault.documents(tag, head(tag)[9]):
        assert (tag, f.DOCUMENT, vault.keys.document_row_key(one[1], one[2])) in vault.rows
        references = [(it[1], it[2], it[3], it[4], it[5] or []) for it in one[5] or []]
        found.append((one[1], one[2], one[4], references))
    expected = []
    for one in vector["documents"]:
        references = []
        for it in one["references"]:
            asked = it["reference"]
            form = forms[asked["kind"]]
            references.append((form, asked["name"], asked["version"], it["count"], it["pointers"]))
        expected.append((one["scope"], one["id"], one["updated_by"], references))
    by_name = lambda one: one[:2]
    assert sorted(found, key=by_name) == sorted(expected, key=by_name)
    told = lambda one: (one["uses"], one["reveals"], one["actor"], one["tool"], one["host"])
    expected = {(one["scope"], one["name"]): told(one["usage"]) for one in vector["usage"]}
    found = {}
    for one in vault.usage(uses, head(uses)[10]):
        assert (uses, f.USAGE, vault.keys.usage_row_key(one[2], one[3])) in vault.rows
        found[one[2], one[3]] = (one[4], one[5], one[8], one[9], one[10])
    assert found == expected and len(found) == 2
    cases = 0
    for at, row in enumerate(rows):
        if row.kind not in (f.USAGE, f.DOCUMENT):
            continue
        finding = "usage" if row.kind == f.USAGE else "documents"
        others = [other for other in rows if other.kind == row.kind and other != row]
        changed = [
            [],
            [row._replace(info=row.info[:-1] + bytes([row.info[-1] ^ 1]))],
            [row._replace(info=others[0].info)],
            [row._replace(epoch=row.epoch + 1)],
            [row._replace(body=b"1")],
            [row, row._replace(key=bytes(32))],
        ]
        for replaced in changed:
            damaged = rows[:at] + replaced + rows[at + 1 :]
            assert Vault(damaged, root_key).verify() == [finding]
            cases += 1
    return cases


def check_replaced(folder):
    """The vault whose vault key was replaced twice, with data keys under two of the three."""
    root_key = bytes.fromhex(json.loads((VECTORS / "replaced-1.json").read_text())["root_key"])
    rows = f.read_file(pathlib.Path(shutil.copy(VECTORS / "replaced-1.db", folder)))
    vault = Vault(rows, root_key)
    assert vault.verify() == [] and len(vault.vault_keys) == 3
    for scope in ("acme/billing", "globex", "initech"):
        assert vault.resolve(scope, "KEY", None, 0) == scope
    named = {f.key_id(sealed) for row in rows for sealed in (row.info, row.body)
             if row.kind == f.DATA_KEY}
    assert len(named) == 2 and vault.vault_key_id in named
    # Without the one before, what it wraps does not open.
    vault.vault_keys = {vault.vault_key_id: vault.vault_key}
    assert "data key" in vault.verify()
    return len(vault.slot_directory()[3])


def check_anchor():
    """An anchor file that the first implementation writes, and each byte of it changed."""
    vector = json.loads((VECTORS / "anchor.json").read_text())
    data = bytes.fromhex(vector["file"])
    marks = [
        tuple(mark[part] for part in ("vault", "tenant", "epoch", "head"))
        for mark in vector["marks"]
    ]
    read = [(v.hex(), t.hex(), epoch, h.hex()) for v, t, epoch, h in f.read_anchor(data)]
    assert read == marks and len(marks) >= 3
    for at in range(len(data)):
        try:
            f.read_anchor(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            raise AssertionError(("a changed byte", at))
        except Refused as error:
            assert str(error) == "Corrupt"
    return len(marks)


def main():
    vector = json.loads((VECTORS / "vault-1.json").read_text())
    root_key = bytes.fromhex(vector["root_key"])
    rows = {row["what"]: row_of(row) for row in vector["rows"]}
    check_texts()
    print(f"envelopes: {check_envelopes()}")
    assert check_answers(rows.values(), vector).verify() == []
    print(f"changes of the slot of a passphrase: {check_passphrase()}")
    print(f"rows: {len(rows)}, answers: {len(vector['answers'])}")
    print(f"damaged copies: {check_damaged(rows, vector)}")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        copy = pathlib.Path(shutil.copy(VECTORS / "vault-1.db", folder))
        in_file = f.read_file(copy)
        print(f"changed files: {check_files(copy, folder)}")
        print("keys that open a vault, slots: {}, {}".format(*check_keys(folder)))
        print(f"changed logs: {check_audit(folder)}")
        print(f"changed logs of keys: {check_key_log(folder)}")
        print(f"changed documents and uses: {check_documents(folder)}")
        print(f"previous vault keys: {check_replaced(folder)}")
    assert check_answers(in_file, vector).verify() == []
    try:
        Vault(in_file, bytes(range(32)))
        raise AssertionError("another key opens nothing")
    except Refused as error:
        assert str(error) == "WrongKey"
    print(f"rows in the file: {len(in_file)}, edits of them: {check_tampering(in_file, root_key)}")
    print(f"secrets missed when they are taken away: {check_account(in_file, root_key)}")
    check_slots(in_file, root_key)
    check_authentic(in_file, root_key)
    check_older_copies(in_file, root_key)
    print(f"marks of an anchor: {check_anchor()}")


if __name__ == "__main__":
    main()
