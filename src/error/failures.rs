//! Several failures as one error.

use super::error::{Error, Result};

/// Collects the failures of one call and makes one error of them.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    listed: Vec<Error>,
    count: usize,
}

impl Failures {
    /// Adds one failure; `error` is asked for only while there is room to list it.
    pub(crate) fn push(&mut self, error: impl FnOnce() -> Error) {
        self.count += 1;
        if self.listed.len() < Error::LISTED {
            self.listed.push(error());
        }
    }

    /// Adds all failures of another error, which may stand for many.
    pub(crate) fn extend(&mut self, error: &Error, mut place: impl FnMut(Error) -> Error) {
        let unlisted = error.count().saturating_sub(1 + error.0.others.len());
        for one in error.all() {
            self.push(|| place(one.alone()));
        }
        self.count += unlisted;
    }

    /// Returns true if there is no failure.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// # Errors
    ///
    /// The first failure, which carries the others, if there was any.
    #[inline]
    pub(crate) fn into_result(self) -> Result<()> {
        if self.is_empty() {
            Ok(())
        } else {
            self.into_error().map_or(Ok(()), Err)
        }
    }

    #[cold]
    fn into_error(self) -> Option<Error> {
        let mut listed = self.listed.into_iter();
        let mut first = listed.next()?;
        first.0.others = listed.collect();
        first.0.count = self.count;
        Some(first)
    }
}

impl Error {
    fn alone(&self) -> Self {
        let mut one = self.clone();
        one.0.others.clear();
        one.0.count = 1;
        one
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn failure(number: usize) -> Error {
        Error::new(ErrorKind::NotFound, format!("failure {number}"))
    }

    fn gather(failures: impl IntoIterator<Item = usize>) -> Failures {
        let mut gathered = Failures::default();
        failures
            .into_iter()
            .for_each(|number| gathered.push(|| failure(number)));
        gathered
    }

    #[test]
    fn no_failure_is_no_error() {
        assert!(Failures::default().into_result().is_ok());
        let one = gather([7]).into_result().unwrap_err();
        assert_eq!(
            (one.to_string().as_str(), one.count(), one.all().count()),
            ("failure 7", 1, 1)
        );
    }

    #[test]
    fn the_first_failure_carries_the_others() {
        let two = gather([1, 2]).into_result().unwrap_err();
        assert_eq!(two.to_string(), "failure 1, and 1 more failure");
        let three = gather([1, 2, 3]).into_result().unwrap_err();
        assert_eq!(three.to_string(), "failure 1, and 2 more failures");
        let others: Vec<_> = three.all().skip(1).map(Error::to_string).collect();
        assert_eq!(others, ["failure 2", "failure 3"]);
    }

    #[test]
    fn fifty_are_listed_and_made_and_all_are_counted() {
        let mut gathered = Failures::default();
        let mut made = 0;
        for number in 0..500 {
            gathered.push(|| {
                made += 1;
                failure(number)
            });
        }
        let error = gathered.into_result().unwrap_err();
        assert_eq!(
            (made, error.all().count(), error.count()),
            (50, Error::LISTED, 500)
        );
        assert_eq!(error.to_string(), "failure 0, and 499 more failures");
        assert_eq!(error.all().last().unwrap().to_string(), "failure 49");
    }

    #[test]
    fn failures_of_several_texts_are_taken_together() {
        let first = gather(0..60).into_result().unwrap_err();
        let second = gather(60..63).into_result().unwrap_err();

        let mut both = Failures::default();
        both.extend(&second, |error| error.in_pointer("/b"));
        both.extend(&first, |error| error.in_pointer("/a"));
        let both = both.into_result().unwrap_err();
        assert_eq!((both.count(), both.all().count()), (63, 50));
        assert_eq!(both.to_string(), "failure 60 (at /b), and 62 more failures");
        assert_eq!(both.all().nth(1).unwrap().to_string(), "failure 61 (at /b)");
        assert!(
            both.all()
                .skip(1)
                .all(|one| (one.count(), one.all().count()) == (1, 1)),
            "each stands for itself"
        );
        assert_eq!(both.all().nth(3).unwrap().to_string(), "failure 0 (at /a)");
    }
}
