//! The vault: seals the rows that the store keeps, decides which secrets may be used, and keeps
//! account of every write.
//!
//! # Words
//!
//! * **row** (of the store): a key and sealed bytes. `rows` reads them, `walk` goes through
//!   pages of them.
//! * **record**: everything that the vault knows of one secret. Its **info** is sealed in the row
//!   of the secret; it has an identity (`RecordId`) and a **revision**, the number of writes to it.
//! * **version**: one value of a secret. The newest lies in the row of the secret, older ones in
//!   rows of their own.
//! * **envelope**: sealed bytes, parsed once per row (`parsed_rows`).
//! * **head**: counts and sums over all records of a tenant. Its **epoch** is the number of writes;
//!   the **high-water mark** is the newest head that an open vault has seen.
//! * **data key**: seals the records and values of one tenant; the **keyring** holds those in use.
//! * **key slot**: holds the vault key for one root key. A slot alone is a placeholder in a
//!   template.
//! * **tombstone**: the record of a revoked or deleted secret, without values.
//! * **ledger**: one write. A **ledger entry** is one name in it; the **account** is the head that
//!   the write changes.
//! * **candidates** and **hit**: the secrets of a name in a chain of scopes, and the one that
//!   decides.
//! * **gate**: decides if a secret may be used, before its value is opened.
//!
//! # Layers
//!
//! No room imports one of a later line. A test reads the imports; it has the rooms in more lines.
//!
//! 1. `key_info`, `permissions`, `binding`, `observer`, `clock`, `hint`, `rows`, `walk`, `gate`,
//!    `high_water`, `tenant_key`, `known_keys`, `keyring`, `key_uses`: parts that know no vault.
//! 2. `core`: the store, the keys and the settings that all handles of one open vault share; and
//!    `opening`, which makes or unlocks the keys, and `own_rows`, which holds the rows for that
//!    against those seen before.
//! 3. `hashed_scope`, `stored`, `sealing`, `data_keys`, `parsed_rows`, `heads`: from rows to
//!    records and back.
//! 4. `scoped`: the handle on one scope; `audit`, the logs of what is done; `documents`, the
//!    references that documents of the host need; `usage`, the uses of secrets added up.
//! 5. `read`, `write`, `verify`, `keys` (those that open the vault) and `key_status`, which do not
//!    import each other.
//! 6. `bundle`: secrets that leave a vault in a file, and come in from one.
//! 7. `handle`: the vault that users open, and its builder.

mod anchor;
mod anchoring;
mod audit;
mod audit_limits;
mod audit_mode;
#[cfg(feature = "sqlite")]
mod backup;
mod binding;
mod bundle;
mod cache;
mod call;
mod clock;
mod commit;
mod core;
mod data_keys;
mod documents;
mod gate;
mod guarded;
mod handle;
mod hashed_scope;
mod heads;
mod high_water;
mod hint;
mod key_info;
mod key_status;
mod key_uses;
mod keyring;
mod keys;
mod known_keys;
mod news;
mod numbers;
mod observer;
mod older_rows;
mod opening;
mod own_rows;
mod parsed_rows;
mod partition_walk;
mod permissions;
mod random_bytes;
mod read;
mod reason;
mod repair;
mod reports;
mod rows;
mod scoped;
mod sealing;
mod stored;
mod tenant_key;
mod tenant_view;
#[cfg(test)]
mod tests;
mod usage;
mod usage_queue;
mod use_queue;
mod verify;
mod walk;
mod write;

#[cfg(unix)]
pub use anchor::FileAnchor;
pub use anchor::{AnchorMark, RollbackAnchor};
#[cfg(feature = "json")]
pub use audit::AuditExport;
pub use audit::{
    AuditBacklog, AuditCursor, AuditEntries, AuditFollow, AuditLog, AuditPage, AuditQuery,
    AuditRetention, AuditUsage, SecretUse,
};
pub use audit_limits::AuditLimits;
pub use audit_mode::AuditMode;
#[cfg(feature = "sqlite")]
pub use backup::BackupProgress;
pub use bundle::{
    Bundle, BundleEntry, BundleImport, BundleSummary, Export, ExportProgress, PlainFormat,
};
pub use cache::Cache;
pub use documents::{
    DocumentInfo, DocumentUse, DocumentUses, Documents, MissingReference, MissingReferences,
};
#[cfg(feature = "sqlite")]
pub use handle::Backup;
pub use handle::{OpenMode, Vault, VaultBuilder};
pub use key_info::{KeyInfo, KeyKind};
pub use key_status::{DataKeyState, DataKeyStatus, KeyStatus, OrganizationKeys, PreviousVaultKey};
pub use keys::{ReplacedVaultKey, RewrappedDataKeys};
#[cfg(feature = "tracing")]
pub use observer::TracingObserver;
pub use observer::{Action, Event, KeyAction, KeyEvent, Observer, OwnedEvent};
pub use permissions::Permissions;
pub use read::{ChangedSecret, Changes, Explanation, Inherited, List, Listed, Snapshot, Sorted};
pub(crate) use read::{Hidden, Unusable};
pub use repair::Repair;
pub use reports::{Report, ReportCursor, ReportPage, ReportRow};
pub use scoped::ScopedVault;
pub use usage::{SecretUsage, UsageBacklog, UsedSecret, WithUsage};
pub use verify::{Finding, Verification, VerifyProgress};
pub use write::{
    AtRevision, BulkError, BulkProgress, OnExisting, OnReferenced, Removed, RemovedAll, Revoked,
    Rewrap, RewrapProgress, SecretChange, SecretInput,
};
