//! A process that works on a vault, and says in the journal what it does.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use keyslot::{
    AuditMode, DataKeyState, ErrorKind, OnExisting, Result, RootKey, ScopedVault, SqliteOptions,
    SqliteStore, Status, Vault,
};

use super::journal::Writer;
use super::operations::{NAMES, Operation};
use super::random::{Random, number};

const KEYS: [&str; 3] = [
    "O+EHmlTI8y1htg6I10UfqnPsOZJdBM+xaBblfqNA2yk=",
    "7PD5w3dSX3AYyUqLIuZ8rm0vN4jM0nHSLbqB2oQW1mA=",
    "j2A38wP9xkeAYCvX5X6yV7GjPxJObZS+c8cAMFTIlCg=",
];

/// Root key with a number: 0 and 1 take turns, 2 is added and removed.
pub fn root_key(number: u64) -> RootKey {
    RootKey::from_base64(KEYS[usize::try_from(number).unwrap()]).unwrap()
}

/// Name of a secret.
pub fn name(number: usize) -> String {
    format!("CANARY_NAME_OF_KEY_{number}")
}

/// Scope of a worker.
pub fn scope(number: u32) -> String {
    format!("acme/canary-project-{number}")
}

/// The beginning of each value.
pub const VALUE: &str = "canary of a value <";

/// Parts of names, scopes and values, of which no file has a trace.
pub const CANARIES: [&str; 3] = ["CANARY_NAME_OF_KEY", "canary-project", "canary of a value"];

/// The value with a number: one of three lengths, the last of which takes pages of its own.
pub fn value(token: u64) -> String {
    let length = [40, 700, 9000][usize::try_from(token % 3).unwrap()];
    let part = format!("{VALUE}{token}>");
    part.repeat(length / part.len() + 1)
}

/// Variable with the milliseconds that a write waits for others.
pub const PATIENCE: &str = "KEYSLOT_DURABLE_PATIENCE";

fn options() -> SqliteOptions {
    let patience = number(PATIENCE, 5000);
    SqliteStore::options().busy_timeout(Duration::from_millis(patience))
}

/// Opens a vault, or makes one with either journal of SQLite: both have the same promises.
pub fn open_or_create(file: &Path, rollback: bool, guard: bool) -> Result<Vault> {
    let options = options().rollback_journal(rollback);
    open_with(options.open_or_create(file)?, guard, true, false)
}

/// Opens a vault that gives no value without an entry in its audit log, or makes one.
pub fn open_or_create_logged(file: &Path, rollback: bool) -> Result<Vault> {
    let options = options().rollback_journal(rollback);
    open_with(options.open_or_create(file)?, false, true, true)
}

/// Opens a vault with whichever of the two root keys it has now.
pub fn open(file: &Path, guard: bool) -> Result<Vault> {
    open_with(options().open(file)?, guard, false, false)
}

/// Opens a vault that gives no value without an entry in its audit log.
pub fn open_logged(file: &Path, guard: bool) -> Result<Vault> {
    open_with(options().open(file)?, guard, false, true)
}

fn open_with(store: SqliteStore, guard: bool, create: bool, log: bool) -> Result<Vault> {
    let store = Arc::new(store);
    let attempt = |number| {
        let mut builder = Vault::builder().store(Arc::clone(&store));
        if guard {
            builder = builder.guard(10_000);
        }
        if log {
            builder = builder.audit(AuditMode::Required);
        }
        if create {
            builder.open_or_create(&root_key(number))
        } else {
            builder.open(&root_key(number))
        }
    };
    match attempt(0) {
        Err(error) if error.kind() == ErrorKind::WrongKey => attempt(1),
        opened => opened,
    }
}

/// The secrets of one worker.
pub struct Worker<'v> {
    pub vault: &'v Vault,
    scope: ScopedVault,
    number: u32,
    folder: PathBuf,
    journal: &'v Writer,
    /// The number of the next run.
    run: AtomicU64,
}

impl<'v> Worker<'v> {
    pub fn new(vault: &'v Vault, number: u32, folder: &Path, journal: &'v Writer) -> Self {
        Self {
            vault,
            scope: vault.scope(scope(number)).unwrap(),
            number,
            folder: folder.to_owned(),
            journal,
            run: AtomicU64::new(nanoseconds()),
        }
    }

    /// Does one operation, and says so. Returns false if nobody knows whether it was done.
    pub fn work(&self, operation: Operation) -> bool {
        let run = self.run.fetch_add(1, Ordering::SeqCst);
        let run = format!("{}-{run}", self.number);
        self.journal.begins_as(self.number, operation, &run);
        let scope = self.scope.for_run(&run).unwrap();
        let outcome = self.call(operation, &scope);
        let outcome = outcome.map_err(|error| error.kind());
        self.journal.ended(self.number, outcome);
        outcome != Err(ErrorKind::Unsettled)
    }

    fn call(&self, operation: Operation, scope: &ScopedVault) -> Result<()> {
        let vault = self.vault;
        match operation {
            Operation::Put(at, token) => scope.put(name(at), value(token)).map(drop),
            Operation::Replace(at, token) => {
                scope.replace_revoked(name(at), value(token)).map(drop)
            }
            Operation::Revoke(at) => scope.revoke(name(at)).map(drop),
            Operation::Delete(at) => scope.delete(name(at)).map(drop),
            Operation::Off(at) => scope.set_status(name(at), Status::Inactive).map(drop),
            Operation::On(at) => scope.set_status(name(at), Status::Active).map(drop),
            Operation::PutAll(token) => {
                let items = (0..NAMES).map(|at| (name(at), value(token)));
                scope
                    .put_all(items, OnExisting::Version)
                    .map(drop)
                    .map_err(keyslot::Error::from)
            }
            Operation::Root(number) => vault
                .change_root_key(&root_key(1 - number), &root_key(number))
                .map(drop),
            Operation::Rotate => vault.rotate_data_key("acme").map(drop),
            Operation::Rewrap => vault.rewrap("acme")?.finish().map(drop),
            Operation::Destroy => destroy(vault),
            Operation::AddKey => vault.add_key("spare", &root_key(2)).map(drop),
            Operation::RemoveKey => vault.remove_key("spare").map(drop),
            Operation::Compact => vault.compact().map(drop),
            Operation::Purge => vault.purge().map(drop),
            Operation::Backup(number) => {
                let path = self.folder.join(format!("copy-{number}.db"));
                vault.backup_to(path).map(drop)
            }
            Operation::EraseOther => vault.erase_tenant("other").map(drop),
            Operation::Read => {
                scope.names()?;
                let text = format!("<<$secret.{}>> <<$secret.{}>>", name(0), name(1));
                scope.resolve(&text).map(drop)?;
                self.journal.given(self.number);
                vault.verify().map(drop)
            }
            Operation::Use(at) => {
                scope.resolve(&format!("<<$secret.{}>>", name(at)))?;
                self.journal.given(self.number);
                Ok(())
            }
            Operation::Open => Ok(()),
        }
    }
}

/// The time, which is another one for each process.
fn nanoseconds() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    u64::try_from(since.as_nanos()).unwrap()
}

/// Destroys the older data keys.
fn destroy(vault: &Vault) -> Result<()> {
    for organization in vault.key_status()?.organizations {
        let is_acme = |scope: &keyslot::Scope| scope.tenant() == "acme";
        if !organization.organization.as_ref().is_some_and(is_acme) {
            continue;
        }
        for key in organization.keys {
            if key.state == DataKeyState::OpenOnly {
                vault.destroy_data_key("acme", key.generation)?;
            }
        }
    }
    Ok(())
}

/// An operation by chance. Only worker 0 changes keys.
pub fn choose(random: &mut Random, worker: u32, root: &mut u64) -> Operation {
    let at = usize::try_from(random.below(NAMES as u64)).unwrap();
    let token = random.below(1 << 40);
    match random.below(if worker == 0 { 23 } else { 19 }) {
        0..=3 => Operation::Put(at, token),
        4..=7 => Operation::Replace(at, token),
        8 => Operation::Revoke(at),
        9 => Operation::Delete(at),
        10 => Operation::Off(at),
        11 | 12 => Operation::On(at),
        13 => Operation::PutAll(token),
        14 if token % 4 == 0 => Operation::Backup(token),
        14 => Operation::Put(at, token),
        15 if token % 4 == 0 => Operation::Compact,
        15 => Operation::Purge,
        16..=18 => Operation::Use(at),
        19 => Operation::Rotate,
        20 => Operation::Rewrap,
        21 => Operation::Destroy,
        _ => {
            *root = 1 - *root;
            Operation::Root(*root)
        }
    }
}
