//! The secrets that are searched for.

use std::collections::HashMap;

use base64ct::{Base64, Encoding as _};

/// The number of ways to write a secret of letters and digits, itself included.
const WRITINGS: usize = 12;

/// Some patterns, and the secrets that they are writings of.
pub struct Work {
    /// The number of patterns.
    pub column: &'static str,
    pub secrets: Vec<String>,
    pub patterns: Vec<Pattern>,
    masks: HashMap<String, String>,
}

pub struct Pattern {
    pub text: String,
    /// The text that takes its place.
    pub mask: String,
}

impl Work {
    pub fn new(column: &'static str) -> Self {
        let count: usize = column.parse().unwrap();
        let secrets: Vec<String> = (0..count.div_ceil(WRITINGS)).map(secret).collect();
        let written = |(number, secret): (usize, &String)| {
            let mask = format!("<<$secret.{}>>", name(number));
            writings(secret).map(|text| Pattern {
                text,
                mask: mask.clone(),
            })
        };
        let patterns: Vec<Pattern> = secrets
            .iter()
            .enumerate()
            .flat_map(written)
            .take(count)
            .collect();
        let masks = patterns
            .iter()
            .map(|pattern| (pattern.text.clone(), pattern.mask.clone()))
            .collect();
        Self {
            column,
            secrets,
            patterns,
            masks,
        }
    }

    /// The number of patterns in a redactor of these secrets.
    pub fn redactor_patterns(&self) -> usize {
        self.secrets.len() * WRITINGS
    }

    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(|pattern| pattern.text.as_str())
    }

    /// The text that takes the place of a pattern.
    pub fn mask(&self, pattern: &str) -> &str {
        &self.masks[pattern]
    }
}

/// The name of a secret.
pub fn name(number: usize) -> String {
    format!("S{number}")
}

fn secret(number: usize) -> String {
    let mut random = Random::new(number);
    // Of more bytes base64 is broken into lines, which are writings too.
    let length = 32 + random.below(17);
    random.token(length)
}

/// The shorter one first where one is the start of another.
fn writings(secret: &str) -> [String; WRITINGS] {
    let each = |write: fn(u8) -> String| secret.bytes().map(write).collect::<String>();
    let mut all = vec![
        secret.to_owned(),
        each(|byte| format!("{byte:02x}")),
        each(|byte| format!("{byte:02X}")),
    ];
    // Alone, and behind one or two bytes that it shares a character with; before other bytes, or at
    // the end, padded or not.
    for before in 0..3 {
        let padded = Base64::encode_string(&[&vec![0; before], secret.as_bytes()].concat());
        let length = before + secret.len();
        for end in [length * 8 / 6, (length * 8).div_ceil(6), padded.len()] {
            all.push(padded[(before * 8).div_ceil(6)..end].to_owned());
        }
        all.dedup();
    }
    all.extend([
        each(|byte| format!(r"\u{byte:04x}")),
        each(|byte| format!(r"\u{byte:04X}")),
    ]);
    all.try_into().unwrap()
}

/// Numbers that are the same in each run (Vigna, "An experimental exploration of Marsaglia's
/// xorshift generators, scrambled", 2016).
pub struct Random(u64);

impl Random {
    pub fn new(seed: usize) -> Self {
        Self((seed as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit
    }

    /// Letters and digits.
    pub fn token(&mut self, length: usize) -> String {
        const LETTERS: &[u8; 62] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..length)
            .map(|_| char::from(LETTERS[self.below(LETTERS.len())]))
            .collect()
    }
}
