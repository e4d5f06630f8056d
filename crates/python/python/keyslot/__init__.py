"""Secrets by reference: an encrypted vault, and placeholders that become values right before a
tool runs."""

from __future__ import annotations

from . import errors
from ._async import add_twins as _add_twins
from ._guard import Call, guard, resolve_call
from ._keyslot import (
    AccessRules,
    AuditLog,
    Grants,
    ModelArgs,
    Passphrase,
    Permissions,
    Redactor,
    RedactStream,
    Resolved,
    RootKey,
    Scope,
    SecretInfo,
    Snapshot,
    Target,
    Vault,
    VersionInfo,
)
from ._streams import RedactWriter
from .errors import KeyslotError

__all__ = [
    "AccessRules",
    "AuditLog",
    "Call",
    "Grants",
    "KeyslotError",
    "ModelArgs",
    "Passphrase",
    "Permissions",
    "RedactStream",
    "RedactWriter",
    "Redactor",
    "Resolved",
    "RootKey",
    "Scope",
    "SecretInfo",
    "Snapshot",
    "Target",
    "Vault",
    "VersionInfo",
    "errors",
    "guard",
    "resolve_call",
]

_add_twins(
    Vault,
    "organizations scopes verify backup_to purge compact keys add_key remove_key"
    " change_root_key rotate_data_key rewrap key_status flush_audit".split(),
    static="open create open_or_create restore".split(),
)
_add_twins(
    Scope,
    "resolve resolve_model_args check explain snapshot redactor find_values put replace_revoked"
    " update info reveal matches list names rollback set_status revoke delete put_all delete_all"
    " set_status_all clone_to epoch wait_for_changes".split(),
)
_add_twins(Snapshot, ["resolve", "refresh"])
_add_twins(AuditLog, ["page", "prune", "usage"])
