//! Places of systemd's credentials.

use std::path::PathBuf;

use crate::error::{Error, ErrorKind, Result};

/// The file of a credential that systemd passes to this service.
pub(super) fn path(name: &str) -> Result<PathBuf> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._@:-".contains(&byte);
    let is_name = (1..=255).contains(&name.len()) && name.bytes().all(is_plain);
    if !is_name || matches!(name, "." | "..") {
        return Err(Error::new(
            ErrorKind::InvalidInput,
            "the name of a credential has 1 to 255 characters of A-Z, a-z, 0-9 and ._@:-",
        ));
    }
    let folder = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    match folder.filter(|folder| folder.is_absolute()) {
        Some(folder) => Ok(folder.join(name)),
        None => Err(Error::new(
            ErrorKind::InvalidKey,
            "there are no credentials: the environment variable CREDENTIALS_DIRECTORY names no \
             folder; start the service with LoadCredential= in its unit",
        )),
    }
}
