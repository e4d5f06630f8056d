//! Two processes on one vault.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use keyslot::secrecy::ExposeSecret;
use keyslot::{ErrorKind, Vault};
use keyslot_postgres::{PostgresConfig, PostgresStore};

use crate::support::{fresh, root_key, server};

const SCHEMA: &str = "KEYSLOT_TEST_SCHEMA";

fn config(url: &str, schema: &str) -> PostgresConfig {
    let config = PostgresConfig::new(url).unwrap().schema(schema).unwrap();
    config.one_primary(true)
}

/// The other process: resolves or puts for each line, and says how it ended.
#[test]
fn other_process() {
    let Ok(schema) = std::env::var(SCHEMA) else {
        return;
    };
    let store = PostgresStore::open(&config(&server().unwrap().url, &schema)).unwrap();
    let vault = Vault::builder().store(store).open(&root_key()).unwrap();
    let scope = vault.scope("acme/agents").unwrap();
    for line in std::io::stdin().lines() {
        let ended = match line.unwrap().as_str() {
            "put" => scope.put("TOKEN", "t-2").map(|_| "put".to_owned()),
            _ => scope
                .resolve("<<$secret.TOKEN>>")
                .map(|found| found.expose_secret().to_string()),
        };
        let ended = ended.unwrap_or_else(|error| error.kind().to_string());
        println!("\nanswer {ended}");
    }
}

struct Other(Child, ChildStdin, BufReader<ChildStdout>);

impl Other {
    fn start(schema: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["processes::other_process", "--exact", "--nocapture"])
            .env(SCHEMA, schema)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self(child, stdin, BufReader::new(stdout))
    }

    fn ask(&mut self, what: &str) -> String {
        writeln!(self.1, "{what}").unwrap();
        let lines = (&mut self.2).lines().map(Result::unwrap);
        let mut answers = lines.filter_map(|line| Some(line.strip_prefix("answer ")?.to_owned()));
        answers.next().unwrap()
    }

    fn end(self) {
        let Self(mut child, stdin, mut stdout) = self;
        drop(stdin);
        std::io::copy(&mut stdout, &mut std::io::sink()).unwrap();
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn a_revocation_is_seen_by_the_other_process_at_once() {
    let Some(server) = server() else { return };
    let schema = fresh("t");
    let store = PostgresStore::create(&config(&server.url, &schema)).unwrap();
    let vault = Vault::builder().store(store).create(&root_key()).unwrap();
    let scope = vault.scope("acme/agents").unwrap();
    scope.put("TOKEN", "t-1").unwrap();
    let mut other = Other::start(&schema);
    assert_eq!(other.ask("resolve"), "t-1");
    assert_eq!(other.ask("put"), "put");
    let here = scope.resolve("<<$secret.TOKEN>>").unwrap();
    assert_eq!(here.expose_secret(), "t-2");
    scope.revoke("TOKEN").unwrap();
    let revoked = ErrorKind::Revoked.to_string();
    assert_eq!(other.ask("resolve"), revoked);
    assert_eq!(other.ask("put"), revoked);
    other.end();
}

#[test]
fn puts_that_race_with_a_revocation_do_not_undo_it() {
    let Some(server) = server() else { return };
    for _ in 0..5 {
        let schema = fresh("t");
        let config = config(&server.url, &schema);
        let store = PostgresStore::create(&config).unwrap();
        let vault = Vault::builder().store(store).create(&root_key()).unwrap();
        let scope = vault.scope("acme/agents").unwrap();
        scope.put("TOKEN", "t-1").unwrap();
        std::thread::scope(|threads| {
            for _ in 0..3 {
                threads.spawn(|| {
                    let store = PostgresStore::open(&config).unwrap();
                    let vault = Vault::builder().store(store).open(&root_key()).unwrap();
                    let scope = vault.scope("acme/agents").unwrap();
                    loop {
                        match scope.put("TOKEN", "t-2").map_err(|error| error.kind()) {
                            Ok(_) | Err(ErrorKind::Busy) => {}
                            Err(kind) => {
                                assert_eq!(kind, ErrorKind::Revoked);
                                return;
                            }
                        }
                    }
                });
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
            scope.revoke("TOKEN").unwrap();
            let refused = scope.resolve("<<$secret.TOKEN>>").unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Revoked);
        });
        let refused = scope.resolve("<<$secret.TOKEN>>").unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Revoked);
        assert!(vault.verify().unwrap().is_intact());
    }
}
