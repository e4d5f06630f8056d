//! The places of values on a surface: how they are written there, and which are refused.

use super::encoding::Encoding;
use super::filter::{Filter, ready_part};
use super::surface::{connection, header, json, shell, url};
use super::typed::typed;
use crate::resolve::Permit;
use crate::target::Surface;
use crate::template::cut::Cut;

/// The surface of one text: knows the place of each of its slots.
pub(in crate::template) struct Placing {
    surface: Surface,
    places: Places,
}

/// The refusal of a value that goes in as JSON.
const NO_JSON: &str = "may go in as a number or as JSON only on the surface of plain text";

/// The places of the slots, in order.
enum Places {
    /// All alike.
    Alike,
    Header(Vec<header::Place>),
    Url(Vec<url::Place>),
    Json(Vec<json::Place>),
    Shell(Vec<shell::Place>),
    Connection(Vec<connection::Place>),
}

impl Placing {
    pub(in crate::template) fn new(surface: Surface, text: &str, cuts: &[Cut]) -> Self {
        let connection = |form| Places::Connection(connection::places(form, text, cuts));
        let places = match surface {
            Surface::Text | Surface::Env => Places::Alike,
            Surface::Header => Places::Header(header::places(text, cuts)),
            Surface::Url => Places::Url(url::places(text, cuts)),
            Surface::UrlPath => Places::Url(url::places_in(
                text,
                cuts,
                url::Place::Path(url::Segment::Named),
            )),
            Surface::UrlQuery | Surface::Form => {
                Places::Url(url::places_in(text, cuts, url::Place::Query))
            }
            Surface::Json => Places::Json(json::places(text, cuts)),
            Surface::Shell => Places::Shell(shell::places(text, cuts)),
            Surface::Libpq => connection(connection::Form::Libpq),
            Surface::AdoNet => connection(connection::Form::AdoNet),
            Surface::Odbc => connection(connection::Form::Odbc),
        };
        Self { surface, places }
    }

    /// Reason why a value may not stand in a slot, whose number counts from 0: the words after "the
    /// value of NAME". The value went through `filters`.
    pub(in crate::template) fn refusal(
        &self,
        slot: usize,
        value: &str,
        filters: &[Filter],
    ) -> Option<&'static str> {
        if self.refuses_json(filters) {
            return Some(NO_JSON);
        }
        match &self.places {
            Places::Alike if self.surface == Surface::Env => value.contains('\0').then_some(
                "holds NUL, which may not stand in an environment variable or an argument",
            ),
            Places::Alike => None,
            Places::Header(places) => places.get(slot)?.refusal(value),
            Places::Url(places) => match ready_part(filters) {
                Some(part) => places.get(slot)?.refusal_of_part(part),
                None => places.get(slot)?.refusal(value),
            },
            Places::Json(places) => places.get(slot)?.refusal_of_all(),
            Places::Shell(places) => places.get(slot)?.refusal(value),
            Places::Connection(places) => places.get(slot)?.refusal(value),
        }
    }

    /// Reason why no value at all may stand in a slot, in words that go on as those of
    /// [`refusal`](Placing::refusal) do.
    pub(in crate::template) fn refusal_of_all(
        &self,
        slot: usize,
        filters: &[Filter],
    ) -> Option<&'static str> {
        if self.refuses_json(filters) {
            return Some(NO_JSON);
        }
        match &self.places {
            Places::Alike => None,
            Places::Header(places) => places.get(slot)?.refusal_of_all(),
            Places::Url(places) => places.get(slot)?.refusal_of_all(),
            Places::Json(places) => places.get(slot)?.refusal_of_all(),
            Places::Shell(places) => places.get(slot)?.refusal_of_all(),
            Places::Connection(places) => places.get(slot)?.refusal_of_all(),
        }
    }

    /// Returns true for a value that goes in as JSON, where the surface writes text in its own way.
    fn refuses_json(&self, filters: &[Filter]) -> bool {
        self.surface != Surface::Text && typed(filters).is_some()
    }

    pub(in crate::template) fn surface(&self) -> Surface {
        self.surface
    }

    /// Returns true for a slot in the host or port of a URL whose value goes in as text.
    pub(in crate::template) fn is_host(&self, slot: usize, filters: &[Filter]) -> bool {
        match &self.places {
            Places::Url(places) => {
                places.get(slot) == Some(&url::Place::Host)
                    && ready_part(filters).is_none()
                    && typed(filters).is_none()
            }
            _ => false,
        }
    }

    /// Returns true if a value that may stand where `permit` says may stand in a slot. In a whole
    /// URL that may be the surface of its part.
    pub(in crate::template) fn is_permitted(&self, slot: usize, permit: Permit) -> bool {
        let part = || match &self.places {
            Places::Url(places) if self.surface == Surface::Url => places.get(slot)?.surface(),
            _ => None,
        };
        permit.allows(self.surface) || part().is_some_and(|part| permit.allows(part))
    }

    /// Returns true if every value goes in as it is.
    pub(in crate::template) fn is_plain(&self) -> bool {
        self.surface == Surface::Text
    }

    /// Encoding of a value, unless its last filter [has done so](super::encoding_after).
    pub(in crate::template) fn encoding(&self) -> Encoding {
        match self.surface {
            Surface::Text | Surface::Header | Surface::Env => Encoding::Plain,
            Surface::Url | Surface::UrlPath | Surface::UrlQuery => Encoding::Percent,
            Surface::Form => Encoding::Form,
            Surface::Json => Encoding::Json,
            Surface::Shell => Encoding::Shell,
            Surface::Libpq => Encoding::Libpq,
            Surface::AdoNet => Encoding::AdoNet,
            Surface::Odbc => Encoding::Odbc,
        }
    }
}

/// Reason why a value may stand nowhere on a surface unless a filter changes it: the words after
/// "the value".
#[cfg(feature = "vault")]
pub(crate) fn unfit(surface: Surface, value: &str) -> Option<&'static str> {
    match surface {
        Surface::Header => header::unfit(value),
        Surface::Env | Surface::Shell | Surface::Libpq | Surface::AdoNet | Surface::Odbc => {
            value.contains('\0').then_some("holds NUL")
        }
        Surface::Text
        | Surface::Url
        | Surface::UrlPath
        | Surface::UrlQuery
        | Surface::Form
        | Surface::Json => None,
    }
}

/// A surface in a message.
pub(in crate::template) fn words(surface: Surface) -> &'static str {
    match surface {
        Surface::Text => "plain text",
        Surface::Header => "a header",
        Surface::Url => "a URL",
        Surface::UrlPath => "a URL path",
        Surface::UrlQuery => "a URL query",
        Surface::Form => "a form",
        Surface::Json => "JSON text",
        Surface::Shell => "a shell word",
        Surface::Env => "the environment",
        Surface::Libpq => "a connection string of libpq",
        Surface::AdoNet => "a connection string of ADO.NET",
        Surface::Odbc => "a connection string of ODBC",
    }
}

#[cfg(test)]
mod tests {
    use crate::error::ErrorKind;
    use crate::resolve::Variables;
    use crate::target::{Surface, Target};
    use crate::template::ResolveExt;
    use secrecy::ExposeSecret;

    fn resolve(surface: Surface, text: &str, value: &str) -> Result<String, ErrorKind> {
        let variables = Variables::new().with("A", value).unwrap();
        let resolved = variables.resolve_for(&Target::tool("test").with_surface(surface), text);
        resolved
            .map(|resolved| resolved.expose_secret().to_string())
            .map_err(|error| {
                assert_eq!(error.name(), Some("A"));
                assert_eq!(text.get(error.span().unwrap()), Some("<<A>>"));
                assert!(!format!("{error} {error:?}").contains(value), "{error}");
                error.kind()
            })
    }

    #[test]
    fn text_takes_every_value_as_it_is() {
        assert_eq!(
            resolve(Surface::Text, "<<A>>", "a\0\r\n'\"é").unwrap(),
            "a\0\r\n'\"é"
        );
    }

    #[test]
    fn headers_refuse_every_control_character() {
        for control in ('\0'..=' ').chain(['\u{7f}']) {
            let value = format!("top-{control}-secret");
            let expected = if control == ' ' {
                Ok(format!("X-Key: {value}"))
            } else {
                Err(ErrorKind::Unencodable)
            };
            assert_eq!(
                resolve(Surface::Header, "X-Key: <<A>>", &value),
                expected,
                "{control:?}"
            );
        }
    }

    #[test]
    fn the_host_header_takes_no_value() {
        for text in ["Host: <<A>>", "host:<<A>>", " HOST : a.<<A>>.example"] {
            assert_eq!(
                resolve(Surface::Header, text, "evil.example"),
                Err(ErrorKind::Unencodable),
                "{text}"
            );
        }
        assert_eq!(
            resolve(Surface::Header, "X-Host: <<A>>", "a.example").unwrap(),
            "X-Host: a.example"
        );
        assert_eq!(
            resolve(Surface::Header, "X-A: b\r\nHost: <<A>>", "a.example"),
            Err(ErrorKind::Unencodable)
        );
        assert!(resolve(Surface::Header, "Host: b\r\nX-A: <<A>>", "a.example").is_ok());
    }

    #[test]
    fn a_shell_word_brings_its_own_quotes() {
        let quoted = [
            "echo \"Bearer <<A>>\"",
            "echo '<<A>>'",
            r#"echo "\"<<A>>""#,
            "echo 'a'\"b <<A>>",
            r"echo '\'' <<A>>'",
        ];
        for text in quoted {
            assert_eq!(
                resolve(Surface::Shell, text, "$(id -u) x"),
                Err(ErrorKind::Unencodable),
                "{text}"
            );
        }
        for text in [
            "echo <<A>>",
            "echo 'a'<<A>>\"b\"",
            r#"echo \"<<A>>"#,
            r"echo '\'<<A>>",
            r#"echo "'"<<A>>"#,
        ] {
            let expected = text.replace("<<A>>", "'$(id -u) x'");
            assert_eq!(
                resolve(Surface::Shell, text, "$(id -u) x").unwrap(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn a_filter_does_not_open_a_way_out_of_a_url() {
        let resolve = |surface, text: &str, value: &str| {
            let variables = Variables::new().with("A", value).unwrap();
            let resolved = variables.resolve_for(&Target::tool("test").with_surface(surface), text);
            resolved
                .map(|resolved| resolved.expose_secret().to_string())
                .map_err(|error| error.kind())
        };
        for (surface, text, value, expected) in [
            (
                Surface::Url,
                "/<<A|json>>",
                "/evil.example/x",
                "/%2Fevil.example%2Fx",
            ),
            (
                Surface::Url,
                "https://a.example/v1/<<A|json>>",
                "../admin",
                "https://a.example/v1/..%2Fadmin",
            ),
            (
                Surface::Url,
                "https://a.example/v1/<<A|json>>",
                "..%2Fadmin",
                "https://a.example/v1/..%252Fadmin",
            ),
            (
                Surface::Url,
                "https://a.example/v1?q=<<A|shell>>",
                "x&admin=1",
                "https://a.example/v1?q=%27x%26admin%3D1%27",
            ),
            (Surface::UrlPath, "<<A|base64>>", "???", "Pz8%2F"),
            (Surface::UrlPath, "<<A|base64url>>", "???", "Pz8_"),
            (Surface::UrlQuery, "<<A|base64>>", "???", "Pz8%2F"),
            (Surface::UrlQuery, "<<A|json>>", "x#y", "x%23y"),
            (Surface::UrlQuery, "k=<<A|json>>", "%2F", "k=%252F"),
            (Surface::Form, "a=<<A|json>>", "x&y=z", "a=x%26y%3Dz"),
            (Surface::Form, "a=<<A|url>>", "x&y z", "a=x%26y%20z"),
            // The last filter decides.
            (
                Surface::Url,
                "https://a.example/<<A|json|url>>",
                "/x",
                "https://a.example/%2Fx",
            ),
            (
                Surface::Url,
                "https://a.example/<<A|url|json>>",
                "/x",
                "https://a.example/%252Fx",
            ),
            (
                Surface::Url,
                "https://a.example/<<A|url|trim>>",
                "/x",
                "https://a.example/%252Fx",
            ),
        ] {
            assert_eq!(
                resolve(surface, text, value).as_deref(),
                Ok(expected),
                "{text}"
            );
        }
        for text in [
            "https://a.example/v1/<<A|json>>",
            "https://a.example/v1/<<A|url>>",
            "https://a.example/v1/<<A>>",
        ] {
            assert_eq!(
                resolve(Surface::Url, text, ".."),
                Err(ErrorKind::Unencodable),
                "{text}"
            );
        }
    }

    #[test]
    fn env_and_shell_refuse_nul() {
        assert_eq!(
            resolve(Surface::Env, "K=<<A>>", "a\nb'").unwrap(),
            "K=a\nb'"
        );
        assert_eq!(
            resolve(Surface::Env, "K=<<A>>", "top\0secret"),
            Err(ErrorKind::Unencodable)
        );
        assert_eq!(
            resolve(Surface::Shell, "echo <<A>>", "it's").unwrap(),
            r"echo 'it'\''s'"
        );
        assert_eq!(
            resolve(Surface::Shell, "echo <<A>>", "top\0secret"),
            Err(ErrorKind::Unencodable)
        );
    }

    #[test]
    fn url_parts_are_encoded() {
        let value = "a b/?#&=+%";
        assert_eq!(
            resolve(Surface::UrlPath, "<<A>>", value).unwrap(),
            "a%20b%2F%3F%23%26%3D%2B%25"
        );
        assert_eq!(
            resolve(Surface::UrlQuery, "<<A>>", value).unwrap(),
            "a%20b%2F%3F%23%26%3D%2B%25"
        );
        assert_eq!(
            resolve(Surface::Form, "k=<<A>>", value).unwrap(),
            "k=a+b%2F%3F%23%26%3D%2B%25"
        );
        assert_eq!(
            resolve(Surface::Json, "\"<<A>>\"", "\",\"admin\":true").unwrap(),
            r#""\",\"admin\":true""#
        );
        for value in [".", ".."] {
            let variables = Variables::new().with("A", value).unwrap();
            let climb = variables.resolve_for(
                &Target::tool("test").with_surface(Surface::UrlPath),
                "<<A>>",
            );
            assert_eq!(climb.unwrap_err().kind(), ErrorKind::Unencodable);
        }
        assert_eq!(resolve(Surface::UrlPath, "<<A>>", "...").unwrap(), "...");
    }

    #[test]
    fn the_filter_of_a_surface_replaces_its_encoding_but_no_refusal() {
        let target = Target::tool("test");
        let variables = Variables::new().with("A", "a b\n").unwrap();
        let resolve = |surface, text: &str| {
            let resolved = variables.resolve_for(&target.clone().with_surface(surface), text);
            resolved.map(|resolved| resolved.expose_secret().to_string())
        };
        assert_eq!(resolve(Surface::UrlQuery, "<<A|url>>").unwrap(), "a%20b%0A");
        assert_eq!(
            resolve(Surface::UrlQuery, "<<A|base64>>").unwrap(),
            "YSBiCg%3D%3D"
        );
        assert_eq!(
            resolve(Surface::Json, "\"<<A|json>> <<A|shell>>\"").unwrap(),
            r#""a b\n 'a b\n'""#
        );
        assert_eq!(
            resolve(Surface::Shell, "<<A|shell>> <<A|hex>>").unwrap(),
            "'a b\n' '6120620a'"
        );
        assert_eq!(resolve(Surface::UrlQuery, "<<A|trim>>").unwrap(), "a%20b");
        assert_eq!(resolve(Surface::Header, "<<A|trim>>").unwrap(), "a b");
        assert_eq!(resolve(Surface::Header, "<<A|url>>").unwrap(), "a%20b%0A");
        assert_eq!(
            resolve(Surface::Header, "<<A|shell>>").unwrap_err().kind(),
            ErrorKind::Unencodable
        );
        assert_eq!(
            resolve(Surface::Header, "Host: <<A|hex>>")
                .unwrap_err()
                .kind(),
            ErrorKind::Unencodable
        );
    }
}
