//! Names that are not known, but nearly.

use std::collections::HashSet;

use super::lint::{Lint, LintKind};
use crate::name::{KnownNames, Nearest, SecretName};
use crate::reference::Reference;
use crate::template::plan::Plan;

/// A search for the unknown names of a whole template or document among the known ones.
pub(in crate::template) struct Search<'n> {
    /// Known names; none when every reference is known.
    known: KnownNames<'n>,
    /// For each reference, true if its name is unknown and was not judged yet.
    is_open: Vec<bool>,
}

impl<'n> Search<'n> {
    /// Takes time linear in the references and the names.
    pub(in crate::template) fn new(references: &[Reference], names: &'n [SecretName]) -> Self {
        let mut unknown: HashSet<&SecretName> = references.iter().map(Reference::name).collect();
        for name in names {
            unknown.remove(name);
        }
        let is_open = references
            .iter()
            .map(|reference| unknown.contains(reference.name()))
            .collect();
        let known = KnownNames::new(if unknown.is_empty() { &[] } else { names });
        Self { known, is_open }
    }

    /// A lint for each reference in a text whose name is unknown but like a known one, at its first
    /// place. Where the steps end there is one that says so, and none after it.
    pub(in crate::template) fn lints(
        &mut self,
        plan: &Plan,
        references: &[Reference],
    ) -> Vec<Lint> {
        let mut lints = Vec::new();
        for (cut, slot) in plan.cuts().iter().filter_map(|cut| Some((cut, cut.slot?))) {
            if lints.len() == Lint::LISTED {
                break;
            }
            let is_open = self
                .is_open
                .get_mut(slot.reference())
                .is_some_and(std::mem::take);
            let Some(reference) = references.get(slot.reference()).filter(|_| is_open) else {
                continue;
            };
            let name = reference.name();
            let (kind, message) = match self.known.nearest(name) {
                Nearest::Name(near) => (
                    LintKind::UnknownName,
                    format!("there is no {name}; did you mean {near}?"),
                ),
                Nearest::None => continue,
                Nearest::Unjudged => {
                    self.is_open.fill(false);
                    (LintKind::NotCompared, not_compared(name))
                }
            };
            lints.push(Lint::of_placeholder(cut.span.clone(), kind, message));
        }
        lints
    }
}

fn not_compared(name: &SecretName) -> String {
    format!(
        "there is no {name}; it and the unknown names behind it were not compared with all others: \
         pass fewer names"
    )
}

#[cfg(test)]
#[cfg(feature = "internals")]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::template::Template;

    fn names<N: AsRef<str>>(names: &[N]) -> Vec<SecretName> {
        names
            .iter()
            .map(|name| name.as_ref().parse().unwrap())
            .collect()
    }

    fn near(name: &str, known: &[&str]) -> Option<String> {
        let (name, known) = (name.parse::<SecretName>().unwrap(), names(known));
        let mut search = Search::new(&[Reference::bare(name.clone())], &known);
        if search.is_open == [false] {
            return None;
        }
        match search.known.nearest(&name) {
            Nearest::Name(near) => Some(near.to_string()),
            Nearest::None => None,
            Nearest::Unjudged => panic!("no steps left"),
        }
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

    #[test]
    fn of_names_that_are_equally_near_the_first_counts() {
        assert_eq!(
            near("KEYS", &["KEYX", "KEY", "KEYST"]).as_deref(),
            Some("KEYX")
        );
        assert_eq!(
            near("KEYS", &["KEYST", "KEYX", "KEY"]).as_deref(),
            Some("KEYST")
        );
        assert_eq!(
            near("KEYS", &["KEYST", "KEYX", "keys"]).as_deref(),
            Some("keys")
        );
    }

    /// The search as it was first written: every pair, in full.
    fn plainly_near(name: &str, known: &[String]) -> Option<String> {
        let fold = |name: &str| name.to_ascii_lowercase().replace(['-', '.', ' '], "_");
        let most = (name.len() / 4).max(1);
        let mut best: Option<(usize, &String)> = None;
        for other in known {
            if other == name {
                return None;
            }
            let slips = strsim::osa_distance(&fold(name), &fold(other));
            if slips <= most && best.is_none_or(|(least, _)| slips < least) {
                best = Some((slips, other));
            }
        }
        best.map(|(_, known)| known.clone())
    }

    proptest! {
        #[test]
        fn the_answers_are_those_of_the_plain_search(
            name in "[abAB_][abAB_.-]{0,9}",
            known in proptest::collection::vec("[abAB_][abAB_.-]{0,9}", 0..12),
        ) {
            let listed: Vec<&str> = known.iter().map(String::as_str).collect();
            prop_assert_eq!(near(&name, &listed), plainly_near(&name, &known));
        }
    }

    /// References and names of 125 letters, of which there are two: none is known, and none is far
    /// enough from another to be given up early.
    fn attack(references: usize, known: usize) -> (Template, Vec<SecretName>) {
        let mut state = 1_u64;
        let mut letter = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            if state >> 63 == 0 { 'A' } else { 'B' }
        };
        let mut name = || (0..125).map(|_| letter()).collect::<String>();
        let text: Vec<String> = (0..references).map(|_| format!("<<{}>>", name())).collect();
        let known = (0..known).map(|_| name().parse().unwrap()).collect();
        (Template::compile(text.concat()).unwrap(), known)
    }

    #[test]
    fn no_search_takes_more_steps_than_its_budget() {
        let (template, known) = attack(400, 4_000);
        let mut search = Search::new(template.references(), &known);
        let lints = search.lints(template.plan(), template.references());
        let left = search.known.steps_left();
        assert!(left < 200, "{left} are left");
        let unjudged: Vec<_> = lints
            .iter()
            .filter(|lint| lint.kind() == LintKind::NotCompared)
            .collect();
        assert_eq!(unjudged.len(), 1);
        assert_eq!(
            unjudged[0],
            lints.last().unwrap(),
            "nothing is judged behind it"
        );
        assert!(unjudged[0].to_string().starts_with("there is no "));
        // The control: what is within the budget is judged to the end.
        let (template, known) = attack(40, 400);
        let mut search = Search::new(template.references(), &known);
        let lints = search.lints(template.plan(), template.references());
        assert!(
            lints
                .iter()
                .all(|lint| lint.kind() == LintKind::UnknownName)
        );
        assert!(search.known.steps_left() > 0 && search.known.steps_left() < 1 << 25);
    }

    #[test]
    fn a_name_that_is_known_takes_no_step() {
        let (template, _) = attack(400, 0);
        let known: Vec<_> = template
            .references()
            .iter()
            .map(|reference| reference.name().clone())
            .collect();
        let mut search = Search::new(template.references(), &known);
        assert!(
            search
                .lints(template.plan(), template.references())
                .is_empty()
        );
        assert!(search.known.is_untouched());
    }
}
