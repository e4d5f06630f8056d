//! Redacting what comes in parts.

use std::fmt;

use super::open_end::{cut_character, open_end};
use super::pieces::PIECE;
use super::redactor::Redactor;
use super::search::{Before, Text};
use super::sweep::{Piece, Sweep};
use crate::wipe::Wiped;

impl Redactor {
    /// Begins to redact what comes in parts; secrets that lie across them are found.
    ///
    /// ```
    /// use keyslot::Redactor;
    ///
    /// let redactor = Redactor::builder().secret("TOKEN".parse()?, "t0ken-of-ada").build()?;
    /// let (mut stream, mut out) = (redactor.stream(), Vec::new());
    /// for part in ["t0ken", "-of-", "ada!"] {
    ///     stream.feed(part.as_bytes(), &mut out);
    /// }
    /// stream.finish(&mut out);
    /// assert_eq!(out, b"<<$secret.TOKEN>>!");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn stream(&self) -> Stream {
        Stream {
            redactor: self.clone(),
            sweep: Sweep::default(),
            held: Wiped::default(),
            fresh: 0,
            shown: 0,
            before: Before::default(),
            newer: None,
        }
    }
}

/// A question for a newer redactor than this one.
type Newer = dyn Fn(&Redactor) -> Option<Redactor> + Send + Sync;

/// Redacts what comes in parts: the engine of [`RedactWriter`](super::RedactWriter) and
/// [`RedactReader`](super::RedactReader), for those who read and write in another way.
///
/// Bytes that may begin a secret are held back until it is clear what they are: less than 64
/// KiB, and a sixteenth of that more when it comes in small parts. So prompts and progress bars
/// come through at once, and anybody who may feed the stream can learn the values that it masks. A
/// stream of a [guarded](Redactor::is_guarded) redactor holds back the last 64 KiB, and up to 4 KiB
/// more, whatever is in them. What is given out ends where a character does, if the input is UTF-8.
/// Bytes that are held back are wiped and lost on drop: call [`finish`](Stream::finish).
///
/// ```
/// use keyslot::{Redactor, ResolveExt, RunSecrets};
///
/// let resolved = RunSecrets::new().with("TOKEN", "t0ken-of-ada")?.resolve("<<TOKEN>>")?;
/// let mut stream = Redactor::of(&resolved)?.stream();
/// let mut out = Vec::new();
/// stream.feed(b"token: t0ken", &mut out);
/// assert_eq!(out, b"token: ");
/// stream.feed(b"-of-ada, or t0ken", &mut out);
/// stream.finish(&mut out);
/// assert_eq!(out, b"token: <<$secret.TOKEN>>, or t0ken");
/// # Ok::<(), keyslot::Error>(())
/// ```
pub struct Stream {
    redactor: Redactor,
    sweep: Sweep,
    held: Wiped<u8>,
    /// Bytes of the held text that were not searched yet.
    fresh: usize,
    /// Bytes at the start of the held text that were given out before it was clear what they are.
    shown: usize,
    /// The end of what was given out.
    before: Before,
    newer: Option<Box<Newer>>,
}

impl Stream {
    /// From so many bytes on that are held, those that come are gathered up to a part of them, so
    /// that a stream that comes byte by byte is not searched from the beginning for each.
    const MANY: usize = 4 << 10;

    /// Takes a part, and appends what is sure by now.
    ///
    /// ```
    /// use keyslot::Redactor;
    ///
    /// let redactor = Redactor::builder().secret("TOKEN".parse()?, "t0ken-of-ada").build()?;
    /// let (mut stream, mut out) = (redactor.stream(), Vec::new());
    /// stream.feed(b"called with t0ken", &mut out);
    /// assert_eq!(out, b"called with ", "the rest may be the beginning of the secret");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn feed(&mut self, part: &[u8], out: &mut Vec<u8>) {
        self.take(part, &mut |clean| out.extend_from_slice(clean));
    }

    /// Appends all that is sure by now. Only what may be the beginning of a secret, or is that of a
    /// character, stays; in a guarded stream the last 64 KiB.
    ///
    /// ```
    /// use keyslot::Redactor;
    ///
    /// let redactor = Redactor::builder().secret("TOKEN".parse()?, "t0ken-of-ada").build()?;
    /// let (mut stream, mut out) = (redactor.stream(), Vec::new());
    /// stream.feed(b"Password: ", &mut out);
    /// stream.settle(&mut out);
    /// assert_eq!(out, b"Password: ", "a prompt is shown before the line ends");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn settle(&mut self, out: &mut Vec<u8>) {
        self.advance(&mut |clean| out.extend_from_slice(clean));
    }

    /// Appends the rest: there are no more parts. A truncated secret at the end is masked if half
    /// of it is there, or 64 bytes. The stream can be used for another text then.
    ///
    /// ```
    /// use keyslot::Redactor;
    ///
    /// let redactor = Redactor::builder().secret("TOKEN".parse()?, "t0ken-of-ada").build()?;
    /// let (mut stream, mut out) = (redactor.stream(), Vec::new());
    /// stream.feed(b"a t0k", &mut out);
    /// stream.finish(&mut out);
    /// assert_eq!(out, b"a t0k", "too short a piece to be the secret");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        self.end(&mut |clean| out.extend_from_slice(clean));
    }

    /// Appends what is held, although it may be the beginning of a secret, if it has no more than
    /// `most` bytes. Whatever comes next, the rest of that secret is masked. For a terminal on
    /// which somebody types: without it a typed letter waits for the next one.
    ///
    /// So the first bytes of a secret may be seen: call it when nothing has come for a moment, with
    /// `most` of 3 or so. It appends nothing in a guarded stream, and nothing of a whole value that
    /// waits for the [end of its word](super::RedactorBuilder::short_as_words).
    ///
    /// ```
    /// use keyslot::Redactor;
    ///
    /// let redactor = Redactor::builder().secret("TOKEN".parse()?, "t0ken-of-ada").build()?;
    /// let (mut stream, mut out) = (redactor.stream(), Vec::new());
    /// stream.feed(b"$ t", &mut out);
    /// assert_eq!(out, b"$ ");
    /// stream.release(3, &mut out);
    /// assert_eq!(out, b"$ t");
    /// stream.feed(b"0ken-of-ada!", &mut out);
    /// stream.finish(&mut out);
    /// assert_eq!(out, b"$ t<<$secret.TOKEN>>!");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn release(&mut self, most: usize, out: &mut Vec<u8>) {
        self.settle(out);
        let table = self.redactor.table();
        let whole = self.held.len() - cut_character(&self.held);
        let held = self.held.get(..whole).unwrap_or_default();
        if whole <= most && !table.is_guarded() && table.undecided(held) == 0 {
            out.extend_from_slice(held.get(self.shown..).unwrap_or_default());
            self.shown = self.shown.max(whole);
        }
    }

    /// Asks for a newer redactor before each part.
    pub(super) fn learning(
        mut self,
        newer: impl Fn(&Redactor) -> Option<Redactor> + Send + Sync + 'static,
    ) -> Self {
        self.newer = Some(Box::new(newer));
        self
    }

    /// Goes on with a newer redactor, if there is one. It has the patterns and secrets of the older
    /// one under their numbers, so the matches that are open stay what they are.
    fn learn(&mut self) {
        let newer = self.newer.as_ref();
        if let Some(newer) = newer.and_then(|newer| newer(&self.redactor)) {
            self.redactor = newer;
            // What is held may be the beginning of a new secret, or the end of none.
            self.fresh = self.held.len();
        }
    }

    pub(super) fn take(&mut self, part: &[u8], out: &mut impl FnMut(&[u8])) {
        self.learn();
        if self.redactor.table().is_guarded() {
            return self.take_guarded(part, out);
        }
        let Self {
            redactor,
            sweep,
            held,
            fresh,
            shown,
            before,
            newer: _,
        } = self;
        if !held.is_empty() {
            // So much of the part says of all that is held what it is; and it holds the rest of a
            // character, and the one behind a secret.
            let enough = redactor.table().searcher().longest() + 4;
            let Some(first) = part.get(..enough) else {
                held.extend_from_slice(part);
                *fresh += part.len();
                if held.len() < Self::MANY || *fresh * 17 >= held.len() {
                    self.advance(out);
                }
                return;
            };
            let end = held.len();
            held.extend_from_slice(first);
            let text = Text::behind(*before, held);
            sweep.advance(redactor.masks(), text, end, &mut |piece| {
                out(piece.behind(*shown).bytes(held));
            });
            *before = before.and(held.get(..end).unwrap_or_default());
            held.remove_first(held.len());
            (*fresh, *shown) = (0, 0);
        }
        // The most of what comes is not copied.
        let end = part.len() - open_end(redactor.table(), part);
        let text = Text::behind(*before, part);
        sweep.advance(redactor.masks(), text, end, &mut |piece| {
            out(piece.bytes(part));
        });
        *before = before.and(part.get(..end).unwrap_or_default());
        held.extend_from_slice(part.get(end..).unwrap_or_default());
    }

    /// Takes a part like `take`, in a guarded stream: output depends on the number of bytes that
    /// came, and on whole secrets in them.
    fn take_guarded(&mut self, part: &[u8], out: &mut impl FnMut(&[u8])) {
        for part in part.chunks(PIECE) {
            self.held.extend_from_slice(part);
            self.fresh += part.len();
            if self.fresh >= Self::MANY {
                self.advance(out);
            }
        }
    }

    pub(super) fn end(&mut self, out: &mut impl FnMut(&[u8])) {
        self.learn();
        self.end_with(self.held.len(), out);
    }

    /// Ends the stream like `end`, but discards a possible beginning of a secret. A guarded stream
    /// discards nothing: that would give the beginning away.
    pub(super) fn abandon(&mut self, out: &mut impl FnMut(&[u8])) {
        self.learn();
        self.end_with(
            self.held.len() - self.redactor.table().partial(&self.held).unwrap_or(0),
            out,
        );
    }

    /// Gives out the masks of the rest, and the clean text before `clean`.
    fn end_with(&mut self, clean: usize, out: &mut impl FnMut(&[u8])) {
        let Self {
            redactor,
            sweep,
            held,
            fresh,
            shown,
            before,
            newer: _,
        } = self;
        let text = Text::behind(*before, held);
        let truncated = redactor.table().truncated(text);
        sweep.finish(
            redactor.masks(),
            text,
            truncated,
            &mut |piece| match piece.behind(*shown) {
                Piece::Clean(range) => out(held
                    .get(range.start..range.end.min(clean))
                    .unwrap_or_default()),
                Piece::Mask(mask) => out(mask.as_bytes()),
            },
        );
        held.remove_first(held.len());
        (*fresh, *shown) = (0, 0);
        *before = Before::default();
    }

    pub(super) fn advance(&mut self, out: &mut impl FnMut(&[u8])) {
        self.learn();
        let Self {
            redactor,
            sweep,
            held,
            fresh,
            shown,
            before,
            newer: _,
        } = self;
        if *fresh > 0 {
            let end = held.len() - open_end(redactor.table(), held);
            let text = Text::behind(*before, held);
            sweep.advance(redactor.masks(), text, end, &mut |piece| {
                out(piece.behind(*shown).bytes(held));
            });
            *before = before.and(held.get(..end).unwrap_or_default());
            held.remove_first(end);
            *fresh = 0;
            *shown = shown.saturating_sub(end);
        }
    }
}

/// Counts only; of a guarded one none.
impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            redactor,
            sweep: _,
            held,
            fresh: _,
            shown: _,
            before: _,
            newer: _,
        } = self;
        let mut shown = f.debug_struct("Stream");
        shown.field("redactor", redactor);
        if redactor.table().is_guarded() {
            return shown.finish_non_exhaustive();
        }
        shown.field("held", &held.len()).finish()
    }
}
