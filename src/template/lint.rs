//! Near misses: text that is no placeholder by the grammar, but was probably meant to be one.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::flaw::Flaw;
use super::parse::{Parsed, is_identifier, parse};
use super::plan::Plan;
use super::syntax::Marks;
use crate::name::SecretName;

/// How long a near miss can be, in bytes.
const REACH: usize = 160;

/// Text that was probably meant to be a placeholder. It stays as it is; show it to whoever wrote the template.
///
/// ```
/// use keyslot::template::{LintKind, Template};
///
/// let template = Template::compile("key: <<stripe key>>")?;
/// let lint = &template.lints()[0];
/// assert_eq!(lint.kind(), LintKind::NotAnIdentifier);
/// assert_eq!(&template.text()[lint.span()], "<<stripe key>>");
/// assert_eq!(lint.to_string(), "not a placeholder: only <<$secret.NAME>> takes names with spaces, \".\" or \"-\"");
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    span: Range<usize>,
    kind: LintKind,
    pointer: Option<Arc<str>>,
}

/// Why text that looks like a placeholder is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LintKind {
    /// `<<NAME >>`: a space on one side only.
    OneSidedSpace,
    /// `<<NAME@0>>`: a version that is none.
    Version,
    /// `<<NAME|Base64>>`: a filter that is none.
    Filter,
    /// `<<stripe key>>`: a name that only a secret reference can have.
    NotAnIdentifier,
    /// `<<secret.NAME>>`: the `$` is missing.
    MissingDollar,
    /// `<< $other.NAME >>`, `<<$other./a/b>>`: text, but close to what is an error.
    Namespace,
    /// `<$secret.NAME>`: marks of one bracket.
    SingleBracket,
}

impl Lint {
    /// How many lints a template or document lists at most.
    pub const LISTED: usize = 100;

    /// Where it is, in bytes. In a document the span is within the string at [`pointer`](Lint::pointer).
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// What is off.
    pub fn kind(&self) -> LintKind {
        self.kind
    }

    /// The JSON Pointer (RFC 6901) of the string that it is in; `None` for plain text.
    pub fn pointer(&self) -> Option<&str> {
        self.pointer.as_deref()
    }

    #[cfg(feature = "json")]
    pub(super) fn in_pointer(self, pointer: &Arc<str>) -> Self {
        Self { pointer: Some(Arc::clone(pointer)), ..self }
    }
}

/// What is off and what to write.
impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a placeholder: ")?;
        f.write_str(match self.kind {
            LintKind::OneSidedSpace => "put a space on both sides of the name or on neither",
            LintKind::Version => "a version is \"@\" right after the name and a number from 1 of at most 10 digits",
            LintKind::Filter => "a filter is \"|\" and a name in small letters, perhaps with \":\" and an argument",
            LintKind::NotAnIdentifier => "only <<$secret.NAME>> takes names with spaces, \".\" or \"-\"",
            LintKind::MissingDollar => "a secret reference begins with \"$secret.\"",
            LintKind::Namespace => "only \"$secret.\" may follow <<",
            LintKind::SingleBracket => "the marks are << and >>",
        })
    }
}

/// The near misses of a text between its cuts, in order.
pub(super) fn lints(marks: &Marks, text: &str, plan: &Plan) -> Vec<Lint> {
    let mut found: Vec<Lint> = near_misses(marks, text, plan).take(Lint::LISTED).collect();
    found.extend(single_brackets(text, plan).take(Lint::LISTED));
    found.sort_by_key(|lint| lint.span.start);
    found.truncate(Lint::LISTED);
    found
}

fn near_misses<'t>(marks: &'t Marks, text: &'t str, plan: &'t Plan) -> impl Iterator<Item = Lint> + 't {
    let mut from = 0;
    marks.finder.find_iter(text.as_bytes()).filter_map(move |first| {
        if first < from {
            return None;
        }
        // Of a run of `<` the last two, which the search may have split.
        let rest = text.get(first..)?;
        let open = first + rest.bytes().take_while(|&byte| byte == b'<').count().checked_sub(marks.open.len())?;
        from = open + 1;
        let inner = text.as_bytes().get(open + marks.open.len()..)?;
        let near = inner.get(..REACH).unwrap_or(inner);
        let line = near.split(|byte| matches!(byte, b'<' | b'\r' | b'\n')).next()?;
        let length = memchr::memmem::find(line, marks.close.as_bytes())?;
        let inner = std::str::from_utf8(line.get(..length)?).ok()?;
        let span = open..open + marks.open.len() + length + marks.close.len();
        let kind = kind_of(marks, inner).filter(|_| !is_cut(plan, open))?;
        Some(Lint { span, kind, pointer: None })
    })
}

fn kind_of(marks: &Marks, inner: &str) -> Option<LintKind> {
    let trimmed = inner.trim_matches([' ', '\t']);
    let alone = format!("{}{trimmed}{}", marks.open, marks.close);
    match parse(marks, &alone, marks.open.len()) {
        Parsed::Placeholder(_) => return Some(LintKind::OneSidedSpace),
        Parsed::Flawed(Flaw::Namespace, _) => return Some(LintKind::Namespace),
        Parsed::Flawed(..) | Parsed::Text => {}
    }
    if let Some((word, _)) = trimmed.strip_prefix('$').and_then(|inner| inner.split_once('.')) {
        return is_identifier(word).then_some(LintKind::Namespace);
    }
    let name_end = trimmed.find(['@', '|']).unwrap_or(trimmed.len());
    let (name, rest) = trimmed.split_at_checked(name_end)?;
    let name = name.trim_end_matches([' ', '\t']);
    match rest.bytes().next() {
        Some(b'@') if is_identifier(name) => Some(LintKind::Version),
        Some(_) if is_identifier(name) => Some(LintKind::Filter),
        _ if SecretName::new(name).is_err() || !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') => None,
        _ if name.split_once('.').is_some_and(|(word, _)| word.eq_ignore_ascii_case(marks.namespace)) => {
            Some(LintKind::MissingDollar)
        }
        _ => Some(LintKind::NotAnIdentifier),
    }
}

/// `<$secret.NAME>` with one bracket only.
fn single_brackets<'t>(text: &'t str, plan: &'t Plan) -> impl Iterator<Item = Lint> + 't {
    memchr::memmem::find_iter(text.as_bytes(), "<$secret.").filter_map(move |open| {
        let before = text.as_bytes().get(..open)?;
        let inner = text.get(open + 1..)?;
        let name = inner.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"$_.-".contains(byte)).count();
        let closes = inner.get(name..)?.bytes().take(2).take_while(|&byte| byte == b'>').count();
        let alone = before.last() != Some(&b'<') && !is_cut(plan, open);
        (alone && closes > 0).then(|| Lint {
            span: open..open + 1 + name + closes,
            kind: LintKind::SingleBracket,
            pointer: None,
        })
    })
}

/// Bytes of an opener, which stand before the mark of an escape.
const OPENER: usize = 2;

/// Whether a byte belongs to a placeholder, or to the opener of an escape.
fn is_cut(plan: &Plan, byte: usize) -> bool {
    let after = plan.cuts().partition_point(|cut| cut.span.end <= byte);
    plan.cuts()
        .get(after)
        .is_some_and(|cut| cut.span.start <= byte + OPENER && (cut.slot.is_none() || cut.span.start <= byte))
}
