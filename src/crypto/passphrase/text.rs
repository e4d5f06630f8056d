//! Passphrases.

use std::fmt;

use secrecy::{ExposeSecret, SecretBox, SecretString};

use super::cost::Argon2Cost;
use crate::crypto::key::secret;
use crate::crypto::primitives::argon2id;
use crate::crypto::stack::{wiped, wiped_deep};
use crate::error::{Error, ErrorKind, Result};
use crate::registers;

/// A passphrase that opens a vault: text that people keep in their heads or in a safe. Argon2id
/// makes a key of it, with a salt of its own in each key slot.
///
/// The bytes are taken as given: nothing is trimmed and nothing is normalised, so `é` as one
/// character and as two are two passphrases. Needs the feature `passphrase`.
///
/// Cannot be cloned, printed or serialised, and is wiped on drop.
///
/// ```
/// use keyslot::{ErrorKind, MemoryStore, Passphrase, Vault};
///
/// let store = MemoryStore::new();
/// let passphrase = Passphrase::new("copper lantern walks over the ridge");
/// Vault::builder().store(store.clone()).create(&passphrase)?;
/// Vault::builder().store(store.clone()).open(&passphrase)?;
///
/// let wrong = Passphrase::new("copper lantern walks under the ridge");
/// let error = Vault::builder().store(store).open(&wrong).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::WrongKey);
/// # Ok::<(), keyslot::Error>(())
/// ```
pub struct Passphrase {
    text: SecretString,
    cost: Argon2Cost,
    most: Argon2Cost,
}

/// The fewest characters of a new passphrase that has fewer words than [`WORDS`].
const CHARACTERS: usize = 15;

/// The fewest words of a new passphrase that has fewer characters than [`CHARACTERS`].
const WORDS: usize = 4;

/// The fewest bytes of a word that counts: three letters, or one ideograph.
const LETTERS: usize = 3;

/// Fewer different characters than this are a pattern.
const DISTINCT: usize = 5;

impl Passphrase {
    /// A passphrase of this text. Any text may be tried; what is too weak is refused when it is to
    /// open a vault from then on.
    ///
    /// ```
    /// use keyslot::{ErrorKind, Passphrase, Vault};
    ///
    /// let error = Vault::in_memory(&Passphrase::new("hunter2")).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::WeakKey);
    /// ```
    pub fn new(text: impl Into<SecretString>) -> Self {
        let text = text.into();
        registers::clear();
        Self {
            text,
            cost: Argon2Cost::default(),
            most: Self::MAX_COST,
        }
    }

    /// The cost that a stored key slot may ask for unless [`max_cost`](Passphrase::max_cost) says
    /// otherwise: 256 MiB and 8 passes, some seconds.
    pub const MAX_COST: Argon2Cost = Argon2Cost::MOST_ASKED;

    /// The cost of key slots that are made with this passphrase; [`Argon2Cost::default`] if it is
    /// not set.
    ///
    /// ```
    /// use keyslot::{Argon2Cost, Passphrase, Vault};
    ///
    /// let passphrase = Passphrase::new("copper lantern walks over the ridge");
    /// Vault::in_memory(&passphrase.cost(Argon2Cost::new(19 * 1024, 2, 1)?))?;
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn cost(mut self, cost: Argon2Cost) -> Self {
        self.cost = cost;
        self
    }

    /// The most memory and passes that a stored key slot may ask for when a vault is opened with
    /// this passphrase; [`MAX_COST`](Passphrase::MAX_COST) if it is not set, and always its own
    /// [`cost`](Passphrase::cost). A slot that asks for more is passed over, and if no other opens,
    /// the error is [`TooLarge`](ErrorKind::TooLarge).
    ///
    /// ```
    /// use keyslot::{Argon2Cost, Passphrase};
    ///
    /// let passphrase = Passphrase::new("copper lantern walks over the ridge");
    /// let on_a_small_machine = passphrase.max_cost(Argon2Cost::default());
    /// # drop(on_a_small_machine);
    /// ```
    #[must_use]
    pub fn max_cost(mut self, cost: Argon2Cost) -> Self {
        self.most = cost;
        self
    }

    /// The cost of new key slots.
    pub(in crate::crypto) fn new_cost(&self) -> Argon2Cost {
        self.cost
    }

    /// Refuses a stored cost that is not allowed. Nothing is allocated before.
    pub(in crate::crypto) fn check_asked(&self, cost: Argon2Cost) -> Result<()> {
        if cost.is_within(self.most) || cost.is_within(self.cost) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::TooLarge,
            "a key slot asks for more memory or passes than max_cost allows; raise it if the vault \
             is yours",
        ))
    }

    /// Makes the key of a salt and a cost, which is its own or [allowed](Self::check_asked).
    pub(in crate::crypto) fn stretch(
        &self,
        salt: &[u8; 16],
        cost: Argon2Cost,
    ) -> Result<SecretBox<[u8; 32]>> {
        let text = self.text.expose_secret().as_bytes();
        let cost = [cost.memory_kib(), cost.passes(), cost.lanes()];
        wiped_deep(|| secret(|key| argon2id(text, salt, cost, key)))
    }

    /// Refuses what may not open a vault from now on.
    pub(in crate::crypto) fn check(&self) -> Result<()> {
        let text = self.text.expose_secret();
        let is_end = |c: char| matches!(c, '\n' | '\r' | '\0');
        if text.starts_with(is_end) || text.ends_with(is_end) {
            return Err(Error::new(
                ErrorKind::InvalidKey,
                "a passphrase may not begin or end with a line end or a NUL; take it off where the \
                 passphrase is read",
            ));
        }
        let words = text.split_whitespace().filter(|word| word.len() >= LETTERS);
        let is_long = text.chars().count() >= CHARACTERS || words.count() >= WORDS;
        if is_long && wiped(|| is_varied(text)) {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::WeakKey,
            "a passphrase has 15 characters or 4 words of 3 letters at least, and 5 different \
             characters; take some words by lot",
        ))
    }
}

/// Returns true if the text has [`DISTINCT`] different characters. They are collected on the stack,
/// because nobody would wipe the heap.
fn is_varied(text: &str) -> bool {
    let mut seen = [None; DISTINCT];
    text.chars().any(|c| {
        if !seen.contains(&Some(c)) {
            if let Some(free) = seen.iter_mut().find(|place| place.is_none()) {
                *free = Some(c);
            }
        }
        !seen.contains(&None)
    })
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase([REDACTED])")
    }
}
