//! The texts that are searched.

use crate::work::{Pattern, Random};

const LENGTH: usize = 1 << 20;
/// The shortest start of a secret that is worth the name, in bytes.
const SHORTEST_START: usize = 4;

/// A text, and what comes out.
#[derive(Default)]
pub struct Text {
    pub text: String,
    pub masked: String,
    pub secrets: usize,
}

impl Text {
    /// Every pattern once.
    pub fn each(patterns: &[Pattern]) -> Self {
        patterns
            .iter()
            .enumerate()
            .fold(Self::default(), |mut this, (line, pattern)| {
                this.literal(&format!("{line}: "));
                this.secret(pattern);
                this.literal(" is a secret\n");
                this
            })
    }

    /// The log of a service, with a secret in every thousandth line.
    pub fn log(patterns: &[Pattern]) -> Self {
        // Not those of the secrets.
        let mut random = Random::new(1 << 20);
        let mut this = Self::default();
        for line in 0.. {
            if this.text.len() >= LENGTH {
                break;
            }
            let (second, id) = (line % 60, random.token(32));
            this.literal(&format!(
                "2026-01-12T10:{second:02}:07Z INFO GET /v1/users/{line}?page=2 200 {id} key="
            ));
            if line % 1_000 == 999 {
                this.secret(&patterns[line / 1_000 * 37 % patterns.len()]);
            } else {
                this.literal(&random.token(40));
            }
            this.literal("\n");
        }
        this
    }

    /// A secret, and then starts of all patterns, none of which holds a pattern.
    pub fn attack(patterns: &[Pattern]) -> Self {
        // The length of the first pattern that this one starts with; it may be the whole.
        let limit = |pattern: &Pattern| {
            let within = patterns
                .iter()
                .map(|other| &other.text)
                .filter(|other| pattern.text.starts_with(*other));
            within.map(String::len).min().unwrap()
        };
        let limits: Vec<usize> = patterns.iter().map(limit).collect();
        let mut random = Random::new(1 << 21);
        let mut this = Self::default();
        this.secret(&patterns[0]);
        for (pattern, limit) in patterns.iter().zip(limits).cycle() {
            if this.text.len() >= LENGTH {
                break;
            }
            let length = SHORTEST_START + random.below(limit - SHORTEST_START);
            this.literal("\n");
            this.literal(&pattern.text[..length]);
        }
        this
    }

    fn literal(&mut self, text: &str) {
        self.text.push_str(text);
        self.masked.push_str(text);
    }

    fn secret(&mut self, pattern: &Pattern) {
        self.text.push_str(&pattern.text);
        self.masked.push_str(&pattern.mask);
        self.secrets += 1;
    }
}
