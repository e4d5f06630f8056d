//! Values that a run brings along, and the resolver that a call asks.

use keyslot::{Chain, Resolver, RunSecrets, Variables};
use napi_derive::napi;
use zeroize::Zeroizing;

use crate::failure::refuse;

/// Secrets and variables of a run.
#[napi]
#[derive(Clone, Debug)]
pub struct NativeValues {
    secrets: RunSecrets,
    variables: Variables,
}

#[napi]
impl NativeValues {
    /// Takes the names of secrets and their values, and those of variables.
    #[napi(constructor)]
    pub fn new(
        secret_names: Vec<String>,
        secret_values: Vec<String>,
        variable_names: Vec<String>,
        variable_values: Vec<String>,
    ) -> napi::Result<Self> {
        let values = secret_values.into_iter().map(Zeroizing::new);
        let mut secrets = secret_names.into_iter().zip(values);
        let secrets = secrets.try_fold(RunSecrets::new(), |all, (name, value)| {
            all.with(name, value.as_str())
        });
        let mut variables = variable_names.into_iter().zip(variable_values);
        let variables =
            variables.try_fold(Variables::new(), |all, (name, value)| all.with(name, value));
        Ok(Self {
            secrets: secrets.map_err(refuse)?,
            variables: variables.map_err(refuse)?,
        })
    }
}

impl NativeValues {
    /// A chain with the vault between them: the secrets of a run come first, and a variable never
    /// takes the place of a secret.
    pub(crate) fn around(&self, vault: impl Resolver + Send + Sync + 'static) -> Chain {
        Chain::new()
            .then(self.secrets.clone())
            .then(vault)
            .then(self.variables.clone())
    }

    /// A chain of these values and nothing else.
    pub(crate) fn alone(&self) -> Chain {
        Chain::new()
            .then(self.secrets.clone())
            .then(self.variables.clone())
    }
}
