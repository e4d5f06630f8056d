//! Moments as they are stored.

use std::time::{Duration, SystemTime};

use super::tlv::{array, corrupt};
use crate::error::{Error, ErrorKind, Result};

/// A moment from 1970 to the end of 9999, in whole microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Timestamp(i64);

impl Timestamp {
    /// The last microsecond of 9999.
    const MAX: i64 = 253_402_300_799_999_999;

    /// The moment of the system's clock, rounded down to a microsecond.
    pub(crate) fn of(time: SystemTime) -> Result<Self> {
        let since = time
            .duration_since(SystemTime::UNIX_EPOCH)
            .ok()
            .map(|since| since.as_micros());
        let micros = since
            .and_then(|micros| i64::try_from(micros).ok())
            .and_then(Self::of_micros);
        micros.ok_or_else(|| {
            Error::new(
                ErrorKind::InvalidInput,
                "a time must lie in the years 1970 to 9999",
            )
        })
    }

    /// The moment as the system has it.
    pub(crate) fn time(self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_micros(self.0.unsigned_abs())
    }

    pub(super) fn encode(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self> {
        Self::of_micros(i64::from_be_bytes(array(bytes)?)).ok_or_else(corrupt)
    }

    /// Microseconds since 1970.
    pub(crate) fn micros(self) -> i64 {
        self.0
    }

    /// The moment so many microseconds after 1970.
    pub(crate) fn of_micros(micros: i64) -> Option<Self> {
        (0..=Self::MAX).contains(&micros).then_some(Self(micros))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_come_back_to_the_microsecond() {
        let time = SystemTime::UNIX_EPOCH + Duration::new(1_800_000_000, 123_456_789);
        let stamp = Timestamp::of(time).unwrap();
        assert_eq!(
            stamp.time(),
            SystemTime::UNIX_EPOCH + Duration::new(1_800_000_000, 123_456_000)
        );
        assert_eq!(Timestamp::decode(&stamp.encode()).unwrap(), stamp);
        assert_eq!(
            Timestamp::of(SystemTime::UNIX_EPOCH).unwrap().encode(),
            [0; 8]
        );
    }

    #[test]
    fn moments_outside_of_the_calendar_are_refused() {
        let last = SystemTime::UNIX_EPOCH + Duration::from_micros(Timestamp::MAX.unsigned_abs());
        assert!(Timestamp::of(last).is_ok());
        for time in [
            last + Duration::from_micros(1),
            SystemTime::UNIX_EPOCH - Duration::from_secs(1),
        ] {
            assert_eq!(
                Timestamp::of(time).unwrap_err().kind(),
                ErrorKind::InvalidInput
            );
        }
        for micros in [-1, i64::MIN, i64::MAX, Timestamp::MAX + 1] {
            assert_eq!(
                Timestamp::decode(&micros.to_be_bytes()).unwrap_err().kind(),
                ErrorKind::Corrupt
            );
        }
        assert_eq!(
            Timestamp::decode(&[0; 7]).unwrap_err().kind(),
            ErrorKind::Corrupt
        );
    }
}
