//! `keyslot status`: what is wrong here, and how to mend it.

mod check;
mod checks;

use clap::Args;
use serde_json::json;

use check::State;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::output::{Style, shown};

/// The arguments of `status`.
#[derive(Args, Debug)]
pub(crate) struct StatusArgs {}

pub(super) fn run(_: &StatusArgs, context: &Context) -> Result<Exit> {
    let checks = checks::run(context);
    let has_problem = checks.iter().any(|check| check.state == State::Problem);
    let output = &context.output;
    if output.is_json() {
        let report = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "ok": !has_problem,
            "checks": checks,
        });
        output.json(&report)?;
    } else {
        for check in &checks {
            let (word, style) = match check.state {
                State::Good => ("good   ", Style::Green),
                State::Remark => ("remark ", Style::Yellow),
                State::Problem => ("problem", Style::Red),
            };
            let word = output.paint(style, word);
            output.line(&format!("{word}  {}: {}", check.name, shown(&check.detail)))?;
            if let Some(mend) = &check.mend {
                output.line(&output.paint(Style::Dim, &format!("         {}", shown(mend))))?;
            }
        }
    }
    Ok(if has_problem { Exit::Found } else { Exit::Done })
}
