//! The settings of an engine, on which everything below it works.

use std::sync::{Arc, LazyLock};

use super::limits::Limits;
use super::surfaces::Surfaces;
use super::syntax::{Rules, Syntax};
use super::value::Filters;

/// A syntax, limits, filters, surfaces, and how documents are read.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub(super) syntax: Syntax,
    pub(super) limits: Limits,
    pub(super) filters: Filters,
    /// True if documents are resolved in their keys too.
    pub(super) keys: bool,
    pub(super) surfaces: Surfaces,
    /// True for text that a model wrote, where nothing is escaped.
    pub(super) for_model: bool,
}

impl Settings {
    /// The settings of calls that name no engine.
    pub(super) fn shared() -> &'static Arc<Self> {
        static SHARED: LazyLock<Arc<Settings>> = LazyLock::new(Arc::default);
        &SHARED
    }

    /// The same for arguments that a model wrote.
    pub(super) fn for_model(&self) -> Self {
        Self {
            keys: false,
            for_model: true,
            ..self.clone()
        }
    }

    /// The rules that a scan goes by.
    pub(super) fn rules(&self) -> &Rules {
        self.syntax.rules()
    }

    /// Says what to write instead of a placeholder if text was meant, if there is a way.
    pub(super) fn escape_hint(&self, placeholder: &str) -> Option<String> {
        if self.for_model {
            None
        } else {
            self.rules().escape_hint(placeholder)
        }
    }
}
