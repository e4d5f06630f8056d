//! Listings with uses.

use std::fmt;
use std::vec::IntoIter;

use serde::Serialize;

use super::secret_usage::SecretUsage;
use crate::error::{Error, Result};
use crate::record::SecretInfo;
use crate::vault::scoped::ScopedVault;

/// The most secrets whose uses are read at once.
const MOST: usize = 256;

/// A secret of a listing, with its uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UsedSecret {
    /// The secret.
    #[serde(flatten)]
    pub info: SecretInfo,
    /// Its uses; `None` if it was not used since uses are counted.
    pub usage: Option<SecretUsage>,
}

/// A listing with the uses of each secret: see [`List::with_usage`](crate::List::with_usage).
///
/// After an error there are no more secrets.
#[must_use = "nothing is read before it is asked"]
pub struct WithUsage {
    scoped: ScopedVault,
    secrets: Box<dyn Iterator<Item = Result<SecretInfo>> + Send>,
    page: IntoIter<UsedSecret>,
    failed: Option<Error>,
    is_over: bool,
}

impl WithUsage {
    pub(in crate::vault) fn new(
        scoped: ScopedVault,
        secrets: impl Iterator<Item = Result<SecretInfo>> + Send + 'static,
    ) -> Self {
        Self {
            scoped,
            secrets: Box::new(secrets),
            page: Vec::new().into_iter(),
            failed: None,
            is_over: false,
        }
    }

    /// Reads the next secrets, and their uses with one call.
    fn read(&mut self) -> Result<()> {
        let mut infos = Vec::new();
        while infos.len() < MOST && !self.is_over {
            match self.secrets.next() {
                Some(Ok(info)) => infos.push(info),
                Some(Err(error)) => {
                    self.is_over = true;
                    self.failed = Some(error);
                }
                None => self.is_over = true,
            }
        }
        let core = self.scoped.shared_core();
        let usage = core.usage_of(self.scoped.scope(), &infos)?;
        let used = infos.into_iter().zip(usage);
        let used = used.map(|(info, usage)| UsedSecret { info, usage });
        self.page = used.collect::<Vec<_>>().into_iter();
        Ok(())
    }
}

impl Iterator for WithUsage {
    type Item = Result<UsedSecret>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(used) = self.page.next() {
                return Some(Ok(used));
            }
            if let Some(error) = self.failed.take() {
                return Some(Err(error));
            }
            if self.is_over {
                return None;
            }
            if let Err(error) = self.read() {
                self.is_over = true;
                return Some(Err(error));
            }
        }
    }
}

impl fmt::Debug for WithUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithUsage")
            .field("scope", self.scoped.scope())
            .finish_non_exhaustive()
    }
}
