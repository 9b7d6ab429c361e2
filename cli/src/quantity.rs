//! Sizes and times as they are typed.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) usize);

/// A time of at least a second, in whole ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Time(pub(crate) Duration);

/// Units, the largest first.
const SIZES: [(&str, u64); 3] = [("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10)];
const TIMES: [(&str, u64); 4] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)];

/// What cannot be read as a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoQuantity(&'static str);

impl fmt::Display for NoQuantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for NoQuantity {}

impl FromStr for Size {
    type Err = NoQuantity;

    fn from_str(text: &str) -> Result<Self, NoQuantity> {
        let number = read(text, &SIZES).and_then(|number| usize::try_from(number).ok());
        number.map(Self).ok_or(NoQuantity("expected a number of bytes, as in 4096, 64K, 256M or 1G"))
    }
}

impl FromStr for Time {
    type Err = NoQuantity;

    fn from_str(text: &str) -> Result<Self, NoQuantity> {
        let seconds = read(text, &TIMES).filter(|seconds| *seconds > 0);
        let time = seconds.map(|seconds| Self(Duration::from_secs(seconds)));
        time.ok_or(NoQuantity("expected a time of at least a second, as in 30, 90s, 5m, 1h or 1d"))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(u64::try_from(self.0).unwrap_or(u64::MAX), &SIZES, f)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(self.0.as_secs(), &TIMES, f)
    }
}

/// A number and perhaps a unit.
fn read(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let unit = text.get(digits.len()..)?;
    let factor = match units.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)) {
        Some((_, factor)) => *factor,
        None if unit.is_empty() => 1,
        None => return None,
    };
    // The parser of integers would take a sign.
    let number: u64 = digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| digits.parse().ok())??;
    number.checked_mul(factor)
}

/// In the largest unit that leaves no rest.
fn show(number: u64, units: &[(&str, u64)], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match units.iter().find(|(_, factor)| number > 0 && number.is_multiple_of(*factor)) {
        Some((name, factor)) => write!(f, "{}{name}", number / factor),
        None => write!(f, "{number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, bytes, shown) in [
            ("0", 0, "0"),
            ("1000", 1000, "1000"),
            ("4096", 4096, "4K"),
            ("64k", 65_536, "64K"),
            ("256M", 256 << 20, "256M"),
            ("1536M", 1536 << 20, "1536M"),
            ("2G", 2 << 30, "2G"),
        ] {
            assert_eq!(text.parse(), Ok(Size(bytes)));
            assert_eq!(Size(bytes).to_string(), shown);
        }
        for text in ["", "M", "-1", "+1", "1.5M", "1T", "1 M", "99999999999G", "0x10"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }

    #[test]
    fn times() {
        for (text, seconds, shown) in
            [("30", 30, "30s"), ("90s", 90, "90s"), ("5m", 300, "5m"), ("24h", 86_400, "1d")]
        {
            assert_eq!(text.parse(), Ok(Time(Duration::from_secs(seconds))));
            assert_eq!(Time(Duration::from_secs(seconds)).to_string(), shown);
        }
        for text in ["", "0", "0h", "1w", "-5", "soon"] {
            assert!(text.parse::<Time>().is_err(), "{text}");
        }
    }
}
