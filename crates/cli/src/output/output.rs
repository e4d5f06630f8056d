//! The two streams of the command.

use std::io::{self, IsTerminal as _, Write as _};

use serde::Serialize;

use super::color::{Style, has_colors};
use super::table::Table;
use crate::args::GlobalArgs;
use crate::failure::{Failure, Result};

/// The standard output and error of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
    colors: bool,
    error_colors: bool,
}

impl Output {
    /// Makes the output that the options of a call ask for.
    pub(crate) fn of(args: &GlobalArgs) -> Self {
        Self {
            json: args.json,
            colors: has_colors(args.color, io::stdout().is_terminal()),
            error_colors: has_colors(args.color, io::stderr().is_terminal()),
        }
    }

    /// Returns true if the call asks for JSON.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Writes bytes as they are.
    // A call of the output, as all others are.
    #[allow(clippy::unused_self)]
    pub(crate) fn bytes(self, bytes: &[u8]) -> Result<()> {
        let mut stdout = io::stdout().lock();
        stdout
            .write_all(bytes)
            .and_then(|()| stdout.flush())
            .map_err(|error| Failure::io("cannot write the output", &error))
    }

    /// Writes a line.
    pub(crate) fn line(self, text: &str) -> Result<()> {
        self.bytes(format!("{text}\n").as_bytes())
    }

    /// Writes a value as one JSON document, indented on a terminal.
    pub(crate) fn json(self, value: &impl Serialize) -> Result<()> {
        let text = if io::stdout().is_terminal() {
            serde_json::to_string_pretty(value)
        } else {
            serde_json::to_string(value)
        };
        self.line(&text.map_err(|error| Failure::io("cannot write JSON", &error.into()))?)
    }

    /// Writes a table.
    pub(crate) fn table(self, table: &Table) -> Result<()> {
        let (heading, rows) = table.lines();
        let mut text = self.paint(Style::Bold, &heading);
        for row in rows {
            text.push('\n');
            text.push_str(&row);
        }
        self.line(&text)
    }

    /// Writes JSON if the call asks for it, and a line otherwise.
    pub(crate) fn either(self, value: &impl Serialize, line: &str) -> Result<()> {
        if self.json {
            self.json(value)
        } else {
            self.line(line)
        }
    }

    /// Returns a text in a style, if standard output has colours.
    pub(crate) fn paint(self, style: Style, text: &str) -> String {
        if self.colors {
            style.paint(text)
        } else {
            text.to_owned()
        }
    }

    /// Writes a remark to standard error. One that cannot be written is dropped.
    #[allow(clippy::unused_self)]
    pub(crate) fn note(self, text: &str) {
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Writes an error to standard error.
    pub(crate) fn failure(self, failure: &Failure) {
        let text = if self.json {
            failure.to_json().to_string()
        } else {
            let label = "error:";
            let label = if self.error_colors {
                Style::Red.paint(label)
            } else {
                label.to_owned()
            };
            format!("{label} {failure}")
        };
        self.note(&text);
    }
}
