//! The key of a bundle.

use std::path::PathBuf;

use clap::Args;
use keyslot::Unlock;

use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::key::KeySource;

/// Options that name the key of a bundle, which is not that of a vault.
#[derive(Args, Debug)]
#[group(multiple = false)]
pub(super) struct BundleKeyArgs {
    /// File with the key of the bundle, such as `keyslot keygen` makes
    #[arg(long, value_name = "FILE")]
    bundle_key_file: Option<PathBuf>,

    /// Ask for the passphrase of the bundle on the terminal
    #[arg(long)]
    bundle_passphrase: bool,
}

impl BundleKeyArgs {
    /// Reads the key of a bundle that is made: a passphrase is asked for twice.
    pub(super) fn unlock_new(&self) -> Result<Box<dyn Unlock>> {
        self.source()?.unlock_new()
    }

    /// Reads the key of a bundle.
    pub(super) fn unlock(&self) -> Result<Box<dyn Unlock>> {
        self.source()?.unlock()
    }

    /// Returns true if one is named.
    pub(super) fn is_named(&self) -> bool {
        self.bundle_key_file.is_some() || self.bundle_passphrase
    }

    fn source(&self) -> Result<KeySource> {
        match &self.bundle_key_file {
            Some(path) => Ok(KeySource::File(path.clone())),
            None if self.bundle_passphrase => Ok(KeySource::Passphrase),
            None => Err(Failure::new(Exit::Key, "no key of the bundle is named")
                .next("name one with --bundle-key-file or --bundle-passphrase")),
        }
    }
}
