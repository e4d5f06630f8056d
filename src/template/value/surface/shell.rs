//! The place of a slot in a shell text, and whether the value's own quotes are safe there
//! (POSIX.1-2024, volume XCU, chapter 2).
//!
//! This is no shell parser. Whatever it does not follow, it gives up on, and then refuses every
//! value behind it.

use super::skeleton::Skeleton;
use crate::template::cut::Cut;

/// The place of a slot in a shell text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::template::value) enum Place {
    /// In a word, where quotes are quotes.
    Word,
    /// Between quotes: its own would end them, and the shell would read the value.
    Quoted,
    /// Right behind `\` or `$`, which change what its first quote means.
    Marked,
    /// In a comment, which ends at the first line end of the value.
    Comment,
    /// Behind something that is not followed here.
    Lost,
}

/// The place of each slot, in order.
pub(in crate::template::value) fn places(text: &str, cuts: &[Cut]) -> Vec<Place> {
    let Skeleton { text, slots } = Skeleton::new(text, cuts);
    let mut reader = Reader {
        starts_word: true,
        ..Reader::default()
    };
    let mut places = Vec::with_capacity(slots.len());
    let mut open = slots.iter().peekable();
    for (at, byte) in text.bytes().enumerate() {
        if open.next_if_eq(&&at).is_some() {
            places.push(reader.place());
            reader.pass_slot();
        } else {
            let until_slot = text
                .get(at + 1..open.peek().map_or(text.len(), |&&slot| slot))
                .unwrap_or_default();
            reader.read(byte, until_slot);
        }
    }
    places
}

impl Place {
    /// Reason why no value at all may stand there.
    pub(in crate::template::value) fn refusal_of_all(self) -> Option<&'static str> {
        match self {
            Self::Word => None,
            Self::Quoted => Some(
                "may not stand between shell quotes, because it brings its own: take those of \
                 the text away",
            ),
            Self::Marked => {
                Some("may not stand right behind \"\\\" or \"$\", which change its quotes")
            }
            Self::Comment => Some("may not stand in a shell comment, which it could end"),
            Self::Lost => Some(
                "stands behind shell syntax in which it could not be kept safe, such as \
                 backquotes, a here-document, \
                 arithmetic or quotes within quotes: pass it in the environment",
            ),
        }
    }

    /// Reason why a value may not stand there.
    pub(in crate::template::value) fn refusal(self, value: &str) -> Option<&'static str> {
        match self {
            Self::Word if value.contains('\0') => {
                Some("holds NUL, which may not stand in a shell word")
            }
            _ => self.refusal_of_all(),
        }
    }
}

/// The state of the text so far.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools)] // Each is a fact of its own about what was read last.
struct Reader {
    is_lost: bool,
    is_comment: bool,
    quote: Option<u8>,
    /// Behind a backslash that says how the next byte is read.
    is_escaped: bool,
    /// Behind a dollar sign.
    is_dollar: bool,
    /// A word may start here, and so may a comment.
    starts_word: bool,
    /// The byte before; none behind a quote, an escape or a slot.
    last: Option<u8>,
    /// The number of `<` right before.
    angles: usize,
}

impl Reader {
    fn place(&self) -> Place {
        match self {
            _ if self.is_lost => Place::Lost,
            _ if self.is_comment => Place::Comment,
            _ if self.is_escaped || self.is_dollar => Place::Marked,
            _ if self.quote.is_some() => Place::Quoted,
            _ => Place::Word,
        }
    }

    fn pass_slot(&mut self) {
        (
            self.is_escaped,
            self.is_dollar,
            self.starts_word,
            self.last,
            self.angles,
        ) = (false, false, false, None, 0);
    }

    /// Reads one byte of the text; `rest` is what follows up to the next slot.
    fn read(&mut self, byte: u8, rest: &str) {
        if self.is_lost {
            return;
        }
        if std::mem::take(&mut self.is_escaped) {
            // A line end that is escaped is not there at all, so what is beside it belongs
            // together.
            if byte != b'\n' {
                self.pass_slot();
            }
            return;
        }
        match (self.quote, byte) {
            _ if self.is_comment => {
                self.is_comment = byte != b'\n';
                self.starts_word = !self.is_comment;
            }
            (Some(b'\''), _) => {
                if byte == b'\'' {
                    self.quote = None;
                }
            }
            (_, b'\\') => self.is_escaped = true,
            (_, b'`') => self.is_lost = true,
            (Some(_), b'"') => {
                self.quote = None;
                self.pass_slot();
            }
            (quote, _) => {
                self.is_lost = self.loses(byte, rest);
                if quote.is_none() {
                    self.read_bare(byte);
                }
                self.is_dollar = byte == b'$' && !self.is_dollar;
                self.last = Some(byte);
                self.angles = if byte == b'<' { self.angles + 1 } else { 0 };
            }
        }
    }

    fn read_bare(&mut self, byte: u8) {
        if matches!(byte, b'\'' | b'"') {
            self.quote = Some(byte);
        }
        self.is_comment = byte == b'#' && self.starts_word;
        self.starts_word = b" \t\n;&|()<>".contains(&byte);
    }

    /// Returns true if a byte begins syntax that is not followed.
    fn loses(&self, byte: u8, rest: &str) -> bool {
        match byte {
            b'{' if self.is_dollar => !closes(rest, '}'),
            // Within double quotes, those of a command are quotes within quotes.
            b'(' if self.is_dollar => {
                rest.starts_with('(') || (self.quote.is_some() && !closes(rest, ')'))
            }
            b'[' if self.is_dollar => true,
            _ if self.quote.is_some() => false,
            // Escapes have another meaning in $'…'.
            b'\'' => self.is_dollar,
            // Arithmetic, which expands what is quoted; also as ((…)), [[…]] and name[…]. An array,
            // too: where it is wrong, bash goes on behind the next line end, which may be one of
            // the value.
            b'(' => matches!(self.last, Some(b'(' | b'=')),
            b'[' => self
                .last
                .is_some_and(|last| last == b'[' || last == b'_' || last.is_ascii_alphanumeric()),
            // A here-document, in which quotes do not quote. Three are a word, as in <<<word.
            b'<' => match self.angles {
                0 => false,
                1 => !rest.starts_with('<'),
                2 => rest.starts_with('<'),
                _ => true,
            },
            _ => false,
        }
    }
}

/// Returns true if a text goes on to the end of an expansion without anything in it that would have
/// to be followed.
fn closes(rest: &str, end: char) -> bool {
    rest.split_once(end).is_some_and(|(inner, _)| {
        let is_command = end == ')';
        // In a command, a comment or the patterns of `case` may hold a bracket that is not its end.
        !inner.contains(['\'', '"', '\\', '`', '$', '(', '{', '<'])
            && !(is_command && (inner.contains('#') || inner.contains("case")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::plan::{Plan, ReferenceList, References};
    use crate::template::settings::Settings;
    use Place::{Comment, Lost, Marked, Quoted, Word};

    #[track_caller]
    fn is_at(expected: Place, texts: &[&str]) {
        for text in texts {
            let text = text.replace('@', "<<A>>");
            let plan = Plan::of(
                Settings::shared(),
                &text,
                &mut References::new(&mut ReferenceList::new()),
            )
            .unwrap();
            assert_eq!(places(&text, plan.cuts()).last(), Some(&expected), "{text}");
        }
    }

    #[test]
    fn words_take_values() {
        is_at(
            Word,
            &[
                "@",
                "echo @",
                "k=@",
                "a'b'@\"c\"",
                "echo \"it's\" @",
                r"\\@",
                r"\'@",
                "x > @",
                "x; @",
                "(@)",
            ],
        );
        is_at(
            Word,
            &[
                "echo $(cat @)",
                "$(echo 'x') @",
                "echo $HOME @",
                "echo $$@",
                r"\$@",
                "'$'@",
                "[ -f @ ]",
            ],
        );
    }

    #[test]
    fn quotes_and_what_stands_behind_a_mark_take_none() {
        is_at(
            Quoted,
            &[
                "'@'",
                "\"@\"",
                "echo \"a\"'b @",
                "\"\\\"@",
                "'\\' '@",
                "\"'@'\"",
            ],
        );
        is_at(Word, &["'\\'@", "\"\\\"\"@", "\"'\"@"]);
        is_at(
            Marked,
            &[r"echo \@", r"\\\@", "$@", "$$$@", "x=$\\\n@", r#""\@"#],
        );
    }

    #[test]
    fn comments_take_none_and_have_no_quotes() {
        is_at(
            Comment,
            &["# @", "x # it's @", "x;#@", "x\n\t#y @", "\\\n# @"],
        );
        is_at(
            Word,
            &[
                "# it's\n@",
                "a#@",
                "a\\\n#@",
                "'x'#@",
                "$#@",
                "<<A>>#@",
                "\\#@",
                "a\\ #@",
            ],
        );
        is_at(Quoted, &["# it's\n'@'", "# \"\n\"@\""]);
    }

    #[test]
    fn nothing_goes_behind_what_is_not_followed() {
        is_at(
            Lost,
            &[
                "`@`",
                "`x` @",
                "\"`x`\" @",
                "cat <<EOF\n@",
                "cat <<-'E'\n@",
                "<\\\n<E\n@",
                "<<@",
                "a <<<<@",
            ],
        );
        is_at(
            Lost,
            &[
                "$((@))",
                "((@))",
                "[[ @ -eq 1 ]]",
                "a[@]=1",
                "x=(@)",
                "$[@]",
                "\"$[1]\" @",
                "$'\\'' @",
                "$\\\n'x' @",
            ],
        );
        is_at(
            Lost,
            &[
                "\"$(echo \"@\")\"",
                "\"$(echo @)\"",
                "\"${x:-\"@\"}\"",
                "${x:-@}",
                "\"$(case x in a) \"@",
                "${x@",
            ],
        );
        is_at(Lost, &["\"$(x # ) \"\n)\" @", "\"$(x <<E)\" @"]);
        is_at(
            Word,
            &[
                "\"${HOME}\" @",
                "${x:-y} @",
                "\"$(date)\" @",
                "cat <<<@",
                "cat <<< x @",
                r"\` @",
                "'`' @",
                "x < y @",
            ],
        );
        is_at(Word, &["'$((' @"]);
    }
}
