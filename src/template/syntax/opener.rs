//! The opening marks that a scan looks for.

use std::sync::Arc;

use memchr::memmem::Finder;

use super::dialect::Dialect;

/// The dialects that share an opening mark, in the order in which they are asked.
#[derive(Debug)]
pub(in crate::template) struct Opener {
    pub(in crate::template) mark: Box<str>,
    pub(in crate::template) finder: Finder<'static>,
    pub(in crate::template) dialects: Vec<Arc<Dialect>>,
    /// The byte that the mark is made of, if it is one byte repeated.
    pub(in crate::template) repeats: Option<u8>,
}

impl Opener {
    /// The openers of some dialects, the longest first.
    pub(in crate::template) fn of(dialects: &[Arc<Dialect>]) -> Vec<Self> {
        let mut openers: Vec<Self> = Vec::new();
        for dialect in dialects {
            match openers
                .iter_mut()
                .find(|opener| *opener.mark == *dialect.open)
            {
                Some(opener) => opener.dialects.push(Arc::clone(dialect)),
                None => openers.push(Self::new(dialect)),
            }
        }
        openers.sort_by_key(|opener| std::cmp::Reverse(opener.mark.len()));
        openers
    }

    fn new(dialect: &Arc<Dialect>) -> Self {
        let mark = dialect.open.as_bytes();
        let first = mark.first().copied();
        Self {
            mark: dialect.open.as_ref().into(),
            finder: Finder::new(mark).into_owned(),
            dialects: vec![Arc::clone(dialect)],
            repeats: first.filter(|first| mark.len() > 1 && mark.iter().all(|byte| byte == first)),
        }
    }
}
