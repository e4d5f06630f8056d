//! The template language, as data.
//!
//! | written | means |
//! |---|---|
//! | `<<$secret.NAME>>` | the secret of that name; spaces and tabs inside the marks are ignored; names may hold single spaces |
//! | `<<NAME>>`, `<< NAME >>` | whoever of the resolvers knows the name; an identifier, spaces on both sides or on neither |
//! | `<<NAME@3>>` | version 3 of it, for both forms |
//! | `<<NAME\|base64>>` | the value through filters: `base64 base64url hex url json shell trim` and `get:/pointer` |
//! | `<<!NAME>>` | the text `<<NAME>>` |
//! | `<<$other.NAME>>`, `<<$secret.NAME` | errors: what means to be a placeholder and is none is never passed on |
//! | all else | itself, byte for byte |
//!
//! Each row, run:
//!
//! ```
//! use keyslot::template::Template;
//!
//! let fill = |text: &str| Template::compile(text)?.render(&["value"]);
//! assert_eq!(fill("<<$secret.STRIPE_KEY>>")?, "value");
//! assert_eq!(fill("<< $secret.My Secret API Key >>")?, "value");
//! assert_eq!(fill("<<STRIPE_KEY>> << STRIPE_KEY >>")?, "value value");
//! assert_eq!(fill("<<STRIPE_KEY@3>>")?, "value");
//! assert_eq!(fill("<<STRIPE_KEY | base64>>")?, "dmFsdWU=");
//! assert!(fill("<<$other.STRIPE_KEY>>").is_err());
//! assert!(fill("<<$secret.STRIPE_KEY").is_err());
//!
//! let literal = |text: &str| Template::compile(text)?.render(&[]);
//! assert_eq!(literal("<<!STRIPE_KEY>>")?, "<<STRIPE_KEY>>");
//! assert_eq!(literal("<<!!$secret.STRIPE_KEY>>")?, "<<!$secret.STRIPE_KEY>>");
//! assert_eq!(literal("cat <<EOF >> file; echo $((1<<$n))")?, "cat <<EOF >> file; echo $((1<<$n))");
//! assert_eq!(literal("<<stripe key>> <<STRIPE_KEY >>")?, "<<stripe key>> <<STRIPE_KEY >>");
//! # Ok::<(), keyslot::Error>(())
//! ```

use std::fmt;
use std::sync::LazyLock;

use memchr::memmem::Finder;

/// Which marks make a placeholder.
///
/// ```
/// use keyslot::template::{Engine, Syntax};
///
/// let engine = Engine::new().syntax(Syntax::angle());
/// assert_eq!(engine.compile("<<A>>")?.references().len(), 1);
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Syntax {
    marks: &'static Marks,
}

/// The marks of a syntax, and the prepared search for the first of them.
pub(super) struct Marks {
    pub(super) open: &'static str,
    pub(super) close: &'static str,
    /// The word between `$` and `.` of a secret reference.
    pub(super) namespace: &'static str,
    pub(super) escape: u8,
    pub(super) finder: Finder<'static>,
}

static ANGLE: LazyLock<Marks> =
    LazyLock::new(|| Marks { open: "<<", close: ">>", namespace: "secret", escape: b'!', finder: Finder::new("<<") });

impl Syntax {
    /// `<<$secret.NAME>>` and `<<NAME>>`; the default.
    pub fn angle() -> Self {
        Self { marks: &ANGLE }
    }

    pub(super) fn marks(self) -> &'static Marks {
        self.marks
    }
}

impl Default for Syntax {
    fn default() -> Self {
        Self::angle()
    }
}

impl fmt::Debug for Syntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Syntax").field("open", &self.marks.open).field("close", &self.marks.close).finish()
    }
}
