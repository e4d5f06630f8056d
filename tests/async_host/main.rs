//! An async engine: many runs on one runtime, and a vault that blocks. This is the way by hand; the
//! library beside it shows the one with the feature `async`.
//!
//! A look-up reads SQLite, so it runs on a thread for blocking work. Everything before and after it
//! is pure and stays on the task: compiling a text or document, and putting the values in.
//! `cargo run -p keyslot-async-host`.
#![allow(clippy::print_stdout, clippy::indexing_slicing, clippy::unwrap_used)]

use std::sync::Arc;

use keyslot::secrecy::ExposeSecret;
use keyslot::template::{Engine, Surfaces};
use keyslot::{
    AccessRules, Document, Error, ErrorKind, Outcomes, Permissions, Reference, Resolver, Result,
    RootKey, ScopedVault, SecretInput, Surface, Target, Template, Vault,
};
use serde_json::{Value, json};
use tokio::task;

/// Looks secrets up without blocking the runtime. All parts are owned and can be sent.
async fn look_up(
    scope: &ScopedVault,
    references: &[Reference],
    target: Target,
) -> Result<Outcomes> {
    let (scope, references) = (scope.clone(), references.to_vec());
    task::spawn_blocking(move || scope.lookup(&references, &target))
        .await
        .map_err(|_| Error::new(ErrorKind::Busy, "the look-up was cancelled; try again"))?
}

/// Sends a text. Its target says the surface.
async fn send_header(scope: &ScopedVault, text: &str) -> Result<()> {
    let target = Target::tool("crm")
        .with_url("https://crm.example/v1")?
        .with_surface(Surface::Header);
    let template = Template::compile(text)?;
    let asked = template.lookup_target(&target);
    let outcomes = look_up(scope, template.references(), asked).await?;
    let header = template.fill_for(&target, &outcomes)?;
    assert_eq!(header.expose_secret(), "Authorization: Bearer crm-token-1");
    Ok(())
}

/// Sends a document whose strings stand on several surfaces. The look-up must know all of them:
/// `lookup_target` tells.
async fn send_config(scope: &ScopedVault, document: &Document<Value>) -> Result<()> {
    let target = Target::tool("crm").with_url("https://crm.example/v1")?;
    let asked = document.lookup_target(&target);
    let outcomes = look_up(scope, document.references(), asked).await?;
    let config = document.fill_for(&target, &outcomes)?;
    let config = config.expose_secret();
    assert_eq!(
        config["url"],
        "https://crm.example/mcp?city=S%C3%A3o%20Paulo"
    );
    assert_eq!(config["headers"]["Authorization"], "Bearer crm-token-1");

    // The same as in one blocking call.
    let whole = task::block_in_place(|| scope.resolve_for(&target, document))?;
    assert_eq!(whole.expose_secret(), config);
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let vault = Vault::in_memory(&RootKey::generate()?)?;
    let project = vault.scope("acme/billing")?;
    let rules = AccessRules::new()
        .tool("crm")?
        .host("crm.example")?
        .surface(Surface::Header);
    project.put("CRM_TOKEN", SecretInput::new("crm-token-1").rules(rules))?;
    project.put("CITY", "São Paulo")?;
    let runner = project.with(Permissions::USE);

    let engine = Engine::new().surfaces(Surfaces::mcp());
    let config = engine.compile_document(json!({
        "url": "https://crm.example/mcp?city=<<CITY>>",
        "headers": { "Authorization": "Bearer <<$secret.CRM_TOKEN>>" },
    }))?;

    // A hundred runs at once. The config was compiled once.
    let config = Arc::new(config);
    let mut runs = task::JoinSet::new();
    for _ in 0..100 {
        let (runner, config) = (runner.clone(), Arc::clone(&config));
        runs.spawn(async move {
            send_header(&runner, "Authorization: Bearer <<$secret.CRM_TOKEN>>").await?;
            send_config(&runner, &config).await
        });
    }
    let mut done = 0;
    while let Some(run) = runs.join_next().await {
        run.map_err(|_| Error::new(ErrorKind::Busy, "a run was cancelled"))??;
        done += 1;
    }
    println!("{done} runs resolved a text and a document");

    // The rule of the secret holds on this way too: it may stand in a header only.
    let leak = engine.compile_document(json!({
        "url": "https://crm.example/mcp?key=<<$secret.CRM_TOKEN>>",
        "headers": { "X-City": "<<CITY>>" },
    }))?;
    let error = send_config(&runner, &leak).await.unwrap_err();
    println!("refused: {error}");
    Ok(())
}
