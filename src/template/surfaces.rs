//! The surfaces that the strings of a document stand on.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::pointer::{Pattern, steps};
use crate::error::Result;
use crate::target::Surface;

/// Rules that say on which [`Surface`] each string of a document stands, so that a value cannot
/// leave its place in the config of a tool: a header refuses line ends, a URL is percent-encoded
/// and keeps its host. Cheap to clone.
///
/// A rule has a pattern over the JSON Pointer of the string (RFC 6901). In it, the segment `*` is
/// any one segment, and `**` as the last segment is one segment or more. A key that holds a star is
/// written with `~2`, as `~` is written `~0` and `/` is written `~1`.
///
/// Of several rules that match, the closest decides: at the first segment in which their patterns
/// differ, a name wins over `*`, and `*` over `**`. The order in which they are given does not
/// matter, but the same pattern given twice means the later surface. A string that no rule matches
/// has the surface of the [`Target`](crate::Target).
///
/// ```
/// use keyslot::Surface;
/// use keyslot::template::Surfaces;
///
/// let surfaces = Surfaces::new().at("/request/headers/*", Surface::Header)?.at("/request/**", Surface::Url)?;
/// assert_eq!(surfaces.surface_at("/request/headers/Authorization"), Some(Surface::Header));
/// assert_eq!(surfaces.surface_at("/request/mirrors/0"), Some(Surface::Url));
/// assert_eq!(surfaces.surface_at("/note"), None);
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Surfaces {
    /// Patterns that match the same pointer are ordered from the closest on, so that the first
    /// match decides.
    rules: Arc<BTreeMap<Pattern, Surface>>,
}

/// The pointers to one server in the configs of MCP servers. A `*` is the server's name, or its
/// number in a list.
const SERVERS: [&str; 4] = ["", "/mcpServers/*", "/servers/*", "/mcp/servers/*"];

/// The parts of a server that go somewhere. A command and its arguments are passed on by the
/// operating system as they are, as the environment is: no shell reads them, but none of them can
/// hold NUL.
const PARTS: [(&str, Surface); 7] = [
    ("url", Surface::Url),
    ("serverUrl", Surface::Url),
    ("httpUrl", Surface::Url),
    ("headers/**", Surface::Header),
    ("env/**", Surface::Env),
    ("args/**", Surface::Env),
    ("command", Surface::Env),
];

impl Surfaces {
    /// No rules.
    pub fn new() -> Self {
        Self::default()
    }

    /// The configs of MCP servers: what Claude, Cursor, Windsurf and Gemini CLI keep below
    /// `mcpServers`, Visual Studio Code below `servers` or `mcp.servers`, and one server alone.
    ///
    /// | in the server | surface |
    /// |---|---|
    /// | `url`, `serverUrl`, `httpUrl` | [`Url`](Surface::Url) |
    /// | `headers` | [`Header`](Surface::Header) |
    /// | `env`, `args`, `command` | [`Env`](Surface::Env): no shell reads them |
    ///
    /// A URL that is a secret as a whole is refused, because then a value would choose the host; to
    /// allow it, give that pointer another surface.
    ///
    /// ```
    /// use keyslot::Surface;
    /// use keyslot::template::Surfaces;
    ///
    /// let surfaces = Surfaces::mcp().at("/mcpServers/automation/url", Surface::Text)?;
    /// assert_eq!(surfaces.surface_at("/mcpServers/github/headers/Authorization"), Some(Surface::Header));
    /// assert_eq!(surfaces.surface_at("/mcpServers/github/url"), Some(Surface::Url));
    /// assert_eq!(surfaces.surface_at("/mcpServers/automation/url"), Some(Surface::Text));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn mcp() -> Self {
        let rules = SERVERS.iter().flat_map(|server| {
            let at = move |(part, surface): &(&str, Surface)| {
                // Always `Ok`: a test reads them all.
                Pattern::new(&format!("{server}/{part}"))
                    .ok()
                    .map(|pattern| (pattern, *surface))
            };
            PARTS.iter().filter_map(at)
        });
        Self {
            rules: Arc::new(rules.collect()),
        }
    }

    /// Adds a rule, or replaces the one with the same pattern.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) when `pattern` neither starts with `/` nor
    /// is empty, when a star is not a whole segment, when `**` is not the last one, or for a `~`
    /// that begins no escape.
    pub fn at(mut self, pattern: &str, surface: Surface) -> Result<Self> {
        Arc::make_mut(&mut self.rules).insert(Pattern::new(pattern)?, surface);
        Ok(self)
    }

    /// The surface of the string at a JSON Pointer, if a rule matches it.
    pub fn surface_at(&self, pointer: &str) -> Option<Surface> {
        self.surface_on(&steps(pointer))
    }

    /// Returns the surface of a string by the keys and places that lead to it.
    pub(super) fn surface_on(&self, path: &[Cow<'_, str>]) -> Option<Surface> {
        // Rules times strings: the rules are the host's, and only strings with placeholders are
        // asked about, 10,000 at most. A rule compares no more segments than it has.
        let is_at =
            |(pattern, _): &(&Pattern, &Surface)| pattern.matches(path.iter().map(|step| &**step));
        self.rules.iter().find(is_at).map(|(_, surface)| *surface)
    }

    /// Returns true if there are no rules.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

/// Returns true if the string on a way into a document is the host of a request when it is a
/// header: by its key, or by the key of the list that it is in.
pub(super) fn names_host(path: &[Cow<'_, str>]) -> bool {
    let is_place = |key: &str| {
        key.bytes()
            .take(LOOKED_AT)
            .all(|byte| byte.is_ascii_digit())
    };
    let mut keys = path.iter().rev().filter(|key| !is_place(key));
    keys.next().is_some_and(|key| is_host(key))
}

/// Bytes of a run of digits or white space in a key that are looked at. A key is looked at again
/// for each string below it, so the run must be short. A longer one counts as if it were all of the
/// key, which refuses more.
const LOOKED_AT: usize = 128;

/// Returns true if a header of that name says the host: `Host`, or its pseudo-header in HTTP/2 (RFC
/// 9113 section 8.3.1).
pub(super) fn is_host(name: &str) -> bool {
    let blanks = |text: &[u8]| {
        text.iter()
            .take(LOOKED_AT)
            .take_while(|byte| **byte <= b' ')
            .count()
    };
    let start = blanks(name.as_bytes());
    let bytes = name.as_bytes().get(start..).unwrap_or_default();
    let is_blank = |rest: &[u8]| blanks(rest) == rest.len().min(LOOKED_AT);
    let is_named = ["host", ":authority"].iter().any(|host| {
        bytes
            .split_at_checked(host.len())
            .is_some_and(|(name, rest)| {
                name.eq_ignore_ascii_case(host.as_bytes()) && is_blank(rest)
            })
    });
    is_named || start == LOOKED_AT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_rule_decides_whatever_the_order() {
        let rules = [
            ("/**", Surface::Text),
            ("/a/**", Surface::Json),
            ("/a/*", Surface::Env),
            ("/*/b", Surface::Form),
            ("/a/b", Surface::Url),
        ];
        let with = |rules: &mut dyn Iterator<Item = &(&str, Surface)>| {
            rules.fold(Surfaces::new(), |surfaces, (pattern, surface)| {
                surfaces.at(pattern, *surface).unwrap()
            })
        };
        for surfaces in [with(&mut rules.iter()), with(&mut rules.iter().rev())] {
            for (pointer, expected) in [
                ("/a/b", Some(Surface::Url)),
                ("/a/c", Some(Surface::Env)),
                ("/a/c/d", Some(Surface::Json)),
                ("/x/b", Some(Surface::Form)),
                ("/x", Some(Surface::Text)),
                ("", None),
            ] {
                assert_eq!(surfaces.surface_at(pointer), expected, "{pointer}");
            }
        }
    }

    #[test]
    fn the_same_pattern_again_replaces() {
        let one = Surfaces::new().at("/a/~2", Surface::Url).unwrap();
        let two = one.clone().at("/a/~2", Surface::Header).unwrap();
        assert_eq!(
            (one.surface_at("/a/*"), two.surface_at("/a/*")),
            (Some(Surface::Url), Some(Surface::Header))
        );
        assert!(Surfaces::new().is_empty() && !one.is_empty());
        assert!(one.at("no pointer", Surface::Url).is_err());
    }

    #[test]
    fn mcp_knows_each_part_in_each_shape() {
        let surfaces = Surfaces::mcp();
        assert_eq!(surfaces.rules.len(), SERVERS.len() * PARTS.len());
        let parts = [
            ("/url", Surface::Url),
            ("/serverUrl", Surface::Url),
            ("/httpUrl", Surface::Url),
            ("/headers/X-Api-Key", Surface::Header),
            ("/headers/Accept/0", Surface::Header),
            ("/env/TOKEN", Surface::Env),
            ("/args/2", Surface::Env),
            ("/command", Surface::Env),
        ];
        for server in [
            "",
            "/mcpServers/my~1server",
            "/mcpServers/0",
            "/servers/github",
            "/mcp/servers/github",
        ] {
            for (part, expected) in parts {
                assert_eq!(
                    surfaces.surface_at(&format!("{server}{part}")),
                    Some(expected),
                    "{server}{part}"
                );
            }
            for part in ["", "/type", "/headers", "/url/x", "/description"] {
                assert_eq!(
                    surfaces.surface_at(&format!("{server}{part}")),
                    None,
                    "{server}{part}"
                );
            }
        }
        assert_eq!(
            surfaces.surface_at("/mcpServers/url"),
            None,
            "a server called url"
        );
    }

    #[test]
    fn the_host_is_known_by_its_key() {
        for pointer in [
            "/headers/Host",
            "/mcpServers/a/headers/HOST",
            "/Host/0",
            "/:authority",
            "/h/ host ",
        ] {
            assert!(names_host(&steps(pointer)), "{pointer}");
        }
        let (digits, blanks) = ("0".repeat(LOOKED_AT), " ".repeat(LOOKED_AT));
        for long in [
            format!("/Host/{digits}x"),
            format!("/{blanks}x"),
            format!("/Host{blanks}x"),
        ] {
            assert!(
                names_host(&steps(&long)),
                "what is behind the bound is not looked at"
            );
            assert!(
                !names_host(&steps(&long.replacen([' ', '0'], "", 1))),
                "what is before it is"
            );
        }
        for pointer in [
            "",
            "/",
            "/0",
            "/headers/X-Host",
            "/Host/name",
            "/headers/Hos",
            "/Host~1",
            "/authority",
        ] {
            assert!(!names_host(&steps(pointer)), "{pointer}");
        }
    }
}
