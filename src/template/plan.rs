//! What a scan found: where to cut the text, and what to look up.

use std::collections::HashMap;
use std::ops::Range;

use super::engine::Limits;
use super::filter::Filter;
use crate::error::Result;
use crate::name::SecretName;
use crate::record::Version;
use crate::reference::{Form, Reference};

/// The cuts of one text, in order. What lies between them is copied.
#[derive(Debug, Default)]
pub(super) struct Plan {
    cuts: Vec<Cut>,
    /// The bytes of the text outside of the cuts.
    literal: usize,
}

/// A piece of the text that is replaced.
#[derive(Debug)]
pub(super) struct Cut {
    pub(super) span: Range<usize>,
    /// What stands there instead; nothing for the mark of an escape.
    pub(super) slot: Option<Slot>,
}

/// A value that goes in.
#[derive(Debug)]
pub(super) struct Slot {
    /// Its place in the list of references.
    pub(super) reference: usize,
    pub(super) filters: Box<[Filter]>,
}

impl Cut {
    /// Drops the one byte of an escape mark.
    pub(super) fn escape(at: usize) -> Self {
        Self { span: at..at + 1, slot: None }
    }

    pub(super) fn value(span: Range<usize>, reference: usize, filters: Vec<Filter>) -> Self {
        Self { span, slot: Some(Slot { reference, filters: filters.into_boxed_slice() }) }
    }
}

impl Plan {
    pub(super) fn push(&mut self, cut: Cut) {
        self.cuts.push(cut);
    }

    pub(super) fn finish(&mut self, text: &str) {
        self.literal = text.len() - self.cuts.iter().map(|cut| cut.span.len()).sum::<usize>();
    }

    pub(super) fn cuts(&self) -> &[Cut] {
        &self.cuts
    }

    /// Whether the text stands for itself.
    pub(super) fn is_empty(&self) -> bool {
        self.cuts.is_empty()
    }

    /// The bytes of the text outside of the cuts.
    pub(super) fn literal(&self) -> usize {
        self.literal
    }
}

/// The distinct references of a text or document, in the order in which they first appear.
#[derive(Debug, Default)]
pub(super) struct References<'t> {
    list: Vec<Reference>,
    /// Made only once the list is too long to be searched. Its keys borrow from the text, not from the list.
    index: Option<HashMap<Key<'t>, usize>>,
    /// The keys of the list until then.
    few: [Option<Key<'t>>; FEW],
    placeholders: usize,
}

type Key<'t> = (&'t str, Option<Version>, Form);

/// Up to how many keys a search beats hashing.
const FEW: usize = 8;

impl<'t> References<'t> {
    /// Counts one placeholder.
    ///
    /// # Errors
    ///
    /// When it is one too many.
    pub(super) fn count_placeholder(&mut self, limits: Limits) -> Result<()> {
        self.placeholders += 1;
        limits.check_placeholders(self.placeholders)
    }

    /// The number of a reference, which is added unless it is there.
    ///
    /// # Errors
    ///
    /// When the name is no name.
    pub(super) fn intern(&mut self, form: Form, name: &'t str, version: Option<Version>) -> Result<usize> {
        let key = (name, version, form);
        let known = match &self.index {
            None => self.few.iter().take(self.list.len()).position(|known| *known == Some(key)),
            Some(index) => index.get(&key).copied(),
        };
        known.map_or_else(|| self.add(key), Ok)
    }

    /// The list, whose places are the numbers.
    pub(super) fn into_list(self) -> Vec<Reference> {
        self.list
    }

    fn add(&mut self, key: Key<'t>) -> Result<usize> {
        let (name, version, form) = key;
        let name = SecretName::new(name)?;
        let reference = match form {
            Form::Secret => Reference::secret(name),
            Form::Bare => Reference::bare(name),
        };
        let number = self.list.len();
        self.list.push(version.into_iter().fold(reference, Reference::at));
        if let Some(slot) = self.few.get_mut(number) {
            *slot = Some(key);
        } else {
            let few = || self.few.iter().flatten().copied().zip(0..).collect();
            self.index.get_or_insert_with(few).insert(key, number);
        }
        Ok(number)
    }
}
