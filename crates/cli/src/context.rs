//! A call of the command: its settings, its output, and the vault that it opens.

use keyslot::{Actor, Scope, ScopedVault, Vault, VaultBuilder};

use crate::args::GlobalArgs;
use crate::failure::{Failure, Result};
use crate::key;
use crate::opened::Opened;
use crate::output::Output;
use crate::settings::Settings;

/// The settings and the output of a call.
#[derive(Debug)]
pub(crate) struct Context {
    /// The options of every command, as they were given.
    pub(crate) args: GlobalArgs,
    /// The settings.
    pub(crate) settings: Settings,
    /// The output.
    pub(crate) output: Output,
}

impl Context {
    /// Makes the context of a call.
    pub(crate) fn of(args: GlobalArgs, output: Output) -> Result<Self> {
        Ok(Self {
            settings: Settings::of(&args)?,
            args,
            output,
        })
    }

    /// Opens the vault.
    pub(crate) fn vault(&self) -> Result<Vault> {
        let source = self.settings.key.as_ref().ok_or_else(key::missing)?;
        let builder = self.builder()?;
        Ok(builder.open(&*source.unlock()?)?)
    }

    /// Returns the settings with which the vault is opened.
    pub(crate) fn builder(&self) -> Result<VaultBuilder> {
        let mut builder = self.settings.place.open(Vault::builder())?;
        if let Some(mode) = self.settings.audit {
            builder = builder.audit(mode);
        }
        Ok(builder)
    }

    /// Opens the vault and takes the scope of the call.
    pub(crate) fn scope(&self) -> Result<ScopedVault> {
        // Before the vault is opened: a passphrase is not asked for in vain.
        let (scope, actor) = (self.scope_name()?, self.actor()?);
        Ok(self.vault()?.scope(scope)?.acting_as(actor))
    }

    /// Opens the vault as [`scope`](Context::scope) does, for calls about single secrets.
    pub(crate) fn opened(&self) -> Result<Opened> {
        let (scope, actor) = (self.scope_name()?, self.actor()?);
        let vault = self.vault()?;
        let scope = vault.scope(scope)?.acting_as(actor);
        Ok(Opened::new(vault, scope))
    }

    /// Returns the scope of the call.
    pub(crate) fn scope_name(&self) -> Result<Scope> {
        let scope = self.settings.scope.as_deref().ok_or_else(|| {
            Failure::usage("no scope is named")
                .next("name one with --scope, KEYSLOT_SCOPE or keyslot.toml")
        })?;
        Ok(Scope::new(scope)?)
    }

    /// Returns the actor of the call.
    pub(crate) fn actor(&self) -> Result<Actor> {
        Ok(Actor::new(&self.settings.actor)?)
    }
}
