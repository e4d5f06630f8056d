//! The forms of JSON that have entries.

use keyslot::secrecy::{ExposeSecret as _, SecretString};
use keyslot::{Error, Scope};

use super::cursor::Cursor;
use super::node::{Member, Node, Value};
use crate::entries::Entry;
use crate::limits::too_many_entries;
use crate::place::Text;

/// Keys of a name, in the lists of the products that have one.
const NAMES: [&str; 3] = ["name", "key", "secretKey"];

/// Keys of a value.
const VALUES: [&str; 3] = ["value", "secretValue", "secretString"];

/// Keys of a description.
const DESCRIPTIONS: [&str; 2] = ["description", "comment"];

/// Keys of an object that has a list as its only member.
const LISTS: [&str; 2] = ["secrets", "items"];

/// Keys that an entry of an export of ours in clear has.
const OURS: [&str; 3] = ["record", "revision", "scope"];

/// Words for a value of a kind that is no text.
const NO_TEXT: &str = "a value that is no text; write a list or null as the text that is meant";

/// Reads the entries of JSON.
pub(crate) fn read(bytes: &[u8]) -> Result<Vec<Entry>, Error> {
    let text = Text::of(bytes, "JSON to import")?;
    let node = Cursor::read(text)?;
    let mut forms = Forms {
        text,
        entries: Vec::new(),
        counted: (0, 1),
    };
    match node.value {
        Value::List(items) => forms.list(items)?,
        Value::Object(members) => match listed(members) {
            Ok(items) => forms.list(items)?,
            Err(members) => forms.object(members, &[])?,
        },
        _ => return Err(text.refuse(node.at, "it is neither an object nor a list")),
    }
    Ok(forms.entries)
}

/// The items of an object that has a list as its only member; otherwise its members.
fn listed(mut members: Vec<Member<'_>>) -> Result<Vec<Node<'_>>, Vec<Member<'_>>> {
    let is_list = |member: &Member<'_>| {
        LISTS.contains(&member.key.as_str()) && matches!(member.node.value, Value::List(_))
    };
    if members.len() == 1 && members.first().is_some_and(is_list) {
        if let Some(Value::List(items)) = members.pop().map(|member| member.node.value) {
            return Ok(items);
        }
    }
    Err(members)
}

/// The entries that are read so far.
struct Forms<'t> {
    text: Text<'t>,
    entries: Vec<Entry>,
    /// A place of the text, and its line.
    counted: (usize, usize),
}

impl Forms<'_> {
    /// Reads an object whose members are entries, or scopes with such objects.
    fn object(&mut self, members: Vec<Member<'_>>, scope: &[String]) -> Result<(), Error> {
        for Member { key, at, node } in members {
            if let Value::Object(members) = node.value {
                if scope.len() == Scope::MAX_SEGMENTS {
                    return Err(self.text.refuse(at, "a scope is nested too deep"));
                }
                let mut below = scope.to_vec();
                below.push(key);
                self.object(members, &below)?;
                continue;
            }
            let value = self.text_of(node)?;
            self.add(at, scope, key, value, None)?;
        }
        Ok(())
    }

    /// Reads a list of objects, each of which is an entry.
    fn list(&mut self, items: Vec<Node<'_>>) -> Result<(), Error> {
        for Node { at, value } in items {
            let Value::Object(members) = value else {
                return Err(self.text.refuse(at, "an entry of a list that is no object"));
            };
            let has = |key: &str| members.iter().any(|member| member.key == key);
            if OURS.iter().all(|key| has(key)) {
                let why = "an export of keyslot, whose rules and times would be lost; import a \
                           bundle, or a list of variables";
                return Err(self.text.refuse(at, why));
            }
            let (mut name, mut value, mut description) = (None, None, None);
            for Member { key, at, node } in members {
                let key = key.as_str();
                let place = if NAMES.contains(&key) {
                    &mut name
                } else if VALUES.contains(&key) {
                    &mut value
                } else if DESCRIPTIONS.contains(&key) && !matches!(node.value, Value::Null) {
                    &mut description
                } else {
                    continue;
                };
                if place.is_some() {
                    let why = "an entry with two keys for its name, value or description";
                    return Err(self.text.refuse(at, why));
                }
                *place = Some(self.text_of(node)?);
            }
            let refuse = |why| self.text.refuse(at, why);
            let name = name.ok_or_else(|| refuse("an entry without \"name\""))?;
            let value = value.ok_or_else(|| refuse("an entry without \"value\""))?;
            let name = name.expose_secret();
            if name.len() > crate::MAX_NAME {
                return Err(refuse("the name of an entry is too long"));
            }
            let description = description
                .map(|text| text.expose_secret().to_owned())
                .filter(|text| !text.is_empty());
            self.add(at, &[], name.to_owned(), value, description)?;
        }
        Ok(())
    }

    fn text_of(&self, node: Node<'_>) -> Result<SecretString, Error> {
        match node.value {
            Value::Text(text) => Ok(text),
            Value::Word(word) => Ok(SecretString::from(word)),
            _ => Err(self.text.refuse(node.at, NO_TEXT)),
        }
    }

    fn add(
        &mut self,
        at: usize,
        scope: &[String],
        name: String,
        value: SecretString,
        description: Option<String>,
    ) -> Result<(), Error> {
        if self.entries.len() == crate::MAX_ENTRIES {
            return Err(too_many_entries());
        }
        // Counted from the last one: entries come in the order of the text.
        let (begin, lines) = self.counted;
        let passed = self.text.text.get(begin..at).unwrap_or_default();
        let line = lines + passed.matches('\n').count();
        self.counted = (at, line);
        self.entries.push(Entry {
            scope: scope.to_vec(),
            name,
            value,
            description,
            line,
        });
        Ok(())
    }
}
