//! The environment of a call, and the folders of its user.

use std::env;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};

/// Returns an environment variable that is not empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Returns the home folder of the user.
pub(crate) fn home() -> Option<PathBuf> {
    env::var_os("HOME")
        .map(PathBuf::from)
        .filter(|home| home.is_absolute())
}

/// Returns a file of the user: in the folder that a variable of XDG names, or below the home.
pub(crate) fn own_file(xdg: &str, below_home: &str, file: &str) -> Option<PathBuf> {
    let folder = env::var_os(xdg)
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
        .or_else(|| Some(home()?.join(below_home)))?;
    Some(folder.join("keyslot").join(file))
}

/// Returns the folder that the command was started in.
pub(crate) fn current_folder() -> Result<PathBuf> {
    env::current_dir().map_err(|error| Failure::io("cannot tell the current folder", &error))
}

/// Makes the folder of a file, for its user alone, if it is not there.
pub(crate) fn make_folder_of(file: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;

    let Some(folder) = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    else {
        return Ok(());
    };
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| {
            Failure::io(
                format_args!("cannot make the folder {}", folder.display()),
                &error,
            )
        })
}
