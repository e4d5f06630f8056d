//! A management page and a JSON API for vaults of [keyslot](https://docs.rs/keyslot), which an
//! engine mounts: framework-neutral, blocking, without JavaScript.
//!
//! The host authenticates each request and makes a [`Session`] for it; [`Console::respond`] does
//! the rest. With the feature `axum`, [`router`] does it on threads that may block.
//!
//! ```
//! use keyslot::{Actor, Permissions, RootKey, Scope, Vault};
//! use keyslot_console::{Console, Session};
//!
//! let vault = Vault::in_memory(&RootKey::generate()?)?;
//! vault.scope("acme/billing")?.put("STRIPE_KEY", "sk_live_...")?;
//! let console = Console::new(vault);
//!
//! let ada = Session::new(
//!     Actor::new("user:ada")?,
//!     Permissions::READ | Permissions::MANAGE,
//!     [Scope::new("acme")?],
//! );
//! let request = http::Request::get("/secrets?scope=acme/billing").body(Vec::new()).unwrap();
//! let response = console.respond(&ada, &request);
//! assert_eq!(response.status(), 200);
//! let page = String::from_utf8_lossy(response.body());
//! assert!(page.contains("STRIPE_KEY") && !page.contains("sk_live"));
//! # Ok::<(), keyslot::Error>(())
//! ```
//!
//! # What the console promises
//!
//! * No value is in any page but the one that reveals it, which asks for a reason, has a permission
//!   of its own, is written to the audit log before it is shown, and is never kept by a cache.
//! * What a session may not see looks as if it were not there, at the same cost.
//! * A form of another site changes nothing, no other page frames a page of the console, and
//!   nothing on a page runs.
//! * Two people never overwrite each other: a form has the revision that its reader saw.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod api;
#[cfg(feature = "axum")]
mod arrived;
mod asked;
mod body;
mod call;
mod change;
mod console;
mod explained;
mod failure;
mod fields;
mod guard;
mod limits;
mod links;
mod listing;
mod pages;
mod reply;
mod reveals;
mod route;
#[cfg(feature = "axum")]
mod router;
mod session;
mod survey;
mod texts;
mod time;
mod verifying;

pub use body::Body;
pub use console::Console;
pub use limits::Limits;
#[cfg(feature = "axum")]
pub use router::router;
pub use session::Session;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
