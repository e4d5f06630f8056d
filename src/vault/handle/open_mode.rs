//! Extent of the checks of a vault that is opened.

/// Extent of the checks that a vault passes as it is opened; see
/// [`VaultBuilder::open_mode`](crate::VaultBuilder::open_mode).
///
/// ```
/// use keyslot::{OpenMode, RootKey, Vault};
///
/// let builder = Vault::builder().open_mode(OpenMode::Full);
/// builder.create(&RootKey::generate()?)?;
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenMode {
    /// Checks the rows that the vault is opened with and, with an
    /// [anchor](crate::RollbackAnchor), the head of each tenant.
    #[default]
    Header,
    /// Checks every row, as [`Vault::verify`](crate::Vault::verify) does, at its cost.
    Full,
}
