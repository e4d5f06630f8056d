"""What the tests have in common."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import keyslot

REPOSITORY = Path(os.environ.get("KEYSLOT_REPOSITORY") or Path(__file__).resolve().parents[3])

#: A value that stands nowhere else.
VALUE = "sk_live_9f8e7d6c5b4a3210"


@pytest.fixture
def vault() -> keyslot.Vault:
    return keyslot.Vault.in_memory(keyslot.RootKey.generate())


@pytest.fixture
def scope(vault: keyslot.Vault) -> keyslot.Scope:
    made = vault.scope("acme/billing")
    made.put("STRIPE_KEY", VALUE)
    return made
