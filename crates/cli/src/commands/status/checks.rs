//! The checks of `status`, from the settings to the keys.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use keyslot::{KeyStatus, Vault};

use super::check::Check;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::key;

/// The size of a write-ahead log that is worth a remark, in bytes.
const LARGE_LOG: u64 = 64 << 20;

/// The age of a data key that is worth a remark.
const OLD: Duration = Duration::from_secs(365 * 86_400);

/// Makes all checks that are possible.
pub(super) fn run(context: &Context) -> Vec<Check> {
    let settings = &context.settings;
    let mut checks = vec![Check::good(
        "settings",
        match &settings.config {
            Some(path) => path.display().to_string(),
            None => "no keyslot.toml here or above".to_owned(),
        },
    )];
    let scope = match &settings.scope {
        Some(_) => context.scope_name().map(|scope| scope.to_string()),
        None => Ok("not named".to_owned()),
    };
    checks.push(made("scope", scope));
    let source = settings.key.as_ref().ok_or_else(key::missing);
    let unlock = source.and_then(|source| Ok((source.kind(), source.unlock()?)));
    let key = match unlock {
        Ok((kind, key)) => {
            checks.push(Check::good("key", format!("read from: {kind}")));
            Some(key)
        }
        Err(failure) => {
            checks.push(Check::problem("key", &failure));
            None
        }
    };
    let place = settings.place.to_string();
    match settings.place.open(Vault::builder()) {
        Ok(builder) => {
            checks.push(Check::good("store", place));
            let opened = key.map(|key| builder.open(&*key).map_err(Failure::from));
            match opened {
                Some(Ok(vault)) => keys(&vault, &mut checks),
                Some(Err(failure)) => checks.push(Check::problem("vault", &failure)),
                None => {}
            }
        }
        Err(failure) => checks.push(Check::problem("store", &failure)),
    }
    if let Some(path) = settings.place.path() {
        files(path, &mut checks);
    }
    checks
}

fn made(name: &'static str, found: Result<String>) -> Check {
    match found {
        Ok(detail) => Check::good(name, detail),
        Err(failure) => Check::problem(name, &failure),
    }
}

/// Looks at the keys of an open vault.
fn keys(vault: &Vault, checks: &mut Vec<Check>) {
    let status = match vault.key_status() {
        Ok(status) => status,
        Err(error) => {
            checks.push(Check::problem("keys", &error.into()));
            return;
        }
    };
    checks.push(Check::good(
        "vault",
        format!("opens; {} organizations", status.organizations.len()),
    ));
    checks.push(match status.slots.len() {
        1 => Check::remark(
            "keys",
            "one key opens the vault",
            "add a second one with `keyslot key add recovery --new-passphrase`",
        ),
        count => Check::good("keys", format!("{count} keys open the vault")),
    });
    for organization in status.due(OLD) {
        let name = organization
            .organization
            .as_ref()
            .map_or("?", |scope| scope.as_str());
        checks.push(Check::remark(
            "data keys",
            format!("the data key of {name} is older than a year"),
            format!("replace it with `keyslot key rotate-data {name}`"),
        ));
    }
    checks.push(clock(&status));
}

/// Compares the clock with the youngest key: a vault cannot be made in the future.
fn clock(status: &KeyStatus) -> Check {
    let youngest = status.slots.iter().map(|slot| slot.made_at).max();
    if youngest.is_some_and(|made_at| made_at > SystemTime::now() + Duration::from_secs(60)) {
        let failure = Failure::new(Exit::Found, "the clock is behind the keys of the vault")
            .next("set the clock: secrets expire by it");
        return Check::problem("clock", &failure);
    }
    Check::good("clock", "is not behind the keys of the vault")
}

/// Looks at the files beside a vault.
fn files(path: &Path, checks: &mut Vec<Check>) {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    if fs::metadata(&log).is_ok_and(|log| log.len() > LARGE_LOG) {
        checks.push(Check::remark(
            "log",
            "the write-ahead log is large: a reader holds it",
            "end the process that reads an old state",
        ));
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let entries = fs::read_dir(folder.unwrap_or(Path::new(".")))
        .into_iter()
        .flatten();
    let left = entries.flatten().filter(|entry| {
        entry
            .file_name()
            .to_string_lossy()
            .starts_with(".keyslot-new-")
    });
    let left = left.count();
    if left > 0 {
        checks.push(Check::remark(
            "files",
            format!("{left} unfinished files of backups that were cut off"),
            "remove the files .keyslot-new-* beside the vault while no backup runs",
        ));
    }
}
