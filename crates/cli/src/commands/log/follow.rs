//! `keyslot log --follow`: entries as they come.

use std::time::Duration;

use keyslot::AuditLog;

use super::filter::FilterArgs;
use super::line::line;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::shown;

/// The longest wait for entries at once.
const WAIT: Duration = Duration::from_secs(60);

/// Shows entries until the process is interrupted, or nobody reads its output any more.
pub(super) fn run(filter: &FilterArgs, log: &AuditLog, context: &Context) -> Result<Exit> {
    let query = filter.query()?;
    let mut follow = log.follow()?;
    context.output.note("following; interrupt it to end");
    loop {
        for entry in follow.wait(WAIT)? {
            if !query.fits(&entry) {
                continue;
            }
            if context.output.is_json() {
                context.output.json(&entry)?;
            } else {
                context.output.line(&shown(line(&entry).trim_end()))?;
            }
        }
    }
}
