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

mod builder;
mod dialect;

use std::fmt;
use std::sync::{Arc, LazyLock};

pub use builder::SyntaxBuilder;
pub use dialect::{BareNames, Escape};
pub(super) use dialect::{Dialect, Intent, Opener};

/// Which forms make a placeholder. Cheap to clone.
///
/// ```
/// use keyslot::template::{Engine, Syntax};
///
/// let engine = Engine::new().syntax(Syntax::angle().and(Syntax::mustache()));
/// assert_eq!(engine.compile("<<A>> {{B}}")?.references().len(), 2);
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone)]
pub struct Syntax {
    rules: Arc<Rules>,
}

/// What a scan looks for.
#[derive(Debug, Default)]
pub(super) struct Rules {
    dialects: Vec<Arc<Dialect>>,
    openers: Vec<Opener>,
    uri: Option<Arc<Dialect>>,
    julep: Option<Arc<Dialect>>,
    bookmarks: bool,
}

static ANGLE: LazyLock<Syntax> = LazyLock::new(|| Syntax::of([Arc::new(Dialect::angle())]));

impl Syntax {
    /// `<<$secret.NAME>>` and `<<NAME>>`; the default.
    pub fn angle() -> Self {
        ANGLE.clone()
    }

    /// `{{$secret.NAME}}`, and `{{NAME}}` for names in capitals. What other engines write in braces stays text.
    ///
    /// ```
    /// use keyslot::template::{Engine, Syntax};
    ///
    /// let template = Engine::new().syntax(Syntax::mustache()).compile("{{NAME}} {{ $json.x }} {{#if a}} \\{{NAME}}")?;
    /// assert_eq!(template.render(&["value"])?, "value {{ $json.x }} {{#if a}} {{NAME}}");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn mustache() -> Self {
        Self::of([Arc::new(Dialect::mustache())])
    }

    /// The forms of Julep: `$ secrets.name` and `$ f"…{secrets.name}…"` as a whole string, `{secrets.name}` and
    /// `{{secrets.name}}` in other text. All other expressions are Julep's own and stay.
    ///
    /// ```
    /// use keyslot::template::{Engine, Syntax};
    ///
    /// let template = Engine::new().syntax(Syntax::julep()).compile("$ f\"Bearer {secrets.token}\"")?;
    /// assert_eq!(template.render(&["value"])?, "Bearer value");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn julep() -> Self {
        let one = Arc::new(Dialect::julep("{", "}"));
        let two = Arc::new(Dialect::julep("{{", "}}"));
        Self::from(Rules { julep: Some(Arc::clone(&one)), ..Rules::of([two, one]) })
    }

    /// A string that is `secret://NAME` as a whole. What only begins so is an error.
    ///
    /// ```
    /// use keyslot::template::{Engine, Syntax};
    ///
    /// let engine = Engine::new().syntax(Syntax::uri());
    /// assert_eq!(engine.compile("secret://stripe_key@3")?.render(&["value"])?, "value");
    /// assert!(engine.compile("secret://stripe key").is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn uri() -> Self {
        Self::from(Rules { uri: Some(Arc::new(Dialect::uri())), ..Rules::default() })
    }

    /// In documents, an object `{"value": "NAME", "fromSecret": true}`: its value is the name of a secret.
    pub fn bookmark() -> Self {
        Self::from(Rules { bookmarks: true, ..Rules::default() })
    }

    /// Begins a syntax with marks of one's own.
    ///
    /// ```
    /// use keyslot::template::{Engine, Syntax};
    ///
    /// let actions = Syntax::builder("${{", "}}").secret_prefix("secrets.").build()?;
    /// let template = Engine::new().syntax(actions).compile("token ${{ secrets.TOKEN }} ${{ github.ref }}")?;
    /// assert_eq!(template.render(&["value"])?, "token value ${{ github.ref }}");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn builder(open: impl Into<String>, close: impl Into<String>) -> SyntaxBuilder {
        SyntaxBuilder::new(open.into(), close.into())
    }

    /// Both in one scan. Where both could read the same placeholder, `self` does; an opening mark within a longer one of the
    /// other counts for nothing.
    #[must_use]
    #[allow(clippy::needless_pass_by_value)] // as builders do
    pub fn and(self, other: Self) -> Self {
        let [first, second] = [&*self.rules, &*other.rules];
        let dialects = first.dialects.iter().chain(&second.dialects).map(Arc::clone);
        Self::from(Rules {
            uri: first.uri.as_ref().or(second.uri.as_ref()).map(Arc::clone),
            julep: first.julep.as_ref().or(second.julep.as_ref()).map(Arc::clone),
            bookmarks: first.bookmarks || second.bookmarks,
            ..Rules::of(dialects)
        })
    }

    fn of(dialects: impl IntoIterator<Item = Arc<Dialect>>) -> Self {
        Self::from(Rules::of(dialects))
    }

    fn from(rules: Rules) -> Self {
        Self { rules: Arc::new(rules) }
    }

    pub(super) fn rules(&self) -> &Rules {
        &self.rules
    }
}

impl Rules {
    fn of(dialects: impl IntoIterator<Item = Arc<Dialect>>) -> Self {
        let dialects: Vec<_> = dialects.into_iter().collect();
        let openers = Opener::of(&dialects);
        Self { dialects, openers, ..Self::default() }
    }

    pub(super) fn openers(&self) -> &[Opener] {
        &self.openers
    }

    /// Whether documents have bookmarks.
    pub(super) fn bookmarks(&self) -> bool {
        self.bookmarks
    }

    /// How `secret://` references are named in messages, if there are any.
    pub(super) fn uri(&self) -> Option<&Dialect> {
        self.uri.as_deref()
    }

    /// What the fields of Julep's strings are written in, if there are any.
    pub(super) fn julep(&self) -> Option<&Dialect> {
        self.julep.as_deref()
    }

    /// What to write instead of the placeholder at the beginning of a text if text was meant.
    pub(super) fn escape_hint(&self, placeholder: &str) -> Option<String> {
        let opener = self.openers.iter().find(|opener| placeholder.starts_with(&*opener.mark))?;
        let escaped = opener.dialects.iter().find_map(|dialect| dialect.escaped())?;
        Some(format!("write {escaped} instead of {} if it is text", opener.mark))
    }
}

impl Default for Syntax {
    fn default() -> Self {
        Self::angle()
    }
}

impl fmt::Debug for Syntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rules { dialects, uri, julep: _, bookmarks, openers: _ } = &*self.rules;
        let forms = dialects.iter().chain(uri).map(|dialect| dialect.example());
        f.debug_struct("Syntax").field("forms", &forms.collect::<Vec<_>>()).field("bookmarks", bookmarks).finish()
    }
}
