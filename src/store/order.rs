//! Order of what a store gives that may be anybody's.

use std::num::NonZeroU32;

use super::page::{Cursor, Page, PageSize};
use super::partition::Partition;
use super::row::Row;

/// Rows that are read at once. The bytes bound what a store can make its reader hold: some rows of
/// an honest vault have that many.
pub(crate) const PAGE: PageSize = PageSize {
    rows: NonZeroU32::new(256).unwrap(),
    bytes: 2 << 20,
};

/// Returns true if listed partitions ascend, from behind the place where the list begins.
pub(crate) fn ascend(after: Option<Partition>, listed: &[Partition]) -> bool {
    let mut last = after;
    listed
        .iter()
        .all(|partition| last.replace(*partition) < Some(*partition))
}

/// Returns true if the rows of a page ascend, from behind the place where it begins up to the place
/// where the next one does.
pub(crate) fn goes_on(page: &Page, from: Cursor) -> bool {
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
    use crate::store::{Kind, RowKey};

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
