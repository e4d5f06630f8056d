//! `keyslot key`: the keys that open the vault, and those that seal it.

use std::ops::ControlFlow;

use clap::{Args, Subcommand};
use keyslot::KeyStatus;
use serde_json::json;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;
use crate::key::{self, NewKeyArgs};
use crate::output::{Table, purged};
use crate::progress::Progress;
use crate::prompt::confirm;

/// A command about keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Let one more key open the vault
    Add(AddArgs),
    /// Remove a key: it does not open the vault any more
    Remove(RemoveArgs),
    /// List the keys that open the vault, and the data keys of each organization
    List,
    /// Put a new key in place of the one that this call uses
    Rotate(RotateArgs),
    /// Make a new data key for an organization, and seal everything with it
    RotateData(RotateDataArgs),
}

/// The arguments of `key add`.
#[derive(Args, Debug)]
pub(crate) struct AddArgs {
    /// Name of the new key, for people
    name: String,

    #[command(flatten)]
    new: NewKeyArgs,
}

/// The arguments of `key remove`.
#[derive(Args, Debug)]
pub(crate) struct RemoveArgs {
    /// Name or id of the key
    name: String,

    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// The arguments of `key rotate`.
#[derive(Args, Debug)]
pub(crate) struct RotateArgs {
    #[command(flatten)]
    new: NewKeyArgs,
}

/// The arguments of `key rotate-data`.
#[derive(Args, Debug)]
pub(crate) struct RotateDataArgs {
    /// Organization: the first part of its scopes
    organization: String,
}

pub(super) fn run(command: &KeyCommand, context: &Context) -> Result<Exit> {
    match command {
        KeyCommand::Add(args) => add(args, context),
        KeyCommand::Remove(args) => remove(args, context),
        KeyCommand::List => list(&context.vault()?.key_status()?, context),
        KeyCommand::Rotate(args) => rotate(args, context),
        KeyCommand::RotateData(args) => rotate_data(args, context),
    }
}

fn add(args: &AddArgs, context: &Context) -> Result<Exit> {
    let vault = context.vault()?.acting_as(context.actor()?);
    let added = vault.add_key(&args.name, &*args.new.unlock()?)?;
    let message = format!("added the key {} ({})", added.name, added.kind);
    context.output.either(&added, &message)?;
    Ok(Exit::Done)
}

fn remove(args: &RemoveArgs, context: &Context) -> Result<Exit> {
    let vault = context.vault()?.acting_as(context.actor()?);
    confirm("remove this key for good?", args.yes)?;
    let purge = vault.remove_key(&args.name)?;
    let report = json!({ "purge": purged(purge).0 });
    context.output.either(
        &report,
        "removed the key; whoever had it may have read everything",
    )?;
    Ok(Exit::Done)
}

fn rotate(args: &RotateArgs, context: &Context) -> Result<Exit> {
    let source = context.settings.key.as_ref().ok_or_else(key::missing)?;
    let old = source.unlock()?;
    let vault = context.builder()?.open(&*old)?;
    let vault = vault.acting_as(context.actor()?);
    let purge = vault.change_root_key(&*old, &*args.new.unlock()?)?;
    let report = json!({ "purge": purged(purge).0 });
    let message = "the new key opens the vault, and the old one does not any more; give the new \
                   one to the programs that open it";
    context.output.either(&report, message)?;
    Ok(Exit::Done)
}

fn rotate_data(args: &RotateDataArgs, context: &Context) -> Result<Exit> {
    let organization = args.organization.as_str();
    let vault = context.vault()?.acting_as(context.actor()?);
    let generation = vault.rotate_data_key(organization)?;
    let progress = Progress::new(context.output, "sealing anew");
    let done = vault.rewrap(organization)?.finish_with(|now| {
        progress.at(now.rewrapped, now.rewrapped.saturating_add(now.left));
        ControlFlow::Continue(())
    })?;
    drop(progress);
    let report = json!({ "generation": generation, "rewrap": done });
    let message = format!(
        "data key {generation} of the organization seals from now on; sealed {} secrets anew, {} \
         cannot be read",
        done.rewrapped, done.unreadable
    );
    context.output.either(&report, &message)?;
    Ok(if done.unreadable == 0 {
        Exit::Done
    } else {
        Exit::Found
    })
}

fn list(status: &KeyStatus, context: &Context) -> Result<Exit> {
    if context.output.is_json() {
        context.output.json(status)?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(["NAME", "KIND", "ADDED AT", "ID"]);
    // Times as JSON has them: in UTC.
    let json = serde_json::to_value(status).unwrap_or_default();
    let written = json.get("slots").and_then(|slots| slots.as_array());
    for (slot, written) in status.slots.iter().zip(written.into_iter().flatten()) {
        let name = if slot.name.is_empty() {
            "(first)"
        } else {
            &slot.name
        };
        let made_at = written.get("made_at").and_then(|time| time.as_str());
        table.row([name, slot.kind.as_str(), made_at.unwrap_or("-"), &slot.id]);
    }
    context.output.table(&table)?;
    let mut table = Table::new(["ORGANIZATION", "DATA KEY", "STATE", "ROWS"]);
    for organization in &status.organizations {
        let name = organization
            .organization
            .as_ref()
            .map_or("(unreadable)", |scope| scope.as_str());
        for key in &organization.keys {
            let (generation, rows) = (key.generation.to_string(), key.rows.to_string());
            table.row([name, &generation, key.state.as_str(), &rows]);
        }
    }
    context.output.line("")?;
    context.output.table(&table)?;
    Ok(Exit::Done)
}
