//! The place of a wrapped key.

use std::fmt;

use super::canonical::encode;

/// The place that a wrapped key belongs to: one key slot of one vault. Bytes that a
/// [`RootKeyProvider`](crate::RootKeyProvider) binds the wrapped key to, so that it is of no use in
/// another place. Never empty, and no secret.
///
/// ```
/// use keyslot::KeyContext;
///
/// let (one, other) = (KeyContext::new([1; 16], [2; 16]), KeyContext::new([1; 16], [3; 16]));
/// assert_ne!(one.as_bytes(), other.as_bytes());
/// assert_eq!(one.vault(), other.vault());
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct KeyContext {
    vault: [u8; 16],
    bytes: Vec<u8>,
}

impl KeyContext {
    /// The context of a key slot. A vault makes it; a test of a provider may, too.
    ///
    /// ```
    /// use keyslot::KeyContext;
    ///
    /// assert!(!KeyContext::new([0; 16], [0; 16]).as_bytes().is_empty());
    /// ```
    pub fn new(vault: [u8; 16], key_slot: [u8; 16]) -> Self {
        Self {
            vault,
            bytes: encode(&[b"keyslot/1 provider", &vault, &key_slot]),
        }
    }

    /// The bytes to bind a wrapped key to, 62 of them: a label, the id of the vault, and the id of
    /// the key slot. A key service takes them as *context*, *associated data* or *AAD*, as a rule
    /// in base64.
    ///
    /// ```
    /// use keyslot::KeyContext;
    ///
    /// assert_eq!(KeyContext::new([1; 16], [2; 16]).as_bytes().len(), 62);
    /// ```
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The id of the vault: for logs, and to find the key of a vault in a service that keeps many.
    ///
    /// ```
    /// use keyslot::KeyContext;
    ///
    /// assert_eq!(KeyContext::new([1; 16], [2; 16]).vault(), &[1; 16]);
    /// ```
    pub fn vault(&self) -> &[u8; 16] {
        &self.vault
    }
}

impl fmt::Debug for KeyContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyContext(")?;
        self.bytes
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}
