//! A text or document with values in it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::mem;
use std::panic::{RefUnwindSafe, UnwindSafe};

use secrecy::{ExposeSecret, SecretString};

use super::found::Found;
use super::resolver::Outcomes;
use super::used::Used;
use super::wipe::Wipe;
use crate::reference::Reference;
use crate::registers;

/// A text or document with values in it. Exposed on demand, redacted in `Debug`, without `Display`,
/// `Serialize` or `PartialEq`; when dropped, the values in it are wiped.
///
/// ```
/// use keyslot::secrecy::ExposeSecret;
/// use keyslot::{Variables, template::ResolveExt};
///
/// let resolved = Variables::new().with("USER", "ada")?.resolve("hello <<USER>>")?;
/// assert_eq!(resolved.expose_secret(), "hello ada");
/// assert_eq!(resolved.used()[0].name.as_str(), "USER");
/// assert!(!format!("{resolved:?}").contains("hello"));
/// # Ok::<(), keyslot::Error>(())
/// ```
pub struct Resolved<T: Wipe> {
    content: T,
    places: T::Places,
    outcomes: Outcomes,
    traces: Option<Box<Traces>>,
}

/// Facts of a call besides the outcomes. Most calls have none.
#[derive(Default)]
pub(crate) struct Traces {
    /// The references that stayed.
    kept: Vec<Reference>,
    /// Results of filters, each with the number of its reference.
    filtered: Vec<(usize, SecretString)>,
    /// The numbers of the references with a pinned version.
    pinned: Vec<usize>,
}

impl Traces {
    /// Returns the traces of a call in which every value went in as it is; `None` if it has none.
    #[inline]
    pub(crate) fn of(references: &[Reference]) -> Option<Box<Self>> {
        let is_pinned = |one: &Reference| one.version().is_some();
        if !references.iter().any(is_pinned) {
            return None;
        }
        Some(Box::new(Self::some(references, Vec::new(), Vec::new())))
    }

    /// Returns the traces of a call; `None` if it has none.
    pub(crate) fn new(
        references: &[Reference],
        kept: Vec<Reference>,
        filtered: Vec<(usize, SecretString)>,
    ) -> Option<Box<Self>> {
        if kept.is_empty() && filtered.is_empty() {
            return Self::of(references);
        }
        Some(Box::new(Self::some(references, kept, filtered)))
    }

    #[cold]
    fn some(
        references: &[Reference],
        kept: Vec<Reference>,
        mut filtered: Vec<(usize, SecretString)>,
    ) -> Self {
        // In order, because each reference asks for its own: all of them times all that was made
        // would be too much.
        filtered.sort_by_key(|(number, _)| *number);
        let numbered = references.iter().enumerate();
        let pinned = numbered
            .filter(|(_, one)| one.version().is_some())
            .map(|(number, _)| number)
            .collect();
        Self {
            kept,
            filtered,
            pinned,
        }
    }
}

impl<T: Wipe> Resolved<T> {
    #[inline]
    pub(crate) fn new(
        content: T,
        places: T::Places,
        outcomes: Outcomes,
        traces: Option<Box<Traces>>,
    ) -> Self {
        Self {
            content,
            places,
            outcomes,
            traces,
        }
    }

    /// Returns the values that went in, each with the number of its reference.
    pub(crate) fn found(&self) -> impl Iterator<Item = (usize, &Found)> {
        self.outcomes
            .iter()
            .enumerate()
            .filter_map(|(number, outcome)| Some((number, outcome.as_ref().ok()?)))
    }

    /// Returns true if a reference has a pinned version.
    pub(crate) fn is_pinned(&self, reference: usize) -> bool {
        self.traces
            .as_ref()
            .is_some_and(|traces| traces.pinned.binary_search(&reference).is_ok())
    }

    /// Returns the results of filters on the value of a reference.
    pub(crate) fn filtered(&self, reference: usize) -> impl Iterator<Item = &SecretString> {
        let filtered = self
            .traces
            .as_ref()
            .map_or(&[][..], |traces| &traces.filtered);
        let first = filtered.partition_point(|(number, _)| looked_at(*number) < reference);
        let own = filtered
            .iter()
            .skip(first)
            .take_while(move |(number, _)| looked_at(*number) == reference);
        own.map(|(_, made)| made)
    }

    /// Returns the secrets and variables that went in, each once, in the order of the text.
    ///
    /// ```
    /// use keyslot::{ResolveExt, Variables};
    ///
    /// let resolved = Variables::new().with("USER", "ada")?.resolve("<<USER>> and <<USER>>")?;
    /// assert_eq!(resolved.used().len(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn used(&self) -> Vec<&Used> {
        // `<<A>>` and `<<$secret.A>>` can be the same secret.
        let mut seen = HashSet::new();
        self.outcomes
            .iter()
            .flatten()
            .map(Found::used)
            .filter(|used| seen.insert(*used))
            .collect()
    }

    /// Returns the bare references that no resolver knew. They stayed as they were, because the
    /// target says [`UnknownNames::Keep`](crate::UnknownNames::Keep).
    ///
    /// ```
    /// use keyslot::{ResolveExt, Target, Variables};
    ///
    /// let resolved = Variables::new().resolve_for(&Target::instructions(), "Dear <<NAME>>")?;
    /// assert_eq!(resolved.kept()[0].name().as_str(), "NAME");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn kept(&self) -> &[Reference] {
        self.traces.as_ref().map_or(&[], |traces| &traces.kept)
    }
}

/// Counts, for a test, what filters made that is looked at.
fn looked_at(number: usize) -> usize {
    #[cfg(test)]
    tests::LOOKED_AT.with(|looked_at| looked_at.set(looked_at.get() + 1));
    number
}

impl Resolved<Cow<'_, str>> {
    /// Makes it independent of the template's text. Copies the text if there was nothing to resolve
    /// in it.
    ///
    /// ```
    /// use keyslot::{ResolveExt, Variables};
    ///
    /// let owned = {
    ///     let text = "nothing to resolve".to_owned();
    ///     Variables::new().resolve(&text)?.into_owned()
    /// };
    /// # let _ = owned;
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn into_owned(mut self) -> Resolved<Cow<'static, str>> {
        Resolved {
            content: Cow::Owned(mem::take(&mut self.content).into_owned()),
            places: mem::take(&mut self.places),
            outcomes: mem::take(&mut self.outcomes),
            traces: self.traces.take(),
        }
    }
}

impl<T: Wipe> ExposeSecret<T> for Resolved<T> {
    fn expose_secret(&self) -> &T {
        &self.content
    }
}

impl<T: Wipe> fmt::Debug for Resolved<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            content: _,
            places: _,
            outcomes: _,
            traces: _,
        } = self;
        f.debug_struct("Resolved")
            .field("content", &"[REDACTED]")
            .field("used", &self.used())
            .field("kept", &self.kept())
            .finish()
    }
}

/// Its content never changes; neither do the errors of references that were kept.
impl<T: Wipe + UnwindSafe> UnwindSafe for Resolved<T> {}
impl<T: Wipe + RefUnwindSafe> RefUnwindSafe for Resolved<T> {}

impl<T: Wipe> Drop for Resolved<T> {
    fn drop(&mut self) {
        self.content.wipe(&self.places);
        registers::clear();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::single_range_in_vec_init, reason = "one range is meant")]

    use std::cell::{Cell, RefCell};
    use std::ops::Range;
    use std::rc::Rc;

    use super::*;
    use crate::resolve::wipe::sealed;

    thread_local! {
        pub(super) static LOOKED_AT: Cell<usize> = const { Cell::new(0) };
    }

    fn found(name: &str) -> Found {
        Found::new(name.parse().unwrap(), "of no matter")
    }

    fn text(content: Cow<'_, str>, places: Vec<Range<usize>>) -> Resolved<Cow<'_, str>> {
        let kept = vec![Reference::bare("LATER".parse().unwrap())];
        traced(content, places, Traces::new(&[], kept, Vec::new()))
    }

    fn traced(
        content: Cow<'_, str>,
        places: Vec<Range<usize>>,
        traces: Option<Box<Traces>>,
    ) -> Resolved<Cow<'_, str>> {
        Resolved::new(content, places.into(), vec![Ok(found("KEY"))], traces)
    }

    /// Records the calls of `wipe`, each with its places.
    struct Recorder(Rc<RefCell<Vec<&'static str>>>);

    impl sealed::Sealed for Recorder {}

    impl Wipe for Recorder {
        type Places = &'static str;

        fn wipe(&mut self, places: &Self::Places) {
            self.0.borrow_mut().push(places);
        }
    }

    #[test]
    fn dropping_wipes_once_with_the_places() {
        let wiped = Rc::default();
        let resolved = Resolved::new(Recorder(Rc::clone(&wiped)), "the places", Vec::new(), None);
        assert!(wiped.borrow().is_empty());
        drop(resolved);
        assert_eq!(*wiped.borrow(), ["the places"]);

        let resolved = Resolved::new(Recorder(Rc::clone(&wiped)), "of a panic", Vec::new(), None);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
            let _resolved = resolved;
            panic!("while values are held");
        }));
        assert!(panicked.is_err());
        assert_eq!(*wiped.borrow(), ["the places", "of a panic"]);
    }

    #[test]
    fn wiping_text_takes_it_away_and_leaves_the_template_alone() {
        let mut owned: Cow<'_, str> = Cow::Owned("a value".to_owned());
        owned.wipe(&vec![2..7].into());
        assert_eq!(owned, "");

        let template = "nothing in it".to_owned();
        drop(text(Cow::Borrowed(&template), Vec::new()));
        assert_eq!(template, "nothing in it");
    }

    #[test]
    fn each_reference_finds_what_filters_made_of_it() {
        let references: Vec<Reference> = (0..1_000)
            .map(|number: u32| Reference::bare(format!("A{number}").parse().unwrap()))
            .map(|one| {
                if one.name().as_str().ends_with('7') {
                    one.with_version(crate::record::Version::FIRST)
                } else {
                    one
                }
            })
            .collect();
        let made = |part: &'static str| {
            (0..1_000).map(move |number| (number, format!("{part}{number}").into()))
        };
        let filtered = made("a")
            .chain(made("b"))
            .filter(|(number, _)| number % 10 != 3)
            .collect();
        let traces = Traces::new(&references, Vec::new(), filtered);
        let resolved = traced(Cow::Borrowed("x"), Vec::new(), traces);
        LOOKED_AT.set(0);
        for number in 0..1_000 {
            let found: Vec<&str> = resolved
                .filtered(number)
                .map(ExposeSecret::expose_secret)
                .collect();
            let expected = [format!("a{number}"), format!("b{number}")];
            assert_eq!(
                found,
                if number % 10 == 3 {
                    &[][..]
                } else {
                    &expected[..]
                },
                "in the order of the text"
            );
            assert_eq!(resolved.is_pinned(number), number % 10 == 7);
        }
        // The logarithm of 1,800, its own, and those beside them.
        assert!(
            LOOKED_AT.get() <= 1_000 * 16,
            "{} were looked at",
            LOOKED_AT.get()
        );
        assert!(LOOKED_AT.get() > 0, "the count counts");
    }

    #[test]
    fn into_owned_keeps_content_places_and_traces() {
        for (content, places) in [
            (Cow::Owned("a value".to_owned()), vec![2..7]),
            (Cow::Borrowed("a value"), vec![]),
        ] {
            let owned = text(content, places.clone()).into_owned();
            assert_eq!(owned.expose_secret(), "a value");
            assert!(matches!(owned.content, Cow::Owned(_)));
            assert_eq!(owned.places.to_vec(), places);
            assert_eq!(owned.used(), [found("KEY").used()]);
            assert_eq!(owned.kept()[0].to_string(), "<<LATER>>");
        }
    }

    #[test]
    fn into_owned_does_not_copy_values() {
        let content = "a value".to_owned();
        let address = content.as_ptr();
        assert_eq!(
            text(Cow::Owned(content), vec![2..7])
                .into_owned()
                .content
                .as_ptr(),
            address
        );
    }

    #[test]
    fn debug_shows_names_and_no_content() {
        let resolved = text(Cow::Borrowed("a value"), Vec::new());
        for shown in [format!("{resolved:?}"), format!("{resolved:#?}")] {
            assert!(
                shown.contains("[REDACTED]") && shown.contains("KEY") && shown.contains("LATER"),
                "{shown}"
            );
            assert!(!shown.contains("value"), "{shown}");
        }
    }
}
