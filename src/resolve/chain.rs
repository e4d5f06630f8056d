//! Several resolvers, asked in order.

use std::fmt;
use std::sync::Arc;

use super::resolver::{Outcomes, Resolver};
use super::search::Search;
use crate::error::Result;
use crate::reference::Reference;
use crate::target::Target;

/// A sequence of resolvers. Each is asked only for the references that all before it answered with
/// `NotFound`.
///
/// Every other answer stands, so that a revoked secret of the first is never replaced by a namesake
/// of the second. Each resolver is called once at most.
///
/// ```
/// use keyslot::secrecy::ExposeSecret;
/// use keyslot::template::ResolveExt;
/// use keyslot::{Chain, Variables};
///
/// let run = Variables::new().with("REGION", "eu-central")?;
/// let defaults = Variables::new().with("REGION", "us-east")?.with("LOCALE", "en")?;
/// let chain = Chain::new().then(run).then(defaults);
/// assert_eq!(chain.resolve("<<REGION>>/<<LOCALE>>")?.expose_secret(), "eu-central/en");
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Chain {
    resolvers: Vec<Arc<dyn Resolver + Send + Sync>>,
}

impl Chain {
    /// Returns a chain without resolvers, which knows nothing.
    ///
    /// ```
    /// use keyslot::{Chain, ResolveExt};
    ///
    /// assert!(Chain::new().resolve("<<A>>").is_err());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a resolver that is asked after those already there.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::{Chain, ResolveExt, Variables};
    ///
    /// let chain = Chain::new().then(Variables::new().with("REGION", "eu")?);
    /// assert_eq!(chain.resolve("<<REGION>>")?.expose_secret(), "eu");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn then(mut self, resolver: impl Resolver + Send + Sync + 'static) -> Self {
        self.resolvers.push(Arc::new(resolver));
        self
    }
}

impl Resolver for Chain {
    fn lookup(&self, references: &[Reference], target: &Target) -> Result<Outcomes> {
        let mut search = Search::new(references);
        // Resolvers times references: the resolvers are the host's, and each is asked once, for
        // what is still open.
        for resolver in &self.resolvers {
            let Some(asked) = search.next() else { break };
            let answers = resolver.lookup(&asked, target)?;
            search.take(&asked, answers)?;
        }
        Ok(search.into_outcomes())
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain")
            .field("resolvers", &self.resolvers.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::error::{Error, ErrorKind};
    use crate::resolve::{Found, Outcome};

    /// Answers by script, and remembers what it was asked.
    struct Script {
        answer: fn(&Reference) -> Outcome,
        asked: Mutex<Vec<Vec<String>>>,
    }

    impl Script {
        fn new(answer: fn(&Reference) -> Outcome) -> Arc<Self> {
            Arc::new(Self {
                answer,
                asked: Mutex::default(),
            })
        }

        fn asked(&self) -> Vec<Vec<String>> {
            self.asked.lock().unwrap().clone()
        }
    }

    impl Resolver for Script {
        fn lookup(&self, references: &[Reference], _: &Target) -> Result<Outcomes> {
            self.asked.lock().unwrap().push(
                references
                    .iter()
                    .map(|one| one.name().to_string())
                    .collect(),
            );
            Ok(references.iter().map(self.answer).collect())
        }
    }

    fn found(reference: &Reference, value: &str) -> Found {
        Found::new(reference.name().clone(), value)
    }

    fn refused(kind: ErrorKind, message: &'static str) -> Outcome {
        Err(Error::new(kind, message))
    }

    fn references<const N: usize>(names: [&str; N]) -> [Reference; N] {
        names.map(|name| Reference::bare(name.parse().unwrap()))
    }

    fn ask(chain: &Chain, names: &[&str]) -> Vec<String> {
        let asked: Vec<Reference> = names
            .iter()
            .map(|name| Reference::bare(name.parse().unwrap()))
            .collect();
        let outcomes = chain.lookup(&asked, &Target::unspecified()).unwrap();
        let show = |outcome: Outcome| match outcome {
            Ok(found) => format!("{} = {}", found.used().name, found.expose_secret()),
            Err(error) => format!("{:?}: {error}", error.kind()),
        };
        outcomes.into_iter().map(show).collect()
    }

    #[test]
    fn only_what_is_not_found_is_asked_further_and_order_is_kept() {
        let first = Script::new(|one| match one.name().as_str() {
            "A" => Ok(found(one, "first")),
            "GONE" => refused(ErrorKind::Revoked, "revoked"),
            _ => refused(ErrorKind::NotFound, "not in the first"),
        });
        let second = Script::new(|one| match one.name().as_str() {
            "D" => refused(ErrorKind::NotFound, "not in the second"),
            _ => Ok(found(one, "second")),
        });
        let chain = Chain::new().then(first.clone()).then(second.clone());
        assert_eq!(
            ask(&chain, &["D", "B", "GONE", "A", "C", "B"]),
            [
                "NotFound: not in the first",
                "B = second",
                "Revoked: revoked",
                "A = first",
                "C = second",
                "B = second"
            ]
        );
        assert_eq!(first.asked(), [["D", "B", "GONE", "A", "C", "B"]]);
        assert_eq!(second.asked(), [["D", "B", "C", "B"]]);
    }

    #[test]
    fn every_other_outcome_stops() {
        for kind in [
            ErrorKind::Revoked,
            ErrorKind::Inactive,
            ErrorKind::Expired,
            ErrorKind::NotYetValid,
            ErrorKind::NoSuchVersion,
            ErrorKind::Denied,
            ErrorKind::Corrupt,
            ErrorKind::Busy,
            ErrorKind::BrokenResolver,
        ] {
            struct Refuses(ErrorKind);
            impl Resolver for Refuses {
                fn lookup(&self, references: &[Reference], _: &Target) -> Result<Outcomes> {
                    Ok(references.iter().map(|_| refused(self.0, "no")).collect())
                }
            }
            let namesake = Script::new(|one| Ok(found(one, "namesake")));
            let chain = Chain::new().then(Refuses(kind)).then(namesake.clone());
            assert_eq!(ask(&chain, &["A"]), [format!("{kind:?}: no")]);
            assert!(namesake.asked().is_empty(), "nobody else is asked");
        }
    }

    #[test]
    fn the_first_not_found_is_kept_and_a_later_refusal_is_not_hidden_by_it() {
        let first = Script::new(|_| refused(ErrorKind::NotFound, "first"));
        let second = Script::new(|_| refused(ErrorKind::NotFound, "second"));
        let third = Script::new(|one| match one.name().as_str() {
            "A" => refused(ErrorKind::Denied, "third"),
            _ => refused(ErrorKind::NotFound, "third"),
        });
        let chain = Chain::new().then(first).then(second).then(third.clone());
        assert_eq!(
            ask(&chain, &["A", "B"]),
            ["Denied: third", "NotFound: first"]
        );
        assert_eq!(third.asked().len(), 1);
    }

    #[test]
    fn a_chain_is_a_link_of_another() {
        let inner = Chain::new().then(Script::new(|_| refused(ErrorKind::NotFound, "inner")));
        let outer = Chain::new()
            .then(inner)
            .then(Script::new(|one| Ok(found(one, "outer"))));
        assert_eq!(ask(&outer, &["A"]), ["A = outer"]);
        assert_eq!(format!("{outer:?}"), "Chain { resolvers: 2 }");
    }

    #[test]
    fn nobody_is_asked_for_nothing() {
        assert_eq!(
            ask(&Chain::new(), &["A"]),
            ["NotFound: no resolver knows A: the chain has no resolvers"]
        );
        let script = Script::new(|one| Ok(found(one, "value")));
        assert!(ask(&Chain::new().then(script.clone()), &[]).is_empty());
        assert!(script.asked().is_empty());
    }

    #[test]
    fn a_wrong_number_of_outcomes_fails_the_call() {
        struct Gives(usize);
        impl Resolver for Gives {
            fn lookup(&self, references: &[Reference], _: &Target) -> Result<Outcomes> {
                Ok(references
                    .iter()
                    .cycle()
                    .take(self.0)
                    .map(|one| Ok(found(one, "value")))
                    .collect())
            }
        }
        let lookup = |given| {
            Chain::new()
                .then(Gives(given))
                .lookup(&references(["A", "B"]), &Target::unspecified())
        };
        assert_eq!(lookup(2).unwrap().len(), 2);
        for given in [0, 1, 3] {
            let error = lookup(given).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BrokenResolver);
            assert_eq!(
                error.to_string(),
                format!(
                    "a resolver must give one outcome for each reference; outcomes: {given}, \
                     references: 2"
                )
            );
        }
    }

    #[test]
    fn a_resolver_that_cannot_look_up_fails_the_call() {
        struct Down;
        impl Resolver for Down {
            fn lookup(&self, _: &[Reference], _: &Target) -> Result<Outcomes> {
                Err(Error::new(ErrorKind::Store, "down"))
            }
        }
        let first = Script::new(|one| match one.name().as_str() {
            "A" => Ok(found(one, "first")),
            _ => refused(ErrorKind::NotFound, "not here"),
        });
        let chain = Chain::new().then(first).then(Down);
        assert_eq!(
            ask(&chain, &["A"]),
            ["A = first"],
            "who is not needed may be down"
        );
        let error = chain
            .lookup(&references(["A", "B"]), &Target::unspecified())
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Store);
    }
}
