//! `keyslot init`: a new vault.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use clap::Args;
use keyslot::{RootKey, Scope, Vault};
use serde_json::json;

use super::keygen;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::key::{self, KeySource};
use crate::surroundings::{current_folder, make_folder_of};

/// The arguments of `init`.
#[derive(Args, Debug)]
pub(crate) struct InitArgs {}

pub(super) fn run(_: &InitArgs, context: &Context) -> Result<Exit> {
    let settings = &context.settings;
    let scope = settings.scope.as_deref().map(Scope::new).transpose()?;
    if let Some(path) = settings.place.path() {
        make_folder_of(path)?;
    }
    let (source, is_new) = key_source(settings.key.as_ref())?;
    let key = source.unlock_new()?;
    let vault = settings.place.create(Vault::builder())?.create(&*key)?;
    drop(vault);
    let config = match &scope {
        Some(scope) if settings.config.is_none() => Some(write_config(scope, context)?),
        _ => None,
    };
    let key_file = match &source {
        KeySource::File(path) => Some(path),
        _ => None,
    };
    let report = json!({
        "vault": settings.place.to_string(),
        "key_file": key_file,
        "made_key": is_new,
        "config": config,
    });
    let mut lines = vec![format!("made a vault: {}", settings.place)];
    if let (true, Some(path)) = (is_new, key_file) {
        lines.push(format!("made a key: {}", path.display()));
        let advice = "keep a copy of the key where the vault is not: without it the vault is lost";
        lines.push(advice.to_owned());
    }
    if let Some(path) = &config {
        lines.push(format!("wrote {}", path.display()));
    }
    context.output.either(&report, &lines.join("\n"))?;
    Ok(Exit::Done)
}

/// Returns the key that is named; otherwise, or if its file is not there, that of a new file.
fn key_source(named: Option<&KeySource>) -> Result<(KeySource, bool)> {
    let path = match named {
        Some(KeySource::File(path)) if !path.exists() => path.clone(),
        Some(source) => return Ok((source.clone(), false)),
        None => KeySource::own_file().ok_or_else(key::missing)?,
    };
    keygen::write(&RootKey::generate()?, &path)?;
    Ok((KeySource::File(path), true))
}

/// Writes a `keyslot.toml` into this folder, with the scope and the places that were given.
/// Returns its path.
fn write_config(scope: &Scope, context: &Context) -> Result<PathBuf> {
    let mut table = toml::Table::new();
    table.insert("scope".to_owned(), scope.as_str().into());
    if let Some(vault) = &context.args.vault {
        table.insert("vault".to_owned(), vault.as_str().into());
    }
    if let Some(file) = &context.args.key_file {
        table.insert("key-file".to_owned(), (&*file.to_string_lossy()).into());
    }
    let path = current_folder()?.join("keyslot.toml");
    // Also where new files are for a group: it would choose the vault.
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o644)
        .open(&path);
    file.and_then(|mut file| file.write_all(table.to_string().as_bytes()))
        .map_err(|error| Failure::io("cannot write keyslot.toml", &error))?;
    Ok(path)
}
