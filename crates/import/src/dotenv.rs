//! Lists of variables (`.env`), as shells, Docker Compose and python-dotenv read them alike.
//!
//! Programs read such lists by different rules. Where these give different values, the list is
//! refused instead of guessed at; the message says how to write it for all of them.
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

mod decode;
mod expand;
mod lines;
mod list;
mod quote;
mod reader;
mod variable;

pub use list::Dotenv;
pub use quote::write;
