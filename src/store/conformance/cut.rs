//! Connections that are cut, and what becomes of writes.

/// A moment at which a store loses its connection.
///
/// ```
/// use keyslot::store::conformance::Cut;
///
/// let is_later = |cut: Cut| cut != Cut::Now;
/// assert!(is_later(Cut::AfterCommit));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cut {
    /// Now: all connections that are open break.
    Now,
    /// At the next commit, which does not arrive.
    BeforeCommit,
    /// At the next commit, which is done, but whose answer does not arrive.
    AfterCommit,
}

/// Results of the writes whose connection was [cut](Cut).
///
/// ```
/// use keyslot::store::conformance::Faults;
///
/// let faults = Faults::default();
/// assert_eq!((faults.done, faults.unavailable, faults.unsettled), (0, 0, 0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Faults {
    /// Writes that were done all the same.
    pub done: u32,
    /// Writes that were not made, and said so.
    pub unavailable: u32,
    /// Writes of which the store could not tell.
    pub unsettled: u32,
}

impl Faults {
    pub(super) fn add(&mut self, other: Self) {
        self.done += other.done;
        self.unavailable += other.unavailable;
        self.unsettled += other.unsettled;
    }
}

/// A place in a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Before,
    FirstInWork,
    InWork,
    LastInWork,
}

/// The places at which writes are cut.
pub(super) const CUTS: [(&str, Cut, Place); 6] = [
    ("before a write", Cut::Now, Place::Before),
    ("at the begin of the work", Cut::Now, Place::FirstInWork),
    ("within the work", Cut::Now, Place::InWork),
    ("at the end of the work", Cut::Now, Place::LastInWork),
    ("before a commit", Cut::BeforeCommit, Place::LastInWork),
    ("after a commit", Cut::AfterCommit, Place::LastInWork),
];
