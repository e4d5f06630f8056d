//! The main job from end to end: a vault in a file, secrets in scopes, and files that only name
//! them.
//!
//! `cargo run --example quickstart` prints names, scopes and versions; a value is never printed.
#![allow(clippy::print_stdout, clippy::expect_used, clippy::too_many_lines)]

use std::time::Instant;

use keyslot::resolve::Wipe;
use keyslot::secrecy::ExposeSecret;
use keyslot::{
    Chain, Document, Error, ErrorKind, ResolveExt, Resolved, Result, RootKey, SecretInput, Surface,
    Target, Template, Used, Variables, Vault,
};

const MCP_SERVERS: &str = include_str!("data/mcp-servers.json");
const HTTP_TOOL: &str = include_str!("data/http-tool.json");
const FUNCTION_TOOL: &str = include_str!("data/function-tool.json");
const AGENT: &str = include_str!("data/agent.md");

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    heading("1. A vault in one file, opened with a key that lives elsewhere");
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("vault.db");
    let key = RootKey::generate()?;
    let saved = key.to_base64(); // a host keeps this in its environment or in a file of mode 0600
    drop(Vault::create(&file, &key)?);
    let vault = Vault::open(&file, &RootKey::from_base64(saved.expose_secret())?)?;
    println!("   created and opened again; a missing file or a wrong key would have been an error");

    heading("2. Secrets, each in one scope: organization/project");
    store_secrets(&vault)?;
    for scope in [
        "acme",
        "acme/billing",
        "acme/support",
        "globex",
        "globex/agents",
    ] {
        for info in vault.scope(scope)?.list() {
            let info = info?;
            let version = info.version().map_or("no value".to_owned(), |version| {
                format!("version {version}")
            });
            println!(
                "   {:<14} {:<22} {:<9} {version}",
                scope,
                info.name.as_str(),
                info.status.to_string()
            );
        }
    }

    let billing = vault.scope("acme/billing")?;
    let support = vault.scope("acme/support")?;
    let variables = Variables::new()
        .with("COMPANY", "Acme")?
        .with("REGION", "eu-central")?
        .with("RUN_ID", "run-2026-11-21-0042")?;

    heading("3. An MCP server config: every string of the document, one store call");
    let config = Document::parse(MCP_SERVERS)?;
    let resolver = Chain::new().then(billing.clone()).then(variables.clone());
    let resolved = resolver.resolve_for(&Target::tool("mcp"), &config)?;
    report(&resolved);
    let password = resolved
        .expose_secret()
        .pointer("/mcpServers/warehouse/env/PGPASSWORD")
        .and_then(|v| v.as_str());
    println!(
        "   the filter get:/password took a field of a JSON value: {} characters",
        password.map_or(0, str::len)
    );

    heading("4. An HTTP tool: a pinned version, a value encoded as base64");
    let tool = Document::parse(HTTP_TOOL)?;
    let target = Target::tool("create_refund").with_host("api.stripe.example")?;
    report(&resolver.resolve_for(&target, &tool)?);

    heading("5. A function tool for another project: an escaped placeholder stays text");
    let tool = Document::parse(FUNCTION_TOOL)?;
    let resolved = support.resolve_for(&Target::tool("search_tickets"), &tool)?;
    report(&resolved);
    let description = resolved
        .expose_secret()
        .pointer("/function/description")
        .and_then(|v| v.as_str());
    println!(
        "   the description reads: {}",
        description.unwrap_or_default()
    );

    heading("6. Agent instructions: what is no placeholder of ours comes out untouched");
    let template = Template::compile(AGENT)?;
    let resolver = Chain::new().then(support.clone()).then(variables);
    let resolved = resolver.resolve_for(&Target::instructions(), &template)?;
    report(&resolved);
    let (before, after) = (AGENT.lines(), resolved.expose_secret().lines());
    let changed = before
        .zip(after)
        .filter(|(before, after)| before != after)
        .count();
    println!(
        "   {changed} of {} lines changed; left for other engines: {}",
        AGENT.lines().count(),
        kept(&resolved)
    );
    for lint in template.lints() {
        println!("   lint: {lint}");
    }

    heading("7. A value never breaks out of its place");
    let target = Target::tool("crm")
        .with_host("crm.example")?
        .with_surface(Surface::Header);
    let header = "X-Note: <<$secret.NOTE>>";
    show(
        header,
        &support
            .resolve_for(&target, header)
            .expect_err("the note holds a line feed"),
    );

    heading("8. Revoked, unknown, inactive: all that is wrong at once, and where");
    billing.revoke("OLD_STRIPE_KEY")?;
    let text = "POST /v1/charges\nAuthorization: Bearer <<$secret.OLD_STRIPE_KEY>>\nX-Trace: \
                <<$secret.TRACE_KEY>>\n\
                X-Beta: <<$secret.BETA_KEY>>";
    show(
        text,
        &billing
            .resolve(text)
            .expect_err("a revoked secret does not resolve"),
    );
    let error = support
        .resolve("<<$secret.AGENT_KEY>>")
        .expect_err("nothing crosses tenants");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    println!("   another tenant's secret does not exist here: {error}");

    heading("9. A typo that is no error, but worth a look");
    for lint in Template::compile("Bearer <<stripe key>> and <<REGION >>")?.lints() {
        println!("   lint: {lint}");
    }

    heading("10. How long a thousand resolves take");
    let header = Template::compile("Authorization: Bearer <<$secret.STRIPE_KEY>>")?;
    let start = Instant::now();
    for _ in 0..1000 {
        billing.resolve_for(&Target::unspecified(), &header)?;
    }
    println!(
        "   a header with one secret: {:.1?} each, read from the file and opened each time",
        start.elapsed() / 1000
    );

    heading("11. Everything is accounted for");
    let report = vault.verify()?;
    let (tenants, secrets, tombstones) = (report.tenants, report.secrets, report.tombstones);
    println!(
        "   verified: {tenants} tenants, {secrets} secrets, {tombstones} tombstones, intact: {}",
        report.is_intact()
    );
    Ok(())
}

/// A dozen secrets of two organizations and three projects. Real ones come from a prompt or a file,
/// not from source code.
fn store_secrets(vault: &Vault) -> Result<()> {
    let acme = vault.scope("acme")?;
    acme.put("GITHUB_TOKEN", "example-github-token-of-the-organization")?;
    acme.put("STRIPE_KEY", "example-stripe-key-for-everybody")?;
    acme.put(
        "PAGER_ADDRESS",
        SecretInput::new("oncall-7f3a@pager.example").in_instructions(true),
    )?;

    let billing = vault.scope("acme/billing")?;
    billing.put(
        "STRIPE_KEY",
        SecretInput::new("example-stripe-key-of-billing").description("hides the organization's"),
    )?;
    billing.put("STRIPE_BASIC", "example-user:example-password")?;
    billing.put("BILLING_ACCOUNT", "EU & UK / 42")?;
    billing.put("WEBHOOK_SIGNING_KEY", "example-first-signing-key")?;
    billing.put("WEBHOOK_SIGNING_KEY", "example-second-signing-key")?;
    billing.put(
        "Warehouse Login",
        r#"{"user": "reporting", "password": "p\"w/ü"}"#,
    )?;
    billing.put("OLD_STRIPE_KEY", "example-key-that-leaked")?;
    billing.put("BETA_KEY", SecretInput::new("example-beta-key").inactive())?;

    let support = vault.scope("acme/support")?;
    support.put("DESK_TOKEN", "example-desk-token")?;
    support.put(
        "DESK_CLIENT_KEY",
        "-----BEGIN EXAMPLE KEY-----\nZXhhbXBsZQ==\n-----END EXAMPLE KEY-----\n",
    )?;
    support.put("NOTE", "first line\r\nX-Admin: true")?;

    vault
        .scope("globex")?
        .put("STRIPE_KEY", "example-stripe-key-of-another-tenant")?;
    vault
        .scope("globex/agents")?
        .put("AGENT_KEY", "example-agent-key")?;
    Ok(())
}

fn heading(text: &str) {
    println!("\n{text}");
}

/// Names, scopes and versions: what a host may log.
fn report<T: Wipe>(resolved: &Resolved<T>) {
    for Used {
        name,
        scope,
        version,
        ..
    } in resolved.used().iter().map(Clone::clone)
    {
        match (scope, version) {
            (Some(scope), Some(version)) => {
                println!("   {:<22} from {scope}, version {version}", name.as_str());
            }
            _ => println!("   {:<22} a variable", name.as_str()),
        }
    }
}

fn kept<T: Wipe>(resolved: &Resolved<T>) -> String {
    resolved
        .kept()
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}

fn show(text: &str, error: &Error) {
    println!("   {} failure(s); the first: {error}", error.count());
    for line in error.diagram(text).unwrap_or_default().lines() {
        println!("   {line}");
    }
}
