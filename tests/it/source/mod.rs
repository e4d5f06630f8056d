//! Reads as much of Rust's syntax as is needed to see which modules a file knows.

use std::collections::BTreeMap;

mod graph;

pub(crate) use graph::{Graph, Module};

/// A path that leaves its top-level module.
pub(crate) enum Arrow {
    /// To a top-level module or an item that the root exports.
    To(String),
    /// To the root itself, which says not where it ends.
    Root(&'static str),
}

/// The tokens of a source text: words, `::`, and single characters. Comments, strings and lifetimes
/// are left out.
pub(crate) fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let word = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        let after = &rest[word..];
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            comment_length(rest)
        } else if matches!(&rest[..word], "r" | "br" | "cr")
            && after.trim_start_matches('#').starts_with('"')
        {
            let hashes = after.len() - after.trim_start_matches('#').len();
            let end = format!("\"{}", "#".repeat(hashes));
            let start = word + hashes + 1;
            rest[start..]
                .find(&end)
                .map_or(rest.len(), |at| start + at + end.len())
        } else if c == '"' {
            1 + quoted_length(&rest[1..], '"')
        } else if c == '\'' {
            let is_character =
                rest[1..].starts_with('\\') || rest[1..].chars().nth(1) == Some('\'');
            if is_character {
                1 + quoted_length(&rest[1..], '\'')
            } else {
                1 + lifetime_length(&rest[1..])
            }
        } else if word > 0 {
            tokens.push(&rest[..word]);
            word
        } else if rest.starts_with("::") {
            tokens.push("::");
            2
        } else {
            if !c.is_whitespace() {
                tokens.push(&rest[..c.len_utf8()]);
            }
            c.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

fn comment_length(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        if text.as_bytes()[at..].starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if text.as_bytes()[at..].starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
        } else {
            at += 1;
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn quoted_length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn lifetime_length(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len())
}

/// The exports of lib.rs, each with its top-level module.
pub(crate) fn exports(root: &str) -> BTreeMap<String, String> {
    let tokens = tokens(root);
    let mut exports = BTreeMap::new();
    for statement in tokens.split(|token| *token == ";") {
        let Some(start) = statement.iter().position(|token| *token == "use") else {
            continue;
        };
        let [module, "::", names @ ..] = &statement[start + 1..] else {
            continue;
        };
        // Of `A as B` the root's name is B; the other does no harm.
        let names = names
            .iter()
            .filter(|name| name.starts_with(|c: char| c.is_alphabetic()) && **name != "as");
        exports.extend(names.map(|name| ((*name).to_owned(), (*module).to_owned())));
    }
    exports
}

/// The paths in a file, which is the module `path`, that leave their top-level module.
pub(crate) fn arrows(path: &[&str], text: &str) -> Vec<Arrow> {
    let tokens = tokens(text);
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        arrows: Vec::new(),
    };
    reader.module(path.len());
    reader.arrows
}

struct Reader<'a> {
    tokens: &'a [&'a str],
    at: usize,
    arrows: Vec<Arrow>,
}

impl<'a> Reader<'a> {
    fn peek(&self, ahead: usize) -> &'a str {
        self.tokens.get(self.at + ahead).copied().unwrap_or("")
    }

    /// Reads the inside of a module `depth` below the root, up to its closing brace.
    fn module(&mut self, depth: usize) {
        let mut braces = 0;
        while self.at < self.tokens.len() {
            match self.peek(0) {
                "#" if at_test_attribute(&self.tokens[self.at..]) => {
                    skip_item(self.tokens, &mut self.at);
                }
                "mod" if self.peek(2) == "{" => {
                    self.at += 3;
                    self.module(depth + 1);
                }
                "{" => (braces, self.at) = (braces + 1, self.at + 1),
                "}" if braces == 0 => {
                    self.at += 1;
                    return;
                }
                "}" => (braces, self.at) = (braces - 1, self.at + 1),
                // The middle of a path says nothing about its beginning.
                "::" => self.at += 2,
                "use" if self.peek(1) == "<" => self.at += 1,
                "use" | "crate" | "self" | "super" => {
                    let is_import = self.peek(0) == "use";
                    self.at += usize::from(is_import);
                    self.path(depth, is_import);
                }
                _ => self.at += 1,
            }
        }
    }

    /// Reads a path, or a tree of them in an import, from the module `from` below the root on.
    fn path(&mut self, mut from: usize, is_import: bool) {
        loop {
            match self.peek(0) {
                "{" if is_import => {
                    self.at += 1;
                    while !matches!(self.peek(0), "}" | "") {
                        self.path(from, true);
                        self.at += usize::from(self.peek(0) == ",");
                    }
                    self.at += 1;
                    return;
                }
                "crate" => from = 0,
                "super" => from = from.saturating_sub(1),
                "self" => {}
                "*" if is_import && from == 0 => {
                    self.at += 1;
                    return self.arrows.push(Arrow::Root("imports all of"));
                }
                name => {
                    if from == 0 {
                        self.arrows.push(Arrow::To(name.to_owned()));
                    }
                    return self.rest_of_path(is_import);
                }
            }
            self.at += 1;
            if self.peek(0) != "::" {
                // `self` as a value, `pub(super)`, `use crate as k`.
                if from == 0 && is_import {
                    self.arrows.push(Arrow::Root("renames"));
                }
                return self.rest_of_path(is_import);
            }
            self.at += 1;
        }
    }

    /// Skips what of a path cannot change where it leads.
    fn rest_of_path(&mut self, is_import: bool) {
        let mut braces = 0;
        while is_import && self.at < self.tokens.len() {
            match self.peek(0) {
                "{" => braces += 1,
                "," | ";" | "}" if braces == 0 => return,
                "}" => braces -= 1,
                _ => {}
            }
            self.at += 1;
        }
    }
}

/// Returns true if these tokens begin with `#[cfg(test)]` or `#[cfg(all(test, …))]`.
fn at_test_attribute(tokens: &[&str]) -> bool {
    tokens.starts_with(&["#", "[", "cfg", "(", "test", ")"])
        || tokens.starts_with(&["#", "[", "cfg", "(", "all", "(", "test"])
}

/// Skips an item with its attributes.
fn skip_item(tokens: &[&str], at: &mut usize) {
    let mut depth = 0;
    let mut is_import = false;
    while let Some(token) = tokens.get(*at) {
        *at += 1;
        match *token {
            "use" if depth == 0 => is_import = true,
            "(" | "[" | "{" => depth += 1,
            ")" | "]" => depth -= 1,
            "}" => {
                depth -= 1;
                if depth == 0 && !is_import {
                    return;
                }
            }
            ";" if depth == 0 => return,
            _ => {}
        }
    }
}
