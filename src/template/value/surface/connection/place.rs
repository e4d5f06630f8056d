//! The place of a slot in a connection string.

use super::reader::{Form, Reader, Setting, is_blank};
use crate::template::cut::Cut;
use crate::template::value::surface::skeleton::Skeleton;

/// The place of a slot in a connection string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template::value) enum Place {
    /// The whole value of a keyword.
    Whole,
    /// A value that says which server, or which program, the connection goes to.
    Server,
    /// Between quotes of the text.
    Quoted,
    /// A piece of a value that has no quotes.
    Piece,
    /// Outside of every value.
    Keyword,
    /// In a URL, which libpq takes too.
    Url,
}

/// The place of each slot, in order.
pub(in crate::template::value) fn places(form: Form, text: &str, cuts: &[Cut]) -> Vec<Place> {
    let Skeleton { text, slots } = Skeleton::new(text, cuts);
    if form == Form::Libpq && is_url(&text) {
        return vec![Place::Url; slots.len()];
    }
    let mut settings = Reader::new(form, &text).peekable();
    let mut places = Vec::with_capacity(slots.len());
    for slot in slots {
        while settings
            .next_if(|setting| setting.value.end <= slot)
            .is_some()
        {}
        let setting = settings
            .peek()
            .filter(|setting| setting.value.start <= slot);
        places.push(setting.map_or(Place::Keyword, |setting| setting.place(&text, slot)));
    }
    places
}

/// Returns true if libpq reads a text as a URL.
fn is_url(text: &str) -> bool {
    text.starts_with("postgresql://") || text.starts_with("postgres://")
}

impl Place {
    /// Reason why no value at all may stand there.
    pub(in crate::template::value) fn refusal_of_all(self) -> Option<&'static str> {
        match self {
            Self::Whole => None,
            Self::Server => Some("may not choose the server of a connection string: write it out"),
            Self::Quoted => Some(
                "may not stand between the quotes of a connection string, because it brings its \
                 own: take those of the text away",
            ),
            Self::Piece => Some(
                "may not be a piece of a value in a connection string: let it be the whole value",
            ),
            Self::Keyword => Some("may not stand outside of the values of a connection string"),
            Self::Url => Some("stands in a URL: give it the surface url"),
        }
    }

    /// Reason why a value may not stand there.
    pub(in crate::template::value) fn refusal(self, value: &str) -> Option<&'static str> {
        match self {
            Self::Whole if value.contains('\0') => {
                Some("holds NUL, which may not stand in a connection string")
            }
            _ => self.refusal_of_all(),
        }
    }
}

impl Setting {
    fn place(&self, text: &str, slot: usize) -> Place {
        let keyword = text.get(self.keyword.clone()).unwrap_or_default();
        // What stands before the keyword is no part of it: empty settings, or what the reader of
        // the string refuses.
        let keyword = keyword.rsplit(';').next().unwrap_or_default();
        match () {
            () if says_server(keyword) => Place::Server,
            () if self.is_quoted => Place::Quoted,
            () if self.value == (slot..slot + 1) => Place::Whole,
            () => Place::Piece,
        }
    }
}

/// Keywords that say where a connection goes, or which program makes it, in all forms, in small
/// letters and without blanks, `_` and `-`.
const SERVERS: [&str; 25] = [
    "addr",
    "address",
    "datasource",
    "dbq",
    "driver",
    "dsn",
    "failoverpartner",
    "filedsn",
    "filename",
    "host",
    "hostaddr",
    "hostname",
    "networkaddress",
    "oauthissuer",
    "pipe",
    "pipename",
    "port",
    "provider",
    "savefile",
    "server",
    "servername",
    "service",
    "servicefile",
    "socket",
    "unixsocket",
];

fn says_server(keyword: &str) -> bool {
    let letters = || {
        let letters = keyword
            .chars()
            .filter(|c| !is_blank(*c) && !matches!(c, '_' | '-'));
        letters.map(|c| c.to_ascii_lowercase())
    };
    SERVERS.iter().any(|server| letters().eq(server.chars()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::plan::{Plan, ReferenceList, References};
    use crate::template::settings::Settings;
    use Form::{AdoNet, Libpq, Odbc};
    use Place::{Keyword, Piece, Quoted, Server, Url, Whole};

    fn places_of(form: Form, text: &str) -> Vec<Place> {
        let mut list = ReferenceList::new();
        let plan = Plan::of(Settings::shared(), text, &mut References::new(&mut list)).unwrap();
        places(form, text, plan.cuts())
    }

    #[test]
    fn the_whole_value_of_a_keyword_takes_a_value() {
        for (form, text) in [
            (Libpq, "password=<<A>>"),
            (Libpq, "host=h password = <<A>> dbname=d"),
            (Libpq, "user='a b' password=\t<<A>>\n"),
            (Libpq, r"user=a\ host=x password=<<A>>"),
            (Libpq, r"user='it\'s host=x' password=<<A>>"),
            (AdoNet, "Server=tcp:h,1433;User=sa;Password=<<A>>;"),
            (AdoNet, "Server=h; Password = <<A>> ; x=y"),
            (AdoNet, "User=\"a;\"\"Server=b\";Password=<<A>>"),
            (AdoNet, "User='a;''Server=b';Password=<<A>>"),
            (AdoNet, "a==b=<<A>>"),
            (Odbc, "Driver={ODBC Driver 18};Server=h;Uid=sa;Pwd=<<A>>;"),
            (Odbc, "Uid={a;}}Server=b};Pwd=<<A>>"),
            (Odbc, "Uid=a{b;Pwd=<<A>>"),
        ] {
            assert_eq!(places_of(form, text), [Whole], "{form:?} {text}");
        }
        assert_eq!(
            places_of(Libpq, "user=<<A>> password=<<B>>"),
            [Whole, Whole]
        );
        assert_eq!(places_of(Odbc, "Uid=<<A>>;Pwd=<<B>>"), [Whole, Whole]);
    }

    #[test]
    fn a_piece_of_a_value_takes_none() {
        for (form, text) in [
            (Libpq, "password=x<<A>>"),
            (Libpq, "password=<<A>>x"),
            (Libpq, "password=<<A>>'x'"),
            (Libpq, r"password=\<<A>>"),
            (AdoNet, "Password=<<A>>x"),
            (AdoNet, "Password=x <<A>>"),
            (AdoNet, "Password=<<A>> x"),
            (Odbc, "Pwd= <<A>>"),
            (Odbc, "Pwd=<<A>> ;"),
            (Odbc, "Pwd=<<A>>{x}"),
        ] {
            assert_eq!(places_of(form, text), [Piece], "{form:?} {text}");
        }
        assert_eq!(places_of(Libpq, "password=<<A>><<B>>"), [Piece, Piece]);
    }

    #[test]
    fn quotes_of_the_text_take_none() {
        for (form, text) in [
            (Libpq, "password='<<A>>'"),
            (Libpq, r"password='\'<<A>>'"),
            (Libpq, "password='x password=<<A>>"),
            (AdoNet, "Password=\"<<A>>\""),
            (AdoNet, "Password='<<A>>'"),
            (AdoNet, "Password=\"x;Password=<<A>>"),
            (Odbc, "Pwd={<<A>>}"),
            (Odbc, "Pwd={x}};Pwd=<<A>>}"),
            (Odbc, "Uid= {x};Pwd=<<A>>"),
        ] {
            assert_eq!(places_of(form, text), [Quoted], "{form:?} {text}");
        }
    }

    #[test]
    fn no_value_chooses_the_server() {
        for (form, text) in [
            (Libpq, "host=<<A>>"),
            (Libpq, " \n hostaddr = <<A>>"),
            (Libpq, "host='<<A>>'"),
            (Libpq, "password= host=x port=<<A>>"),
            (Libpq, "service=x<<A>>"),
            (AdoNet, "Data Source=<<A>>"),
            (AdoNet, ";; ;SERVER = <<A>>"),
            (AdoNet, "Password=\"x\"Server=y;Network  Address=<<A>>"),
            (AdoNet, "failover partner=<<A>>"),
            (Odbc, "DRIVER={<<A>>}"),
            (Odbc, "x;Server=<<A>>"),
            (Odbc, "Driver={Oracle};DBQ=<<A>>"),
            (AdoNet, "Protocol=pipe;Pipe Name=<<A>>"),
            (Odbc, "SOCKET=<<A>>"),
        ] {
            assert_eq!(places_of(form, text), [Server], "{form:?} {text}");
        }
    }

    #[test]
    fn nothing_but_a_value_takes_a_value() {
        for (form, text) in [
            (Libpq, "<<A>>"),
            (Libpq, "<<A>>=x"),
            (Libpq, "password <<A>>"),
            (Libpq, "password='x'<<A>>"),
            (AdoNet, "Password==<<A>>"),
            (AdoNet, "Password=\"x\"<<A>>;"),
            (AdoNet, "Password=x;<<A>>"),
            (Odbc, "Pwd={x}<<A>>;"),
        ] {
            assert_eq!(places_of(form, text), [Keyword], "{form:?} {text}");
        }
        for text in ["postgres://u:<<A>>@h/d", "postgresql://h/d?password=<<A>>"] {
            assert_eq!(places_of(Libpq, text), [Url], "{text}");
        }
    }
}
