//! Times read from text (RFC 3339 section 5.6).

use std::time::{Duration, SystemTime};

/// Seconds of a day, without leap seconds as in all Unix time.
const DAY: i64 = 86_400;

/// Reads a time of the years 1970 to 9999, such as `2026-11-27T03:45:17.250Z` or
/// `2026-11-27T04:45:17+01:00`. `T` and `Z` are capitals. A fraction has 1 to 9 digits. A leap
/// second is refused, because Unix time has none.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let (date, rest) = text.split_at_checked(10)?;
    let (time, rest) = rest.strip_prefix('T')?.split_at_checked(8)?;
    let (nanos, offset) = match rest.strip_prefix('.') {
        Some(rest) => {
            let digits = rest.find(|character: char| !character.is_ascii_digit())?;
            let (fraction, offset) = rest.split_at_checked(digits)?;
            (nanos(fraction)?, offset)
        }
        None => (0, rest),
    };
    let seconds = day(date)? * DAY + second_of_day(time)? - offset_seconds(offset)?;
    let since = Duration::new(u64::try_from(seconds).ok()?, nanos);
    // The year 10000 begins there.
    (seconds < 253_402_300_800)
        .then(|| SystemTime::UNIX_EPOCH.checked_add(since))
        .flatten()
}

/// Reads decimal digits, and nothing else.
fn number(digits: &str) -> Option<i64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

/// Reads groups of digits with a mark between them.
fn groups<const COUNT: usize>(
    text: &str,
    mark: char,
    lengths: [usize; COUNT],
) -> Option<[i64; COUNT]> {
    let mut parts = text.split(mark);
    let mut numbers = [0; COUNT];
    for (into, length) in numbers.iter_mut().zip(lengths) {
        *into = number(parts.next().filter(|part| part.len() == length)?)?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Returns the number of a day, counted from 1970-01-01.
///
/// Years begin in March here, so that the leap day is the last day of a year ("days from civil",
/// Howard Hinnant).
fn day(date: &str) -> Option<i64> {
    let [year, month, day] = groups(date, '-', [4, 2, 2])?;
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(is_leap),
        _ => return None,
    };
    if !(1..=days).contains(&day) || year < 1 {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let from_march = (month + 9) % 12;
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    Some(365 * year + year / 4 - year / 100 + year / 400 + of_year - 719_468)
}

fn second_of_day(time: &str) -> Option<i64> {
    let [hour, minute, second] = groups(time, ':', [2, 2, 2])?;
    let is_time = hour < 24 && minute < 60 && second < 60;
    is_time.then_some(hour * 3600 + minute * 60 + second)
}

fn nanos(fraction: &str) -> Option<u32> {
    let digits = u32::try_from(fraction.len()).ok()?;
    let scale = 10_i64.pow(9_u32.checked_sub(digits)?);
    u32::try_from(number(fraction)? * scale).ok()
}

fn offset_seconds(offset: &str) -> Option<i64> {
    if offset == "Z" {
        return Some(0);
    }
    let (sign, offset) = match offset.strip_prefix('-') {
        Some(offset) => (-1, offset),
        None => (1, offset.strip_prefix('+')?),
    };
    let [hour, minute] = groups(offset, ':', [2, 2])?;
    (hour < 24 && minute < 60).then_some(sign * (hour * 3600 + minute * 60))
}

#[cfg(test)]
mod tests {
    use super::super::rfc3339::Rfc3339;
    use super::*;

    fn time(seconds: u64, nanos: u32) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos)
    }

    /// Known from `date -u -d TEXT +%s`.
    #[test]
    fn good_times() {
        for (text, seconds, nanos) in [
            ("1970-01-01T00:00:00Z", 0, 0),
            ("1970-01-01T00:00:00-00:00", 0, 0),
            ("1970-01-01T01:00:00+01:00", 0, 0),
            ("1969-12-31T23:00:00-01:00", 0, 0),
            ("2000-02-29T00:00:00Z", 951_782_400, 0),
            ("2100-02-28T23:59:59Z", 4_107_542_399, 0),
            ("2026-11-27T03:45:17.250Z", 1_795_751_117, 250_000_000),
            ("2026-11-27T09:15:17.25+05:30", 1_795_751_117, 250_000_000),
            ("1970-01-01T00:00:01.000000007Z", 1, 7),
            (
                "9999-12-31T23:59:59.999999999Z",
                253_402_300_799,
                999_999_999,
            ),
        ] {
            assert_eq!(parse(text), Some(time(seconds, nanos)), "{text}");
        }
    }

    #[test]
    fn bad_times() {
        for text in [
            "",
            "2026-11-27",
            "2026-11-27T03:45Z",
            "2026-11-27T03:45:17",
            "2026-11-27t03:45:17Z",
            "2026-11-27T03:45:17z",
            "2026-11-27 03:45:17Z",
            " 2026-11-27T03:45:17Z",
            "2026-11-27T03:45:17Z ",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2016-12-31T23:59:60Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00.1234567890Z",
            "2026-01-01T00:00:00,5Z",
            "2026-01-01T00:00:00.5",
            "2026-01-01T00:00:00+1:00",
            "2026-01-01T00:00:00+0100",
            "2026-01-01T00:00:00+24:00",
            "2026-01-01T00:00:00+00:60",
            "2026-01-01T00:00:00+01:00:00",
            "2026-1-01T00:00:00Z",
            "+026-01-01T00:00:00Z",
            "2026-01-01T-1:00:00Z",
            "26-01-01T00:00:00Z",
            "12026-01-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "0000-01-01T00:00:00Z",
            "\u{662}026-01-01T00:00:00Z",
            "1767225600",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    /// Every day of 8,030 years, at another second of the day.
    #[test]
    fn what_is_written_is_read() {
        for number in 0..253_402_300_800 / 86_400_u64 {
            let time = time(
                number * 86_400 + number % 86_400,
                1_000 * (number % 1_000) as u32,
            );
            assert_eq!(parse(&Rfc3339(time).to_string()), Some(time));
        }
    }
}
