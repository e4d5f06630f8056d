//! Reading a file into memory that is wiped.

use std::io::{self, ErrorKind as Io, Read};

use keyslot::{Error, ErrorKind};
use zeroize::Zeroizing;

use crate::limits::file_too_long;

/// The first buffer, in bytes; each later one is twice as long.
const FIRST: usize = 64 << 10;

/// Reads a whole file. The bytes are wiped when they are dropped, and those of outgrown buffers at
/// once.
///
/// ```
/// let bytes = keyslot_import::read(&b"STRIPE_KEY=sk_live_..."[..])?;
/// assert_eq!(keyslot_import::Entries::dotenv(&bytes)?.len(), 1);
/// # Ok::<(), keyslot::Error>(())
/// ```
///
/// # Errors
///
/// [`TooLarge`](ErrorKind::TooLarge) for more than [`MAX_FILE`](crate::MAX_FILE) bytes, of which no
/// more are read; [`Io`](ErrorKind::Io) when the reader fails.
pub fn read(mut source: impl Read) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut bytes = Zeroizing::new(vec![0; FIRST]);
    let mut filled = 0;
    loop {
        if filled == bytes.len() {
            if filled > crate::MAX_FILE {
                return Err(file_too_long());
            }
            let longer = (2 * filled).min(crate::MAX_FILE + 1);
            // Not by growing, which leaves a copy behind.
            let mut grown = Zeroizing::new(vec![0; longer]);
            if let Some(room) = grown.get_mut(..filled) {
                room.copy_from_slice(&bytes);
            }
            bytes = grown;
        }
        match source.read(bytes.get_mut(filled..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == Io::Interrupted => {}
            Err(error) => return Err(failed(&error)),
        }
    }
    bytes.truncate(filled);
    Ok(bytes)
}

/// The error of a reader, without its text: that could hold a part of what was read.
fn failed(error: &io::Error) -> Error {
    let message = format!("cannot read the file to import: {}", error.kind());
    Error::new(ErrorKind::Io, message)
}
