//! Marks and rules for a syntax as an input gives them.

use keyslot::Error;
use keyslot::template::{BareNames, Escape, Syntax, SyntaxBuilder};

pub struct Rules<'a> {
    pub open: &'a str,
    pub close: &'a str,
    pub prefix: Option<&'a str>,
    pub bare: Option<BareNames>,
    pub escape: Escape,
}

impl<'a> Rules<'a> {
    /// Takes the first four parts of an input, and says which are the rest. The bits of `select`
    /// say which rules there are.
    pub fn of(select: u8, parts: &'a [String]) -> Option<(Self, &'a [String])> {
        let [open, close, prefix, mark, rest @ ..] = parts else {
            return None;
        };
        let mark = mark.chars().next().unwrap_or('!');
        let bare = [
            None,
            Some(BareNames::Identifier),
            Some(BareNames::Upper),
            None,
        ];
        let escape = [
            Escape::After(mark),
            Escape::Before(mark),
            Escape::None,
            Escape::Doubled(mark),
        ];
        let rules = Self {
            open,
            close,
            prefix: (select & 1 == 0).then_some(prefix),
            bare: bare[usize::from(select >> 1 & 3)],
            escape: escape[usize::from(select >> 3 & 3)],
        };
        Some((rules, rest))
    }

    pub fn build(&self) -> Result<Syntax, Error> {
        let builder = Syntax::builder(self.open, self.close).escape(self.escape);
        let builder = self
            .prefix
            .iter()
            .fold(builder, |builder, prefix| builder.secret_prefix(*prefix));
        self.bare
            .into_iter()
            .fold(builder, SyntaxBuilder::bare)
            .build()
    }
}
