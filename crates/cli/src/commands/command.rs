//! The list of commands.

use clap::Subcommand;

use super::{
    backup, completions, copy, delete, edit, export, get, history, import, import_bundle, init,
    key, keygen, list, log, render, restore, revoke, rollback, rules, run, set, show, status,
    switch, verify,
};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Result;

/// A command with its arguments.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a vault, and a key if it is missing
    Init(init::InitArgs),
    /// Make a root key
    Keygen(keygen::KeygenArgs),
    /// Store a secret: its value comes from standard input, a prompt or a file
    Set(set::SetArgs),
    /// Change the description, the times and other facts of a secret, but not its value
    Edit(edit::EditArgs),
    /// Print the value of a secret
    Get(get::GetArgs),
    /// List the secrets of a scope
    List(list::ListArgs),
    /// Store the secrets of a file: a list of variables (.env), or JSON
    Import(import::ImportArgs),
    /// Write secrets with their histories into a sealed file, or values in clear
    Export(export::ExportArgs),
    /// Store the secrets of a sealed file that `export` wrote
    ImportBundle(import_bundle::ImportBundleArgs),
    /// Run a program with values in its environment and files, and mask them in its output
    Run(run::RunArgs),
    /// Put values into files
    Render(render::RenderArgs),
    /// Show all about a secret but its value
    Show(show::ShowArgs),
    /// List the kept versions of a secret
    History(history::HistoryArgs),
    /// Make the value of an older version the newest again
    Rollback(rollback::RollbackArgs),
    /// Switch a secret on
    Enable(switch::SwitchArgs),
    /// Switch a secret off
    Disable(switch::SwitchArgs),
    /// Revoke a secret for good: the values of all its versions are erased
    Revoke(revoke::RevokeArgs),
    /// Delete a secret: one of the same name above shows through again
    Delete(delete::DeleteArgs),
    /// Copy a secret into another scope of the organization
    Copy(copy::CopyArgs),
    /// Show or replace the access rules of a secret
    Rules(rules::RulesCommandArgs),
    /// Add, remove, list or replace the keys that open the vault
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Tell what is wrong here, and how to mend it
    Status(status::StatusArgs),
    /// Show who did what, of the newest entries of the audit log
    Log(log::LogArgs),
    /// Check every row of the vault
    Verify(verify::VerifyArgs),
    /// Copy the vault into a new file
    Backup(backup::BackupArgs),
    /// Make a vault of a backup
    Restore(restore::RestoreArgs),
    /// Print the completions of a shell
    Completions(completions::CompletionsArgs),
}

impl Command {
    /// Does the work.
    pub(crate) fn run(self, context: &Context) -> Result<Exit> {
        match self {
            Self::Init(args) => init::run(&args, context),
            Self::Keygen(args) => keygen::run(&args, context),
            Self::Set(args) => set::run(&args, context),
            Self::Edit(args) => edit::run(&args, context),
            Self::Get(args) => get::run(&args, context),
            Self::List(args) => list::run(&args, context),
            Self::Import(args) => import::run(&args, context),
            Self::Export(args) => export::run(&args, context),
            Self::ImportBundle(args) => import_bundle::run(&args, context),
            Self::Run(args) => run::run(&args, context),
            Self::Render(args) => render::run(&args, context),
            Self::Show(args) => show::run(&args, context),
            Self::History(args) => history::run(&args, context),
            Self::Rollback(args) => rollback::run(&args, context),
            Self::Enable(args) => switch::run(&args, keyslot::Status::Active, context),
            Self::Disable(args) => switch::run(&args, keyslot::Status::Inactive, context),
            Self::Revoke(args) => revoke::run(&args, context),
            Self::Delete(args) => delete::run(&args, context),
            Self::Copy(args) => copy::run(&args, context),
            Self::Rules(args) => rules::run(&args, context),
            Self::Key(command) => key::run(&command, context),
            Self::Status(args) => status::run(&args, context),
            Self::Log(args) => log::run(&args, context),
            Self::Verify(args) => verify::run(&args, context),
            Self::Backup(args) => backup::run(&args, context),
            Self::Restore(args) => restore::run(&args, context),
            Self::Completions(args) => completions::run(&args, context),
        }
    }
}
