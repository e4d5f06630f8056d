//! Turns values in what a tool returns, logs or throws back into placeholders, so that they reach no model, trace or screen.
//!
//! A [`Redactor`] is made for one run, of what was resolved for it ([`Redactor::of`]), of what a vault holds
//! ([`ScopedVault::redactor`](crate::ScopedVault::redactor), with the feature `vault`), or of both
//! ([`merge`](Redactor::merge)). There is no global one. Masking is the inverse of resolving: where `<<$secret.NAME>>` became a
//! value, the value becomes `<<$secret.NAME>>`, so that a model can go on using the reference; [`Mask`] has other ways.
//!
//! It redacts [text](Redactor::redact), [bytes](Redactor::redact_bytes), [JSON documents](Redactor::redact_json), what is
//! [shown](Redactor::display), [errors](Redactor::error) with their causes, and streams: a [`RedactWriter`], a [`RedactReader`],
//! and for other ways to read and write a [`Stream`].
//!
//! # What is found
//!
//! Of each value, the value itself and its parts: without white space or quotes around it; each line, if it has several; each
//! string, if it is JSON; the user and the password of a URL or connection string, also percent-decoded; what stands behind
//! `Bearer` and `Basic`, and what the latter decodes to; payload and signature of a JWT; and what filters made of it in that
//! resolve. Each of these, except that lines are only found as they are and in JSON, also in the ways in which programs
//! write it:
//!
//! | writing | forms |
//! |---|---|
//! | JSON | as written by JavaScript, Python, PHP, Go and .NET, which escape more or less |
//! | XML, HTML | five ways to write quotes, or none |
//! | shell | inside single quotes, double quotes and `$'…'`; behind backslashes |
//! | percent-encoded | as a component, in a path, a query or a form; digits in either case; spaces as `%20` and `+` |
//! | base64 | both alphabets, padded or not, alone and within other base64 at each of the three places |
//! | hexadecimal | in either case |
//! | `\uXXXX` | each character, in either case |
//!
//! Matches that overlap are masked as one, which names all secrets that are in it; a match that lies within a longer one is part
//! of it. Where two secrets have the same value, both are named.
//!
//! What is shorter than [8 bytes](RedactorBuilder::min_len), and [words](RedactorBuilder::harmless) that anybody writes, are not
//! masked: hiding them would hide everything, and say what they are. [`Redactor::skipped`] lists them. The first and last line
//! of a PEM and the header of a JWT are the same for many and stay.
//!
//! # What is not found
//!
//! This is hygiene, not a boundary: it keeps secrets out of logs and conversations that nobody wanted them in. A tool that
//! wants to tell a secret can. Not found are
//!
//! * double encodings: base64 of base64, JSON within JSON (but for what needs no escape), percent signs that are encoded again;
//! * base64 that is broken into lines, and hexadecimal digits with something between them;
//! * what is compressed, encrypted, hashed or reversed;
//! * what is split: over two strings of a document, two messages of an error, two streams, or with anything in between;
//! * changes of case; parts of a value that are not listed above, such as its first half;
//! * what somebody cut before it got here: redact first and truncate then;
//! * one or two characters of base64 at the edges of a value, which hold bits of its neighbours too, so they cannot be known.
//!
//! Whoever can redact texts of his own choice can find out by trying whether a value is the secret.
//!
//! # Panics
//!
//! A message of a panic can hold a value like any other. A hook redacts it:
//!
//! ```
//! use keyslot::{Redactor, ResolveExt, RunSecrets};
//!
//! let resolved = RunSecrets::new().with("TOKEN", "t0ken-of-ada")?.resolve("<<TOKEN>>")?;
//! let redactor = Redactor::of(&resolved)?;
//! # let (sender, shown) = std::sync::mpsc::channel();
//! std::panic::set_hook(Box::new(move |panic| {
//!     eprintln!("{}", redactor.display(panic));
//! #   sender.send(redactor.display(panic).to_string()).unwrap();
//! }));
//! # let _ = std::panic::catch_unwind(|| panic!("401 for t0ken-of-ada"));
//! # let _ = std::panic::take_hook();
//! # let shown = shown.recv().unwrap();
//! # assert!(shown.contains("401 for <<$secret.TOKEN>>") && !shown.contains("t0ken-of-ada"));
//! # Ok::<(), keyslot::Error>(())
//! ```

mod builder;
mod collector;
mod display;
mod encodings;
mod io;
#[cfg(feature = "json")]
mod json;
mod mask;
mod parts;
mod pattern;
mod redactor;
mod search;
mod skipped;
mod stream;
mod sweep;
mod table;
mod variants;
#[cfg(feature = "vault")]
mod vault;

pub use builder::RedactorBuilder;
pub use display::{Redacted, RedactedError};
pub use io::{RedactReader, RedactWriter};
pub use mask::Mask;
pub use redactor::Redactor;
pub use skipped::{Skipped, Why};
pub use stream::Stream;
pub use variants::Variant;
