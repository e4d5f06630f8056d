//! Progress of a verification.

use std::ops::ControlFlow;

use crate::error::{Error, ErrorKind, Result};

/// Progress of a [verification](crate::Vault::verify_with).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifyProgress {
    /// The organizations that were verified.
    pub organizations: u64,
    /// The secrets that were looked at, tombstones included.
    pub looked_at: u64,
    /// All secrets and tombstones, as the sealed heads counted them when the call began. At least
    /// those that were looked at.
    pub total: u64,
}

/// A caller that hears of the progress of a verification, and may end it.
pub(in crate::vault) struct Watch<'w> {
    progress: VerifyProgress,
    tell: Option<&'w mut dyn FnMut(VerifyProgress) -> ControlFlow<()>>,
}

impl<'w> Watch<'w> {
    /// A caller that waits for the result alone.
    pub(in crate::vault) fn nobody() -> Self {
        Self {
            progress: VerifyProgress::default(),
            tell: None,
        }
    }

    /// A caller with a callback.
    pub(in crate::vault) fn of(tell: &'w mut dyn FnMut(VerifyProgress) -> ControlFlow<()>) -> Self {
        Self {
            tell: Some(tell),
            ..Self::nobody()
        }
    }

    /// Returns true if somebody hears of the progress, so that it is worth counting.
    pub(super) fn is_heard(&self) -> bool {
        self.tell.is_some()
    }

    /// Adds to what there is to look at.
    pub(super) fn expect(&mut self, secrets: u64) {
        self.progress.total = self.progress.total.saturating_add(secrets);
    }

    /// The secrets that were looked at, to go back to.
    pub(super) fn mark(&self) -> u64 {
        self.progress.looked_at
    }

    /// Takes back what was looked at since a mark.
    pub(super) fn back_to(&mut self, mark: u64) {
        self.progress.looked_at = mark;
    }

    /// Tells that so many secrets more were looked at.
    ///
    /// # Errors
    ///
    /// [`Stopped`](ErrorKind::Stopped) when the caller ends it.
    pub(super) fn looked_at(&mut self, secrets: usize) -> Result<()> {
        let progress = &mut self.progress;
        progress.looked_at += secrets as u64;
        progress.total = progress.total.max(progress.looked_at);
        self.tell()
    }

    /// Tells that an organization was verified.
    ///
    /// # Errors
    ///
    /// [`Stopped`](ErrorKind::Stopped) when the caller ends it.
    pub(super) fn organization(&mut self) -> Result<()> {
        self.progress.organizations += 1;
        self.tell()
    }

    fn tell(&mut self) -> Result<()> {
        let tell = self.tell.as_mut();
        tell.map_or(Ok(()), |tell| go_on(tell(self.progress)))
    }
}

/// Refuses to go on where the caller ended the call.
///
/// # Errors
///
/// [`Stopped`](ErrorKind::Stopped).
pub(in crate::vault) fn go_on(told: ControlFlow<()>) -> Result<()> {
    match told {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Error::new(
            ErrorKind::Stopped,
            "the callback ended the call before it was done",
        )),
    }
}
