//! A walk through all rows of a kind.

use super::finding::{Finding, Verification};
use crate::error::Result;
use crate::store::{Kind, Row, Tag};
use crate::vault::core::Core;
use crate::vault::scan::{Scan, Step};

/// Goes through all rows of a kind, up to the place at which the store gives them out of
/// order.
pub(super) fn all_rows(
    core: &Core,
    kind: Kind,
    bodies: bool,
    report: &mut Verification,
    mut each: impl FnMut(&mut Verification, Row) -> Result<()>,
) -> Result<()> {
    let mut scan = Scan::new(kind, Tag::Any, bodies);
    loop {
        match scan.step_from(&*core.store)? {
            Step::Rows(rows) => rows.into_iter().try_for_each(|row| each(report, row))?,
            Step::Disorder => {
                report.find(Finding::Hidden);
                return Ok(());
            }
            Step::End => return Ok(()),
        }
    }
}
