//! Keys that are kept elsewhere.

use std::fmt::Debug;
use std::sync::Arc;

use secrecy::SecretBox;

use super::key_context::KeyContext;
use crate::error::Result;

/// A place that keeps the key of a vault and never gives it out: a key service, a hardware module,
/// the keychain of an operating system. It wraps and unwraps 32 bytes.
///
/// A key slot for a provider holds a random key that the provider wrapped. A vault asks the
/// provider to wrap and to unwrap it when the slot is made, and to unwrap it each time that the
/// vault is opened: for each slot of the name of the provider until one opens. These are 8 at most,
/// and up to 64 where somebody who can write the store planted others, which
/// [`verify`](crate::Vault::verify) tells; but none after 8 answers of
/// [`Unavailable`](crate::ErrorKind::Unavailable). It asks from the thread that opens the vault, so
/// a provider bounds its own waiting.
///
/// An implementation must:
///
/// * bind the wrapped key to [`KeyContext::as_bytes`], and refuse to unwrap it for another context;
/// * answer with the bytes that it was given, or with an error. A vault notices other bytes by the
///   key check of the slot, and refuses them as [`WrongKey`](crate::ErrorKind::WrongKey);
/// * fail with one of these kinds: [`Unavailable`](crate::ErrorKind::Unavailable) when it cannot be
///   reached now, whatever it is asked, [`KeyDenied`](crate::ErrorKind::KeyDenied) when it refuses
///   this process the key, [`WrongKey`](crate::ErrorKind::WrongKey) when the wrapped bytes are not
///   of this key or not for this context. Every other kind becomes
///   [`KeyProvider`](crate::ErrorKind::KeyProvider).
///
/// The text of its errors is not passed on, because it may repeat what it was sent. The error that
/// the caller of the vault sees has the kind, and the name of the provider.
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::Mutex;
///
/// use keyslot::secrecy::{ExposeSecret, SecretBox};
/// use keyslot::{Error, ErrorKind, KeyContext, Result, RootKeyProvider};
///
/// /// A safe in this process. It keeps each key itself, by the place that it belongs to.
/// #[derive(Debug, Default)]
/// struct Safe(Mutex<HashMap<KeyContext, SecretBox<[u8; 32]>>>);
///
/// fn copy(key: &SecretBox<[u8; 32]>) -> SecretBox<[u8; 32]> {
///     SecretBox::init_with_mut(|copy: &mut [u8; 32]| copy.copy_from_slice(key.expose_secret()))
/// }
///
/// impl RootKeyProvider for Safe {
///     fn name(&self) -> &str {
///         "safe:main"
///     }
///
///     fn wrap(&self, key: &SecretBox<[u8; 32]>, context: &KeyContext) -> Result<Vec<u8>> {
///         self.0.lock().unwrap().insert(context.clone(), copy(key));
///         Ok(b"in the safe".to_vec())
///     }
///
///     fn unwrap(&self, _wrapped: &[u8], context: &KeyContext) -> Result<SecretBox<[u8; 32]>> {
///         let keys = self.0.lock().unwrap();
///         let key = keys.get(context).map(copy);
///         key.ok_or_else(|| Error::new(ErrorKind::WrongKey, "the safe has no key of this place"))
///     }
/// }
///
/// let (safe, here) = (Safe::default(), KeyContext::new([1; 16], [1; 16]));
/// let wrapped = safe.wrap(&SecretBox::new(Box::new([7; 32])), &here)?;
/// assert_eq!(safe.unwrap(&wrapped, &here)?.expose_secret(), &[7; 32]);
/// assert!(safe.unwrap(&wrapped, &KeyContext::new([2; 16], [1; 16])).is_err());
/// # Ok::<(), keyslot::Error>(())
/// ```
pub trait RootKeyProvider: Debug + Send + Sync + 'static {
    /// The name of the provider and of the key there, e.g. `transit:keyslot/main`: 1 to 128
    /// characters of `A-Z`, `a-z`, `0-9` and `._:/@-`. It is stored with the key slot in plain
    /// sight, and stands in messages. A slot is tried only with a provider of its name, so the name
    /// of a key never changes.
    fn name(&self) -> &str;

    /// Wraps a key. At most 1,024 bytes come back.
    ///
    /// # Errors
    ///
    /// The kinds above.
    fn wrap(&self, key: &SecretBox<[u8; 32]>, context: &KeyContext) -> Result<Vec<u8>>;

    /// Undoes [`wrap`](RootKeyProvider::wrap).
    ///
    /// # Errors
    ///
    /// The kinds above.
    fn unwrap(&self, wrapped: &[u8], context: &KeyContext) -> Result<SecretBox<[u8; 32]>>;
}

/// The longest wrapped key, in bytes.
pub(super) const MAX_WRAPPED: usize = 1024;

/// Returns true for the name of a provider.
pub(super) fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/@-".contains(&byte);
    (1..=128).contains(&name.len()) && name.bytes().all(is_plain)
}

macro_rules! hand_on {
    ($($pointer:ident)+) => {$(
        impl<P: RootKeyProvider + ?Sized> RootKeyProvider for $pointer<P> {
            fn name(&self) -> &str {
                (**self).name()
            }

            fn wrap(&self, key: &SecretBox<[u8; 32]>, context: &KeyContext) -> Result<Vec<u8>> {
                (**self).wrap(key, context)
            }

            fn unwrap(&self, wrapped: &[u8], context: &KeyContext) -> Result<SecretBox<[u8; 32]>> {
                (**self).unwrap(wrapped, context)
            }
        }
    )+};
}

hand_on!(Box Arc);
