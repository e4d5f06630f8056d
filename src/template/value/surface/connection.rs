//! Connection strings, in one of three forms.
//!
//! | form | grammar |
//! |---|---|
//! | libpq | PostgreSQL documentation, section 34.1.1.1, keyword/value strings |
//! | ADO.NET | the remarks on `DbConnectionStringBuilder` and `SqlConnection.ConnectionString` |
//! | ODBC | the remarks on `SQLDriverConnect` |

mod place;
mod reader;

pub(in crate::template::value) use place::{Place, places};
pub(in crate::template::value) use reader::Form;
