//! One text alone as a source.

use std::borrow::Cow;
use std::sync::Arc;

use super::plan::Plan;
use super::render::{Drafted, Fill, Values, write_plain};
use super::settings::Settings;
use super::source::{Part, Source, Visitor};
use crate::error::Result;
use crate::resolve::Wipe;

/// A text alone.
struct Alone<'s>(&'s str);

impl<'s> Part<'s> for Alone<'s> {
    #[inline]
    fn number(&self) -> usize {
        0
    }

    #[inline]
    fn text(&self) -> &'s str {
        self.0
    }
}

/// The places of values in a text.
type Places = <Cow<'static, str> as Wipe>::Places;

impl<'t> Source for &'t str {
    type Output<'s>
        = Cow<'t, str>
    where
        Self: 's;
    type Places = Places;
    const STANDS_FOR_ITSELF: bool = true;

    #[inline]
    fn visit<'s>(&'s self, _: &Settings, visitor: &mut impl Visitor<'s>) -> Result<()> {
        visitor.text(&Alone(self))
    }

    #[inline]
    fn write_plain<'d>(
        &self,
        plan: Option<&Plan>,
        values: &impl Values<'d>,
        most: usize,
        places: &mut Places,
    ) -> Option<Cow<'t, str>> {
        plain(self, plan, values, most, places)
    }

    fn write<'d>(
        &self,
        _: &Settings,
        fill: &Fill<'d, impl Values<'d>>,
        drafts: &[Drafted<'d>],
        places: &mut Places,
    ) -> Result<Cow<'t, str>> {
        Ok(write(self, fill, drafts, places))
    }
}

impl Source for Arc<str> {
    type Output<'s> = Cow<'s, str>;
    type Places = Places;
    const STANDS_FOR_ITSELF: bool = true;

    #[inline]
    fn visit<'s>(&'s self, _: &Settings, visitor: &mut impl Visitor<'s>) -> Result<()> {
        visitor.text(&Alone(self))
    }

    #[inline]
    fn write_plain<'d>(
        &self,
        plan: Option<&Plan>,
        values: &impl Values<'d>,
        most: usize,
        places: &mut Places,
    ) -> Option<Cow<'_, str>> {
        plain(self, plan, values, most, places)
    }

    fn write<'d>(
        &self,
        _: &Settings,
        fill: &Fill<'d, impl Values<'d>>,
        drafts: &[Drafted<'d>],
        places: &mut Places,
    ) -> Result<Cow<'_, str>> {
        Ok(write(self, fill, drafts, places))
    }
}

/// Writes the text if its values go in as they are. It is borrowed if there is nothing to put in.
#[inline]
fn plain<'t, 'd>(
    text: &'t str,
    plan: Option<&Plan>,
    values: &impl Values<'d>,
    most: usize,
    places: &mut Places,
) -> Option<Cow<'t, str>> {
    let Some(plan) = plan else {
        return Some(Cow::Borrowed(text));
    };
    places.reserve_exact(plan.cuts().len());
    let mut out = String::new();
    let written = write_plain(text, plan, values, most, &mut out, |place| {
        places.push(place);
    });
    if written.is_none() {
        places.clear();
    }
    written.map(|()| Cow::Owned(out))
}

/// Writes the text, which is borrowed if there is nothing to put in.
fn write<'t, 'd>(
    text: &'t str,
    fill: &Fill<'d, impl Values<'d>>,
    drafts: &[Drafted<'d>],
    places: &mut Places,
) -> Cow<'t, str> {
    let Some(drafted) = drafts.first() else {
        return Cow::Borrowed(text);
    };
    let draft = &drafted.draft;
    places.reserve_exact(draft.plan().cuts().len());
    let written = fill.write(draft, |place| places.push(place));
    Cow::Owned(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::plan::{ReferenceList, References};

    #[test]
    fn places_are_those_of_a_text_that_was_written() {
        let (settings, text) = (Settings::shared(), "a <<ONE>> and <<TWO>>");
        let mut list = ReferenceList::new();
        let plan = Plan::of(settings, text, &mut References::new(&mut list)).unwrap();
        let write = |values: &[&str], most| {
            let mut places = Places::new();
            let written = plain(text, Some(&plan), &values, most, &mut places);
            (written, places.to_vec())
        };
        let written = Some(Cow::Borrowed("a 1 and 22"));
        assert_eq!(write(&["1", "22"], 10), (written, vec![2..3, 8..10]));
        assert_eq!(write(&["1", "22"], 9), (None, vec![]), "too long");
        assert_eq!(write(&["1"], 10), (None, vec![]), "one is missing");
    }
}
