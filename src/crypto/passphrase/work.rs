//! The work of all derivations together.

use super::cost::Argon2Cost;
use crate::error::{Error, ErrorKind, Result};

/// The most slots of one provider.
const PROVIDER_SLOTS: usize = 8;

/// The work that is left for the slots of one vault: for those of passphrases together as much as
/// one of the greatest cost takes, and eight calls of each provider. A vault adds no slot beyond,
/// and one that is opened tries none beyond.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    cost: u64,
    /// The providers that were asked, once for each call.
    asked: Vec<String>,
}

impl Default for Work {
    fn default() -> Self {
        Self {
            cost: Argon2Cost::MAX.work(),
            asked: Vec::new(),
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

    /// Takes a call of a provider.
    pub(in crate::crypto) fn ask(&mut self, provider: &str) -> Result<()> {
        if self.asked.iter().filter(|name| *name == provider).count() >= PROVIDER_SLOTS {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "this vault has more than 8 key slots of one provider; remove those that verify \
                 does not know",
            ));
        }
        self.asked.push(provider.to_owned());
        Ok(())
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
}
