//! Eight processes of four threads on a few secrets of one vault. What each call began and answered
//! is written into one file, whose order is that of time.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use keyslot::secrecy::ExposeSecret;
use keyslot::{ErrorKind, Result, Revision, ScopedVault, SecretChange, SecretInput, Status, Vault};

use super::check::counts;
use super::linear::{Answer, Call, Event, check};
use super::random::{Random, number};
use super::worker::{open, open_or_create};

const FOLDER: &str = "KEYSLOT_HISTORIES_FOLDER";
const PROCESS: &str = "KEYSLOT_HISTORIES_PROCESS";
const MILLISECONDS: &str = "KEYSLOT_HISTORIES_MILLISECONDS";
const STALE: &str = "KEYSLOT_HISTORIES_STALE";
const SEED: &str = "KEYSLOT_DURABLE_SEED";

const PROCESSES: u32 = 8;
const THREADS: u32 = 4;
/// Secrets, of which the first is a counter.
const SECRETS: u64 = 6;

/// The file with the history of all processes.
struct History(File);

impl History {
    fn open(folder: &Path) -> Self {
        let mut options = OpenOptions::new();
        let file = options
            .append(true)
            .create(true)
            .open(folder.join("history"));
        Self(file.unwrap())
    }

    fn line(&self, text: &str) {
        (&self.0).write_all(text.as_bytes()).unwrap();
    }
}

/// One thread.
struct Caller<'a> {
    number: u32,
    vault: &'a Vault,
    scope: &'a ScopedVault,
    history: &'a History,
    random: Random,
    written: u64,
    is_stale: bool,
}

impl Caller<'_> {
    fn call(&mut self) {
        let secret = self.random.below(SECRETS);
        if secret == 0 {
            return self.count();
        }
        let value = self.next_value();
        let call = match self.random.below(16) {
            0..=2 => Call::Put(value),
            3 | 4 => Call::Replace(value),
            5 => Call::Revoke,
            6 => Call::Delete,
            7 => Call::Off,
            8 => Call::On,
            9 => {
                let revision = self.scope.info(format!("KEY_{secret}"));
                Call::Swap(revision.map_or(1, |info| info.revision.get()), value)
            }
            _ => Call::Read,
        };
        self.say(secret, call);
        // Keys change all the while.
        if self.number == 0 && self.random.below(40) == 0 {
            self.vault.rotate_data_key("acme").unwrap();
            self.vault.rewrap("acme").unwrap().finish().unwrap();
        }
    }

    fn next_value(&mut self) -> u64 {
        self.written += 1;
        u64::from(self.number + 1) << 32 | self.written
    }

    /// Adds one to the counter, if nobody else does meanwhile.
    fn count(&mut self) {
        let Ok(info) = self.scope.info("KEY_0") else {
            return self.say(0, Call::Put(0));
        };
        if let Ok(count) = self.read("KEY_0") {
            self.say(0, Call::Swap(info.revision.get(), count + 1));
        }
    }

    fn read(&self, name: &str) -> Result<u64> {
        let text = format!("<<$secret.{name}>>");
        if self.is_stale {
            thread_local! {
                static RUNS: std::cell::RefCell<BTreeMap<String, keyslot::Snapshot>> =
                    const { std::cell::RefCell::new(BTreeMap::new()) };
            }
            return RUNS.with_borrow_mut(|runs| {
                if !runs.contains_key(name) {
                    let run = self.scope.snapshot(&self.scope.references(&*text)?)?;
                    runs.insert(name.to_owned(), run.with_max_age(Duration::from_secs(60)));
                }
                let text = runs[name].resolve(&text)?;
                Ok(text.expose_secret().parse().unwrap())
            });
        }
        let text = self.scope.resolve(&text)?;
        Ok(text.expose_secret().parse().unwrap())
    }

    fn say(&self, secret: u64, call: Call) {
        let who = self.number;
        let call_text = match call {
            Call::Put(value) => format!("put {value}"),
            Call::Swap(revision, value) => format!("swap {revision} {value}"),
            Call::Replace(value) => format!("replace {value}"),
            Call::Revoke => "revoke".to_owned(),
            Call::Delete => "delete".to_owned(),
            Call::Off => "off".to_owned(),
            Call::On => "on".to_owned(),
            Call::Read => "read".to_owned(),
        };
        self.history
            .line(&format!("> {who} {secret} {call_text}\n"));
        let answer = self.answer(&format!("KEY_{secret}"), call);
        let answer = answer.unwrap_or_else(|error| format!("refused {}", error.kind()));
        self.history.line(&format!("< {who} {secret} {answer}\n"));
    }

    fn answer(&self, name: &str, call: Call) -> Result<String> {
        let scope = self.scope;
        let input = |value: u64| SecretInput::from(value.to_string());
        let done = |()| "done".to_owned();
        match call {
            Call::Put(value) => scope.put(name, input(value)),
            Call::Swap(revision, value) => {
                let change = SecretChange::new().if_revision(Revision::new(revision));
                scope.put(name, input(value).apply(change))
            }
            Call::Replace(value) => scope.replace_revoked(name, input(value)),
            Call::Revoke => return scope.revoke(name).map(drop).map(done),
            Call::Delete => return scope.delete(name).map(drop).map(done),
            Call::Off => return scope.set_status(name, Status::Inactive).map(drop).map(done),
            Call::On => return scope.set_status(name, Status::Active).map(drop).map(done),
            Call::Read => return self.read(name).map(|value| format!("value {value}")),
        }
        .map(|info| format!("wrote {}", info.revision.get()))
    }
}

#[test]
#[ignore = "run by the tests beside it, in processes of their own"]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let process = u32::try_from(number(PROCESS, 0)).unwrap();
    // One vault by two paths, with a guard and without one.
    let place = if process % 4 == 3 { "link" } else { "vault" };
    let vault = open(&folder.join(place).join("vault.db"), process % 2 == 0).unwrap();
    let (scope, history) = (vault.scope("acme").unwrap(), History::open(&folder));
    let end = Instant::now() + Duration::from_millis(number(MILLISECONDS, 0));
    std::thread::scope(|threads| {
        for thread in 0..THREADS {
            let who = process * THREADS + thread;
            let mut caller = Caller {
                number: who,
                vault: &vault,
                scope: &scope,
                history: &history,
                random: Random::new(number(SEED, 1) * 1000 + u64::from(who)),
                written: 0,
                is_stale: std::env::var_os(STALE).is_some(),
            };
            threads.spawn(move || {
                while Instant::now() < end {
                    caller.call();
                }
            });
        }
    });
}

/// Counts of a history.
#[derive(Default)]
struct Told {
    calls: usize,
    refused: BTreeMap<String, usize>,
    /// Writes of the counter that were done.
    counted: u64,
}

/// The histories of all secrets.
fn read(text: &str, told: &mut Told) -> BTreeMap<u64, Vec<Event>> {
    let mut histories: BTreeMap<u64, Vec<Event>> = BTreeMap::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |at: usize| words[at].parse::<u64>().unwrap();
        let who = u32::try_from(number(1)).unwrap();
        let history = histories.entry(number(2)).or_default();
        history.push(match (words[0], words[3]) {
            (">", call) => Event::Begin(
                who,
                match call {
                    "put" => Call::Put(number(4)),
                    "swap" => Call::Swap(number(4), number(5)),
                    "replace" => Call::Replace(number(4)),
                    "revoke" => Call::Revoke,
                    "delete" => Call::Delete,
                    "off" => Call::Off,
                    "on" => Call::On,
                    "read" => Call::Read,
                    other => panic!("{other}"),
                },
            ),
            ("<", answer) => {
                told.calls += 1;
                told.counted += u64::from(number(2) == 0 && answer == "wrote");
                Event::End(
                    who,
                    match answer {
                        "done" => Answer::Done,
                        "wrote" => Answer::Wrote(number(4)),
                        "value" => Answer::Value(number(4)),
                        "refused" => {
                            *told.refused.entry(words[4].to_owned()).or_default() += 1;
                            Answer::Refused(words[4].to_owned())
                        }
                        other => panic!("{other}"),
                    },
                )
            }
            _ => panic!("{line}"),
        });
    }
    histories
}

/// Runs all processes for a while, and checks what they say.
fn round(milliseconds: u64, seed: u64, is_stale: bool, told: &mut Told) -> Result<(), String> {
    let folder = tempfile::tempdir_in("/dev/shm").unwrap();
    let real = folder.path().join("vault");
    fs::create_dir(&real).unwrap();
    fs::set_permissions(&real, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    std::os::unix::fs::symlink(&real, folder.path().join("link")).unwrap();
    let vault = open_or_create(&real.join("vault.db"), false, false).unwrap();
    // So that the organization has a data key to change.
    vault.scope("acme").unwrap().put("OTHER", "value").unwrap();
    drop(vault);
    let children: Vec<_> = (0..PROCESSES)
        .map(|process| {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command
                .args(["--exact", "histories::child", "--ignored", "--nocapture"])
                .env(FOLDER, folder.path())
                .env(PROCESS, process.to_string())
                .env(MILLISECONDS, milliseconds.to_string())
                .env(SEED, seed.to_string())
                .stdout(Stdio::null());
            if is_stale {
                command.env(STALE, "1");
            }
            command.spawn().unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let text = fs::read_to_string(folder.path().join("history")).unwrap();
    let before = told.counted;
    for (secret, history) in read(&text, told) {
        check(&history).map_err(|wrong| format!("secret {secret}: {wrong}"))?;
    }
    // The first put of the counter counts nothing, and several may have been first.
    let vault = open(&real.join("vault.db"), true).unwrap();
    assert!(vault.verify().unwrap().is_intact());
    let info = vault.scope("acme").unwrap().info("KEY_0").unwrap();
    assert_eq!(
        info.revision.get(),
        told.counted - before,
        "an update is lost"
    );
    Ok(())
}

#[test]
fn calls_of_many_processes_happen_one_after_the_other() {
    let seconds = number("KEYSLOT_HISTORIES_SECONDS", 3);
    let (mut told, seed) = (Told::default(), number(SEED, 1));
    for number in 0..seconds.div_ceil(10) {
        let milliseconds = seconds.min(10) * 1000;
        if let Err(wrong) = round(milliseconds, seed + number, false, &mut told) {
            panic!("round {number}: {wrong}");
        }
    }
    println!("{} calls; refused: {}", told.calls, counts(&told.refused));
    assert!(told.calls > 500 && told.counted > 10, "they were at work");
    for kind in [ErrorKind::Busy, ErrorKind::Corrupt, ErrorKind::Tampered] {
        assert!(!told.refused.contains_key(&kind.to_string()), "{kind}");
    }
}

/// Snapshots that may be a minute old, in place of reads.
#[test]
fn readers_of_the_past_are_found() {
    let found = round(1500, 1, true, &mut Told::default()).unwrap_err();
    assert!(found.contains("which nothing explains"), "{found}");
}
