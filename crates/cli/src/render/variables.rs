//! Values of environment variables.

use std::collections::BTreeMap;
use std::fmt;

use keyslot::template::Tree;
use zeroize::Zeroize;

use crate::failure::{Failure, Result};

/// Values by the names of their variables, wiped when they are dropped.
#[derive(Default)]
pub(crate) struct Values(BTreeMap<String, String>);

impl Values {
    /// Takes the values out of a document of strings.
    pub(crate) fn of(tree: &Tree) -> Result<Self> {
        let values = tree.to().map(Self);
        values.map_err(|_| {
            Failure::usage("an environment variable is a text, no number or other value")
                .next("leave out the filters number and json_value")
        })
    }

    /// Returns the value of a variable.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns all variables.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl Drop for Values {
    fn drop(&mut self) {
        self.0.values_mut().for_each(Zeroize::zeroize);
    }
}

/// Shows the names only.
impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
