//! The references of some texts, each once.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::num::NonZeroU32;

use smallvec::SmallVec;

use crate::error::{Error, ErrorKind, Result};
use crate::name::SecretName;
use crate::record::Version;
use crate::reference::{Reference, ReferenceKind};
use crate::template::limits::Limits;
use crate::template::syntax::Token;

/// Adds to the distinct references of some texts, in the order in which they first appear.
#[derive(Debug)]
pub(in crate::template) struct References<'l, 't> {
    list: &'l mut ReferenceList,
    /// The keys of the list, which borrow from the text, while they are few.
    few: SmallVec<[Wanted<'t>; FEW]>,
    /// Their places, made only once the list is too long to be searched.
    index: Option<HashMap<Wanted<'t>, NonZeroU32>>,
    placeholders: usize,
}

/// Most texts have few, and take no allocation.
pub(in crate::template) type ReferenceList = SmallVec<[Reference; 4]>;

/// Up to how many keys a search beats hashing.
const FEW: usize = 8;

/// A reference that borrows from the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wanted<'t> {
    name: &'t str,
    version: Option<Version>,
    kind: ReferenceKind,
}

impl<'t> Wanted<'t> {
    #[inline]
    fn of(token: &Token<'t>) -> Self {
        Self {
            name: token.name,
            version: token.version,
            kind: token.kind,
        }
    }
}

/// Most differ in their names: the kind adds nothing, and no version is not worth a write.
impl Hash for Wanted<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.name.as_bytes());
        if let Some(version) = self.version {
            state.write_u64(version.get());
        }
    }
}

impl<'l, 't> References<'l, 't> {
    /// Adds to an empty list.
    #[inline]
    pub(in crate::template) fn new(list: &'l mut ReferenceList) -> Self {
        Self {
            list,
            few: SmallVec::new(),
            index: None,
            placeholders: 0,
        }
    }

    /// Counts one placeholder.
    ///
    /// # Errors
    ///
    /// An error for one too many.
    #[inline]
    pub(in crate::template) fn count_placeholder(&mut self, limits: Limits) -> Result<()> {
        self.placeholders += 1;
        limits.check_placeholders(self.placeholders)
    }

    /// The number, from 1, of what a placeholder refers to, which is added unless it is there.
    ///
    /// # Errors
    ///
    /// An error for a name that breaks the grammar.
    #[inline]
    pub(in crate::template) fn intern(&mut self, token: &Token<'t>) -> Result<NonZeroU32> {
        let known = match &self.index {
            None => self
                .few
                .iter()
                .position(|known| *known == Wanted::of(token))
                .and_then(number),
            Some(index) => index.get(&Wanted::of(token)).copied(),
        };
        match known {
            Some(number) => Ok(number),
            None => self.add(token),
        }
    }

    /// The name of a reference that was added, by its place in the list.
    pub(in crate::template) fn name(&self, reference: usize) -> &str {
        let reference = self.list.get(reference);
        reference.map_or("", |reference| reference.name().as_str())
    }

    fn add(&mut self, token: &Token<'t>) -> Result<NonZeroU32> {
        SecretName::check_parsed(token.name, token.is_word)?;
        let Some(number) = number(self.list.len()) else {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "a template has fewer than 2^32 references",
            ));
        };
        self.list
            .push(Reference::parsed(token.kind, token.name, token.version));
        if self.few.len() < FEW {
            self.few.push(Wanted::of(token));
        } else {
            let few = || {
                self.few
                    .iter()
                    .copied()
                    .zip((1..).filter_map(NonZeroU32::new))
                    .collect()
            };
            self.index
                .get_or_insert_with(few)
                .insert(Wanted::of(token), number);
        }
        Ok(number)
    }
}

/// A place as a number from 1.
fn number(place: usize) -> Option<NonZeroU32> {
    u32::try_from(place)
        .ok()?
        .checked_add(1)
        .and_then(NonZeroU32::new)
}
