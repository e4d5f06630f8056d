//! The account of rows that a head keeps beside that of the secrets.

use super::tlv::{array, corrupt};
use crate::error::Result;

/// The account of some rows: their number, and the XOR of their entries. So a row that is missing,
/// added or old is noticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowAccount {
    /// The number of rows.
    pub(crate) count: u64,
    sum: [u8; 32],
}

impl RowAccount {
    /// Enters a row.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) when there are more rows than a number counts.
    pub(crate) fn enter(&mut self, entry: &[u8; 32]) -> Result<()> {
        self.count = self.count.checked_add(1).ok_or_else(corrupt)?;
        self.toggle(entry);
        Ok(())
    }

    /// Takes a row out.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) when the account has none.
    pub(crate) fn withdraw(&mut self, entry: &[u8; 32]) -> Result<()> {
        self.count = self.count.checked_sub(1).ok_or_else(corrupt)?;
        self.toggle(entry);
        Ok(())
    }

    fn toggle(&mut self, entry: &[u8; 32]) {
        for (sum, byte) in self.sum.iter_mut().zip(entry) {
            *sum ^= byte;
        }
    }

    /// `u64 count ‖ sum[32]`; `None` for no rows.
    pub(super) fn encode(&self) -> Option<[u8; 40]> {
        let mut bytes = [0; 40];
        let (count, sum) = bytes.split_at_mut(8);
        count.copy_from_slice(&self.count.to_be_bytes());
        sum.copy_from_slice(&self.sum);
        (*self != Self::default()).then_some(bytes)
    }

    pub(super) fn decode(bytes: Option<&[u8]>) -> Result<Self> {
        let Some(bytes) = bytes else {
            return Ok(Self::default());
        };
        let (count, sum) = bytes.split_first_chunk().ok_or_else(corrupt)?;
        let account = Self {
            count: u64::from_be_bytes(*count),
            sum: array(sum)?,
        };
        // One form alone: what is left out is not there.
        if account == Self::default() {
            return Err(corrupt());
        }
        Ok(account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_comes_back_and_ends_at_nothing() {
        let mut account = RowAccount::default();
        assert_eq!(account.encode(), None);
        account.enter(&[1; 32]).unwrap();
        account.enter(&[2; 32]).unwrap();
        let bytes = account.encode().unwrap();
        assert_eq!(RowAccount::decode(Some(&bytes)).unwrap(), account);
        account.withdraw(&[1; 32]).unwrap();
        assert_ne!(account, RowAccount::default());
        account.withdraw(&[2; 32]).unwrap();
        assert_eq!(account, RowAccount::default());
        assert!(account.withdraw(&[3; 32]).is_err());
    }

    #[test]
    fn other_bytes_are_refused() {
        assert_eq!(RowAccount::decode(None).unwrap(), RowAccount::default());
        for wrong in [&[0; 40][..], &[1; 39], &[1; 41], &[]] {
            assert!(RowAccount::decode(Some(wrong)).is_err(), "{wrong:?}");
        }
        assert!(RowAccount::decode(Some(&[1; 40])).is_ok());
    }
}
