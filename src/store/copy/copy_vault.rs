//! The copy of a vault.

use super::marker::{Claim, is_marker};
use super::mirror::{Mirror, Mirrored};
use super::partitions::for_each;
use crate::error::{Error, ErrorKind, Result};
use crate::store::row::HEADER;
use crate::store::{Partition, Row, SecretStore};

/// The number of times that a copy goes after a source that is written to meanwhile.
const ROUNDS: u32 = 10;

/// Result of [`copy_vault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Copied {
    /// The organizations.
    pub tenants: u64,
    /// The rows, those of the vault itself included.
    pub rows: u64,
}

/// Copies a vault to another store of any kind, without a key: the sealed rows as they are.
///
/// The source is only read, and may be in use: organizations that are written to meanwhile are
/// copied again. At the end all rows of both stores are compared, byte for byte, and only then the
/// target becomes a vault. Until then nothing opens it. An interrupted copy goes on when the same
/// call is made again. Memory is bounded by a page of 2 MiB of either store.
///
/// **Retire the source afterwards.** Stop whatever writes to it before the copy ends, point
/// everything at the target, and remove the source. A vault in two stores becomes two vaults that
/// know nothing of each other: what is revoked in one is still in use in the other.
///
/// Let one copy run at a time. A second one to the same target takes over, and the first one stops
/// with an error.
///
/// ```
/// use keyslot::store::{MemoryStore, copy_vault};
/// use keyslot::{RootKey, Vault};
///
/// let (key, old, new) = (RootKey::generate()?, MemoryStore::new(), MemoryStore::new());
/// let vault = Vault::builder().store(old.clone()).create(&key)?;
/// vault.scope("acme/billing")?.put("STRIPE_KEY", "sk_live_...")?;
///
/// assert_eq!(copy_vault(&old, &new)?.tenants, 1);
/// let vault = Vault::builder().store(new).open(&key)?;
/// assert!(vault.scope("acme/billing")?.matches("STRIPE_KEY", "sk_live_...")?);
/// # Ok::<(), keyslot::Error>(())
/// ```
///
/// # Errors
///
/// [`NotAVault`](ErrorKind::NotAVault) when the source holds none;
/// [`Conflict`](ErrorKind::Conflict) when the target is neither empty nor an unfinished copy of the
/// same vault, is written to by somebody else, or holds newer rows;
/// [`Busy`](ErrorKind::Busy) when the source is written to all the time;
/// [`Corrupt`](ErrorKind::Corrupt) when a store gives its rows out of order; or why a store cannot
/// be read or written.
pub fn copy_vault(from: &dyn SecretStore, to: &dyn SecretStore) -> Result<Copied> {
    let claim = Claim::take(to, header(from)?)?;
    let copied = Copy {
        from,
        to,
        claim: &claim,
    }
    .until_same()?;
    claim.finish()?;
    Ok(copied)
}

/// The header of a vault.
fn header(store: &dyn SecretStore) -> Result<Row> {
    let header = store.get(Partition::VAULT, &[HEADER])?;
    let header = header.into_iter().next().flatten();
    let header = header.filter(|row| row.key == HEADER && !is_marker(row));
    header.ok_or_else(|| {
        Error::new(
            ErrorKind::NotAVault,
            "the source holds no vault, or an unfinished copy of one",
        )
    })
}

struct Copy<'s> {
    from: &'s dyn SecretStore,
    to: &'s dyn SecretStore,
    claim: &'s Claim<'s>,
}

impl Copy<'_> {
    /// Copies until all rows of both stores are the same.
    fn until_same(&self) -> Result<Copied> {
        for _ in 0..ROUNDS {
            let all = self.pass(|_| Ok(true))?;
            if all.changes == 0 {
                return Ok(Copied {
                    tenants: all.tenants,
                    // One more for the header.
                    rows: all.rows + 1,
                });
            }
            // What was written meanwhile: comparing heads is cheaper than comparing all rows.
            for _ in 0..ROUNDS {
                let moved = self.pass(|mirror| Ok(!mirror.has_same_head()?))?;
                if moved.changes == 0 {
                    break;
                }
            }
        }
        Err(Error::new(
            ErrorKind::Busy,
            "the source is written to all the time; stop its writers and copy again, which goes on \
             where this copy was",
        ))
    }

    /// Mirrors the partitions that `is_due` names.
    fn pass(&self, mut is_due: impl FnMut(&Mirror<'_>) -> Result<bool>) -> Result<Mirrored> {
        let mut done = Mirrored::default();
        for_each([self.from, self.to], |partition| {
            let mirror = Mirror {
                from: self.from,
                to: self.to,
                claim: self.claim,
                partition,
            };
            if is_due(&mirror)? {
                mirror.run(&mut done)?;
            }
            Ok(())
        })?;
        Ok(done)
    }
}
