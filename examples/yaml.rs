//! The config of a tool in YAML: read once, resolved at each call, and made the host's own struct.
//!
//! `cargo run --example yaml`
#![allow(clippy::print_stdout, clippy::expect_used, clippy::indexing_slicing)]

use std::collections::BTreeMap;

use keyslot::secrecy::ExposeSecret;
use keyslot::template::{Document, Tree};
use keyslot::{ErrorKind, ResolveExt, Target, Variables};
use serde::Deserialize;

const CONFIG: &str = r#"
url: https://<<REGION>>.crm.example/v2/search
headers:
  Authorization: Bearer <<CRM_TOKEN>>
  X-Run: "run-<<RUN>>"
timeout_seconds: 30
retry: { exponential: { attempts: 3 } }
"#;

#[derive(Deserialize)]
struct Tool {
    url: String,
    headers: BTreeMap<String, String>,
    timeout_seconds: u32,
    proxy: Option<String>,
    retry: Retry,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Retry {
    Never,
    Exponential { attempts: u8 },
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // When the config is loaded: parsed by any YAML crate that has serde, and its placeholders
    // found.
    let config = Document::compile(serde_saphyr::from_str::<Tree>(CONFIG)?)?;
    let needs: Vec<_> = config
        .references()
        .iter()
        .map(|reference| reference.name().as_str())
        .collect();
    println!("the config needs {}", needs.join(", "));
    assert_eq!(needs, ["REGION", "CRM_TOKEN", "RUN"]);

    // At each call: one look-up, and the struct that the host works with. A value cannot change the
    // structure.
    let values = Variables::new()
        .with("REGION", "eu")?
        .with("CRM_TOKEN", "t0k\": {n")?;
    let target = Target::tool("search_crm");
    let resolved = values
        .clone()
        .with("RUN", "42")?
        .resolve_for(&target, &config)?;
    let tool: Tool = resolved.expose_secret().to()?;
    assert_eq!(tool.url, "https://eu.crm.example/v2/search");
    assert_eq!(tool.headers["Authorization"], "Bearer t0k\": {n");
    assert_eq!(tool.headers["X-Run"], "run-42");
    assert_eq!(
        (tool.timeout_seconds, tool.proxy, tool.retry),
        (30, None, Retry::Exponential { attempts: 3 })
    );
    println!("resolved for {}", tool.url);

    // What is missing is named with its place in the config.
    let error = values
        .resolve_for(&target, &config)
        .map(drop)
        .expect_err("RUN has no value");
    assert_eq!(
        (error.kind(), error.pointer()),
        (ErrorKind::NotFound, Some("/headers/X-Run"))
    );
    println!("without RUN: {error}");

    // So is what does not fit the struct, without a word of what is there.
    let wrong = serde_saphyr::from_str::<Tree>("{retry: {exponential: {attempts: <<RUN>>}}}")?;
    let resolved = Variables::new()
        .with("RUN", "many")?
        .resolve_for(&target, &wrong)?;
    let error = resolved
        .expose_secret()
        .to::<BTreeMap<String, Retry>>()
        .expect_err("text is no number");
    assert_eq!(error.pointer(), Some("/retry/exponential/attempts"));
    assert!(!error.to_string().contains("many"));
    println!("with text for a number: {error}");

    // A variant without fields is its name.
    assert_eq!(
        serde_saphyr::from_str::<Tree>("never")?.to::<Retry>()?,
        Retry::Never
    );
    Ok(())
}
