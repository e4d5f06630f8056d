//! Finds traces of words in bytes: any window of a word, raw or in a usual encoding.

use std::collections::HashSet;
use std::path::Path;

/// The shortest piece of a word that counts as a trace, in bytes of the word.
const WINDOW: usize = 8;

/// Looks for traces of words that must not be there.
pub struct Scanner {
    /// Windows by length.
    windows: Vec<(usize, HashSet<Vec<u8>>)>,
}

impl Scanner {
    /// A scanner for these words, each of 11 bytes or more, so that three bytes of base64 alignment
    /// leave a whole window.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut windows: Vec<(usize, HashSet<Vec<u8>>)> = Vec::new();
        let mut add = |text: &[u8], len: usize| {
            let at = windows
                .iter()
                .position(|(have, _)| *have == len)
                .unwrap_or_else(|| {
                    windows.push((len, HashSet::new()));
                    windows.len() - 1
                });
            windows[at].1.extend(text.windows(len).map(<[u8]>::to_vec));
        };
        for word in words {
            assert!(
                word.len() >= WINDOW + 3,
                "too short to look for: {} bytes",
                word.len()
            );
            let bytes = word.as_bytes();
            add(bytes, WINDOW);
            let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
            add(&reversed, WINDOW);
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            add(hex.as_bytes(), 2 * WINDOW);
            add(hex.to_uppercase().as_bytes(), 2 * WINDOW);
            let wide: Vec<u8> = bytes.iter().flat_map(|&byte| [byte, 0]).collect();
            add(&wide, 2 * WINDOW);
            for shift in 0..3 {
                // The first and last group depend on the neighbours; what is between is the same in
                // any context.
                let text = &bytes[shift..];
                let whole = &text[..text.len() / 3 * 3];
                add(base64(whole, b"+/").as_bytes(), WINDOW);
                add(base64(whole, b"-_").as_bytes(), WINDOW);
            }
        }
        Self { windows }
    }

    /// Returns the place of the first trace in `bytes`.
    pub fn find(&self, bytes: &[u8]) -> Option<usize> {
        self.windows.iter().find_map(|(len, windows)| {
            bytes
                .windows(*len)
                .position(|window| windows.contains(window))
        })
    }

    /// Every file in a folder and below that holds a trace.
    pub fn find_in(&self, folder: &Path) -> Vec<String> {
        let mut hits = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                hits.extend(self.find_in(&path));
            } else if let Some(at) = self.find(&std::fs::read(&path).unwrap()) {
                hits.push(format!("{} at {at}", path.display()));
            }
        }
        hits
    }
}

/// RFC 4648 without padding, with the last two characters of the alphabet given. Small and separate
/// from the crate's own.
fn base64(bytes: &[u8], last: &[u8; 2]) -> String {
    let letter = |six: u32| match six {
        0..26 => (b'A' + six as u8) as char,
        26..52 => (b'a' + six as u8 - 26) as char,
        52..62 => (b'0' + six as u8 - 52) as char,
        _ => last[six as usize - 62] as char,
    };
    let group =
        |three: &[u8]| u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
    let four = |bits: u32| [18, 12, 6, 0].map(|shift| letter(bits >> shift & 63));
    bytes
        .chunks_exact(3)
        .flat_map(|three| four(group(three)))
        .collect()
}
