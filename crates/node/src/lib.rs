//! The native half of the npm package `keyslot`. `lib.js` checks what comes in and wraps what goes
//! out; nobody else calls these classes.
//!
//! Documents, options and reports cross the boundary as JSON text, so that keys keep their order
//! and numbers their digits. Each call that may wait has a first argument `now`: on this thread, or
//! in the pool of Node as a promise.
#![warn(clippy::print_stdout, clippy::print_stderr)]
// The macros of napi want owned arguments.
#![allow(clippy::needless_pass_by_value)]

mod audit;
mod changes;
mod engine;
mod failure;
mod input;
mod key;
mod list;
mod options;
mod redactor;
mod resolved;
mod resolving;
mod run;
mod scope;
mod snapshot;
mod stream;
mod target;
mod vault;
mod work;
mod write;
