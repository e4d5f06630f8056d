//! Findings of several redactors, which have other secrets each, in one document.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::literal::Literal;
use super::redactor::Redactor;
use super::span::{Span, all_references, each_once};
use crate::error::Result;
use crate::template::Resolvable;

/// The parts of strings that are values, by the numbers of the strings.
#[derive(Default)]
pub(super) struct Findings(BTreeMap<usize, Vec<Span>>);

impl Findings {
    /// Adds what a redactor finds.
    pub(super) fn add<I: Resolvable>(&mut self, redactor: &Redactor, document: I) -> Result<()> {
        let mut number = 0;
        document.each_text(&mut |text| {
            let spans = redactor.spans(text.text);
            if !spans.is_empty() {
                self.0.entry(number).or_default().extend(spans);
            }
            number += 1;
        })
    }

    /// The strings in which something was found. Masked once all is known: a value of one redactor
    /// may lie in that of another one, and a value in a string below a key that is one too.
    pub(super) fn into_literals<I: Resolvable>(mut self, document: I) -> Result<Vec<Literal>> {
        let (mut literals, mut number) = (Vec::new(), 0);
        // A key comes before what is below it.
        let mut keys: HashMap<String, String> = HashMap::new();
        document.each_text(&mut |text| {
            if let Some(spans) = self.0.remove(&number) {
                let spans = joined(spans);
                let replacement = masked(text.text, &spans);
                if text.is_key {
                    keys.insert(text.text.to_owned(), replacement.clone());
                }
                let shown = |key: &str| keys.get(key).cloned();
                literals.push(Literal {
                    pointer: text.pointer(|key| shown(key).map_or(Cow::Borrowed(key), Cow::Owned)),
                    is_key: text.is_key,
                    is_whole: spans.iter().any(|span| span.is_all_of(text.text)),
                    replacement,
                    references: all_references(spans),
                });
            }
            number += 1;
        })?;
        Ok(literals)
    }
}

/// The spans that several redactors found in one text.
fn joined(mut found: Vec<Span>) -> Vec<Span> {
    found.sort_by_key(|span| (span.bytes.start, Reverse(span.bytes.end)));
    let mut spans = Vec::new();
    for span in found {
        span.follow(&mut spans);
    }
    spans
}

/// The text with placeholders in the place of values.
fn masked(text: &str, spans: &[Span]) -> String {
    let (mut masked, mut at) = (String::new(), 0);
    for span in spans {
        masked.push_str(text.get(at..span.bytes.start).unwrap_or_default());
        for reference in each_once(&span.references) {
            masked.push_str(&reference.to_string());
        }
        at = span.bytes.end;
    }
    masked.push_str(text.get(at..).unwrap_or_default());
    masked
}
