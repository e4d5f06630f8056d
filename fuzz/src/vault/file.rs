//! Files of vaults that somebody edited: a read gives a value that was stored under the name, or an
//! error.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use keyslot_internals::secrecy::ExposeSecret;
use keyslot_internals::{ErrorKind, Result, RootKey, SqliteStore, Vault};
use serde_json::Value;
use tempfile::TempDir;

/// The golden vault of the crate's tests.
const FILE: &[u8] = include_bytes!("../../../tests/vectors/vault-1.db");
const ANSWERS: &str = include_str!("../../../tests/vectors/vault-1.json");
const ROOT_KEY: &str = "bc594e418dea015469dcb6c6a859cfd1c324271e2533148b6d56ac9f1375f38f";
const NOW: u64 = 1_750_000_000;

/// Values by scope and name, perhaps with a pin: those that the name has or had there or above. A
/// row that is gone lets one above it through, and an index may hide a row.
pub type Known = BTreeMap<(String, String), BTreeSet<String>>;

/// Checks an input. The lowest two bits of the first byte select: a whole file; or the golden vault
/// that is cut off, or changed in places of two bytes, each with a length and the bytes that are
/// put there. The next two bits ask for lists and for a verification, and the others for one of 15
/// parts of the names, or for all: each costs as much time as hundreds of files that are refused.
pub fn check(data: &[u8], known: &Known) {
    let Some((&select, data)) = data.split_first() else {
        return;
    };
    let file = match select % 4 {
        0 => data.to_vec(),
        1 => {
            let length = data
                .first_chunk()
                .map_or(0, |bytes| u16::from_be_bytes(*bytes));
            FILE[..usize::from(length).min(FILE.len())].to_vec()
        }
        _ => changed(data),
    };
    let folder = folder();
    let path = folder.path().join("vault.db");
    write(&path, &file);
    match open(&path, select % 4 == 3) {
        Ok(vault) => answers(&vault, known, select),
        Err(error) => assert_ne!(error.kind(), ErrorKind::InvalidInput, "{error}"),
    }
}

/// The golden vault with changes.
fn changed(mut data: &[u8]) -> Vec<u8> {
    let mut file = FILE.to_vec();
    while let [high, low, length, rest @ ..] = data {
        let at = usize::from(u16::from_be_bytes([*high, *low])) % file.len();
        let (bytes, rest) = rest.split_at(usize::from(length % 33).min(rest.len()));
        for (place, byte) in file[at..].iter_mut().zip(bytes) {
            *place = *byte;
        }
        data = rest;
    }
    file
}

/// Answers of the golden vault, as the crate's tests have them.
pub fn known() -> Known {
    let vector: Value = serde_json::from_str(ANSWERS).expect("JSON");
    let answers = vector["answers"].as_array().expect("answers");
    let word = |answer: &Value, field| answer[field].as_str().map(str::to_owned);
    let name = |answer: &Value| word(answer, "name").expect("a name");
    let own = |scope: &str, wanted: &str| -> BTreeSet<String> {
        let is_wanted = |answer: &&Value| {
            let above = word(answer, "scope").expect("a scope");
            let is_above = above == scope || scope.starts_with(&format!("{above}/"));
            is_above && base(&name(answer)) == base(wanted)
        };
        let answers = answers.iter().filter(is_wanted);
        answers.filter_map(|answer| word(answer, "value")).collect()
    };
    let entry = |answer: &Value| {
        let (scope, name) = (word(answer, "scope").expect("a scope"), name(answer));
        let values = own(&scope, &name);
        ((scope, name), values)
    };
    answers.iter().map(entry).collect()
}

/// A name without its pin.
fn base(name: &str) -> &str {
    name.split('@').next().unwrap_or_default()
}

/// Asks for what is known.
fn answers(vault: &Vault, known: &Known, select: u8) {
    let part = usize::from(select >> 4);
    for (place, ((scope, name), values)) in (1..).zip(known) {
        if part != 0 && place % 15 + 1 != part {
            continue;
        }
        let handle = vault.scope(scope.as_str()).expect("a scope");
        if let Ok(found) = handle.resolve(&format!("<<$secret.{name}>>")) {
            let found: &str = found.expose_secret();
            assert!(values.contains(found), "a wrong value of {name} in {scope}");
        }
    }
    // Both end, in whatever way.
    if select & 4 != 0 {
        let scopes: BTreeSet<&String> = known.keys().map(|(scope, _)| scope).collect();
        for scope in scopes {
            let _ = vault.scope(scope.as_str()).expect("a scope").names();
        }
    }
    if select & 8 != 0 {
        let _ = vault.verify();
    }
}

fn open(path: &Path, is_read_only: bool) -> Result<Vault> {
    let store = SqliteStore::options().read_only(is_read_only).open(path)?;
    Vault::builder()
        .store(store)
        .clock(|| UNIX_EPOCH + Duration::from_secs(NOW))
        .open(&RootKey::from_hex(ROOT_KEY)?)
}

/// A folder in memory, where there is such a place.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let folder = match memory.is_dir() {
        true => TempDir::new_in(memory),
        false => TempDir::new(),
    };
    folder.expect("a folder")
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).expect("a file");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("a private file");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ours_passes() {
        let known = known();
        let values: BTreeSet<&String> = known.values().flatten().collect();
        assert!(values.len() >= 3, "the control: {} values", values.len());
        let cut = [&[1, 0x40, 0][..], &[]].concat();
        let whole = [&[0], FILE].concat();
        for data in [
            &b""[..],
            b"\x02",
            b"\x03",
            &whole,
            &cut,
            b"\x02\x10\x20\x04abcd",
        ] {
            check(data, &known);
        }
        for at in (0..FILE.len()).step_by(997) {
            let [high, low] = u16::try_from(at).unwrap().to_be_bytes();
            check(&[2, high, low, 2, 0xA5, 0x5A], &known);
        }
    }

    #[test]
    #[should_panic = "a wrong value"]
    fn a_wrong_value_is_noticed() {
        let mut known = known();
        let values = known.values_mut().find(|values| !values.is_empty());
        *values.unwrap() = BTreeSet::from(["another one".to_owned()]);
        check(b"\x02", &known);
    }
}
