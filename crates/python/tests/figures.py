"""Figures of the package: what a call from Python costs, and how threads add up.

Run by `tests/run figures`. The same work in Rust is an example of the package for Node, which is
given the vault that is made here: `cargo run --profile optimised -p keyslot-node --example figures
-- VAULT KEY`.
"""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Callable

import keyslot


def best(call: Callable[[], Any], calls: int = 20, rounds: int = 2000) -> float:
    """The microseconds of one call: the best of many short rounds, which others rarely disturb."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        for _ in range(calls):
            call()
        times.append((time.perf_counter() - begun) / calls * 1e6)
    return min(times)


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    vault = keyslot.Vault.create(folder / "vault.db", keyslot.RootKey.generate())
    scope = vault.scope("acme/billing")
    for number in range(10):
        scope.put(f"KEY_{number}", f"sk_live_of_customer_{number}")
    target = keyslot.Target("fetch", host="api.stripe.com", surface="header")
    text = "Bearer <<$secret.KEY_0>>"
    plain = keyslot.Target("fetch", host="api.stripe.com")
    document = {f"x-header-{number}": f"Bearer <<$secret.KEY_{number}>>" for number in range(10)}
    print(f"header: {best(lambda: scope.resolve(text, target)):.2f} us")
    given = lambda: scope.resolve(text, target).get_secret_value()  # noqa: E731
    print(f"header with its value: {best(given):.2f} us")
    print(f"document of ten headers: {best(lambda: scope.resolve(document, plain)):.2f} us")
    given = lambda: scope.resolve(document, plain).get_secret_value()  # noqa: E731
    print(f"document with its values: {best(given):.2f} us")

    def run(threads: int, calls: int = 20000) -> float:
        def work() -> None:
            for _ in range(calls // threads):
                scope.resolve(document, plain)

        all_of_them = [threading.Thread(target=work) for _ in range(threads)]
        begun = time.perf_counter()
        for one in all_of_them:
            one.start()
        for one in all_of_them:
            one.join()
        return calls / (time.perf_counter() - begun)

    one = statistics.median(run(1) for _ in range(3))
    four = statistics.median(run(4) for _ in range(3))
    print(f"threads: one {one:.0f}/s, four {four:.0f}/s, {four / one:.2f} times")


main()
