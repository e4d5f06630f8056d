//! Where a secret may go.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::error::{Error, ErrorKind, Result};
use crate::target::{Surface, SurfaceSet, Target};

mod host;
mod tool;

use host::{Address, HostRule};
use tool::ToolRule;

/// Where a secret may go: to which tools, to which hosts, on which surfaces, and whether into text
/// that a model reads.
///
/// Without a rule a secret may go everywhere but into instructions. A kind of rule that is set must
/// match, and of several rules of a kind one. What the [`Target`] does not say matches no rule
/// about it, and an unspecified target matches none.
///
/// Rules bind handles with `Permissions::USE`. Handles with `MANAGE` may change them, and those
/// with `REVEAL` or `COPY` take the value past them.
///
/// A **tool** is named, or the beginning of names with `*` behind it: `mail_*`.
///
/// A **host** is named (`api.stripe.com`, `10.0.0.7`, `[::1]`), or `*.` and the end of names, of
/// two labels or more: `*.example.com` is each name below `example.com`, and not `example.com`.
/// Which ends of names many owners share, as `*.github.io`, is not known here. A port may follow;
/// without one it is 443, in rules and in targets. Names are lower-case ASCII, those of other
/// scripts in their `xn--` form.
///
/// The host of a target is compared as it is said: `https://` before it is passed over, and
/// everything else that is not written as above matches no rule, such as another scheme, upper
/// case, a `.` at the end, a user, a path, or an address in another form. What connects must be
/// given that same host, and must not be redirected.
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

    /// No rule: every target but instructions.
    pub fn new() -> Self {
        Self::default()
    }

    /// Allows a tool, or with `*` at the end all whose names begin so. 1 to 128 bytes, of the
    /// characters of an [`Actor`](crate::Actor).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] when it is no such text or `*` alone; [`ErrorKind::TooLarge`]
    /// when there are [`MAX_RULES`](AccessRules::MAX_RULES) already. The message does not repeat
    /// the text.
    pub fn tool(mut self, rule: impl AsRef<str>) -> Result<Self> {
        insert(&mut self.tools, ToolRule::new(rule.as_ref())?, "tools")?;
        Ok(self)
    }

    /// Allows a host, or with `*.` at the start all below it.
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

    /// Allows a surface.
    #[must_use]
    pub fn surface(mut self, surface: Surface) -> Self {
        self.surfaces.insert(surface);
        self
    }

    /// Says whether the secret may go into [instructions](Target::instructions), which a model
    /// reads and may repeat to anybody; `false` without. Rules for tools and hosts must match there
    /// as well, so a secret that is bound to a tool never does.
    #[must_use]
    pub fn in_instructions(mut self, allowed: bool) -> Self {
        self.instructions = allowed;
        self
    }

    /// The rules for tools, as given, in alphabetical order.
    pub fn tools(&self) -> impl Iterator<Item = &str> {
        self.tools.iter().map(ToolRule::as_str)
    }

    /// The rules for hosts, as given, in alphabetical order.
    pub fn hosts(&self) -> impl Iterator<Item = &str> {
        self.hosts.iter().map(HostRule::as_str)
    }

    /// The surfaces that are allowed; none when all are.
    pub fn surfaces(&self) -> impl Iterator<Item = Surface> {
        self.surfaces.iter()
    }

    /// Whether the secret may go into instructions.
    pub fn instructions(&self) -> bool {
        self.instructions
    }

    /// Whether there is no rule for tools, hosts and surfaces.
    pub fn is_unrestricted(&self) -> bool {
        self.tools.is_empty() && self.hosts.is_empty() && self.surfaces.is_empty()
    }

    /// The surfaces that are allowed; `None` when all are.
    pub(crate) fn surface_set(&self) -> Option<SurfaceSet> {
        (!self.surfaces.is_empty()).then_some(self.surfaces)
    }

    /// Rules that were stored, in the order of the accessors. `None` for what cannot be made, or is
    /// in another order.
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

    /// Whether the secret may go to a target; of several surfaces that the call uses, one has to be
    /// allowed.
    ///
    /// # Errors
    ///
    /// Why not, to be said behind "secret NAME".
    pub(crate) fn check(&self, target: &Target) -> Result<(), &'static str> {
        if target.is_instructions() && !self.instructions {
            return Err(
                "may not go into instructions, which a model reads; mark it with in_instructions, or let a tool use it",
            );
        }
        if !self.is_unrestricted() && target.is_unspecified() {
            return Err("is bound by access rules, and the call does not say its target");
        }
        self.check_tool(target)?;
        self.check_host(target)?;
        if self
            .surface_set()
            .is_some_and(|allowed| !allowed.intersects(target.surfaces()))
        {
            return Err("may not stand in this kind of place; its rules name other surfaces");
        }
        Ok(())
    }

    fn check_tool(&self, target: &Target) -> Result<(), &'static str> {
        if self.tools.is_empty() {
            return Ok(());
        }
        let tool = target
            .tool_name()
            .ok_or("is bound to tools, and the target is none")?;
        // Rules times references: 32 rules at most, and none compares more bytes than it has.
        let is_allowed = self.tools.iter().any(|rule| rule.matches(tool));
        if is_allowed {
            Ok(())
        } else {
            Err("may not go to this tool; its rules name others")
        }
    }

    fn check_host(&self, target: &Target) -> Result<(), &'static str> {
        if self.hosts.is_empty() {
            return Ok(());
        }
        let host = target
            .host()
            .ok_or("is bound to hosts, and the target does not say its host")?;
        // As most do: a host that is written as a rule needs no look at how it is written.
        if self.hosts.iter().any(|rule| rule.is(host)) {
            return Ok(());
        }
        let address = Address::read(host).ok_or(
            "is bound to hosts, and the target's host is not written as one: lower case, no path, no scheme but https",
        )?;
        let is_allowed = self.hosts.iter().any(|rule| rule.matches(&address));
        if is_allowed {
            Ok(())
        } else {
            Err("may not go to this host; its rules name others")
        }
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
mod tests;
