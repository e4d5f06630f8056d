//! The state of a log whose head is lost.

use crate::crypto::LogState;
use crate::error::Result;
use crate::store::{Kind, Partition, WriteTx};
use crate::vault::core::Core;
use crate::vault::walk::Walk;

impl Core {
    /// The state of a log as its rows have it: the newest ones that follow each other. `None` where
    /// there are none. Nobody can say if there were others behind them.
    ///
    /// A head that can be read has the `last` state. It stands, so that what is missing stays
    /// missing, unless there are rows behind its end.
    pub(in crate::vault) fn recover_log(
        &self,
        tx: &mut dyn WriteTx,
        partition: Partition,
        last: Option<LogState>,
    ) -> Result<Option<LogState>> {
        let mut found: Option<LogState> = None;
        let mut walk = Walk::of_all_after(Kind::Audit, None);
        while let Some(rows) = walk.step_in(tx)?.page()? {
            for row in rows {
                let Ok(opened) = self.open_log_row(partition, &row) else {
                    continue;
                };
                let Ok((_, end)) = self.entries_of(partition, &opened) else {
                    continue;
                };
                let known = found.filter(|log| log.end == opened.before);
                found = Some(LogState {
                    begin: known.map_or(opened.before, |log| log.begin),
                    end,
                    written_at: opened.written_at,
                });
            }
        }
        Ok(match (last, found) {
            (Some(last), Some(found)) if found.end.row > last.end.row => Some(LogState {
                begin: last.begin,
                ..found
            }),
            (last, found) => last.or(found),
        })
    }
}
