//! Redacting what is shown: values of any type, and errors.

use std::error::Error;
use std::fmt::{self, Display, Write};

use super::redactor::Redactor;
use super::stream::Stream;
use crate::wipe::Wiped;

impl Redactor {
    /// Shows a value redacted. Nothing that is not redacted is kept on the way.
    ///
    /// For what has no `Display` there is `format_args!("{:?}", value)`.
    ///
    /// ```
    /// use keyslot::{Redactor, ResolveExt, RunSecrets};
    ///
    /// let resolved = RunSecrets::new().with("TOKEN", "t0ken-of-ada")?.resolve("<<TOKEN>>")?;
    /// let redactor = Redactor::of(&resolved)?;
    /// let request = ("GET", "https://crm.example/?key=t0ken-of-ada");
    /// assert_eq!(
    ///     redactor.display(format_args!("{request:?}")).to_string(),
    ///     r#"("GET", "https://crm.example/?key=<<$secret.TOKEN>>")"#
    /// );
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn display<T: Display>(&self, value: T) -> Redacted<'_, T> {
        Redacted {
            redactor: self,
            value,
        }
    }

    /// An error that says what `error` and its causes say, redacted.
    ///
    /// ```
    /// use keyslot::{Redactor, ResolveExt, RunSecrets};
    ///
    /// let resolved = RunSecrets::new().with("TOKEN", "t0ken-of-ada")?.resolve("<<TOKEN>>")?;
    /// let cause = std::io::Error::other("no route to https://ada:t0ken-of-ada@crm.example");
    /// let error = Redactor::of(&resolved)?.error(&cause);
    /// assert_eq!(error.to_string(), "no route to https://ada:<<$secret.TOKEN>>@crm.example");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn error(&self, error: &dyn Error) -> RedactedError {
        let chain = std::iter::successors(Some(error), |&error| error.source());
        let message = |error: &dyn Error| {
            let mut message = String::new();
            // What cannot be shown to its end is no reason to panic where something has failed
            // already.
            let _ = write!(message, "{}", self.display(error));
            message
        };
        RedactedError(chain.take(RedactedError::MOST).map(message).collect())
    }
}

/// Shows a value redacted; see [`Redactor::display`].
pub struct Redacted<'r, T> {
    redactor: &'r Redactor,
    value: T,
}

impl<T: Display> Display for Redacted<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_alternate = f.alternate();
        let mut through = Through {
            stream: self.redactor.stream(),
            out: Wiped::default(),
            f,
        };
        let shown = if is_alternate {
            write!(through, "{:#}", self.value)
        } else {
            write!(through, "{}", self.value)
        };
        through
            .stream
            .end(&mut |clean| through.out.extend_from_slice(clean));
        through.write_on().and(shown)
    }
}

/// Shows the same as `Display`: redacted text may be shown.
impl<T: Display> fmt::Debug for Redacted<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

struct Through<'a, 'f> {
    stream: Stream,
    out: Wiped<u8>,
    f: &'a mut fmt::Formatter<'f>,
}

impl Through<'_, '_> {
    fn write_on(&mut self) -> fmt::Result {
        // A stream gives out whole characters.
        self.f
            .write_str(std::str::from_utf8(&self.out).map_err(|_| fmt::Error)?)?;
        self.out.remove_first(self.out.len());
        Ok(())
    }
}

impl Write for Through<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.stream.take(text.as_bytes(), &mut |clean| {
            self.out.extend_from_slice(clean);
        });
        self.write_on()
    }
}

/// The messages of an error and its causes, redacted. Shown as one line, the causes behind it. The
/// causes themselves are dropped, because their types may hold anything.
#[derive(Clone, PartialEq, Eq)]
pub struct RedactedError(Vec<String>);

impl RedactedError {
    /// The most messages of a chain.
    const MOST: usize = 64;

    /// The messages: of the error, then of its cause, and so on.
    ///
    /// ```
    /// use keyslot::Redactor;
    ///
    /// let redactor = Redactor::builder().secret("TOKEN".parse()?, "t0ken-of-ada").build()?;
    /// let error = std::io::Error::other("refused: t0ken-of-ada");
    /// assert_eq!(redactor.error(&error).messages(), ["refused: <<$secret.TOKEN>>"]);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn messages(&self) -> &[String] {
        &self.0
    }
}

impl Display for RedactedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(": "))
    }
}

impl fmt::Debug for RedactedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RedactedError").field(&self.0).finish()
    }
}

impl Error for RedactedError {}
