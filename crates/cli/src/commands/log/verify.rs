//! `keyslot log verify`: every entry of an organization's logs, or of the log of keys.

use std::ops::ControlFlow;

use clap::Args;
use keyslot::{Finding, Scope};
use serde_json::json;

use super::whole;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::{Style, shown};
use crate::progress::Progress;

/// The arguments of `log verify`.
#[derive(Args, Debug)]
pub(crate) struct VerifyLogArgs {}

pub(super) fn run(keys: bool, context: &Context) -> Result<Exit> {
    let organization = (!keys).then(|| context.scope_name()).transpose()?;
    let tenant = organization.as_ref().map(Scope::tenant);
    let log = whole(keys, context)?;
    let mut entries = 0_u64;
    for entry in log.oldest_first() {
        entry?;
        entries += 1;
    }
    // Entries that were added are found by a look at all rows.
    let progress = Progress::new(context.output, "verifying");
    let verification = context.vault()?.verify_with(|now| {
        progress.at(now.looked_at, now.total);
        ControlFlow::Continue(())
    })?;
    drop(progress);
    let is_own = |finding: &&Finding| match finding {
        Finding::AuditLog { tenant: of } => Some(of.as_str()) == tenant,
        Finding::KeyLog => keys,
        _ => false,
    };
    let findings: Vec<&Finding> = verification.findings.iter().filter(is_own).collect();
    let (word, exit) = if findings.is_empty() {
        (context.output.paint(Style::Green, "intact"), Exit::Done)
    } else {
        (context.output.paint(Style::Red, "damaged"), Exit::Found)
    };
    if context.output.is_json() {
        let json = json!({ "organization": tenant, "entries": entries, "findings": findings });
        context.output.json(&json)?;
        return Ok(exit);
    }
    for finding in findings {
        context.output.line(&shown(&finding.to_string()))?;
    }
    let whose = tenant.unwrap_or("the log of keys");
    let line = format!("{word}: {entries} entries of {whose}");
    context.output.line(&line)?;
    Ok(exit)
}
