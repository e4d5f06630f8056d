//! Sources of texts: a text alone, the strings of a document, the values of headers.

use std::borrow::Cow;

use smallvec::SmallVec;

use super::plan::Plan;
use super::render::{Drafted, Fill, Values};
use super::settings::Settings;
use super::value::{Typed, no_place};
use crate::error::{Error, Result};
use crate::target::{Surface, Target, UnknownNames};

/// Texts that are prepared and filled together.
pub(super) trait Source {
    /// The source with values in it.
    type Output<'s>
    where
        Self: 's;
    /// The places of the values in that.
    type Places: Default;

    /// True if a source without placeholders is given back as it is.
    const STANDS_FOR_ITSELF: bool = false;

    /// Shows each text to a visitor, in one fixed order.
    ///
    /// # Errors
    ///
    /// Those of the visitor, and `TooLarge` for what is nested too deep.
    fn visit<'s>(&'s self, settings: &Settings, visitor: &mut impl Visitor<'s>) -> Result<()>;

    /// The target as this source means it.
    #[inline]
    fn aim<'t>(&self, target: &'t Target) -> Cow<'t, Target> {
        Cow::Borrowed(target)
    }

    /// The treatment of unknown names in this source.
    #[inline]
    fn unknown_names(&self, target: &Target) -> UnknownNames {
        target.unknown_names()
    }

    /// Writes the source if it is one text whose values go in as they are, in at most `most` bytes,
    /// and says where values lie in it. Without a plan it has no placeholders.
    #[inline]
    fn write_plain<'d>(
        &self,
        plan: Option<&Plan>,
        values: &impl Values<'d>,
        most: usize,
        places: &mut Self::Places,
    ) -> Option<Self::Output<'_>> {
        let _ = (plan, values, most, places);
        None
    }

    /// Checks a value that goes in as JSON, in this many lists and objects.
    ///
    /// # Errors
    ///
    /// The reason why it cannot; it holds nothing of the value.
    fn check_json(&self, json: &str, typed: Typed, depth: usize) -> Result<()> {
        let _ = (json, typed, depth);
        Err(no_place())
    }

    /// Writes the source with its texts as they are drafted, and says where values lie in it.
    ///
    /// # Errors
    ///
    /// Failures that only the whole shows, such as two keys that become the same.
    fn write<'d>(
        &self,
        settings: &Settings,
        fill: &Fill<'d, impl Values<'d>>,
        drafts: &[Drafted<'d>],
        places: &mut Self::Places,
    ) -> Result<Self::Output<'_>>;
}

/// Sees the texts of a source.
pub(super) trait Visitor<'s> {
    /// Takes the next text.
    ///
    /// # Errors
    ///
    /// Those that end the visit.
    fn text(&mut self, part: &impl Part<'s>) -> Result<()>;
}

/// One text of a source. The defaults are those of a text alone.
pub(super) trait Part<'s> {
    /// Its number, counting all texts of the source.
    fn number(&self) -> usize;

    fn text(&self) -> &'s str;

    /// The JSON Pointer of the text, if it is in a document.
    fn pointer(&self) -> Option<String> {
        None
    }

    /// Marks an error with the place of the text.
    fn locate(&self, error: Error) -> Error {
        match self.pointer() {
            Some(pointer) => error.in_pointer(&pointer),
            None => error,
        }
    }

    /// The keys and places that lead to the text.
    fn path(&self) -> SmallVec<[Cow<'_, str>; 8]> {
        SmallVec::new()
    }

    /// Number of the lists and objects that the text is in.
    fn depth(&self) -> usize {
        0
    }

    /// Returns true if a value may take the place of the whole text as JSON.
    fn takes_json(&self, _: &Settings) -> bool {
        false
    }

    /// Returns true if the whole text is the name of a secret.
    fn is_name(&self, _: &Settings) -> bool {
        false
    }

    /// The surface of the text, if a rule says so.
    fn rule(&self, _: &Settings) -> Option<Surface> {
        None
    }

    /// Checks the text before it is read.
    ///
    /// # Errors
    ///
    /// The error of a text that may not stand there.
    #[inline]
    fn check_text(&self) -> Result<()> {
        Ok(())
    }

    /// The surface of the text, if a rule says so.
    ///
    /// # Errors
    ///
    /// `Unencodable` for a value where no value may stand.
    #[inline]
    fn surface(&self, _: &Settings, _: &Plan) -> Result<Option<Surface>> {
        Ok(None)
    }
}
