//! Colours of text on a terminal.

use std::env;

use crate::args::Color;

/// A style of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Headings.
    Bold,
    /// Words beside the matter.
    Dim,
    /// Errors.
    Red,
    /// Good news.
    Green,
    /// Things to look at.
    Yellow,
}

impl Style {
    /// Writes a text in this style.
    pub(crate) fn paint(self, text: &str) -> String {
        let code = match self {
            Self::Bold => 1,
            Self::Dim => 2,
            Self::Red => 31,
            Self::Green => 32,
            Self::Yellow => 33,
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

/// Returns true if a stream gets colours.
pub(crate) fn has_colors(when: Color, is_terminal: bool) -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    match when {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            is_terminal && !is_set("NO_COLOR") && env::var_os("TERM").is_none_or(|t| t != "dumb")
        }
    }
}
