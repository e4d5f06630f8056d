//! Walks over the rows of a store that may be anybody's, page by page. A damaged index can send a
//! scan back to where it was, for ever, so each page must go on behind the last one.

use super::rows::{PAGE, corrupt};
use crate::error::Result;
use crate::store::{Cursor, Kind, Page, Partition, ReadTx, Row, Scan, SecretStore};

/// A walk over the rows of a kind in a partition.
#[derive(Debug)]
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
        Self::from(kind, Some(scope), Cursor::START, bodies)
    }

    /// A walk over all rows of a tenant, in the order of epochs: they were written in it, so they
    /// lie side by side. None was written in epoch 0; one that says so is
    /// looked at like any other.
    pub(super) fn of_all(kind: Kind, bodies: bool) -> Self {
        Self::from(kind, None, Cursor::Epoch(0, Some([0; 32])), bodies)
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

/// Returns true if the rows of a page ascend, from behind the place where it begins up to the place
/// where the next one does.
fn goes_on(page: &Page, from: Cursor) -> bool {
    let of_row = |row: &Row| match from {
        Cursor::Key(_) => (0, Some(row.key.key)),
        Cursor::Epoch(..) => (row.epoch, Some(row.key.key)),
    };
    let mut last = place(from);
    for row in &page.rows {
        let here = of_row(row);
        if here <= last {
            return false;
        }
        last = here;
    }
    match (page.next, from) {
        (None, _) => true,
        (Some(next @ Cursor::Key(_)), Cursor::Key(_))
        | (Some(next @ Cursor::Epoch(..)), Cursor::Epoch(..)) => {
            place(next) >= last && place(next) > place(from)
        }
        _ => false,
    }
}

/// The place of a cursor among those of rows: the greatest that lies before what it reads.
fn place(cursor: Cursor) -> (u64, Option<[u8; 32]>) {
    match cursor {
        Cursor::Key(key) => (0, key),
        Cursor::Epoch(epoch, key) => (epoch, Some(key.unwrap_or([u8::MAX; 32]))),
    }
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

    fn key(number: u8) -> Cursor {
        Cursor::Key(Some([number; 32]))
    }

    #[test]
    fn pages_that_ascend_go_on() {
        let page = |rows: &[Row], next| Page {
            rows: rows.to_vec(),
            next,
        };
        assert!(goes_on(&page(&[], None), Cursor::START));
        assert!(goes_on(
            &page(&[row(0, 9), row(1, 1)], Some(key(1))),
            Cursor::START
        ));
        assert!(goes_on(&page(&[row(2, 1)], None), key(1)));
        let epochs = [row(5, 1), row(1, 2), row(2, 2)];
        assert!(goes_on(
            &page(&epochs, Some(Cursor::Epoch(2, Some([2; 32])))),
            Cursor::Epoch(0, Some([0; 32]))
        ));
        assert!(goes_on(&page(&[row(5, 2)], None), Cursor::Epoch(1, None)));
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

    #[test]
    fn pages_that_go_back_or_stand_still_do_not() {
        let page = |rows: &[Row], next| Page {
            rows: rows.to_vec(),
            next,
        };
        for (rows, next, from) in [
            (&[row(1, 1)][..], None, key(1)),
            (&[row(1, 1)], None, key(2)),
            (&[row(2, 1), row(1, 1)], None, Cursor::START),
            (&[row(1, 1), row(1, 1)], None, Cursor::START),
            (&[row(1, 1), row(2, 1)], Some(key(1)), Cursor::START),
            (&[row(2, 1)], Some(Cursor::START), key(1)),
            (&[], Some(key(1)), key(1)),
            (&[row(2, 1)], Some(Cursor::Epoch(1, None)), key(1)),
            (&[row(1, 2), row(2, 1)], None, Cursor::Epoch(0, None)),
            (&[row(1, 1)], None, Cursor::Epoch(1, None)),
        ] {
            assert!(!goes_on(&page(rows, next), from), "{next:?} from {from:?}");
        }
    }
}
