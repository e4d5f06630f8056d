//! The keys that open a vault: listing, adding, removing and changing them.

mod add;
mod change;
mod list;
mod remove;
mod slots;
mod telling;
