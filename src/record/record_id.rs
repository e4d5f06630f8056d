//! Identities of secrets.

use std::fmt;

use serde::Serialize;

use super::hex::write_hex;

/// The random identity of a secret. Never used twice: a secret that was deleted and created again
/// has another one.
///
/// ```
/// use keyslot::RecordId;
///
/// let record = RecordId::from_bytes([0xA5; 16]);
/// assert_eq!(record.to_string(), "a5".repeat(16));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId([u8; 16]);

impl RecordId {
    /// Returns the identity of these bytes.
    ///
    /// ```
    /// use keyslot::RecordId;
    ///
    /// assert_eq!(RecordId::from_bytes([1; 16]).as_bytes(), &[1; 16]);
    /// ```
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Returns the 16 bytes.
    ///
    /// ```
    /// use keyslot::RecordId;
    ///
    /// let id = RecordId::from_bytes(*b"sixteen bytes :)");
    /// assert_eq!(id.as_bytes().len(), 16);
    /// ```
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// 32 hexadecimal digits.
impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(&self.0, f)
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordId({self})")
    }
}

impl Serialize for RecordId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_shown_as_32_digits() {
        let record =
            RecordId::from_bytes(std::array::from_fn(|at| u8::try_from(at * 16 + 1).unwrap()));
        let digits = "01112131415161718191a1b1c1d1e1f1";
        assert_eq!(record.to_string(), digits);
        assert_eq!(format!("{record:?}"), format!("RecordId({digits})"));
        assert_eq!(
            serde_json::to_string(&record).unwrap(),
            format!("\"{digits}\"")
        );
        assert_eq!(RecordId::from_bytes(*record.as_bytes()), record);
    }
}
