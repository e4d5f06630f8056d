//! Vaults and entries for several tests.

use keyslot::secrecy::ExposeSecret as _;
use keyslot::{RootKey, ScopedVault, Vault};
use keyslot_import::Entries;

/// A vault in memory.
pub(crate) fn vault() -> Vault {
    Vault::in_memory(&RootKey::generate().unwrap()).unwrap()
}

/// Its scope `acme/billing`.
pub(crate) fn project() -> ScopedVault {
    vault().scope("acme/billing").unwrap()
}

/// The entries of a list of variables.
pub(crate) fn list(text: &str) -> Entries {
    Entries::dotenv(text.as_bytes()).unwrap()
}

/// The names and values of entries.
pub(crate) fn pairs(entries: &Entries) -> Vec<(String, String)> {
    let pair = |entry: &keyslot_import::Entry| {
        let value = entry.value().expose_secret();
        (entry.name().to_owned(), value.to_owned())
    };
    entries.iter().map(pair).collect()
}
