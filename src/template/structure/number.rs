//! Numbers that must not change.

/// Reads a number as a float, if the float is that number: if it would be written with the same
/// digits, but for zeros that mean nothing.
pub(in crate::template) fn float(digits: &str) -> Option<f64> {
    let float: f64 = digits.parse().ok()?;
    // The shortest digits that are read as this float.
    let written = format!("{float:e}");
    (float.is_finite() && decimal(digits)? == decimal(&written)?).then_some(float)
}

/// A decimal number: its sign, its digits without zeros around them, and the power of ten that
/// they are multiplied by. `None` for what no float is near to.
fn decimal(number: &str) -> Option<(bool, String, i64)> {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let (is_negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(mantissa) => (true, mantissa),
        None => (false, mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{whole}{fraction}");
    let digits = all.trim_end_matches('0');
    if digits.is_empty() {
        return Some((is_negative, String::new(), 0));
    }
    let zeros = i64::try_from(all.len() - digits.len()).ok()?;
    let behind_point = i64::try_from(fraction.len()).ok()?;
    let exponent: i64 = exponent.parse().ok()?;
    let exponent = exponent.checked_sub(behind_point)?.checked_add(zeros)?;
    let digits = digits.trim_start_matches('0').to_owned();
    Some((is_negative, digits, exponent))
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
