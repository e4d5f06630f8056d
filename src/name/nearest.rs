//! The known name that is most like an unknown one.

use super::distance::{Folded, Sought};
use super::secret_name::SecretName;

/// The most steps of one search, however many names are known and sought: a step is a look at a
/// pair of names, or a column of their distance. All of them take about an eighth of a second.
const STEPS: usize = 1 << 25;

/// Known names, among which others are sought.
pub(crate) struct KnownNames<'n> {
    /// The names by their length, each folded once.
    by_length: Vec<Vec<Known<'n>>>,
    steps_left: usize,
}

struct Known<'n> {
    name: &'n SecretName,
    folded: Folded,
    /// Its place in the list of known names: of two that are equally near the first counts.
    place: usize,
}

/// The result of a search for one name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Nearest<'n> {
    Name(&'n SecretName),
    /// No known name is near.
    None,
    /// The search has no steps left.
    Unjudged,
}

impl<'n> KnownNames<'n> {
    /// Takes time linear in the names.
    pub(crate) fn new(names: &'n [SecretName]) -> Self {
        let by_length = if names.is_empty() {
            Vec::new()
        } else {
            by_length(names)
        };
        Self {
            by_length,
            steps_left: STEPS,
        }
    }

    /// The known name that is most like another one.
    pub(crate) fn nearest(&mut self, name: &SecretName) -> Nearest<'n> {
        let folded = Folded::new(name);
        let sought = Sought::new(&folded);
        // One slip in four characters: more finds names that mean something else.
        let mut most = (folded.len() / 4).max(1);
        let mut best: Option<&Known<'n>> = None;
        let mut gap = 0;
        // The closest lengths first: once a name is found, only those that are as near still count.
        while gap <= most {
            let lengths = [
                folded.len().checked_sub(gap),
                folded.len().checked_add(gap).filter(|_| gap > 0),
            ];
            for known in lengths
                .into_iter()
                .flatten()
                .filter_map(|length| self.by_length.get(length))
                .flatten()
            {
                let mut steps = 1;
                if folded.least_distance(&known.folded) <= most {
                    if let Some(slips) = sought.distance(&known.folded, most, &mut steps) {
                        if slips < most || best.is_none_or(|best| known.place < best.place) {
                            best = Some(known);
                        }
                        most = slips;
                    }
                }
                let Some(left) = self.steps_left.checked_sub(steps) else {
                    return Nearest::Unjudged;
                };
                self.steps_left = left;
            }
            gap += 1;
        }
        best.map_or(Nearest::None, |best| Nearest::Name(best.name))
    }

    /// True if all steps are left.
    #[cfg(test)]
    pub(crate) fn is_untouched(&self) -> bool {
        self.steps_left == STEPS && self.by_length.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn steps_left(&self) -> usize {
        self.steps_left
    }
}

fn by_length(names: &[SecretName]) -> Vec<Vec<Known<'_>>> {
    let mut known = Vec::new();
    known.resize_with(SecretName::MAX_LEN + 1, Vec::new);
    for (place, name) in names.iter().enumerate() {
        let folded = Folded::new(name);
        if let Some(names) = known.get_mut(folded.len()) {
            names.push(Known {
                name,
                folded,
                place,
            });
        }
    }
    known
}
