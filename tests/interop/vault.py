"""A vault of format 1, read only: opening, looking up and verification.

Uses only what the manual page says, as `keyslot_format` does.
"""

import hmac

import keyslot_format as f
from keyslot_format import Refused, require


def xor(one, other):
    return bytes(a ^ b for a, b in zip(one, other))


class Vault:
    """An open vault. `rows` are by their identity; `seen` is what a process noted of heads."""

    def __init__(self, rows, root_key):
        self.rows = {f.identity(row): f.check_row(row) for row in rows}
        self.seen = {}
        require((f.VAULT, f.HEADER, bytes(32)) in self.rows, "NotAVault")
        self.vault_id = f.read_header(self.rows[f.VAULT, f.HEADER, bytes(32)].info)
        self.vault_key_id, self.vault_key = self.open_slots(root_key)
        self.vault_keys = {self.vault_key_id: self.vault_key}
        require((f.VAULT, f.VAULT_SECRET, bytes(32)) in self.rows)
        row = self.rows[f.VAULT, f.VAULT_SECRET, bytes(32)]
        secret = self.under_vault_key(b"vault secret", [], row.body)
        require(len(secret) == 32)
        self.keys = f.SubKeys(self.vault_id, secret)
        try:
            for previous in self.slot_directory()[3]:
                key = self.under_vault_key(b"previous vault key", [previous[1]], previous[3])
                require(len(key) == 32)
                self.vault_keys[previous[1]] = key
        except Refused:
            pass  # Opening needs no directory.

    def of_kind(self, partition, kind):
        place = (partition, kind)
        return [row for (*its, _), row in sorted(self.rows.items()) if tuple(its) == place]

    def partition_of(self, info):
        return self.keys.tenant_tag(info[1].split("/")[0])

    def under_vault_key(self, label, fields, envelope):
        return f.unseal(self.vault_key, b"keyslot/1 " + label, [self.vault_id, *fields], envelope)

    def under_named_key(self, label, fields, envelope):
        """As `under_vault_key`, under the vault key that the envelope names."""
        key = self.vault_keys.get(f.key_id(envelope), self.vault_key)
        return f.unseal(key, b"keyslot/1 " + label, [self.vault_id, *fields], envelope)

    def slot_directory(self):
        sealed = self.rows[f.VAULT, f.VAULT_SECRET, bytes(32)].info
        return f.read_slot_directory(self.under_vault_key(b"slot directory", [], sealed))

    def open_slots(self, root_key):
        slots, refusal = self.of_kind(f.VAULT, f.SLOT), None
        require(1 <= len(slots) <= 64 and sum(len(row.info + row.body) for row in slots) <= 133120)
        for row in slots:
            try:
                slot_id, slot = f.id_of(row), f.record(row.info, f.SLOT_RECORD)
                own = f.root_key(root_key, self.vault_id, slot_id, slot[1])
                if own is None:
                    continue
                kek, check = f.slot_keys(self.vault_id, own, slot_id, slot[1])
                if hmac.compare_digest(check, slot[2]):
                    fields = [self.vault_id, slot_id]
                    plain = f.unseal(kek, b"keyslot/1 vault key", fields, row.body)
                    require(len(plain) == 48)
                    return plain[:16], plain[16:]
            except Refused as error:
                refusal = refusal or error
        raise refusal or Refused("WrongKey")

    def data_key_state(self, row):
        """The record of a data key, also of one that is destroyed."""
        about = self.under_named_key(b"data key state", [f.id_of(row)], row.info)
        return f.record(about, f.DATA_KEY_STATE)

    def data_key(self, partition, key_id):
        """The tenant, the bytes and the state of a data key."""
        row = self.rows.get((partition, f.DATA_KEY, key_id + f.ZEROS))
        require(row)
        about = self.data_key_state(row)
        state, generation, tenant = about[1], about[2], about[3]
        require(state != 3)
        fields = [key_id, tenant.encode(), f.u(32, generation)]
        key = self.under_named_key(b"data key", fields, row.body)
        require(len(key) == 32)
        return tenant, key, state

    def head(self, row):
        tag = f.id_of(row)
        require(row.partition == tag)
        head = f.unseal(self.keys.head, b"keyslot/1 head", [self.vault_id, tag], row.info)
        head = f.read_head(head)
        require(head[2] == row.epoch)
        return head

    def log(self, partition, begin, end):
        """The entries of a log, each with its number, if its rows are those of its head."""
        at, entries = begin, []
        for row in sorted(self.of_kind(partition, f.AUDIT), key=lambda row: (row.epoch, row.key)):
            number = at.row + 1
            require(row.key == f.u(64, number) + bytes(24) and row.body == b"")
            fields = [self.vault_id, partition, f.u(64, number)]
            opened = f.unseal(self.keys.audit, b"keyslot/1 audit", fields, row.info)
            opened = f.record(opened, f.AUDIT_ROW)
            require((opened[3], opened[4]) == (at.entry, at.chain) and opened[5])
            entry, chain = at.entry, at.chain
            for sealed in opened[5]:
                entry += 1
                chain = self.keys.chain_after(chain, partition, entry, sealed)
                opened_entry = f.record(sealed, f.AUDIT_ENTRY)
                require((opened_entry[3] is None) == (partition == f.VAULT))
                require(opened_entry[19] or not opened_entry[20])
                entries.append((entry, opened_entry))
            at = f.Place(number, entry, chain)
        require(at == end)
        return entries

    def counted(self, row, label, fields):
        """A row that a head accounts for beside the secrets, opened, with its entry."""
        require(row.body == b"")
        key = getattr(self.keys, label.decode())
        bound = [self.vault_id, row.partition, row.key, f.u(64, row.epoch)]
        opened = f.record(f.unseal(key, b"keyslot/1 " + label, bound, row.info), fields)
        return opened, self.keys.row_entry(label, row)

    def documents(self, partition, account):
        """The documents of a tenant, if they are those of its head."""
        return self.accounted(partition, f.DOCUMENT, account, b"document", f.DOCUMENT_RECORD)

    def usage(self, partition, account):
        """The uses in a partition, if they are those of its head."""
        return self.accounted(partition, f.USAGE, account, b"usage", f.USAGE_RECORD)

    def accounted(self, partition, kind, account, label, fields):
        found, number, total = [], 0, bytes(32)
        for row in self.of_kind(partition, kind):
            opened, entry = self.counted(row, label, fields)
            found, number, total = found + [opened], number + 1, xor(total, entry)
        require((number, total) == (account or (0, bytes(32))))
        return found

    def info(self, row):
        record_id, envelope = row.info[:16], row.info[16:]
        require(len(record_id) == 16)
        tenant, key, _ = self.data_key(row.partition, f.key_id(envelope))
        fields = [self.vault_id, record_id, row.key[:16], row.key, f.u(64, row.epoch)]
        info = f.read_info(f.unseal(key, b"keyslot/1 info", fields, envelope))
        require(info[1].split("/")[0] == tenant)
        require(row.key == self.keys.secret_row_key(info[1], info[2]))
        return record_id, info

    def value(self, record_id, info, version, envelope):
        """The value of a version, if it is in the envelope that the info names."""
        require(f.commitment(envelope) == version[3])
        tenant, key, _ = self.data_key(self.partition_of(info), f.key_id(envelope))
        require(info[1].split("/")[0] == tenant)
        fields = [self.vault_id, record_id, info[1].encode(), info[2].encode(), f.u(64, version[1])]
        value = f.unseal(key, b"keyslot/1 value", fields, envelope)
        f.text()(value)
        require(version[5] in (None, self.keys.fingerprint_of(tenant, value)))
        return value

    def sealed_value(self, row, info, version):
        if version is info[12][-1]:
            return row.body
        key = self.keys.version_row_key(info[1], info[2], version[1])
        older = self.rows.get((self.partition_of(info), f.VERSION, key))
        require(older)
        return older.body

    def open_version(self, row, record_id, info, version):
        return self.value(record_id, info, version, self.sealed_value(row, info, version))

    # Looking up, for a target that is unspecified.

    def resolve(self, scope, name, pin, now):
        partition = self.keys.tenant_tag(scope.split("/")[0])
        while scope:
            row = self.rows.get((partition, f.SECRET, self.keys.secret_row_key(scope, name)))
            if row:
                record_id, info = self.info(row)
                require((info[1], info[2]) == (scope, name))
                if info[3] != f.DELETED:
                    return self.admit(row, record_id, info, pin, now)
            scope = scope.rpartition("/")[0]
        raise Refused("NotFound")

    def admit(self, row, record_id, info, pin, now):
        require(info[3] != f.INACTIVE, "Inactive")
        require(info[3] != f.REVOKED, "Revoked")
        require(info[8] is None or info[8] <= now, "NotYetValid")
        require(info[9] is None or now < info[9], "Expired")
        require(not (info[14] or info[15] or info[16]), "Denied")
        listed = [version for version in info[12] if pin in (None, version[1])]
        require(listed, "NoSuchVersion")
        return self.open_version(row, record_id, info, listed[-1]).decode()

    # Verification. The findings are words; an intact vault has none.

    def verify(self):
        findings = []

        def holds(check, finding):
            try:
                if check() is not False:
                    return True
            except Refused:
                pass
            findings.append(finding)
            return False

        self.verify_slots(findings, holds)
        for kind in (f.DATA_KEY, f.HEAD, f.SECRET, f.VERSION, f.USAGE, f.DOCUMENT):
            findings += ["stray"] * len(self.of_kind(f.VAULT, kind))
        stored = {partition for partition, _, _ in self.rows}
        for tag in sorted((stored | self.seen.keys()) - {f.VAULT}):
            has_head = (tag, f.HEAD, tag + f.ZEROS) in self.rows
            if holds(lambda: has_head or tag in self.seen, "headless"):
                self.verify_tenant(tag, holds)
        return findings

    def verify_slots(self, findings, holds):
        directory, marks, logs = {}, [], []

        def read():
            opened = self.slot_directory()
            directory.update({entry[1] + f.ZEROS: entry[5] for entry in opened[1]})
            sealed = self.rows[f.VAULT, f.VAULT_SECRET, bytes(32)].info
            marks.append((opened[2], f.commitment(sealed)))
            logs.append(opened[4] or (f.BEGINNING, f.BEGINNING))

        def admit():
            noted = self.seen.get(f.VAULT)
            require(not noted or marks[0][0] > noted[0] or marks[0] == noted, "Tampered")
            self.seen[f.VAULT] = marks[0]

        if holds(read, "slot directory"):
            holds(admit, "slot directory")
            for row in self.of_kind(f.VAULT, f.SLOT):
                listed = directory.pop(row.key, None)
                if holds(lambda: listed is not None, "slot added"):
                    now = f.slot_row_hash(row.key[:16], row.info, row.body)
                    holds(lambda: listed == now, "slot changed")
            findings += ["slot missing"] * len(directory)
            holds(lambda: self.log(f.VAULT, *logs[0]), "key log")

    def verify_tenant(self, tag, holds):
        rows = lambda kind: self.of_kind(tag, kind)
        head_row = self.rows.get((tag, f.HEAD, tag + f.ZEROS))
        active, keys = set(), {}
        found = {"head": None, "sum": bytes(32), "live": 0, "dead": 0, "named": set()}

        def admit():
            noted = self.seen.get(tag)
            require(head_row or not noted, "Tampered")
            head = self.head(head_row)
            mark = head[2], f.commitment(head_row.info)
            require(not noted or mark[0] > noted[0] or mark == noted, "Tampered")
            self.seen[tag] = mark
            found["head"] = head

        def data_key(row):
            about = self.data_key_state(row)
            if about[1] == 3:
                require(row.body == b"" and self.keys.tenant_tag(about[3]) == tag)
                return
            erased_before = found["head"] and found["head"][7]
            require(about[2] >= (erased_before or 0))
            tenant, key, state = self.data_key(tag, f.id_of(row))
            require(self.keys.tenant_tag(tenant) == tag)
            keys[row.key[:16]] = key
            if state == 1:
                active.add(row.key[:16])

        def secret(row):
            record_id, info = self.info(row)
            require(f.key_id(row.info[16:]) in keys)
            entry = self.keys.accumulator_entry(record_id, info[4], f.commitment(row.info[16:]))
            found["sum"] = xor(found["sum"], entry)
            found["live" if info[3] in (f.ACTIVE, f.INACTIVE) else "dead"] += 1
            holds(lambda: bool(info[12]) or row.body == b"", "value")
            for version in info[12]:
                holds(lambda: self.open_version(row, record_id, info, version), "value")
            for version in info[12][:-1]:
                key = self.keys.version_row_key(info[1], info[2], version[1])
                found["named"].add(key)

        holds(admit, "head")
        if found["head"]:
            ends = found["head"][8] or (f.BEGINNING, f.BEGINNING)
            holds(lambda: self.log(tag, *ends), "audit log")
            if found["head"][6] == bytes(16):
                kinds = (f.DATA_KEY, f.SECRET, f.VERSION, f.DOCUMENT)
                others = sum(len(rows(kind)) for kind in kinds)
                holds(lambda: self.usage(tag, found["head"][10]), "usage")
                holds(lambda: tag == self.keys.uses_tag(found["head"][1]), "head")
                holds(lambda: others == 0 and len(rows(f.HEAD)) == 1, "stray")
                return
            holds(lambda: self.documents(tag, found["head"][9]), "documents")
        holds(lambda: rows(f.USAGE) == [], "stray")
        holds(lambda: len(rows(f.HEAD)) == bool(head_row), "head")
        for row in rows(f.DATA_KEY):
            holds(lambda: data_key(row), "data key")
        for row in rows(f.SECRET):
            holds(lambda: secret(row), "record")
        for row in rows(f.VERSION):
            holds(lambda: row.key in found["named"], "stray")
        head = found["head"]
        if head:
            holds(lambda: active == {head[6]}, "data key")
            sums = found["live"], found["dead"], found["sum"]
            holds(lambda: (head[3], head[4], head[5]) == sums, "account")
