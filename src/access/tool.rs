//! Rules about tools.

use serde::Serialize;

use crate::actor::label_flaw;
use crate::error::{Error, ErrorKind, Result};

/// The name of a tool, or the beginning of names with `*` behind it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct ToolRule(Box<str>);

impl ToolRule {
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`].
    pub(super) fn new(text: &str) -> Result<Self> {
        let flaw = label_flaw(text).or_else(|| match text.split_once('*') {
            Some(("", "")) => {
                Some("may not be \"*\" alone: leave the rule out to allow every tool")
            }
            Some((_, "")) | None => None,
            Some(_) => Some("may have one \"*\", and that at the end"),
        });
        match flaw {
            None => Ok(Self(text.into())),
            Some(flaw) => Err(Error::new(
                ErrorKind::InvalidInput,
                format!("a rule for tools {flaw}"),
            )),
        }
    }

    pub(super) fn matches(&self, tool: &str) -> bool {
        self.0
            .strip_suffix('*')
            .map_or(&*self.0 == tool, |beginning| tool.starts_with(beginning))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_a_name_or_its_beginning() {
        let matches = |rule: &str, tool: &str| ToolRule::new(rule).unwrap().matches(tool);
        for (rule, tool) in [
            ("mail", "mail"),
            ("mail_*", "mail_send"),
            ("mail_*", "mail_"),
            ("m*", "mail"),
            ("ä b", "ä b"),
        ] {
            assert!(matches(rule, tool), "{rule} {tool}");
        }
        for (rule, tool) in [
            ("mail", "mail_send"),
            ("mail", "Mail"),
            ("mail", ""),
            ("mail_*", "mail"),
            ("mail_*", "hotmail_x"),
            ("m*", ""),
        ] {
            assert!(!matches(rule, tool), "{rule} {tool}");
        }
    }

    #[test]
    fn says_why_it_is_refused() {
        let message = |rule: &str| ToolRule::new(rule).unwrap_err().to_string();
        assert_eq!(
            message("*"),
            "a rule for tools may not be \"*\" alone: leave the rule out to allow every tool"
        );
        for stars in ["*x", "a*b", "a**", "**", "*a*"] {
            assert_eq!(
                message(stars),
                "a rule for tools may have one \"*\", and that at the end",
                "{stars}"
            );
        }
        assert_eq!(message(""), "a rule for tools may not be empty");
        assert_eq!(
            message(" *"),
            "a rule for tools may not begin or end with white space"
        );
        assert!(message("a\n*").starts_with("a rule for tools may not hold control characters"));
    }
}
