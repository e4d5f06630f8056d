//! Edit distance of two names, up to a limit.
//!
//! The distance is that of optimal string alignment: insertions, deletions, substitutions, and
//! transpositions of neighbours that are not edited again. The algorithm is the bit-vector one of
//! H. Hyyrö, "A Bit-Vector Algorithm for Computing Levenshtein and Damerau Edit Distances", Nordic
//! Journal of Computing 10 (2003), pages 29-39. A name has at most 128 bytes, so one `u128` holds a
//! whole column of the matrix, and a column takes constant time.

use super::secret_name::SecretName;

/// Letters, digits and `_`: the characters of folded names.
const KINDS: usize = 37;

/// A name in which both cases of a letter are one, and so are `_`, `-`, `.` and space.
#[derive(Debug)]
pub(super) struct Folded {
    /// Each character as a number below [`KINDS`].
    codes: Box<[u8]>,
    /// The set of these numbers, as bits.
    kinds: u64,
}

impl Folded {
    pub(super) fn new(name: &SecretName) -> Self {
        let codes: Box<[u8]> = name.as_str().bytes().map(code).collect();
        let kinds = codes.iter().fold(0, |kinds, code| kinds | 1 << code);
        Self { codes, kinds }
    }

    /// The length of the name, in bytes.
    pub(super) fn len(&self) -> usize {
        self.codes.len()
    }

    /// A lower bound of the distance, by the characters that only one of the names has: one edit
    /// changes at most one character of each name.
    pub(super) fn least_distance(&self, other: &Self) -> usize {
        let only = |one: u64, other: u64| (one & !other).count_ones() as usize;
        only(self.kinds, other.kinds).max(only(other.kinds, self.kinds))
    }
}

/// The number of a character; those that no name has share the last one.
fn code(byte: u8) -> u8 {
    match byte.to_ascii_lowercase() {
        letter @ b'a'..=b'z' => letter - b'a',
        digit @ b'0'..=b'9' => digit - b'0' + 26,
        _ => 36,
    }
}

/// A name that is compared with many others.
pub(super) struct Sought {
    /// For each character the places at which the name has it, as bits.
    places: [u128; KINDS],
    length: usize,
}

impl Sought {
    pub(super) fn new(name: &Folded) -> Self {
        let mut places = [0; KINDS];
        for (at, &code) in name.codes.iter().enumerate() {
            if let Some(bits) = places.get_mut(usize::from(code)) {
                *bits |= 1_u128
                    .checked_shl(u32::try_from(at).unwrap_or(u32::MAX))
                    .unwrap_or(0);
            }
        }
        Self {
            places,
            length: name.len(),
        }
    }

    /// The distance to another name, or `None` when it is more than `most`. Counts each column of
    /// the matrix in `columns`.
    pub(super) fn distance(
        &self,
        other: &Folded,
        most: usize,
        columns: &mut usize,
    ) -> Option<usize> {
        let last = 1_u128.checked_shl(u32::try_from(self.length.checked_sub(1)?).ok()?)?;
        let (mut rises, mut falls, mut diagonal, mut matched_before) =
            (u128::MAX, 0_u128, 0_u128, 0_u128);
        let mut distance = self.length;
        let mut left = other.len();
        for &code in &other.codes {
            *columns += 1;
            left -= 1;
            let matched = self.places.get(usize::from(code)).copied().unwrap_or(0);
            let swapped = ((!diagonal & matched) << 1) & matched_before;
            diagonal = ((matched & rises).wrapping_add(rises) ^ rises) | matched | falls | swapped;
            let right_rises = falls | !(diagonal | rises);
            let right_falls = diagonal & rises;
            distance += usize::from(right_rises & last != 0);
            distance -= usize::from(right_falls & last != 0);
            // A column lowers the distance by one at most.
            if distance > most + left {
                return None;
            }
            let right_rises = (right_rises << 1) | 1;
            rises = (right_falls << 1) | !(diagonal | right_rises);
            falls = right_rises & diagonal;
            matched_before = matched;
        }
        Some(distance)
    }
}

#[cfg(test)]
#[cfg(feature = "internals")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> SecretName {
        text.parse().unwrap()
    }

    fn plain(one: &str, other: &str) -> usize {
        let fold = |name: &str| name.to_ascii_lowercase().replace(['-', '.', ' '], "_");
        strsim::osa_distance(&fold(one), &fold(other))
    }

    #[track_caller]
    fn is_as_plain(one: &str, other: &str) {
        let (first, second) = (Folded::new(&name(one)), Folded::new(&name(other)));
        let expected = plain(one, other);
        assert!(first.least_distance(&second) <= expected, "{one} {other}");
        for most in [
            0,
            1,
            expected.saturating_sub(1),
            expected,
            expected + 1,
            200,
        ] {
            let mut columns = 0;
            let found = Sought::new(&first).distance(&second, most, &mut columns);
            assert_eq!(
                found,
                (expected <= most).then_some(expected),
                "{one} {other} {most}"
            );
            assert!(columns <= other.len());
        }
    }

    #[test]
    fn edits_are_counted() {
        for (one, other) in [
            ("A", "A"),
            ("A", "B"),
            ("AB", "BA"),
            ("CA", "ABC"),
            ("STRIPE_KEY", "stripe-kye"),
            ("A", "ABC"),
        ] {
            is_as_plain(one, other);
            is_as_plain(other, one);
        }
        for length in [127, 128] {
            is_as_plain(&"A".repeat(length), &"A".repeat(length));
            let swapped = |pair: &str| pair.chars().cycle().take(length).collect::<String>();
            is_as_plain(&swapped("AB"), &swapped("BA"));
            is_as_plain(&"A".repeat(length), "A");
        }
    }

    #[test]
    fn names_that_are_far_apart_are_given_up_early() {
        let (one, other) = (
            Folded::new(&name(&"A".repeat(128))),
            Folded::new(&name(&"B".repeat(128))),
        );
        let mut columns = 0;
        assert_eq!(Sought::new(&one).distance(&other, 8, &mut columns), None);
        assert_eq!(columns, 9);
    }

    proptest! {
        #[test]
        fn the_distance_is_the_plain_one(
            one in "[a-cA-C_.][a-cA-C_.-]{0,20}",
            other in "[a-cA-C_][a-cA-C_.-]{0,20}",
        ) {
            let one = one.trim_start_matches('.');
            prop_assume!(!one.is_empty() && !one.starts_with('-'));
            is_as_plain(one, &other);
        }

        #[test]
        fn so_it_is_of_long_names(
            one in "[a-dX_][a-dX_0]{60,127}",
            edits in proptest::collection::vec((0_usize..128, "[a-d]{0,2}"), 0..40),
        ) {
            let mut other = one.clone();
            for (at, by) in edits {
                let at = at.min(other.len());
                other.replace_range(at..(at + 1).min(other.len()), &by);
            }
            other.truncate(128);
            prop_assume!(SecretName::new(&other).is_ok());
            is_as_plain(&one, &other);
        }
    }
}
