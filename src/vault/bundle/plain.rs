//! Exports in clear.

use std::io::Write;

#[cfg(feature = "json")]
use super::clear_json::ClearJson;
use super::dotenv::Dotenv;
use super::export::Export;
use super::progress::ExportProgress;
use crate::crypto::BundleReach;
use crate::error::{Error, ErrorKind, Result};
use crate::vault::observer::Action;

/// Format of an export [in clear](crate::Export::plain).
///
/// ```
/// use keyslot::PlainFormat;
///
/// let format = PlainFormat::Dotenv;
/// assert_eq!(format!("{format:?}"), "Dotenv");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PlainFormat {
    /// Lines `NAME=value` of one scope, which shells read as they are, and Docker Compose and most
    /// dotenv libraries: active secrets alone, with names of letters, digits and `_`. A value that
    /// needs it is in quotes, with its line ends as they are. In double quotes, which a value with
    /// a `'` needs, a few libraries keep the backslash before a `$` or a backtick.
    Dotenv,
    /// A JSON array of objects, each with all that is known of a secret and its newest `value`.
    /// Inactive secrets are there with their `status`.
    #[cfg(feature = "json")]
    Json,
}

impl PlainFormat {
    /// Makes an export in this format.
    pub(super) fn export(self, export: Export<'_>, to: impl Write) -> Result<ExportProgress> {
        match self {
            Self::Dotenv => {
                if !matches!(export.reach(), BundleReach::Scope(_)) {
                    return Err(Error::new(
                        ErrorKind::InvalidInput,
                        "dotenv holds one scope; export one scope, or use JSON",
                    ));
                }
                export.write(Action::ExportPlain, Dotenv::begin(to)?)
            }
            #[cfg(feature = "json")]
            Self::Json => export.write(Action::ExportPlain, ClearJson::begin(to)?),
        }
    }
}
