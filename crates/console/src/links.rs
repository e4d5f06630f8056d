//! Addresses of pages.

use keyslot::Scope;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::call::Call;
use crate::route::Verb;

/// All but what may stand in a query, and in a part of a path but for the slash.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

impl Call<'_> {
    /// The address of a page.
    pub(crate) fn to(&self, path: &str, query: &[(&str, &str)]) -> String {
        let mut address = format!("{}{path}", self.console.base);
        let filled = query.iter().filter(|(_, value)| !value.is_empty());
        for (number, (key, value)) in filled.enumerate() {
            address.push(if number == 0 { '?' } else { '&' });
            address.push_str(key);
            address.push('=');
            address.extend(utf8_percent_encode(value, ESCAPED));
        }
        address
    }

    pub(crate) fn to_scope(&self, path: &str, scope: &Scope) -> String {
        self.to(path, &[("scope", scope.as_str())])
    }

    pub(crate) fn to_secret(&self, scope: &Scope, name: &str, verb: Verb) -> String {
        self.to_secret_with(scope, name, verb, "")
    }

    /// The page of a secret with a notice of what was done.
    pub(crate) fn to_secret_with(
        &self,
        scope: &Scope,
        name: &str,
        verb: Verb,
        done: &str,
    ) -> String {
        let name = utf8_percent_encode(name, ESCAPED);
        let slash = if verb == Verb::Show { "" } else { "/" };
        let path = format!("/secrets/{name}{slash}{}", verb.as_str());
        self.to(&path, &[("scope", scope.as_str()), ("done", done)])
    }
}
