//! Scans of a store that may be anybody's, page by page. A damaged index can send a scan back to
//! where it was, for ever, so each page must go on behind the last one.

use super::rows::{PAGE, corrupt};
use crate::error::Result;
use crate::store::{Cursor, Kind, Page, Row, SecretStore, Tag, WriteTx};

/// A scan, and its progress.
#[derive(Debug)]
pub(super) struct Scan {
    kind: Kind,
    tag: Tag,
    bodies: bool,
    /// The place to go on; `None` at the end.
    from: Option<Cursor>,
}

/// One step of a scan.
pub(super) enum Step {
    /// The rows of the next page, which ascend.
    Rows(Vec<Row>),
    /// The store gave rows out of order, or would go on where it was. The scan is over.
    Disorder,
    /// There are no more rows.
    End,
}

impl Scan {
    /// A scan in the order that stores have an index for: in any other they sort all that they
    /// find. The rows of a tenant lie in the order of epochs. None was written in epoch 0; one that
    /// says so is looked at like any other.
    pub(super) fn new(kind: Kind, tag: Tag, bodies: bool) -> Self {
        let from = match tag {
            Tag::Any | Tag::Scope(_) => Cursor::START,
            Tag::Tenant(_) => Cursor::Epoch(0, Some([0; 32])),
        };
        Self {
            kind,
            tag,
            bodies,
            from: Some(from),
        }
    }

    /// Reads the next page.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub(super) fn step_from(&mut self, store: &dyn SecretStore) -> Result<Step> {
        let Some(from) = self.from.take() else {
            return Ok(Step::End);
        };
        let page = store.scan(self.kind, self.tag, from, PAGE, self.bodies)?;
        Ok(self.go_on(page, from))
    }

    /// Reads the next page inside of a write.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub(super) fn step_in(&mut self, tx: &mut dyn WriteTx) -> Result<Step> {
        let Some(from) = self.from.take() else {
            return Ok(Step::End);
        };
        let page = tx.scan(self.kind, self.tag, from, PAGE, self.bodies)?;
        Ok(self.go_on(page, from))
    }

    fn go_on(&mut self, page: Page, from: Cursor) -> Step {
        if !goes_on(&page, from) {
            return Step::Disorder;
        }
        self.from = page.next;
        Step::Rows(page.rows)
    }
}

impl Step {
    /// The rows, for those who cannot go on without all of them; `None` at the end.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](crate::ErrorKind::Corrupt) where they are out of order.
    pub(super) fn rows(self) -> Result<Option<Vec<Row>>> {
        match self {
            Self::Rows(rows) => Ok(Some(rows)),
            Self::End => Ok(None),
            Self::Disorder => Err(corrupt(
                "the store gives its rows out of order: an index of it is damaged",
            )),
        }
    }
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
            tenant: [1; 16],
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
