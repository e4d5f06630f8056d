"""Memory of a process that uses the package, looked through from another one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read through /proc")

#: Puts the value in one process, and uses it in the next: no Python object of that one ever had it.
PUT = """
import sys, keyslot
key = keyslot.RootKey.from_base64(sys.argv[2])
scope = keyslot.Vault.create(sys.argv[1], key).scope("acme")
scope.put("TOKEN", sys.stdin.buffer.read())
"""

USE = """
import gc, sys, keyslot
scope = keyslot.Vault.open(sys.argv[1], keyslot.RootKey.from_base64(sys.argv[2])).scope("acme")
exposes = sys.argv[3] == "exposed"
for _ in range(20):
    resolved = scope.resolve({"a": ["Bearer <<$secret.TOKEN>>"]})
    text = scope.resolve("Bearer <<$secret.TOKEN>>")
    redactor = keyslot.Redactor.of(resolved)
    assert redactor.redact("clean") == "clean"
    if exposes:
        shown = text.get_secret_value()
        del shown
    del resolved, text, redactor
gc.collect()
print("ready", flush=True)
sys.stdin.read()
"""


def found(pid: int, needle: bytes) -> int:
    """Counts a needle in all writable memory of a process."""
    count = 0
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            place, rights = line.split()[:2]
            if "w" not in rights:
                continue
            start, end = (int(one, 16) for one in place.split("-"))
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except (OSError, ValueError, OverflowError):
                continue
            count += data.count(needle)
    return count


@pytest.mark.parametrize("way", ["kept", "exposed"])
def test_only_what_was_exposed_is_left(tmp_path: Path, way: str) -> None:
    import secrets

    import keyslot

    key, value = keyslot.RootKey.generate(), "sk_" + secrets.token_hex(24)
    call = [str(tmp_path / "vault.db"), key.to_base64()]
    subprocess.run([sys.executable, "-c", PUT, *call], input=value.encode(), check=True)
    user = subprocess.Popen(
        [sys.executable, "-c", USE, *call, way], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert user.stdout is not None and user.stdout.readline() == b"ready\n"
        # The last 24 bytes, which an allocator does not overwrite first.
        count = found(user.pid, value[-24:].encode())
        assert found(user.pid, b"Bearer <<$secret.TOKEN>>") > 0, "the memory is read at all"
    finally:
        user.communicate(b"")
    if way == "exposed":
        assert count > 0, "the control: a str stays in freed memory"
    else:
        assert count == 0
