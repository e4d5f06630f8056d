//! Placeholders in a string of a document that is JSON itself.

use super::lint::{Lint, LintKind};
use crate::template::json::is_structure;
use crate::template::plan::Plan;
use crate::template::value::{Encoding, encoding_after};

const MESSAGE: &str = "a value could add keys to the JSON in this string: end the placeholder with \
                       the filter json, or give the string the surface Json";

/// The lint of a string that is JSON itself, at its first value that is not written as JSON.
pub(in crate::template) fn inner_json(text: &str, plan: &Plan) -> Option<Lint> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let is_raw = |slot| encoding_after(Encoding::Json, plan.chain(slot)) != Encoding::Plain;
    let raw = plan
        .cuts()
        .iter()
        .find(|cut| cut.slot.is_some_and(is_raw))?;
    // With a digit for each value it is JSON in a string and outside of one.
    let mut sample = String::with_capacity(text.len());
    let mut at = 0;
    for cut in plan.cuts() {
        sample.push_str(text.get(at..cut.span.start)?);
        if cut.slot.is_some() {
            sample.push('0');
        }
        at = cut.span.end;
    }
    sample.push_str(text.get(at..)?);
    is_structure(&sample)
        .then(|| Lint::of_placeholder(raw.span.clone(), LintKind::InnerJson, MESSAGE))
}
