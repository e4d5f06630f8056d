//! Times and durations as people write them. All times are UTC.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: u64 = 86_400;

/// A time to the second, as `2026-11-27 21:44:05`; a dash for one outside of the years 1970 to
/// 9999.
pub(crate) fn shown(time: SystemTime) -> String {
    written(time).map_or_else(|| "–".to_owned(), |text| text.replacen('T', " ", 1))
}

/// A day, as `2026-11-27`.
pub(crate) fn shown_day(time: SystemTime) -> String {
    let mut text = shown(time);
    text.truncate(text.find(' ').unwrap_or(text.len()));
    text
}

/// A time as an input of a form has it: `2026-11-27T21:44:05`.
pub(crate) fn written(time: SystemTime) -> Option<String> {
    let seconds = time.duration_since(UNIX_EPOCH).ok()?.as_secs();
    let (days, second) = (seconds / DAY, seconds % DAY);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    (year < 10_000)
        .then(|| format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"))
}

/// Reads a day, or a day and a time, as inputs of forms and this module write them.
pub(crate) fn read(text: &str) -> Option<SystemTime> {
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, time.strip_suffix('Z').unwrap_or(time)),
        None => (text, "00:00"),
    };
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let time = match time.len() {
        5 => numbers(time, ':', [2, 2]).map(|[hour, minute]| [hour, minute, 0]),
        _ => numbers(time, ':', [2, 2, 2]),
    };
    let [hour, minute, second] = time?;
    let days = days_of(year, month, day)?;
    if hour > 23 || minute > 59 || second > 59 || self::date(days) != (year, month, day) {
        return None;
    }
    UNIX_EPOCH.checked_add(Duration::from_secs(
        days * DAY + hour * 3600 + minute * 60 + second,
    ))
}

/// A duration by the largest unit that divides it: `90d`, `12h`, `45m`, `30s`.
pub(crate) fn written_span(span: Duration) -> String {
    let seconds = span.as_secs();
    let unit = [(DAY, 'd'), (3600, 'h'), (60, 'm')];
    let unit = unit.into_iter().find(|(size, _)| seconds % size == 0);
    let (size, letter) = unit.unwrap_or((1, 's'));
    format!("{}{letter}", seconds / size)
}

/// Reads a duration. A number without a unit is one of days.
pub(crate) fn read_span(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.trim_end_matches(['d', 'h', 'm', 's']);
    let size = match text.strip_prefix(digits)? {
        "" | "d" => DAY,
        "h" => 3600,
        "m" => 60,
        "s" => 1,
        _ => return None,
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = digits.parse().ok().filter(|_| is_number)?;
    number.checked_mul(size).map(Duration::from_secs)
}

fn numbers<const COUNT: usize>(
    text: &str,
    mark: char,
    lengths: [usize; COUNT],
) -> Option<[u64; COUNT]> {
    let (mut parts, mut numbers) = (text.split(mark), [0; COUNT]);
    for (into, length) in numbers.iter_mut().zip(lengths) {
        let digits = parts.next().filter(|part| part.len() == length)?;
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        *into = digits.parse().ok().filter(|_| is_number)?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Days from 0000-03-01 to 1970-01-01; the years of this calendar begin in March.
const BEFORE: u64 = 719_468;

fn days_of(year: u64, month: u64, day: u64) -> Option<u64> {
    if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    (365 * year + year / 4 - year / 100 + year / 400 + of_year).checked_sub(BEFORE)
}

fn date(days: u64) -> (u64, u64, u64) {
    let days = days + BEFORE;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day + 2) / 153;
    let day = day - (153 * from_march + 2) / 5 + 1;
    let (month, next) = if from_march < 10 {
        (from_march + 3, 0)
    } else {
        (from_march - 9, 1)
    };
    (era * 400 + year + next, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00"),
            (951_782_400, "2000-02-29T00:00:00"),
            (1_700_000_000, "2023-11-14T22:13:20"),
            (253_402_300_799, "9999-12-31T23:59:59"),
        ] {
            assert_eq!(written(at(seconds)).as_deref(), Some(text));
            assert_eq!(read(text), Some(at(seconds)));
        }
        for day in (0..200_000).map(|step| step * DAY * 7) {
            assert!(written(at(day)).is_none_or(|text| read(&text) == Some(at(day))));
        }
        assert_eq!(written(at(253_402_300_800)), None);
        assert_eq!(shown(at(253_402_300_800)), "–");
        assert_eq!(shown(at(1_700_000_000)), "2023-11-14 22:13:20");
        assert_eq!(shown_day(at(1_700_000_000)), "2023-11-14");
        assert_eq!(read("2023-11-14"), Some(at(1_699_920_000)));
        assert_eq!(read("2023-11-14T22:13"), Some(at(1_699_999_980)));
        assert_eq!(read("2023-11-14T22:13:20Z"), Some(at(1_700_000_000)));
    }

    #[test]
    fn what_is_no_time_is_not_read() {
        for text in [
            "",
            "2023",
            "2023-02-29",
            "2023-13-01",
            "2023-00-01",
            "2023-01-00",
            "1969-12-31",
            "2023-11-14T24:00",
            "2023-11-14T22:60",
            "2023-11-14T22:13:61",
            "2023-11-14T2:13",
            "+023-11-14",
            "2023-11-14T22:13:20+01:00",
            "2023-11-14-01",
            "２０２３-11-14",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn spans_are_read_as_they_are_written() {
        for (seconds, text) in [
            (7_776_000, "90d"),
            (43_200, "12h"),
            (2_700, "45m"),
            (31, "31s"),
        ] {
            assert_eq!(written_span(Duration::from_secs(seconds)), text);
            assert_eq!(read_span(text), Some(Duration::from_secs(seconds)));
        }
        assert_eq!(read_span(" 7 "), Some(Duration::from_secs(7 * DAY)));
        for text in [
            "",
            "d",
            "1w",
            "-1d",
            "+1d",
            "1.5d",
            "1dd",
            "99999999999999999999",
            "1 d",
        ] {
            assert_eq!(read_span(text), None, "{text}");
        }
        assert_eq!(read_span(&format!("{}d", u64::MAX)), None);
    }
}
