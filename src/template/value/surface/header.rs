//! The part of a header that a slot stands in. The text may be a line `Name: value`, several of
//! them, or a value alone.

use super::skeleton::Skeleton;
use crate::template::cut::Cut;
use crate::template::surfaces::is_host;

/// The place of a slot in a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::template::value) struct Place {
    part: Part,
    /// True if the value begins a line that others stand before or behind. One that begins with a
    /// space goes on the line before (RFC 9112 section 5.2), and an empty one ends the header
    /// (section 2.1).
    leads: bool,
    /// True if only blanks stand before the value, in a line that has a name or stands beside
    /// others. Without the value, a blank line could end the header, and a colon behind it could
    /// begin the name of a pseudo-header.
    opens: bool,
}

/// The part of a header that a slot stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Value,
    /// In a line that says the host, or that goes on such a line.
    Host,
    /// The one value of a name, with what is before and behind it.
    Name(Box<str>, Box<str>),
    /// One of several values of a name.
    Names,
    /// The one value of a line without a colon, and what is before it: a name only if the value
    /// brings the colon.
    Start(Box<str>),
    /// One of several values of such a line.
    Starts,
}

const CHOOSES_HOST: &str = "may not choose the host: write the Host header out";

/// The place of each slot, in order.
pub(in crate::template::value) fn places(text: &str, cuts: &[Cut]) -> Vec<Place> {
    let Skeleton { text, slots } = Skeleton::new(text, cuts);
    let is_block = text.contains(['\r', '\n']);
    let mut places = Vec::with_capacity(slots.len());
    let (mut open, mut start, mut is_host_line) = (slots.as_slice(), 0, false);
    for line in text.split(['\r', '\n']) {
        let (here, later) = open.split_at(open.partition_point(|&slot| slot < start + line.len()));
        // A pseudo-header begins with a colon.
        let colon = line
            .match_indices(':')
            .map(|(at, _)| at)
            .find(|&at| !name_of(line, at).trim().is_empty());
        let name = name_of(line, colon.unwrap_or(line.len()));
        if !line.is_empty() {
            // A line that begins with a space goes on with the one before, or is taken as it is.
            // One behind the host that begins with a value is refused as a part of it, whatever the
            // value is.
            let goes_on =
                is_host_line && (line.starts_with([' ', '\t']) || here.first() == Some(&start));
            is_host_line = goes_on || (colon.is_some() && is_host(name));
        }
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        // A line without a colon, and alone, is the value of a header: nothing stands before it.
        let is_line = is_block || colon.is_some();
        let named = here.partition_point(|&slot| slot < start + name.len());
        places.extend(here.iter().enumerate().map(|(nth, slot)| {
            let at = slot - start;
            let part = match at {
                _ if is_host_line => Part::Host,
                // Only a pseudo-header has a name with a colon in front, and `:authority` is the
                // host.
                _ if nth < named && colon.is_some() && name.trim_start().starts_with(':') => {
                    Part::Host
                }
                _ if nth < named => {
                    let (before, after) = (
                        name.get(..at).unwrap_or_default(),
                        name.get(at + 1..).unwrap_or_default(),
                    );
                    match (colon.is_some(), named == 1) {
                        (true, true) => Part::Name(before.into(), after.into()),
                        (true, false) => Part::Names,
                        (false, true) => Part::Start(before.into()),
                        (false, false) => Part::Starts,
                    }
                }
                _ => Part::Value,
            };
            Place {
                part,
                leads: at == 0 && is_line,
                opens: at == indent && is_line,
            }
        }));
        (open, start) = (later, start + line.len() + 1);
    }
    places
}

fn name_of(line: &str, colon: usize) -> &str {
    line.get(..colon).unwrap_or_default()
}

impl Place {
    /// Reason why no value at all may stand there.
    pub(in crate::template::value) fn refusal_of_all(&self) -> Option<&'static str> {
        (self.part == Part::Host).then_some(CHOOSES_HOST)
    }

    /// Reason why a value may not stand there.
    pub(in crate::template::value) fn refusal(&self, value: &str) -> Option<&'static str> {
        let is_name = matches!(self.part, Part::Name(..) | Part::Names);
        if self.part.chooses_host(value) {
            Some(CHOOSES_HOST)
        } else if let Some(flaw) = unfit(value) {
            Some(flaw)
        } else if self.leads && (value.is_empty() || value.starts_with(' '))
            || self.opens && value.trim().is_empty()
        {
            Some(
                "is empty or begins with a space, which would join its line to the one before or \
                 end the header",
            )
        } else if is_name && !value.bytes().all(is_token) {
            Some(
                "may not stand in the name of a header, which holds only letters, digits and \
                 !#$%&'*+-.^_`|~ (ASCII)",
            )
        } else {
            None
        }
    }
}

/// Reason why a value may stand nowhere in a header.
pub(in crate::template::value) fn unfit(value: &str) -> Option<&'static str> {
    let has_control = value.bytes().any(|byte| byte.is_ascii_control());
    has_control.then_some("holds a control character, which may not stand in a header")
}

impl Part {
    fn chooses_host(&self, value: &str) -> bool {
        match self {
            Self::Host => true,
            Self::Value => false,
            Self::Name(before, after) => match head_of(value, before) {
                Some(head) => spells_host(&[before, head]),
                None => spells_host(&[before, value, after]),
            },
            Self::Start(before) => {
                head_of(value, before).is_some_and(|head| spells_host(&[before, head]))
            }
            // Nobody knows what the values before it bring.
            Self::Names => is_part_of_host(value.split(':').next().unwrap_or_default().trim()),
            Self::Starts => value.split_once(':').is_some_and(|(head, _)| {
                let head = head.trim();
                is_part_of_host(head) || ends_authority(head)
            }),
        }
    }
}

/// The end of a name that a value with a colon brings. A colon in front of a name does not end it.
fn head_of<'v>(value: &'v str, before: &str) -> Option<&'v str> {
    let has_begun = !before.trim().is_empty();
    let mut heads = value.match_indices(':').map(|(at, _)| name_of(value, at));
    heads.find(|head| has_begun || !head.trim().is_empty())
}

/// Returns true if the name of a header may hold a byte (RFC 9110 section 5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// The name of the host in HTTP/2 and later (RFC 9113 section 8.3.1).
const AUTHORITY: &str = ":authority";

/// Returns true if these pieces together name the host. They are not joined, because one of them is
/// a value.
fn spells_host(pieces: &[&str]) -> bool {
    let letters = || {
        pieces
            .iter()
            .flat_map(|piece| piece.chars())
            .filter(|&c| c > ' ')
            .map(|c| c.to_ascii_lowercase())
    };
    letters().eq("host".chars()) || letters().eq(AUTHORITY.chars())
}

fn ends_authority(piece: &str) -> bool {
    let ends = AUTHORITY
        .len()
        .checked_sub(piece.len())
        .and_then(|at| AUTHORITY.get(at..));
    ends.is_some_and(|end| end.eq_ignore_ascii_case(piece))
}

fn is_part_of_host(piece: &str) -> bool {
    piece.is_empty()
        || b"host"
            .windows(piece.len())
            .any(|part| part.eq_ignore_ascii_case(piece.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::plan::{Plan, ReferenceList, References};
    use crate::template::settings::Settings;
    use crate::template::syntax::Syntax;
    use Part::{Host, Names, Start, Starts, Value};

    fn places_in(text: &str) -> Vec<Place> {
        places(
            text,
            Plan::of(
                Settings::shared(),
                text,
                &mut References::new(&mut ReferenceList::new()),
            )
            .unwrap()
            .cuts(),
        )
    }

    fn places_of(text: &str) -> Vec<Part> {
        places_in(text)
            .into_iter()
            .map(|place| place.part)
            .collect()
    }

    fn name(before: &str, after: &str) -> Part {
        Part::Name(before.into(), after.into())
    }

    fn refusal(part: Part, value: &str) -> Option<&'static str> {
        Place {
            part,
            leads: false,
            opens: false,
        }
        .refusal(value)
    }

    #[test]
    fn the_host_is_a_line_of_its_own() {
        assert_eq!(places_of("X: <<A>>:<<B>>"), [Value, Value]);
        for text in [
            "Host: <<A>>",
            "hOST:<<A>>",
            " \tHost : a.<<A>>",
            ":authority: <<A>>",
            "X: y\r\nHost: <<A>>",
        ] {
            assert_eq!(places_of(text), [Host], "{text:?}");
        }
        assert_eq!(
            places_of("X: <<A>>\rHost: <<B>>\nY: <<C>>\r\nX-Host: <<D>>"),
            [Value, Host, Value, Value]
        );
    }

    #[test]
    fn a_line_that_is_folded_is_one_line() {
        assert_eq!(
            places_of("Host: a\r\n <<A>>\r\n\t<<B>>\r\nX: <<C>>"),
            [Host, Host, Value]
        );
        assert_eq!(places_of("Host: a\r\n<<A>> b: <<B>>"), [Host, Host]);
        assert_eq!(
            places_of("X: a\r\n <<A>>\r\n Host: <<B>>"),
            [Start(" ".into()), Host]
        );
    }

    #[test]
    fn what_the_syntax_takes_away_is_no_part_of_a_line() {
        let settings = Settings {
            syntax: Syntax::julep(),
            ..Settings::default()
        };
        let text = r#"$ f"Host: {secrets.a}""#;
        let plan = Plan::of(
            &settings,
            text,
            &mut References::new(&mut ReferenceList::new()),
        )
        .unwrap();
        assert_eq!(
            places(text, plan.cuts()),
            [Place {
                part: Host,
                leads: false,
                opens: false
            }]
        );
    }

    #[test]
    fn a_value_alone_is_no_line_unless_it_becomes_one() {
        assert_eq!(places_of("<<A>>"), [Start("".into())]);
        assert_eq!(places_of("Bearer <<A>>"), [Start("Bearer ".into())]);
        assert_eq!(places_of("<<A>> <<B>>"), [Starts, Starts]);
        for (place, value) in [
            (Start("".into()), "host : evil"),
            (Start("H".into()), "ost:"),
            (Starts, "st: evil"),
        ] {
            assert!(refusal(place, value).is_some(), "{value}");
        }
        for (place, value) in [
            (Start("".into()), "host"),
            (Start("".into()), "user:host"),
            (Starts, "host"),
            (Starts, "a:b"),
        ] {
            assert_eq!(refusal(place, value), None, "{value}");
        }
    }

    #[test]
    fn a_name_may_hold_values_but_not_become_host() {
        assert_eq!(places_of("<<A>>: x"), [name("", "")]);
        assert_eq!(places_of("X-<<A>>-Y : <<B>>"), [name("X-", "-Y "), Value]);
        assert_eq!(places_of("<<A>><<B>>: <<C>>"), [Names, Names, Value]);
        for (before, value, after) in [
            ("", "Host", ""),
            ("h", "OS", "t"),
            ("Host", "", " "),
            ("", "host: evil", "-x"),
            ("H", "ost : evil", ""),
        ] {
            assert_eq!(
                refusal(name(before, after), value),
                Some(CHOOSES_HOST),
                "{before}|{value}|{after}"
            );
        }
        for (before, value, after) in [
            ("", "user", ""),
            ("X-", "Host", ""),
            ("", "hos", ""),
            ("X-", "", ""),
        ] {
            assert_eq!(
                refusal(name(before, after), value),
                None,
                "{before}|{value}|{after}"
            );
        }
        for part in ["", "h", "OS", "st", "host", "ho: evil"] {
            assert!(refusal(Names, part).is_some(), "{part}");
        }
        assert_eq!(refusal(Names, "hst"), None);
    }

    #[test]
    fn a_name_holds_nothing_but_a_token() {
        for value in [
            "x: host", "X-A ", " X-A", "X A", "X\u{e9}", "X\"", "X(", "X,", "X/", ":",
        ] {
            assert!(
                refusal(name("", ""), value).is_some() && refusal(Names, value).is_some(),
                "{value:?}"
            );
            assert_eq!(refusal(Value, value), None, "{value:?}");
        }
        assert_eq!(refusal(name("", ""), "!#$%&'*+-.^_`|~X9"), None);
    }

    #[test]
    fn what_begins_a_line_of_several_is_told_apart() {
        let leads = |text: &str| {
            places_in(text)
                .iter()
                .map(|place| place.leads)
                .collect::<Vec<_>>()
        };
        assert_eq!(leads("X: 1\r\n<<A>><<B>>: <<C>>"), [true, false, false]);
        for text in [
            "X: 1\r<<A>>",
            "X: 1\n<<A>> b",
            "<<A>>\r\nX: 1",
            "<<A>>\n",
            "\n<<A>>",
            "<<A>>: x",
            "<<A>> b: x",
        ] {
            assert_eq!(leads(text), [true], "{text:?}");
        }
        for text in [
            "<<A>>",
            "Bearer <<A>>",
            "X: <<A>>",
            "X: 1\r\n <<A>>",
            "X: 1\r\nY: <<A>>\r\n",
            "X-<<A>>: y",
        ] {
            assert_eq!(leads(text), [false], "{text:?}");
        }
        for value in ["", " ", " x", "  "] {
            assert!(
                Place {
                    part: Start("".into()),
                    leads: true,
                    opens: false
                }
                .refusal(value)
                .is_some(),
                "{value:?}"
            );
            assert_eq!(
                Place {
                    part: Start("".into()),
                    leads: false,
                    opens: false
                }
                .refusal(value),
                None,
                "{value:?}"
            );
        }
        assert_eq!(
            Place {
                part: Start("".into()),
                leads: true,
                opens: false
            }
            .refusal("x "),
            None
        );
    }

    #[test]
    fn no_value_completes_the_authority() {
        for text in [
            ":auth<<A>>: evil",
            ":<<A>>: evil",
            "X: a\n:<<A>>: b",
            " :<<A>><<B>>: c",
        ] {
            assert!(places_of(text).iter().all(|part| *part == Host), "{text:?}");
        }
        for (part, value) in [
            (Start(":".into()), "authority: evil"),
            (Start(":AUTH".into()), "ority : evil"),
            (Start("".into()), ":authority: evil"),
            (Start(" ".into()), " :Authority:evil"),
            (Starts, "authority: evil"),
            (Starts, ":authority: evil"),
            (Starts, "ity: evil"),
        ] {
            assert_eq!(refusal(part, value), Some(CHOOSES_HOST), "{value}");
        }
        for (part, value) in [
            (Start(":".into()), "8080"),
            (Start("".into()), "authority: x"),
            (Starts, "author: x"),
        ] {
            assert_eq!(refusal(part, value), None, "{value}");
        }
    }

    #[test]
    fn no_value_leaves_a_line_of_blanks() {
        let opens = |text: &str| {
            places_in(text)
                .iter()
                .map(|place| place.opens)
                .collect::<Vec<_>>()
        };
        for text in [
            "X: a\r\n <<A>>\r\nY: z",
            "X: a\n\t<<A>> ",
            "<<A>>\nX: a",
            "X: a\r\n <<A>> b",
            " <<A>>:authority: b",
        ] {
            assert_eq!(opens(text), [true], "{text:?}");
            for value in ["", " ", "  "] {
                assert!(places_in(text)[0].refusal(value).is_some(), "{text:?}");
            }
            assert_eq!(places_in(text)[0].refusal("x"), None, "{text:?}");
        }
        for text in ["<<A>>", " <<A>>", "X: a\r\n b <<A>>", "X: <<A>>\r\nY: z"] {
            assert_eq!(opens(text), [false], "{text:?}");
        }
    }
}
