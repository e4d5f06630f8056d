//! Signs that begin something in templates and format strings, and are doubled to mean themselves.

use super::writing::Writings;
use crate::error::Result;
use crate::redact::variants::Variant;

/// Sets of signs that are doubled together: by Compose, make, Maven and Jenkins; by `printf`, cmd
/// and INI files of Python; in format strings of Rust, Python and .NET.
const DOUBLED: [&str; 4] = ["$", "%", "{}", "$%"];

pub(super) fn forms(text: &str, writings: &mut Writings<'_>) -> Result<()> {
    DOUBLED.iter().try_for_each(|signs| {
        writings.each(Variant::Doubled, text, |c, out| {
            if signs.contains(c) {
                out.push(c);
            }
            out.push(c);
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::all::tests::all;
    use super::*;

    #[test]
    fn signs_are_doubled() {
        let found = all("pa$$w0rd-x#1%{y}", Variant::Doubled);
        let expected = [
            "pa$$$$w0rd-x#1%{y}",
            "pa$$w0rd-x#1%%{y}",
            "pa$$w0rd-x#1%{{y}}",
            "pa$$$$w0rd-x#1%%{y}",
        ];
        assert_eq!(found, expected.map(str::to_owned).into());
        assert_eq!(all("of no sign!", Variant::Doubled).len(), 0);
    }
}
