//! Handles on scopes: writing.

use keyslot::{SecretChange, SecretInput, Status, Version};
use napi_derive::napi;
use zeroize::Zeroizing;

use crate::failure::{json, misused, refuse};
use crate::scope::NativeScope;
use crate::vault::purge;
use crate::work::{Answer, perform};

/// The options of a put that are not about the secret.
fn input(
    input: SecretInput,
    change: &str,
    trimmed: bool,
    if_absent: bool,
) -> napi::Result<SecretInput> {
    let change: SecretChange = change.parse().map_err(refuse)?;
    let input = input.apply(change);
    let input = if trimmed { input.trimmed() } else { input };
    Ok(if if_absent { input.if_absent() } else { input })
}

fn version(number: f64) -> napi::Result<Version> {
    let whole = format!("{number}").parse().ok().and_then(Version::new);
    whole.ok_or_else(|| misused("a version is a whole number from 1"))
}

#[napi]
impl NativeScope {
    /// Stores a value that is a string; the facts about the secret are JSON.
    #[napi]
    pub fn put(
        &self,
        now: bool,
        name: String,
        value: String,
        change: String,
        trimmed: bool,
        if_absent: bool,
    ) -> napi::Result<Answer<String>> {
        // The conversion wipes the string.
        let value = input(SecretInput::from(value), &change, trimmed, if_absent)?;
        let scoped = self.scoped.clone();
        perform(now, move || json(&scoped.put(name, value).map_err(refuse)?))
    }

    /// Stores a value that is UTF-8 bytes.
    #[napi]
    pub fn put_bytes(
        &self,
        now: bool,
        name: String,
        value: &[u8],
        change: String,
        trimmed: bool,
        if_absent: bool,
    ) -> napi::Result<Answer<String>> {
        let value = SecretInput::from_bytes(value.to_vec()).map_err(refuse)?;
        let value = input(value, &change, trimmed, if_absent)?;
        let scoped = self.scoped.clone();
        perform(now, move || json(&scoped.put(name, value).map_err(refuse)?))
    }

    /// Replaces a revoked secret by a new one of its name.
    #[napi]
    pub fn replace_revoked(
        &self,
        now: bool,
        name: String,
        value: String,
    ) -> napi::Result<Answer<String>> {
        let (value, scoped) = (Zeroizing::new(value), self.scoped.clone());
        perform(now, move || {
            json(
                &scoped
                    .replace_revoked(name, value.as_str())
                    .map_err(refuse)?,
            )
        })
    }

    /// Changes what is said about a secret.
    #[napi]
    pub fn update(&self, now: bool, name: String, change: String) -> napi::Result<Answer<String>> {
        let change: SecretChange = change.parse().map_err(refuse)?;
        let scoped = self.scoped.clone();
        perform(now, move || {
            json(&scoped.update(name, change).map_err(refuse)?)
        })
    }

    /// Makes a secret active or inactive.
    #[napi]
    pub fn set_status(
        &self,
        now: bool,
        name: String,
        status: String,
    ) -> napi::Result<Answer<String>> {
        let status: Status = status.parse().map_err(refuse)?;
        let scoped = self.scoped.clone();
        perform(now, move || {
            json(&scoped.set_status(name, status).map_err(refuse)?)
        })
    }

    /// Makes an older version the newest one.
    #[napi]
    pub fn rollback(&self, now: bool, name: String, to: f64) -> napi::Result<Answer<String>> {
        let (version, scoped) = (version(to)?, self.scoped.clone());
        perform(now, move || {
            json(&scoped.rollback(name, version).map_err(refuse)?)
        })
    }

    /// Copies a secret into another scope of the organization.
    #[napi]
    pub fn clone_to(
        &self,
        now: bool,
        name: String,
        target: &NativeScope,
    ) -> napi::Result<Answer<String>> {
        let (scoped, target) = (self.scoped.clone(), target.scoped.clone());
        perform(now, move || {
            json(&scoped.clone_to(name, &target).map_err(refuse)?)
        })
    }

    /// Revokes a secret for good.
    #[napi]
    pub fn revoke(&self, now: bool, name: String) -> napi::Result<Answer<String>> {
        let scoped = self.scoped.clone();
        perform(now, move || scoped.revoke(name).map(purge).map_err(refuse))
    }

    /// Deletes a secret.
    #[napi]
    pub fn delete(&self, now: bool, name: String, force: bool) -> napi::Result<Answer<String>> {
        let scoped = self.scoped.clone();
        perform(now, move || {
            let deleted = if force {
                scoped.force_delete(name)
            } else {
                scoped.delete(name)
            };
            deleted.map(purge).map_err(refuse)
        })
    }
}
