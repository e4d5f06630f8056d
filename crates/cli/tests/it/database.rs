//! Vaults in PostgreSQL, by URL: the same commands, backup and restore, on a real server.

use std::fs;
use std::process::{Command, Output};

use crate::support::{Home, failed};

/// A home whose vaults are schemas of a database; `None` where there is no server.
struct Database {
    home: Home,
    url: String,
    prefix: String,
}

impl Database {
    fn new(name: &str) -> Option<Self> {
        let Ok(url) = std::env::var("KEYSLOT_POSTGRES_URL") else {
            eprintln!("NOT TESTED HERE: no server; see crates/postgres/tests/server");
            return None;
        };
        let home = Home::empty();
        let made = home.run(&["keygen", "key"]);
        assert!(made.status.success(), "{made:?}");
        let prefix = format!("cli_{name}_{}", std::process::id());
        Some(Self { home, url, prefix })
    }

    /// Writes settings for a vault in a schema of its own.
    fn choose(&self, schema: &str) {
        let (url, prefix) = (&self.url, &self.prefix);
        let text = format!(
            "vault = '{url}'\nschema = '{prefix}_{schema}'\nscope = 'acme/billing'\n\
             key-file = 'key'\n"
        );
        fs::write(self.home.project().join("keyslot.toml"), text).unwrap();
    }

    /// Writes settings for a vault in a file.
    fn choose_file(&self, file: &str) {
        let text = format!("vault = '{file}'\nscope = 'acme/billing'\nkey-file = 'key'\n");
        fs::write(self.home.project().join("keyslot.toml"), text).unwrap();
    }

    fn done(&self, args: &[&str]) -> String {
        let output = self.home.run(args);
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// The parts of an output that are the same on two vaults: not times and hashes.
fn common(output: &Output) -> String {
    let text = format!(
        "{:?}\n{}\n{}",
        output.status.code(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let is_own = |word: &str| {
        let is_hash = word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_time = word.starts_with("20") && word.contains('T') && word.contains(':');
        is_hash || is_time
    };
    let words = text
        .split_whitespace()
        .map(|word| if is_own(word) { "…" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_same_commands_work_on_a_file_and_on_a_database() {
    let Some(database) = Database::new("same") else {
        return;
    };
    let home = &database.home;
    let write = |name: &str, text: &str| fs::write(home.project().join(name), text).unwrap();
    write("value", "tok_9f86d081884c\n");
    write("list.env", "A=1\nB='two words'\nC=3\n");
    write("app.conf", "token=<<$secret.TOKEN>>\n");
    let set = [
        "set",
        "TOKEN",
        "--from-file",
        "value",
        "--description",
        "live",
    ];
    let run = ["run", "--file", "app.conf", "--", "cat", "app.conf"];
    let calls: [&[&str]; 32] = [
        &set,
        &["set", "TOKEN", "--from-file", "list.env", "--exact"],
        &["list"],
        &["show", "TOKEN"],
        &["history", "TOKEN"],
        &["rollback", "TOKEN", "--to", "1"],
        &["get", "TOKEN", "--reveal", "--yes"],
        &["edit", "TOKEN", "--description", "test"],
        &["import", "list.env", "--dry-run"],
        &["import", "list.env"],
        &["import", "list.env"],
        &["disable", "A"],
        &["run", "--", "true"],
        &run,
        &["render", "app.conf"],
        &["render", "--check", "app.conf"],
        &["enable", "A"],
        &["rules", "TOKEN", "--host", "api.example.com"],
        &["render", "app.conf"],
        &["copy", "B", "--to", "acme/sales"],
        &["list", "--tree", "--scope", "acme"],
        &["list", "--inherited", "--json"],
        &["revoke", "B", "--yes"],
        &["delete", "B", "--yes"],
        &["delete", "B", "--force", "--yes"],
        &["show", "TOKNE"],
        &["list", "--scope", "acme/biling"],
        &["keygen", "second"],
        &["key", "list"],
        &["key", "rotate-data", "acme"],
        &["verify"],
        &["list", "--scope", "other"],
    ];
    let outputs = |file: bool| {
        if file {
            database.choose_file("vault.db");
        } else {
            database.choose("vault");
        }
        database.done(&["init"]);
        let outputs: Vec<String> = calls
            .iter()
            .map(|call| {
                let _ = fs::remove_file(home.project().join("second"));
                common(&home.run(call))
            })
            .collect();
        outputs
    };
    let (on_file, on_database) = (outputs(true), outputs(false));
    for ((call, file), database) in calls.iter().zip(&on_file).zip(&on_database) {
        if matches!(call[0], "revoke" | "delete" | "key") {
            // A server keeps sealed bytes until its own maintenance; slots have names of their own.
            assert_eq!(
                file.split(' ').next(),
                database.split(' ').next(),
                "{call:?}: {database}"
            );
        } else if call.contains(&"--json") {
            assert_eq!(
                file.matches("\"name\"").count(),
                database.matches("\"name\"").count()
            );
        } else {
            assert_eq!(file, database, "{call:?}");
        }
    }
    assert!(on_database[6].contains("tok_9f86d081884c"), "the control");
    assert!(
        on_database[13].contains("token=<<$secret.TOKEN>>"),
        "{}",
        on_database[13]
    );
    let status = home.run(&["status"]);
    assert!(matches!(status.status.code(), Some(0 | 10)), "{status:?}");
}

#[test]
fn a_backup_of_a_database_is_a_vault_in_a_file_and_the_way_back() {
    let Some(database) = Database::new("backup") else {
        return;
    };
    let home = &database.home;
    database.choose("vault");
    database.done(&["init"]);
    let value = |name: &str| home.run(&["get", name, "--reveal", "--yes"]).stdout;
    for number in 0..30 {
        let args = ["set", "TOKEN"];
        assert!(
            home.feed(&args, format!("value {number}").as_bytes())
                .status
                .success()
        );
    }
    let line = |number| format!("KEY_{number}=v{number}");
    let list = (0..600).map(line).collect::<Vec<String>>().join("\n");
    assert!(
        home.feed(&["import", "-"], list.as_bytes())
            .status
            .success()
    );
    database.done(&["revoke", "KEY_7", "--yes"]);
    let listed = database.done(&["list", "--json"]);
    let written = database.done(&["backup", "copy.db"]);
    assert!(written.contains("600 secrets"), "{written}");
    let again = home.run(&["backup", "copy.db"]);
    assert!(!again.status.success(), "nothing is overwritten: {again:?}");

    database.choose_file("copy.db");
    database.done(&["verify"]);
    assert_eq!(
        database.done(&["list", "--json"]),
        listed,
        "revisions and records, too"
    );
    assert_eq!(value("TOKEN"), b"value 29");
    assert_eq!(value("KEY_599"), b"v599");
    assert_eq!(home.run(&["show", "KEY_7"]).status.code(), Some(0));
    assert_eq!(
        home.run(&["get", "KEY_7", "--reveal", "--yes"])
            .status
            .code(),
        Some(4)
    );
    // A later change is in the file alone.
    assert!(
        home.feed(&["set", "LATER"], b"of the copy")
            .status
            .success()
    );

    database.choose("restored");
    database.done(&["restore", "copy.db"]);
    database.done(&["verify"]);
    assert_eq!(value("LATER"), b"of the copy");
    assert_eq!(value("KEY_599"), b"v599");
    let (code, error) = failed(&home.run(&["restore", "copy.db"]));
    assert_eq!(code, 6, "never onto a vault: {error}");
    database.choose("vault");
    assert_eq!(
        home.run(&["show", "LATER"]).status.code(),
        Some(3),
        "the control"
    );
}

#[test]
fn a_damaged_backup_writes_nothing_into_a_database() {
    let Some(database) = Database::new("damaged") else {
        return;
    };
    let home = &database.home;
    database.choose_file("vault.db");
    database.done(&["init"]);
    assert!(home.feed(&["set", "TOKEN"], b"a value").status.success());
    database.done(&["backup", "copy.db"]);
    let path = home.project().join("copy.db");
    let sound = fs::read(&path).unwrap();
    let mut bytes = sound.clone();
    let end = bytes.len() - 4096;
    for at in (end - 4096..end).step_by(64) {
        bytes[at] ^= 1;
    }
    fs::write(&path, bytes).unwrap();
    database.choose("vault");
    let (code, error) = failed(&home.run(&["restore", "copy.db"]));
    assert!(matches!(code, 6 | 7), "{error}");
    let (code, _) = failed(&home.run(&["list"]));
    assert_eq!(code, 6, "there is no vault");
    fs::write(&path, sound).unwrap();
    database.done(&["restore", "copy.db"]);
    assert_eq!(
        home.run(&["get", "TOKEN", "--reveal", "--yes"]).stdout,
        b"a value"
    );
}

#[test]
fn a_server_that_is_gone_or_refuses_is_told_without_its_password() {
    let Some(database) = Database::new("gone") else {
        return;
    };
    let home = &database.home;
    database.choose("vault");
    database.done(&["init"]);
    let call = |url: &str| {
        let mut command: Command = home.command(env!("CARGO_BIN_EXE_keyslot"));
        command
            .args(["list", "--config", "none.toml"])
            .env("KEYSLOT_VAULT", url);
        command
            .env("KEYSLOT_SCOPE", "acme")
            .env("KEYSLOT_KEY_FILE", "key");
        failed(&command.output().unwrap())
    };
    fs::write(home.project().join("none.toml"), "").unwrap();
    let port = database
        .url
        .rsplit(':')
        .next()
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    let wrong = format!("postgres://nobody:hunter2@127.0.0.1:{port}/no_such_database");
    let (code, error) = call(&wrong);
    assert!(code != 0 && !error.contains("hunter2"), "{code}: {error}");
    let (code, error) = call("postgres://ada:hunter2@127.0.0.1:1/ada");
    assert_eq!(code, 8, "{error}");
    assert!(!error.contains("hunter2"), "{error}");
}
