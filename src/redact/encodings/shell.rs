//! Words of shells and command lines.

use super::writing::{Writings, Written, backslash};
use crate::error::Result;
use crate::redact::variants::Variant;

pub(super) fn forms(text: &str, writings: &mut Writings<'_>) -> Result<()> {
    for apostrophe in APOSTROPHES {
        writings.each(Variant::Shell, text, |c, out| {
            if c == '\'' {
                out.push_str(apostrophe);
            } else {
                out.push(c);
            }
        })?;
    }
    for form in WORDS {
        writings.each_behind(Variant::Shell, text, form)?;
    }
    Ok(())
}

/// Ways to write a `'` inside single quotes: two of shells; and that of PowerShell, SQL and YAML.
const APOSTROPHES: [&str; 3] = [r"'\''", r#"'"'"'"#, "''"];

type Write = fn(Option<char>, char, &mut Written);

/// Behind backslashes, as bash and as Ruby have it; in double quotes of shells, of command lines of
/// Windows, and of CSV; in `$'…'`; in double quotes of PowerShell, with control characters or
/// without, and as a bare word there.
const WORDS: [Write; 9] = [
    |before, c, out| {
        let special = match c {
            '#' => before.is_none(),
            '~' => matches!(before, None | Some('=' | ':')),
            _ => " \t\"\\'`$|&;()<>!{}*[?]^,".contains(c),
        };
        backslash(special, c, out);
    },
    |_, c, out| {
        backslash(
            c.is_ascii() && !c.is_ascii_alphanumeric() && !"_-.,:+/@\n".contains(c),
            c,
            out,
        );
    },
    |_, c, out| backslash("\"\\$`".contains(c), c, out),
    |_, c, out| backslash(c == '"', c, out),
    |_, c, out| {
        if c == '"' {
            out.push('"');
        }
        out.push(c);
    },
    |_, c, out| {
        let letter = match c {
            '\\' | '\'' => c,
            '\x07' => 'a',
            '\x08' => 'b',
            '\x1b' => 'E',
            '\x0c' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            '\x0b' => 'v',
            _ if c.is_ascii_control() => return octal(c, out),
            _ => return out.push(c),
        };
        backslash(true, letter, out);
    },
    |_, c, out| backquote("\"$`".contains(c), c, out),
    |_, c, out| {
        let letter = match c {
            '\0' => '0',
            '\x07' => 'a',
            '\x08' => 'b',
            '\x1b' => 'e',
            '\x0c' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            '\x0b' => 'v',
            _ => return backquote("\"$`".contains(c), c, out),
        };
        backquote(true, letter, out);
    },
    |before, c, out| {
        let special = " \t\"'`$&;(){}|<>,".contains(c) || before.is_none() && "@#".contains(c);
        backquote(special, c, out);
    },
];

fn backquote(escaped: bool, c: char, out: &mut Written) {
    if escaped {
        out.push('`');
    }
    out.push(c);
}

/// `\NNN`.
fn octal(c: char, out: &mut Written) {
    let code = u32::from(c);
    out.push('\\');
    [code >> 6, code >> 3, code]
        .into_iter()
        .filter_map(|digit| char::from_digit(digit & 7, 8))
        .for_each(|digit| out.push(digit));
}

#[cfg(test)]
mod tests {
    use super::super::all::tests::all;
    use super::*;

    #[test]
    fn shells_are_quoted_and_escaped() {
        let found = all("a'b \"$", Variant::Shell);
        for expected in [
            r#"a'\''b "$"#,
            r#"a'"'"'b "$"#,
            r#"a''b "$"#,
            r#"a\'b\ \"\$"#,
            r#"a'b \"\$"#,
            r#"a'b \"$"#,
            r#"a'b ""$"#,
            r#"a\'b "$"#,
        ] {
            assert!(found.contains(expected), "{expected}");
        }
    }

    /// By `about_Special_Characters` and `about_Quoting_Rules` of PowerShell.
    #[test]
    fn powershell_escapes_with_backquotes() {
        for (text, expected) in [
            ("pa$$w`rd \"x\" 'y'", "pa`$`$w``rd `\"x`\" 'y'"),
            ("a$b\n\tc\x1b", "a`$b`n`tc`e"),
            ("a$b\nc", "a`$b\nc"),
            ("@a b;(c){d}|e,f#g", "`@a` b`;`(c`)`{d`}`|e`,f#g"),
        ] {
            assert!(all(text, Variant::Shell).contains(expected), "{expected}");
        }
    }

    /// The output of `printf %q` in bash 5.2.
    #[test]
    fn bash_escapes_what_means_something_where_it_stands() {
        for (word, expected) in [
            ("a~b=~c:~d#e", r"a~b=\~c:\~d#e"),
            ("#a", r"\#a"),
            ("~x", r"\~x"),
            (
                "p a$$w0rd!{a}[b]`c`;#%25,^",
                r"p\ a\$\$w0rd\!\{a\}\[b\]\`c\`\;#%25\,\^",
            ),
            ("a\x1b\x01\nb\x7fc", r"a\E\001\nb\177c"),
        ] {
            assert!(all(word, Variant::Shell).contains(expected), "{expected}");
        }
    }
}
