//! The scopes of an import, and the secrets that are there.

use std::collections::{HashMap, HashSet};

use keyslot::{
    Error, ErrorKind, Permissions, Revision, Scope, ScopedVault, SecretInfo, SecretName, Status,
    Version,
};

use super::importer::Importer;

/// The most names of a scope that are asked for one by one.
const FEW: usize = 256;

/// The facts about a secret that a plan needs.
pub(super) struct Present {
    pub(super) is_revoked: bool,
    pub(super) version: Option<Version>,
    pub(super) revision: Revision,
}

impl Present {
    fn of(info: &SecretInfo) -> Self {
        Self {
            is_revoked: info.status == Status::Revoked,
            version: info.version(),
            revision: info.revision,
        }
    }
}

/// Refuses a handle that may not import.
pub(super) fn check(scoped: &ScopedVault) -> Result<(), Error> {
    let needed = Permissions::READ | Permissions::MANAGE;
    if scoped.permissions().contains(needed) {
        return Ok(());
    }
    let message = "an import needs the permissions READ and MANAGE";
    Err(Error::new(ErrorKind::Denied, message))
}

/// Returns the handle of a scope below that of an import, with no more rights than the import has.
pub(super) fn handle(importer: &Importer<'_>, below: &[String]) -> Result<ScopedVault, Error> {
    let base = importer.scoped;
    if below.is_empty() {
        return Ok(base.clone());
    }
    let Some(vault) = importer.below else {
        let message = "the file has entries of scopes below that of the import, which must be \
                       allowed";
        return Err(Error::new(ErrorKind::InvalidScope, message));
    };
    let join = |scope: Scope, segment: &String| scope.project(segment);
    let scope = below.iter().try_fold(base.scope().clone(), join)?;
    let handle = vault.scope(scope)?.with(base.permissions());
    Ok(match base.actor() {
        Some(actor) => handle.acting_as(actor.clone()),
        None => handle,
    })
}

/// Reads the secrets of some names that are there.
pub(super) fn present<'n>(
    scoped: &ScopedVault,
    names: &HashSet<&'n SecretName>,
) -> Result<HashMap<&'n SecretName, Present>, Error> {
    let mut found = HashMap::with_capacity(names.len());
    if names.len() > FEW {
        for info in scoped.list() {
            let info = info?;
            if let Some(name) = names.get(&info.name) {
                found.insert(*name, Present::of(&info));
            }
        }
        return Ok(found);
    }
    for &name in names {
        match scoped.info(name) {
            Ok(info) => drop(found.insert(name, Present::of(&info))),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}
