//! Audit logs: entries, the chain over them, and the rows that hold them.

mod chain;
mod decode;
mod facts;
mod row;
mod tags;

pub(crate) use chain::LogChain;
pub(crate) use decode::decode_entry;
pub(crate) use facts::{Facts, LoggedKey, kept as kept_tool};
pub(crate) use row::LogRow;
