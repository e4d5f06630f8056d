//! Where resolved text goes.

use std::sync::Arc;

use serde::Serialize;

mod surface_set;

pub(crate) use surface_set::SurfaceSet;

/// Where the text goes once it is resolved: the access rules of a secret are checked against it,
/// and its surface says how a value must be written to stay in its place.
///
/// ```
/// use keyslot::{Surface, Target};
///
/// let target = Target::tool("stripe").with_host("api.stripe.com").with_surface(Surface::Header);
/// assert_eq!(target.host(), Some("api.stripe.com"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    reader: Reader,
    host: Option<Arc<str>>,
    surface: Surface,
    /// All surfaces that the call uses, where they are known and more than the one.
    surfaces: Option<SurfaceSet>,
    unknown_names: Option<UnknownNames>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Reader {
    #[default]
    Unspecified,
    Tool(Arc<str>),
    Instructions,
}

/// The kind of place a value is put in, which says how it is encoded and what is refused there.
///
/// The value arrives there, or the text that its filters made of it. Only one filter is the
/// encoding of a surface, and only as the last one: `url` for URLs and forms, `json` for JSON text,
/// `shell` for a shell. The surface encodes what any other filter made; [the
/// language](crate::template::syntax#filters-and-surfaces) has a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Surface {
    /// Plain text: the value as it is.
    #[default]
    Text,
    /// A line `Name: value` of an HTTP header, several of them, or the value of one: the value as
    /// it is. Control characters are refused, CR, LF and NUL among them. So is a value in a line
    /// that begins with `Host:`, or that would make one of it; one that begins a line and is empty
    /// or begins with a space, because the line would go on the one before; and one in a name,
    /// unless it is a token (RFC 9110 section 5.6.2).
    Header,
    /// A whole URL: percent-encoded for the part it stands in; refused in the scheme, host and
    /// port, and where it would make a segment of the path empty, `.` or `..`.
    Url,
    /// A URL path, or a segment of one: percent-encoded, and refused as in a [`Url`](Surface::Url).
    UrlPath,
    /// A name or value in a URL query: percent-encoded.
    UrlQuery,
    /// A name or value of a form (`application/x-www-form-urlencoded`).
    Form,
    /// Inside a string of JSON *text*: escaped, and refused outside of strings. A text without
    /// quotes that is no object and no list is taken for the inside of a string. Documents that
    /// were parsed first need no surface for this.
    Json,
    /// A word of a POSIX shell, or a part of one: quoted. Refused where these quotes would not
    /// protect it: between quotes of the text, behind a `\` or `$`, in comments, and behind
    /// backquotes, here-documents, arithmetic, arrays and `[[`; NUL is refused too. What reads its
    /// arguments as code, as `eval` and `ssh` do, or as options, is not known here.
    Shell,
    /// An environment variable, or an argument of a program that no shell starts: the value as it
    /// is; NUL is refused.
    Env,
}

impl Surface {
    /// Every surface, each at its [`number`](Surface::number).
    pub(crate) const ALL: [Self; 9] = [
        Self::Text,
        Self::Header,
        Self::Url,
        Self::UrlPath,
        Self::UrlQuery,
        Self::Form,
        Self::Json,
        Self::Shell,
        Self::Env,
    ];

    /// What stands for it in stored bytes: it never changes, and that of a surface that is gone is
    /// not given again.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Text => 0,
            Self::Header => 1,
            Self::Url => 2,
            Self::UrlPath => 3,
            Self::UrlQuery => 4,
            Self::Form => 5,
            Self::Json => 6,
            Self::Shell => 7,
            Self::Env => 8,
        }
    }

    /// The surface of a [`number`](Surface::number).
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|surface| surface.number() == number)
    }
}

/// The treatment of *bare* placeholders whose name no resolver knows.
///
/// An unknown `<<$secret.NAME>>` is always an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnknownNames {
    /// The call fails.
    Error,
    /// The placeholder stays as it is and is reported by [`Resolved::kept`](crate::Resolved::kept).
    Keep,
}

impl Target {
    /// Nowhere in particular: what a call without a target means. Matches no access rule.
    pub fn unspecified() -> Self {
        Self::default()
    }

    /// A tool, by its name.
    pub fn tool(name: impl AsRef<str>) -> Self {
        Self {
            reader: Reader::Tool(name.as_ref().into()),
            ..Self::default()
        }
    }

    /// Text that a model reads. Only secrets marked for it resolve there, and bare placeholders
    /// that nobody knows stay, because such text may hold the marks of another engine.
    pub fn instructions() -> Self {
        Self {
            reader: Reader::Instructions,
            ..Self::default()
        }
    }

    /// Says to which host the tool will send the text.
    #[must_use]
    pub fn with_host(mut self, host: impl AsRef<str>) -> Self {
        self.host = Some(host.as_ref().into());
        self
    }

    /// Says in what place the text stands; [`Surface::Text`] without.
    #[must_use]
    pub fn with_surface(mut self, surface: Surface) -> Self {
        self.surface = surface;
        self.surfaces = None;
        self
    }

    /// Says all surfaces that the call uses, because the strings of a document do not all stand on
    /// the same.
    #[must_use]
    pub(crate) fn with_surfaces(mut self, surfaces: SurfaceSet) -> Self {
        self.surfaces = Some(surfaces);
        self
    }

    /// Sets the treatment of bare placeholders with unknown names: by default [`UnknownNames::Keep`] for
    /// [instructions](Target::instructions) and [`UnknownNames::Error`] elsewhere.
    #[must_use]
    pub fn with_unknown_names(mut self, unknown: UnknownNames) -> Self {
        self.unknown_names = Some(unknown);
        self
    }

    /// The name of the tool, if it is one.
    pub fn tool_name(&self) -> Option<&str> {
        match &self.reader {
            Reader::Tool(name) => Some(name),
            Reader::Unspecified | Reader::Instructions => None,
        }
    }

    /// The host, if it was said.
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// Whether a model reads the text.
    pub fn is_instructions(&self) -> bool {
        self.reader == Reader::Instructions
    }

    /// The place the text stands in.
    pub fn surface(&self) -> Surface {
        self.surface
    }

    /// All surfaces that the call uses: the one, unless [more were said](Target::on_surfaces).
    pub(crate) fn surfaces(&self) -> SurfaceSet {
        self.surfaces.unwrap_or(self.surface.into())
    }

    /// Whether it is nowhere in particular: no tool, no host and no instructions.
    pub(crate) fn is_unspecified(&self) -> bool {
        self.reader == Reader::Unspecified && self.host.is_none()
    }

    /// What becomes of bare placeholders that nobody knows.
    pub fn unknown_names(&self) -> UnknownNames {
        self.unknown_names.unwrap_or(if self.is_instructions() {
            UnknownNames::Keep
        } else {
            UnknownNames::Error
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unspecified_is_nowhere() {
        let target = Target::unspecified();
        assert_eq!(target, Target::default());
        assert_eq!(
            (target.tool_name(), target.host(), target.is_instructions()),
            (None, None, false)
        );
        assert_eq!(
            (target.surface(), target.unknown_names()),
            (Surface::Text, UnknownNames::Error)
        );
    }

    #[test]
    fn only_a_target_without_tool_host_and_instructions_is_unspecified() {
        assert!(
            Target::unspecified().is_unspecified()
                && Target::unspecified()
                    .with_surface(Surface::Url)
                    .is_unspecified()
        );
        for somewhere in [
            Target::tool(""),
            Target::instructions(),
            Target::unspecified().with_host(""),
        ] {
            assert!(!somewhere.is_unspecified(), "{somewhere:?}");
        }
    }

    #[test]
    fn uses_one_surface_unless_told_of_more() {
        let target = Target::tool("stripe").with_surface(Surface::Url);
        assert_eq!(target.surfaces(), Surface::Url.into());
        let both = [Surface::Url, Surface::Header].into_iter().collect();
        let told = target.with_surfaces(both);
        assert_eq!((told.surfaces(), told.surface()), (both, Surface::Url));
        // What is said last holds.
        assert_eq!(
            told.with_surface(Surface::Env).surfaces(),
            Surface::Env.into()
        );
    }

    #[test]
    fn numbers_of_surfaces_are_for_ever() {
        use Surface::{Env, Form, Header, Json, Shell, Text, Url, UrlPath, UrlQuery};
        let numbered = [Text, Header, Url, UrlPath, UrlQuery, Form, Json, Shell, Env];
        for (number, surface) in (0..).zip(numbered) {
            assert_eq!(
                (surface.number(), Surface::from_number(number)),
                (number, Some(surface))
            );
        }
        assert_eq!(
            (Surface::from_number(9), Surface::from_number(255)),
            (None, None)
        );
    }

    #[test]
    fn a_tool_says_what_it_is_told() {
        let target = Target::tool("stripe")
            .with_host("api.stripe.com")
            .with_surface(Surface::Url);
        assert_eq!(
            (target.tool_name(), target.host()),
            (Some("stripe"), Some("api.stripe.com"))
        );
        assert_eq!(
            (target.surface(), target.unknown_names()),
            (Surface::Url, UnknownNames::Error)
        );
        assert!(!target.is_instructions());
        assert_eq!(
            target
                .clone()
                .with_unknown_names(UnknownNames::Keep)
                .unknown_names(),
            UnknownNames::Keep
        );
        // A tool is what is named so, not what has a name like the other readers.
        assert_ne!(Target::tool(""), Target::unspecified());
        assert_ne!(Target::tool("instructions"), Target::instructions());
    }

    #[test]
    fn instructions_keep_what_nobody_knows_unless_told_otherwise() {
        let target = Target::instructions().with_host("example.com");
        assert!(target.is_instructions() && target.tool_name().is_none());
        assert_eq!(target.unknown_names(), UnknownNames::Keep);
        assert_eq!(
            target
                .with_unknown_names(UnknownNames::Error)
                .unknown_names(),
            UnknownNames::Error
        );
    }
}
