//! Reads a text once, whatever is in it.

use std::ops::Range;

use super::boundary::Text;
use super::dictionary::Dictionary;
use super::direction::{Direction, node_count, nth, order};
use super::indexed::number;
use super::matched::Match;
use super::work::count;
use crate::wipe::Wiped;

/// The tree of the patterns, with a way from each node to the longest other node that ends as it
/// does.
///
/// The nodes are numbered level by level, so the children of a node follow those of the node before
/// it. Node 0 is the root.
pub(super) struct Automaton {
    /// The byte that leads to a node.
    labels: Wiped<u8>,
    /// Start of the children of each node; they end where those of the next node start.
    children: Wiped<u32>,
    /// Node to go on from if no child fits.
    failures: Wiped<u32>,
    /// One more than the place in the dictionary of a pattern; 0 for no pattern. Backwards, of
    /// the longest that ends here; forwards, of the shortest that ends here or below.
    found: Wiped<u32>,
    /// The first node of each level.
    levels: Wiped<u32>,
}

impl Automaton {
    pub(super) fn new(dictionary: &Dictionary, direction: Direction) -> Self {
        let order = order(dictionary, direction);
        let byte = |at: usize, depth| {
            let pattern = order
                .get(at)
                .map_or(&[][..], |&at| dictionary.get(at as usize));
            nth(pattern, depth, direction)
        };
        let place = |at: usize| order.get(at).map_or(0, |at| at + 1);

        let nodes = node_count(dictionary, &order, direction);
        let mut this = Self {
            labels: Wiped::with_capacity(nodes),
            children: Wiped::with_capacity(nodes + 1),
            failures: Wiped::with_capacity(nodes),
            found: Wiped::with_capacity(nodes),
            levels: Wiped::with_capacity(dictionary.longest_len() + 1),
        };
        this.push(0, 0, 0);
        // The patterns below each node of the level, as a range of `order`.
        let mut level = Wiped::filled((0, order.len()), 1);
        let (mut node, mut depth) = (0, 0);
        while !level.is_empty() {
            this.levels.push(node);
            let mut next = Wiped::with_capacity(level.len());
            for &(mut from, to) in level.iter() {
                this.children.push(number(this.labels.len()));
                // The one that ends here is the first.
                from += usize::from(from < to && byte(from, depth).is_none());
                while let (true, Some(label)) = (from < to, byte(from, depth)) {
                    let same = (from..to)
                        .take_while(|&at| byte(at, depth) == Some(label))
                        .count();
                    let failure = if node == 0 {
                        0
                    } else {
                        this.step(this.failure(node), label)
                    };
                    let ends = byte(from, depth + 1).is_none();
                    this.push(
                        label,
                        failure,
                        if ends {
                            place(from)
                        } else {
                            this.found(failure)
                        },
                    );
                    next.push((from, from + same));
                    from += same;
                }
                node += 1;
            }
            level = next;
            depth += 1;
        }
        this.children.push(number(this.labels.len()));
        if direction == Direction::Forwards {
            this.find_shortest(dictionary);
        }
        this
    }

    /// Fills `found` for a tree that is read forwards.
    fn find_shortest(&mut self, dictionary: &Dictionary) {
        let len_of = |found: u32| {
            found
                .checked_sub(1)
                .map_or(usize::MAX, |place| dictionary.get(place as usize).len())
        };
        let mut end = number(self.labels.len());
        for (depth, &first) in self.levels.iter().enumerate().rev() {
            for node in first..end {
                let below = self
                    .children_of(node)
                    .map(|child| self.found(number(child)));
                // One that ends here is shorter than what is below.
                let own = Some(self.found(node)).filter(|&own| len_of(own) == depth);
                let shortest = own
                    .or_else(|| below.min_by_key(|&found| (len_of(found), found)))
                    .unwrap_or(0);
                if let Some(found) = self.found.get_mut(node as usize) {
                    *found = shortest;
                }
            }
            end = first;
        }
    }

    fn push(&mut self, label: u8, failure: u32, found: u32) {
        self.labels.push(label);
        self.failures.push(failure);
        self.found.push(found);
    }

    /// Adds the longest pattern at every place of `range` where one starts, the last first. Reads
    /// as far behind the range as a pattern can reach.
    pub(super) fn longest_at_each(
        &self,
        dictionary: &Dictionary,
        text: Text<'_>,
        range: Range<usize>,
        matches: &mut Vec<Match>,
    ) {
        let end = text.bytes.len().min(range.end + dictionary.longest_len());
        let mut node = 0;
        for (at, &byte) in text
            .bytes
            .iter()
            .enumerate()
            .take(end)
            .skip(range.start)
            .rev()
        {
            node = self.step(node, byte);
            let found = (self.found(node) as usize)
                .checked_sub(1)
                .filter(|_| at < range.end)
                .and_then(|place| dictionary.standing(place, text, at));
            matches.extend(found.map(|found| found.at(at)));
        }
    }

    /// Returns the number of bytes at the end of the text that are the start of a pattern, and not
    /// all of it.
    pub(super) fn partial(&self, text: &[u8]) -> usize {
        let is_start = |node| !self.children_of(node).is_empty();
        self.ends(text)
            .find(|&node| is_start(node))
            .map_or(0, |node| self.depth(node))
    }

    /// The longest end of the text that is a pattern or `enough` of the shortest pattern that
    /// starts with it: its length, and that pattern. Of equally short ones it is the first in
    /// alphabetical order. It is passed over unless it `stands` there.
    pub(super) fn truncated(
        &self,
        dictionary: &Dictionary,
        text: &[u8],
        enough: impl Fn(usize) -> usize,
        stands: impl Fn(usize, u32) -> bool,
    ) -> Option<(usize, u32)> {
        self.ends(text).find_map(|node| {
            let found = dictionary.found((self.found(node) as usize).checked_sub(1)?)?;
            let len = self.depth(node);
            let is_enough = len == found.len() || len >= enough(found.len());
            (is_enough && stands(len, found.number())).then_some((len, found.number()))
        })
    }

    /// The nodes of all ends of the text that have one, the longest first.
    fn ends(&self, text: &[u8]) -> impl Iterator<Item = u32> {
        let longest = text.iter().fold(0, |node, &byte| self.step(node, byte));
        let next = |&node: &u32| {
            count(1);
            Some(self.failure(node))
        };
        std::iter::successors(Some(longest), next).take_while(|&node| node != 0)
    }

    /// Number of bytes that lead to a node.
    fn depth(&self, node: u32) -> usize {
        self.levels
            .partition_point(|&first| first <= node)
            .saturating_sub(1)
    }

    /// The node of the longest end of the text with a node. The way down is never longer than the
    /// way up was.
    #[inline]
    fn step(&self, mut node: u32, byte: u8) -> u32 {
        loop {
            count(1);
            let children = self.children_of(node);
            let labels = self.labels.get(children.clone()).unwrap_or_default();
            // Most nodes have one child.
            let child = match labels {
                [label] => (*label == byte).then_some(0),
                labels => memchr::memchr(byte, labels),
            };
            if let Some(child) = child {
                return number(children.start + child);
            }
            if node == 0 {
                return 0;
            }
            node = self.failure(node);
        }
    }

    #[inline]
    fn children_of(&self, node: u32) -> Range<usize> {
        let start = |node: usize| self.children.get(node).map_or(0, |&child| child as usize);
        start(node as usize)..start(node as usize + 1)
    }

    #[inline]
    fn failure(&self, node: u32) -> u32 {
        self.failures.get(node as usize).copied().unwrap_or(0)
    }

    #[inline]
    fn found(&self, node: u32) -> u32 {
        self.found.get(node as usize).copied().unwrap_or(0)
    }
}
