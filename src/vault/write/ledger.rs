//! The ledger, the one way to write secrets: read, decide, seal and account for it in one
//! transaction under the tenant's head.

mod account;
mod data_keys;
mod documents;
mod entry;
mod infos;
mod named_row;
mod pages;
mod place;
mod read_ahead;
mod records;
mod reseal_page;
mod reseal_secret;
mod transaction;

pub(super) use data_keys::check_unused;
pub(super) use entry::LedgerEntry;
pub(super) use named_row::NamedRow;
pub(super) use pages::ScopePages;
pub(super) use place::{Place, Resealed};
pub(super) use transaction::Ledger;
