//! `keyslot verify`: every row of the vault.

use std::ops::ControlFlow;

use clap::Args;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::{Style, shown};
use crate::progress::Progress;

/// The arguments of `verify`.
#[derive(Args, Debug)]
pub(crate) struct VerifyArgs {}

pub(super) fn run(_: &VerifyArgs, context: &Context) -> Result<Exit> {
    let vault = context.vault()?;
    let progress = Progress::new(context.output, "verifying");
    let verification = vault.verify_with(|now| {
        progress.at(now.looked_at, now.total);
        ControlFlow::Continue(())
    })?;
    drop(progress);
    let output = &context.output;
    let exit = if verification.is_intact() {
        Exit::Done
    } else {
        Exit::Found
    };
    if output.is_json() {
        output.json(&verification)?;
        return Ok(exit);
    }
    for finding in &verification.findings {
        output.line(&shown(&finding.to_string()))?;
    }
    let word = if verification.is_intact() {
        output.paint(Style::Green, "intact")
    } else {
        output.paint(Style::Red, "damaged")
    };
    output.line(&format!(
        "{word}: {} organizations, {} secrets, {} tombstones",
        verification.tenants, verification.secrets, verification.tombstones
    ))?;
    Ok(exit)
}
