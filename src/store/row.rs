//! Rows of a store.

use crate::error::{Error, ErrorKind, Result};

/// Kind of a stored row. The numbers are part of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum Kind {
    /// The one row that says what vault this is; its key is zeros.
    Header = 1,
    /// A wrapped copy of the vault key.
    Slot = 2,
    /// The secret that row keys and tags are derived from.
    VaultSecret = 3,
    /// A data key of a tenant.
    DataKey = 4,
    /// The head of a tenant.
    Head = 5,
    /// A secret, with its newest value.
    Secret = 6,
    /// An older value of a secret.
    Version = 7,
    /// Entries of an audit log.
    Audit = 8,
    /// The uses of a secret.
    Usage = 9,
    /// The references that a document of the host needs.
    Document = 10,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::Header,
        Self::Slot,
        Self::VaultSecret,
        Self::DataKey,
        Self::Head,
        Self::Secret,
        Self::Version,
        Self::Audit,
        Self::Usage,
        Self::Document,
    ];

    /// The kind of a stored number.
    ///
    /// ```
    /// use keyslot::store::Kind;
    ///
    /// assert_eq!(Kind::from_number(6), Some(Kind::Secret));
    /// assert_eq!(Kind::from_number(99), None);
    /// ```
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// The number to store.
    ///
    /// ```
    /// use keyslot::store::Kind;
    ///
    /// for kind in Kind::ALL {
    ///     assert_eq!(Kind::from_number(kind.number()), Some(kind));
    /// }
    /// ```
    pub fn number(self) -> u8 {
        self as u8
    }
}

/// Identifies a row within its [partition](super::Partition): its kind and 32 bytes that look
/// random. Rows of secrets and versions begin with the tag of their scope.
// Exhaustive: stores make it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// The kind of the row.
    pub kind: Kind,
    /// The key within the kind.
    pub key: [u8; 32],
}

/// One sealed row. It does not know its [partition](super::Partition): each call says that.
// Exhaustive: stores make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its identity.
    pub key: RowKey,
    /// The epoch of the tenant at the row's last write; at most `i64::MAX`.
    pub epoch: u64,
    /// Sealed facts about it.
    pub info: Vec<u8>,
    /// The sealed thing itself; may be empty.
    pub body: Vec<u8>,
}

/// Key of the row of the header, which a vault has once.
pub(crate) const HEADER: RowKey = RowKey {
    kind: Kind::Header,
    key: [0; 32],
};

impl RowKey {
    /// The first half of the key: the tag of the scope, in rows of secrets and versions.
    ///
    /// ```
    /// use keyslot::store::{Kind, RowKey};
    ///
    /// let mut key = [0; 32];
    /// key[..16].fill(7);
    /// let row = RowKey { kind: Kind::Secret, key };
    /// assert_eq!(row.scope(), [7; 16]);
    /// ```
    pub fn scope(&self) -> [u8; 16] {
        let mut scope = [0; 16];
        scope.copy_from_slice(self.key.split_at(16).0);
        scope
    }
}

impl Row {
    /// The longest info, in bytes. A vault writes no longer one.
    pub const MAX_INFO: usize = 1 << 20;

    /// The longest body, in bytes: a sealed value of 1 MiB. A vault writes no longer one.
    pub const MAX_BODY: usize = (1 << 20) + (1 << 17);

    /// The bytes of info and body together, which a [page](super::PageSize) counts.
    ///
    /// ```
    /// use keyslot::store::{Kind, Row, RowKey};
    ///
    /// let key = RowKey { kind: Kind::Secret, key: [7; 32] };
    /// let row = Row { key, epoch: 1, info: vec![0; 60], body: vec![0; 300] };
    /// assert_eq!(row.size(), 360);
    /// ```
    pub fn size(&self) -> usize {
        self.info.len() + self.body.len()
    }

    /// Checks a row that is to be written, and gives its epoch as databases keep it.
    ///
    /// ```
    /// use keyslot::ErrorKind;
    /// use keyslot::store::{Kind, Row, RowKey};
    ///
    /// let key = RowKey { kind: Kind::Secret, key: [7; 32] };
    /// let row = Row { key, epoch: 3, info: vec![1], body: Vec::new() };
    /// assert_eq!(row.check()?, 3);
    /// let long = Row { info: vec![0; Row::MAX_INFO + 1], ..row };
    /// assert_eq!(long.check().unwrap_err().kind(), ErrorKind::TooLarge);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) for an epoch above `i64::MAX`,
    /// [`TooLarge`](ErrorKind::TooLarge) for a row over [`MAX_INFO`](Row::MAX_INFO) or
    /// [`MAX_BODY`](Row::MAX_BODY).
    pub fn check(&self) -> Result<i64> {
        if self.info.len() > Self::MAX_INFO || self.body.len() > Self::MAX_BODY {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "a row is too long; Row::MAX_INFO and Row::MAX_BODY are the limits",
            ));
        }
        i64::try_from(self.epoch)
            .map_err(|_| Error::new(ErrorKind::InvalidInput, "an epoch is at most 2^63 - 1"))
    }
}
