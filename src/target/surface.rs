//! Surfaces: the kinds of places that values are put in.

use crate::text::coded_enum;

/// The kind of place that a value is put in: it decides how the value is encoded, and what is
/// refused there.
///
/// The field calls this a *context*, and the encoding *contextual escaping*.
///
/// The reader of the place gets the value, or the text that its filters made of it. Only one filter
/// is the encoding of a surface, and only as the last one: `url` for URLs and forms, `json` for
/// JSON text, `shell` for a shell. The surface encodes what any other filter made; [the
/// language](crate::template::syntax#filters-and-surfaces) has a table.
///
/// In text and JSON, a surface is its code.
///
/// ```
/// use keyslot::Surface;
///
/// let surface: Surface = "url_path".parse()?;
/// assert_eq!((surface, surface.to_string().as_str()), (Surface::UrlPath, "url_path"));
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
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
    /// port, and where it would make a segment of the path empty, `.` or `..`. A variable may stand
    /// in the host and port, if the [`Target`](crate::Target) says which ones must come out.
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
    /// The value of a keyword in a connection string of libpq, `host=db.example password=…`: in
    /// single quotes. Refused between quotes of the text, as a piece of a value, and where it would
    /// choose the server; NUL is refused too. A connection URL has the surface
    /// [`Url`](Surface::Url).
    Libpq,
    /// The value of a keyword in a connection string of ADO.NET, `Server=db.example;Password=…`: in
    /// double quotes. Refused as in [`Libpq`](Surface::Libpq).
    AdoNet,
    /// The value of a keyword in a connection string of ODBC, `Driver=…;Pwd=…`: in braces. Refused
    /// as in [`Libpq`](Surface::Libpq), and where it would choose the driver.
    Odbc,
}

impl Surface {
    /// Returns the code of the surface: its name in snake case, as in JSON. It never changes.
    ///
    /// ```
    /// use keyslot::Surface;
    ///
    /// assert_eq!(Surface::UrlPath.as_str(), "url_path");
    /// ```
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Header => "header",
            Self::Url => "url",
            Self::UrlPath => "url_path",
            Self::UrlQuery => "url_query",
            Self::Form => "form",
            Self::Json => "json",
            Self::Shell => "shell",
            Self::Env => "env",
            Self::Libpq => "libpq",
            Self::AdoNet => "ado_net",
            Self::Odbc => "odbc",
        }
    }

    /// Every surface, at the index of its [`number`](Surface::number).
    pub(crate) const ALL: [Self; 12] = [
        Self::Text,
        Self::Header,
        Self::Url,
        Self::UrlPath,
        Self::UrlQuery,
        Self::Form,
        Self::Json,
        Self::Shell,
        Self::Env,
        Self::Libpq,
        Self::AdoNet,
        Self::Odbc,
    ];

    /// The number of the surface in stored bytes. It never changes, and no other surface ever gets
    /// it.
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
            Self::Libpq => 9,
            Self::AdoNet => 10,
            Self::Odbc => 11,
        }
    }

    /// The surface of a [`number`](Surface::number).
    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|surface| surface.number() == number)
    }
}

coded_enum!(Surface, "a surface");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn is_written_and_parsed_as_its_code() {
        for surface in Surface::ALL {
            let code = surface.as_str();
            assert_eq!(surface.to_string(), code);
            assert_eq!(code.parse::<Surface>().ok(), Some(surface));
            assert_eq!(serde_json::to_value(surface).unwrap(), code);
            let read = serde_json::from_value::<Surface>(code.into()).unwrap();
            assert_eq!(read, surface);
        }
        for text in ["Header", "", "url-path", "hunter2"] {
            let error = text.parse::<Surface>().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            assert_eq!(
                error.to_string(),
                "a surface is one of text, header, url, url_path, url_query, form, json, shell, \
                 env, libpq, ado_net, odbc"
            );
            assert!(serde_json::from_value::<Surface>(text.into()).is_err());
        }
    }

    #[test]
    fn numbers_of_surfaces_are_for_ever() {
        use Surface::{
            AdoNet, Env, Form, Header, Json, Libpq, Odbc, Shell, Text, Url, UrlPath, UrlQuery,
        };
        let web = [Text, Header, Url, UrlPath, UrlQuery, Form, Json, Shell, Env];
        let numbered = web.into_iter().chain([Libpq, AdoNet, Odbc]);
        for (number, surface) in (0..).zip(numbered) {
            assert_eq!(
                (surface.number(), Surface::from_number(number)),
                (number, Some(surface))
            );
        }
        assert_eq!(
            (Surface::from_number(12), Surface::from_number(255)),
            (None, None)
        );
    }
}
