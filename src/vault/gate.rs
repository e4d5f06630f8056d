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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::AccessRules;
    use crate::crypto::{About, Timestamp};
    use crate::name::SecretName;
    use crate::record::{RecordId, Revision, Version};
    use crate::scope::Scope;
    use crate::target::Surface;

    const NOON: i64 = 1_700_000_000_000_000;

    fn time(micros: i64) -> Timestamp {
        Timestamp::of_micros(micros).unwrap()
    }

    fn at(reading: i64, latest: i64) -> Now {
        Now {
            reading: time(reading),
            latest: time(latest),
        }
    }

    fn info(state: State, about: About) -> Info {
        Info {
            record: RecordId::from_bytes([1; 16]),
            scope: Scope::new("acme").unwrap(),
            name: SecretName::new("KEY").unwrap(),
            state,
            revision: Revision::new(1),
            last_version: Version::FIRST,
            created_at: time(NOON),
            updated_at: time(NOON),
            created_by: None,
            updated_by: None,
            about,
            versions: Vec::new(),
        }
    }

    fn verdict(strict: bool, info: &Info, target: &Target, now: Now) -> Result<(), ErrorKind> {
        let checked = Gate { strict }.check(info, target, now);
        checked.map_err(|(kind, denial)| {
            assert!(!denial.what.is_empty());
            kind
        })
    }

    fn of_state(state: State) -> Result<(), ErrorKind> {
        let info = info(state, About::default());
        verdict(false, &info, &Target::unspecified(), at(NOON, NOON))
    }

    #[test]
    fn only_what_is_active_may_be_used() {
        assert_eq!(of_state(State::Active), Ok(()));
        assert_eq!(of_state(State::Inactive), Err(ErrorKind::Inactive));
        assert_eq!(of_state(State::Revoked), Err(ErrorKind::Revoked));
        assert_eq!(of_state(State::Deleted), Err(ErrorKind::Revoked));
    }

    #[test]
    fn times_are_of_the_microsecond_and_the_latest_one_expires() {
        let (begin, end) = (NOON, NOON + 10);
        let about = About {
            not_before: Some(time(begin)),
            expires_at: Some(time(end)),
            ..About::default()
        };
        let info = info(State::Active, about);
        let told =
            |reading, latest| verdict(false, &info, &Target::unspecified(), at(reading, latest));
        assert_eq!(told(begin - 1, begin - 1), Err(ErrorKind::NotYetValid));
        assert_eq!(told(begin, begin), Ok(()));
        assert_eq!(told(end - 1, end - 1), Ok(()));
        assert_eq!(told(end, end), Err(ErrorKind::Expired));
        assert_eq!(told(end + 1, end + 1), Err(ErrorKind::Expired));
        // A clock that was put back: what had expired stays so, and what was valid is not yet.
        assert_eq!(told(begin, end), Err(ErrorKind::Expired));
        assert_eq!(told(begin - 1, begin + 1), Err(ErrorKind::NotYetValid));
    }

    /// The state comes first, then the times, then the place.
    #[test]
    fn one_reason_is_told() {
        let rules = AccessRules::new().tool("stripe").unwrap();
        let about = |expires_at| About {
            expires_at: Some(time(expires_at)),
            rules: rules.clone(),
            ..About::default()
        };
        let (shell, now) = (Target::tool("shell"), at(NOON, NOON));
        let told = |state, expires_at| verdict(false, &info(state, about(expires_at)), &shell, now);
        assert_eq!(told(State::Revoked, NOON), Err(ErrorKind::Revoked));
        assert_eq!(told(State::Active, NOON), Err(ErrorKind::Expired));
        assert_eq!(told(State::Active, NOON + 1), Err(ErrorKind::Denied));
        let stripe = verdict(
            false,
            &info(State::Active, about(NOON + 1)),
            &Target::tool("stripe"),
            now,
        );
        assert_eq!(stripe, Ok(()), "the control");
    }

    #[test]
    fn a_strict_vault_asks_for_a_target_and_for_rules() {
        let new = AccessRules::new;
        let (none, header) = (Target::unspecified(), Surface::Header);
        let told = |strict, rules: &AccessRules, target: &Target| {
            let about = About {
                rules: rules.clone(),
                ..About::default()
            };
            let info = info(State::Active, about);
            verdict(strict, &info, target, at(NOON, NOON)).is_ok()
        };
        let (unbound, bound) = (new(), new().tool("stripe").unwrap());
        let (stripe, shell) = (Target::tool("stripe"), Target::tool("shell"));
        // Not strict, strict.
        for (rules, target, expected) in [
            (&unbound, &none, [true, false]),
            (&unbound, &none.clone().with_surface(header), [true, false]),
            (&unbound, &stripe, [true, false]),
            (&bound, &none, [false, false]),
            (&bound, &stripe, [true, true]),
            (&bound, &shell, [false, false]),
            (&unbound, &Target::instructions(), [false, false]),
            (
                &new().in_instructions(true),
                &Target::instructions(),
                [true, true],
            ),
            (&new().in_instructions(true), &stripe, [true, false]),
            (&bound, &Target::instructions(), [false, false]),
        ] {
            let given = [false, true].map(|strict| told(strict, rules, target));
            assert_eq!(given, expected, "{rules:?} {target:?}");
        }
    }
}
