//! The gate: decides if a secret may be used, from its authenticated info and before a value is
//! opened.

use super::clock::Now;
use crate::access::Denial;
use crate::crypto::{Info, InfoState as State};
use crate::error::ErrorKind;
use crate::target::Target;

/// Refusal of a use: the kind of the error, and the text that follows "secret NAME" in its message.
pub(super) type Refusal = (ErrorKind, Denial);

/// The rules of a vault handle that are not those of a secret.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gate {
    /// True if uses must name a target, and secrets must be bound to targets.
    pub(super) strict: bool,
}

impl Gate {
    /// Refuses a secret that may not be used now, or not for this target.
    pub(super) fn check(self, info: &Info, target: &Target, now: Now) -> Result<(), Refusal> {
        check_state(info, now)?;
        if self.strict && target.is_unspecified() {
            return Err((
                ErrorKind::Denied,
                "may not be used without a target; this vault is strict, say where it goes".into(),
            ));
        }
        // Instructions are a rule of their own: what is marked for them is bound to them.
        if self.strict && info.about.rules.is_unrestricted() && !target.is_instructions() {
            return Err((
                ErrorKind::Denied,
                "has no access rules; this vault is strict, say which tools or hosts may have it"
                    .into(),
            ));
        }
        info.about
            .rules
            .check(target)
            .map_err(|what| (ErrorKind::Denied, what))
    }
}

/// Refuses a secret that may not be used now, for any target.
fn check_state(info: &Info, now: Now) -> Result<(), Refusal> {
    match info.state {
        State::Active => {}
        State::Inactive => return Err((ErrorKind::Inactive, "is inactive".into())),
        State::Revoked | State::Deleted => return Err((ErrorKind::Revoked, "is revoked".into())),
    }
    if info.about.not_before.is_some_and(|time| now.reading < time) {
        return Err((ErrorKind::NotYetValid, "is not valid yet".into()));
    }
    if info.about.expires_at.is_some_and(|time| now.latest >= time) {
        return Err((ErrorKind::Expired, "has expired".into()));
    }
    Ok(())
}
