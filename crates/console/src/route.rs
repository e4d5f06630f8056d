//! Paths, and the methods that each of them takes.

use http::Method;
use percent_encoding::percent_decode_str;

/// The beginning of the paths of the API.
pub(crate) const API: &str = "/api/v1";

/// A path, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Page(Page),
    Api(Api),
}

/// A page for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    Style,
    Organizations,
    Scopes,
    List,
    New,
    Secret(String, Verb),
    Audit,
    Attention,
    Explain,
    Verify,
    StopVerify,
}

/// A page about one secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Show,
    Rotate,
    Edit,
    Rules,
    Status,
    Revoke,
    Delete,
    RollBack,
    Clone,
    Reveal,
    References,
}

/// A path of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    Description,
    Organizations,
    Scopes,
    Secrets,
    Secret(String),
    Rotate(String),
    Revoke(String),
    RollBack(String),
    Clone(String),
    Reveal(String),
    References(String),
    Audit,
    Attention,
    Explain,
    Verification,
}

const GET: &[Method] = &[Method::GET];
const POST: &[Method] = &[Method::POST];
const FORM: &[Method] = &[Method::GET, Method::POST];

impl Route {
    /// Reads a path. Each part of it is decoded by itself, so that an encoded slash ends no part.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let api = path.strip_prefix(API).filter(|rest| rest.starts_with('/'));
        let path = api.unwrap_or(path).strip_prefix('/')?;
        let parts = path
            .split('/')
            .map(decoded)
            .collect::<Option<Vec<String>>>()?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        if api.is_some() {
            Api::of(&parts).map(Self::Api)
        } else {
            Page::of(&parts).map(Self::Page)
        }
    }

    /// The methods beside `HEAD` and `OPTIONS`.
    pub(crate) fn methods(&self) -> &'static [Method] {
        match self {
            Self::Page(page) => page.methods(),
            Self::Api(api) => api.methods(),
        }
    }

    /// The header `Allow`.
    pub(crate) fn allow(&self) -> String {
        let methods = self.methods();
        let head = methods.contains(&Method::GET).then_some("HEAD");
        let all = methods
            .iter()
            .map(Method::as_str)
            .chain(head)
            .chain(["OPTIONS"]);
        all.collect::<Vec<_>>().join(", ")
    }
}

impl Page {
    fn of(parts: &[&str]) -> Option<Self> {
        Some(match parts {
            [""] => Self::Organizations,
            ["style.css"] => Self::Style,
            ["scopes"] => Self::Scopes,
            ["secrets"] => Self::List,
            ["new"] => Self::New,
            ["secrets", name] => Self::Secret((*name).to_owned(), Verb::Show),
            ["secrets", name, verb] => Self::Secret((*name).to_owned(), Verb::of(verb)?),
            ["audit"] => Self::Audit,
            ["attention"] => Self::Attention,
            ["explain"] => Self::Explain,
            ["verify"] => Self::Verify,
            ["verify", "stop"] => Self::StopVerify,
            _ => return None,
        })
    }

    fn methods(&self) -> &'static [Method] {
        match self {
            Self::Style
            | Self::Organizations
            | Self::Scopes
            | Self::List
            | Self::Audit
            | Self::Attention
            | Self::Secret(_, Verb::Show | Verb::References) => GET,
            Self::StopVerify | Self::Secret(_, Verb::Status) => POST,
            Self::New | Self::Explain | Self::Verify | Self::Secret(..) => FORM,
        }
    }
}

impl Verb {
    pub(crate) const ALL: [Self; 11] = [
        Self::Show,
        Self::Rotate,
        Self::Edit,
        Self::Rules,
        Self::Status,
        Self::Revoke,
        Self::Delete,
        Self::RollBack,
        Self::Clone,
        Self::Reveal,
        Self::References,
    ];

    fn of(word: &str) -> Option<Self> {
        let verbs = Self::ALL.into_iter().filter(|verb| *verb != Self::Show);
        verbs.into_iter().find(|verb| verb.as_str() == word)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Show => "",
            Self::Rotate => "rotate",
            Self::Edit => "edit",
            Self::Rules => "rules",
            Self::Status => "status",
            Self::Revoke => "revoke",
            Self::Delete => "delete",
            Self::RollBack => "rollback",
            Self::Clone => "clone",
            Self::Reveal => "reveal",
            Self::References => "references",
        }
    }
}

impl Api {
    fn of(parts: &[&str]) -> Option<Self> {
        Some(match parts {
            ["openapi.json"] => Self::Description,
            ["organizations"] => Self::Organizations,
            ["scopes"] => Self::Scopes,
            ["secrets"] => Self::Secrets,
            ["secrets", name] => Self::Secret((*name).to_owned()),
            ["secrets", name, "rotate"] => Self::Rotate((*name).to_owned()),
            ["secrets", name, "revoke"] => Self::Revoke((*name).to_owned()),
            ["secrets", name, "rollback"] => Self::RollBack((*name).to_owned()),
            ["secrets", name, "clone"] => Self::Clone((*name).to_owned()),
            ["secrets", name, "reveal"] => Self::Reveal((*name).to_owned()),
            ["secrets", name, "references"] => Self::References((*name).to_owned()),
            ["audit"] => Self::Audit,
            ["attention"] => Self::Attention,
            ["explain"] => Self::Explain,
            ["verification"] => Self::Verification,
            _ => return None,
        })
    }

    fn methods(&self) -> &'static [Method] {
        match self {
            Self::Description
            | Self::Organizations
            | Self::Scopes
            | Self::References(_)
            | Self::Audit
            | Self::Attention => GET,
            Self::Secrets => FORM,
            Self::Secret(_) => &[Method::GET, Method::PATCH, Method::DELETE],
            Self::Rotate(_)
            | Self::Revoke(_)
            | Self::RollBack(_)
            | Self::Clone(_)
            | Self::Reveal(_)
            | Self::Explain => POST,
            Self::Verification => &[Method::GET, Method::POST, Method::DELETE],
        }
    }
}

/// One part of a path.
fn decoded(part: &str) -> Option<String> {
    // The decoder leaves a percent sign without two digits as it is.
    let is_whole = |rest: &str| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !part.split('%').skip(1).all(is_whole) {
        return None;
    }
    let text = percent_decode_str(part).decode_utf8().ok()?;
    (!text.contains('/')).then(|| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_decoded_by_themselves() {
        let secret = |name: &str, verb| Some(Route::Page(Page::Secret(name.to_owned(), verb)));
        assert_eq!(Route::of("/secrets/MY%20KEY"), secret("MY KEY", Verb::Show));
        assert_eq!(Route::of("/secrets/A/revoke"), secret("A", Verb::Revoke));
        assert_eq!(
            Route::of("/api/v1/secrets/A"),
            Some(Route::Api(Api::Secret("A".to_owned())))
        );
        for path in [
            "",
            "x",
            "//",
            "/secrets/",
            "/secrets/A/",
            "/secrets/A%2Frevoke",
            "/secrets/%",
            "/secrets/%f",
            "/secrets/%ff/rotate",
            "/secrets/A/burn",
            "/secrets/A/b/c",
            "/api/v1",
            "/api/v1/",
            "/api/v1/secrets/",
            "/api/v2/secrets",
            "/api/v1secrets",
            "/SECRETS",
            "/../secrets",
            "/secrets//rotate/",
        ] {
            let found = Route::of(path);
            let named = |route: &Route| {
                matches!(route, Route::Page(Page::Secret(name, _)) | Route::Api(Api::Secret(name))
                    if name.is_empty())
            };
            assert!(
                found.is_none() || found.as_ref().is_some_and(named),
                "{path} {found:?}"
            );
        }
    }

    #[test]
    fn a_route_says_its_methods() {
        let allow = |path| Route::of(path).unwrap().allow();
        assert_eq!(allow("/secrets"), "GET, HEAD, OPTIONS");
        assert_eq!(allow("/verify/stop"), "POST, OPTIONS");
        assert_eq!(
            allow("/api/v1/secrets/A"),
            "GET, PATCH, DELETE, HEAD, OPTIONS"
        );
    }
}
