//! Tokens, by which a server knows this process.

use std::fmt;
use std::fs::{File, Metadata};
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use keyslot::secrecy::{ExposeSecret, SecretString};
use keyslot::{Error, ErrorKind, Result};
use ureq::http::HeaderValue;
use zeroize::Zeroizing;

/// The longest token, in bytes. Those that carry their own content are long.
const LONGEST: usize = 8 << 10;

/// The token of a [`Transit`](crate::Transit): text, or a file that another program keeps fresh.
///
/// A token that expires is not renewed here. Let the agent of the server write it to a file: a file
/// is read for each call.
///
/// ```
/// use keyslot_keys::Token;
///
/// let token = Token::from_file("/run/openbao/token");
/// assert!(!format!("{:?}", Token::new("hvs.secret")).contains("secret"));
/// ```
#[derive(Clone)]
pub struct Token(Source);

#[derive(Clone)]
enum Source {
    Text(Arc<SecretString>),
    File(PathBuf, Access),
}

/// The access to a file that others may have.
#[derive(Clone, Copy)]
enum Access {
    Private,
    Mounted,
}

impl Token {
    /// A token that is there already. Never take it from the arguments of the program: all users of
    /// the machine can read those.
    ///
    /// ```
    /// use keyslot_keys::Token;
    ///
    /// let token = Token::new("hvs.secret");
    /// ```
    pub fn new(text: impl Into<SecretString>) -> Self {
        Self(Source::Text(Arc::new(text.into())))
    }

    /// A token in a file, which is read for each call: the token and perhaps one line end.
    ///
    /// It must be a regular file and no link, nobody but its owner and group may have access to it,
    /// and only the owner may write to it, as the agents of both servers make it. On other systems
    /// than Unix, permissions are not looked at.
    ///
    /// ```
    /// use keyslot_keys::Token;
    ///
    /// let token = Token::from_file("/run/openbao/token");
    /// ```
    pub fn from_file(path: impl Into<PathBuf>) -> Self {
        Self(Source::File(path.into(), Access::Private))
    }

    /// A token in a file that an orchestrator mounted, which is read for each call. The path may
    /// lead through links, and others may read the file, but not write to it.
    ///
    /// ```
    /// use keyslot_keys::Token;
    ///
    /// let token = Token::from_mounted_file("/var/run/secrets/openbao/token");
    /// ```
    pub fn from_mounted_file(path: impl Into<PathBuf>) -> Self {
        Self(Source::File(path.into(), Access::Mounted))
    }

    /// The token as a header, which nothing prints.
    pub(super) fn header(&self) -> Result<HeaderValue> {
        match &self.0 {
            Source::Text(text) => header(text.expose_secret().as_bytes()),
            Source::File(path, access) => {
                let text = read(path, *access)?;
                let text = text.strip_suffix(b"\n").unwrap_or(&text);
                header(text.strip_suffix(b"\r").unwrap_or(text))
            }
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Text(_) => f.write_str("Token([REDACTED])"),
            Source::File(..) => f.write_str("Token(a file)"),
        }
    }
}

fn header(token: &[u8]) -> Result<HeaderValue> {
    let is_token = !token.is_empty() && token.iter().all(u8::is_ascii_graphic);
    match HeaderValue::from_bytes(token) {
        Ok(mut header) if is_token && token.len() <= LONGEST => {
            header.set_sensitive(true);
            Ok(header)
        }
        _ => Err(Error::new(
            ErrorKind::InvalidInput,
            "the token of the transit engine is empty, too long, or holds something other than \
             printable ASCII characters",
        )),
    }
}

/// The content of a token file, in one buffer of the final size.
fn read(path: &PathBuf, access: Access) -> Result<Zeroizing<Vec<u8>>> {
    let unreadable = |_| {
        Error::new(
            ErrorKind::Io,
            "the token file cannot be read; it must exist and be readable by this user",
        )
    };
    // Looked at before it is opened: opening a named pipe would wait for a writer.
    let named = match access {
        Access::Private => path.symlink_metadata(),
        Access::Mounted => path.metadata(),
    };
    check(&named.map_err(unreadable)?, access)?;
    let mut file = File::open(path).map_err(unreadable)?;
    check(&file.metadata().map_err(unreadable)?, access)?;
    let mut text = Zeroizing::new(vec![0; LONGEST + 2]);
    let mut length = 0;
    while let Some(free) = text.get_mut(length..).filter(|free| !free.is_empty()) {
        match file.read(free).map_err(unreadable)? {
            0 => break,
            read => length += read,
        }
    }
    text.truncate(length);
    Ok(text)
}

fn check(file: &Metadata, access: Access) -> Result<()> {
    let refused = |what| Err(Error::new(ErrorKind::UnsafeFile, what));
    if !file.is_file() {
        return refused(
            "the token file is a link or not a regular file; give the path of the file itself, or \
             use Token::from_mounted_file",
        );
    }
    match (access, mode(file)) {
        (Access::Private, mode) if mode & 0o027 != 0 => refused(
            "other users have access to the token file; run `chmod 600` on it, or use \
             Token::from_mounted_file",
        ),
        (Access::Mounted, mode) if mode & 0o002 != 0 => {
            refused("all users may write to the token file; run `chmod o-w` on it")
        }
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn mode(file: &Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::mode(file)
}

#[cfg(not(unix))]
fn mode(_: &Metadata) -> u32 {
    0o600
}
