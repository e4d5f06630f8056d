//! The place of an error of a format.

use std::cell::RefCell;

use super::refusal::Refusal;

/// The reason and the place of an error, which the errors of formats do not tell.
#[derive(Default)]
pub(super) struct Trace(RefCell<Option<Refusal>>);

impl Trace {
    pub(super) fn too_deep(&self) {
        self.0.replace(Some(Refusal::too_deep()));
    }

    pub(super) fn refuse(&self, message: &'static str) {
        self.0.replace(Some(Refusal::new(message)));
    }

    /// Adds the key or number under which it happened.
    pub(super) fn within(&self, step: impl FnOnce() -> String) {
        let refusal = self.0.take().unwrap_or_else(refused);
        self.0.replace(Some(refusal.within(step)));
    }

    pub(super) fn into_refusal(self) -> Refusal {
        self.0.into_inner().unwrap_or_else(refused)
    }
}

/// The refusal of the format itself, whose message may repeat the document.
fn refused() -> Refusal {
    Refusal::new("the document cannot be read: it is not valid in its format")
}
