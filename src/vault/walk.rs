//! Walks over the rows of a store that may be anybody's, page by page. A damaged index can send a
//! scan back to where it was, for ever, so each page must go on behind the last one.

use super::rows::corrupt;
use crate::error::Result;
use crate::store::{Cursor, Kind, PAGE, Page, Partition, ReadTx, Row, Scan, SecretStore, goes_on};

/// A walk over the rows of a kind in a partition.
#[derive(Clone, Debug)]
pub(super) struct Walk(Option<Scan>);

/// One step of a walk.
#[derive(Debug)]
pub(super) enum Step<T> {
    /// The next page, which ascends.
    Found(Vec<T>),
    /// The store gave something out of order, or would go on where it was. The walk is over.
    Disorder,
    /// There is no more.
    End,
}

impl Walk {
    /// A walk over the rows of one scope, in the order of keys.
    pub(super) fn of_scope(kind: Kind, scope: [u8; 16], bodies: bool) -> Self {
        Self::of_scope_after(kind, scope, None, bodies)
    }

    /// A walk over all rows of a tenant behind a key, in the order of keys and without bodies.
    pub(super) fn of_infos_after(kind: Kind, after: Option<[u8; 32]>) -> Self {
        Self::from(kind, None, Cursor::Key(after), false)
    }

    /// A walk over the rows of one scope behind a key, in the order of keys.
    pub(super) fn of_scope_after(
        kind: Kind,
        scope: [u8; 16],
        after: Option<[u8; 32]>,
        bodies: bool,
    ) -> Self {
        Self::from(kind, Some(scope), Cursor::Key(after), bodies)
    }

    /// A walk over all rows of a tenant, in the order of epochs: they were written in it, so they
    /// lie side by side. None was written in epoch 0; one that says so is
    /// looked at like any other.
    pub(super) fn of_all(kind: Kind, bodies: bool) -> Self {
        Self::from(kind, None, Cursor::Epoch(0, Some([0; 32])), bodies)
    }

    /// A walk over the rows of a tenant that were written after an epoch, in the order of epochs.
    pub(super) fn of_all_since(kind: Kind, epoch: u64, bodies: bool) -> Self {
        Self::from(kind, None, Cursor::Epoch(epoch, None), bodies)
    }

    /// A walk over all rows of a tenant behind a key, in the order of keys: who comes back to it
    /// later meets each row once, whatever was written in between.
    pub(super) fn of_all_after(kind: Kind, after: Option<[u8; 32]>) -> Self {
        Self::from(kind, None, Cursor::Key(after), true)
    }

    /// A walk over the rows of the vault itself, which have no epochs, in the order of keys.
    pub(super) fn of_vault(kind: Kind) -> Self {
        Self::from(kind, None, Cursor::START, true)
    }

    fn from(kind: Kind, scope: Option<[u8; 16]>, from: Cursor, bodies: bool) -> Self {
        Self(Some(Scan {
            kind,
            scope,
            from,
            size: PAGE,
            bodies,
        }))
    }

    /// Returns true if the last page was read.
    pub(super) fn is_over(&self) -> bool {
        self.0.is_none()
    }

    /// Reads the next page.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub(super) fn step_from(
        &mut self,
        store: &dyn SecretStore,
        partition: Partition,
    ) -> Result<Step<Row>> {
        self.step(|scan| store.scan(partition, scan))
    }

    /// Reads the next page inside of a transaction.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub(super) fn step_in<T: ReadTx + ?Sized>(&mut self, tx: &mut T) -> Result<Step<Row>> {
        self.step(|scan| tx.scan(scan))
    }

    fn step(&mut self, read: impl FnOnce(&Scan) -> Result<Page>) -> Result<Step<Row>> {
        let Some(scan) = self.0.take() else {
            return Ok(Step::End);
        };
        let page = read(&scan)?;
        if !goes_on(&page, scan.from) || !is_of(&page, scan.scope) {
            return Ok(Step::Disorder);
        }
        self.0 = page.next.map(|from| Scan { from, ..scan });
        Ok(Step::Found(page.rows))
    }
}

impl<T> Step<T> {
    /// The page, for those who cannot go on without all of them; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) where they are out of order.
    pub(super) fn page(self) -> Result<Option<Vec<T>>> {
        match self {
            Self::Found(page) => Ok(Some(page)),
            Self::End => Ok(None),
            Self::Disorder => Err(corrupt(
                "the store gives its rows out of order: an index of it is damaged",
            )),
        }
    }
}

/// Returns true if all rows of a page are of a scope. A damaged index sends a search to a place
/// before the scope, and then it gives rows of another one.
fn is_of(page: &Page, scope: Option<[u8; 16]>) -> bool {
    scope.is_none_or(|scope| page.rows.iter().all(|row| row.key.scope() == scope))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::RowKey;

    fn row(number: u8, epoch: u64) -> Row {
        let key = RowKey {
            kind: Kind::Secret,
            key: [number; 32],
        };
        Row {
            key,
            epoch,
            info: Vec::new(),
            body: Vec::new(),
        }
    }

    #[test]
    fn a_page_holds_rows_of_its_scope_alone() {
        let page = |numbers: &[u8]| Page {
            rows: numbers.iter().map(|number| row(*number, 1)).collect(),
            next: None,
        };
        assert!(is_of(&page(&[7, 7]), Some([7; 16])) && is_of(&page(&[]), Some([7; 16])));
        assert!(is_of(&page(&[6, 7]), None));
        for numbers in [&[6, 7][..], &[7, 8], &[6]] {
            assert!(!is_of(&page(numbers), Some([7; 16])), "{numbers:?}");
        }
    }
}
