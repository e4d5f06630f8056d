"""The format of a vault, read and written as its manual page says (src/manual/format.md).

Headings in comments are those of the page. Nothing is used that the page does not say.
"""

import hashlib
import hmac
import ipaddress
import re
import sqlite3
from collections import namedtuple

from argon2.low_level import Type, hash_secret_raw
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as aead_open
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as aead_seal
from nacl.exceptions import CryptoError


class Refused(Exception):
    """A refusal. Its text is the kind of the error."""


def require(condition, kind="Corrupt"):
    if not condition:
        raise Refused(kind)


# Notation


def u(bits, number):
    return number.to_bytes(bits // 8, "big")


def LIST(*items):
    return b"".join(u(32, len(item)) + item for item in items)


FIELDS = LIST


def HMAC(key, message):
    return hmac.digest(key, message, "sha256")


def SHA256(message):
    return hashlib.sha256(message).digest()


def EXPAND(key, info, length):
    output, block = b"", b""
    while len(output) < length:
        block = HMAC(key, block + info + u(8, len(output) // 32 + 1))
        output += block
    return output[:length]


EXTRACT = HMAC


# Rows

HEADER, SLOT, VAULT_SECRET, DATA_KEY, HEAD, SECRET, VERSION, AUDIT, USAGE, DOCUMENT = range(1, 11)
ZEROS = bytes(16)
Row = namedtuple("Row", "partition kind key epoch info body")
VAULT = ZEROS


def identity(row):
    return row.partition, row.kind, row.key


def id_of(row):
    require(row.key[16:] == ZEROS)
    return row.key[:16]


# The SQLite file

TABLE = (
    "CREATE TABLE rows(partition BLOB NOT NULL, kind INTEGER NOT NULL, key BLOB NOT NULL, "
    "epoch INTEGER NOT NULL, info BLOB NOT NULL, body BLOB NOT NULL) STRICT"
)
BY_KEY = "CREATE UNIQUE INDEX rows_by_key ON rows(partition, kind, key)"
BY_EPOCH = "CREATE INDEX rows_by_epoch ON rows(partition, kind, epoch, key)"
SCHEMA = [
    ("table", "rows", "rows", TABLE),
    ("index", "rows_by_epoch", "rows", BY_EPOCH),
    ("index", "rows_by_key", "rows", BY_KEY),
]
PRAGMAS = {"user_version": 1, "page_size": 4096, "encoding": "UTF-8", "auto_vacuum": 0}


def read_file(path):
    """All rows of a vault in a file that nobody has open."""
    database = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    pragma = lambda name: database.execute(f"PRAGMA {name}").fetchone()[0]
    try:
        require(pragma("application_id") == int.from_bytes(b"ksl1", "big"), "NotAVault")
        require(pragma("user_version") <= 1, "UnsupportedFormat")
        require(all(pragma(name) == value for name, value in PRAGMAS.items()))
        # `immutable` hides the mode, so it is read in the header of the file.
        with open(path, "rb") as file:
            require(file.read(20)[18:] in (b"\1\1", b"\2\2"))
        entries = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name"
        require(database.execute(entries).fetchall() == SCHEMA)
        require(pragma("integrity_check") == "ok")
        columns = "SELECT partition, kind, key, epoch, info, body FROM rows INDEXED BY"
        order = "WHERE partition >= x'' ORDER BY partition, kind, key"
        rows = database.execute(f"{columns} rows_by_key {order}").fetchall()
        require(rows == database.execute(f"{columns} rows_by_epoch {order}").fetchall())
    except sqlite3.DatabaseError as error:
        raise Refused("NotAVault" if "not a database" in str(error) else "Corrupt") from error
    finally:
        database.close()
    return [check_row(Row(*row)) for row in rows]


def check_row(row):
    require(all(isinstance(part, bytes) for part in (row.partition, row.key, row.info, row.body)))
    require(len(row.key) == 32 and len(row.partition) == 16 and 0 <= row.epoch < 1 << 63)
    require(len(row.info) <= 1048576 and len(row.body) <= 1179648)
    return row


# Envelopes


def padded_length(n):
    step = 64 if n <= 1024 else 1024 if n <= 16384 else (1 << (n.bit_length() - 1)) // 16
    return -(-n // step) * step


def derive(key, label, nonce, aad):
    keys = EXPAND(key, FIELDS(label, nonce, SHA256(aad)), 64)
    return keys[:32], keys[32:]


def seal(key, key_id, label, fields, plaintext, nonce):
    prefix = b"\x4b\x01" + key_id
    aad = prefix + FIELDS(label, *fields)
    encryption, commitment = derive(key, label, nonce, aad)
    padded = u(32, len(plaintext)) + plaintext
    padded += bytes(padded_length(len(padded)) - len(padded))
    return prefix + nonce + commitment + aead_seal(padded, aad, nonce, encryption)


def check_envelope(envelope):
    require(len(envelope) >= 2 and envelope[0] == 0x4B)
    require(envelope[1] == 1, "UnsupportedFormat")
    length = len(envelope) - 90
    require(64 <= length <= 2228224 and padded_length(length) == length)
    return envelope


def key_id(envelope):
    return check_envelope(envelope)[2:18]


def commitment(envelope):
    return check_envelope(envelope)[42:74]


def unseal(key, label, fields, envelope):
    return open_envelope(key, label, FIELDS(label, *fields), envelope)


def open_envelope(key, label, context, envelope):
    nonce = check_envelope(envelope)[18:42]
    aad = envelope[:18] + context
    encryption, expected = derive(key, label, nonce, aad)
    require(hmac.compare_digest(expected, commitment(envelope)))
    try:
        padded = aead_open(envelope[74:], aad, nonce, encryption)
    except CryptoError as error:
        raise Refused("Corrupt") from error
    length = int.from_bytes(padded[:4], "big")
    require(length <= 2097152 and padded_length(4 + length) == len(padded))
    require(not any(padded[4 + length :]))
    return padded[4 : 4 + length]


# Records


def items(data):
    found = []
    while data:
        length = int.from_bytes(data[:4], "big")
        require(len(data) >= 4 + length)
        found.append(data[4 : 4 + length])
        data = data[4 + length :]
    return found


Fields = namedtuple("Fields", "must may", defaults=[{}])


def record(data, fields):
    """Reads a record: a dictionary by tag, with None for what is left out."""
    require(data)
    require(data[0] == 1, "UnsupportedFormat")
    rest, last, found = data[1:], -1, {}
    while rest:
        require(rest[0] > last and len(rest) >= 5)
        last, length = rest[0], int.from_bytes(rest[1:5], "big")
        require(len(rest) >= 5 + length)
        found[last], rest = rest[5 : 5 + length], rest[5 + length :]
    known = {**fields.must, **fields.may}
    require(found.keys() <= known.keys(), "UnsupportedFormat")
    require(fields.must.keys() <= found.keys())
    return {tag: read(found[tag]) if tag in found else None for tag, read in known.items()}


def write_record(fields):
    fields = sorted(fields.items())
    return b"\1" + b"".join(u(8, tag) + u(32, len(data)) + data for tag, data in fields)


def of_length(length):
    def read(data):
        require(len(data) == length)
        return data

    return read


def number(bits, least=0):
    def read(data):
        value = int.from_bytes(of_length(bits // 8)(data), "big")
        require(value >= least)
        return value

    return read


def one_of(*numbers):
    def read(data):
        value = number(8)(data)
        require(value in numbers, "UnsupportedFormat")
        return value

    return read


def time(data):
    value = number(64)(data)
    require(value <= 253402300799999999)
    return value


def text(check=lambda text: True):
    def read(data):
        try:
            value = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Refused("Corrupt") from error
        require(check(value))
        return value

    return read


def filled(read):
    """A field that is left out when it is empty."""

    def read_filled(data):
        require(data)
        return read(data)

    return read_filled


def ascends(values):
    return all(one < next for one, next in zip(values, values[1:]))


def texts(check, most):
    def read(data):
        found = items(data)
        require(len(found) <= most and ascends(found))
        return [text(check)(item) for item in found]

    return read


def metadata(data):
    found = items(data)
    require(len(found) % 2 == 0 and ascends(found[::2]))
    found = [text()(item) for item in found]
    return dict(zip(found[::2], found[1::2]))


def surfaces(data):
    require(ascends(data))
    return [one_of(*range(12))(bytes([surface])) for surface in data]


# Texts

CONTROL = "\0-\x1f\x7f-\x9f"
FORMAT = "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f"
SPACE = "[ \xa0\u1680\u2000-\u200a\u202f\u205f\u3000]"
LABEL = "(?!-)[a-z0-9-]{1,63}(?<!-)"


def matches(pattern, most=None):
    pattern = re.compile(pattern)
    fits = lambda text: most is None or 1 <= len(text.encode()) <= most
    return lambda text: fits(text) and pattern.fullmatch(text) is not None


is_segment = matches(r"(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,64}")
is_name = matches(r"(?!.*  )[A-Za-z0-9_][A-Za-z0-9_. -]*(?<! )", 128)
is_actor = matches(f"[^{CONTROL}]*", 128)
is_provider = matches(r"[A-Za-z0-9._:/@-]+", 128)
is_label = matches(f"(?!{SPACE})[^{CONTROL}{FORMAT}]*(?<!{SPACE})", 128)
is_host_name = matches(rf"{LABEL}(\.{LABEL})*", 253)


def is_scope(text):
    segments = text.split("/")
    return len(segments) <= 8 and all(map(is_segment, segments))


def is_tool(text):
    return is_label(text) and "*" not in text[:-1] and text != "*"


def is_ip(version, text):
    try:
        address = version(text)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return text == (f"::ffff:{mapped}" if mapped else str(address)) and "%" not in text


def is_address(text):
    if text.startswith("["):
        return text.endswith("]") and is_ip(ipaddress.IPv6Address, text[1:-1])
    is_number = re.search(r"(^|\.)([0-9]+|0x[0-9a-f]*)$", text)
    return is_host_name(text) and (is_ip(ipaddress.IPv4Address, text) if is_number else True)


def split_host(text):
    host, colon, port = text.rpartition(":")
    return (host, port) if colon and not port.endswith("]") else (text, "443")


def is_host(text):
    host, port = split_host(text)
    if not re.fullmatch("[1-9][0-9]{0,4}", port) or int(port) > 65535:
        return False
    if host.startswith("*."):
        return (
            len(host) <= 253
            and "." in host[2:]
            and not host[2:].startswith("[")
            and is_address(host[2:])
            and not is_ip(ipaddress.IPv4Address, host[2:])
        )
    return is_address(host)


# The records: how the field of each tag is read, of those that must be there and those that may.

U8, U32, U64, FROM_1 = number(8), number(32), number(64), number(64, 1)
ID, HASH = of_length(16), of_length(32)


def list_of(fields):
    return lambda data: [record(item, fields) for item in items(data)]


def at_most(length):
    def read(data):
        require(len(data) <= length)
        return data

    return read


RAW, PASSPHRASE, PROVIDER = 1, 2, 3
KDFS = {
    RAW: Fields({1: U8}),
    PASSPHRASE: Fields({1: U8, 2: U32, 3: U32, 4: U32, 5: ID}),
    PROVIDER: Fields({1: U8, 6: text(is_provider), 7: at_most(1024)}),
}


def read_kdf(data):
    kind = record(data, Fields({1: U8}, {tag: bytes for tag in range(2, 256)}))[1]
    require(kind in KDFS, "UnsupportedFormat")
    parameters = record(data, KDFS[kind])
    if kind == PASSPHRASE:
        memory, passes, lanes = parameters[2], parameters[3], parameters[4]
        require(19456 <= memory <= 1048576 and 1 <= passes <= 16 and 1 <= lanes <= 16)
        require(passes >= 2 or memory >= 47104)
    return parameters


def kdf(data):
    read_kdf(data)
    return data


def root_key(key, vault_id, slot_id, kdf):
    """The root key of a slot, of what somebody has: 32 bytes, a passphrase as text, or the name of
    a provider with what it does to unwrap. Nothing for a slot of another kind."""
    parameters = read_kdf(kdf)
    if parameters[1] == RAW:
        return key if isinstance(key, bytes) else None
    if parameters[1] == PASSPHRASE:
        if not isinstance(key, str):
            return None
        memory, passes, lanes, salt = (parameters[tag] for tag in (2, 3, 4, 5))
        text = key.encode()
        return hash_secret_raw(text, salt, passes, memory, lanes, 32, Type.ID, version=0x13)
    if not isinstance(key, tuple) or key[0] != parameters[6]:
        return None
    return key[1](parameters[7], FIELDS(b"keyslot/1 provider", vault_id, slot_id))


SLOT_RECORD = Fields({1: kdf, 2: ID})
DATA_KEY_STATE = Fields({1: one_of(1, 2, 3), 2: number(32, 1), 3: text(is_segment)}, {4: time})
SLOT_ENTRY = Fields({1: ID, 2: U8, 4: time, 5: HASH}, {3: filled(text())})
PREVIOUS_KEY = Fields({1: ID, 2: time, 3: bytes})
Place = namedtuple("Place", "row entry chain")
BEGINNING = Place(0, 0, bytes(32))


def place(data):
    require(len(data) == 48)
    return Place(U64(data[:8]), U64(data[8:16]), data[16:])


def log(data):
    """The places at which a log begins and ends."""
    found = record(data, Fields({2: place, 3: time}, {1: place}))
    require(found[1] != BEGINNING)
    return found[1] or BEGINNING, found[2]


SLOT_DIRECTORY = Fields(
    {1: list_of(SLOT_ENTRY)}, {2: FROM_1, 3: filled(list_of(PREVIOUS_KEY)), 4: log}
)


def account(data):
    """The number of rows, and the XOR of their entries."""
    require(len(data) == 40 and any(data))
    return int.from_bytes(data[:8], "big"), data[8:]


HEAD_RECORD = Fields(
    {1: text(is_segment), 2: U64, 3: U64, 4: U64, 5: HASH, 6: ID},
    {7: number(32, 2), 8: log, 9: account, 10: account},
)


def bounded(read, most):
    """A list of so many items at most."""

    def bound(data):
        found = read(data)
        require(len(found) <= most)
        return found

    return filled(bound)


def document_id(data):
    found = text()(data)
    require(1 <= len(data) <= 256)
    return found


REFERENCE = Fields(
    {1: one_of(1, 2), 2: text(is_name), 4: U32},
    {3: FROM_1, 5: bounded(lambda data: [text()(item) for item in items(data)], 8)},
)
DOCUMENT_RECORD = Fields(
    {1: text(is_scope), 2: document_id, 3: time},
    {4: text(is_actor), 5: bounded(list_of(REFERENCE), 4096)},
)
USAGE_RECORD = Fields(
    {1: ID, 2: text(is_scope), 3: text(is_name), 4: U64, 5: U64, 6: time, 7: time},
    {
        8: text(is_actor),
        9: filled(text()),
        10: filled(text()),
        11: one_of(*range(12)),
        12: number(8, 1),
        13: bounded(lambda data: [ID(item) for item in items(data)], 8),
    },
)
def slot_of_entry(data):
    require(len(data) in (16, 32))
    return bytes(data)


AUDIT_ROW = Fields({1: ID, 2: time, 3: U64, 4: HASH, 5: items})
AUDIT_ENTRY = Fields(
    {1: time, 2: one_of(*range(1, 29))},
    {
        3: text(is_scope),
        4: text(is_name),
        5: text(is_actor),
        6: text(),
        7: text(is_scope),
        8: ID,
        9: FROM_1,
        10: HASH,
        11: filled(text()),
        12: filled(text()),
        13: one_of(*range(12)),
        14: number(8, 1),
        15: filled(text()),
        16: filled(text()),
        17: U32,
        18: U64,
        19: slot_of_entry,
        20: filled(text()),
    },
)
VERSION_ENTRY = Fields(
    {1: FROM_1, 2: time, 3: HASH},
    {4: text(is_actor), 5: HASH, 6: filled(text())},
)
INFO = Fields(
    {
        1: text(is_scope),
        2: text(is_name),
        3: one_of(1, 2, 3, 4),
        4: FROM_1,
        5: FROM_1,
        6: time,
        7: time,
    },
    {
        8: time,
        9: time,
        10: number(8, 1),
        11: filled(text()),
        12: filled(list_of(VERSION_ENTRY)),
        13: filled(metadata),
        14: filled(texts(is_tool, 32)),
        15: filled(texts(is_host, 32)),
        16: filled(surfaces),
        17: text(is_actor),
        18: text(is_actor),
        19: FROM_1,
    },
)
ACTIVE, INACTIVE, REVOKED, DELETED = 1, 2, 3, 4


def read_slot_directory(data):
    directory = record(data, SLOT_DIRECTORY)
    entries = directory[1]
    require(entries and ascends([entry[1] for entry in entries]))
    directory[2], directory[3] = directory[2] or 0, directory[3] or []
    require(directory[2] < 1 << 63 and len(directory[3]) <= 8)
    require(len({previous[1] for previous in directory[3]}) == len(directory[3]))
    return directory


def read_head(data):
    head = record(data, HEAD_RECORD)
    require(head[2] < 1 << 63)
    if head[6] == bytes(16):
        require(head[8] and not (head[3] or head[4] or any(head[5]) or head[9]))
    else:
        require(not head[10])
    return head


def read_anchor(data):
    """The entries of an anchor file: vault id, tenant, epoch, commitment of the head."""
    content, checksum = data[:-32], data[-32:]
    require(content[:16] == b"keyslot-anchor-1" and SHA256(content) == checksum)
    entries = content[16:]
    require(len(entries) % 72 == 0 and len(entries) // 72 <= 4096)
    entries = [entries[at : at + 72] for at in range(0, len(entries), 72)]
    tenants = [entry[:32] for entry in entries]
    require(len(set(tenants)) == len(tenants))
    return [(e[:16], e[16:32], int.from_bytes(e[32:40], "big"), e[40:]) for e in entries]


def read_info(data):
    info = record(data, INFO)
    versions = info[12] = info[12] or []
    require(info[10] in (None, 1) and bool(versions) == (info[3] in (ACTIVE, INACTIVE)))
    numbers = [version[1] for version in versions]
    require(ascends(numbers) and max(numbers, default=0) <= info[5])
    return info


def slot_row_hash(slot_id, info, body):
    return SHA256(FIELDS(b"keyslot/1 slot row", slot_id, info, body))


# Keys


def read_header(data):
    require(data[:8] != b"copying\0", "NotAVault")
    require(data[:8] == b"keyslot\0" and len(data) >= 11)
    require(data[8:11] == u(16, 1) + u(8, 1), "UnsupportedFormat")
    require(len(data) == 27)
    return data[11:]


def slot_keys(vault_id, root_key, slot_id, kdf):
    prk = EXTRACT(vault_id, root_key)
    fields = [u(16, 1), u(8, 1), slot_id, kdf]
    return EXPAND(prk, FIELDS(b"keyslot/1 kek", *fields), 32), EXPAND(
        prk, FIELDS(b"keyslot/1 key check", *fields), 16
    )


class SubKeys:
    def __init__(self, vault_id, vault_secret):
        prk = EXTRACT(vault_id, vault_secret)
        purposes = ("row", "tag", "accumulator", "head", "fingerprint", "audit", "audit chain")
        purposes += ("document", "usage")
        for purpose in purposes:
            key = EXPAND(prk, FIELDS(f"keyslot/1 {purpose} key".encode()), 32)
            setattr(self, purpose.replace(" ", "_"), key)

    def scope_tag(self, scope):
        return HMAC(self.tag, FIELDS(b"keyslot/1 scope tag", scope.encode()))[:16]

    def tenant_tag(self, tenant):
        return HMAC(self.tag, FIELDS(b"keyslot/1 tenant tag", tenant.encode()))[:16]

    def uses_tag(self, tenant):
        return HMAC(self.tag, FIELDS(b"keyslot/1 uses tag", tenant.encode()))[:16]

    def chain_after(self, before, partition, number, entry):
        fields = [before, partition, u(64, number), entry]
        return HMAC(self.audit_chain, FIELDS(b"keyslot/1 audit chain", *fields))

    def secret_row_key(self, scope, name):
        fields = FIELDS(b"keyslot/1 secret row", scope.encode(), name.encode())
        return self.scope_tag(scope) + HMAC(self.row, fields)[:16]

    def version_row_key(self, scope, name, version):
        fields = FIELDS(b"keyslot/1 version row", scope.encode(), name.encode(), u(64, version))
        return self.scope_tag(scope) + HMAC(self.row, fields)[:16]

    def document_row_key(self, scope, document_id):
        fields = FIELDS(b"keyslot/1 document row", scope.encode(), document_id.encode())
        return self.scope_tag(scope) + HMAC(self.row, fields)[:16]

    def usage_row_key(self, scope, name):
        tag = HMAC(self.tag, FIELDS(b"keyslot/1 usage scope tag", scope.encode()))[:16]
        fields = FIELDS(b"keyslot/1 usage row", scope.encode(), name.encode())
        return tag + HMAC(self.row, fields)[:16]

    def row_entry(self, label, row):
        fields = [row.key, u(64, row.epoch), commitment(row.info)]
        return HMAC(self.accumulator, FIELDS(b"keyslot/1 " + label + b" entry", *fields))

    def accumulator_entry(self, record_id, revision, commitment_of_info):
        fields = [record_id, u(64, revision), commitment_of_info]
        return HMAC(self.accumulator, FIELDS(b"keyslot/1 accumulator entry", *fields))

    def fingerprint_of(self, tenant, value):
        return HMAC(self.fingerprint, FIELDS(b"keyslot/1 fingerprint", tenant.encode(), value))
