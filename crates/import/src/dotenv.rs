//! Lists of variables (`.env`), by strict rules.
//!
//! Programs read such lists by different rules. Most of what they read differently is refused
//! instead of guessed at; the message says how to write it for all of them.
//!
//! * A line is `NAME=VALUE`, perhaps with `export ` before it and blanks around the `=`. Empty
//!   lines and lines that begin with `#` say nothing. A line may end with CRLF, and the file may
//!   begin with a byte order mark.
//! * Without quotes, the value ends before a `#` that has a blank before it, or at the end of the
//!   line, and blanks at its end are dropped. Backslashes and quotes inside stay as they are.
//! * In single quotes every character stands for itself. The value may have several lines. A `\`
//!   before a single quote is refused.
//! * In double quotes the value may have several lines too, and `\n`, `\r`, `\t`, `\\`, `\"`, `\$`
//!   and `` \` `` stand for one character. A `\` before a letter that no program gives a meaning
//!   stays; `\a`, `\b`, `\c`, `\f`, `\v`, `\'`, a digit and a line end behind `\` are refused.
//! * Backticks are refused: to a shell they are a command.
//! * `$` stands for itself, unless the caller asks for [expansion](Dotenv::expanded).
//! * Each name is there once.
//! * Line ends inside quotes stay as they are, CRLF too.
//!
//! Some of this, other programs read in another way. A shell puts in what `$` stands for; without
//! quotes, it parts a value at blanks, and drops backslashes and quotes; in double quotes, it keeps
//! `\n`, `\r` and `\t` as two characters each. python-dotenv takes `\\` in single quotes for one
//! backslash, keeps the backslash of `\$` in double quotes, takes a comment directly behind `=` for
//! the value, and drops white space of other alphabets at the end of a value.

mod decode;
mod expand;
mod lines;
mod list;
mod quote;
mod reader;
mod variable;

pub use list::Dotenv;
pub use quote::write;
