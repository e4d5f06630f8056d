//! A redactor that learns while it is in use.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::redactor::Redactor;
use super::stream::Stream;
use crate::error::Result;

/// A redactor that learns more secrets while streams of it are open: tokens that are refreshed in
/// the middle of a run, or secrets that a run resolves later.
///
/// Clones learn together. An open stream masks the new values from the next part that is fed to it
/// on, and goes on to mask the old ones. A part that was given out before is not called back.
///
/// ```
/// use keyslot::redact::LiveRedactor;
/// use keyslot::{Redactor, ResolveExt, RunSecrets};
///
/// let secrets = RunSecrets::new().with("TOKEN", "t0ken-of-ada")?;
/// let live = LiveRedactor::new(Redactor::of(&secrets.resolve("<<TOKEN>>")?)?);
/// let (mut log, mut out) = (live.stream(), Vec::new());
/// log.feed(b"with t0ken-of-ada, ", &mut out);
///
/// secrets.replace("TOKEN", "refreshed-t0ken")?;
/// live.learn(&Redactor::of(&secrets.resolve("<<TOKEN>>")?)?)?;
/// log.feed(b"then refreshed-t0ken, not t0ken-of-ada.", &mut out);
/// log.finish(&mut out);
/// assert_eq!(
///     String::from_utf8_lossy(&out),
///     "with <<$secret.TOKEN>>, then <<$secret.TOKEN>>, not <<$secret.TOKEN>>."
/// );
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone)]
pub struct LiveRedactor(Arc<Shared>);

struct Shared {
    current: RwLock<Redactor>,
    /// Held while a redactor is made, which takes too long to hold up those that redact.
    learning: Mutex<()>,
}

impl LiveRedactor {
    /// Begins with what a redactor knows, and keeps its mask.
    ///
    /// ```
    /// use keyslot::Redactor;
    /// use keyslot::redact::LiveRedactor;
    ///
    /// let live = LiveRedactor::new(Redactor::builder().build()?);
    /// assert_eq!(live.current().redact("of no secret"), "of no secret");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn new(redactor: Redactor) -> Self {
        Self(Arc::new(Shared {
            current: RwLock::new(redactor),
            learning: Mutex::new(()),
        }))
    }

    /// Adds the secrets of another redactor. It is [guarded](Redactor::is_guarded) from then on if
    /// the other one is. All patterns are put together anew, so add many secrets at once.
    ///
    /// ```
    /// use keyslot::redact::LiveRedactor;
    /// use keyslot::{Redactor, SecretName};
    ///
    /// let live = LiveRedactor::new(Redactor::builder().build()?);
    /// let name = SecretName::new("TOKEN")?;
    /// live.learn(&Redactor::builder().secret(name, "t0ken-of-ada").build()?)?;
    /// assert_eq!(live.current().redact("t0ken-of-ada"), "<<$secret.TOKEN>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`TooLarge`](crate::ErrorKind::TooLarge) as of [`Redactor::merge`]: nothing is learned then.
    pub fn learn(&self, more: &Redactor) -> Result<()> {
        let learning = self.0.learning.lock();
        let _learning = learning.unwrap_or_else(PoisonError::into_inner);
        let merged = self.current().merge(more)?;
        let mut current = self
            .0
            .current
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *current = merged;
        Ok(())
    }

    /// Returns a redactor of all that was learned up to now. It learns no more.
    ///
    /// ```
    /// use keyslot::Redactor;
    /// use keyslot::redact::LiveRedactor;
    ///
    /// let live = LiveRedactor::new(Redactor::builder().build()?);
    /// assert!(live.current().skipped().is_empty());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn current(&self) -> Redactor {
        self.read(Redactor::clone)
    }

    /// Begins to redact what comes in parts, with all that is learned meanwhile. For readers and
    /// writers there are [`RedactReader::with_stream`](super::RedactReader::with_stream) and
    /// [`RedactWriter::with_stream`](super::RedactWriter::with_stream).
    ///
    /// ```
    /// use keyslot::Redactor;
    /// use keyslot::redact::LiveRedactor;
    ///
    /// let live = LiveRedactor::new(Redactor::builder().build()?);
    /// let (mut stream, mut out) = (live.stream(), Vec::new());
    /// stream.feed(b"of no secret", &mut out);
    /// assert_eq!(out, b"of no secret");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn stream(&self) -> Stream {
        let live = self.clone();
        self.current().stream().learning(move |known| {
            live.read(|current| (!current.is_same(known)).then(|| current.clone()))
        })
    }

    fn read<T>(&self, read: impl FnOnce(&Redactor) -> T) -> T {
        let current = self.0.current.read();
        read(&current.unwrap_or_else(PoisonError::into_inner))
    }
}

/// Shows counts only, as a [`Redactor`] does.
impl fmt::Debug for LiveRedactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("LiveRedactor")
            .field(&self.current())
            .finish()
    }
}
