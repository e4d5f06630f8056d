"""Makes `tests/vectors/small_vaults.json`: vaults of one secret, each with something that no vault
writes, or that few vaults have.

All ids, keys and nonces are hashes of their names, so the file comes out byte for byte as it was,
unless the format has changed. `--check` writes nothing and fails if it does not. What each vault
must do is said here by hand, and held against the reader beside this file.
"""

import hashlib
import json
import pathlib
import sys

import keyslot_format as f
from keyslot_format import Refused, Row, u
from vault import Vault

PATH = pathlib.Path(__file__).resolve().parent.parent / "vectors" / "small_vaults.json"

TENANT, SCOPE, NAME, VALUE = "acme", "acme/billing", "STRIPE_KEY", b"sk_live_not_a_real_key"
NOW, MADE = 1_750_000_000, 1_740_000_000_000_000
OWNERS = 3
LONG = 1 << 20


def of(length, name):
    """Bytes that are another's for every name."""
    return hashlib.sha256(b"keyslot small vaults " + name.encode()).digest()[:length]


VAULT_ID, RECORD_ID = of(16, "vault id"), of(16, "record id")
VAULT_KEY_ID, VAULT_KEY = of(16, "vault key id"), of(32, "vault key")
VAULT_SECRET = of(32, "vault secret")
DATA_KEY_ID, DATA_KEY = of(16, "data key id"), of(32, "data key")
ROOT_KEYS = [of(32, f"root key {owner}") for owner in range(OWNERS)]
STRANGER = of(32, "root key of a stranger")
SLOT_IDS = [of(16, f"slot {number}") for number in range(OWNERS + 1)]
KEYS = f.SubKeys(VAULT_ID, VAULT_SECRET)


def nonce(name):
    return (of(32, f"nonce of {name}"))[:24]


def sealed(key, key_id, label, fields, plaintext):
    name = f"{label} {key_id.hex()}"
    return f.seal(
        key, key_id, f"keyslot/1 {label}".encode(), [VAULT_ID, *fields], plaintext, nonce(name)
    )


def fields_of(record):
    """The fields of a record as it was written, each whole."""
    found, rest = [], record[1:]
    while rest:
        end = 5 + int.from_bytes(rest[1:5], "big")
        found.append(rest[:end])
        rest = rest[end:]
    return found


def swapped(record):
    first, second, *rest = fields_of(record)
    return record[:1] + b"".join([second, first, *rest])


def doubled(record):
    first, *rest = fields_of(record)
    return record[:1] + b"".join([first, first, *rest])


def same(data):
    return data


def slot(number, kdf=None, wrapped=VAULT_KEY, written=same):
    """Info and body of the slot of an owner; of an unknown kind for a number above."""
    slot_id = SLOT_IDS[number]
    kdf = kdf or f.write_record({1: u(8, 1)})
    root_key = ROOT_KEYS[number] if number < OWNERS else STRANGER
    kek, check = f.slot_keys(VAULT_ID, root_key, slot_id, kdf)
    body = sealed(kek, slot_id, "vault key", [slot_id], VAULT_KEY_ID + wrapped)
    return written(f.write_record({1: kdf, 2: check})), body


def entry(number, info, body):
    slot_id = SLOT_IDS[number]
    row_hash = f.slot_row_hash(slot_id, info, body)
    kind = 1 if number < OWNERS else 9
    record = {1: slot_id, 2: u(8, kind), 4: u(64, MADE + number), 5: row_hash}
    return f.write_record({**record, **({3: f"owner {number}".encode()} if number else {})})


def vault(
    slots=None,
    listed=None,
    copies=(),
    backwards=False,
    directory=same,
    secret=VAULT_SECRET,
    state=same,
    data_key=DATA_KEY,
    info=same,
    version=same,
    versions=1,
    head=same,
):
    """The rows of a vault, by name. Each argument is put in place of what a vault writes."""
    slots = slots or {number: slot(number) for number in range(OWNERS)}
    whole = listed or {number: slot(number) for number in slots}
    order = sorted(whole, key=lambda number: SLOT_IDS[number], reverse=backwards)
    repeated = [number for number in order for _ in range(1 + copies.count(number))]
    entries = [entry(number, *whole[number]) for number in repeated]
    directory = directory(f.write_record({1: f.LIST(*entries)}))
    under = lambda *what: sealed(VAULT_KEY, VAULT_KEY_ID, *what)
    tag, row_key = KEYS.tenant_tag(TENANT), KEYS.secret_row_key(SCOPE, NAME)
    tenant, scope, name = TENANT.encode(), SCOPE.encode(), NAME.encode()

    value = sealed(DATA_KEY, DATA_KEY_ID, "value", [RECORD_ID, scope, name, u(64, 1)], VALUE)
    kept = version(f.write_record({1: u(64, 1), 2: u(64, MADE), 3: f.commitment(value)}))
    about = f.write_record(
        {
            1: scope,
            2: name,
            3: u(8, f.ACTIVE),
            4: u(64, 1),
            5: u(64, 1),
            6: u(64, MADE),
            7: u(64, MADE),
            12: f.LIST(*[kept] * versions),
        }
    )
    place = [RECORD_ID, KEYS.scope_tag(SCOPE), row_key, u(64, 1)]
    sealed_info = sealed(DATA_KEY, DATA_KEY_ID, "info", place, info(about))
    account = KEYS.accumulator_entry(RECORD_ID, 1, f.commitment(sealed_info))
    sums = f.write_record(
        {1: tenant, 2: u(64, 1), 3: u(64, 1), 4: u(64, 0), 5: account, 6: DATA_KEY_ID}
    )
    sealed_head = sealed(KEYS.head, f.ZEROS, "head", [tag], head(sums))
    magic = b"keyslot\0" + u(16, 1) + u(8, 1)

    zeros = f.ZEROS
    rows = {
        "header": Row(f.VAULT, f.HEADER, zeros * 2, 0, magic + VAULT_ID, b""),
        "vault secret": Row(
            f.VAULT,
            f.VAULT_SECRET,
            zeros * 2,
            0,
            under("slot directory", [], directory),
            under("vault secret", [], secret),
        ),
        "data key": Row(
            tag,
            f.DATA_KEY,
            DATA_KEY_ID + zeros,
            1,
            under(
                "data key state",
                [DATA_KEY_ID],
                state(f.write_record({1: u(8, 1), 2: u(32, 1), 3: tenant})),
            ),
            under("data key", [DATA_KEY_ID, tenant, u(32, 1)], data_key),
        ),
        "head": Row(tag, f.HEAD, tag + zeros, 1, sealed_head, b""),
        "secret": Row(tag, f.SECRET, row_key, 1, RECORD_ID + sealed_info, value),
    }
    for number, (slot_info, slot_body) in slots.items():
        slot_row = Row(f.VAULT, f.SLOT, SLOT_IDS[number] + zeros, 0, slot_info, slot_body)
        rows[f"slot {number}"] = slot_row
    return rows


def cases():
    """Name, rows, who opens it, what the secret answers, and whether nothing is found to be wrong.

    Who opens it: for each owner and for a stranger nothing, or the kind of the error.
    """
    all_open = [None] * OWNERS + ["WrongKey"]
    first_refused = ["Corrupt", *all_open[1:]]
    none_open = ["Corrupt"] * OWNERS + ["WrongKey"]
    fine, corrupt = {"value": VALUE.decode()}, {"error": "Corrupt"}
    owners = {number: slot(number) for number in range(OWNERS)}
    with_first = lambda **how: {**owners, 0: slot(0, **how)}
    cut, longer = lambda key: key[:-1], lambda key: key + b"\0"

    yield "several slots", vault(), all_open, fine, True
    twice = vault()
    twice["slot 0 again"] = twice["slot 0"]._replace(key=bytes(15) + b"\1" + f.ZEROS)
    yield "the same slot twice", twice, all_open, fine, False
    twice = vault()
    twice["slot 0 again"] = twice["slot 0"]._replace(key=bytes([255] * 16) + f.ZEROS)
    yield "the same slot twice, the other one first", twice, all_open, fine, False
    yield "a slot that is listed twice", vault(copies=(1,)), all_open, fine, False
    newer = {**owners, OWNERS: slot(OWNERS, kdf=f.write_record({1: u(8, 9), 2: b"of tomorrow"}))}
    is_newer = [*all_open[:-1], "UnsupportedFormat"]
    yield "good slots beside one of an unknown kind", vault(newer, newer), is_newer, fine, True
    for how, change in (("shorter", cut), ("longer", longer)):
        slots = with_first(wrapped=change(VAULT_KEY))
        yield f"a {how} vault key", vault(slots, owners), first_refused, fine, False
        yield f"a {how} vault secret", vault(secret=change(VAULT_SECRET)), none_open, None, False
        yield f"a {how} data key", vault(data_key=change(DATA_KEY)), all_open, corrupt, False
    for how, change in (("out of order", swapped), ("twice", doubled)):
        slots = with_first(written=change)
        # Nobody can tell if the slot that cannot be read is the stranger's.
        opens = [*first_refused[:-1], "Corrupt"]
        yield f"fields of a slot {how}", vault(slots, owners), opens, fine, False
        yield f"fields of a data key {how}", vault(state=change), all_open, corrupt, False
        yield f"fields of a record {how}", vault(info=change), all_open, corrupt, False
        yield f"fields of a version {how}", vault(version=change), all_open, corrupt, False
        yield f"fields of a head {how}", vault(head=change), all_open, fine, False
    yield "the list of the directory twice", vault(directory=doubled), all_open, fine, False
    yield "the directory out of order", vault(backwards=True), all_open, fine, False
    yield "the same version twice", vault(versions=2), all_open, corrupt, False


def outcome(work):
    try:
        return work(), None
    except Refused as error:
        return None, str(error)


def check(name, rows, opens, answer, is_intact):
    """Holds what is said of a vault against the reader."""
    read = [outcome(lambda: Vault(rows.values(), key)) for key in [*ROOT_KEYS, STRANGER]]
    assert [error for _, error in read] == opens, (name, [error for _, error in read])
    for opened in (vault for vault, error in read if error is None):
        value, error = outcome(lambda: opened.resolve(SCOPE, NAME, None, NOW * 1_000_000))
        assert ({"error": error} if error else {"value": value}) == answer, (name, value, error)
        assert (opened.verify() == []) == is_intact, (name, opened.verify())


def long_value():
    """A value of a mebibyte. Its envelope is here as a hash."""
    value = bytes(at * 7 % 251 for at in range(LONG))
    fields = [RECORD_ID, SCOPE.encode(), NAME.encode(), u(64, 2)]
    label, number = "keyslot/1 value", nonce("the long value")
    envelope = f.seal(DATA_KEY, DATA_KEY_ID, label.encode(), [VAULT_ID, *fields], value, number)
    assert f.unseal(DATA_KEY, label.encode(), [VAULT_ID, *fields], envelope) == value
    return {
        "label": label,
        "key_id": DATA_KEY_ID.hex(),
        "key": DATA_KEY.hex(),
        "aad": f.FIELDS(label.encode(), VAULT_ID, *fields).hex(),
        "nonce": number.hex(),
        "length": LONG,
        "commitment": f.commitment(envelope).hex(),
        "envelope_length": len(envelope),
        "envelope_sha256": f.SHA256(envelope).hex(),
    }


def row_of(what, row):
    parts = {part: getattr(row, part).hex() for part in ("key", "partition", "info", "body")}
    return {"what": what, "kind": row.kind, "epoch": row.epoch, **parts}


def make():
    base, made = vault(), []
    for name, rows, opens, answer, is_intact in cases():
        check(name, rows, opens, answer, is_intact)
        changed = [row_of(what, row) for what, row in rows.items() if base.get(what) != row]
        assert base.keys() <= rows.keys()
        case = {"name": name, "rows": changed, "opens": opens}
        made.append({**case, "answer": answer, "intact": is_intact})
    return {
        "comment": "Frozen. Vaults of one secret, made and read by a second implementation. Each "
        "has the rows that are listed first, but for its own. Bytes are hexadecimal; the byte at n "
        "of the long value is 7 n modulo 251.",
        "root_keys": [key.hex() for key in [*ROOT_KEYS, STRANGER]],
        "now": NOW,
        "scope": SCOPE,
        "name": NAME,
        "rows": [row_of(what, row) for what, row in base.items()],
        "cases": made,
        "long_value": long_value(),
    }


def main():
    made = json.dumps(make(), indent=1, ensure_ascii=False) + "\n"
    if "--check" not in sys.argv[1:]:
        PATH.write_text(made, encoding="utf-8")
    elif made != PATH.read_text(encoding="utf-8"):
        sys.exit("small_vaults.json is not what make_small_vaults.py makes")


if __name__ == "__main__":
    main()
