//! The rules of a secret about its targets.

use std::collections::BTreeSet;

use serde::Serialize;

use super::denial::Denial;
use super::host::HostRule;
use super::tool::ToolRule;
use crate::error::{Error, ErrorKind, Result};
use crate::target::{Surface, SurfaceSet, Target};

/// The targets that a secret may go to: tools, hosts, surfaces, and text that a model reads.
///
/// A secret without rules may go everywhere but into instructions. Of each kind of rule that is
/// set, one must match. A part that the [`Target`] leaves out matches no rule about it. An
/// unspecified target matches no rule at all.
///
/// Rules bind handles with `Permissions::USE`. Handles with `MANAGE` may change them; those with
/// `REVEAL` or `COPY` take the value past them.
///
/// A **tool** is a name, or the beginning of names with `*` behind it: `mail_*`.
///
/// A **host** is a name or an address (`api.stripe.com`, `10.0.0.7`, `[::1]`), or `*.` and the end
/// of names, of two labels or more: `*.example.com` is each name below `example.com`, and not
/// `example.com` itself. Ends of names that many owners share, such as `*.github.io`, are not known
/// here. A port may follow; without one it is 443, in rules and in targets. Names are lower-case
/// ASCII, those of other scripts in their `xn--` form.
///
/// A host is compared with that of the target byte by byte; [`Target::with_host`] and
/// [`Target::with_url`] take it in one form only. A URL of the scheme `http` matches no host. The
/// program that connects must be given that same host, and must not follow redirects.
///
/// # Errors that list rules
///
/// An error of kind [`Denied`](ErrorKind::Denied) lists what the rules allow: `secret STRIPE_KEY
/// in acme may not go to this host; allowed: api.stripe.com`. The list is for the holder of the
/// handle. The errors of [`resolve_model_args`](crate::template::Engine::resolve_model_args) leave
/// it out, because a model may read them; [`Error::for_model`] takes it out of any other error.
///
/// # Four words for "allowed"
///
/// | word | decides | held by | asked |
/// |---|---|---|---|
/// | `Permissions` | which verbs a handle has | a `ScopedVault` | at each call |
/// | [`AccessRules`] | which targets a secret may go to | a secret | at each use of it |
/// | [`Grants`] | which names a model may use, and where | a call | before a look-up |
/// | [`Permit`] | on which surfaces a value may stand | a [`Found`] | at each placeholder |
///
/// [`Grants`]: crate::template::Grants
/// [`Permit`]: crate::Permit
/// [`Found`]: crate::Found
///
/// ```
/// use keyslot::{AccessRules, Surface};
///
/// let rules = AccessRules::new()
///     .tool("stripe")?
///     .tool("mail_*")?
///     .host("api.stripe.com")?
///     .host("*.example.com:8443")?
///     .surface(Surface::Header);
/// assert_eq!(rules.hosts().collect::<Vec<_>>(), ["*.example.com:8443", "api.stripe.com"]);
/// assert!(!rules.instructions() && !rules.is_unrestricted());
/// assert!(AccessRules::new().host("*.com").is_err());
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AccessRules {
    // Ordered, so that equal rules are equal bytes.
    tools: BTreeSet<ToolRule>,
    hosts: BTreeSet<HostRule>,
    surfaces: SurfaceSet,
    instructions: bool,
}

impl AccessRules {
    /// The most rules for tools, and the most for hosts.
    pub const MAX_RULES: usize = 32;

    /// Returns no rules: every target but instructions is allowed.
    ///
    /// ```
    /// use keyslot::AccessRules;
    ///
    /// let rules = AccessRules::new();
    /// assert!(rules.is_unrestricted() && !rules.instructions());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Allows a tool, or with `*` at the end all tools whose names begin so. 1 to 128 bytes, of the
    /// characters of an [`Actor`](crate::Actor).
    ///
    /// ```
    /// use keyslot::AccessRules;
    ///
    /// let rules = AccessRules::new().tool("stripe")?.tool("mail_*")?;
    /// assert_eq!(rules.tools().collect::<Vec<_>>(), ["mail_*", "stripe"]);
    /// assert!(AccessRules::new().tool("*").is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] when it is not such a text, or `*` alone;
    /// [`ErrorKind::TooLarge`] when there are [`MAX_RULES`](AccessRules::MAX_RULES) already. The
    /// message does not repeat the text.
    pub fn tool(mut self, rule: impl AsRef<str>) -> Result<Self> {
        insert(&mut self.tools, ToolRule::new(rule.as_ref())?, "tools")?;
        Ok(self)
    }

    /// Allows a host, or with `*.` at the start all hosts below it.
    ///
    /// ```
    /// use keyslot::AccessRules;
    ///
    /// let rules = AccessRules::new().host("api.stripe.com")?.host("*.example.com:8443")?;
    /// assert_eq!(rules.hosts().count(), 2);
    /// assert!(AccessRules::new().host("https://api.stripe.com").is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] when it is not in the form described [above](AccessRules) or too
    /// broad; [`ErrorKind::TooLarge`] when there are [`MAX_RULES`](AccessRules::MAX_RULES) already.
    /// The message does not repeat the text.
    pub fn host(mut self, rule: impl AsRef<str>) -> Result<Self> {
        insert(&mut self.hosts, HostRule::new(rule.as_ref())?, "hosts")?;
        Ok(self)
    }

    /// Allows a surface. In a whole [`Url`](Surface::Url), [`UrlPath`](Surface::UrlPath) allows the
    /// path and [`UrlQuery`](Surface::UrlQuery) the query; the user and the fragment need `Url`
    /// itself.
    ///
    /// ```
    /// use keyslot::{AccessRules, Surface};
    ///
    /// let rules = AccessRules::new().surface(Surface::Header).surface(Surface::Env);
    /// assert_eq!(rules.surfaces().collect::<Vec<_>>(), [Surface::Header, Surface::Env]);
    /// ```
    #[must_use]
    pub fn surface(mut self, surface: Surface) -> Self {
        self.surfaces.insert(surface);
        self
    }

    /// Sets whether the secret may go into [instructions](Target::instructions), which a model
    /// reads and may repeat to anybody; `false` if not set. Rules for tools and hosts must match
    /// there as well, so a secret that is restricted to tools never does.
    ///
    /// ```
    /// use keyslot::AccessRules;
    ///
    /// assert!(!AccessRules::new().instructions());
    /// assert!(AccessRules::new().in_instructions(true).instructions());
    /// ```
    #[must_use]
    pub fn in_instructions(mut self, allowed: bool) -> Self {
        self.instructions = allowed;
        self
    }

    /// Returns the rules for tools, as given, in alphabetical order.
    ///
    /// ```
    /// use keyslot::AccessRules;
    ///
    /// let rules = AccessRules::new().tool("mail_*")?;
    /// assert_eq!(rules.tools().collect::<Vec<_>>(), ["mail_*"]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn tools(&self) -> impl Iterator<Item = &str> {
        self.tools.iter().map(ToolRule::as_str)
    }

    /// Returns the rules for hosts, as given, in alphabetical order.
    ///
    /// ```
    /// use keyslot::AccessRules;
    ///
    /// let rules = AccessRules::new().host("*.example.com:8443")?;
    /// assert!(rules.hosts().all(|host| host.ends_with(":8443")));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.hosts.iter().map(HostRule::as_str)
    }

    /// Returns the surfaces that are allowed; empty when all are.
    ///
    /// ```
    /// use keyslot::{AccessRules, Surface};
    ///
    /// let rules = AccessRules::new().surface(Surface::Header);
    /// assert_eq!(rules.surfaces().collect::<Vec<_>>(), [Surface::Header]);
    /// ```
    pub fn surfaces(&self) -> impl Iterator<Item = Surface> {
        self.surfaces.iter()
    }

    /// Returns true if the secret may go into instructions.
    ///
    /// ```
    /// use keyslot::AccessRules;
    ///
    /// assert!(AccessRules::new().in_instructions(true).instructions());
    /// assert!(!AccessRules::new().instructions());
    /// ```
    pub fn instructions(&self) -> bool {
        self.instructions
    }

    /// Returns true if there is no rule for tools, hosts and surfaces.
    ///
    /// ```
    /// use keyslot::AccessRules;
    ///
    /// assert!(AccessRules::new().is_unrestricted());
    /// assert!(!AccessRules::new().tool("stripe")?.is_unrestricted());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn is_unrestricted(&self) -> bool {
        self.tools.is_empty() && self.hosts.is_empty() && self.surfaces.is_empty()
    }

    /// The surfaces that are allowed; `None` when all are.
    pub(crate) fn surface_set(&self) -> Option<SurfaceSet> {
        (!self.surfaces.is_empty()).then_some(self.surfaces)
    }

    /// Reads rules that were stored, in the order of the accessors. `None` for rules that the
    /// setters refuse, and for another order.
    pub(crate) fn stored(
        tools: &[&str],
        hosts: &[&str],
        surfaces: &[Surface],
        instructions: bool,
    ) -> Option<Self> {
        let rules = tools.iter().try_fold(Self::new(), Self::tool);
        let rules = hosts.iter().try_fold(rules.ok()?, Self::host);
        let rules = surfaces
            .iter()
            .copied()
            .fold(rules.ok()?, Self::surface)
            .in_instructions(instructions);
        let is_same = rules.tools().eq(tools.iter().copied())
            && rules.hosts().eq(hosts.iter().copied())
            && rules.surfaces().eq(surfaces.iter().copied());
        is_same.then_some(rules)
    }

    /// Checks a target; of several surfaces that the call uses, one has to be allowed.
    ///
    /// # Errors
    ///
    /// The reason for the refusal, to be said behind "secret NAME".
    pub(crate) fn check(&self, target: &Target) -> Result<(), Denial> {
        if target.is_instructions() && !self.instructions {
            return Err(Denial::from(
                "may not go into instructions, which a model reads; mark it with in_instructions, \
                 or let a tool use it",
            ));
        }
        if !self.is_unrestricted() && target.is_unspecified() {
            return Err(Denial::from(
                "is restricted by access rules, but the call names no target; name one, e.g. with \
                 resolve_for",
            ));
        }
        self.check_tool(target)?;
        self.check_host(target)?;
        let is_allowed = self
            .surface_set()
            .is_none_or(|allowed| allowed.allows_some(target.surfaces()));
        if is_allowed {
            return Ok(());
        }
        Err(Denial::but(
            "may not stand on this surface",
            self.surfaces().map(Surface::as_str),
        ))
    }

    fn check_tool(&self, target: &Target) -> Result<(), Denial> {
        if self.tools.is_empty() {
            return Ok(());
        }
        let tool = target
            .tool_name()
            .ok_or("is restricted to certain tools, but the target names no tool")?;
        // Rules times references: 32 rules at most, and none compares more bytes than it has.
        if self.tools.iter().any(|rule| rule.matches(tool)) {
            return Ok(());
        }
        Err(Denial::but("may not go to this tool", self.tools()))
    }

    fn check_host(&self, target: &Target) -> Result<(), Denial> {
        if self.hosts.is_empty() {
            return Ok(());
        }
        let (host, is_http) = target
            .destination()
            .ok_or("is restricted to certain hosts, but the target names no host")?;
        if is_http {
            return Err(Denial::from(
                "is restricted to certain hosts over https, but the target is an http URL",
            ));
        }
        if self.hosts.iter().any(|rule| rule.matches(host)) {
            return Ok(());
        }
        Err(Denial::but("may not go to this host", self.hosts()))
    }
}

fn insert<T: Ord>(rules: &mut BTreeSet<T>, rule: T, what: &str) -> Result<()> {
    if rules.len() >= AccessRules::MAX_RULES && !rules.contains(&rule) {
        let max = AccessRules::MAX_RULES;
        return Err(Error::new(
            ErrorKind::TooLarge,
            format!("a secret has {max} rules for {what} at most"),
        ));
    }
    rules.insert(rule);
    Ok(())
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
