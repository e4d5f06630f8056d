//! Entries of a file.

use std::fmt;

use keyslot::Error;
use keyslot::secrecy::SecretString;

use crate::dotenv::Dotenv;
use crate::json;

/// The entries of a file, in its order. Their values are wiped when they are dropped.
///
/// ```
/// use keyslot_import::Entries;
///
/// let entries = Entries::dotenv(b"export STRIPE_KEY='sk_live_...' # live mode\nREGION=eu\n")?;
/// let names: Vec<&str> = entries.iter().map(|entry| entry.name()).collect();
/// assert_eq!(names, ["STRIPE_KEY", "REGION"]);
/// # Ok::<(), keyslot::Error>(())
/// ```
pub struct Entries(pub(crate) Vec<Entry>);

/// An entry of a file: a name, as the file has it, and a value.
pub struct Entry {
    pub(crate) scope: Vec<String>,
    pub(crate) name: String,
    pub(crate) value: SecretString,
    pub(crate) description: Option<String>,
    pub(crate) line: usize,
}

impl Entries {
    /// Reads a list of variables (`.env`): see [`dotenv`](crate::dotenv) for its rules.
    ///
    /// ```
    /// use keyslot_import::Entries;
    ///
    /// assert_eq!(Entries::dotenv(b"# empty\n")?.len(), 0);
    /// assert!(Entries::dotenv(b"STRIPE_KEY='sk_live_...").is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`](keyslot::ErrorKind::InvalidDocument) with line and column for what is
    /// no such list; [`TooLarge`](keyslot::ErrorKind::TooLarge) for more than a file may have.
    pub fn dotenv(bytes: &[u8]) -> Result<Self, Error> {
        Dotenv::of(bytes).map(Self::of)
    }

    /// Reads a list of variables, and puts in the values that `$NAME` and `${NAME}` refer to, as
    /// [`Dotenv::expanded`] does. The variables of `given` count for names that the file does not
    /// set before.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use keyslot::secrecy::ExposeSecret as _;
    /// use keyslot_import::Entries;
    ///
    /// let file = b"HOST=db.example.com\nURL=\"postgres://${HOST}:${PORT:-5432}\"\n";
    /// let entries = Entries::expanded(file, &BTreeMap::new())?;
    /// let url = entries.iter().last().unwrap().value();
    /// assert_eq!(url.expose_secret(), "postgres://db.example.com:5432");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`dotenv`](Entries::dotenv); and a reference to a variable that is not set.
    pub fn expanded(
        bytes: &[u8],
        given: &std::collections::BTreeMap<String, String>,
    ) -> Result<Self, Error> {
        Dotenv::of_expanded(bytes, given).map(Self::of)
    }

    /// Reads JSON: an object of values by their names; an object of such objects by scopes; or a
    /// list of objects with `name` (or `key`, `secretKey`) and `value` (or `secretValue`,
    /// `secretString`), also as the only member `secrets` or `items` of an object.
    ///
    /// A value is a text, or a number or `true` or `false`, which is taken as it is written. In a
    /// list, the `description` or `comment` of an entry becomes the description of its secret, and
    /// other members are not read.
    ///
    /// ```
    /// use keyslot_import::Entries;
    ///
    /// let entries = Entries::json(br#"{"billing": {"STRIPE_KEY": "sk_live_..."}, "PORT": 80}"#)?;
    /// let first = entries.iter().next().unwrap();
    /// assert_eq!((first.name(), first.scope()), ("STRIPE_KEY", &["billing".to_owned()][..]));
    /// assert_eq!(Entries::json(br#"[{"name": "A", "value": "1"}]"#)?.len(), 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`dotenv`](Entries::dotenv); a member that is there twice is an error too.
    pub fn json(bytes: &[u8]) -> Result<Self, Error> {
        json::read(bytes).map(Self)
    }

    /// Returns the number of entries.
    ///
    /// ```
    /// assert_eq!(keyslot_import::Entries::dotenv(b"A=1\nB=2")?.len(), 2);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns true if there are no entries.
    ///
    /// ```
    /// assert!(keyslot_import::Entries::dotenv(b"")?.is_empty());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the entries in the order of the file.
    ///
    /// ```
    /// let entries = keyslot_import::Entries::dotenv(b"A=1\nB=2")?;
    /// assert_eq!(entries.iter().last().unwrap().name(), "B");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter()
    }

    fn of(list: Dotenv<'_>) -> Self {
        Self(list.into_entries())
    }
}

impl Entry {
    /// Returns the name as the file has it, which may not be that of a secret.
    ///
    /// ```
    /// let entries = keyslot_import::Entries::dotenv(b"stripe/key=1")?;
    /// assert_eq!(entries.iter().next().unwrap().name(), "stripe/key");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the value.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret as _;
    ///
    /// let entries = keyslot_import::Entries::dotenv(b"A='two words'")?;
    /// assert_eq!(entries.iter().next().unwrap().value().expose_secret(), "two words");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn value(&self) -> &SecretString {
        &self.value
    }

    /// Returns the scope below that of the import, as the members of JSON that lead to the entry.
    ///
    /// ```
    /// let entries = keyslot_import::Entries::json(br#"{"a": {"b": {"KEY": "1"}}}"#)?;
    /// assert_eq!(entries.iter().next().unwrap().scope(), ["a", "b"]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn scope(&self) -> &[String] {
        &self.scope
    }

    /// Returns the line on which the entry begins, from 1.
    ///
    /// ```
    /// let entries = keyslot_import::Entries::dotenv(b"\n\nA=1")?;
    /// assert_eq!(entries.iter().next().unwrap().line(), 3);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn line(&self) -> usize {
        self.line
    }
}

/// Shows the lines only: a name in a broken file may be a part of a value.
impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

/// Shows the line only.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}
