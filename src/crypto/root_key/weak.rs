//! Keys that anybody could guess.
#![expect(
    clippy::needless_bitwise_bool,
    reason = "a rule that stops at the byte that decides tells by its time which it was"
)]

use std::hint::black_box;

use crate::crypto::primitives::equal;

/// Keys that stand in documentation: the example of this crate, and the root key of the test
/// vectors of its format.
const PUBLISHED: [[u8; 32]; 2] = [
    [
        0xc8, 0x8a, 0x5b, 0x9e, 0x6f, 0x0d, 0x72, 0xe4, 0x13, 0x4f, 0xa6, 0xd8, 0x0b, 0x95, 0x37,
        0xe1, 0xf2, 0xac, 0x61, 0x4d, 0x9e, 0x30, 0x78, 0x5b, 0xc6, 0xd1, 0x08, 0x4f, 0xe2, 0x93,
        0x7a, 0xb5,
    ],
    [
        0x9f, 0x1b, 0x46, 0x7c, 0x02, 0xd3, 0x8e, 0x55, 0xba, 0x60, 0x2f, 0xc4, 0x97, 0x3d, 0xe8,
        0x11, 0x74, 0xa9, 0x5c, 0x06, 0xfb, 0x82, 0x39, 0xd0, 0x4e, 0xc7, 0x1d, 0x63, 0xb8, 0x2a,
        0x95, 0xee,
    ],
];

/// Fewer different bytes than this are no chance: a random key has them once in 10^33.
const LEAST_DISTINCT: usize = 9;

/// The rule that a guessable key breaks, to follow "the root key".
pub(super) fn defect(key: &[u8; 32]) -> Option<&'static str> {
    let rules = [
        (
            distinct(key) < LEAST_DISTINCT,
            "has almost no distinct bytes",
        ),
        (
            (1..=16).fold(false, |any, period| any | repeats(key, period)),
            "repeats itself",
        ),
        (is_sequence(key), "counts up or down"),
        (is_text(key), "is text, not random bytes"),
        (
            PUBLISHED
                .iter()
                .fold(false, |any, published| any | equal(key, published)),
            "is an example from documentation",
        ),
    ];
    rules
        .into_iter()
        .find_map(|(holds, defect)| holds.then_some(defect))
}

/// The bytes one by one. Without the box the compiler reads 16 at once into a vector register,
/// which nobody clears: half of the key goes to the stack with the next thing that saves registers.
fn bytes(key: &[u8; 32]) -> impl Iterator<Item = u8> {
    key.iter().map(|byte| *black_box(byte))
}

/// The number of distinct bytes.
fn distinct(key: &[u8; 32]) -> usize {
    let is_new = |(at, byte): (usize, u8)| {
        bytes(key)
            .take(at)
            .fold(true, |new, earlier| new & (earlier != byte))
    };
    bytes(key)
        .enumerate()
        .map(|byte| usize::from(is_new(byte)))
        .sum()
}

fn repeats(key: &[u8; 32], period: usize) -> bool {
    bytes(key)
        .zip(bytes(key).skip(period))
        .fold(0, |differs, (byte, later)| differs | (byte ^ later))
        == 0
}

/// Returns true if each byte differs from the one before by the same amount.
fn is_sequence(key: &[u8; 32]) -> bool {
    let mut steps = bytes(key)
        .zip(bytes(key).skip(1))
        .map(|(byte, next)| next.wrapping_sub(byte));
    let first = steps.next().unwrap_or_default();
    steps.fold(0, |differs, step| differs | (step ^ first)) == 0
}

/// Returns true if all bytes are printable, or all that stand before zeros: a passphrase in a
/// buffer.
fn is_text(key: &[u8; 32]) -> bool {
    let ends = |(all, ended): (bool, bool), byte: u8| {
        let printable = matches!(byte, b' '..=b'~');
        (
            all & ((printable & !ended) | (byte == 0)),
            ended | (byte == 0),
        )
    };
    bytes(key).fold((true, false), ends).0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Random bytes, once and for all.
    const GOOD: [u8; 32] = [
        0x3b, 0xe1, 0x07, 0x9a, 0x54, 0xc8, 0xf3, 0x2d, 0x61, 0xb6, 0x0e, 0x88, 0xd7, 0x45, 0x1f,
        0xaa, 0x73, 0xec, 0x39, 0x92, 0x5d, 0x04, 0xcf, 0xb1, 0x68, 0x16, 0xe5, 0x7e, 0xa3, 0x40,
        0xdb, 0x29,
    ];

    #[test]
    fn random_keys_are_good() {
        assert_eq!(defect(&GOOD), None);
        for _ in 0..10_000 {
            assert_eq!(defect(&crate::crypto::random().unwrap()), None);
        }
    }

    #[test]
    fn guessable_keys_are_told_by_their_rule() {
        let repeated = |period: usize| std::array::from_fn(|at| GOOD[at % period]);
        let counting = |step: u8| {
            let mut next = 7_u8.wrapping_sub(step);
            std::array::from_fn(|_| {
                next = next.wrapping_add(step);
                next
            })
        };
        let mut one = [0; 32];
        one[31] = 1;
        let mut padded = [0; 32];
        padded[..19].copy_from_slice(b"correct horse staff");
        let mut cases = vec![
            ([0; 32], "has almost no distinct bytes"),
            ([0xFF; 32], "has almost no distinct bytes"),
            (
                *b"********************************",
                "has almost no distinct bytes",
            ),
            (one, "has almost no distinct bytes"),
            (*b"0123456789abcdef0123456789abcdef", "repeats itself"),
            (
                *b"correct horse battery staple 123",
                "is text, not random bytes",
            ),
            (padded, "is text, not random bytes"),
            (PUBLISHED[0], "is an example from documentation"),
            (PUBLISHED[1], "is an example from documentation"),
        ];
        cases.extend((9..=16).map(|period| (repeated(period), "repeats itself")));
        cases.extend([1, 3, 255, 253].map(|step| (counting(step), "counts up or down")));
        for (key, rule) in cases {
            assert_eq!(defect(&key), Some(rule), "{key:02x?}");
        }
    }

    #[test]
    fn one_byte_more_than_a_pattern_is_no_pattern() {
        assert_eq!(
            defect(&std::array::from_fn(|at| GOOD[at % 17])),
            None,
            "a period of 17"
        );
        let mut text = *b"correct horse battery staple 123";
        text[5] = 0x80;
        assert_eq!(defect(&text), None);
        let mut counting = [0; 32];
        for (byte, number) in counting.iter_mut().zip(0..) {
            *byte = number;
        }
        assert!(defect(&counting).is_some());
        counting[31] = 99;
        assert_eq!(defect(&counting), None);
    }
}
