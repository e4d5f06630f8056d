"""Reads bundles with a second implementation, and refuses what was tampered with.

Reads `tests/vectors/bundle-1.*`. Uses only what the page on bundles in the manual says.
"""

import json
import pathlib

import keyslot_format as f
from keyslot_format import Refused, require

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "vectors"
SLOT_ID = b"keyslot/1 bundle"
LABEL = b"keyslot/1 bundle chunk"
START = f.Fields({1: f.one_of(1, 2, 3), 3: f.time}, {2: f.text(f.is_scope)})
ORGANIZATION = f.Fields({1: f.text(f.is_segment)})
TRAILER = f.Fields({**{tag: f.number(64) for tag in (1, 2, 3, 4)}, 5: f.HASH})
SCOPE, BELOW, VAULT = 1, 2, 3
STATES = {f.ACTIVE: "active", f.INACTIVE: "inactive", f.REVOKED: "revoked", f.DELETED: None}


def split(data, length):
    require(len(data) >= length)
    return data[:length], data[length:]


def open_header(data, key):
    """The hash of the header, the key of the bundle, and the chunks."""
    require(data[:8] == b"ksbundle", "InvalidInput")
    fixed, _ = split(data, 29)
    require(fixed[8:11] == f.u(16, 1) + f.u(8, 1), "UnsupportedFormat")
    length = int.from_bytes(fixed[27:29], "big")
    require(length <= 2048)
    header, rest = split(data, 29 + length)
    slot = f.record(header[29:], f.SLOT_RECORD)
    root = f.root_key(key, fixed[11:27], SLOT_ID, slot[1])
    require(root is not None, "WrongKey")
    kek, check = f.slot_keys(fixed[11:27], root, SLOT_ID, slot[1])
    require(check == slot[2], "WrongKey")
    return f.SHA256(header), kek, rest


def read_chunks(header, kek, chunks):
    """The contents and the record of the trailer."""
    contents, rest, number, is_short = b"", chunks, 0, False
    while True:
        head, rest = split(rest, 5)
        mark, length = head[0], int.from_bytes(head[1:], "big")
        require(mark <= 1 and length <= 65536 + 90)
        envelope, after = split(rest, length)
        fields = [header, f.u(64, number), f.u(8, mark)]
        plain = f.unseal(kek, LABEL, fields, envelope)
        if mark:
            require(not after)
            before = chunks[: len(chunks) - 5 - length]
            trailer = f.record(plain, TRAILER)
            require(trailer[5] == f.SHA256(before))
            return contents, trailer, number
        require(1 <= len(plain) <= 65532 and not is_short)
        contents, rest, number, is_short = contents + plain, after, number + 1, len(plain) < 65532


def read_items(data):
    while data:
        head, data = split(data, 5)
        length = int.from_bytes(head[1:], "big")
        require(length <= 2097152)
        body, data = split(data, length)
        yield head[0], body


def reaches(start, scope):
    if start[1] == VAULT:
        return True
    return scope == start[2] or start[1] == BELOW and scope.startswith(start[2] + "/")


def read_secret(body):
    info = f.read_info(body)
    require(info[4] == 1)
    for version in info[12]:
        require(version[3] == bytes(32) and version[5] is None and version[6] is None)
    return info


def read_bundle(data, key):
    """The start, the organizations, and each secret with its values."""
    contents, trailer, chunks = read_chunks(*open_header(data, key))
    items = read_items(contents)
    kind, body = next(items, (0, b""))
    require(kind == 1)
    start = f.record(body, START)
    require((start[2] is None) == (start[1] == VAULT))
    organizations, secrets, seen = [], [], set()
    for kind, body in items:
        require(kind in (1, 2, 3, 4), "UnsupportedFormat")
        if kind == 2:
            name = f.record(body, ORGANIZATION)[1]
            require(name not in organizations)
            require(start[2] is None or start[2].split("/")[0] == name)
            organizations.append(name)
        else:
            require(kind == 3 and organizations)
            info = read_secret(body)
            require(info[1].split("/")[0] == organizations[-1] and reaches(start, info[1]))
            require((info[1], info[2]) not in seen)
            seen.add((info[1], info[2]))
            values = {}
            for version in info[12]:
                kind, body = next(items, (0, b""))
                number, value = split(body, 8)
                require(kind == 4 and number == f.u(64, version[1]) and value)
                values[version[1]] = f.text()(value)
            secrets.append((info, values))
    live = [info for info, _ in secrets if info[3] in (f.ACTIVE, f.INACTIVE)]
    counts = [len(organizations), len(live), len(secrets) - len(live)]
    counts.append(sum(len(values) for _, values in secrets))
    require(counts == [trailer[tag] for tag in (1, 2, 3, 4)])
    return start, organizations, secrets, chunks


def told(organizations, secrets):
    """The contents as the vector has them."""
    found = []
    for info, values in secrets:
        versions = sorted(values)
        found.append(
            {
                "scope": info[1],
                "name": info[2],
                "status": STATES[info[3]],
                "last_version": info[5],
                "versions": versions,
                "newest": values[versions[-1]] if versions else None,
                "description": info[11] or "",
            }
        )
    return {
        "organizations": len(organizations),
        "tombstones": sum(not values for _, values in secrets),
        "values": sum(len(values) for _, values in secrets),
        "secrets": sorted(found, key=lambda one: (one["scope"], one["name"])),
    }


def refusal(data, key):
    try:
        read_bundle(data, key)
    except Refused as error:
        return str(error)
    return None


def check_damaged(data, key):
    """No byte of a bundle may be missing, changed or added."""
    assert refusal(data, key) is None
    checked = 0
    for at in range(0, len(data), 1 + len(data) // 4000):
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert refusal(changed, key), ("changed", at)
        assert refusal(data[:at], key), ("cut", at)
        checked += 2
    assert refusal(data + b"\0", key) == "Corrupt"
    return checked


def main():
    vector = json.loads((VECTORS / "bundle-1.json").read_text())
    key = bytes.fromhex(vector["key"])
    whole = (VECTORS / "bundle-1.key.bin").read_bytes()
    start, organizations, secrets, chunks = read_bundle(whole, key)
    assert start[1] == VAULT and chunks == 2, "more than one chunk"
    assert told(organizations, secrets) == vector["whole"]
    part = (VECTORS / "bundle-1.passphrase.bin").read_bytes()
    start, organizations, secrets, _ = read_bundle(part, vector["passphrase"])
    assert start[1] == SCOPE and start[2] == "acme/billing"
    assert told(organizations, secrets) == vector["scope"]
    assert refusal(whole, bytes(range(32))) == "WrongKey"
    assert refusal(whole, vector["passphrase"]) == "WrongKey"
    assert refusal(part, vector["passphrase"] + " ") == "WrongKey"
    assert refusal(b"A=1\n", key) == "InvalidInput"
    print(f"bundles: 2, damaged copies: {check_damaged(whole, key)}")


if __name__ == "__main__":
    main()
