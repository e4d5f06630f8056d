//! Values for every name, but for those that begin with `N`.

use keyslot::{
    Error, ErrorKind, Found, Outcomes, Reference, ReferenceRef, Resolver, Result, Target, Version,
};

/// Values of an input.
pub struct Answers {
    values: Vec<String>,
}

/// Values that try to break something.
const NASTY: [&str; 6] = [
    "<<$secret.A>>{{B}}{secrets.c}",
    "\"}],\\u0000\\",
    "\u{1}\n\t'\u{7f}\u{2028}é\u{1f600}",
    "{\"a\": \"\\u00e9\\\"<<A>>\", \"b\": [true, null, \" \"]}",
    "-1.50e+2",
    "",
];

impl Answers {
    /// Some values, and [those](NASTY) that every run should have.
    pub fn new(values: impl Iterator<Item = String>) -> Self {
        Self {
            values: values.chain(NASTY.map(String::from)).collect(),
        }
    }

    /// The value of a name, of each version another one.
    pub fn value(&self, name: &str, version: Option<u64>) -> Option<&str> {
        let sum = name.bytes().map(usize::from).sum::<usize>() + version.unwrap_or(0) as usize;
        (!name.starts_with('N')).then(|| &*self.values[sum % self.values.len()])
    }

    /// The value of a reference.
    pub fn of(&self, reference: ReferenceRef<'_>) -> Option<&str> {
        self.value(reference.name(), reference.version().map(Version::get))
    }
}

impl Resolver for Answers {
    fn lookup(&self, references: &[Reference], _: &Target) -> Result<Outcomes> {
        let find = |reference: &Reference| match self.value(
            reference.name().as_str(),
            reference.version().map(Version::get),
        ) {
            Some(value) => Ok(Found::new(reference.name().clone(), value)),
            None => Err(Error::new(ErrorKind::NotFound, "there is no such name")),
        };
        Ok(references.iter().map(find).collect())
    }
}
