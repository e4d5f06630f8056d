//! The part of a URL that a slot stands in.

use super::parts::Parts;
use super::segment::Segment;
use crate::target::Surface;
use crate::template::cut::Cut;
use crate::template::value::surface::skeleton::Skeleton;
use crate::template::value::url_part::UrlPart;

/// The part of a URL that a slot stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template::value) enum Place {
    /// Before what is certainly not the scheme any more.
    Scheme,
    /// Host or port.
    Host,
    /// User information, which ends at a slash.
    User,
    Path(Segment),
    /// A query, or a piece of one.
    Query,
    Fragment,
    /// In the middle of an escape such as `%2F`, which the value would end.
    Escape,
}

/// The place of each slot of a whole URL, in order. Where RFC 3986 and the WHATWG standard part
/// ways, the reading that refuses more.
pub(in crate::template::value) fn places(text: &str, cuts: &[Cut]) -> Vec<Place> {
    // URL parsers drop tabs and line ends wherever they are.
    let url = Skeleton::with(text, cuts, |c| !matches!(c, '\t' | '\r' | '\n'));
    let parts = Parts::of(&url.text);
    url.places(parts.after_scheme, |slot| parts.place(slot))
}

/// The place of each slot in a piece of a URL that is all of one kind.
pub(in crate::template::value) fn places_in(text: &str, cuts: &[Cut], place: Place) -> Vec<Place> {
    Skeleton::new(text, cuts).places(0, |_| place)
}

impl Skeleton {
    /// `path` is where a path begins if there is no host.
    fn places(&self, path: usize, place: impl Fn(usize) -> Place) -> Vec<Place> {
        let mut places: Vec<_> = self
            .slots
            .iter()
            .map(|&slot| self.unless_escape(slot, place(slot)))
            .collect();
        self.tell_segments(path, &mut places);
        places
    }

    /// Returns the place of a slot, unless an escape begins right before it, which the value could
    /// end.
    fn unless_escape(&self, slot: usize, place: Place) -> Place {
        let before = self.text.get(..slot).unwrap_or_default();
        let digit = before
            .strip_suffix(|c: char| c.is_ascii_hexdigit())
            .unwrap_or(before);
        let is_open = before.ends_with('%') || digit.ends_with('%');
        if is_open && !matches!(place, Place::Scheme | Place::Host) {
            Place::Escape
        } else {
            place
        }
    }

    /// Says of each slot in a path what its segment is. Each byte is looked at once.
    fn tell_segments(&self, path: usize, places: &mut [Place]) {
        let (mut start, mut first) = (path, self.slots.partition_point(|&slot| slot < path));
        for segment in self
            .text
            .get(path..)
            .unwrap_or_default()
            .split(['/', '\\', '?', '#'])
        {
            let end = start + segment.len();
            let count = self
                .slots
                .iter()
                .skip(first)
                .take_while(|&&slot| slot < end)
                .count();
            let slots = self
                .slots
                .iter()
                .skip(first)
                .take(count)
                .map(|slot| slot - start);
            let here = Segment::of(segment, slots, count);
            for place in places.iter_mut().skip(first).take(count) {
                if let Place::Path(segment) = place {
                    *segment = here;
                }
            }
            (start, first) = (end + 1, first + count);
        }
    }
}

impl Place {
    /// Reason why no value at all may stand there.
    pub(in crate::template::value) fn refusal_of_all(self) -> Option<&'static str> {
        match self {
            Self::Scheme => Some("may not choose where a URL goes: write scheme and host out"),
            Self::Host => Some("may not stand in the host or port of a URL: write them out"),
            Self::Escape => Some("may not stand in the middle of a percent-escape"),
            Self::Path(_) | Self::User | Self::Query | Self::Fragment => None,
        }
    }

    /// The surface of the part alone, if there is one.
    pub(in crate::template::value) fn surface(self) -> Option<Surface> {
        match self {
            Self::Path(_) => Some(Surface::UrlPath),
            Self::Query => Some(Surface::UrlQuery),
            Self::Scheme | Self::Host | Self::User | Self::Fragment | Self::Escape => None,
        }
    }

    /// Reason why a value may not stand there that is a part of a URL already.
    pub(in crate::template::value) fn refusal_of_part(self, part: UrlPart) -> Option<&'static str> {
        match (self, part) {
            (Self::Scheme | Self::Host | Self::Escape, _) => self.refusal_of_all(),
            // A value that is a path has no segment that could lead elsewhere, whatever stands
            // beside it.
            (Self::Path(_), UrlPart::Path)
            | (Self::User, UrlPart::User)
            | (Self::Query | Self::Fragment, UrlPart::Query) => None,
            _ => Some(part.misplaced()),
        }
    }

    /// Reason why a value may not stand there.
    pub(in crate::template::value) fn refusal(self, value: &str) -> Option<&'static str> {
        match self {
            Self::Scheme | Self::Host | Self::Escape => self.refusal_of_all(),
            Self::Path(segment) => segment.refusal(value),
            Self::User | Self::Query | Self::Fragment => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::plan::{Plan, ReferenceList, References};
    use crate::template::settings::Settings;
    use Place::{Escape, Fragment, Host, Query, Scheme, User};
    use Segment::{Dots, Named, Values};

    const ALONE: Place = Place::Path(Dots(0));
    const NAMED: Place = Place::Path(Named);

    fn places_of(text: &str) -> Vec<Place> {
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

    #[test]
    fn each_part_of_a_url_is_told_apart() {
        assert_eq!(
            places_of("https://api.example/<<A>>/x?k=<<B>>&<<C>>#<<D>>"),
            [ALONE, Query, Query, Fragment]
        );
        assert_eq!(places_of("https://<<A>>/"), [Host]);
        assert_eq!(
            places_of("https://<<A>>.example:<<B>>/<<C>>"),
            [Host, Host, ALONE]
        );
        assert_eq!(places_of("https://api.example<<A>>"), [Host]);
        assert_eq!(places_of("https://api.example?<<A>>"), [Query]);
        assert_eq!(places_of("https://api.example#<<A>>"), [Fragment]);
    }

    #[test]
    fn user_information_ends_at_the_last_at_sign_of_the_authority() {
        assert_eq!(
            places_of("postgres://<<U>>:<<P>>@db.example/<<D>>"),
            [User, User, ALONE]
        );
        assert_eq!(places_of("https://<<U>>@<<H>>/"), [User, Host]);
        assert_eq!(places_of("https://<<A>>/@b"), [Host]);
        assert_eq!(places_of("https://a@<<A>>@b/"), [User]);
    }

    #[test]
    fn what_could_become_a_scheme_or_host_is_refused() {
        assert_eq!(places_of("<<A>>"), [Scheme]);
        assert_eq!(places_of("<<A>>://host/"), [Scheme]);
        assert_eq!(places_of("http<<A>>"), [Scheme]);
        assert_eq!(places_of("https:<<A>>"), [Host]);
        assert_eq!(places_of("HTTPS:/<<A>>"), [Host]);
        assert_eq!(places_of("https:///<<A>>"), [Host]);
        assert_eq!(places_of(r"https:\\<<A>>\x"), [Host]);
        assert_eq!(places_of(r"https://a.example\<<A>>/<<B>>"), [Host, ALONE]);
        assert_eq!(places_of(r"https://<<A>>\@a.example/"), [Host]);
        assert_eq!(places_of("ht\ntps:/\t/<<A>>"), [Host]);
        assert_eq!(places_of(" https:<<A>>"), [Host]);
        assert_eq!(places_of("//<<A>>/x"), [Host]);
        assert_eq!(places_of(r"/\//<<A>>/x"), [Host]);
    }

    #[test]
    fn other_schemes_and_relative_references_have_paths() {
        assert_eq!(places_of("mailto:<<A>>@example"), [NAMED]);
        assert_eq!(places_of("/<<A>>/x?<<B>>"), [ALONE, Query]);
        assert_eq!(places_of("?<<A>>"), [Query]);
        assert_eq!(places_of("a/<<A>>"), [ALONE]);
        assert_eq!(places_of("file:///<<A>>"), [ALONE]);
        assert_eq!(places_of("file://<<A>>/"), [Host]);
    }

    #[test]
    fn what_a_parser_drops_does_not_hide_the_host() {
        assert_eq!(places_of("\u{1}https:<<A>>"), [Host]);
        assert_eq!(places_of("\u{1} //<<A>>/"), [Host]);
    }

    #[test]
    fn a_segment_is_told_by_its_own_text() {
        let segments = |text: &str| {
            let segment = |place| {
                if let Place::Path(segment) = place {
                    segment
                } else {
                    panic!("{text}")
                }
            };
            places_of(text).into_iter().map(segment).collect::<Vec<_>>()
        };
        assert_eq!(segments("/a/.<<A>>/%2E<<B>>.?x"), [Dots(1), Dots(2)]);
        assert_eq!(
            segments("/v<<A>>/<<B>>.json/<<C>>"),
            [Named, Named, Dots(0)]
        );
        assert_eq!(
            segments(r"https://a/<<A>><<B>>\.<<C>>.<<D>>/<<E>>-<<F>>"),
            [Values, Values, Values, Values, Named, Named]
        );
        assert_eq!(segments("https://a/é/<<A>>#/"), [Dots(0)]);
        assert_eq!(segments("a/.<<A>> "), [Dots(1)]);
        assert_eq!(segments("file:<<A>>/x"), [Dots(0)]);
        assert_eq!(segments("foo:.<<A>>//x"), [Dots(1)]);
    }

    #[test]
    fn no_segment_becomes_empty_or_dots() {
        let refused = |segment: Segment| {
            let values = ["", ".", "..", "...", "%2e", "%2E.", "a", ".a"];
            values
                .into_iter()
                .filter(|value| segment.refusal(value).is_some())
                .collect::<Vec<_>>()
        };
        assert_eq!(refused(Named), [".", "..", "%2e", "%2E."]);
        assert_eq!(refused(Dots(0)), ["", ".", "..", "%2e", "%2E."]);
        assert_eq!(refused(Dots(1)), ["", ".", "%2e"]);
        assert_eq!(refused(Dots(2)), [""]);
        assert_eq!(refused(Dots(3)), [""; 0]);
        assert_eq!(refused(Values), ["", ".", "..", "%2e", "%2E."]);
    }

    #[test]
    fn an_open_escape_takes_no_value() {
        assert_eq!(
            places_of("/a%<<A>>/b%2<<B>>/c%2F<<C>>?%<<D>>"),
            [Escape, Escape, NAMED, Escape]
        );
    }
}
