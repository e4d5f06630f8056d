//! Which part of a header a slot stands in. The text may be a line `Name: value`, several of them, or a value alone.

use super::skeleton::Skeleton;
use crate::template::plan::Cut;
use crate::template::surfaces::is_host;

/// The part of a header that a slot stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Value,
    /// In a line that says the host, or that goes on such a line.
    Host,
    /// The one value of a name, with what is before and behind it.
    Name(Box<str>, Box<str>),
    /// One of several values of a name.
    Names,
    /// The one value of a line without a colon, and what is before it: a name only if the value brings the colon.
    Start(Box<str>),
    /// One of several values of such a line.
    Starts,
}

const CHOOSES_HOST: &str = "may not choose the host: write the Host header out";

/// The place of each slot, in order.
pub(super) fn places(text: &str, cuts: &[Cut]) -> Vec<Place> {
    let Skeleton { text, slots } = Skeleton::new(text, cuts);
    let mut places = Vec::with_capacity(slots.len());
    let (mut open, mut start, mut is_host_line) = (slots.as_slice(), 0, false);
    for line in text.split(['\r', '\n']) {
        let (here, later) = open.split_at(open.partition_point(|&slot| slot < start + line.len()));
        // A pseudo-header begins with a colon.
        let colon = line.match_indices(':').map(|(at, _)| at).find(|&at| !name_of(line, at).trim().is_empty());
        let name = name_of(line, colon.unwrap_or(line.len()));
        if !line.is_empty() {
            // A line that begins with a space goes on with the one before (RFC 9112 section 5.2), or is taken as it is; one
            // that begins with a value may begin with a space.
            let goes_on = is_host_line && (line.starts_with([' ', '\t']) || here.first() == Some(&start));
            is_host_line = goes_on || (colon.is_some() && is_host(name));
        }
        let named = here.partition_point(|&slot| slot < start + name.len());
        places.extend(here.iter().enumerate().map(|(nth, slot)| match slot - start {
            _ if is_host_line => Place::Host,
            at if nth < named => {
                let (before, after) = (name.get(..at).unwrap_or_default(), name.get(at + 1..).unwrap_or_default());
                match (colon.is_some(), named == 1) {
                    (true, true) => Place::Name(before.into(), after.into()),
                    (true, false) => Place::Names,
                    (false, true) => Place::Start(before.into()),
                    (false, false) => Place::Starts,
                }
            }
            _ => Place::Value,
        }));
        (open, start) = (later, start + line.len() + 1);
    }
    places
}

fn name_of(line: &str, colon: usize) -> &str {
    line.get(..colon).unwrap_or_default()
}

impl Place {
    /// Why no value at all may stand there.
    pub(super) fn refusal_of_all(&self) -> Option<&'static str> {
        matches!(self, Self::Host).then_some(CHOOSES_HOST)
    }

    /// Why a value may not stand there.
    pub(super) fn refusal(&self, value: &str) -> Option<&'static str> {
        // A value with a colon ends the name itself.
        let head = value.split_once(':').map(|(head, _)| head);
        let chooses_host = match (self, head) {
            (Self::Host, _) => true,
            (Self::Name(before, _) | Self::Start(before), Some(head)) => spells_host(&[before, head]),
            (Self::Name(before, after), None) => spells_host(&[before, value, after]),
            (Self::Names | Self::Starts, Some(head)) => is_part_of_host(head.trim()),
            (Self::Names, None) => is_part_of_host(value.trim()),
            (Self::Value, _) | (Self::Start(_) | Self::Starts, None) => false,
        };
        if chooses_host {
            return Some(CHOOSES_HOST);
        }
        let has_control = value.bytes().any(|byte| byte.is_ascii_control());
        has_control.then_some("holds a control character, which may not stand in a header")
    }
}

/// Whether these pieces together are `Host`. They are not joined, because one of them is a value.
fn spells_host(pieces: &[&str]) -> bool {
    let letters = pieces.iter().flat_map(|piece| piece.chars()).filter(|&c| c > ' ');
    letters.map(|c| c.to_ascii_lowercase()).eq("host".chars())
}

fn is_part_of_host(piece: &str) -> bool {
    piece.is_empty() || b"host".windows(piece.len()).any(|part| part.eq_ignore_ascii_case(piece.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{Engine, Syntax, plan::Plan, plan::References};
    use Place::{Host, Names, Start, Starts, Value};

    fn places_of(text: &str) -> Vec<Place> {
        places(text, Plan::of(Engine::shared(), text, &mut References::default()).unwrap().cuts())
    }

    fn name(before: &str, after: &str) -> Place {
        Place::Name(before.into(), after.into())
    }

    #[test]
    fn the_host_is_a_line_of_its_own() {
        assert_eq!(places_of("X: <<A>>:<<B>>"), [Value, Value]);
        for text in ["Host: <<A>>", "hOST:<<A>>", " \tHost : a.<<A>>", ":authority: <<A>>", "X: y\r\nHost: <<A>>"] {
            assert_eq!(places_of(text), [Host], "{text:?}");
        }
        assert_eq!(places_of("X: <<A>>\rHost: <<B>>\nY: <<C>>\r\nX-Host: <<D>>"), [Value, Host, Value, Value]);
    }

    #[test]
    fn a_line_that_is_folded_is_one_line() {
        assert_eq!(places_of("Host: a\r\n <<A>>\r\n\t<<B>>\r\nX: <<C>>"), [Host, Host, Value]);
        assert_eq!(places_of("Host: a\r\n<<A>> b: <<B>>"), [Host, Host]);
        assert_eq!(places_of("X: a\r\n <<A>>\r\n Host: <<B>>"), [Start(" ".into()), Host]);
    }

    #[test]
    fn what_the_syntax_takes_away_is_no_part_of_a_line() {
        let engine = Engine::new().syntax(Syntax::julep());
        let text = r#"$ f"Host: {secrets.a}""#;
        let plan = Plan::of(&engine, text, &mut References::default()).unwrap();
        assert_eq!(places(text, plan.cuts()), [Host]);
    }

    #[test]
    fn a_value_alone_is_no_line_unless_it_becomes_one() {
        assert_eq!(places_of("<<A>>"), [Start("".into())]);
        assert_eq!(places_of("Bearer <<A>>"), [Start("Bearer ".into())]);
        assert_eq!(places_of("<<A>> <<B>>"), [Starts, Starts]);
        for (place, value) in [(Start("".into()), "host : evil"), (Start("H".into()), "ost:"), (Starts, "st: evil")] {
            assert!(place.refusal(value).is_some(), "{value}");
        }
        for (place, value) in
            [(Start("".into()), "host"), (Start("".into()), "user:host"), (Starts, "host"), (Starts, "a:b")]
        {
            assert_eq!(place.refusal(value), None, "{value}");
        }
    }

    #[test]
    fn a_name_may_hold_values_but_not_become_host() {
        assert_eq!(places_of("<<A>>: x"), [name("", "")]);
        assert_eq!(places_of("X-<<A>>-Y : <<B>>"), [name("X-", "-Y "), Value]);
        assert_eq!(places_of("<<A>><<B>>: <<C>>"), [Names, Names, Value]);
        for (before, value, after) in
            [("", "Host", ""), ("h", "OS", "t"), ("Host", "", " "), ("", "host: evil", "-x"), ("H", "ost : evil", "")]
        {
            assert!(name(before, after).refusal(value).is_some(), "{before}|{value}|{after}");
        }
        for (before, value, after) in [("", "user", ""), ("X-", "Host", ""), ("", "hos", ""), ("", "x: host", "")] {
            assert_eq!(name(before, after).refusal(value), None, "{before}|{value}|{after}");
        }
        for part in ["", "h", "OS", "st", "host", "ho: evil"] {
            assert!(Names.refusal(part).is_some(), "{part}");
        }
        assert_eq!(Names.refusal("hst"), None);
    }
}
