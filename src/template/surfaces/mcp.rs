//! The configs of MCP clients.

use super::rules::Rules;
use super::surfaces::Surfaces;
use crate::target::Surface;
use crate::template::pointer::Pattern;

/// The pointers to one server. A `*` is the server's name, or its number in a list.
const SERVERS: [&str; 11] = [
    "",
    "/mcpServers/*",
    "/projects/*/mcpServers/*",
    "/servers/*",
    "/mcp/servers/*",
    "/customizations/vscode/mcp/servers/*",
    "/context_servers/*",
    "/mcp_servers/*",
    "/mcp/*",
    "/amp.mcpServers/*",
    "/experimental/modelContextProtocolServers/*",
];

/// The parts of a server that go somewhere, which some clients keep below `transport`. A command
/// and its arguments are passed on by the operating system as they are, as the environment is: no
/// shell reads them, but none of them can hold NUL.
const PARTS: [(&str, Surface); 11] = [
    ("url", Surface::Url),
    ("serverUrl", Surface::Url),
    ("httpUrl", Surface::Url),
    ("headers/**", Surface::Header),
    ("http_headers/**", Surface::Header),
    ("requestOptions/headers/**", Surface::Header),
    ("env/**", Surface::Env),
    ("environment/**", Surface::Env),
    ("args/**", Surface::Env),
    ("command", Surface::Env),
    ("command/**", Surface::Env),
];

/// The models of Continue, which stand beside its servers.
const MODELS: [(&str, Surface); 2] = [
    ("/models/*/apiBase", Surface::Url),
    ("/models/*/requestOptions/headers/**", Surface::Header),
];

impl Surfaces {
    /// The configs of MCP clients, by the places in which each keeps its servers.
    ///
    /// | client | one server |
    /// |---|---|
    /// | Claude Desktop, Claude Code, Cursor, Windsurf, Cline, Gemini CLI | `/mcpServers/*` |
    /// | Claude Code, servers of one project | `/projects/*/mcpServers/*` |
    /// | Visual Studio Code, its own file | `/servers/*` |
    /// | Visual Studio Code, settings | `/mcp/servers/*` |
    /// | devcontainer | `/customizations/vscode/mcp/servers/*` |
    /// | Zed | `/context_servers/*` |
    /// | Codex, in TOML | `/mcp_servers/*` |
    /// | OpenCode | `/mcp/*` |
    /// | Amp, whose key has a dot | `/amp.mcpServers/*` |
    /// | Continue, in YAML | `/mcpServers/*`, and its models at `/models/*` |
    /// | Continue, in JSON | `/experimental/modelContextProtocolServers/*` |
    /// | one server alone | the document |
    ///
    /// | in the server, or in its `transport` | surface |
    /// |---|---|
    /// | `url`, `serverUrl`, `httpUrl` | [`Url`](Surface::Url) |
    /// | `headers`, `http_headers`, `requestOptions.headers` | [`Header`](Surface::Header) |
    /// | `env`, `environment`, `args`, `command` | [`Env`](Surface::Env): no shell reads them |
    ///
    /// A URL that is a secret as a whole is refused, because then a value would choose the host; to
    /// allow it, give that pointer another surface. A placeholder in any other place has the
    /// surface of the [`Target`](crate::Target).
    ///
    /// ```
    /// use keyslot::Surface;
    /// use keyslot::template::Surfaces;
    ///
    /// let surfaces = Surfaces::mcp().at("/mcpServers/automation/url", Surface::Text)?;
    /// let header = surfaces.surface_at("/mcpServers/github/headers/Authorization");
    /// assert_eq!(header, Some(Surface::Header));
    /// assert_eq!(surfaces.surface_at("/mcpServers/github/url"), Some(Surface::Url));
    /// assert_eq!(surfaces.surface_at("/mcpServers/automation/url"), Some(Surface::Text));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn mcp() -> Self {
        let mut rules = Rules::default();
        let mut add = |pattern: &str, surface| {
            // Always `Ok`: a test reads them all.
            if let Ok(pattern) = Pattern::new(pattern) {
                rules.insert(&pattern, surface);
            }
        };
        for server in SERVERS {
            for (part, surface) in PARTS {
                add(&format!("{server}/{part}"), surface);
                add(&format!("{server}/transport/{part}"), surface);
            }
        }
        for (pattern, surface) in MODELS {
            add(pattern, surface);
        }
        Self::of(rules)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_known_in_every_server() {
        let surfaces = Surfaces::mcp();
        for server in SERVERS {
            let server = server.replace('*', "my~1server");
            for (part, expected) in PARTS {
                for part in [part.to_owned(), format!("transport/{part}")] {
                    let pointer = format!("{server}/{}", part.replace("**", "X-Key"));
                    assert_eq!(surfaces.surface_at(&pointer), Some(expected), "{pointer}");
                }
            }
            for part in [
                "",
                "/type",
                "/headers",
                "/url/x",
                "/description",
                "/transport/type",
            ] {
                let pointer = format!("{server}{part}");
                assert_eq!(surfaces.surface_at(&pointer), None, "{pointer}");
            }
        }
        for (pattern, expected) in MODELS {
            let pointer = pattern.replace("**", "X-Key").replace('*', "0");
            assert_eq!(surfaces.surface_at(&pointer), Some(expected), "{pointer}");
        }
    }

    #[test]
    fn lists_of_headers_and_servers_are_known_too() {
        let surfaces = Surfaces::mcp();
        for pointer in ["/mcpServers/0/headers/Accept/0", "/headers/Accept/0"] {
            assert_eq!(
                surfaces.surface_at(pointer),
                Some(Surface::Header),
                "{pointer}"
            );
        }
        assert_eq!(
            surfaces.surface_at("/mcpServers/url"),
            None,
            "a server called url"
        );
    }

    #[test]
    fn two_clients_that_share_a_beginning_do_not_disturb_each_other() {
        let surfaces = Surfaces::mcp();
        for (pointer, expected) in [
            ("/mcp/servers/github/url", Some(Surface::Url)),
            ("/mcp/servers/headers/url", Some(Surface::Url)),
            ("/mcp/servers/url", Some(Surface::Url)),
            ("/mcp/headers/url", Some(Surface::Url)),
        ] {
            assert_eq!(surfaces.surface_at(pointer), expected, "{pointer}");
        }
    }
}
