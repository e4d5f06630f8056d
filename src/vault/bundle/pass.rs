//! Passes over a bundle that is imported: one that tries all of it, and one that stores it.

use std::io::{Read, Seek};
use std::mem;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

use secrecy::ExposeSecret;

use super::bundle::{Bundle, changed};
use crate::crypto::{BundledSecret, Info};
use crate::error::{Error, ErrorKind, Result};
use crate::scope::Scope;
use crate::store::PAGE;
use crate::vault::core::Core;
use crate::vault::observer::{Action, Begun};
use crate::vault::scoped::ScopedVault;
use crate::vault::verify::go_on;
use crate::vault::write::{BulkProgress, Incoming, OnExisting, Restoring};

/// The callback that hears of the progress.
pub(super) type Told<'b> = Box<dyn FnMut(BulkProgress) -> ControlFlow<()> + 'b>;

/// The number of the secret that an error is about, if it is about one; and the error.
type Refused = (Option<usize>, Error);

/// One pass over a bundle.
pub(super) struct Pass<'r, 'b> {
    pub(super) core: &'r Arc<Core>,
    pub(super) handle: &'r dyn Fn(&Scope) -> Result<ScopedVault>,
    pub(super) existing: OnExisting,
    pub(super) at: Option<Scope>,
    /// True while nothing is stored yet.
    pub(super) is_trial: bool,
    pub(super) done: BulkProgress,
    pub(super) progress: Option<Told<'b>>,
}

impl Pass<'_, '_> {
    /// Goes through all secrets, and gives the hash of the bundle.
    pub(super) fn make<R: Read + Seek>(
        &mut self,
        bundle: &mut Bundle<R>,
    ) -> Result<[u8; 32], Refused> {
        let whole = |error| (None, error);
        let mut reader = bundle.reader().map_err(whole)?;
        let base = reader.start().reach.base().cloned();
        if base.is_none() && self.at.is_some() {
            let message = "a bundle of a whole vault has no scope that another could replace";
            return Err(whole(Error::new(ErrorKind::InvalidInput, message)));
        }
        let mut part = Part::default();
        while let Some(secret) = reader.next_secret().map_err(whole)? {
            let scope = self.moved(&secret.info.scope, base.as_ref());
            let scope = scope.map_err(whole)?;
            if !part.takes(&secret, &scope) {
                self.part(&mem::take(&mut part))?;
            }
            part.push(Incoming {
                scope: self.core.hashed(&scope),
                secret,
            });
        }
        self.part(&part)?;
        reader.hash().ok_or_else(|| whole(changed()))
    }

    /// The scope that a secret comes into.
    fn moved(&self, scope: &Scope, base: Option<&Scope>) -> Result<Scope> {
        let (Some(at), Some(base)) = (&self.at, base) else {
            return Ok(scope.clone());
        };
        let below = scope.as_str().strip_prefix(base.as_str());
        Scope::new(format!("{at}{}", below.unwrap_or_default()))
    }

    /// Tries or stores a part.
    fn part(&mut self, part: &Part) -> Result<(), Refused> {
        let Some(first) = part.secrets.first() else {
            return Ok(());
        };
        let handle = (self.handle)(&first.scope.scope).map_err(|error| (None, error))?;
        let begun = Begun(self.core.observer.as_ref().map(|_| Instant::now()));
        let call = handle.call(Action::ImportBundle);
        let rule = Restoring {
            existing: self.existing,
            is_trial: self.is_trial,
        };
        let before = self.done.changed + self.done.skipped;
        let stored = self.core.restore(&first.scope, call, &part.secrets, rule);
        let stored = stored.map_err(|(at, error)| (at.map(|at| before + at), error))?;
        let changed = stored.iter().flatten().count();
        self.done.changed += changed;
        self.done.skipped += stored.len() - changed;
        if self.is_trial {
            return Ok(());
        }
        for info in stored.iter().flatten() {
            tell(&handle, begun, info);
        }
        let told = self
            .progress
            .as_mut()
            .map_or(Ok(()), |tell| go_on(tell(self.done)));
        told.map_err(|error| (None, error))
    }
}

fn tell(handle: &ScopedVault, begun: Begun, info: &Info) {
    handle.tell_outcome(begun, Action::ImportBundle, &info.name, Ok(info));
}

/// Secrets of one organization that are stored in one write.
#[derive(Default)]
struct Part {
    secrets: Vec<Incoming>,
    bytes: usize,
}

impl Part {
    /// Returns true if a secret fits in. A longer one has a part of its own.
    fn takes(&self, secret: &BundledSecret, scope: &Scope) -> bool {
        let most = usize::try_from(PAGE.rows.get()).unwrap_or(usize::MAX);
        self.secrets.last().is_none_or(|last| {
            last.scope.scope.tenant() == scope.tenant()
                && self.secrets.len() < most
                && self.bytes + size(secret) <= PAGE.bytes
        })
    }

    fn push(&mut self, incoming: Incoming) {
        self.bytes += size(&incoming.secret);
        self.secrets.push(incoming);
    }
}

/// The bytes of the values and the texts of a secret.
fn size(secret: &BundledSecret) -> usize {
    let about = &secret.info.about;
    let values = secret
        .values
        .iter()
        .map(|value| value.expose_secret().len());
    let texts = about
        .metadata
        .iter()
        .map(|(key, value)| key.len() + value.len());
    values.sum::<usize>() + texts.sum::<usize>() + about.description.len()
}
