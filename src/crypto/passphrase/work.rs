//! The work of all derivations together.

use super::cost::Argon2Cost;
use crate::error::{Error, ErrorKind, Result};

/// The most slots of one provider that a vault makes.
const PROVIDER_SLOTS: usize = 8;

/// The most calls in vain of a provider that cannot be reached, for one opening.
const IN_VAIN: usize = 8;

/// The work that is left for the slots of one vault: for those of passphrases together as much as
/// one of the greatest cost takes. A vault adds no slot beyond, and one that is opened tries none
/// beyond.
///
/// A vault makes eight slots of one provider at most. One that is opened tries all that are there:
/// nothing but the answer of the provider tells a slot that somebody planted, so whoever plants
/// slots that are tried first would lock out the owner if it tried fewer. There are 64 slots at
/// most, and each of these calls is answered. Calls are slow that are not answered; somebody who
/// plants slots cannot cause them, so they end after eight.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    cost: u64,
    /// The providers of the slots that were added, once for each slot.
    added: Vec<String>,
    /// The number of calls in vain.
    in_vain: usize,
}

impl Default for Work {
    fn default() -> Self {
        Self {
            cost: Argon2Cost::MAX.work(),
            added: Vec::new(),
            in_vain: 0,
        }
    }
}

impl Work {
    /// Takes the work of one derivation.
    pub(in crate::crypto) fn take(&mut self, cost: Argon2Cost) -> Result<()> {
        self.cost = self.cost.checked_sub(cost.work()).ok_or_else(|| {
            Error::new(
                ErrorKind::TooLarge,
                "the passphrases of this vault cost more together than 16 passes over 1 GiB; \
                 remove those that nobody uses",
            )
        })?;
        Ok(())
    }

    /// Takes a slot of a provider.
    pub(in crate::crypto) fn add(&mut self, provider: &str) -> Result<()> {
        if self.added.iter().filter(|name| *name == provider).count() >= PROVIDER_SLOTS {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "a vault has 8 key slots of one provider at most; remove one that nobody uses",
            ));
        }
        self.added.push(provider.to_owned());
        Ok(())
    }

    /// Runs a call of a provider, unless it could not be reached so often that it is not asked any
    /// more: then the error is the one of those calls.
    pub(in crate::crypto) fn call<T>(
        &mut self,
        unreachable: impl FnOnce() -> Error,
        call: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        if self.in_vain >= IN_VAIN {
            return Err(unreachable());
        }
        let answer = call();
        let is_in_vain = |error: &Error| error.kind() == ErrorKind::Unavailable;
        self.in_vain += usize::from(answer.as_ref().err().is_some_and(is_in_vain));
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_slots_of_the_usual_cost_fit_and_one_of_the_greatest() {
        let mut work = Work::default();
        (0..64).for_each(|_| work.take(Argon2Cost::default()).unwrap());
        let mut work = Work::default();
        work.take(Argon2Cost::MAX).unwrap();
        let error = work.take(Argon2Cost::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
    }

    #[test]
    fn eight_slots_of_each_provider_are_added() {
        let mut work = Work::default();
        (0..8).for_each(|_| work.add("safe:main").unwrap());
        let error = work.add("safe:main").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        work.add("safe:other").unwrap();
    }

    #[test]
    fn calls_end_after_eight_in_vain_and_answers_do_not_count() {
        let (mut work, mut calls) = (Work::default(), 0);
        let mut call = |answer: Result<()>| {
            let unreachable = || Error::new(ErrorKind::Unavailable, "not called");
            let told = work.call(unreachable, || {
                calls += 1;
                answer
            });
            (told.map_err(|error| error.kind()), calls)
        };
        let says = |kind| Err(Error::new(kind, "an answer"));
        for number in 1..=100 {
            let answer = [
                Ok(()),
                says(ErrorKind::WrongKey),
                says(ErrorKind::KeyDenied),
            ];
            let answer = answer.into_iter().nth(number % 3).unwrap();
            assert_eq!(call(answer).1, number);
        }
        for number in 101..=108 {
            let told = call(says(ErrorKind::Unavailable));
            assert_eq!(told, (Err(ErrorKind::Unavailable), number));
        }
        assert_eq!(call(Ok(())), (Err(ErrorKind::Unavailable), 108));
    }
}
