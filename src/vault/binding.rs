//! Target that a handle is bound to.

use std::borrow::Cow;

use crate::error::{Error, ErrorKind, Result};
use crate::reference::Reference;
use crate::target::{Surface, Target, UnknownNames};

/// The targets that a handle may be used for.
#[derive(Clone, Debug, Default)]
pub(super) enum Binding {
    /// Every target.
    #[default]
    Free,
    /// One target. A call that names no target means this one.
    To(Target),
    /// No target at all, because the handle was bound to two that differ. Holds the first.
    Nowhere(Target),
}

impl Binding {
    /// The binding to `target` of a handle that may have one already.
    pub(super) fn narrowed(&self, target: Target) -> Self {
        match self {
            Self::Free => Self::To(target),
            Self::To(bound) => match self.admit(&target) {
                Ok(target) => Self::To(target.into_owned()),
                Err(_) => Self::Nowhere(bound.clone()),
            },
            Self::Nowhere(_) => self.clone(),
        }
    }

    /// Returns the target that a call means. A target that is refused comes back as it is.
    pub(super) fn meant<'t>(&'t self, asked: &'t Target) -> Cow<'t, Target> {
        match self {
            Self::To(bound) if asked.is_unspecified() => within(bound, asked),
            Self::Free | Self::To(_) | Self::Nowhere(_) => Cow::Borrowed(asked),
        }
    }

    /// Returns the target that a call means, if the handle may be used for it.
    ///
    /// # Errors
    ///
    /// [`Denied`](ErrorKind::Denied), which tells nothing of either target.
    pub(super) fn admit<'t>(&'t self, asked: &'t Target) -> Result<Cow<'t, Target>> {
        let meant = self.meant(asked);
        let message = match self {
            Self::Free => return Ok(meant),
            Self::To(bound) if is_same_place(bound, &meant) => return Ok(meant),
            Self::To(_) => {
                "this handle is bound to one target, and the call names another; leave the target \
                 out, or use a handle that is bound to it"
            }
            Self::Nowhere(_) => {
                "this handle was bound to two different targets, so it may be used for none; bind \
                 a handle that has no target yet"
            }
        };
        Err(Error::new(ErrorKind::Denied, message))
    }
}

/// The bound target, on the surfaces and with the treatment of unknown names that the call asks
/// for. Those that the call does not set stay as they were bound.
fn within<'t>(bound: &'t Target, asked: &Target) -> Cow<'t, Target> {
    let mut target = Cow::Borrowed(bound);
    let (surface, surfaces) = (asked.surface(), asked.surfaces());
    if surface != Surface::default() || surfaces != surface.into() {
        let mut on = target.into_owned().with_surface(surface);
        if surfaces != surface.into() {
            on = on.with_surfaces(surfaces);
        }
        target = Cow::Owned(on);
    }
    let unknown = asked.unknown_names();
    // Equal only if the call sets it: by itself a target has none set.
    if *asked == asked.clone().with_unknown_names(unknown) {
        target = Cow::Owned(target.into_owned().with_unknown_names(unknown));
    }
    target
}

/// Returns true if two targets differ at most in their surfaces and in the treatment of unknown
/// names. Everything else counts, so that what a target may say one day counts as well.
fn is_same_place(one: &Target, other: &Target) -> bool {
    let place = |target: &Target| {
        target
            .clone()
            .with_surface(Surface::default())
            .with_unknown_names(UnknownNames::Error)
    };
    place(one) == place(other)
}

/// The refusal of each reference of a call whose target is not admitted.
pub(super) fn refused<T>(
    references: &[Reference],
    error: &Error,
) -> impl Iterator<Item = Result<T>> {
    references
        .iter()
        .map(|reference| Err(error.clone().with_name(reference.name())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(target: Target, host: &str) -> Target {
        target.with_host(host).unwrap()
    }

    fn bound(target: Target) -> Binding {
        Binding::Free.narrowed(target)
    }

    #[test]
    fn a_call_without_a_target_means_the_bound_one() {
        let url = Target::tool("crm").with_surface(Surface::Url);
        let binding = bound(url.clone());
        let meant = |asked: Target| binding.admit(&asked).unwrap().into_owned();
        assert_eq!(meant(Target::unspecified()), url);
        // What the call sets, it gets.
        let header = Target::unspecified().with_surface(Surface::Header);
        assert_eq!(meant(header), url.clone().with_surface(Surface::Header));
        for unknown in [UnknownNames::Keep, UnknownNames::Error] {
            let asked = Target::unspecified().with_unknown_names(unknown);
            assert_eq!(meant(asked), url.clone().with_unknown_names(unknown));
        }
        let both = [Surface::Url, Surface::Env].into_iter().collect();
        let document = Target::unspecified().with_surfaces(both);
        assert_eq!(meant(document).surfaces(), both);
    }

    #[test]
    fn unknown_names_stay_as_they_were_bound_unless_the_call_sets_them() {
        let binding = bound(Target::instructions());
        let unknown = |asked: Target| binding.admit(&asked).unwrap().unknown_names();
        assert_eq!(unknown(Target::unspecified()), UnknownNames::Keep);
        let header = Target::unspecified().with_surface(Surface::Header);
        assert_eq!(unknown(header), UnknownNames::Keep);
        let error = Target::unspecified().with_unknown_names(UnknownNames::Error);
        assert_eq!(unknown(error), UnknownNames::Error);
    }

    #[test]
    fn surfaces_and_unknown_names_may_differ_and_nothing_else() {
        let target = on(Target::tool("crm"), "crm.example");
        let binding = bound(target.clone());
        for same in [
            target.clone(),
            on(Target::tool("crm"), "crm.example:443"),
            target.clone().with_surface(Surface::Url),
            target
                .clone()
                .with_surfaces([Surface::Url, Surface::Env].into_iter().collect()),
            target.clone().with_unknown_names(UnknownNames::Keep),
        ] {
            assert_eq!(*binding.admit(&same).unwrap(), same);
        }
        for other in [
            Target::tool("crm"),
            on(Target::tool("CRM"), "crm.example"),
            on(Target::tool("crm"), "crm.example:8443"),
            on(Target::tool("crm"), "a.crm.example"),
            Target::tool("crm")
                .with_url("https://crm.example/v1")
                .unwrap(),
            on(Target::unspecified(), "crm.example"),
            Target::instructions(),
            on(Target::instructions(), "crm.example"),
            on(Target::tool(""), "crm.example"),
        ] {
            let error = binding.admit(&other).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Denied, "{other:?}");
            assert!(!error.to_string().contains("crm"), "{error}");
        }
    }

    #[test]
    fn another_path_of_a_bound_url_is_another_target() {
        let at = |url| Target::tool("crm").with_url(url).unwrap();
        let binding = bound(at("https://crm.example/v1"));
        assert!(binding.admit(&at("https://crm.example/v1?page=2")).is_ok());
        for other in [
            "https://crm.example/v2",
            "https://crm.example",
            "http://crm.example/v1",
        ] {
            assert!(binding.admit(&at(other)).is_err(), "{other}");
        }
        let host = on(Target::tool("crm"), "crm.example");
        assert!(binding.admit(&host).is_err());
    }

    #[test]
    fn a_handle_that_was_bound_twice_is_bound_to_what_both_allow() {
        let target = on(Target::tool("crm"), "crm.example");
        let url = target.clone().with_surface(Surface::Url);
        let twice = bound(target.clone()).narrowed(url.clone());
        assert_eq!(*twice.admit(&Target::unspecified()).unwrap(), url);
        let still = bound(url.clone()).narrowed(Target::unspecified());
        assert_eq!(*still.admit(&Target::unspecified()).unwrap(), url);

        let nowhere = bound(target.clone()).narrowed(Target::tool("mail"));
        let again = nowhere.narrowed(target.clone());
        for binding in [&nowhere, &again] {
            for asked in [
                Target::unspecified(),
                target.clone(),
                Target::tool("mail"),
                Target::instructions(),
            ] {
                let error = binding.admit(&asked).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Denied, "{asked:?}");
            }
        }
    }

    #[test]
    fn a_handle_that_is_bound_to_no_place_in_particular_goes_nowhere_else() {
        let binding = bound(Target::unspecified());
        assert!(binding.admit(&Target::unspecified()).is_ok());
        assert!(binding.admit(&Target::tool("crm")).is_err());
        let narrowed = binding.narrowed(Target::tool("crm"));
        assert!(narrowed.admit(&Target::unspecified()).is_err());
    }

    #[test]
    fn a_handle_that_is_not_bound_takes_every_target_as_it_is() {
        for target in [
            Target::unspecified(),
            on(Target::tool("crm"), "crm.example"),
            Target::instructions(),
        ] {
            assert_eq!(*Binding::Free.admit(&target).unwrap(), target);
        }
    }
}
