//! The work of all derivations together.

use super::cost::Argon2Cost;
use crate::error::{Error, ErrorKind, Result};

/// The work that is left for the passphrase slots of one vault: together as much as one slot of the
/// greatest cost takes. A vault adds no slot beyond, and one that is opened tries none beyond.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work(u64);

impl Default for Work {
    fn default() -> Self {
        Self(Argon2Cost::MAX.work())
    }
}

impl Work {
    /// Takes the work of one derivation.
    pub(in crate::crypto) fn take(&mut self, cost: Argon2Cost) -> Result<()> {
        self.0 = self.0.checked_sub(cost.work()).ok_or_else(|| {
            Error::new(
                ErrorKind::TooLarge,
                "the passphrases of this vault cost more together than 16 passes over 1 GiB; \
                 remove those that nobody uses",
            )
        })?;
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
