//! A second, slow redactor over a list of patterns: every occurrence of every pattern, and what overlaps is one.

/// The places to be masked, each with the names of the longest occurrences in it, in order and without repetitions.
pub fn places<'p>(patterns: &[(&'p str, &[u8])], text: &[u8]) -> Vec<(std::ops::Range<usize>, Vec<&'p str>)> {
    let mut found: Vec<(usize, usize, &str)> = Vec::new();
    for (name, pattern) in patterns {
        for start in 0..text.len() {
            if text[start..].starts_with(pattern) {
                found.push((start, start + pattern.len(), name));
            }
        }
    }
    // What lies within another occurrence is part of it.
    let all = found.clone();
    found.retain(|(start, end, _)| !all.iter().any(|(s, e, _)| s <= start && end <= e && (s, e) != (start, end)));
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
pub fn redact(patterns: &[(&str, &[u8])], text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    for (place, names) in places(patterns, text) {
        out.extend_from_slice(&text[at..place.start]);
        names.iter().for_each(|name| out.extend_from_slice(format!("<<$secret.{name}>>").as_bytes()));
        at = place.end;
    }
    out.extend_from_slice(&text[at..]);
    out
}
