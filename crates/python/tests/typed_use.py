"""A program that uses the package, for mypy."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Dict, List

import keyslot
from keyslot import AccessRules, Grants, Resolved, RootKey, Target, Vault


def fetch(path: str, headers: Dict[str, str]) -> str:
    return path + str(headers)


async def main() -> None:
    vault = await Vault.aopen_or_create("vault.db", RootKey.generate(), audit="batched")
    scope = vault.scope("acme/billing").acting_as("user:ada")
    info = scope.put(
        "KEY",
        "some-value",
        rules=AccessRules(hosts=["api.stripe.com"]),
        expires_at=datetime.now(timezone.utc) + timedelta(days=1),
    )
    at: datetime = info.created_at
    text: Resolved[str] = await scope.aresolve("<<$secret.KEY>>", Target("t", surface="header"))
    value: str = text.get_secret_value()
    document: Resolved[Dict[str, List[str]]] = scope.resolve({"a": ["<<$secret.KEY>>"]})
    masked: str = keyslot.Redactor.of(document).redact(value)
    tool = keyslot.guard(scope, fetch, "api.stripe.com", Grants({"KEY": ["/headers/*"]}))
    result: str = tool("/v1", headers={"a": masked})
    for lint in scope.check("<<KEY >>"):
        print(lint["code"], lint["span_chars"]["start"], at, result)
    for entry in vault.audit("acme").page(actions=["use"], limit=10)["entries"]:
        print(entry["time"] - at, entry.get("name"))
