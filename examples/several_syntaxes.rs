//! One vault, and configs of several products.
//!
//! Each product writes placeholders in its own way. A handle with an engine reads one product's
//! configs; one engine may also know several syntaxes at once.
//! `cargo run -p keyslot-examples --example several_syntaxes`.
#![allow(clippy::print_stdout, clippy::indexing_slicing)]

use keyslot::secrecy::ExposeSecret;
use keyslot::template::{Engine, Surfaces, Syntax};
use keyslot::{Permissions, Result, RootKey, Target, Vault};
use serde_json::json;

fn main() -> Result<()> {
    let vault = Vault::in_memory(&RootKey::generate()?)?;
    let project = vault.scope("acme/billing")?;
    project.put("CRM_TOKEN", "crm-token-4e7a90c1")?;
    let runner = project.with(Permissions::USE);
    let crm = Target::tool("crm").with_url("https://crm.example/v1")?;

    // The syntax of this crate, which handles have by default.
    let own = runner.for_target(crm.clone());
    let header = own.resolve("Authorization: Bearer <<$secret.CRM_TOKEN>>")?;
    assert_eq!(
        header.expose_secret(),
        "Authorization: Bearer crm-token-4e7a90c1"
    );

    // A config of a product that writes Mustache. Jinja and n8n expressions beside it stay.
    let mustache = own.with_engine(&Engine::new().syntax(Syntax::mustache()));
    let text = "{{$secret.CRM_TOKEN}} {{ $json.customer }} {% if paid %}";
    let resolved = mustache.resolve(text)?;
    assert_eq!(
        resolved.expose_secret(),
        "crm-token-4e7a90c1 {{ $json.customer }} {% if paid %}"
    );

    // A workflow file with marks of GitHub Actions, made from data.
    let actions = Syntax::builder("${{", "}}")
        .secret_prefix("secrets.")
        .build()?;
    let actions = own.with_engine(&Engine::new().syntax(actions));
    let resolved = actions.resolve("run: curl -H 'X-Token: ${{ secrets.CRM_TOKEN }}'")?;
    assert_eq!(
        resolved.expose_secret(),
        "run: curl -H 'X-Token: crm-token-4e7a90c1'"
    );

    // Several syntaxes in one scan, and surfaces that encode: a URL and a header of an MCP server.
    let syntax = Syntax::angle().and(Syntax::mustache()).and(Syntax::uri());
    let engine = Engine::new().syntax(syntax).surfaces(Surfaces::mcp());
    let mixed = own.with_engine(&engine);
    let config = json!({
        "url": "https://crm.example/mcp?key={{CRM_TOKEN}}",
        "headers": { "X-Key": "<<CRM_TOKEN>>", "X-Same": "secret://CRM_TOKEN" },
    });
    mixed.check(&crm, &config)?;
    let resolved = mixed.resolve_json(&config)?;
    let resolved = resolved.expose_secret();
    assert_eq!(
        resolved["url"],
        "https://crm.example/mcp?key=crm-token-4e7a90c1"
    );
    assert_eq!(resolved["headers"]["X-Key"], "crm-token-4e7a90c1");
    assert_eq!(resolved["headers"]["X-Same"], "crm-token-4e7a90c1");

    // The bound handle goes nowhere else, with no engine.
    let elsewhere = Target::tool("crm").with_url("https://evil.example/v1")?;
    assert!(mixed.resolve_for(&elsewhere, "{{CRM_TOKEN}}").is_err());
    println!("four configs of four products, one vault");
    Ok(())
}
