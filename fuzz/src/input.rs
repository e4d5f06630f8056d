//! Inputs, read so that seeds can be written by hand and small changes stay small.

/// The parts of an input. The byte 0xff, which UTF-8 never has, stands between them.
pub fn parts(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    data.split(|&byte| byte == 0xff)
}

/// A part as text. Each byte that is no UTF-8 stands for one of some pieces: most changes that are
/// made at random put in what the grammar is made of.
pub fn text(part: &[u8], pieces: &[impl AsRef<str>]) -> String {
    let mut text = String::new();
    for chunk in part.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(pieces[usize::from(byte & 0x7f) * pieces.len() / 0x80].as_ref());
        }
    }
    text
}
