//! Ids of documents.

use crate::crypto::DocumentRecord;
use crate::error::{Error, ErrorKind, Result, is_printable};

/// Checks the id of a document.
///
/// # Errors
///
/// [`InvalidInput`](ErrorKind::InvalidInput), which does not repeat the id.
pub(in crate::vault) fn check_id(id: &str) -> Result<&str> {
    let is_sound = (1..=DocumentRecord::MAX_ID).contains(&id.len())
        && id.trim().len() == id.len()
        && id.chars().all(is_printable);
    if is_sound {
        return Ok(id);
    }
    Err(Error::new(
        ErrorKind::InvalidInput,
        "the id of a document has 1 to 256 bytes of printable text, without white space at its \
         ends",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_and_printable() {
        let longest = "é".repeat(128);
        for good in ["workflow:42", "a b", "ü", longest.as_str()] {
            assert_eq!(check_id(good).unwrap(), good);
        }
        let long = format!("{longest}x");
        for wrong in ["", " a", "a ", "a\nb", "a\u{202e}b", "\0", long.as_str()] {
            let error = check_id(wrong).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
        }
    }
}
