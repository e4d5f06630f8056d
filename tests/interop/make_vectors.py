"""Makes `tests/vectors/sealing.json`: an example of all that is stored, with the steps between.

Ids, keys and nonces are taken from the file itself; everything else is made anew from them. So the
file comes out byte for byte as it was, unless the format has changed. `--check` writes nothing and
fails if it does not.
"""

import json
import pathlib
import sys

import keyslot_format as f
from keyslot_format import u

PATH = pathlib.Path(__file__).resolve().parent.parent / "vectors" / "sealing.json"

TENANT, SCOPE, NAME, VALUE = "acme", "acme/billing", "STRIPE_KEY", b"sk_live_not_a_real_key"
EPOCH, REVISION, VERSION = 7, 4, 3
CREATED, CHANGED, EXPIRES = 1_767_225_600_000_000, 1_767_312_000_123_456, 1_798_761_600_000_000
# The version before is not in the file. Its commitment stands for an envelope that nobody looks at.
OLDER_COMMITMENT = bytes.fromhex("f405621ed5be453c120b1a3d38d70910a7688ce77634a2d751a47fd657067fa6")
SLOTS_MADE = [CREATED, CHANGED]
SLOT_NAMES = ["", "Ersatzschlüssel"]
SLOTS_EPOCH, REPLACED = 5, CREATED


def make(old):
    """The file anew, from the ids, keys and nonces in it."""
    get = lambda *path: bytes.fromhex(walk(old, path))
    header, vault_id = get("header"), get("vault_id")
    assert f.read_header(header) == vault_id
    vault_key_id = get("envelopes", "vault key", "plaintext")[:16]
    vault_key = get("envelopes", "vault key", "plaintext")[16:]
    vault_secret, record_id = get("vault_secret"), get("record_id")
    data_key_id, data_key = get("envelopes", "value", "key_id"), get(
        "envelopes", "data key", "plaintext"
    )
    keys = f.SubKeys(vault_id, vault_secret)
    scope_tag, tenant_tag = keys.scope_tag(SCOPE), keys.tenant_tag(TENANT)
    row_key = keys.secret_row_key(SCOPE, NAME)
    scope, name, tenant = SCOPE.encode(), NAME.encode(), TENANT.encode()

    envelopes = []

    def envelope(name, key_id, key, fields, plaintext):
        label, fields = f"keyslot/1 {name}".encode(), [vault_id, *fields]
        nonce = get("envelopes", name, "nonce")
        aad = f.FIELDS(label, *fields)
        authenticated = b"\x4b\x01" + key_id + aad
        encryption, commitment = f.derive(key, label, nonce, authenticated)
        sealed = f.seal(key, key_id, label, fields, plaintext, nonce)
        assert f.unseal(key, label, fields, sealed) == plaintext
        envelopes.append(
            {
                "name": name,
                "label": label.decode(),
                "key_id": key_id.hex(),
                "key": key.hex(),
                "nonce": nonce.hex(),
                "aad": aad.hex(),
                "authenticated": authenticated.hex(),
                "derivation_info": f.FIELDS(label, nonce, f.SHA256(authenticated)).hex(),
                "encryption_key": encryption.hex(),
                "commitment": commitment.hex(),
                "plaintext": plaintext.hex(),
                "envelope": sealed.hex(),
            }
        )
        return sealed

    def slot(slot_id, kdf=f.write_record({1: u(8, 1)}), root_key=get("root_key")):
        kek, check = f.slot_keys(vault_id, root_key, slot_id, kdf)
        return kek, {
            "id": slot_id.hex(),
            "kdf": kdf.hex(),
            "kek": kek.hex(),
            "check": check.hex(),
            "info": f.write_record({1: kdf, 2: check}).hex(),
        }

    slot_id, other_id = get("slot", "id"), get("other_slot", "id")
    kek, first = slot(slot_id)
    other_kek, other = slot(other_id)
    under_vault_key = vault_key_id, vault_key
    vault_key_plaintext = vault_key_id + vault_key

    def sealed(name, kek, slot):
        slot_id, nonce = get(name, "id"), get(name, "nonce")
        label, fields = b"keyslot/1 vault key", [vault_id, slot_id]
        body = f.seal(kek, slot_id, label, fields, vault_key_plaintext, nonce)
        return {**slot, "nonce": nonce.hex(), "body": body.hex()}

    other = sealed("other_slot", other_kek, other)
    # What somebody types, and the root key that Argon2id makes of it.
    typed = {part: old["passphrase_slot"][part] for part in ("passphrase", "cost", "salt")}
    cost = [u(32, typed["cost"][part]) for part in ("memory_kib", "passes", "lanes")]
    kdf = f.write_record(dict(enumerate([u(8, 2), *cost, get("passphrase_slot", "salt")], 1)))
    typed_id = get("passphrase_slot", "id")
    root_key = f.root_key(typed["passphrase"], vault_id, typed_id, kdf)
    typed["root_key"] = root_key.hex()
    typed.update(sealed("passphrase_slot", *slot(typed_id, kdf, root_key)))

    wrapped = envelope("vault key", slot_id, kek, [slot_id], vault_key_plaintext)
    envelope("vault secret", *under_vault_key, [], vault_secret)
    state = f.write_record({1: u(8, 1), 2: u(32, 1), 3: tenant})
    envelope("data key state", *under_vault_key, [data_key_id], state)
    envelope("data key", *under_vault_key, [data_key_id, tenant, u(32, 1)], data_key)
    value = envelope(
        "value", data_key_id, data_key, [record_id, scope, name, u(64, VERSION)], VALUE
    )

    version = lambda number, created, commitment: f.write_record(
        {1: u(64, number), 2: u(64, created), 3: commitment}
    )
    about = {1: scope, 2: name, 5: u(64, VERSION), 6: u(64, CREATED), 7: u(64, CHANGED)}
    versions = f.LIST(
        version(2, CREATED, OLDER_COMMITMENT), version(VERSION, CHANGED, f.commitment(value))
    )
    plaintext = f.write_record(
        {
            **about,
            3: u(8, f.ACTIVE),
            4: u(64, REVISION),
            9: u(64, EXPIRES),
            10: u(8, 1),
            11: "Zahlungen für Kärnten".encode(),
            12: versions,
        }
    )
    fields = [record_id, scope_tag, row_key, u(64, EPOCH)]
    info = envelope("info", data_key_id, data_key, fields, plaintext)
    f.read_info(plaintext)
    tombstone = f.write_record({**about, 3: u(8, f.DELETED), 4: u(64, REVISION + 1)})
    f.read_info(tombstone)

    entry = keys.accumulator_entry(record_id, REVISION, f.commitment(info))
    head = f.write_record(
        {1: tenant, 2: u(64, EPOCH), 3: u(64, 1), 4: u(64, 0), 5: entry, 6: data_key_id}
    )
    f.read_head(head)
    envelope("head", f.ZEROS, keys.head, [tenant_tag], head)

    previous_id = get("previous_vault_key", "id")
    previous_key = get("envelopes", "previous vault key", "plaintext")
    previous = envelope("previous vault key", *under_vault_key, [previous_id], previous_key)
    replaced = f.write_record({1: previous_id, 2: u(64, REPLACED), 3: previous})

    directory = []
    rows = [(first, wrapped), (other, bytes.fromhex(other["body"]))]
    for (row, body), name, made_at in zip(rows, SLOT_NAMES, SLOTS_MADE):
        row_id = bytes.fromhex(row["id"])
        row_hash = f.slot_row_hash(row_id, bytes.fromhex(row["info"]), body)
        directory.append(
            {"id": row["id"], "kind": 1, "name": name, "made_at": made_at, "hash": row_hash.hex()}
        )
    entries = [
        f.write_record(
            {
                1: bytes.fromhex(entry["id"]),
                2: u(8, entry["kind"]),
                4: u(64, entry["made_at"]),
                5: bytes.fromhex(entry["hash"]),
                **({3: entry["name"].encode()} if entry["name"] else {}),
            }
        )
        for entry in sorted(directory, key=lambda entry: entry["id"])
    ]
    plaintext = f.write_record({1: f.LIST(*entries), 2: u(64, SLOTS_EPOCH), 3: f.LIST(replaced)})
    f.read_slot_directory(plaintext)
    envelope("slot directory", *under_vault_key, [], plaintext)

    return {
        "comment": old["comment"],
        "header": (b"keyslot\0" + u(16, 1) + u(8, 1) + vault_id).hex(),
        "vault_id": vault_id.hex(),
        "root_key": old["root_key"],
        "slot": first,
        "other_slot": other,
        "vault_secret": vault_secret.hex(),
        "sub_keys": {
            purpose: getattr(keys, purpose).hex()
            for purpose in ("row", "tag", "accumulator", "fingerprint", "head")
        },
        "hashes": {
            "row_key": row_key.hex(),
            "version_key": keys.version_row_key(SCOPE, NAME, 2).hex(),
            "scope_tag": scope_tag.hex(),
            "tenant_tag": tenant_tag.hex(),
            "accumulator_entry": entry.hex(),
            "fingerprint": keys.fingerprint_of(TENANT, VALUE).hex(),
        },
        "record_id": record_id.hex(),
        "tombstone": tombstone.hex(),
        "slot_directory": directory,
        "slot_directory_epoch": SLOTS_EPOCH,
        "previous_vault_key": {"id": previous_id.hex(), "replaced_at": REPLACED},
        "envelopes": envelopes,
        "passphrase_slot": typed,
    }


def walk(tree, path):
    for step in path:
        named = isinstance(tree, list)
        tree = next(one for one in tree if one["name"] == step) if named else tree[step]
    return tree


def main():
    text = PATH.read_text(encoding="utf-8")
    made = json.dumps(make(json.loads(text)), indent=1, ensure_ascii=False) + "\n"
    if "--check" not in sys.argv[1:]:
        PATH.write_text(made, encoding="utf-8")
    elif made != text:
        sys.exit("sealing.json is not what make_vectors.py makes of its ids, keys and nonces")


if __name__ == "__main__":
    main()
