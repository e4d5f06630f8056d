//! Pages of two stores, brought to the same stretch of keys.

use crate::error::{Error, ErrorKind, Result};
use crate::store::order::goes_on;
use crate::store::{Cursor, Page, Row};

/// The rows of both stores behind a key, as far as a page of either goes.
pub(super) struct Stretch {
    pub(super) source: Vec<Row>,
    pub(super) target: Vec<Row>,
    /// The last key of the stretch; `None` if it goes to the end.
    pub(super) end: Option<[u8; 32]>,
}

/// The changes that make the target the same.
pub(super) struct Changes<'r> {
    /// The rows that only the target has.
    pub(super) gone: Vec<&'r Row>,
    /// The rows of the source that the target lacks or has otherwise; and those that it has.
    pub(super) put: Vec<(&'r Row, Option<&'r Row>)>,
}

impl Stretch {
    /// Makes a stretch of pages that begin at the same place.
    ///
    /// # Errors
    ///
    /// [`Corrupt`](ErrorKind::Corrupt) when a page does not ascend, or does not go on.
    pub(super) fn of(source: Page, target: Page, from: Cursor) -> Result<Self> {
        let ends = [end_of(&source, from)?, end_of(&target, from)?];
        let end = ends.into_iter().flatten().min();
        Ok(Self {
            source: up_to(source.rows, end),
            target: up_to(target.rows, end),
            end,
        })
    }

    /// Returns true if both stores hold the same.
    pub(super) fn is_same(&self) -> bool {
        self.source == self.target
    }

    /// The changes that make the target the same.
    pub(super) fn changes(&self) -> Changes<'_> {
        let among = |rows: &'_ [Row], row: &Row| {
            rows.binary_search_by_key(&row.key, |other| other.key).ok()
        };
        let old = |row| among(&self.target, row).and_then(|at| self.target.get(at));
        let gone = self.target.iter();
        let put = self.source.iter().map(|row| (row, old(row)));
        Changes {
            gone: gone
                .filter(|row| among(&self.source, row).is_none())
                .collect(),
            put: put.filter(|(row, old)| *old != Some(row)).collect(),
        }
    }
}

impl Changes<'_> {
    /// Returns true if they take back a row that is newer than the source: than the row that comes
    /// in its place, or than `newest`.
    pub(super) fn lose_newer(&self, newest: u64) -> bool {
        let is_older =
            |(row, old): &(&Row, Option<&Row>)| old.is_some_and(|old| old.epoch > row.epoch);
        self.put.iter().any(is_older) || self.gone.iter().any(|row| row.epoch > newest)
    }
}

/// The rows up to a key.
pub(super) fn up_to(mut rows: Vec<Row>, end: Option<[u8; 32]>) -> Vec<Row> {
    rows.retain(|row| end.is_none_or(|end| row.key.key <= end));
    rows
}

/// The key up to which a page has all rows; `None` for the end.
fn end_of(page: &Page, from: Cursor) -> Result<Option<[u8; 32]>> {
    let last = page.rows.last().map(|row| row.key.key);
    match (from, page.next) {
        _ if !goes_on(page, from) => Err(disorder()),
        (Cursor::Key(_), None) => Ok(None),
        (Cursor::Key(_), Some(Cursor::Key(next))) if next == last => Ok(next),
        _ => Err(disorder()),
    }
}

/// The error for a store that lists its rows in another order.
pub(super) fn disorder() -> Error {
    Error::new(
        ErrorKind::Corrupt,
        "a store gives its rows out of order: an index of it is damaged; restore it from a backup",
    )
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
            info: vec![number],
            body: Vec::new(),
        }
    }

    fn page(numbers: &[u8], next: Option<u8>) -> Page {
        let rows = numbers.iter().map(|number| row(*number, 1)).collect();
        let next = next.map(|number| Cursor::Key(Some([number; 32])));
        Page { rows, next }
    }

    fn numbers(rows: &[Row]) -> Vec<u8> {
        rows.iter().map(|row| row.info[0]).collect()
    }

    #[test]
    fn a_stretch_goes_as_far_as_both_pages() {
        let cases = [
            (
                page(&[1, 2, 5], Some(5)),
                page(&[2, 3], Some(3)),
                Some(3),
                2,
                2,
            ),
            (page(&[1, 2, 5], Some(5)), page(&[], None), Some(5), 3, 0),
            (page(&[1], None), page(&[1, 7, 9], Some(9)), Some(9), 1, 3),
            (page(&[1], None), page(&[1, 7], None), None, 1, 2),
        ];
        for (source, target, end, of_source, of_target) in cases {
            let stretch = Stretch::of(source, target, Cursor::START).unwrap();
            assert_eq!(stretch.end, end.map(|number| [number; 32]));
            assert_eq!(stretch.source.len(), of_source);
            assert_eq!(stretch.target.len(), of_target);
        }
    }

    #[test]
    fn pages_that_do_not_go_on_are_refused() {
        let from = Cursor::Key(Some([3; 32]));
        for bad in [
            page(&[2], None),
            page(&[3], None),
            page(&[5, 4], None),
            page(&[4, 4], None),
            page(&[4, 5], Some(4)),
            page(&[4], Some(9)),
            page(&[], Some(3)),
            Page {
                next: Some(Cursor::Epoch(1, None)),
                ..page(&[4], None)
            },
        ] {
            let good = || page(&[4, 5], Some(5));
            assert!(Stretch::of(good(), good(), from).is_ok(), "the control");
            for refused in [
                Stretch::of(bad.clone(), good(), from),
                Stretch::of(good(), bad.clone(), from),
            ] {
                let kind = refused.err().map(|error| error.kind());
                assert_eq!(kind, Some(ErrorKind::Corrupt), "{bad:?}");
            }
        }
    }

    #[test]
    fn changes_make_the_target_the_same_and_take_nothing_newer_back() {
        let stretch = |source: &[Row], target: &[Row]| Stretch {
            source: source.to_vec(),
            target: target.to_vec(),
            end: None,
        };
        let one = stretch(
            &[row(1, 4), row(2, 4), row(4, 2)],
            &[row(2, 3), row(3, 3), row(4, 2)],
        );
        let changes = one.changes();
        let put: Vec<Row> = changes.put.iter().map(|(row, _)| (*row).clone()).collect();
        let gone: Vec<Row> = changes.gone.iter().map(|row| (*row).clone()).collect();
        assert_eq!((numbers(&put), numbers(&gone)), (vec![1, 2], vec![3]));
        assert!(!changes.lose_newer(3));
        assert!(changes.lose_newer(2), "a row that is gone is newer");
        let other = stretch(&[row(1, 4)], &[row(1, 5)]);
        assert!(other.changes().lose_newer(9), "a row is newer");
    }
}
