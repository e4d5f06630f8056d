//! The workloads of the crate's own benches, and their texts in the syntax of other engines.

use std::collections::HashMap;

use crate::workloads;

const OPEN: &str = "<<$secret.";
const CLOSE: &str = ">>";

/// A text, the values that a host would have at hand, and what comes out.
pub struct Work {
    /// `W1` to `W5`.
    pub column: &'static str,
    pub text: String,
    pub values: HashMap<String, String>,
    pub output: String,
}

/// The placeholder of an engine, and the texts around it that have to be written in another way, in
/// this order.
pub struct Marks {
    pub open: &'static str,
    pub close: &'static str,
    pub escapes: &'static [(&'static str, &'static str)],
}

pub fn all() -> Vec<Work> {
    workloads::all().iter().map(Work::new).collect()
}

impl Work {
    fn new(workload: &workloads::Workload) -> Self {
        let column = workload.name.split(' ').next().unwrap();
        // Who has a text without placeholders does not know it, and has values all the same.
        let values = if workload.values.is_empty() {
            workloads::tool_config().values
        } else {
            workload.values.clone()
        };
        Self {
            column,
            text: workload.text.clone(),
            values: values.into_iter().collect(),
            output: workload.output(),
        }
    }

    pub fn has_placeholders(&self) -> bool {
        self.text.contains(OPEN)
    }

    /// The text between placeholders, each piece with the name that follows it.
    pub fn pieces(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let mut pieces = self.text.split(OPEN);
        let first = pieces.next().unwrap();
        let mut literal = Some(first);
        let mut rest = pieces.map(|piece| piece.split_once(CLOSE).unwrap());
        std::iter::from_fn(move || {
            let text = literal?;
            let next = rest.next();
            literal = next.map(|(_, after)| after);
            Some((text, next.map(|(name, _)| name)))
        })
    }

    /// The same text as another engine writes it.
    pub fn written(&self, marks: &Marks) -> String {
        let mut out = String::with_capacity(self.text.len() * 2);
        for (literal, name) in self.pieces() {
            let escape = |text: String, (from, to): &(&str, &str)| text.replace(from, to);
            out.push_str(&marks.escapes.iter().fold(literal.to_owned(), escape));
            if let Some(name) = name {
                out.extend([marks.open, name, marks.close]);
            }
        }
        out
    }
}
