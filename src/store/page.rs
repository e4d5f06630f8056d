//! Pages: the rows that a scan reads at once.

use std::num::NonZeroU32;

use super::row::{Kind, Row};
use crate::error::Result;

/// A request for a page: the rows of a kind, and where to begin among them.
// Exhaustive: a vault makes it, and a store must keep to each part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scan {
    /// The kind of the rows.
    pub kind: Kind,
    /// The tag of a scope, for the rows whose keys [begin](super::RowKey::scope) with it alone;
    /// `None` for all rows of the kind.
    pub scope: Option<[u8; 16]>,
    /// The order, and the place to begin at.
    pub from: Cursor,
    /// The bounds of the page.
    pub size: PageSize,
    /// True to read bodies as well; else [`Row::body`] is left empty.
    pub bodies: bool,
}

/// Order of a scan, and the place where it begins.
// Exhaustive: a store must answer each of them, and must not compile before it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// In the order of keys: those after this one, or from the first.
    Key(Option<[u8; 32]>),
    /// In the order of epoch and key: rows of a later epoch, or of the same with a later key if
    /// there is one.
    Epoch(u64, Option<[u8; 32]>),
}

impl Cursor {
    /// From the first key.
    pub const START: Self = Self::Key(None);
}

/// Some rows of a scan.
// Exhaustive: stores make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Row>,
    /// Place to go on; `None` when there are no more rows.
    pub next: Option<Cursor>,
}

/// Bounds of a page: it ends before whichever is passed first.
// Exhaustive: a vault makes it, and a store must keep each bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize {
    /// The most rows.
    pub rows: NonZeroU32,
    /// The most bytes, counted as [`Row::size`] does. The first row of a page is there even if it
    /// is longer.
    pub bytes: usize,
}

impl PageSize {
    /// No bounds.
    pub const MAX: Self = Self {
        rows: NonZeroU32::MAX,
        bytes: usize::MAX,
    };
}

impl Page {
    /// Makes a page of rows that come in the order of `from`, and takes no more of them than fit.
    ///
    /// ```
    /// use std::num::NonZeroU32;
    /// use keyslot::store::{Cursor, Kind, Page, PageSize, Row, RowKey};
    ///
    /// let row = |number| {
    ///     let key = RowKey { kind: Kind::Secret, key: [number; 32] };
    ///     Row { key, epoch: 1, info: vec![0; 300], body: Vec::new() }
    /// };
    /// let size = PageSize { rows: NonZeroU32::new(256).unwrap(), bytes: 1000 };
    /// let page = Page::collect((0..9).map(|number| Ok(row(number))), Cursor::START, size)?;
    /// assert_eq!(page.rows.len(), 3);
    /// assert_eq!(page.next, Some(Cursor::Key(Some([2; 32]))));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The first error of the rows.
    pub fn collect(
        rows: impl IntoIterator<Item = Result<Row>>,
        from: Cursor,
        size: PageSize,
    ) -> Result<Self> {
        let most = usize::try_from(size.rows.get()).unwrap_or(usize::MAX);
        let (mut page, mut bytes, mut full) = (Vec::new(), 0_usize, false);
        for row in rows {
            let row = row?;
            bytes = bytes.saturating_add(row.size());
            full = bytes > size.bytes && !page.is_empty();
            if full {
                break;
            }
            page.push(row);
            full = page.len() == most;
            if full {
                break;
            }
        }
        // A full page may be the last one.
        let next = page.last().filter(|_| full).map(|row: &Row| match from {
            Cursor::Key(_) => Cursor::Key(Some(row.key.key)),
            Cursor::Epoch(..) => Cursor::Epoch(row.epoch, Some(row.key.key)),
        });
        Ok(Self { rows: page, next })
    }
}
