//! Helpers of the tests of bundles.

use std::io::Cursor;

use keyslot::{Bundle, BundleReach, Error, RootKey, ScopedVault, Vault};

use crate::support::shelf::shelf_vault;

pub(super) const REASON: &str = "a test";

/// The key of the bundles, which is no secret.
pub(super) fn key() -> RootKey {
    RootKey::from_hex("d01f5b7ce2934a860c7be15f2a948d36b17ef0428c5ad963471c0ea9f25b86de").unwrap()
}

pub(super) fn scope(name: &str) -> ScopedVault {
    shelf_vault().scope(name).unwrap()
}

/// The bundle of one scope.
pub(super) fn of_scope(scope: &ScopedVault) -> Vec<u8> {
    let mut file = Vec::new();
    scope
        .export(REASON)
        .unwrap()
        .bundle(&key(), &mut file)
        .unwrap();
    file
}

/// The bundle of a whole vault.
pub(super) fn of_vault(vault: &Vault) -> Vec<u8> {
    let mut file = Vec::new();
    let export = vault.export(BundleReach::Vault, REASON).unwrap();
    export.bundle(&key(), &mut file).unwrap();
    file
}

pub(super) fn open(file: &[u8]) -> Bundle<Cursor<&[u8]>> {
    Bundle::open(Cursor::new(file), &key()).unwrap()
}

/// The error of a bundle that cannot be opened, or is not whole.
pub(super) fn refused(file: &[u8]) -> Option<Error> {
    let opened = Bundle::open(Cursor::new(file), &key());
    opened.and_then(|mut bundle| bundle.inspect(|_| ())).err()
}
