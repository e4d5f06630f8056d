//! The filters that an engine knows.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::encoding::Encoding;
use super::filter::{Custom, Filter};
#[cfg(feature = "json")]
use super::get;
use super::typed::Typed;
use super::url_part::UrlPart;
use crate::error::{Error, ErrorKind, Result};
use crate::template::syntax::Flaw;

/// The filters of the crate, and those that the host has added.
#[derive(Clone, Default)]
pub(in crate::template) struct Filters {
    custom: Option<Arc<BTreeMap<Box<str>, Arc<Custom>>>>,
}

impl Filters {
    /// Adds one of the host.
    ///
    /// # Errors
    ///
    /// `InvalidInput` when the name is invalid or taken.
    pub(in crate::template) fn add(&mut self, name: &str, custom: Arc<Custom>) -> Result<()> {
        let mut bytes = name.bytes();
        let is_name = bytes.next().is_some_and(|first| first.is_ascii_lowercase())
            && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !is_name {
            let rule = "the name of a filter begins with a lower-case letter and goes on with \
                        lower-case letters, digits and \"_\"";
            return Err(Error::new(ErrorKind::InvalidInput, rule));
        }
        let is_taken = BUILT_IN.contains(&name)
            || self
                .custom
                .as_ref()
                .is_some_and(|custom| custom.contains_key(name));
        if is_taken {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "there is a filter of that name; choose another one",
            ));
        }
        Arc::make_mut(self.custom.get_or_insert_default()).insert(name.into(), custom);
        Ok(())
    }

    /// Returns the filter of that name.
    pub(in crate::template) fn find(
        &self,
        name: &str,
        argument: Option<&str>,
    ) -> Result<Filter, Flaw> {
        let filter = match name {
            "base64" => Filter::Encode(Encoding::Base64),
            "base64url" => Filter::Encode(Encoding::Base64Url),
            "hex" => Filter::Encode(Encoding::Hex),
            "url" => Filter::Encode(Encoding::Percent),
            "json" => Filter::Encode(Encoding::Json),
            "shell" => Filter::Encode(Encoding::Shell),
            "query" => Filter::Ready(UrlPart::Query),
            "path" => Filter::Ready(UrlPart::Path),
            "userinfo" => Filter::Ready(UrlPart::User),
            "trim" => Filter::Trim,
            "number" => Filter::Typed(Typed::Number),
            "json_value" => Filter::Typed(Typed::Json),
            "basic" => {
                return match argument {
                    // The planner looks at the name.
                    Some(_) => Ok(Filter::Basic(None)),
                    None => Err(Flaw::NeedsName),
                };
            }
            #[cfg(feature = "json")]
            "get" => {
                return argument
                    .and_then(get::Pointer::new)
                    .map(Filter::Get)
                    .ok_or(Flaw::NeedsPointer);
            }
            _ => {
                let custom = self
                    .custom
                    .as_ref()
                    .and_then(|custom| custom.get(name))
                    .ok_or(Flaw::UnknownFilter)?;
                return Ok(Filter::Custom {
                    apply: Arc::clone(custom),
                    argument: argument.map(Into::into),
                });
            }
        };
        if argument.is_some() {
            Err(Flaw::NoArgument)
        } else {
            Ok(filter)
        }
    }
}

/// Names that no filter of the host can have, whatever the features.
const BUILT_IN: [&str; 14] = [
    "basic",
    "base64",
    "base64url",
    "hex",
    "url",
    "json",
    "shell",
    "trim",
    "get",
    "query",
    "path",
    "userinfo",
    "number",
    "json_value",
];

impl fmt::Debug for Filters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(self.custom.iter().flat_map(|custom| custom.keys()))
            .finish()
    }
}
