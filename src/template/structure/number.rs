//! Numbers that must not change.

use std::fmt::Write as _;

use zeroize::Zeroizing;

/// A value of JSON that is neither text nor list nor object.
pub(in crate::template) enum Scalar {
    Null,
    Bool(bool),
    I64(i64),
    U64(u64),
    /// Neither infinite nor "not a number".
    F64(f64),
}

/// Reads a number of JSON that comes out as the same number.
pub(in crate::template) fn number(digits: &str) -> Option<Scalar> {
    // An integer would lose the sign of a zero.
    let integer = (digits != "-0").then_some(digits);
    (integer.and_then(|digits| digits.parse().ok()))
        .map(Scalar::I64)
        .or_else(|| digits.parse().ok().map(Scalar::U64))
        .or_else(|| float(digits).map(Scalar::F64))
}

/// Reads a number as a float, if the float is that number: if it would be written with the same
/// digits, but for zeros that mean nothing.
pub(in crate::template) fn float(digits: &str) -> Option<f64> {
    let float: f64 = digits.parse().ok()?;
    // The shortest digits that are read as this float. All at once: a text that grew would leave
    // parts of a value behind.
    let mut written = Zeroizing::new(String::with_capacity(LONGEST));
    // Writing to a String cannot fail.
    let _ = write!(written, "{float:e}");
    (float.is_finite() && Decimal::of(digits)?.is(&Decimal::of(&written)?)).then_some(float)
}

/// Most bytes of a float with its shortest digits.
const LONGEST: usize = 32;

/// A decimal number, without a copy of its digits.
struct Decimal<'d> {
    is_negative: bool,
    whole: &'d str,
    fraction: &'d str,
    /// Zeros before and behind its other digits.
    zeros: (usize, usize),
    /// The power of ten that the digits between those zeros are multiplied by.
    exponent: i64,
}

impl<'d> Decimal<'d> {
    /// Reads a number; `None` for what no float is near to.
    fn of(number: &'d str) -> Option<Self> {
        let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
        let (is_negative, mantissa) = match mantissa.strip_prefix('-') {
            Some(mantissa) => (true, mantissa),
            None => (false, mantissa),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let decimal = Self {
            is_negative,
            whole,
            fraction,
            zeros: (0, 0),
            exponent: 0,
        };
        let is_zero = |digit: &u8| *digit == b'0';
        let behind = decimal.all().rev().take_while(is_zero).count();
        if behind == whole.len() + fraction.len() {
            let zeros = (behind, 0);
            return Some(Self { zeros, ..decimal });
        }
        let zeros = (decimal.all().take_while(is_zero).count(), behind);
        let exponent: i64 = exponent.parse().ok()?;
        let exponent = exponent
            .checked_sub(i64::try_from(fraction.len()).ok()?)?
            .checked_add(i64::try_from(behind).ok()?)?;
        Some(Self {
            zeros,
            exponent,
            ..decimal
        })
    }

    fn all(&self) -> impl DoubleEndedIterator<Item = u8> + use<'d> {
        self.whole.bytes().chain(self.fraction.bytes())
    }

    /// The digits between the zeros around them.
    fn digits(&self) -> impl Iterator<Item = u8> + use<'d> {
        let (before, behind) = self.zeros;
        let length = self.whole.len() + self.fraction.len();
        self.all().take(length - behind).skip(before)
    }

    /// Returns true if both are the same number.
    fn is(&self, other: &Self) -> bool {
        self.is_negative == other.is_negative
            && self.exponent == other.exponent
            && self.digits().eq(other.digits())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_a_float_holds_is_read() {
        for (digits, expected) in [
            ("0", 0.0),
            ("1.50", 1.5),
            ("0.1", 0.1),
            ("-12e-1", -1.2),
            ("1E+2", 100.0),
            ("0.30000000000000004", 0.300_000_000_000_000_04),
            ("100000000000000000000", 1e20),
            ("1.7976931348623157e308", f64::MAX),
            ("5e-324", 5e-324),
            ("0e999999999999999999999", 0.0),
        ] {
            let read = float(digits).unwrap();
            assert_eq!(read.to_bits(), f64::to_bits(expected), "{digits}");
        }
        assert!(float("-0.0").unwrap().is_sign_negative());
    }

    #[test]
    fn a_number_that_would_change_is_not() {
        for digits in [
            "123456789012345678901234",
            "18446744073709551616",
            "0.1234567890123456789",
            "1e400",
            "-1e400",
            "1e-400",
            "1e999999999999999999999",
            "1e-999999999999999999999",
            "x",
            "",
        ] {
            assert_eq!(float(digits), None, "{digits}");
        }
    }
}
