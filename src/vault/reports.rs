//! Reports: secrets that somebody should look at, page by page.
//!
//! A report walks over the records of an organization in the order of their keys, and gives those
//! that fit. No value is opened. Documents, where they count, are read at the same moment as the
//! records, and held against the head.

mod cursor;
mod page;
mod question;
mod referenced;
mod walk;

pub use cursor::ReportCursor;
pub use page::{ReportPage, ReportRow};
pub use question::Report;
