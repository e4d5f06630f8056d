//! The syntax of an engine.

use std::fmt;
use std::sync::{Arc, LazyLock};

use super::builder::SyntaxBuilder;
use super::dialect::Dialect;
use super::rules::Rules;
use crate::error::Result;
use crate::reference::Reference;
use crate::template::pointer::Pattern;

/// The forms that make a placeholder. Cheap to clone.
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

static ANGLE: LazyLock<Syntax> = LazyLock::new(|| Syntax::of([Arc::new(Dialect::angle())]));

impl Syntax {
    /// `<<$secret.NAME>>` and `<<NAME>>`; the default.
    ///
    /// ```
    /// use keyslot::template::{Engine, Syntax};
    ///
    /// let engine = Engine::new().syntax(Syntax::angle());
    /// assert_eq!(engine.render("<<CITY>> <<!CITY>>", |_| Some("Lima"))?, "Lima <<CITY>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn angle() -> Self {
        ANGLE.clone()
    }

    /// `{{$secret.NAME}}`, and `{{NAME}}` for names in capitals. What other engines write in braces
    /// stays text.
    ///
    /// ```
    /// use keyslot::template::{Engine, Syntax};
    ///
    /// let template = Engine::new()
    ///     .syntax(Syntax::mustache())
    ///     .compile("{{NAME}} {{ $json.x }} {{#if a}} \\{{NAME}}")?;
    /// assert_eq!(template.render(&["value"])?, "value {{ $json.x }} {{#if a}} {{NAME}}");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn mustache() -> Self {
        Self::of([Arc::new(Dialect::mustache())])
    }

    /// The forms of Julep: `$ secrets.name` and `$ f"…{secrets.name}…"` as a whole string,
    /// `{secrets.name}` and `{{secrets.name}}` in other text. All other expressions are Julep's own
    /// and stay.
    ///
    /// ```
    /// use keyslot::template::{Engine, Syntax};
    ///
    /// let template = Engine::new()
    ///     .syntax(Syntax::julep())
    ///     .compile("$ f\"Bearer {secrets.token}\"")?;
    /// assert_eq!(template.render(&["value"])?, "Bearer value");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn julep() -> Self {
        let one = Arc::new(Dialect::julep("{", "}"));
        let two = Arc::new(Dialect::julep("{{", "}}"));
        Self::from(Rules {
            julep: Some(Arc::clone(&one)),
            ..Rules::of([two, one])
        })
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
        Self::from(Rules {
            uri: Some(Arc::new(Dialect::uri())),
            ..Rules::default()
        })
    }

    /// In documents, an object `{"value": "NAME", "fromSecret": true}`: its value is the name of a
    /// secret.
    ///
    /// ```
    /// # #[cfg(feature = "json")] {
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::template::{Engine, Syntax};
    /// use keyslot::{Found, Outcome};
    ///
    /// let parameter =
    ///     serde_json::json!({"key": "api_key", "value": "My Secret API Key", "fromSecret": true});
    /// let document = Engine::new().syntax(Syntax::bookmark()).compile_document(parameter)?;
    /// let name = document.references()[0].name().clone();
    /// let resolved = document.fill(&[Ok(Found::new(name, "sk_1"))])?;
    /// assert_eq!(resolved.expose_secret()["value"], "sk_1");
    /// # }
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn bookmark() -> Self {
        Self::from(Rules {
            bookmarks: true,
            ..Rules::default()
        })
    }

    /// A [`bookmark`](Syntax::bookmark), and the strings of documents at these JSON Pointers: each
    /// is the name of a secret as a whole. In a pointer `*` is any segment and a last `**` all
    /// further ones, as in [`Surfaces`](crate::template::Surfaces).
    ///
    /// ```
    /// # #[cfg(feature = "json")] {
    /// use keyslot::template::{Engine, Syntax};
    ///
    /// let engine = Engine::new().syntax(Syntax::bookmark_at(["/connections/*/secret"])?);
    /// let document = engine
    ///     .compile_document(serde_json::json!({"connections": [{"secret": "My API Key"}]}))?;
    /// assert_eq!(document.references()[0].name().as_str(), "My API Key");
    /// # }
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](crate::ErrorKind::InvalidInput) for an invalid pointer.
    pub fn bookmark_at<P: AsRef<str>>(pointers: impl IntoIterator<Item = P>) -> Result<Self> {
        let named = pointers
            .into_iter()
            .map(|pointer| Pattern::new(pointer.as_ref()))
            .collect::<Result<_>>()?;
        Ok(Self::from(Rules {
            bookmarks: true,
            named,
            ..Rules::default()
        }))
    }

    /// Begins a syntax with marks of one's own.
    ///
    /// ```
    /// use keyslot::template::{Engine, Syntax};
    ///
    /// let actions = Syntax::builder("${{", "}}").secret_prefix("secrets.").build()?;
    /// let template = Engine::new()
    ///     .syntax(actions)
    ///     .compile("token ${{ secrets.TOKEN }} ${{ github.ref }}")?;
    /// assert_eq!(template.render(&["value"])?, "token value ${{ github.ref }}");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn builder(open: impl Into<String>, close: impl Into<String>) -> SyntaxBuilder {
        SyntaxBuilder::new(open.into(), close.into())
    }

    /// Both in one scan. Where both could read the same placeholder, `self` does; an opening mark
    /// within a longer one of the other counts for nothing.
    ///
    /// ```
    /// use keyslot::template::{Engine, Syntax};
    ///
    /// let engine = Engine::new().syntax(Syntax::angle().and(Syntax::mustache()));
    /// assert_eq!(engine.render("<<CITY>> {{CITY}}", |_| Some("Lima"))?, "Lima Lima");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    #[allow(clippy::needless_pass_by_value)] // as builders do
    pub fn and(self, other: Self) -> Self {
        let [first, second] = [&*self.rules, &*other.rules];
        let dialects = first
            .dialects
            .iter()
            .chain(&second.dialects)
            .map(Arc::clone);
        Self::from(Rules {
            uri: first.uri.as_ref().or(second.uri.as_ref()).map(Arc::clone),
            julep: first
                .julep
                .as_ref()
                .or(second.julep.as_ref())
                .map(Arc::clone),
            bookmarks: first.bookmarks || second.bookmarks,
            named: first.named.iter().chain(&second.named).cloned().collect(),
            ..Rules::of(dialects)
        })
    }

    /// Writes a reference to a secret, if there is a way to do it within other text.
    pub(crate) fn write(&self, reference: &Reference) -> Option<String> {
        self.rules
            .dialects
            .iter()
            .find_map(|dialect| dialect.write(reference))
    }

    /// A syntax of these dialects, of which the first that reads a placeholder takes it.
    pub(super) fn of(dialects: impl IntoIterator<Item = Arc<Dialect>>) -> Self {
        Self::from(Rules::of(dialects))
    }

    fn from(rules: Rules) -> Self {
        Self {
            rules: Arc::new(rules),
        }
    }

    pub(in crate::template) fn rules(&self) -> &Rules {
        &self.rules
    }
}

impl Default for Syntax {
    fn default() -> Self {
        Self::angle()
    }
}

impl fmt::Debug for Syntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rules {
            dialects,
            uri,
            julep: _,
            bookmarks,
            named: _,
            openers: _,
        } = &*self.rules;
        let forms = dialects.iter().chain(uri).map(|dialect| dialect.example());
        f.debug_struct("Syntax")
            .field("forms", &forms.collect::<Vec<_>>())
            .field("bookmarks", bookmarks)
            .finish()
    }
}
