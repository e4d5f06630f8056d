//! A second process on the same file, which does what it is told by lines.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};

use keyslot::{ErrorKind, ScopedVault, SecretChange, Snapshot, Status, Vault, Version};

use crate::support::{again, root_key, value};

pub const SCOPE: &str = "acme/race";
const FILE: &str = "KEYSLOT_TEST_RACE";
const REPLY: &str = "reply: ";

/// The process, as its parent has it.
pub struct Other {
    child: Child,
    orders: ChildStdin,
    replies: Receiver<String>,
}

impl Other {
    /// Starts this test binary once more.
    pub fn start(file: &Path) -> Self {
        let mut child = again(module_path!(), "child")
            .args(["--ignored", "--nocapture", "--test-threads=1"])
            .env(FILE, file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (orders, said) = (
            child.stdin.take().unwrap(),
            BufReader::new(child.stdout.take().unwrap()),
        );
        let (sender, replies) = channel();
        std::thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                if let Some((_, reply)) = line.split_once(REPLY) {
                    let _ = sender.send(reply.to_owned());
                }
            }
        });
        Self {
            child,
            orders,
            replies,
        }
    }

    /// Gives an order and waits for the reply.
    pub fn tell(&mut self, order: &str) -> String {
        writeln!(self.orders, "{order}").unwrap();
        self.replies
            .recv_timeout(std::time::Duration::from_secs(60))
            .expect("the other process replies")
    }

    pub fn end(self) {
        let Self {
            mut child,
            orders,
            replies: _,
        } = self;
        drop(orders);
        assert!(child.wait().unwrap().success());
    }
}

/// Every write by which a value could come, stay or come back. Says which of them were done.
fn write_all(
    scope: &ScopedVault,
    copies: &ScopedVault,
    name: &str,
) -> Vec<(&'static str, Result<(), ErrorKind>)> {
    let newest = scope
        .info(name)
        .ok()
        .and_then(|info| info.version())
        .unwrap_or(Version::FIRST);
    let copied = scope.clone_to(name, copies).map(drop);
    let all = [
        ("put", scope.put(name, "canary value").map(drop)),
        ("roll back", scope.rollback(name, newest).map(drop)),
        (
            "switch on in a change",
            scope
                .update(name, SecretChange::default().active())
                .map(drop),
        ),
        (
            "describe",
            scope
                .update(
                    name,
                    SecretChange::default().description(newest.to_string()),
                )
                .map(drop),
        ),
        (
            "switch off",
            scope.set_status(name, Status::Inactive).map(drop),
        ),
        (
            "switch on",
            scope.set_status(name, Status::Active).map(drop),
        ),
        ("copy back", copies.clone_to(name, scope).map(drop)),
        ("copy", copied),
    ];
    let _ = copies.force_delete(name);
    all.map(|(what, result)| (what, result.map_err(|error| error.kind())))
        .into()
}

fn answer(result: Result<String, keyslot::Error>) -> String {
    result.unwrap_or_else(|error| format!("{:?}", error.kind()))
}

fn reply(text: &str) {
    println!("{REPLY}{text}");
    std::io::stdout().flush().unwrap();
}

#[test]
#[ignore = "run by the tests beside it, as a process of its own"]
fn child() {
    let Some(file) = std::env::var_os(FILE) else {
        return;
    };
    let vault = Vault::open(file, &root_key()).unwrap();
    let (scope, copies) = (
        vault.scope(SCOPE).unwrap(),
        vault.scope("acme/copies").unwrap(),
    );
    let (sender, orders) = channel();
    std::thread::spawn(move || {
        std::io::stdin()
            .lines()
            .map_while(Result::ok)
            .try_for_each(|line| sender.send(line))
            .ok();
    });
    let mut run: Option<Snapshot> = None;
    let mut next = orders.recv().ok();
    while let Some(order) = next.take() {
        let (what, name) = order.split_once(' ').unwrap();
        match what {
            "write" => {
                write_all(&scope, &copies, name);
                reply("writing");
                while next.is_none() {
                    write_all(&scope, &copies, name);
                    // Lets the other one have the file: SQLite's locks are not fair.
                    std::thread::sleep(std::time::Duration::from_micros(500));
                    next = orders.try_recv().ok();
                }
                continue;
            }
            "ask" => {
                let done = write_all(&scope, &copies, name);
                let pinned = format!("{name}@1");
                let said = [value(&scope, name), value(&scope, &pinned)].map(answer);
                reply(&format!("{said:?} {done:?}"));
            }
            "snapshot" => {
                let text = format!("<<$secret.{name}>>");
                run = Some(scope.snapshot(&scope.references(&*text).unwrap()).unwrap());
                reply("taken");
            }
            _ => {
                use keyslot::secrecy::ExposeSecret;
                let text = format!("<<$secret.{name}>>");
                let resolved = run.as_ref().unwrap().resolve(&text);
                reply(&answer(
                    resolved.map(|resolved| resolved.expose_secret().to_string()),
                ));
            }
        }
        next = orders.recv().ok();
    }
}
