//! Readers and writers that redact what goes through them.

use std::fmt;
use std::io::{self, Read, Write};

use zeroize::Zeroizing;

use super::redactor::Redactor;
use super::stream::Stream;
use crate::wipe::Wiped;

/// Redacts what is written to it, and writes that on.
///
/// [`flush`](Write::flush) writes all that is sure; what may be the beginning of a secret stays
/// until more comes. [`finish`](RedactWriter::finish) writes the rest and masks a truncated secret
/// at its end.
///
/// Call `finish` at the end of a text. A drop writes what is sure and masks a truncated secret, but
/// it discards any shorter beginning of a secret, even a single letter. Errors are lost then.
///
/// With a [guarded](Redactor::is_guarded) redactor the last 64 KiB stay until `finish` or drop, and
/// nothing is discarded. All buffers are wiped.
///
/// ```
/// use std::io::Write;
/// use keyslot::redact::RedactWriter;
/// use keyslot::{Redactor, ResolveExt, RunSecrets};
///
/// let resolved = RunSecrets::new().with("TOKEN", "t0ken-of-ada")?.resolve("<<TOKEN>>")?;
/// let mut log = RedactWriter::new(Vec::new(), &Redactor::of(&resolved)?);
/// write!(log, "called with {}", "t0ken-").and_then(|()| write!(log, "of-ada")).unwrap();
/// assert_eq!(log.finish().unwrap(), b"called with <<$secret.TOKEN>>");
/// # Ok::<(), keyslot::Error>(())
/// ```
pub struct RedactWriter<W: Write> {
    /// There until it is taken out by `finish`.
    inner: Option<W>,
    stream: Stream,
    /// Redacted text that is not written yet. It may end in a piece of a secret that is too short
    /// to be masked.
    out: Wiped<u8>,
    /// So that a drop during a panic of the inner writer does not write again.
    panicked: bool,
}

impl<W: Write> RedactWriter<W> {
    /// Writes on to `inner`.
    ///
    /// ```
    /// use std::io::Write;
    /// use keyslot::Redactor;
    /// use keyslot::redact::RedactWriter;
    ///
    /// let redactor = Redactor::builder().build()?;
    /// let mut log = RedactWriter::new(std::io::sink(), &redactor);
    /// writeln!(log, "the tool has started").unwrap();
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn new(inner: W, redactor: &Redactor) -> Self {
        Self::with_stream(inner, redactor.stream())
    }

    /// Writes on to `inner` what a stream gives out, such as that of a
    /// [`LiveRedactor`](super::LiveRedactor).
    ///
    /// ```
    /// use std::io::Write;
    ///
    /// use keyslot::redact::{LiveRedactor, RedactWriter};
    /// use keyslot::{Redactor, SecretName};
    ///
    /// let live = LiveRedactor::new(Redactor::builder().build()?);
    /// let mut log = RedactWriter::with_stream(Vec::new(), live.stream());
    /// let name = SecretName::new("TOKEN")?;
    /// live.learn(&Redactor::builder().secret(name, "t0ken-of-ada").build()?)?;
    /// log.write_all(b"is t0ken-of-ada").unwrap();
    /// assert_eq!(log.finish().unwrap(), b"is <<$secret.TOKEN>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn with_stream(inner: W, stream: Stream) -> Self {
        Self {
            inner: Some(inner),
            stream,
            out: Wiped::default(),
            panicked: false,
        }
    }

    /// Writes the rest and flushes, and gives the inner writer back. A truncated secret at the end
    /// is masked if half of it is there, or 64 bytes; a shorter piece is written as it is.
    ///
    /// ```
    /// use std::io::Write;
    /// use keyslot::redact::RedactWriter;
    /// use keyslot::Redactor;
    ///
    /// let redactor = Redactor::builder().secret("TOKEN".parse()?, "t0ken-of-ada").build()?;
    /// let mut log = RedactWriter::new(Vec::new(), &redactor);
    /// log.write_all(b"cut off: t0ken-of-a").unwrap();
    /// assert_eq!(log.finish().unwrap(), b"cut off: <<$secret.TOKEN>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the inner writer, which is dropped then.
    pub fn finish(mut self) -> io::Result<W> {
        self.stream
            .end(&mut |clean| self.out.extend_from_slice(clean));
        self.write_on()?;
        let mut inner = self
            .inner
            .take()
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected))?;
        inner.flush()?;
        Ok(inner)
    }

    /// Writes what is sure. What the inner writer does not take stays.
    fn write_on(&mut self) -> io::Result<()> {
        let Self {
            inner: Some(inner),
            out,
            panicked,
            ..
        } = self
        else {
            return Ok(());
        };
        let mut written = 0;
        let result = loop {
            let Some(rest) = out.get(written..).filter(|rest| !rest.is_empty()) else {
                break Ok(());
            };
            *panicked = true;
            let result = inner.write(rest);
            *panicked = false;
            match result {
                Ok(0) => break Err(io::Error::from(io::ErrorKind::WriteZero)),
                Ok(count) => written += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        out.remove_first(written);
        result
    }
}

impl<W: Write> Write for RedactWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // An error means that nothing was taken, so it must come before.
        self.write_on()?;
        self.stream
            .take(bytes, &mut |clean| self.out.extend_from_slice(clean));
        // This one comes again with the next call.
        let _ = self.write_on();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream
            .advance(&mut |clean| self.out.extend_from_slice(clean));
        self.write_on()?;
        self.inner.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl<W: Write> Drop for RedactWriter<W> {
    fn drop(&mut self) {
        if self.inner.is_some() && !self.panicked {
            self.stream
                .abandon(&mut |clean| self.out.extend_from_slice(clean));
            let _ = self.write_on();
            if let Some(inner) = &mut self.inner {
                let _ = inner.flush();
            }
        }
    }
}

/// Does not show the inner writer.
impl<W: Write> fmt::Debug for RedactWriter<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedactWriter")
            .field("stream", &self.stream)
            .finish_non_exhaustive()
    }
}

/// Redacts what is read through it, and masks a truncated secret at the end. With a
/// [guarded](Redactor::is_guarded) redactor it reads 64 KiB ahead. All buffers are wiped.
///
/// ```
/// use std::io::Read;
/// use keyslot::redact::RedactReader;
/// use keyslot::{Redactor, ResolveExt, RunSecrets};
///
/// let resolved = RunSecrets::new().with("TOKEN", "t0ken-of-ada")?.resolve("<<TOKEN>>")?;
/// let body = &b"{\"token\": \"t0ken-of-ada\"}"[..];
/// let mut text = String::new();
/// RedactReader::new(body, &Redactor::of(&resolved)?).read_to_string(&mut text).unwrap();
/// assert_eq!(text, "{\"token\": \"<<$secret.TOKEN>>\"}");
/// # Ok::<(), keyslot::Error>(())
/// ```
pub struct RedactReader<R> {
    inner: R,
    stream: Stream,
    part: Zeroizing<Vec<u8>>,
    out: Wiped<u8>,
    /// Bytes of `out` that were read.
    read: usize,
    done: bool,
}

impl<R: Read> RedactReader<R> {
    /// Reads from `inner`.
    ///
    /// ```
    /// use std::io::Read;
    /// use keyslot::redact::RedactReader;
    /// use keyslot::Redactor;
    ///
    /// let redactor = Redactor::builder().secret("TOKEN".parse()?, "t0ken-of-ada").build()?;
    /// let mut answer = String::new();
    /// RedactReader::new(&b"is t0ken-of-ada"[..], &redactor).read_to_string(&mut answer).unwrap();
    /// assert_eq!(answer, "is <<$secret.TOKEN>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn new(inner: R, redactor: &Redactor) -> Self {
        Self::with_stream(inner, redactor.stream())
    }

    /// Reads from `inner` through a stream, such as that of a
    /// [`LiveRedactor`](super::LiveRedactor).
    ///
    /// ```
    /// use std::io::Read;
    ///
    /// use keyslot::redact::{LiveRedactor, RedactReader};
    /// use keyslot::{Redactor, SecretName};
    ///
    /// let live = LiveRedactor::new(Redactor::builder().build()?);
    /// let mut body = RedactReader::with_stream(&b"is t0ken-of-ada"[..], live.stream());
    /// let name = SecretName::new("TOKEN")?;
    /// live.learn(&Redactor::builder().secret(name, "t0ken-of-ada").build()?)?;
    /// let mut text = String::new();
    /// body.read_to_string(&mut text).unwrap();
    /// assert_eq!(text, "is <<$secret.TOKEN>>");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn with_stream(inner: R, stream: Stream) -> Self {
        let part = Zeroizing::new(vec![0; 16 << 10]);
        Self {
            inner,
            stream,
            part,
            out: Wiped::default(),
            read: 0,
            done: false,
        }
    }
}

impl<R: Read> Read for RedactReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.read == self.out.len() && !self.done && !buffer.is_empty() {
            let Self {
                inner,
                stream,
                part,
                out,
                read,
                done,
            } = self;
            out.remove_first(out.len());
            *read = 0;
            let count = inner.read(part)?;
            let mut add = |clean: &[u8]| out.extend_from_slice(clean);
            if count == 0 {
                stream.end(&mut add);
                *done = true;
            } else {
                stream.take(part.get(..count).unwrap_or_default(), &mut add);
            }
        }
        let count = self.out.get(self.read..).unwrap_or_default().read(buffer)?;
        self.read += count;
        Ok(count)
    }
}

/// Does not show the inner reader.
impl<R> fmt::Debug for RedactReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedactReader")
            .field("stream", &self.stream)
            .finish_non_exhaustive()
    }
}
