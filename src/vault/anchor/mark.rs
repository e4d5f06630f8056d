//! One entry of an anchor.

use std::cmp::Ordering;

use crate::error::{Error, ErrorKind, Result};

/// The newest head of one tenant, as an [anchor](crate::RollbackAnchor) keeps it.
///
/// Nothing in it is secret: the store shows the same bytes.
///
/// ```
/// use keyslot::AnchorMark;
///
/// let mark = AnchorMark { tenant: [1; 16], epoch: 7, head: [2; 32] };
/// assert_eq!(AnchorMark::from_bytes(&mark.to_bytes()), Some(mark));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// Not `non_exhaustive`: anchors make it of what they keep.
pub struct AnchorMark {
    /// Tag of the tenant: a keyed hash, as the store has it. 16 zeros for the rows that the vault
    /// is opened with.
    pub tenant: [u8; 16],
    /// The number of writes to the tenant.
    pub epoch: u64,
    /// Commitment of the sealed head, which tells two heads of one epoch apart. The list of the
    /// keys that open the vault is the head of the rows that it is opened with.
    pub head: [u8; 32],
}

impl AnchorMark {
    /// Length of a mark as bytes.
    pub const LENGTH: usize = 56;

    /// Returns the mark as bytes: tenant, epoch with the highest byte first, head.
    ///
    /// ```
    /// use keyslot::AnchorMark;
    ///
    /// let mark = AnchorMark { tenant: [1; 16], epoch: 7, head: [2; 32] };
    /// assert_eq!(mark.to_bytes()[23], 7);
    /// ```
    pub fn to_bytes(&self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        let parts = [&self.tenant[..], &self.epoch.to_be_bytes(), &self.head];
        for (to, from) in bytes.iter_mut().zip(parts.concat()) {
            *to = from;
        }
        bytes
    }

    /// Returns the mark that has these bytes; `None` if they have another length.
    ///
    /// ```
    /// use keyslot::AnchorMark;
    ///
    /// assert_eq!(AnchorMark::from_bytes(&[0; 55]), None);
    /// ```
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (tenant, rest) = bytes.split_first_chunk::<16>()?;
        let (epoch, head) = rest.split_first_chunk::<8>()?;
        Some(Self {
            tenant: *tenant,
            epoch: u64::from_be_bytes(*epoch),
            head: head.try_into().ok()?,
        })
    }

    /// Returns the mark that an anchor keeps after it was told of `next`: the one of the higher
    /// epoch.
    ///
    /// ```
    /// use keyslot::{AnchorMark, ErrorKind};
    ///
    /// let mark = |epoch, head| AnchorMark { tenant: [1; 16], epoch, head: [head; 32] };
    /// assert_eq!(mark(7, 1).advance(mark(8, 2))?, mark(8, 2));
    /// assert_eq!(mark(8, 2).advance(mark(7, 1))?, mark(8, 2));
    /// assert_eq!(mark(8, 2).advance(mark(8, 1)).unwrap_err().kind(), ErrorKind::Tampered);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Tampered`](ErrorKind::Tampered) when the two are different heads of one epoch.
    pub fn advance(self, next: Self) -> Result<Self> {
        match self.epoch.cmp(&next.epoch) {
            Ordering::Less => Ok(next),
            Ordering::Greater => Ok(self),
            Ordering::Equal if self.head == next.head => Ok(self),
            Ordering::Equal => Err(Error::new(
                ErrorKind::Tampered,
                "the anchor has another head of the same number of writes: the vault was written \
                 to in two places, one of which is an older copy",
            )),
        }
    }
}
