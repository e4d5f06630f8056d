//! Times as text (RFC 3339).

use std::fmt;
use std::time::SystemTime;

use serde::{Serialize, Serializer, ser};

/// Seconds of a day, without leap seconds as in all Unix time.
const DAY: u64 = 86_400;

/// First second of the year 10000.
const END: u64 = 253_402_300_800;

/// A time of the years 1970 to 9999, shown and written as `2026-11-27T03:45:17.250Z`: in UTC, with
/// a fraction of 3, 6 or 9 digits if there is one.
pub(crate) struct Rfc3339(pub(crate) SystemTime);

/// Writes a time as [`Rfc3339`] does, for `#[serde(serialize_with)]`.
pub(crate) fn rfc3339<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    Rfc3339(*time).serialize(serializer)
}

impl fmt::Display for Rfc3339 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = self
            .0
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_err(|_| fmt::Error)?;
        let seconds = since.as_secs();
        if seconds >= END {
            return Err(fmt::Error);
        }
        let (year, month, day) = date(seconds / DAY);
        let second = seconds % DAY;
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )?;
        match since.subsec_nanos() {
            0 => {}
            nanos if nanos % 1_000_000 == 0 => write!(f, ".{:03}", nanos / 1_000_000)?,
            nanos if nanos % 1_000 == 0 => write!(f, ".{:06}", nanos / 1_000)?,
            nanos => write!(f, ".{nanos:09}")?,
        }
        f.write_str("Z")
    }
}

impl Serialize for Rfc3339 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use fmt::Write as _;
        let mut text = String::new();
        write!(text, "{self}")
            .map_err(|_| ser::Error::custom("a time must lie in the years 1970 to 9999"))?;
        serializer.serialize_str(&text)
    }
}

/// Returns year, month and day of a day, counted from 1970-01-01.
///
/// Years begin in March here, so that the leap day is the last day of a year, and all months but
/// the last have the same lengths in each year ("civil from days", Howard Hinnant).
fn date(days: u64) -> (u64, u64, u64) {
    const ERA: u64 = 146_097; // Days of 400 years.
    const BEFORE: u64 = 719_468; // Days from 0000-03-01 to 1970-01-01.
    let days = days + BEFORE;
    let (era, day) = (days / ERA, days % ERA);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day + 2) / 153;
    let day = day - (153 * from_march + 2) / 5 + 1;
    let (month, next_year) = if from_march < 10 {
        (from_march + 3, 0)
    } else {
        (from_march - 9, 1)
    };
    (era * 400 + year + next_year, month, day)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn text(seconds: u64, nanos: u32) -> String {
        Rfc3339(SystemTime::UNIX_EPOCH + Duration::new(seconds, nanos)).to_string()
    }

    /// Known from `date -u -d @SECONDS`.
    #[test]
    fn known_times() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (86_399, "1970-01-01T23:59:59Z"),
            (68_169_600, "1972-02-29T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_709_164_800, "2024-02-29T00:00:00Z"),
            (1_767_225_599, "2025-12-31T23:59:59Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (13_574_563_200, "2400-02-29T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(text(seconds, 0), expected);
        }
    }

    #[test]
    fn fractions_are_exact() {
        for (nanos, expected) in [
            (250_000_000, "1970-01-01T00:00:01.250Z"),
            (7_000, "1970-01-01T00:00:01.000007Z"),
            (999_999_999, "1970-01-01T00:00:01.999999999Z"),
        ] {
            assert_eq!(text(1, nanos), expected);
        }
    }

    /// Every day of 8,030 years, against months that are counted one by one.
    #[test]
    fn every_day_follows_the_one_before() {
        let is_leap = |year: u64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days_of = |year, month| match month {
            4 | 6 | 9 | 11 => 30,
            2 if is_leap(year) => 29,
            2 => 28,
            _ => 31,
        };
        let mut expected = (1970, 1, 1);
        for number in 0..END / DAY {
            assert_eq!(date(number), expected);
            let (year, month, day) = expected;
            expected = match (month, day) {
                (12, 31) => (year + 1, 1, 1),
                _ if day == days_of(year, month) => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
        }
        assert_eq!(expected, (10_000, 1, 1));
    }

    #[test]
    fn other_years_are_an_error() {
        let json = |time| serde_json::to_string(&Rfc3339(time));
        let (first, end) = (
            SystemTime::UNIX_EPOCH,
            SystemTime::UNIX_EPOCH + Duration::from_secs(END),
        );
        let step = Duration::from_nanos(100);
        assert_eq!(json(first).unwrap(), "\"1970-01-01T00:00:00Z\"");
        assert_eq!(
            json(end - step).unwrap(),
            "\"9999-12-31T23:59:59.999999900Z\""
        );
        for time in [first - step, end] {
            let error = json(time).unwrap_err().to_string();
            assert_eq!(error, "a time must lie in the years 1970 to 9999");
        }
    }
}
