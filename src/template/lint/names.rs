//! Names that are not known, but nearly.

use super::{Lint, LintKind};
use crate::name::SecretName;
use crate::reference::Reference;
use crate::template::plan::Plan;

/// A lint for each reference whose name is none of `names` but like one of them, at its first place. `seen` says for each
/// reference whether there was a place before.
pub(in crate::template) fn unknown_names(
    plan: &Plan,
    references: &[Reference],
    names: &[SecretName],
    seen: &mut [bool],
) -> Vec<Lint> {
    let mut lints = Vec::new();
    for (cut, slot) in plan.cuts().iter().filter_map(|cut| Some((cut, cut.slot?))) {
        let (Some(seen), Some(reference)) = (seen.get_mut(slot.reference()), references.get(slot.reference())) else {
            continue;
        };
        if std::mem::replace(seen, true) || lints.len() == Lint::LISTED {
            continue;
        }
        if let Some(near) = nearest(reference.name(), names) {
            let message = format!("there is no {}; did you mean {near}?", reference.name());
            lints.push(Lint::new(cut.span.clone(), LintKind::UnknownName, message));
        }
    }
    lints
}

/// The name that is most like another one; `None` if it is among them or none is near.
fn nearest<'n>(name: &SecretName, names: &'n [SecretName]) -> Option<&'n SecretName> {
    // One slip in four characters: more finds names that mean something else.
    let most = (name.as_str().len() / 4).max(1);
    let mut best: Option<(usize, &SecretName)> = None;
    for known in names {
        if known == name {
            return None;
        }
        if known.as_str().len().abs_diff(name.as_str().len()) > most {
            continue;
        }
        let slips = slips(name.as_str(), known.as_str());
        if slips <= most && best.is_none_or(|(least, _)| slips < least) {
            best = Some((slips, known));
        }
    }
    best.map(|(_, known)| known)
}

/// How far two names are apart; `_`, `-`, `.` and space count as one, and so do both cases of a letter.
fn slips(one: &str, other: &str) -> usize {
    let fold = |name: &str| name.to_ascii_lowercase().replace(['-', '.', ' '], "_");
    strsim::osa_distance(&fold(one), &fold(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(name: &str, names: &[&str]) -> Option<String> {
        let names: Vec<SecretName> = names.iter().map(|name| name.parse().unwrap()).collect();
        nearest(&name.parse().unwrap(), &names).map(ToString::to_string)
    }

    #[test]
    fn the_nearest_name_is_found_and_far_ones_are_not() {
        let names = ["STRIPE_KEY", "STRIPE_KEYS", "GITHUB_TOKEN", "A"];
        assert_eq!(near("STRIPE_KYE", &names).as_deref(), Some("STRIPE_KEY"));
        assert_eq!(near("stripe-key", &names).as_deref(), Some("STRIPE_KEY"));
        assert_eq!(near("STRIPE_KEYSS", &names).as_deref(), Some("STRIPE_KEYS"));
        assert_eq!(near("STRIPE_KEY", &names), None, "it is there");
        assert_eq!(near("SLACK_TOKEN", &names), None);
        assert_eq!(near("GITHUB_TOKEN_OF_THE_BILLING_TEAM", &names), None);
    }
}
