//! Whether a secret may be used: decided from what was authenticated, before a value is opened.

use super::clock::Now;
use crate::crypto::{Info, InfoState as State};
use crate::error::ErrorKind;
use crate::target::Target;

/// Why a secret may not be used: the kind of the error, and what follows "secret NAME" in its
/// message.
pub(super) type Refusal = (ErrorKind, &'static str);

/// The rules of a vault handle that are not those of a secret.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gate {
    /// Whether a target must be said, and secrets must be bound to targets.
    pub(super) strict: bool,
}

impl Gate {
    /// Whether a secret may be used now and for this target.
    pub(super) fn check(self, info: &Info, target: &Target, now: Now) -> Result<(), Refusal> {
        check_state(info, now)?;
        if self.strict && target.is_unspecified() {
            return Err((
                ErrorKind::Denied,
                "may not be used without a target; this vault is strict, say where it goes",
            ));
        }
        // Instructions are a rule of their own: what is marked for them is bound to them.
        if self.strict && info.about.rules.is_unrestricted() && !target.is_instructions() {
            return Err((
                ErrorKind::Denied,
                "has no access rules; this vault is strict, say which tools or hosts may have it",
            ));
        }
        info.about
            .rules
            .check(target)
            .map_err(|what| (ErrorKind::Denied, what))
    }
}

/// Whether a secret may be used now, wherever it goes.
pub(super) fn check_state(info: &Info, now: Now) -> Result<(), Refusal> {
    match info.state {
        State::Active => {}
        State::Inactive => return Err((ErrorKind::Inactive, "is inactive")),
        State::Revoked | State::Deleted => return Err((ErrorKind::Revoked, "is revoked")),
    }
    if info.about.not_before.is_some_and(|time| now.reading < time) {
        return Err((ErrorKind::NotYetValid, "is not valid yet"));
    }
    if info.about.expires_at.is_some_and(|time| now.latest >= time) {
        return Err((ErrorKind::Expired, "has expired"));
    }
    Ok(())
}
