//! The configs of MCP clients, one file of the shape of each: no value leaves its place in any.
#![cfg(feature = "json")]
#![allow(clippy::unwrap_used)]

use keyslot::secrecy::ExposeSecret;
use keyslot::template::{Engine, Surfaces, Tree};
use keyslot::{ErrorKind, Target, Variables};
use serde_json::{Value, json};

/// A file in the format that the client reads.
enum File {
    Json(Value),
    Toml(&'static str),
    Yaml(&'static str),
}

/// Each file has `HEADER` in a header, `QUERY` in the query of a URL, and `ENV` where a program
/// is started. A client that has no servers of one kind lacks that name.
#[allow(clippy::too_many_lines)] // a table
fn files() -> Vec<(&'static str, File)> {
    let remote = |url: &str| {
        json!({
            "type": "http",
            url: "https://mcp.example/v1?key=<<QUERY>>",
            "headers": {"Authorization": "Bearer <<HEADER>>"},
        })
    };
    let local = || {
        json!({
            "command": "npx",
            "args": ["-y", "server", "--token=<<ENV>>"],
            "env": {"TOKEN": "<<ENV>>"},
        })
    };
    let both = |url: &str| json!({"github": remote(url), "files": local()});
    vec![
        (
            "Claude Desktop",
            File::Json(json!({"mcpServers": {"files": local()}})),
        ),
        (
            "Claude Code",
            File::Json(json!({"mcpServers": both("url")})),
        ),
        (
            "Claude Code, one project",
            File::Json(json!({"projects": {"/home/ada/x": {"mcpServers": both("url")}}})),
        ),
        ("Cursor", File::Json(json!({"mcpServers": both("url")}))),
        (
            "Windsurf",
            File::Json(json!({"mcpServers": both("serverUrl")})),
        ),
        (
            "Gemini CLI",
            File::Json(json!({"mcpServers": both("httpUrl")})),
        ),
        (
            "Visual Studio Code",
            File::Json(json!({"inputs": [], "servers": both("url")})),
        ),
        (
            "Visual Studio Code, settings",
            File::Json(json!({"editor.tabSize": 4, "mcp": {"servers": both("url")}})),
        ),
        (
            "devcontainer",
            File::Json(json!({
                "image": "debian",
                "customizations": {"vscode": {"mcp": {"servers": both("url")}}},
            })),
        ),
        (
            "Zed",
            File::Json(json!({
                "context_servers": {
                    "github": remote("url"),
                    "files": local(),
                    "old": {
                        "command": {"path": "npx", "args": ["<<ENV>>"], "env": {"T": "<<ENV>>"}},
                    },
                },
            })),
        ),
        (
            "Codex",
            File::Toml(
                r#"
                model = "o4"
                [mcp_servers.github]
                url = "https://mcp.example/v1?key=<<QUERY>>"
                http_headers = { Authorization = "Bearer <<HEADER>>" }
                [mcp_servers.files]
                command = "npx"
                args = ["-y", "server", "--token=<<ENV>>"]
                env = { TOKEN = "<<ENV>>" }
                "#,
            ),
        ),
        (
            "OpenCode",
            File::Json(json!({
                "mcp": {
                    "github": remote("url"),
                    "files": {
                        "type": "local",
                        "command": ["npx", "server", "--token=<<ENV>>"],
                        "environment": {"TOKEN": "<<ENV>>"},
                    },
                },
            })),
        ),
        ("Amp", File::Json(json!({"amp.mcpServers": both("url")}))),
        (
            "Continue",
            File::Yaml(
                r#"
models:
  - name: gpt
    apiBase: https://llm.example/v1?key=<<QUERY>>
    requestOptions:
      headers:
        X-Key: <<HEADER>>
mcpServers:
  - name: github
    type: streamable-http
    url: https://mcp.example/v1?key=<<QUERY>>
    requestOptions:
      headers:
        Authorization: Bearer <<HEADER>>
  - name: files
    command: npx
    args: ["server", "--token=<<ENV>>"]
    env:
      TOKEN: <<ENV>>
"#,
            ),
        ),
        (
            "Continue, JSON",
            File::Json(json!({
                "experimental": {
                    "modelContextProtocolServers": [
                        {"transport": remote("url")},
                        {"transport": local()},
                    ],
                },
            })),
        ),
        (
            "transport",
            File::Json(json!({
                "mcpServers": {
                    "github": {"transport": remote("url")},
                    "files": {"transport": local()},
                },
            })),
        ),
        ("one server", File::Json(remote("url"))),
    ]
}

fn tree(file: &File) -> Tree {
    match file {
        File::Json(value) => Tree::of(value).unwrap(),
        File::Toml(text) => Tree::of(&toml::from_str::<toml::Value>(text).unwrap()).unwrap(),
        File::Yaml(text) => Tree::of(&serde_saphyr::from_str::<Value>(text).unwrap()).unwrap(),
    }
}

const CONTROL: [(&str, &str); 3] = [("HEADER", "h-1"), ("QUERY", "q&1"), ("ENV", "e 1")];

/// Resolves a file with these values, besides the harmless ones.
fn resolve(file: &File, other: Option<(&str, &str)>) -> Result<Value, (ErrorKind, Option<String>)> {
    let engine = Engine::new().surfaces(Surfaces::mcp());
    let variables = CONTROL
        .into_iter()
        .fold(Variables::new(), |variables, (name, value)| {
            let value = other
                .filter(|(other, _)| *other == name)
                .map_or(value, |(_, value)| value);
            variables.with(name, value).unwrap()
        });
    let resolved = engine.resolve(&variables, &Target::tool("mcp"), &tree(file));
    resolved
        .map(|tree| tree.expose_secret().to::<Value>().unwrap())
        .map_err(|error| (error.kind(), error.name().map(str::to_owned)))
}

fn has(file: &File, name: &str) -> bool {
    let text = match file {
        File::Json(value) => value.to_string(),
        File::Toml(text) | File::Yaml(text) => (*text).to_owned(),
    };
    text.contains(name)
}

#[test]
fn every_client_gets_its_values() {
    for (client, file) in files() {
        let text = resolve(&file, None).unwrap().to_string();
        for (name, value) in [("HEADER", "h-1"), ("QUERY", "key=q%261\""), ("ENV", "e 1")] {
            assert_eq!(text.contains(value), has(&file, name), "{client}: {text}");
        }
    }
}

#[test]
fn no_value_leaves_its_place_in_any_client() {
    for (client, file) in files() {
        for (name, value) in [("HEADER", "a\r\nX-Evil: 1"), ("ENV", "a\0b")] {
            let expected = (ErrorKind::Unencodable, Some(name.to_owned()));
            if has(&file, name) {
                assert_eq!(
                    resolve(&file, Some((name, value))),
                    Err(expected),
                    "{client} {name}"
                );
            }
        }
        let text = resolve(&file, Some(("QUERY", "1&admin=1#")))
            .unwrap()
            .to_string();
        assert_eq!(
            text.contains("key=1%26admin%3D1%23"),
            has(&file, "QUERY"),
            "{client}"
        );
    }
}
