//! The side of the child: the key of a scenario, and the search for it.

use std::cell::RefCell;
use std::io::stdin;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use zeroize::Zeroizing;

use crate::keys::{self, unhex};
use crate::memory::{MASK, Needle};
use crate::registers;

/// The environment variable that holds the root key as base64.
pub const VARIABLE: &str = "KEYSLOT_MEMORY_KEY";

/// Begins the line with which a child asks for the keys of the vault in a file.
pub const QUESTION: &str = "keys of ";

/// The other keys of a vault.
pub struct OtherKeys(Vec<(String, bool, Needle)>);

impl OtherKeys {
    /// Those of a name alone.
    pub fn named(self, name: &str) -> Self {
        Self(self.0.into_iter().filter(|key| key.0 == name).collect())
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// Things that a scenario is given.
pub struct Given {
    folder: PathBuf,
    /// The root key, masked: its bytes, its hexadecimal digits, and its base64.
    forms: [Vec<u8>; 3],
    failures: RefCell<Vec<String>>,
}

impl Given {
    pub fn new(folder: &str, masked: &[&str]) -> Self {
        let forms = [0, 1, 2].map(|form| unhex(masked[form]));
        Self {
            folder: folder.into(),
            forms,
            failures: RefCell::default(),
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of a vault that the root key opens. It holds `acme/billing`, `STRIPE_KEY`.
    pub fn vault_file(&self) -> PathBuf {
        self.folder.join("vault.db")
    }

    /// A file that holds the root key.
    pub fn key_file(&self, form: &str) -> PathBuf {
        self.folder.join(form)
    }

    /// The root key in bytes. The buffer is wiped when it is dropped.
    pub fn bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.forms[0].len() + 1));
        bytes.extend(self.forms[0].iter().map(|byte| byte ^ MASK));
        bytes
    }

    pub fn hex(&self) -> Zeroizing<String> {
        text(&self.forms[1])
    }

    pub fn base64(&self) -> Zeroizing<String> {
        text(&self.forms[2])
    }

    /// Demands that the root key is found in memory: without this control the search would show
    /// nothing.
    pub fn is_there(&self, when: &str) {
        self.present("the root key", &self.forms[0], when);
    }

    /// The same control for the digits of the key, where they are a value.
    pub fn is_there_as_digits(&self, when: &str) {
        self.present("the digits of the root key", &self.forms[1], when);
    }

    /// Demands that the root key is nowhere, neither its bytes nor its text.
    pub fn is_gone(&self, when: &str) {
        let names = [
            "root key",
            "digits of the root key",
            "base64 of the root key",
        ];
        registers::searched(|| {
            for (form, what) in self.forms.iter().zip(names) {
                self.absent(what, &needle(form), when);
            }
        });
    }

    /// Demands that the bytes of the root key are nowhere, where the program has its text for a
    /// reason.
    pub fn bytes_are_gone(&self, when: &str) {
        registers::searched(|| self.absent("root key", &needle(&self.forms[0]), when));
    }

    /// The keys of the vault in a file, which the parent reads: here they would leave traces of the
    /// reading.
    pub fn keys_of(&self, file: &Path) -> OtherKeys {
        println!("{QUESTION}{}", file.display());
        let mut line = String::new();
        stdin().read_line(&mut line).expect("an answer");
        let key = |text: &str| {
            let [name, held, masked] = text.trim().split(',').collect::<Vec<_>>()[..] else {
                panic!("no key: {text}")
            };
            (
                name.to_owned(),
                held == "true",
                Needle::masked(unhex(masked).into_iter()),
            )
        };
        OtherKeys(line.split(';').map(key).collect())
    }

    /// Demands that an open vault holds no key that it does not need.
    pub fn holds_nothing_else(&self, keys: &OtherKeys, when: &str) {
        let others = keys.0.iter().filter(|key| !key.1);
        registers::searched(|| {
            others.for_each(|(name, _, needle)| self.absent(name, needle, when));
        });
    }

    /// Demands that an open vault holds the keys that it needs, which is the control, and no
    /// others.
    pub fn holds(&self, keys: &OtherKeys, when: &str) {
        registers::searched(|| {
            for (name, held, needle) in &keys.0 {
                if !held {
                    self.absent(name, needle, when);
                } else if traces(needle).is_empty() {
                    self.fail(format!("the control: {name} is not found {when}"));
                }
            }
        });
    }

    /// Demands that none of the keys is anywhere.
    pub fn are_gone(&self, keys: &OtherKeys, when: &str) {
        registers::searched(|| {
            for (name, _, needle) in &keys.0 {
                self.absent(name, needle, when);
            }
        });
    }

    fn present(&self, what: &str, form: &[u8], when: &str) {
        if registers::searched(|| traces(&needle(form))).is_empty() {
            self.fail(format!("the control: {what} is not found {when}"));
        }
    }

    pub fn absent(&self, what: &str, needle: &Needle, when: &str) {
        let traces = traces(needle);
        if let Some(trace) = traces.first() {
            self.fail(format!("{what} {when}: {trace} ({} places)", traces.len()));
        }
    }

    pub fn fail(&self, failure: String) {
        self.failures.borrow_mut().push(failure);
    }

    pub fn outcome(self) -> ExitCode {
        let failures = self.failures.into_inner();
        failures
            .iter()
            .for_each(|failure| println!("        {failure}"));
        if failures.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// Searches from a thread of its own, so that the stack of the scenario is searched too: what lies
/// there is copied to the heap by whoever moves a value that is not filled yet.
pub fn traces(needle: &Needle) -> Vec<String> {
    thread::scope(|threads| threads.spawn(|| crate::memory::traces(needle)).join())
        .expect("a search")
}

fn needle(masked: &[u8]) -> Needle {
    Needle::masked(masked.iter().copied())
}

fn text(masked: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(masked.len()));
    masked
        .iter()
        .for_each(|byte| text.push(char::from(byte ^ MASK)));
    text
}

/// The same key in another process than the one that made it: what is sent is masked.
pub fn masked(bytes: &[u8]) -> String {
    keys::hex(&bytes.iter().map(|byte| byte ^ MASK).collect::<Vec<_>>())
}
