//! Fingerprints of values.

use std::fmt;

use serde::Serialize;

use super::hex::write_hex;

/// A keyed hash of a value: equal values have equal fingerprints. It says nothing outside of its
/// vault, and compares only within one organization.
///
/// ```
/// use keyslot::Fingerprint;
///
/// let fingerprint = Fingerprint::from_bytes([0xA5; 32]);
/// assert_eq!(fingerprint.to_string(), "a5".repeat(32));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Returns the fingerprint of these bytes, as once read from a
    /// [`SecretInfo`](crate::SecretInfo).
    ///
    /// ```
    /// use keyslot::Fingerprint;
    ///
    /// assert_eq!(Fingerprint::from_bytes([1; 32]).as_bytes(), &[1; 32]);
    /// ```
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes.
    ///
    /// ```
    /// use keyslot::Fingerprint;
    ///
    /// let fingerprint = Fingerprint::from_bytes([7; 32]);
    /// assert_eq!(fingerprint.as_bytes()[0], 7);
    /// ```
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// 64 hexadecimal digits.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_shown_as_64_digits() {
        let fingerprint = Fingerprint::from_bytes([0xA5; 32]);
        assert_eq!(fingerprint.to_string(), "a5".repeat(32));
        assert_eq!(
            format!("{fingerprint:?}"),
            format!("Fingerprint({fingerprint})")
        );
        assert_eq!(
            serde_json::to_string(&fingerprint).unwrap(),
            format!("\"{fingerprint}\"")
        );
        assert_eq!(
            Fingerprint::from_bytes(*fingerprint.as_bytes()),
            fingerprint
        );
    }
}
