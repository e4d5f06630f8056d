"""Awaited twins, and threads that go on while a call waits."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from conftest import VALUE

import keyslot
from keyslot import RootKey, Vault

#: Takes the lock of the file in another process, says so, and holds it for a second.
HOLD = """
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(1)
held.execute("ROLLBACK")
"""


def test_every_blocking_call_has_a_twin(tmp_path: Path) -> None:
    async def main() -> None:
        key = RootKey.generate()
        vault = await Vault.acreate(tmp_path / "vault.db", key)
        scope = vault.scope("acme")
        await scope.aput("TOKEN", VALUE)
        assert (await scope.aresolve("<<$secret.TOKEN>>")).get_secret_value() == VALUE
        with pytest.raises(LookupError):
            await scope.aresolve("<<$secret.NONE>>")
        assert await scope.anames() == ["TOKEN"]
        assert (await vault.averify())["intact"]
        snapshot = await scope.asnapshot("<<$secret.TOKEN>>")
        assert (await snapshot.aresolve("<<$secret.TOKEN>>")).get_secret_value() == VALUE
        assert (await Vault.aopen(tmp_path / "vault.db", key)).organizations() == ["acme"]
        many = [scope.aresolve("<<$secret.TOKEN>>") for _ in range(50)]
        assert {one.get_secret_value() for one in await asyncio.gather(*many)} == {VALUE}

    asyncio.run(main())
    assert keyslot.Scope.aput.__name__ == "aput"  # type: ignore[attr-defined]


def test_a_thread_ticks_while_a_put_waits_for_a_lock(tmp_path: Path) -> None:
    vault = Vault.create(tmp_path / "vault.db", RootKey.generate())
    scope = vault.scope("acme")
    scope.put("TOKEN", "first-value")
    ticks, waited = 0, threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not waited.is_set():
            ticks += 1
            time.sleep(0.0005)

    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "vault.db")], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    thread = threading.Thread(target=tick)
    thread.start()
    before = ticks
    scope.put("TOKEN", VALUE)
    after = ticks
    waited.set()
    thread.join()
    assert holder.wait() == 0
    assert after - before >= 500, after - before
    assert scope.reveal("TOKEN") == VALUE


def test_a_lock_that_stays_is_an_error_that_may_be_tried_again(tmp_path: Path) -> None:
    vault = Vault.create(
        tmp_path / "vault.db", RootKey.generate(), busy_timeout=timedelta(milliseconds=20)
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "vault.db")], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    with pytest.raises(keyslot.errors.Busy) as error:
        vault.scope("acme").put("TOKEN", VALUE)
    assert error.value.is_retryable
    holder.wait()
    vault.scope("acme").put("TOKEN", VALUE)
