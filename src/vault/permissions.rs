//! Permissions of handles.

mod set;
mod text;

pub use set::Permissions;
