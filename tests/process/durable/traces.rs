//! Traces of what must not be readable at rest: any eight bytes of a word, raw, in hexadecimal
//! digits or in base64.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use keyslot::secrecy::ExposeSecret;
use keyslot::template::ResolveExt;

/// Bytes of a word that count as a trace.
const WINDOW: usize = 8;

/// A search for traces of some words: one pass over a file, whose pieces are hundreds.
pub struct Traces {
    /// By the first bytes of a piece, its whole bytes.
    pieces: HashMap<[u8; WINDOW], Vec<Vec<u8>>>,
    /// The pairs of bytes with which a piece begins, because most places begin none.
    pairs: Vec<bool>,
}

impl Traces {
    pub fn of(words: &[&str]) -> Self {
        let mut pieces: Vec<Vec<u8>> = Vec::new();
        let mut add = |text: &[u8], length| {
            pieces.extend(text.windows(length).map(<[u8]>::to_vec));
        };
        for word in words {
            add(word.as_bytes(), WINDOW);
            for digits in [
                base16ct::lower::encode_string,
                base16ct::upper::encode_string,
            ] {
                add(digits(word.as_bytes()).as_bytes(), 2 * WINDOW);
            }
            for shift in 0..3 {
                // Whole groups are the same whatever stands around them.
                let groups = &word[shift..][..(word.len() - shift) / 3 * 3];
                let values = keyslot::Variables::new().with("V", groups).unwrap();
                for filter in ["base64", "base64url"] {
                    let encoded = format!("<<V|{filter}>>");
                    let encoded = values.resolve(&encoded).unwrap();
                    add(encoded.expose_secret().as_bytes(), WINDOW);
                }
            }
        }
        let mut traces = Self {
            pieces: HashMap::new(),
            pairs: vec![false; 1 << 16],
        };
        for piece in pieces {
            let first = *piece.first_chunk().unwrap();
            traces.pairs[pair(&first)] = true;
            traces.pieces.entry(first).or_default().push(piece);
        }
        traces
    }

    fn are_in(&self, bytes: &[u8]) -> bool {
        bytes.windows(WINDOW).enumerate().any(|(at, window)| {
            let first: &[u8; WINDOW] = window.try_into().unwrap();
            let is_here = |piece: &Vec<u8>| bytes[at..].starts_with(piece);
            self.pairs[pair(first)]
                && matches!(self.pieces.get(first), Some(found) if found.iter().any(is_here))
        })
    }

    /// The first file in a folder that holds a trace, but for those with these endings.
    pub fn find(&self, folder: &Path, but: &[&str]) -> Option<String> {
        let mut files = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let found = files.find(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            if but.iter().any(|ending| name.ends_with(ending)) {
                return false;
            }
            let bytes = fs::read(path).unwrap();
            self.are_in(&bytes)
        });
        found.map(|path| path.display().to_string())
    }
}

fn pair(bytes: &[u8; WINDOW]) -> usize {
    usize::from(u16::from_le_bytes([bytes[0], bytes[1]]))
}

#[test]
fn traces_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let traces = Traces::of(&["canary of a value"]);
    assert_eq!(traces.find(folder.path(), &[]), None);
    let file = folder.path().join("file");
    for (text, is_trace) in [
        ("nothing of the kind", false),
        ("a canary of b", true),
        ("63616e617279206f66", true),
        ("Y2FuYXJ5IG9mIGEgdmFsdWU", true),
        ("canary", false),
    ] {
        fs::write(&file, text).unwrap();
        assert_eq!(
            traces.find(folder.path(), &[]).is_some(),
            is_trace,
            "{text}"
        );
        assert_eq!(traces.find(folder.path(), &["file"]), None);
    }
}
