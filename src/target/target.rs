//! The destination of resolved text.

use std::sync::Arc;

use super::address::{Address, Scheme};
use super::host::Host;
use super::surface::Surface;
use super::surface_set::SurfaceSet;
use super::unknown_names::UnknownNames;
use crate::error::{Error, ErrorKind, Result};

/// The destination of resolved text: a tool, the host that it sends the text to, and the place in
/// which the text stands.
///
/// [`AccessRules`](crate::AccessRules) of a secret are checked against it. Its [`Surface`] decides
/// how values are encoded.
///
/// In JSON: `{"tool": "stripe", "url": "https://api.stripe.com/v1", "surface": "header"}`. Other
/// fields are `host` instead of `url`, `"instructions": true` instead of `tool`, and
/// `unknown_names`, which is `error` or `keep`. All may be left out. With the feature `json`, such
/// text can be parsed: `text.parse::<Target>()`.
///
/// ```
/// use keyslot::{Surface, Target};
///
/// let target = Target::tool("stripe")
///     .with_url("https://api.stripe.com/v1/refunds")?
///     .with_surface(Surface::Header);
/// assert_eq!(target.host(), Some("api.stripe.com"));
/// assert_eq!(target.path(), Some("/v1/refunds"));
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    recipient: Recipient,
    address: Option<Address>,
    surface: Surface,
    /// All surfaces that the call uses, if there are more than the one.
    surfaces: Option<SurfaceSet>,
    unknown_names: Option<UnknownNames>,
}

/// The first to get the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Recipient {
    #[default]
    Unspecified,
    Tool(Arc<str>),
    Model,
}

impl Target {
    /// No particular destination, as for a call without a target. Matches no access rule.
    ///
    /// ```
    /// use keyslot::Target;
    ///
    /// assert_eq!(Target::unspecified(), Target::default());
    /// ```
    pub fn unspecified() -> Self {
        Self::default()
    }

    /// A tool, by its name.
    ///
    /// ```
    /// use keyslot::Target;
    ///
    /// assert_eq!(Target::tool("stripe").tool_name(), Some("stripe"));
    /// ```
    pub fn tool(name: impl AsRef<str>) -> Self {
        Self {
            recipient: Recipient::Tool(name.as_ref().into()),
            ..Self::default()
        }
    }

    /// Text that a model reads. Only secrets marked for it resolve there. Bare placeholders with
    /// unknown names stay, because such text may hold the marks of another template engine.
    ///
    /// ```
    /// use keyslot::{Target, UnknownNames};
    ///
    /// let target = Target::instructions();
    /// assert!(target.is_instructions());
    /// assert_eq!(target.unknown_names(), UnknownNames::Keep);
    /// ```
    pub fn instructions() -> Self {
        Self {
            recipient: Recipient::Model,
            ..Self::default()
        }
    }

    /// Sets the host that the tool sends the text to: `name` or `name:port`. Replaces a
    /// [URL](Target::with_url).
    ///
    /// The name has one form: lower-case ASCII without a `.` at the end, in its `xn--` form if it
    /// is in another script; an IPv4 address as four decimal numbers; an IPv6 address in brackets,
    /// in its short form. The port is 443 if there is none. Every other spelling is refused, not
    /// put right: the program that sends the request may read it differently.
    ///
    /// ```
    /// use keyslot::Target;
    ///
    /// let target = Target::tool("mail").with_host("smtp.example:587")?;
    /// assert_eq!((target.host(), target.port()), (Some("smtp.example"), Some(587)));
    /// assert!(Target::tool("mail").with_host("https://smtp.example").is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] if the host has another form. The message names the rule that is
    /// broken, and does not repeat the text.
    pub fn with_host(self, host: impl AsRef<str>) -> Result<Self> {
        self.at(Address::of_host(host.as_ref()), "the host of a target")
    }

    /// Sets the URL that the tool sends the text to, and keeps its scheme, host, port and path.
    /// Replaces a [host](Target::with_host). The query and the fragment are not kept.
    ///
    /// The scheme is `https` or `http`; rules about hosts match `https` alone. The host has the
    /// form that [`with_host`](Target::with_host) describes. The path holds no `.` and `..`
    /// segments, percent-encoded or not. A user, a password, white space, a backslash and all that
    /// is not ASCII are refused. What is kept is therefore what every URL parser reads. At most
    /// 8,192 bytes.
    ///
    /// ```
    /// use keyslot::Target;
    ///
    /// let target = Target::tool("stripe").with_url("https://api.stripe.com/v1/refunds?limit=3")?;
    /// assert_eq!((target.scheme(), target.host()), (Some("https"), Some("api.stripe.com")));
    /// assert_eq!((target.port(), target.path()), (Some(443), Some("/v1/refunds")));
    /// assert!(Target::tool("x").with_url("https://api.stripe.com@evil.example").is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] if the URL has another form. The message names the rule that is
    /// broken, and does not repeat the text.
    pub fn with_url(self, url: impl AsRef<str>) -> Result<Self> {
        self.at(Address::of_url(url.as_ref()), "the URL of a target")
    }

    fn at(mut self, address: Result<Address, &'static str>, what: &str) -> Result<Self> {
        let address = address
            .map_err(|flaw| Error::new(ErrorKind::InvalidInput, format!("{what} {flaw}")))?;
        self.address = Some(address);
        Ok(self)
    }

    /// Sets the place in which the text stands; [`Surface::Text`] if not set.
    ///
    /// ```
    /// use keyslot::{Surface, Target};
    ///
    /// let target = Target::tool("stripe").with_surface(Surface::Header);
    /// assert_eq!(target.surface(), Surface::Header);
    /// ```
    #[must_use]
    pub fn with_surface(mut self, surface: Surface) -> Self {
        self.surface = surface;
        self.surfaces = None;
        self
    }

    /// Sets all surfaces that the call uses: the strings of a document may stand on several.
    #[must_use]
    pub(crate) fn with_surfaces(mut self, surfaces: SurfaceSet) -> Self {
        self.surfaces = Some(surfaces);
        self
    }

    /// Sets the treatment of bare placeholders with unknown names. Not set, it is
    /// [`UnknownNames::Keep`] for [instructions](Target::instructions) and
    /// [`UnknownNames::Error`] elsewhere.
    ///
    /// ```
    /// use keyslot::{Target, UnknownNames};
    ///
    /// let target = Target::instructions().with_unknown_names(UnknownNames::Error);
    /// assert_eq!(target.unknown_names(), UnknownNames::Error);
    /// ```
    #[must_use]
    pub fn with_unknown_names(mut self, unknown: UnknownNames) -> Self {
        self.unknown_names = Some(unknown);
        self
    }

    /// Returns the name of the tool; `None` for instructions and an unspecified target.
    ///
    /// ```
    /// use keyslot::Target;
    ///
    /// assert_eq!(Target::tool("mail").tool_name(), Some("mail"));
    /// assert_eq!(Target::instructions().tool_name(), None);
    /// ```
    pub fn tool_name(&self) -> Option<&str> {
        match &self.recipient {
            Recipient::Tool(name) => Some(name),
            Recipient::Unspecified | Recipient::Model => None,
        }
    }

    /// Returns the scheme of the [URL](Target::with_url), `https` or `http`; `None` without a URL.
    ///
    /// ```
    /// use keyslot::Target;
    ///
    /// let target = Target::tool("crm").with_url("https://crm.example/v1")?;
    /// assert_eq!(target.scheme(), Some("https"));
    /// assert_eq!(Target::tool("crm").with_host("crm.example")?.scheme(), None);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn scheme(&self) -> Option<&str> {
        let url = self.address.as_ref()?.url.as_ref()?;
        Some(url.scheme.as_str())
    }

    /// Returns the host without its port: a name, or an address as in a URL.
    ///
    /// ```
    /// use keyslot::Target;
    ///
    /// let target = Target::tool("crm").with_url("https://crm.example/v1")?;
    /// assert_eq!(target.host(), Some("crm.example"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn host(&self) -> Option<&str> {
        self.address.as_ref().map(|address| address.host.name())
    }

    /// Returns the port: the one that was set, or 443, or 80 for a URL of the scheme `http`.
    /// `None` without a host.
    ///
    /// ```
    /// use keyslot::Target;
    ///
    /// let target = Target::tool("crm").with_host("crm.example:8443")?;
    /// assert_eq!(target.port(), Some(8443));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn port(&self) -> Option<u16> {
        self.address.as_ref().map(|address| address.host.port())
    }

    /// Returns the path of the [URL](Target::with_url), which begins with `/`; `None` without a
    /// URL.
    ///
    /// ```
    /// use keyslot::Target;
    ///
    /// let target = Target::tool("crm").with_url("https://crm.example/v1/users?page=2")?;
    /// assert_eq!(target.path(), Some("/v1/users"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn path(&self) -> Option<&str> {
        let url = self.address.as_ref()?.url.as_ref()?;
        Some(&url.path)
    }

    /// Returns true if a model reads the text.
    ///
    /// ```
    /// use keyslot::Target;
    ///
    /// assert!(Target::instructions().is_instructions());
    /// assert!(!Target::tool("mail").is_instructions());
    /// ```
    pub fn is_instructions(&self) -> bool {
        self.recipient == Recipient::Model
    }

    /// Returns the place in which the text stands.
    ///
    /// ```
    /// use keyslot::{Surface, Target};
    ///
    /// assert_eq!(Target::tool("fetch").surface(), Surface::Text);
    /// assert_eq!(Target::tool("fetch").with_surface(Surface::Url).surface(), Surface::Url);
    /// ```
    pub fn surface(&self) -> Surface {
        self.surface
    }

    /// The checked host or URL.
    pub(super) fn address(&self) -> Option<&Address> {
        self.address.as_ref()
    }

    /// The treatment of bare placeholders with unknown names, if it was set.
    pub(super) fn unknown_names_set(&self) -> Option<UnknownNames> {
        self.unknown_names
    }

    /// The host that rules are compared with, and `true` if it is reached without encryption.
    pub(crate) fn destination(&self) -> Option<(&Host, bool)> {
        let address = self.address.as_ref()?;
        let is_http = address
            .url
            .as_ref()
            .is_some_and(|url| url.scheme == Scheme::Http);
        Some((&address.host, is_http))
    }

    /// Returns true if a URL goes to the scheme, host and port of this target, or by `https` to its
    /// host alone. A spelling that URL parsers could read differently goes nowhere. Nothing of the
    /// path is copied, because values may stand in it.
    pub(crate) fn is_origin_of(&self, url: &str) -> bool {
        let authority = url
            .find("://")
            .map_or(url.len(), |colon| colon + "://".len());
        let ends = |rest: &str| rest.find(['/', '?', '#']).map(|at| authority + at);
        let end = url.get(authority..).and_then(ends).unwrap_or(url.len());
        let origin = url.get(..end).map(Address::of_url);
        let (Some(Ok(origin)), Some(own)) = (origin, &self.address) else {
            return false;
        };
        let scheme = |address: &Address| address.url.as_ref().map(|url| url.scheme);
        let expected = scheme(own).unwrap_or(Scheme::Https);
        origin.host == own.host && scheme(&origin) == Some(expected)
    }

    /// All surfaces that the call uses: the one, unless [more were set](Target::with_surfaces).
    pub(crate) fn surfaces(&self) -> SurfaceSet {
        self.surfaces.unwrap_or(self.surface.into())
    }

    /// Returns true for no particular destination: no tool, no host and no instructions.
    pub(crate) fn is_unspecified(&self) -> bool {
        self.recipient == Recipient::Unspecified && self.address.is_none()
    }

    /// Returns the treatment of bare placeholders with unknown names.
    ///
    /// ```
    /// use keyslot::{Target, UnknownNames};
    ///
    /// assert_eq!(Target::tool("fetch").unknown_names(), UnknownNames::Error);
    /// assert_eq!(Target::instructions().unknown_names(), UnknownNames::Keep);
    /// ```
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
            Target::unspecified().with_host("a.b").unwrap(),
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
    fn a_tool_says_what_it_is_told() {
        let target = Target::tool("stripe")
            .with_host("api.stripe.com")
            .unwrap()
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
        let target = Target::instructions().with_host("example.com").unwrap();
        assert!(target.is_instructions() && target.tool_name().is_none());
        assert_eq!(target.unknown_names(), UnknownNames::Keep);
        assert_eq!(
            target
                .with_unknown_names(UnknownNames::Error)
                .unknown_names(),
            UnknownNames::Error
        );
    }

    #[test]
    fn a_url_goes_to_the_target_or_it_does_not() {
        let host = Target::tool("t").with_host("a.example").unwrap();
        let port = Target::tool("t").with_host("a.example:8443").unwrap();
        let http = Target::tool("t").with_url("http://a.example/x").unwrap();
        for (target, url) in [
            (&host, "https://a.example/p?q#f"),
            (&host, "https://a.example:443"),
            (&port, "https://a.example:8443?q=https://b.example"),
            (&http, "http://a.example/y"),
        ] {
            assert!(target.is_origin_of(url), "{url}");
        }
        for (target, url) in [
            (&host, "http://a.example/"),
            (&host, "http://a.example:443/"),
            (&host, "https://a.example:8443/"),
            (&host, "https://b.example/"),
            (&host, "https://a.example.b.example/"),
            (&host, "https://a.example@b.example/"),
            (&host, "https://u@a.example/"),
            (&host, "https://a.example\\@b.example/"),
            (&host, "https://A.example/"),
            (&host, " https://a.example/"),
            (&host, "https:a.example/"),
            (&host, "/a.example/"),
            (&host, "a.example"),
            (&host, ""),
            (&http, "https://a.example/"),
        ] {
            assert!(!target.is_origin_of(url), "{url}");
        }
        assert!(!Target::tool("t").is_origin_of("https://a.example/"));
    }
}
