//! The rows that a write reads, held against the view.

use super::current::Current;
use super::page::is_page;
use super::refusal::{restless, tampered};
use crate::crypto::{Head, Info};
use crate::error::Result;
use crate::store::{Partition, ReadTx, Row, RowKey};
use crate::vault::core::Core;
use crate::vault::hashed_scope::HashedScope;
use crate::vault::high_water::Mark;
use crate::vault::tenant_view::ProvenRow;

/// The view of a tenant as a write to it began.
#[derive(Default)]
pub(in crate::vault) struct WriteGuard(State);

#[derive(Default)]
enum State {
    /// The vault has no guard.
    #[default]
    Off,
    /// The tenant has no head, so it has no secrets.
    Empty,
    Of(Current),
}

impl Core {
    /// Makes the view of a tenant that is going to be written to, so that it is not made while the
    /// tenant is locked.
    ///
    /// # Errors
    ///
    /// [`Tampered`](crate::ErrorKind::Tampered); those of the store.
    pub(in crate::vault) fn prepare_guard(&self, tenant: Partition) -> Result<()> {
        let Some(views) = &self.views else {
            return Ok(());
        };
        if views.known(tenant).is_none() {
            self.read_compared(views, tenant, &mut |_| Ok(()), |(), _| Ok(Some(())))?;
        }
        Ok(())
    }
}

impl WriteGuard {
    /// The view as of the head that a write begins with.
    ///
    /// # Errors
    ///
    /// [`Tampered`](crate::ErrorKind::Tampered); those of the store.
    pub(in crate::vault) fn open<T: ReadTx + ?Sized>(
        core: &Core,
        tenant: Partition,
        tx: &mut T,
        head: Option<(&Row, &Head)>,
    ) -> Result<Self> {
        let Some(views) = &core.views else {
            return Ok(Self(State::Off));
        };
        let head = match head {
            Some((row, head)) => Some((head, Mark::of(row, head)?)),
            None => None,
        };
        let current = core.current_in(views, tenant, tx, head)?;
        Ok(Self(current.map_or(State::Empty, State::Of)))
    }

    /// Makes sure that the row of a key is the one that the view has: the info in it, and the
    /// commitment of that; or none.
    ///
    /// # Errors
    ///
    /// [`Tampered`](crate::ErrorKind::Tampered) when it is not;
    /// [`Busy`](crate::ErrorKind::Busy) when the view was lost meanwhile.
    pub(in crate::vault) fn check(
        &self,
        core: &Core,
        key: &RowKey,
        found: Option<(&Info, &[u8; 32])>,
    ) -> Result<()> {
        let prove = |(info, commitment)| ProvenRow::of(core.keys.sub(), key.key, info, commitment);
        match (&self.0, found) {
            (State::Off, _) | (State::Empty, None) => Ok(()),
            (State::Empty, Some(_)) => Err(tampered()),
            (State::Of(current), Some(found)) => {
                let row = prove(found);
                settled(current.compare(|view| view.has(&row))?)
            }
            (State::Of(current), None) => settled(current.compare(|view| !view.knows(&key.key))?),
        }
    }

    /// Makes sure that a page has all rows of a scope behind one key, up to another or to the end.
    ///
    /// # Errors
    ///
    /// Those of [`check`](Self::check).
    pub(in crate::vault) fn check_page<'i>(
        &self,
        core: &Core,
        scope: &HashedScope,
        (after, until): (Option<&[u8; 32]>, Option<&[u8; 32]>),
        mut page: impl Iterator<Item = ([u8; 32], &'i Info, &'i [u8; 32])>,
    ) -> Result<()> {
        let keys = core.keys.sub();
        let prove = |(key, info, commitment)| ProvenRow::of(keys, key, info, commitment);
        match &self.0 {
            State::Off => Ok(()),
            State::Empty => page.try_for_each(|_| Err(tampered())),
            State::Of(current) => {
                let rows: Vec<ProvenRow> = page.map(prove).collect();
                settled(current.compare(|view| is_page(view, scope, after, until, &rows))?)
            }
        }
    }
}

/// Refuses where nothing was compared. Nobody else writes to the tenant meanwhile, so that a view
/// only moves if it was given up.
fn settled(is_compared: bool) -> Result<()> {
    if is_compared { Ok(()) } else { Err(restless()) }
}
