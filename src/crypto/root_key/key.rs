//! The key that opens a vault.

use std::ffi::OsStr;
use std::fmt;
use std::path::Path;

use base64ct::{Base64, Encoding as _};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use zeroize::Zeroizing;

use super::text::Shown;
use super::{credential, file, text, weak};
use crate::crypto::key::secret;
use crate::crypto::primitives::fill_random;
use crate::crypto::stack::wiped;
use crate::error::{Error, ErrorKind, Result};

/// The key that opens a vault: 32 bytes that nobody can guess. Whoever has it has every value.
///
/// Make one with [`generate`](RootKey::generate) or `openssl rand -base64 32`, and keep it where
/// the vault is not. In a file or a variable, a byte order mark before the key and one line end
/// behind it are passed over. Nothing else is trimmed, and no prefix is known. Text is not
/// stretched into a key, and a key that looks like text, a pattern or a published example is
/// refused as [`WeakKey`](ErrorKind::WeakKey).
///
/// Lives on the heap, cannot be cloned, printed or serialised, and is wiped on drop.
///
/// ```
/// use keyslot::{RootKey, secrecy::ExposeSecret};
///
/// let key = RootKey::generate()?;
/// let text = key.to_base64(); // to the place where keys are kept
/// let same = RootKey::from_base64(text.expose_secret())?;
/// assert_eq!(format!("{same:?}"), "RootKey([REDACTED])");
/// # Ok::<(), keyslot::Error>(())
/// ```
pub struct RootKey(SecretBox<[u8; 32]>);

impl RootKey {
    /// The length of a root key, in bytes.
    pub const LEN: usize = 32;

    /// A new key from the operating system's generator.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::RootKey;
    ///
    /// let (one, other) = (RootKey::generate()?, RootKey::generate()?);
    /// assert_ne!(one.to_base64().expose_secret(), other.to_base64().expose_secret());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] when the operating system gives no random bytes.
    pub fn generate() -> Result<Self> {
        loop {
            // One key in 10^13 looks like text. It would be as good as any, but could not be read
            // back.
            let key = secret(|key| fill_random(key))?;
            if wiped(|| weak::defect(key.expose_secret())).is_none() {
                return Ok(Self(key));
            }
        }
    }

    /// The key of these 32 bytes. The caller wipes `bytes`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidKey`] when they are not 32; [`ErrorKind::WeakKey`].
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey};
    ///
    /// assert_eq!(RootKey::from_bytes(b"too short").unwrap_err().kind(), ErrorKind::InvalidKey);
    /// assert_eq!(RootKey::from_bytes(&[0; 32]).unwrap_err().kind(), ErrorKind::WeakKey);
    /// ```
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let bytes: &[u8; Self::LEN] = bytes
            .try_into()
            .map_err(|_| Error::new(ErrorKind::InvalidKey, "a root key has exactly 32 bytes"))?;
        Self::decode(|key| {
            key.copy_from_slice(bytes);
            Ok(())
        })
    }

    /// The key of 64 hexadecimal digits, the letters all lower or all upper case. Decoded in
    /// constant time.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidKey`] when it is anything else; [`ErrorKind::WeakKey`], also for the key
    /// of this example:
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey};
    ///
    /// let published = "c88a5b9e6f0d72e4134fa6d80b9537e1f2ac614d9e30785bc6d1084fe2937ab5";
    /// assert_eq!(RootKey::from_hex(published).unwrap_err().kind(), ErrorKind::WeakKey);
    /// ```
    pub fn from_hex(digits: &str) -> Result<Self> {
        Self::decode(|key| text::decode_hex(digits.as_bytes(), key))
    }

    /// The key of 44 characters of base64 with padding, as `openssl rand -base64 32` prints it
    /// (without the line feed). Either the standard alphabet or the URL-safe one. Decoded in
    /// constant time.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidKey`] when it is anything else, also for another spelling of the same
    /// bytes; [`ErrorKind::WeakKey`].
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey};
    ///
    /// let published = "yIpbnm8NcuQTT6bYC5U34fKsYU2eMHhbxtEIT+KTerU=";
    /// assert_eq!(RootKey::from_base64(published).unwrap_err().kind(), ErrorKind::WeakKey);
    /// ```
    pub fn from_base64(text: &str) -> Result<Self> {
        Self::decode(|key| text::decode_base64(text.as_bytes(), key))
    }

    /// The key in an environment variable, as hexadecimal digits or base64, which are told apart by
    /// their length. One line end (LF or CR LF) may follow.
    ///
    /// The environment of a process can be read by its user and is inherited by its children; where
    /// that matters, prefer [`from_file`](RootKey::from_file).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidKey`] when the variable is not set or holds anything else;
    /// [`ErrorKind::WeakKey`].
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey};
    ///
    /// let error = RootKey::from_env("KEYSLOT_KEY_OF_NOBODY").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidKey);
    /// assert_eq!(error.to_string(), "the environment variable KEYSLOT_KEY_OF_NOBODY is not set");
    /// ```
    pub fn from_env(variable: impl AsRef<OsStr>) -> Result<Self> {
        let variable = variable.as_ref();
        let shown = || format!("the environment variable{}", Shown(variable));
        let text = std::env::var_os(variable)
            .ok_or_else(|| Error::new(ErrorKind::InvalidKey, format!("{} is not set", shown())))?;
        Self::decode_text(&Zeroizing::new(text.into_encoded_bytes()), shown)
    }

    /// The key in a file, as hexadecimal digits or base64, which are told apart by their length.
    /// One line end (LF or CR LF) may follow, and a UTF-8 byte order mark may stand before it.
    /// UTF-16 is refused.
    ///
    /// The file must be a regular one, not a link to one, and on Unix nobody but its owner may have
    /// any permission on it (`chmod 600`). Its owner is the user that this process runs as, or
    /// root. Its folder and every folder above belong to this user or root, and nobody else may
    /// write to them unless they are sticky. On other systems owners and permissions are not looked
    /// at. For a secret that an orchestrator mounted, see
    /// [`from_mounted_file`](RootKey::from_mounted_file).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnsafeFile`], [`ErrorKind::InvalidKey`] when it holds anything else,
    /// [`ErrorKind::WeakKey`], and [`ErrorKind::Io`] when it cannot be read.
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey};
    ///
    /// let folder = std::env::temp_dir();
    /// assert_eq!(RootKey::from_file(folder).unwrap_err().kind(), ErrorKind::UnsafeFile);
    /// ```
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let text = file::read(path.as_ref())?;
        Self::decode_text(&text, || "the key file".to_owned())
    }

    /// The key in a file that Docker, Kubernetes or systemd mounted, read as
    /// [`from_file`](RootKey::from_file) reads it.
    ///
    /// The path may lead through links, as those of a Kubernetes secret do (`..data`). The file may
    /// belong to any user, and group and others may read it (0440, 0444, 0640, 0660). Its folders
    /// are not looked at: who can change the mount can give this process another key. It must be a
    /// regular file that not everybody may write to.
    ///
    /// # Errors
    ///
    /// Those of [`from_file`](RootKey::from_file).
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey};
    ///
    /// let folder = std::env::temp_dir();
    /// assert_eq!(RootKey::from_mounted_file(folder).unwrap_err().kind(), ErrorKind::UnsafeFile);
    /// ```
    pub fn from_mounted_file(path: impl AsRef<Path>) -> Result<Self> {
        let text = file::read_mounted(path.as_ref())?;
        Self::decode_text(&text, || "the key file".to_owned())
    }

    /// The key in a credential that systemd passes to a service (`LoadCredential=`,
    /// `LoadCredentialEncrypted=` or `SetCredentialEncrypted=` in its unit): the file of this name
    /// in the folder that `CREDENTIALS_DIRECTORY` names, read as
    /// [`from_mounted_file`](RootKey::from_mounted_file) reads it.
    ///
    /// The name has 1 to 255 characters of `A-Z`, `a-z`, `0-9` and `._@:-`, and is not `.` or `..`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] for another name, [`ErrorKind::InvalidKey`] when there is no
    /// `CREDENTIALS_DIRECTORY` with an absolute path, and those of
    /// [`from_file`](RootKey::from_file).
    ///
    /// ```
    /// use keyslot::{ErrorKind, RootKey};
    ///
    /// let error = RootKey::from_systemd_credential("../shadow").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidInput);
    /// ```
    pub fn from_systemd_credential(name: impl AsRef<str>) -> Result<Self> {
        Self::from_mounted_file(credential::path(name.as_ref())?)
    }

    /// The text that [`from_base64`](RootKey::from_base64) takes: what to store of a generated key.
    ///
    /// ```
    /// use keyslot::secrecy::ExposeSecret;
    /// use keyslot::RootKey;
    ///
    /// let text = RootKey::generate()?.to_base64(); // for the secret manager of the host
    /// assert!(RootKey::from_base64(text.expose_secret()).is_ok());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn to_base64(&self) -> SecretString {
        Base64::encode_string(self.expose()).into()
    }

    pub(in crate::crypto) fn expose(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }

    /// The root key of the test vectors, which every constructor refuses.
    #[cfg(test)]
    pub(in crate::crypto) fn published(bytes: [u8; 32]) -> Self {
        assert_eq!(
            Self::from_bytes(&bytes).unwrap_err().kind(),
            ErrorKind::WeakKey
        );
        Self(SecretBox::new(Box::new(bytes)))
    }

    fn decode_text(text: &[u8], holder: impl FnOnce() -> String) -> Result<Self> {
        Self::decode(|key| text::decode(text, key, holder))
    }

    /// Lets `write` write the key to where it will stay, and refuses it if it is weak.
    fn decode(write: impl FnOnce(&mut [u8; 32]) -> Result<()>) -> Result<Self> {
        // The rules look at all bytes, so the compiler keeps parts of the key on the stack
        // meanwhile.
        wiped(|| {
            let key = secret(write)?;
            match weak::defect(key.expose_secret()) {
                None => Ok(Self(key)),
                Some(defect) => Err(Error::new(
                    ErrorKind::WeakKey,
                    format!("the root key {defect}; make one with `openssl rand -base64 32`"),
                )),
            }
        })
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootKey([REDACTED])")
    }
}
