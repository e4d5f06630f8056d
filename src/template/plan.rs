//! What a scan found: where to cut the text, and what to look up.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::num::NonZeroU32;
use std::ops::Range;

use smallvec::SmallVec;

use super::engine::Engine;
use super::filter::Filter;
use super::flaw::Flaw;
use super::parse::{Placeholder, filters};
use super::scan::{Sink, mark, scan};
use super::syntax::Dialect;
use crate::error::{Error, ErrorKind, Failures, Result};
use crate::name::SecretName;
use crate::record::Version;
use crate::reference::{Reference, ReferenceKind};

/// The cuts of one text, in order. What lies between them is copied.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Enough places without an allocation for most texts.
    cuts: SmallVec<[Cut; 4]>,
    /// The filters of those slots that have some.
    chains: Vec<Box<[Filter]>>,
    /// The bytes of the text outside of the cuts.
    literal: usize,
}

/// A piece of the text that is replaced.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    pub(super) span: Range<usize>,
    /// What stands there instead; nothing for what is only omitted.
    pub(super) slot: Option<Slot>,
}

/// A value that goes in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    /// Its place in the list of references, from 1: so that a cut is no larger than it must be.
    reference: NonZeroU32,
    /// The number of its chain of filters, from 1; 0 for none.
    chain: u32,
}

impl Slot {
    /// Its place in the list of references.
    pub(super) fn reference(self) -> usize {
        self.reference.get() as usize - 1
    }

    pub(super) fn is_filtered(self) -> bool {
        self.chain != 0
    }
}

impl Plan {
    /// Finds what to do with a text, and adds what it refers to.
    ///
    /// # Errors
    ///
    /// All syntax errors of the text in one; `TooLarge` at the first placeholder over the limit.
    pub(super) fn of<'t>(
        engine: &Engine,
        text: &'t str,
        references: &mut References<'t>,
    ) -> Result<Self> {
        let mut plan = Self::default();
        plan.read(engine, text, references)?;
        Ok(plan)
    }

    /// As [`of`](Plan::of), into a plan that is empty yet: it is too large to be moved around for a
    /// short text.
    #[inline]
    pub(super) fn read<'t>(
        &mut self,
        engine: &Engine,
        text: &'t str,
        references: &mut References<'t>,
    ) -> Result<()> {
        scan(
            engine.rules(),
            text,
            &mut Planner {
                engine,
                text,
                plan: self,
                references,
            },
        )?;
        self.measure(text);
        Ok(())
    }

    /// Counts what lies between the cuts of a text, once all are there.
    #[inline]
    pub(super) fn measure(&mut self, text: &str) {
        self.literal = text.len() - self.cuts.iter().map(|cut| cut.span.len()).sum::<usize>();
    }

    /// Puts the value of a secret in the place of its name, which is the whole text.
    ///
    /// # Errors
    ///
    /// A syntax error when the name is none; `TooLarge` when it is one placeholder too many.
    pub(super) fn read_name<'t>(
        &mut self,
        engine: &Engine,
        name: &'t str,
        references: &mut References<'t>,
    ) -> Result<()> {
        references.count_placeholder(engine)?;
        let (end, span) = (name.len(), 0..name.len());
        let found = Placeholder {
            form: ReferenceKind::Secret,
            name,
            is_word: false,
            version: None,
            filters: end..end,
            end,
        };
        let reference = references
            .intern(&found)
            .map_err(|error| bad_name(&error).at(span.clone(), name))?;
        self.cuts.push(Cut {
            span,
            slot: Some(Slot {
                reference,
                chain: 0,
            }),
        });
        self.literal = 0;
        Ok(())
    }

    fn push_chain(&mut self, chain: Vec<Filter>) -> u32 {
        self.chains.push(chain.into_boxed_slice());
        // There are no more than placeholders, which are counted up to that.
        u32::try_from(self.chains.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn cuts(&self) -> &[Cut] {
        &self.cuts
    }

    /// The filters of a slot.
    pub(super) fn chain(&self, slot: Slot) -> &[Filter] {
        let chain = usize::try_from(slot.chain)
            .ok()
            .and_then(|chain| self.chains.get(chain.checked_sub(1)?));
        chain.map_or(&[], |chain| chain)
    }

    /// Whether no value goes through filters.
    pub(super) fn is_unfiltered(&self) -> bool {
        self.chains.is_empty()
    }

    /// Whether the text stands for itself.
    pub(super) fn is_empty(&self) -> bool {
        self.cuts.is_empty()
    }

    /// Whether values go in.
    pub(super) fn has_slots(&self) -> bool {
        self.cuts.iter().any(|cut| cut.slot.is_some())
    }

    /// The bytes of the text outside of the cuts.
    pub(super) fn literal(&self) -> usize {
        self.literal
    }
}

/// Writes a plan of what a scan finds.
pub(super) struct Planner<'p, 't> {
    pub(super) engine: &'p Engine,
    pub(super) text: &'t str,
    pub(super) plan: &'p mut Plan,
    pub(super) references: &'p mut References<'t>,
}

impl<'t> Sink<'t> for Planner<'_, 't> {
    fn omit(&mut self, span: Range<usize>) {
        self.plan.cuts.push(Cut { span, slot: None });
    }

    fn value(
        &mut self,
        start: usize,
        dialect: &Dialect,
        found: Placeholder<'t>,
        failures: &mut Failures,
    ) -> Result<()> {
        self.references.count_placeholder(self.engine)?;
        let span = start..found.end;
        match self.references.intern(&found) {
            Ok(reference) => match chain(self.engine, dialect, self.text, &found) {
                Ok(chain) => {
                    let number = if chain.is_empty() {
                        0
                    } else {
                        self.plan.push_chain(chain)
                    };
                    self.plan.cuts.push(Cut {
                        span,
                        slot: Some(Slot {
                            reference,
                            chain: number,
                        }),
                    });
                }
                // In the closure, because to say where it is takes a look at the text before.
                Err((flaw, place)) => {
                    failures.push(|| mark(flaw.error(dialect), found.name, place, self.text))
                }
            },
            Err(error) => failures.push(|| bad_name(&error).at(span, self.text)),
        }
        Ok(())
    }
}

/// The syntax error of a placeholder whose name is none.
pub(super) fn bad_name(error: &Error) -> Error {
    Error::new(ErrorKind::Syntax, error.to_string())
}

/// The filters of a placeholder; or what is wrong with the first that does not exist or has the
/// wrong argument, and where.
#[inline]
pub(super) fn chain(
    engine: &Engine,
    dialect: &Dialect,
    text: &str,
    found: &Placeholder<'_>,
) -> Result<Vec<Filter>, (Flaw, Range<usize>)> {
    if found.filters.is_empty() {
        Ok(Vec::new())
    } else {
        chain_of_some(engine, dialect, text, found)
    }
}

fn chain_of_some(
    engine: &Engine,
    dialect: &Dialect,
    text: &str,
    found: &Placeholder<'_>,
) -> Result<Vec<Filter>, (Flaw, Range<usize>)> {
    let written = filters(dialect, text, found.filters.clone());
    written
        .map(|one| {
            engine
                .filters()
                .find(one.name, one.argument)
                .map_err(|flaw| (flaw, one.place))
        })
        .collect()
}

/// The distinct references of a text or document, in the order in which they first appear.
#[derive(Debug, Default)]
pub(super) struct References<'t> {
    list: ReferenceList,
    /// The keys of the list, which borrow from the text, while they are few.
    few: SmallVec<[Key<'t>; FEW]>,
    /// Their places, made only once the list is too long to be searched.
    index: Option<HashMap<Key<'t>, NonZeroU32>>,
    placeholders: usize,
}

/// Most texts have few, and take no allocation.
pub(super) type ReferenceList = SmallVec<[Reference; 4]>;

/// Up to how many keys a search beats hashing.
const FEW: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key<'t> {
    name: &'t str,
    version: Option<Version>,
    form: ReferenceKind,
}

impl<'t> Key<'t> {
    #[inline]
    fn of(found: &Placeholder<'t>) -> Self {
        Self {
            name: found.name,
            version: found.version,
            form: found.form,
        }
    }
}

/// Most keys differ in their names: the form adds nothing, and no version is not worth a write.
impl Hash for Key<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.name.as_bytes());
        if let Some(version) = self.version {
            state.write_u64(version.get());
        }
    }
}

impl<'t> References<'t> {
    /// Counts one placeholder.
    ///
    /// # Errors
    ///
    /// When it is one too many.
    #[inline]
    pub(super) fn count_placeholder(&mut self, engine: &Engine) -> Result<()> {
        self.placeholders += 1;
        engine.bounds().check_placeholders(self.placeholders)
    }

    /// The number, from 1, of what a placeholder refers to, which is added unless it is there.
    ///
    /// # Errors
    ///
    /// When the name is no name.
    #[inline]
    pub(super) fn intern(&mut self, found: &Placeholder<'t>) -> Result<NonZeroU32> {
        let known = match &self.index {
            None => self
                .few
                .iter()
                .position(|known| *known == Key::of(found))
                .and_then(number),
            Some(index) => index.get(&Key::of(found)).copied(),
        };
        match known {
            Some(number) => Ok(number),
            None => self.add(found),
        }
    }

    /// The list, whose places are the numbers.
    pub(super) fn list(&self) -> &[Reference] {
        &self.list
    }

    /// As [`list`](References::list), to keep.
    pub(super) fn into_list(self) -> ReferenceList {
        self.list
    }

    fn add(&mut self, found: &Placeholder<'t>) -> Result<NonZeroU32> {
        SecretName::check_parsed(found.name, found.is_word)?;
        let Some(number) = number(self.list.len()) else {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "a template has fewer than 2^32 references",
            ));
        };
        self.list
            .push(Reference::parsed(found.form, found.name, found.version));
        if self.few.len() < FEW {
            self.few.push(Key::of(found));
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
                .insert(Key::of(found), number);
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
