//! Turns values in what a tool returns, logs or throws back into placeholders, so that they reach
//! no model, trace or screen.
//!
//! A [`Redactor`] is made for one run, of what was resolved for it ([`Redactor::of`]), of what a
//! vault holds ([`ScopedVault::redactor`](crate::ScopedVault::redactor), with the feature `vault`),
//! or of both ([`merge`](Redactor::merge)). There is no global one. Masking is the inverse of
//! resolving: where `<<$secret.NAME>>` became a value, the value becomes `<<$secret.NAME>>`, so
//! that a model can go on using the reference; [`Mask`] has other ways.
//!
//! It redacts [text](Redactor::redact), [bytes](Redactor::redact_bytes), [JSON
//! documents](Redactor::redact_json), also [as text](Redactor::redact_json_text), [documents of any
//! format](Redactor::redact_tree), what is [shown](Redactor::display), [errors](Redactor::error)
//! with their causes, and streams: a [`RedactWriter`], a [`RedactReader`], and for other ways to
//! read and write a [`Stream`].
//!
//! A [`LiveRedactor`] learns while its streams are open, such as a token that is refreshed in the
//! middle of a run.
//!
//! # What is found
//!
//! Of each value, the value itself and its parts: without white space, quotes or a byte order mark
//! around it; each line, if it has several; and what is secret by itself in any of the formats that
//! the value may have. A value is read as all of them:
//!
//! | format | parts |
//! |---|---|
//! | JSON, also with comments or of Python; in a string; behind comments or `NAME=` | each string and number |
//! | URLs: `scheme://user:password@host`, without a host, in a connection string of JDBC | the password; a user without one |
//! | `user:password`, as `Basic` has it; with `@host` or `@tcp(…)` | the password |
//! | connection strings of ADO.NET, ODBC, libpq; queries and forms | the values of keys that name a secret |
//! | lists of environment variables, INI, TOML, `.npmrc`; YAML, headers; elements of XML | the same |
//! | `.netrc`, `.pgpass`, `.git-credentials` | the password |
//! | `Bearer …`, `Basic …` | what stands behind it; the password that it decodes to |
//! | base64 of text that can be read, also in lines | the text |
//! | JWT | payload and signature |
//!
//! Keys that name a secret end in `password`, `pwd`, `secret`, `token`, `_KEY`, `_AUTH`, `_PAT` and
//! the like. Their values are passed over if they are references (`${NAME}`). A part is read in
//! turn, five deep. Names of users are masked if [asked for](RedactorBuilder::users). What filters
//! made of a value in a resolve is found, and read, like the value; of one that went into a
//! document as JSON the numbers also as most programs write them (`1.50` as `1.5`). All parts are
//! found percent-decoded, too, where they are of URLs or pairs.
//!
//! Each of these, except that lines are only found as they are and in JSON, also in the ways in
//! which programs write it:
//!
//! | writing | forms |
//! |---|---|
//! | JSON | as written by JavaScript, Python, PHP, Go, Jackson, Gson and .NET, which escape more or less |
//! | XML, HTML | six ways to write quotes, or none |
//! | shell, command line | in single quotes, double quotes and `$'…'`; behind backslashes, of PowerShell backquotes; with doubled quotes |
//! | doubled signs | `$$` of Compose, make, Maven and Jenkins; `%%` of `printf` and cmd; `{{` and `}}` of format strings |
//! | string literals | of Rust, Go, Python and JavaScript: what `{:?}`, `%q`, `repr` and `console.log` show; of `MySQL` and PHP |
//! | percent-encoded | as a component or in a form, digits in either case, spaces as `%20` and `+`; in parts of URLs |
//! | base64 | both alphabets, padded or not, alone and within other base64 at each of the three places |
//! | hexadecimal | in either case |
//! | `\uXXXX` | each character, in either case |
//!
//! In parts of URLs, what stays is what the URL standard, RFC 3986, Go and ECMAScript leave there.
//! Of base64, `+`, `/` and `=` are found percent-encoded and as in JSON, too; and where the value
//! is longer than 48 bytes, the lines of 64 and of 76 characters that programs break it into. A
//! last line of fewer than 24 characters is found behind the line before it, and is masked with it.
//!
//! Matches that overlap are masked as one, which names all secrets that are in it; a match that
//! lies within a longer one is part of it. Where two secrets have the same value, both are named.
//!
//! A secret may be truncated by the end of a text. The piece that is left is masked if it has at
//! least half of the bytes of a pattern (a value, a part or a writing of one), or 64 bytes. It must
//! also have the [minimum length](RedactorBuilder::min_len) and be no harmless word. A piece that
//! begins several patterns gets the mask of the shortest one. A shorter piece stays as it is; only
//! a [`RedactWriter`] that is dropped leaves it out. Numbers of JSON documents are never taken for
//! truncated ones.
//!
//! What is shorter than [8 bytes](RedactorBuilder::min_len), and [words](RedactorBuilder::harmless)
//! that anybody writes, are not masked: hiding them would hide everything, and say what they are.
//! White space and quotes around them make no difference. With a lower minimum, short values can be
//! masked [as whole words](RedactorBuilder::short_as_words) only. Of a value with more than [500
//! parts](RedactorBuilder::MAX_PARTS), the rest is masked as it is and in JSON only.
//! [`Redactor::skipped`] lists all these. The first and last line of a PEM and the header of a JWT
//! are the same for many and stay.
//!
//! # What is not found
//!
//! This is hygiene, not a boundary: it keeps secrets out of logs and conversations that nobody
//! wanted them in. A tool that wants to tell a secret can. Not found are
//!
//! * double encodings: base64 of base64, JSON within JSON (but for what needs no escape), percent
//!   signs that are encoded again; line ends that were changed and then encoded;
//! * other writings: numbers of bytes (`[115, 51, …]`), numeric character references (`&#228;`) but
//!   for quotes, quoted-printable, percent signs for what needs none, characters that cannot be
//!   shown in literals of other languages than Rust;
//! * numbers with other digits than a value has and most programs write (`1e21` as
//!   `1000000000000000000000`);
//! * other character sets than UTF-8, such as the UTF-16 in base64 that PowerShell takes;
//! * the `^` of cmd, runs of apostrophes that a shell of Almquist puts in double quotes, and
//!   several of the writings above mixed in one text;
//! * base64 in lines of another length (such as 48), of anything more than the value, without its
//!   first bytes, or the last of its lines alone where that is short; and hexadecimal digits with
//!   something between them;
//! * keys of a value that is JSON; in other formats, the values of keys that name no secret, if
//!   they are less than a line, and blocks of YAML but for their lines;
//! * of a text longer than 64 KiB, literals, lines of base64, and percent-encoding other than as a
//!   component or in a form;
//! * what is compressed, encrypted, hashed or reversed;
//! * what is split: over two strings of a document, two messages of an error, two streams, or with
//!   anything in between;
//! * changes of case; parts of a value that are not listed above, such as its first half;
//! * what somebody cut before it got here, but for its beginning at the end of a text: redact first
//!   and truncate then;
//! * one or two characters of base64 at the edges of a value, which hold bits of its neighbours
//!   too, so they cannot be known.
//!
//! A placeholder stands for the value as it is, also where a part or another writing of it stood:
//! what is resolved again need not be the text that was redacted.
//!
//! # What a redactor tells
//!
//! A redactor is an oracle: anybody who may feed it texts of his own choice can learn the values
//! that it masks. Every redactor confirms a guess of a whole value, or of a whole part of one. An
//! ordinary redactor gives values away byte by byte, in a few thousand texts: a stream holds back
//! exactly what begins a value, and the end of a text is masked if it begins one. So let only those
//! feed it who may know the values.
//!
//! A redactor of values that its handle may hide but not learn is *guarded*. It confirms whole
//! guesses and nothing else, and holds back the last 64 KiB of a stream. It needs the permission
//! [`REDACT`](crate::Permissions::REDACT); see
//! [`ScopedVault::redactor`](crate::ScopedVault::redactor) and [`Redactor::is_guarded`].
//!
//! # Panics
//!
//! A message of a panic can hold a value like any other. A hook redacts it while a run lasts; it
//! keeps what is searched for, so it goes with the run:
//!
//! ```
//! use keyslot::{Redactor, ResolveExt, RunSecrets};
//!
//! let resolved = RunSecrets::new().with("TOKEN", "t0ken-of-ada")?.resolve("<<TOKEN>>")?;
//! let redactor = Redactor::of(&resolved)?;
//! # let (sender, shown) = std::sync::mpsc::channel();
//! let before = std::panic::take_hook();
//! std::panic::set_hook(Box::new(move |panic| {
//!     eprintln!("{}", redactor.display(panic));
//! #   sender.send(redactor.display(panic).to_string()).unwrap();
//! }));
//! # let _ = std::panic::catch_unwind(|| panic!("401 for t0ken-of-ada"));
//! // … at the end of the run:
//! std::panic::set_hook(before);
//! # let shown = shown.recv().unwrap();
//! # assert!(shown.contains("401 for <<$secret.TOKEN>>") && !shown.contains("t0ken-of-ada"));
//! # Ok::<(), keyslot::Error>(())
//! ```

mod builder;
mod collector;
mod display;
mod encodings;
mod find;
#[cfg(feature = "vault")]
mod find_values;
#[cfg(feature = "vault")]
mod findings;
mod harmless;
mod io;
#[cfg(feature = "json")]
mod json;
mod json_text;
mod keys;
mod literal;
mod live;
mod mask;
mod open_end;
mod parts;
mod pattern;
mod pieces;
mod redactor;
mod search;
mod size;
mod skipped;
mod skips;
mod span;
mod stream;
mod sweep;
mod table;
mod tree;
mod variants;
#[cfg(feature = "vault")]
mod vault;

pub use builder::RedactorBuilder;
pub use display::{Redacted, RedactedError};
pub use io::{RedactReader, RedactWriter};
pub use literal::Literal;
pub use live::LiveRedactor;
pub use mask::Mask;
pub use redactor::Redactor;
pub use skipped::{SkipReason, Skipped};
pub use stream::Stream;
pub use variants::Variant;
