//! Programs whose output goes into pipes.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Stdio;

use keyslot::{AccessRules, RootKey, SecretInput, Vault};

use super::support::{Home, VALUE, has, proc_file};

const MASK: &str = "<<$secret.TOKEN>>";

#[test]
fn a_program_gets_the_value_and_shows_the_placeholder() {
    let home = Home::new();
    let output = home.sh(
        &[],
        "printf %s \"$T\" >got; echo \"out $T\"; echo \"err $T\" >&2",
    );
    assert_eq!(fs::read_to_string(home.path().join("got")).unwrap(), VALUE);
    assert_eq!(output.stdout, format!("out {MASK}\n").as_bytes());
    assert_eq!(output.stderr, format!("err {MASK}\n").as_bytes());
    assert_eq!(output.status.code(), Some(0));

    // The control: what a program gets without masks.
    let open = home.sh(&["--no-mask"], "echo $T");
    assert_eq!(open.stdout, format!("{VALUE}\n").as_bytes());
}

#[test]
fn no_core_dump_is_left() {
    let home = Home::new();
    let script = |call: &str| {
        let mut shell = std::process::Command::new("sh");
        let raised = "ulimit -c unlimited; ulimit -c; ";
        home.set(shell.args([
            "-c",
            &format!("{raised}{call}"),
            env!("CARGO_BIN_EXE_keyslot"),
        ]));
        shell
    };
    // The first line is the control.
    let output = script("exec \"$0\" run -- sh -c 'ulimit -c; ulimit -H -c'")
        .output()
        .unwrap();
    assert_eq!(output.stdout, b"unlimited\n0\nunlimited\n", "{output:?}");

    let mut waiting = script("exec \"$0\" set OTHER");
    let mut child = waiting
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let limits = format!("/proc/{}/limits", child.id());
    let is_forbidden = || {
        let text = fs::read_to_string(&limits).unwrap();
        let cores = text
            .lines()
            .find(|line| line.starts_with("Max core file size"));
        let words: Vec<&str> = cores.unwrap().split_whitespace().collect();
        words[4..6] == ["0", "0"]
    };
    while !is_forbidden() {
        assert!(child.try_wait().unwrap().is_none());
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    drop(child.stdin.take());
    child.wait().unwrap();
}

#[test]
fn values_come_by_lists_and_files_and_standard_input() {
    let home = Home::new();
    home.write(
        "app.env",
        "# of the app\nA='Bearer <<$secret.TOKEN>>'\nB=plain\nT=other\n",
    );
    home.write("in.json", "{\"key\": \"<<$secret.TOKEN>>\"}");
    home.write("app.toml", "key = \"<<$secret.TOKEN>>\"\n");
    let files = [
        "--env-from",
        "app.env",
        "--stdin",
        "in.json",
        "--file",
        "app.toml",
    ];
    let script = "printf '%s|%s|%s|' \"$A\" \"$B\" \"$T\" >got; cat >>got; cat \"$1\" >>got; \
                  cat \"${2#*=}\" >>got; case $1 in */app.toml) ;; *) exit 9; esac";
    let command = [
        "--",
        "sh",
        "-c",
        script,
        "sh",
        "app.toml",
        "--config=app.toml",
    ];
    let output = home.call(&[&["run"], &files[..], &command].concat(), b"not read");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let toml = format!("key = \"{VALUE}\"\n");
    let expected = format!("Bearer {VALUE}|plain|other|{{\"key\": \"{VALUE}\"}}{toml}{toml}");
    assert_eq!(
        fs::read_to_string(home.path().join("got")).unwrap(),
        expected
    );

    let args = [
        "run",
        "--file",
        "CONFIG=app.toml",
        "--",
        "sh",
        "-c",
        "cat $CONFIG",
    ];
    let output = home.call(&args, b"");
    assert_eq!(
        output.stdout,
        format!("key = \"{MASK}\"\n").as_bytes(),
        "{output:?}"
    );

    // A file that the program is not told of.
    let output = home.call(&["run", "--file", "app.toml", "--", "true"], b"");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_file_has_many_readers_at_the_same_moment_and_is_gone_afterwards() {
    let home = Home::new();
    home.write(
        "app.conf",
        &format!("key = \"<<$secret.TOKEN>>\"\n{}", "#\n".repeat(50_000)),
    );
    // Readers in turns, and one that reads from the middle.
    let script = "exec 3<\"$1\" 4<\"$1\"; read a <&3; read b <&4; echo \"$a\"; echo \"$b\"; \
                  for i in 1 2 3 4 5 6 7 8; do wc -l <\"$1\" & done; wait; tail -c 2 \"$1\"; \
                  echo other >\"$1\"; head -1 \"$1\"; echo \"$1\" >path";
    let args = [
        "run", "--file", "app.conf", "--", "sh", "-c", script, "sh", "app.conf",
    ];
    let output = home.call(&args, b"");
    let masked = format!("key = \"{MASK}\"\n");
    let lines = "50001\n".repeat(8);
    let expected = format!("{masked}{masked}{lines}#\n{masked}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
    let path = fs::read_to_string(home.path().join("path")).unwrap();
    let path = Path::new(path.trim_end());
    assert!(
        path.ends_with("app.conf") && path.symlink_metadata().is_err(),
        "it is gone"
    );
}

#[test]
fn our_standard_input_is_data() {
    let home = Home::new();
    let data = b"\x00\xff <<$secret.TOKEN>> <<$secret.NONE>>\r\n";
    let output = home.call(&["run", "--", "cat"], data);
    assert_eq!(output.stdout, data);
}

#[test]
fn a_placeholder_in_an_argument_is_refused() {
    let home = Home::new();
    let word = "<<$secret.TOKEN>>";
    let output = home.call(&["run", "--", "touch", "ran", word], b"");
    assert_eq!(output.status.code(), Some(2));
    let shown = String::from_utf8(output.stderr).unwrap();
    assert!(
        shown.contains("word 3") && shown.contains("--stdin FILE"),
        "{shown}"
    );
    assert!(!home.path().join("ran").exists());
    assert!(
        home.call(&["run", "--", "touch", "ran"], b"")
            .status
            .success()
    );
    assert!(home.path().join("ran").exists(), "the control");
}

#[test]
fn nothing_runs_without_all_of_its_values() {
    let home = Home::new();
    home.write("bad.env", "A=<<$secret.TOKEM>>\n");
    let output = home.sh(&["--env-from", "bad.env"], "touch ran");
    assert_eq!(output.status.code(), Some(3));
    let shown = String::from_utf8(output.stderr).unwrap();
    assert!(shown.contains("did you mean TOKEN?"), "{shown}");
    home.write("nul.env", "A=<<$secret.TOKEN | nofilter>>\n");
    assert_eq!(
        home.sh(&["--env-from", "nul.env"], "touch ran")
            .status
            .code(),
        Some(2)
    );
    assert!(!home.path().join("ran").exists());
}

#[test]
fn ends_are_those_of_the_program() {
    let home = Home::new();
    for (script, code) in [
        ("exit 0", 0),
        ("exit 7", 7),
        ("exit 255", 255),
        ("kill $$", 143),
    ] {
        let output = home.sh(&[], script);
        assert_eq!(output.status.code(), Some(code), "{script}");
    }
    assert_eq!(home.sh(&[], "kill -9 $$").status.code(), Some(137));
    // So that a shell ends its loop, too.
    assert_eq!(home.sh(&[], "kill -INT $$").status.signal(), Some(2));

    let output = home.call(&["run", "--", "no-such-program"], b"");
    assert_eq!(output.status.code(), Some(127));
    assert!(has(&output.stderr, "was not found"), "{output:?}");
    home.write("no-program", "");
    let output = home.call(&["run", "--", "./no-program"], b"");
    assert_eq!(output.status.code(), Some(126));
}

#[test]
fn signals_go_to_the_program() {
    let home = Home::new();
    for (signal, code) in [("TERM", 5), ("HUP", 6), ("USR1", 7), ("INT", 8)] {
        let script = "trap 'exit 5' TERM; trap 'exit 6' HUP; trap 'exit 7' USR1; \
                      trap 'exit 8' INT; kill -$1 $PPID; while :; do sleep 0.1; done";
        let args = ["run", "--", "sh", "-c", script, "sh", signal];
        // Away from any terminal, whose keys reach the program without us.
        let mut command = std::process::Command::new("setsid");
        let output = home.command(&args);
        command
            .arg("--wait")
            .arg(output.get_program())
            .args(output.get_args());
        command
            .current_dir(home.path())
            .env_clear()
            .env("HOME", home.path());
        command
            .env("PATH", std::env::var_os("PATH").unwrap())
            .stdin(Stdio::null());
        let status = command.stdout(Stdio::null()).status().unwrap();
        assert_eq!(status.code(), Some(code), "{signal}");
    }
}

#[test]
fn large_output_without_lines_passes_and_a_value_across_writes_is_masked() {
    let home = Home::new();
    let script = "head -c 20000000 /dev/zero; printf %.9s \"$T\"; sleep 0.1; \
                  printf %s \"${T#?????????}\"";
    let output = home.sh(&[], script).stdout;
    assert_eq!(output.len(), 20_000_000 + MASK.len());
    assert!(output.ends_with(MASK.as_bytes()));
}

#[test]
fn a_program_ends_when_nobody_reads_its_output() {
    let home = Home::new();
    let mut command = home.command(&["run", "--", "yes"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 2];
    let mut output = child.stdout.take().unwrap();
    std::io::Read::read_exact(&mut output, &mut first).unwrap();
    drop(output);
    // As a shell reports a program that SIGPIPE ended.
    assert_eq!(child.wait().unwrap().code(), Some(141));
}

#[test]
fn access_rules_are_asked_for_the_program() {
    let home = Home::new();
    let key = RootKey::from_file(home.path().join(".config/keyslot/key")).unwrap();
    let vault = Vault::open(home.path().join(".local/share/keyslot/vault.db"), &key).unwrap();
    let rules = AccessRules::new().tool("cat").unwrap();
    let bound = SecretInput::new("bound-9f86d081884c7d65").rules(rules);
    vault.scope("acme").unwrap().put("BOUND", bound).unwrap();
    drop(vault);
    home.write("a.env", "A=<<$secret.BOUND>>\n");
    let list = ["--env-from", "a.env"];
    assert_eq!(home.sh(&list, "touch ran").status.code(), Some(4));
    assert!(!home.path().join("ran").exists());
    let output = home.call(
        &[
            "run",
            "--env-from",
            "a.env",
            "--",
            "cat",
            "/proc/self/environ",
        ],
        b"",
    );
    assert!(has(&output.stdout, "A=<<$secret.BOUND>>"), "{output:?}");
}

#[test]
fn no_value_is_in_an_argument_or_in_another_environment() {
    let home = Home::new();
    home.write("in.txt", "<<$secret.TOKEN>>");
    let script = "echo $$; cat \"$1\" >/dev/null; read line; :";
    let args = [
        "run", "--file", "in.txt", "--", "sh", "-c", script, "sh", "in.txt",
    ];
    let mut command = home.command(&args);
    command.env("KEYSLOT_NOTE", "of-ours");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut output = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut output, &mut line).unwrap();
    let (program, ours) = (line.trim(), child.id().to_string());

    let theirs = proc_file(program, "environ");
    assert!(has(&theirs, &format!("T={VALUE}")), "the control");
    assert!(
        !has(&theirs, "KEYSLOT_"),
        "a key of ours could be in such a variable"
    );
    let environ = proc_file(&ours, "environ");
    assert!(has(&environ, "T=<<$secret.TOKEN>>") && !has(&environ, VALUE));
    for pid in [program, &ours] {
        let cmdline = proc_file(pid, "cmdline");
        assert!(has(&cmdline, "sh\0-c") && !has(&cmdline, VALUE));
    }
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}
