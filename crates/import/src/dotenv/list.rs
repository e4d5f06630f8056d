//! A list of variables, in which the places of the values are known.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use keyslot::Error;
use keyslot::secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use super::quote::{longest, quote};
use super::reader::{FORMAT, Reader};
use super::variable::Variable;
use crate::entries::Entry;
use crate::place::Text;

/// A list of variables, whose values can be replaced while all other bytes stay. Its values are
/// wiped when it is dropped.
///
/// ```
/// use keyslot_import::dotenv::Dotenv;
///
/// let list = Dotenv::read("# billing\nexport STRIPE_KEY='<<$secret.STRIPE_KEY>>'\n")?;
/// let written = list.with(|_| Some("sk_live_..."));
/// assert_eq!(&written[..], b"# billing\nexport STRIPE_KEY=sk_live_...\n");
/// # Ok::<(), keyslot::Error>(())
/// ```
pub struct Dotenv<'t> {
    text: &'t str,
    variables: Vec<Variable<'t>>,
}

impl<'t> Dotenv<'t> {
    /// Reads a list, by the rules of [this module](super).
    ///
    /// ```
    /// use keyslot_import::dotenv::Dotenv;
    ///
    /// let list = Dotenv::read("A=1 # one\nB=\"two\\nlines\"")?;
    /// let variables: Vec<(&str, &str)> = list.variables().collect();
    /// assert_eq!(variables, [("A", "1"), ("B", "two\nlines")]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`](keyslot::ErrorKind::InvalidDocument) with line and column for what is
    /// no such list; [`TooLarge`](keyslot::ErrorKind::TooLarge) for more than a file may have.
    pub fn read(text: &'t str) -> Result<Self, Error> {
        Self::of(text.as_bytes())
    }

    /// Reads a list, and puts in the values that references stand for outside of single quotes:
    /// `$NAME`, `${NAME}`, and `${NAME:-text}`, `${NAME:+text}` and `${NAME:?text}` with and
    /// without `:`, as Docker Compose does. A name means the variable that the list sets before,
    /// otherwise that of `given`; nothing comes from the environment. One that is not set is an
    /// error, if the reference has no word for that.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use keyslot_import::dotenv::Dotenv;
    ///
    /// let given = BTreeMap::from([("USER".to_owned(), "ada".to_owned())]);
    /// let list = Dotenv::expanded("A=$USER\nB=${A}@${HOST:-localhost}", &given)?;
    /// assert_eq!(list.variables().last(), Some(("B", "ada@localhost")));
    /// assert!(Dotenv::expanded("A=$USER", &BTreeMap::new()).is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`read`](Dotenv::read); and for a reference that cannot be read or is not set.
    pub fn expanded(text: &'t str, given: &BTreeMap<String, String>) -> Result<Self, Error> {
        Self::of_expanded(text.as_bytes(), given)
    }

    /// Returns the names and values in order.
    ///
    /// ```
    /// use keyslot_import::dotenv::Dotenv;
    ///
    /// assert_eq!(Dotenv::read("A='$x'")?.variables().next(), Some(("A", "$x")));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn variables(&self) -> impl Iterator<Item = (&'t str, &str)> {
        self.variables
            .iter()
            .map(|variable| (variable.name, variable.value.expose_secret()))
    }

    /// Writes the list with other values; `None` keeps one. A value that stays keeps its bytes. The
    /// list is wiped when it is dropped.
    ///
    /// ```
    /// use keyslot_import::dotenv::Dotenv;
    ///
    /// let list = Dotenv::read("A=1\nB='2' # two\n")?;
    /// let written = list.with(|name| (name == "A").then_some("an 'a'"));
    /// assert_eq!(&written[..], b"A=\"an 'a'\"\nB='2' # two\n");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn with<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> Zeroizing<Vec<u8>> {
        let changed = |variable: &Variable<'_>| {
            value(variable.name).filter(|value| *value != variable.value.expose_secret())
        };
        let longer = self.variables.iter().filter_map(changed).map(longest);
        // Allocated once: a buffer that grows leaves copies of values.
        let mut out = Zeroizing::new(Vec::with_capacity(self.text.len() + longer.sum::<usize>()));
        let mut done = 0;
        for variable in &self.variables {
            if let Some(value) = changed(variable) {
                out.extend_from_slice(self.bytes(done..variable.place.start));
                quote(value, &mut out);
                done = variable.place.end;
            }
        }
        out.extend_from_slice(self.bytes(done..self.text.len()));
        out
    }

    /// Reads a list out of bytes.
    pub(crate) fn of(bytes: &'t [u8]) -> Result<Self, Error> {
        let text = Text::of(bytes, FORMAT)?;
        let variables = Reader::read(text, None)?;
        let text = text.text;
        Ok(Self { text, variables })
    }

    /// Reads a list out of bytes, and replaces references.
    pub(crate) fn of_expanded(
        bytes: &'t [u8],
        given: &BTreeMap<String, String>,
    ) -> Result<Self, Error> {
        let text = Text::of(bytes, FORMAT)?;
        let variables = Reader::read(text, Some(given))?;
        let text = text.text;
        Ok(Self { text, variables })
    }

    /// Returns the variables as entries of a file.
    pub(crate) fn into_entries(self) -> Vec<Entry> {
        let entry = |variable: Variable<'_>| Entry {
            scope: Vec::new(),
            name: variable.name.to_owned(),
            value: variable.value,
            description: None,
            line: variable.line,
        };
        self.variables.into_iter().map(entry).collect()
    }

    fn bytes(&self, range: Range<usize>) -> &[u8] {
        self.text.as_bytes().get(range).unwrap_or_default()
    }
}

/// Shows the number of variables only.
impl fmt::Debug for Dotenv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dotenv")
            .field("variables", &self.variables.len())
            .finish_non_exhaustive()
    }
}
