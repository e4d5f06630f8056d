//! Vaults.

use std::path::PathBuf;
use std::sync::Arc;

use keyslot::store::Purge;
use keyslot::template::Engine;
use keyslot::{Unlock, Vault};
use napi_derive::napi;

use crate::audit::NativeAudit;
use crate::engine::engine;
use crate::failure::{json, refuse};
use crate::key::NativeKey;
use crate::options::{Opening, Settings};
use crate::scope::NativeScope;
use crate::work::{Answer, perform};

/// A vault.
#[napi]
#[derive(Debug)]
pub struct NativeVault {
    pub(crate) vault: Vault,
    pub(crate) engine: Arc<Engine>,
}

/// Word for the result of a purge.
pub(crate) fn purge(purge: Purge) -> String {
    purge.as_str().to_owned()
}

fn opened(
    now: bool,
    path: Option<String>,
    opening: Opening,
    key: Arc<dyn Unlock>,
    settings: String,
    template: String,
) -> napi::Result<Answer<NativeVault>> {
    perform(now, move || {
        let engine = Arc::new(engine(&template).map_err(refuse)?);
        let settings = Settings::read(&settings).map_err(refuse)?;
        let builder = settings.builder(&engine).map_err(refuse)?;
        let builder = match path {
            None => builder,
            Some(path) => {
                let path = PathBuf::from(path);
                builder.store(settings.store(&path, opening).map_err(refuse)?)
            }
        };
        let vault = match opening {
            Opening::Open => builder.open(&*key),
            Opening::Create => builder.create(&*key),
            Opening::OpenOrCreate => builder.open_or_create(&*key),
        };
        vault
            .map(|vault| NativeVault { vault, engine })
            .map_err(refuse)
    })
}

#[napi]
impl NativeVault {
    /// Opens the vault in a file.
    #[napi]
    pub fn open(
        now: bool,
        path: String,
        key: &NativeKey,
        settings: String,
        template: String,
    ) -> napi::Result<Answer<NativeVault>> {
        opened(
            now,
            Some(path),
            Opening::Open,
            key.unlock(),
            settings,
            template,
        )
    }

    /// Creates a vault in a file, or in memory if there is no path.
    #[napi]
    pub fn create(
        now: bool,
        path: Option<String>,
        key: &NativeKey,
        settings: String,
        template: String,
    ) -> napi::Result<Answer<NativeVault>> {
        opened(now, path, Opening::Create, key.unlock(), settings, template)
    }

    /// Opens the vault in a file, or creates it.
    #[napi]
    pub fn open_or_create(
        now: bool,
        path: String,
        key: &NativeKey,
        settings: String,
        template: String,
    ) -> napi::Result<Answer<NativeVault>> {
        let key = key.unlock();
        opened(
            now,
            Some(path),
            Opening::OpenOrCreate,
            key,
            settings,
            template,
        )
    }

    /// Restores a backup into a new file.
    #[napi]
    pub fn restore(
        now: bool,
        backup: String,
        to: String,
        key: &NativeKey,
    ) -> napi::Result<Answer<NativeVault>> {
        let key = key.unlock();
        perform(now, move || {
            let vault = Vault::restore(backup, to, &*key).map_err(refuse)?;
            let engine = Arc::new(Engine::new());
            Ok(NativeVault { vault, engine })
        })
    }

    /// A handle on a scope.
    #[napi]
    pub fn scope(&self, path: String) -> napi::Result<NativeScope> {
        let scoped = self.vault.scope(path).map_err(refuse)?;
        Ok(NativeScope {
            scoped,
            engine: Arc::clone(&self.engine),
        })
    }

    /// The organizations, as JSON.
    #[napi]
    pub fn organizations(&self, now: bool) -> napi::Result<Answer<String>> {
        let vault = self.vault.clone();
        perform(now, move || json(&vault.organizations().map_err(refuse)?))
    }

    /// The scopes of an organization, as JSON.
    #[napi]
    pub fn scopes(&self, now: bool, organization: String) -> napi::Result<Answer<String>> {
        let vault = self.vault.clone();
        perform(now, move || {
            json(&vault.scopes(organization).map_err(refuse)?)
        })
    }

    /// Verifies the vault; the report is JSON.
    #[napi]
    pub fn verify(&self, now: bool) -> napi::Result<Answer<String>> {
        let vault = self.vault.clone();
        perform(now, move || json(&vault.verify().map_err(refuse)?))
    }

    /// Writes a backup; the report on what was copied is JSON.
    #[napi]
    pub fn backup(&self, now: bool, path: String) -> napi::Result<Answer<String>> {
        let vault = self.vault.clone();
        perform(now, move || {
            json(&vault.backup_to(path).map_err(refuse)?.verification)
        })
    }

    /// Makes a new data key for an organization and returns its generation.
    #[napi]
    pub fn rotate_data_key(&self, now: bool, organization: String) -> napi::Result<Answer<u32>> {
        let vault = self.vault.clone();
        perform(now, move || {
            vault.rotate_data_key(organization).map_err(refuse)
        })
    }

    /// Seals everything of an organization with its newest data key; the report is JSON.
    #[napi]
    pub fn rewrap(&self, now: bool, organization: String) -> napi::Result<Answer<String>> {
        let vault = self.vault.clone();
        perform(now, move || {
            let rewrap = vault.rewrap(organization).map_err(refuse)?;
            json(&rewrap.finish().map_err(refuse)?)
        })
    }

    /// The state of the data keys, as JSON.
    #[napi]
    pub fn key_status(&self, now: bool) -> napi::Result<Answer<String>> {
        let vault = self.vault.clone();
        perform(now, move || json(&vault.key_status().map_err(refuse)?))
    }

    /// The keys that open the vault, as JSON.
    #[napi]
    pub fn keys(&self, now: bool) -> napi::Result<Answer<String>> {
        let vault = self.vault.clone();
        perform(now, move || json(&vault.keys().map_err(refuse)?))
    }

    /// Adds a key that opens the vault; its facts are JSON.
    #[napi]
    pub fn add_key(
        &self,
        now: bool,
        name: String,
        key: &NativeKey,
    ) -> napi::Result<Answer<String>> {
        let (vault, key) = (self.vault.clone(), key.unlock());
        perform(now, move || {
            json(&vault.add_key(name, &*key).map_err(refuse)?)
        })
    }

    /// Removes a key that opens the vault.
    #[napi]
    pub fn remove_key(&self, now: bool, name: String) -> napi::Result<Answer<String>> {
        let vault = self.vault.clone();
        perform(now, move || {
            vault.remove_key(name).map(purge).map_err(refuse)
        })
    }

    /// Replaces one key that opens the vault by another one.
    #[napi]
    pub fn change_root_key(
        &self,
        now: bool,
        old: &NativeKey,
        new: &NativeKey,
    ) -> napi::Result<Answer<String>> {
        let (vault, old, new) = (self.vault.clone(), old.unlock(), new.unlock());
        perform(now, move || {
            let changed = vault.change_root_key(&*old, &*new);
            changed.map(purge).map_err(refuse)
        })
    }

    /// Takes what was erased out of the file.
    #[napi]
    pub fn purge(&self, now: bool) -> napi::Result<Answer<String>> {
        let vault = self.vault.clone();
        perform(now, move || vault.purge().map(purge).map_err(refuse))
    }

    /// Makes the whole file as small as it can be.
    #[napi]
    pub fn compact(&self, now: bool) -> napi::Result<Answer<String>> {
        let vault = self.vault.clone();
        perform(now, move || vault.compact().map(purge).map_err(refuse))
    }

    /// The audit log of an organization.
    #[napi]
    pub fn audit(&self, organization: String) -> napi::Result<NativeAudit> {
        self.vault
            .audit(organization)
            .map(NativeAudit)
            .map_err(refuse)
    }

    /// Stores the entries of the audit log that wait.
    #[napi]
    pub fn flush_audit(&self, now: bool) -> napi::Result<Answer<()>> {
        let vault = self.vault.clone();
        perform(now, move || vault.flush_audit().map_err(refuse))
    }
}
