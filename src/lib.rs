// The first definition of a link wins: these replace the relative ones of the README.
//! [the language]: crate::template::syntax
//! [the format]: crate::manual::format
//! [keys]: crate::manual::keys
//! [the threat model]: crate::manual::threat_model
//! [anchors]: crate::manual::anchors
//! [bundles]: crate::manual::bundle
//! [ARCHITECTURE.md]: https://docs.rs/crate/keyslot/latest/source/ARCHITECTURE.md
//! [CONTRIBUTING.md]: https://docs.rs/crate/keyslot/latest/source/CONTRIBUTING.md
//! [SECURITY.md]: https://docs.rs/crate/keyslot/latest/source/SECURITY.md
#![cfg_attr(all(feature = "sqlite", feature = "json"), doc = include_str!("../README.md"))]
#![cfg_attr(
    not(all(feature = "sqlite", feature = "json")),
    doc = "Secrets by reference: placeholders become values right before a tool runs."
)]
#![cfg_attr(docsrs, feature(doc_cfg))]
// What only some features use is missed by nobody when they are off; with all of them on, nothing
// may be unused but helpers of tests that only the package under tests/internals runs.
#![cfg_attr(
    any(
        not(all(feature = "sqlite", feature = "json")),
        all(test, not(feature = "internals"))
    ),
    allow(dead_code)
)]
#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod access;
mod actor;
#[cfg(feature = "vault")]
mod crypto;
mod error;
#[cfg(feature = "vault")]
mod files;
#[cfg(feature = "vault")]
mod hardening;
pub mod manual;
#[cfg(all(test, target_os = "linux"))]
mod memory;
mod name;
mod record;
pub mod redact;
mod reference;
mod registers;
pub mod resolve;
mod scope;
mod status;
pub mod store;
mod target;
pub mod template;
mod text;
#[cfg(feature = "vault")]
mod vault;
mod wipe;

pub use access::AccessRules;
pub use actor::Actor;
#[cfg(feature = "passphrase")]
pub use crypto::Passphrase;
#[cfg(all(feature = "vault", feature = "internals"))]
pub use crypto::fuzzing;
#[cfg(feature = "vault")]
pub use crypto::{Argon2Cost, BundleReach, KeyContext, RootKey, RootKeyProvider, Unlock};
pub use error::{Error, ErrorKind, Position, Result};
#[cfg(feature = "vault")]
pub use hardening::{Hardening, Measure, MemoryLock, harden_process, lock_memory};
#[cfg(feature = "http")]
pub use http;
pub use name::{NamePolicy, SecretName};
#[cfg(feature = "vault")]
pub use record::{AuditAction, AuditEntry};
pub use record::{Epoch, Fingerprint, RecordId, Revision, SecretInfo, Version, VersionInfo};
pub use redact::Redactor;
pub use reference::{PlacedReference, Reference, ReferenceKind, ReferenceRef};
#[cfg(feature = "async")]
pub use resolve::{AsyncChain, AsyncResolver};
pub use resolve::{
    Chain, Found, Outcome, Outcomes, Permit, Resolved, Resolver, RunSecrets, Used, Variables,
};
pub use scope::Scope;
pub use secrecy;
pub use status::Status;
pub use store::{MemoryStore, SecretStore};
#[cfg(feature = "sqlite")]
pub use store::{SqliteOptions, SqliteStore};
pub use target::{Surface, Target, UnknownNames};
pub use template::{Document, Lint, LintKind, ResolveExt, Template};
#[cfg(all(feature = "vault", feature = "json"))]
pub use vault::AuditExport;
#[cfg(all(feature = "vault", unix))]
pub use vault::FileAnchor;
#[cfg(all(feature = "vault", feature = "tracing"))]
pub use vault::TracingObserver;
#[cfg(feature = "vault")]
pub use vault::{
    Action, AnchorMark, AtRevision, AuditBacklog, AuditCursor, AuditEntries, AuditFollow,
    AuditLimits, AuditLog, AuditMode, AuditPage, AuditQuery, AuditRetention, AuditUsage, BulkError,
    BulkProgress, Bundle, BundleEntry, BundleImport, BundleSummary, Cache, ChangedSecret, Changes,
    DataKeyState, DataKeyStatus, DocumentInfo, DocumentUse, DocumentUses, Documents, Event,
    Explanation, Export, ExportProgress, Finding, Inherited, KeyAction, KeyEvent, KeyInfo, KeyKind,
    KeyStatus, List, Listed, MissingReference, MissingReferences, Observer, OnExisting,
    OnReferenced, OpenMode, OrganizationKeys, OwnedEvent, Permissions, PlainFormat,
    PreviousVaultKey, Removed, RemovedAll, Repair, ReplacedVaultKey, Report, ReportCursor,
    ReportPage, ReportRow, Revoked, Rewrap, RewrapProgress, RewrappedDataKeys, RollbackAnchor,
    ScopedVault, SecretChange, SecretInput, SecretUsage, SecretUse, Snapshot, Sorted, UsageBacklog,
    UsedSecret, Vault, VaultBuilder, Verification, VerifyProgress, WithUsage,
};
#[cfg(feature = "sqlite")]
pub use vault::{Backup, BackupProgress};
