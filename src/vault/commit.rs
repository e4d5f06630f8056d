//! Writes that are committed, and what holds from then on.

use super::core::Core;
use super::high_water::Mark;
use crate::crypto::KeyId;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Partition, Row, RowKey, WriteTx};

impl Core {
    /// Runs `work` as one write to a partition, and returns its result once that is committed. It
    /// may run again when the store has to retry. The rows of `first` are read together with the
    /// lock.
    ///
    /// # Errors
    ///
    /// Those of `work` and of the store.
    pub(super) fn commit<T>(
        &self,
        partition: Partition,
        first: &[RowKey],
        mut work: impl FnMut(Vec<Option<Row>>, &mut dyn WriteTx) -> Result<T>,
    ) -> Result<T> {
        let mut done = None;
        let committed = self.store.write(partition, first, &mut |rows, tx| {
            // Nothing of a run counts if the store runs it again.
            done = None;
            done = Some(work(rows, tx)?);
            Ok(())
        });
        if committed.is_err() && done.is_some() {
            // The commit failed. It may have happened all the same.
            self.seen.doubt();
        }
        if done.is_some() {
            self.forget_opened(partition);
        }
        committed?;
        done.ok_or_else(|| {
            Error::new(
                ErrorKind::Store,
                "the store did not run a write that it says it ran",
            )
        })
    }

    /// Gives up the opened secrets of a tenant that this open vault has written to.
    fn forget_opened(&self, tenant: Partition) {
        if let Some(opened) = &self.opened {
            opened.forget(tenant);
        }
    }

    /// Notes the head of a write, and tells the anchor. Only once it is committed, because nobody
    /// ever sees rows that are not.
    pub(super) fn note_head(&self, tenant: Partition, mark: Mark, active_key: KeyId) {
        self.seen.note(tenant, mark, active_key);
        self.advance_anchor(tenant, mark);
    }
}
