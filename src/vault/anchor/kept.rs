//! The anchor of one open vault.

use std::collections::HashMap;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::mark::AnchorMark;
use super::rollback_anchor::RollbackAnchor;
use crate::error::{Error, ErrorKind, Result};

/// The anchor of one open vault, and the marks that it has not got yet.
#[derive(Debug)]
pub(in crate::vault) struct Anchor {
    outside: Box<dyn RollbackAnchor>,
    vault: [u8; 16],
    /// Marks of writes that were committed when the anchor could not be told; one for a tenant.
    behind: Mutex<HashMap<[u8; 16], AnchorMark>>,
}

impl Anchor {
    pub(in crate::vault) fn new(outside: Box<dyn RollbackAnchor>, vault: [u8; 16]) -> Self {
        Self {
            outside,
            vault,
            behind: Mutex::default(),
        }
    }

    pub(in crate::vault) fn marks(&self) -> Result<Vec<AnchorMark>> {
        self.outside.marks(&self.vault)
    }

    /// Tells the anchor these marks, and those that it has not got before. If it cannot be told,
    /// they go along with the next ones.
    pub(in crate::vault) fn advance(&self, marks: Vec<AnchorMark>) -> Result<()> {
        let mut all = marks;
        all.extend(self.behind().drain().map(|(_, mark)| mark));
        if all.is_empty() {
            return Ok(());
        }
        let told = self.outside.advance(&self.vault, &all);
        if let Err(error) = &told {
            self.keep(self.left(all, error));
        }
        told
    }

    /// Returns those of some marks that the anchor refused together which are told it later.
    fn left(&self, marks: Vec<AnchorMark>, error: &Error) -> Vec<AnchorMark> {
        if error.kind() != ErrorKind::Tampered {
            return marks;
        }
        if marks.len() == 1 {
            // What the anchor contradicts, it would contradict each time.
            return Vec::new();
        }
        // It did not keep the others either, so each is told alone.
        let is_left = |mark: &AnchorMark| {
            let told = self.outside.advance(&self.vault, &[*mark]);
            told.is_err_and(|error| error.kind() != ErrorKind::Tampered)
        };
        marks.into_iter().filter(is_left).collect()
    }

    /// Makes the anchor forget all marks but these.
    pub(in crate::vault) fn replace(&self, marks: &[AnchorMark]) -> Result<()> {
        let behind = mem::take(&mut *self.behind());
        let replaced = self.outside.replace(&self.vault, marks);
        if replaced.is_err() {
            self.keep(behind.into_values());
        }
        replaced
    }

    /// Keeps marks for later, the newest of each tenant.
    fn keep(&self, marks: impl IntoIterator<Item = AnchorMark>) {
        let mut behind = self.behind();
        for mark in marks {
            let kept = behind.entry(mark.tenant).or_insert(mark);
            if kept.epoch < mark.epoch {
                *kept = mark;
            }
        }
    }

    fn behind(&self) -> MutexGuard<'_, HashMap<[u8; 16], AnchorMark>> {
        self.behind.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
