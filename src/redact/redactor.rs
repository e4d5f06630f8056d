//! The redactor, and what it is made of.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::mask::{Mask, Masking, Masks};
use super::search::{Before, Match, Text};
use super::size::{MAX_BYTES, MAX_PATTERNS, MAX_SECRETS};
use super::skipped::Skipped;
use super::sweep::{Piece, Sweep};
use super::table::Table;
use super::variants::Variant;
use crate::reference::Reference;
use crate::template::Syntax;

/// Turns values in what a tool returns, logs or throws back into placeholders.
///
/// Made for one run, from what was resolved for it. Cheap to clone; clones share what is searched
/// for, which is wiped with the last of them. [`redact`](crate::redact) says what is found, and
/// what is not.
///
/// ```
/// use keyslot::{Redactor, ResolveExt, RunSecrets};
///
/// let secrets = RunSecrets::new().with("STRIPE_KEY", "sk_live_4eC39HqLyjWDarjt")?;
/// let config = secrets.resolve("Authorization: Bearer <<$secret.STRIPE_KEY>>")?;
/// let redactor = Redactor::of(&config)?;
///
/// assert_eq!(
///     redactor.redact("401 for sk_live_4eC39HqLyjWDarjt"),
///     "401 for <<$secret.STRIPE_KEY>>"
/// );
/// assert_eq!(
///     redactor.redact("base64: c2tfbGl2ZV80ZUMzOUhxTHlqV0Rhcmp0"),
///     "base64: <<$secret.STRIPE_KEY>>"
/// );
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone)]
pub struct Redactor {
    table: Arc<Table>,
    masking: Masking,
}

impl Redactor {
    /// The most secrets, each version counted.
    pub const MAX_SECRETS: usize = MAX_SECRETS;

    /// The most patterns: different texts that are searched for. A value of letters and digits
    /// comes to about 12; each of its lines, or strings, to some more. In a
    /// [guarded](Redactor::is_guarded) redactor every value is counted as 100 patterns of 64 KiB
    /// together, or as a multiple of that.
    pub const MAX_PATTERNS: usize = MAX_PATTERNS;

    /// The most bytes of all patterns together, 64 MiB. A text that is written to be slow is read
    /// by tables that take 13 times as much as the patterns; those of a stream, as much again.
    /// Other texts need none.
    pub const MAX_BYTES: usize = MAX_BYTES;

    pub(super) fn new(table: Table, masking: Masking) -> Self {
        Self {
            table: Arc::new(table),
            masking,
        }
    }

    /// Sets what stands in the place of a secret.
    ///
    /// ```
    /// use keyslot::redact::Mask;
    /// use keyslot::{Redactor, ResolveExt, RunSecrets};
    ///
    /// let resolved = RunSecrets::new()
    ///     .with("TOKEN", "t0ken-of-ada")?
    ///     .resolve("<<TOKEN>>")?;
    /// assert_eq!(
    ///     Redactor::of(&resolved)?
    ///         .with_mask(Mask::Stars)
    ///         .redact("is t0ken-of-ada"),
    ///     "is ***"
    /// );
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn with_mask(self, mask: Mask) -> Self {
        Self {
            masking: Masking::Fixed(mask),
            ..self
        }
    }

    /// Sets the syntax that placeholders are written in. Where it has no way to refer to a secret,
    /// or not to that name or version, the placeholder is written in the default one.
    ///
    /// ```
    /// use keyslot::template::Syntax;
    /// use keyslot::{Redactor, ResolveExt, RunSecrets};
    ///
    /// let resolved = RunSecrets::new()
    ///     .with("TOKEN", "t0ken-of-ada")?
    ///     .resolve("<<TOKEN>>")?;
    /// let redactor = Redactor::of(&resolved)?.with_syntax(&Syntax::mustache());
    /// assert_eq!(redactor.redact("is t0ken-of-ada"), "is {{$secret.TOKEN}}");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn with_syntax(self, syntax: &Syntax) -> Self {
        Self {
            masking: Masking::Syntax(syntax.clone()),
            ..self
        }
    }

    /// Sets a function that writes what stands in the place of secrets: it is given those that
    /// overlap there, each once, and what of the first one it was.
    ///
    /// ```
    /// use keyslot::{Redactor, ResolveExt, RunSecrets};
    ///
    /// let resolved = RunSecrets::new()
    ///     .with("TOKEN", "t0ken-of-ada")?
    ///     .resolve("<<TOKEN>>")?;
    /// let redactor = Redactor::of(&resolved)?;
    /// let redactor =
    ///     redactor
    ///         .mask_with(|secrets, variant| format!("[{variant:?} of {}]", secrets[0].name()));
    /// assert_eq!(redactor.redact("is t0ken-of-ada"), "is [Value of TOKEN]");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn mask_with(
        self,
        write: impl Fn(&[&Reference], Variant) -> String + Send + Sync + 'static,
    ) -> Self {
        Self {
            masking: Masking::Custom(Arc::new(write)),
            ..self
        }
    }

    /// Returns the values and parts that are not masked, or not in all writings: most are too short
    /// or harmless, and hiding them would hide everything. Tell the person who chose them.
    ///
    /// ```
    /// use keyslot::{Redactor, ResolveExt, RunSecrets};
    ///
    /// let resolved = RunSecrets::new().with("PIN", "1234")?.resolve("<<PIN>>")?;
    /// let redactor = Redactor::of(&resolved)?;
    /// assert_eq!(
    ///     redactor.redact("at 12:34 1234 times"),
    ///     "at 12:34 1234 times"
    /// );
    /// assert_eq!(
    ///     redactor.skipped()[0].to_string(),
    ///     "the value of PIN is too short to be masked"
    /// );
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn skipped(&self) -> &[Skipped] {
        self.table.skipped()
    }

    /// Masks the secrets in a text; a text without secrets is borrowed.
    ///
    /// ```
    /// use keyslot::{Redactor, ResolveExt, RunSecrets};
    ///
    /// let resolved = RunSecrets::new()
    ///     .with("TOKEN", "t0ken-of-ada")?
    ///     .resolve("<<TOKEN>>")?;
    /// let redacted = Redactor::of(&resolved)?
    ///     .redact("is t0ken-of-ada")
    ///     .into_owned();
    /// assert_eq!(redacted, "is <<$secret.TOKEN>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// A truncated secret at the end of the text is masked if half of it is there, or 64 bytes.
    /// Still, redact first and truncate then: other pieces of secrets are not found.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.redact_with(text, self.table.truncated(Text::alone(text.as_bytes())))
    }

    /// Masks the secrets in a text like [`redact`](Redactor::redact), without truncated ones.
    pub(super) fn redact_whole<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.redact_with(text, None)
    }

    fn redact_with<'t>(&self, text: &'t str, truncated: Option<Match>) -> Cow<'t, str> {
        let Some((first, truncated)) = self.first(text.as_bytes(), truncated) else {
            return Cow::Borrowed(text);
        };
        // What is found begins and ends where characters do. If it did not, nothing of the text
        // would come out.
        let (clean, rest) = text.split_at_checked(first).unwrap_or_default();
        let mut out = String::with_capacity(text.len());
        out.push_str(clean);
        Sweep::default().finish(
            self.masks(),
            Text::behind(Before::default().and(clean.as_bytes()), rest.as_bytes()),
            truncated,
            &mut |piece| match piece {
                Piece::Clean(range) => out.push_str(rest.get(range).unwrap_or_default()),
                Piece::Mask(mask) => out.push_str(mask),
            },
        );
        Cow::Owned(out)
    }

    /// Masks the secrets in bytes that need not be text, like [`redact`](Redactor::redact).
    ///
    /// ```
    /// use keyslot::{Redactor, ResolveExt, RunSecrets};
    ///
    /// let resolved = RunSecrets::new()
    ///     .with("TOKEN", "t0ken-of-ada")?
    ///     .resolve("<<TOKEN>>")?;
    /// let redacted = Redactor::of(&resolved)?.redact_bytes(b"\xff t0ken-of-ada \x00");
    /// assert_eq!(*redacted, *b"\xff <<$secret.TOKEN>> \x00");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn redact_bytes<'b>(&self, bytes: &'b [u8]) -> Cow<'b, [u8]> {
        let Some((first, truncated)) = self.first(bytes, self.table.truncated(Text::alone(bytes)))
        else {
            return Cow::Borrowed(bytes);
        };
        let (clean, rest) = bytes.split_at_checked(first).unwrap_or_default();
        let mut out = Vec::with_capacity(bytes.len());
        out.extend_from_slice(clean);
        let text = Text::behind(Before::default().and(clean), rest);
        Sweep::default().finish(self.masks(), text, truncated, &mut |piece| {
            out.extend_from_slice(piece.bytes(rest));
        });
        Cow::Owned(out)
    }

    /// Start of the first secret; and the truncated one, relative to that start.
    fn first(&self, bytes: &[u8], truncated: Option<Match>) -> Option<(usize, Option<Match>)> {
        let whole = self.table.searcher().matches(bytes).next();
        let first = whole
            .into_iter()
            .chain(truncated)
            .map(|found| found.start)
            .min()?;
        Some((first, truncated.map(|found| found.behind(first))))
    }

    /// Returns true for clones of one redactor.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.table, &other.table)
    }

    pub(super) fn table(&self) -> &Table {
        &self.table
    }

    pub(super) fn masks(&self) -> Masks<'_> {
        Masks {
            table: &self.table,
            masking: &self.masking,
        }
    }
}

/// Counts only. Of a guarded one no counts: they tell how long the values are and how they are
/// built.
impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Redactor");
        if self.table.is_guarded() {
            return shown.field("guarded", &true).finish_non_exhaustive();
        }
        shown
            .field("secrets", &self.table.references().len())
            .field("patterns", &self.table.patterns().len())
            .field("skipped", &self.table.skipped().len())
            .finish_non_exhaustive()
    }
}
