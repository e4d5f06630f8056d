//! Flaws of stores.

/// Ways in which a store is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// Keeps what a failed write did.
    HalfWrites,
    AnswersInOrderOfKeys,
    IgnoresLimit,
    NeverGoesOn,
    RepeatsPages,
    ScansBackwards,
    ForgetsBodies,
    SendsBodies,
    /// Finds the rows of all scopes for one.
    ForgetsScope,
    LosesEmptyBytes,
    TakesAnyEpoch,
    OldHead,
    HeadOfAnyTenant,
    MissesCommits,
    JudgesByTheEpoch,
    IgnoresBytes,
    TakesLongRows,
    SoundsTheAlarm,
    DeleteOfAbsentFails,
    DirtyReads,
    ReadersWait,
    LosesUpdates,
    TornReads,
    TruncatesLargeBodies,
    PurgeErases,
    EpochCursorSkipsEqual,
    /// Gives back the rows as they were at its begin, with its own changes.
    ForgetsOtherLocks,
    /// Locks nothing for a writer that finds four others waiting.
    LocksForFewWriters,
    /// Finds the keys of a page, then reads its rows one by one.
    TornPages,
    /// Has a limit of parameters for a statement.
    GetsFewKeys,
    /// Drops the rows of a write after the first hundred.
    PutsFewRows,
    EpochScansShowDeletedRows,
    AnswersOnceInAWrite,
}
