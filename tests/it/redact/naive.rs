//! A second, slow redactor over a list of patterns: every occurrence of every pattern, the one that
//! the end cuts off, and what overlaps is one.

/// The longest end of the text of which enough is there for the shortest pattern that starts with
/// it: where it begins, and that pattern. Of equally short ones it is the first in alphabetical
/// order.
fn truncated<'t>(
    patterns: &[(&str, &'t [u8])],
    min_len: usize,
    text: &[u8],
) -> Option<(usize, &'t [u8])> {
    (0..text.len()).find_map(|start| {
        let end = &text[start..];
        let all = patterns
            .iter()
            .map(|(_, pattern)| *pattern)
            .filter(|pattern| pattern.starts_with(end));
        let shortest = all.min_by_key(|pattern| (pattern.len(), *pattern))?;
        let is_enough =
            end.len() >= min_len && (end.len() * 2 >= shortest.len() || end.len() >= 64);
        is_enough.then_some((start, shortest))
    })
}

/// The places to be masked, each with the names of the longest occurrences in it, in order and
/// without repetitions.
pub fn places<'p>(
    patterns: &[(&'p str, &[u8])],
    min_len: usize,
    text: &[u8],
) -> Vec<(std::ops::Range<usize>, Vec<&'p str>)> {
    let mut found: Vec<(usize, usize, &str)> = Vec::new();
    for (name, pattern) in patterns {
        for start in 0..text.len() {
            if text[start..].starts_with(pattern) {
                found.push((start, start + pattern.len(), name));
            }
        }
    }
    if let Some((start, cut)) =
        truncated(patterns, min_len, text).filter(|(start, cut)| text.len() - start < cut.len())
    {
        let owners = patterns.iter().filter(|(_, pattern)| *pattern == cut);
        found.extend(owners.map(|(name, _)| (start, text.len(), *name)));
    }
    // What lies within another occurrence is part of it.
    let all = found.clone();
    found.retain(|(start, end, _)| {
        !all.iter()
            .any(|(s, e, _)| s <= start && end <= e && (s, e) != (start, end))
    });
    found.sort_by_key(|(start, ..)| *start);
    let mut places: Vec<(std::ops::Range<usize>, Vec<&str>)> = Vec::new();
    for (start, end, name) in found {
        match places.last_mut().filter(|(place, _)| start < place.end) {
            Some((place, names)) => {
                place.end = end;
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            None => places.push((start..end, vec![name])),
        }
    }
    places
}

/// The text with placeholders in these places.
pub fn redact(patterns: &[(&str, &[u8])], min_len: usize, text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    for (place, names) in places(patterns, min_len, text) {
        out.extend_from_slice(&text[at..place.start]);
        names
            .iter()
            .for_each(|name| out.extend_from_slice(format!("<<$secret.{name}>>").as_bytes()));
        at = place.end;
    }
    out.extend_from_slice(&text[at..]);
    out
}
