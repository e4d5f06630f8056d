//! The values of headers as a source.

use std::borrow::Cow;

use http::header::{HOST, HeaderMap, HeaderName, HeaderValue};

use super::limits::Limits;
use super::plan::Plan;
use super::pointer::push;
use super::render::{Drafted, Fill, Values};
use super::settings::Settings;
use super::source::{Part, Source, Visitor};
use crate::error::{Error, ErrorKind, Result};
use crate::target::{Surface, Target, UnknownNames};

/// Headers in their order.
pub(super) struct Lines {
    lines: Vec<Line>,
}

/// One header.
struct Line {
    /// `None` for a wrong name, which is refused when the headers are prepared.
    name: Option<HeaderName>,
    text: String,
}

/// One header in a visit.
struct Visited<'s> {
    number: usize,
    line: &'s Line,
}

impl Lines {
    /// Takes headers.
    ///
    /// # Errors
    ///
    /// `TooLarge`
    pub(super) fn read<N: AsRef<str>, T: Into<String>>(
        limits: Limits,
        headers: impl IntoIterator<Item = (N, T)>,
    ) -> Result<Self> {
        let mut bytes = 0_usize;
        let mut lines = Vec::new();
        for (name, text) in headers {
            let (name, text): (_, String) = (name.as_ref(), text.into());
            bytes = bytes.saturating_add(name.len()).saturating_add(text.len());
            limits.check_template(bytes)?;
            let name = HeaderName::try_from(name).ok();
            lines.push(Line { name, text });
        }
        Ok(Self { lines })
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &HeaderName> {
        self.lines.iter().filter_map(|line| line.name.as_ref())
    }
}

impl Source for Lines {
    type Output<'s> = HeaderMap;
    type Places = ();

    fn visit<'s>(&'s self, _: &Settings, visitor: &mut impl Visitor<'s>) -> Result<()> {
        let mut numbered = self.lines.iter().enumerate();
        numbered.try_for_each(|(number, line)| visitor.text(&Visited { number, line }))
    }

    fn aim<'t>(&self, target: &'t Target) -> Cow<'t, Target> {
        Cow::Owned(target.clone().with_surface(Surface::Header))
    }

    /// A map cannot say which placeholders stayed, so none does.
    fn unknown_names(&self, _: &Target) -> UnknownNames {
        UnknownNames::Error
    }

    fn write<'d>(
        &self,
        _: &Settings,
        fill: &Fill<'d, impl Values<'d>>,
        drafts: &[Drafted<'d>],
        (): &mut (),
    ) -> Result<HeaderMap> {
        // First, so that no value is in it if it cannot be.
        let mut map = HeaderMap::try_with_capacity(self.lines.len()).map_err(|_| too_many())?;
        let mut drafts = drafts.iter().peekable();
        for (number, line) in self.lines.iter().enumerate() {
            let mut is_sensitive = false;
            let text = match drafts.next_if(|drafted| drafted.number == number) {
                Some(drafted) => fill.write(&drafted.draft, |_| is_sensitive = true),
                None => line.text.clone(),
            };
            // Moves the text. Fails for control characters, and there are none: the text was
            // checked, and so was each value.
            let mut value = HeaderValue::try_from(text).map_err(|_| control_character())?;
            value.set_sensitive(is_sensitive);
            // No header without a name is prepared.
            if let Some(name) = &line.name {
                map.try_append(name, value).map_err(|_| too_many())?;
            }
        }
        Ok(map)
    }
}

impl<'s> Part<'s> for Visited<'s> {
    fn number(&self) -> usize {
        self.number
    }

    fn text(&self) -> &'s str {
        &self.line.text
    }

    /// Headers are like a document whose keys are their names.
    fn pointer(&self) -> Option<String> {
        let name = self.line.name.as_ref()?;
        let mut pointer = String::new();
        push(&mut pointer, name.as_str());
        Some(pointer)
    }

    /// A header has one line (RFC 9110 section 5.5). Checked before values are there, so that none
    /// is in a buffer that is refused.
    fn check_text(&self) -> Result<()> {
        let Line { name, text } = self.line;
        if name.is_none() {
            return Err(not_a_name(self.number + 1));
        }
        let control = text
            .bytes()
            .position(|byte| byte != b'\t' && byte.is_ascii_control());
        control.map_or(Ok(()), |at| Err(control_character().at(at..at + 1, text)))
    }

    fn surface(&self, _: &Settings, plan: &Plan) -> Result<Option<Surface>> {
        match plan.first_value() {
            Some(cut) if self.line.name == Some(HOST) => {
                let message = "a value may not choose the host: write the Host header out";
                let error = Error::new(ErrorKind::Unencodable, message);
                Err(error.at(cut.span.clone(), &self.line.text))
            }
            _ => Ok(None),
        }
    }
}

fn not_a_name(number: usize) -> Error {
    let message = format!(
        "the name of header {number} may hold only letters, digits and !#$%&'*+-.^_`|~ (ASCII)"
    );
    Error::new(ErrorKind::InvalidInput, message)
}

fn control_character() -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        "the text of a header may not hold a control character, such as a line break",
    )
}

fn too_many() -> Error {
    Error::new(
        ErrorKind::TooLarge,
        "there are too many headers for one request: the map of headers is full",
    )
}
