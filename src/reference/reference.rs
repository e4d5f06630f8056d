//! References: placeholders found in a template, not yet resolved.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::Serialize;

use crate::name::SecretName;
use crate::record::Version;

/// The request of a placeholder: a name and its kind, with or without a pinned version.
///
/// In JSON: `{"name": "STRIPE_KEY", "version": 3, "kind": "secret"}`, with `null` for no version.
///
/// ```
/// use keyslot::{Reference, template::Template};
///
/// let template = Template::compile("Bearer <<$secret.STRIPE_KEY@3>>")?;
/// let reference: &Reference = &template.references()[0];
/// assert_eq!(reference.name().as_str(), "STRIPE_KEY");
/// assert_eq!(reference.version().map(|version| version.get()), Some(3));
/// assert_eq!(reference.to_string(), "<<$secret.STRIPE_KEY@3>>");
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reference {
    name: SecretName,
    version: Option<Version>,
    kind: ReferenceKind,
}

/// Most differ in their names: the kind adds nothing, and no version is not worth a write.
impl Hash for Reference {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.name.as_str().as_bytes());
        if let Some(version) = self.version {
            state.write_u64(version.get());
        }
    }
}

/// The kind of a reference: a secret, or any value that a resolver knows by that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReferenceKind {
    /// `<<$secret.NAME>>`: only ever a secret.
    Secret,
    /// `<<NAME>>`: the first resolver of a chain that knows the name answers.
    Bare,
}

/// A [`Reference`] that borrows its name from the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ReferenceRef<'t> {
    name: &'t str,
    version: Option<Version>,
    kind: ReferenceKind,
}

impl<'t> ReferenceRef<'t> {
    pub(crate) fn new(name: &'t str, version: Option<Version>, kind: ReferenceKind) -> Self {
        Self {
            name,
            version,
            kind,
        }
    }

    /// Returns the name, which follows the grammar of [`SecretName`].
    ///
    /// ```
    /// use keyslot::template::Engine;
    ///
    /// let value = |name: &str| (name == "CITY").then_some("Lima");
    /// let text = Engine::new().render("in <<CITY>>", |reference| value(reference.name()))?;
    /// assert_eq!(text, "in Lima");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn name(self) -> &'t str {
        self.name
    }

    /// Returns the pinned version; `None` asks for the newest.
    ///
    /// ```
    /// use keyslot::template::Engine;
    ///
    /// let text = Engine::new().render("<<KEY>> <<KEY@1>>", |reference| match reference.version() {
    ///     Some(_) => Some("of the past"),
    ///     None => Some("of today"),
    /// })?;
    /// assert_eq!(text, "of today of the past");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn version(self) -> Option<Version> {
        self.version
    }

    /// Returns the kind of the reference.
    ///
    /// ```
    /// use keyslot::ReferenceKind;
    /// use keyslot::template::Engine;
    ///
    /// let error = Engine::new().render("<<CITY>> <<$secret.KEY>>", |reference| {
    ///     (reference.kind() == ReferenceKind::Bare).then_some("Lima")
    /// });
    /// assert_eq!(error.unwrap_err().name(), Some("KEY"));
    /// ```
    pub fn kind(self) -> ReferenceKind {
        self.kind
    }
}

impl Reference {
    /// Makes a reference that was found in a text, where its name was checked.
    #[inline]
    pub(crate) fn parsed(kind: ReferenceKind, name: &str, version: Option<Version>) -> Self {
        Self {
            name: SecretName::parsed(name),
            version,
            kind,
        }
    }

    /// Makes a reference to a secret, `<<$secret.NAME>>`.
    ///
    /// ```
    /// use keyslot::Reference;
    ///
    /// assert_eq!(Reference::secret("KEY".parse()?).to_string(), "<<$secret.KEY>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn secret(name: SecretName) -> Self {
        Self {
            name,
            version: None,
            kind: ReferenceKind::Secret,
        }
    }

    /// Makes a bare reference, `<<NAME>>`. In a text, only a name of letters, digits and `_` is
    /// found in this form.
    ///
    /// ```
    /// use keyslot::Reference;
    ///
    /// assert_eq!(Reference::bare("REGION".parse()?).to_string(), "<<REGION>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn bare(name: SecretName) -> Self {
        Self {
            name,
            version: None,
            kind: ReferenceKind::Bare,
        }
    }

    /// Pins the reference to one version of the value, `NAME@3`.
    ///
    /// ```
    /// use keyslot::{Reference, Version};
    ///
    /// let reference = Reference::secret("KEY".parse()?).with_version(Version::FIRST);
    /// assert_eq!(reference.to_string(), "<<$secret.KEY@1>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn with_version(mut self, version: Version) -> Self {
        self.version = Some(version);
        self
    }

    /// Returns the name.
    ///
    /// ```
    /// use keyslot::Template;
    ///
    /// let template = Template::compile("Bearer <<$secret.STRIPE_KEY>>")?;
    /// assert_eq!(template.references()[0].name().as_str(), "STRIPE_KEY");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn name(&self) -> &SecretName {
        &self.name
    }

    /// Returns the pinned version; `None` asks for the newest.
    ///
    /// ```
    /// use keyslot::Template;
    ///
    /// let template = Template::compile("<<$secret.STRIPE_KEY@3>> <<$secret.STRIPE_KEY>>")?;
    /// let versions: Vec<_> = template.references().iter().map(|one| one.version()).collect();
    /// assert_eq!(versions, [Some("3".parse()?), None]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn version(&self) -> Option<Version> {
        self.version
    }

    /// Returns the kind of the reference.
    ///
    /// ```
    /// use keyslot::{ReferenceKind, Template};
    ///
    /// let template = Template::compile("<<REGION>> <<$secret.STRIPE_KEY>>")?;
    /// let kinds: Vec<_> = template.references().iter().map(|one| one.kind()).collect();
    /// assert_eq!(kinds, [ReferenceKind::Bare, ReferenceKind::Secret]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn kind(&self) -> ReferenceKind {
        self.kind
    }
}

/// The placeholder in the default syntax, without filters.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            ReferenceKind::Secret => "<<$secret.",
            ReferenceKind::Bare => "<<",
        })?;
        f.write_str(self.name.as_str())?;
        if let Some(version) = self.version {
            write!(f, "@{version}")?;
        }
        f.write_str(">>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_shown_as_it_is_written() {
        let name: SecretName = "My Key".parse().unwrap();
        let version = Version::new(3).unwrap();
        let secret = Reference::secret(name.clone());
        assert_eq!(
            (secret.name(), secret.version(), secret.kind()),
            (&name, None, ReferenceKind::Secret)
        );
        assert_eq!(secret.to_string(), "<<$secret.My Key>>");
        assert_eq!(
            secret.clone().with_version(version).to_string(),
            "<<$secret.My Key@3>>"
        );

        let bare = Reference::bare("KEY".parse().unwrap());
        assert_eq!(
            (bare.to_string().as_str(), bare.kind()),
            ("<<KEY>>", ReferenceKind::Bare)
        );
        assert_eq!(bare.clone().with_version(version).to_string(), "<<KEY@3>>");
        assert_ne!(
            bare,
            Reference::secret("KEY".parse().unwrap()),
            "the form is part of what is asked"
        );
        assert_ne!(bare, bare.clone().with_version(version));
    }

    #[test]
    fn is_written_as_an_object() {
        let name: SecretName = "My Key".parse().unwrap();
        let json = |reference: &Reference| serde_json::to_string(reference).unwrap();
        let secret = Reference::secret(name.clone());
        assert_eq!(
            json(&secret.with_version(Version::FIRST)),
            r#"{"name":"My Key","version":1,"kind":"secret"}"#
        );
        let bare = json(&Reference::bare(name));
        assert_eq!(bare, r#"{"name":"My Key","version":null,"kind":"bare"}"#);
        let borrowed = ReferenceRef::new("My Key", None, ReferenceKind::Bare);
        assert_eq!(serde_json::to_string(&borrowed).unwrap(), bare);
    }
}
