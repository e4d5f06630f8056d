//! Numbers of JSON.

use super::node::Node;
use super::parser::Parser;
use crate::error::Result;

impl Parser<'_> {
    /// Reads a number (RFC 8259 section 6) without its value.
    pub(super) fn number(&mut self) -> Result<Node> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            self.digits()?;
        }
        self.span(start).map(Node::Number)
    }

    fn digits(&mut self) -> Result<()> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.unexpected());
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }
}
