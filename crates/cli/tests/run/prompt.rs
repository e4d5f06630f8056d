//! Prompts, bars and colours at a terminal, and their absence without a terminal.

use std::fs;

use super::support::{Home, VALUE};

const KEYSLOT: &str = env!("CARGO_BIN_EXE_keyslot");

/// A value that is typed.
const TYPED: &str = "typed_9f86d081884c";

fn stored(home: &Home, name: &str) -> String {
    home.done(&["get", name, "--reveal", "--yes"], "")
}

#[test]
fn a_value_that_is_typed_is_not_shown() {
    let home = Home::new();
    let mut terminal = home.at_terminal(KEYSLOT, &["set", "KEY"]);
    terminal.until("value: ");
    assert!(!terminal.is_as_before(), "the control: it does not echo");
    // Corrected: a letter of two bytes, then all.
    terminal.press("wrong\u{15}");
    terminal.press(TYPED);
    terminal.press("é\u{7f}\n");
    terminal.until("stored KEY");
    assert!(terminal.is_as_before());
    let (screen, code) = terminal.end();
    assert_eq!(code, 0, "{screen}");
    assert_eq!(stored(&home, "KEY"), TYPED);
}

#[test]
fn nothing_of_what_is_typed_is_on_the_screen() {
    let home = Home::new();
    let mut terminal = home.at_terminal(KEYSLOT, &["set", "KEY"]);
    let mut screen = terminal.until("value: ");
    for letter in TYPED.chars() {
        terminal.press(&letter.to_string());
    }
    terminal.press("\n");
    let (rest, _) = terminal.end();
    screen.push_str(&rest);
    assert!(screen.contains("stored KEY"), "{screen}");
    assert!(
        !screen.contains("9f86") && !screen.contains("typed"),
        "{screen}"
    );
    assert_eq!(stored(&home, "KEY"), TYPED, "the control");
}

#[test]
fn keys_that_end_a_prompt_restore_the_terminal() {
    let home = Home::new();
    for key in ["\u{3}", "half of it\u{3}", "\u{4}"] {
        let mut terminal = home.at_terminal(KEYSLOT, &["set", "KEY"]);
        terminal.until("value: ");
        assert!(!terminal.is_as_before(), "the control");
        terminal.press(key);
        terminal.until("interrupted");
        assert!(terminal.is_as_before(), "{key:?}");
        let (screen, code) = terminal.end();
        assert_eq!(code, 130, "{screen}");
    }
    assert!(!home.call(&["show", "KEY"], b"").status.success());
}

#[test]
fn a_signal_at_a_prompt_restores_the_terminal() {
    use rustix::process::{Pid, Signal, kill_process};

    let home = Home::new();
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let mut terminal = home.at_terminal(KEYSLOT, &["set", "KEY"]);
        terminal.until("value: ");
        kill_process(Pid::from_child(&terminal.child), signal).unwrap();
        let status = terminal.child.wait().unwrap();
        assert!(!status.success(), "{signal:?}");
        assert!(terminal.is_as_before(), "{signal:?}");
    }
}

#[test]
fn passphrases_are_asked_for_in_the_same_way() {
    let home = Home::new();
    let init = ["init", "--vault", "other.db", "--passphrase"];
    let mut terminal = home.at_terminal(KEYSLOT, &init);
    terminal.until("new passphrase: ");
    terminal.press("\u{3}");
    terminal.until("interrupted");
    assert!(terminal.is_as_before());
    assert_eq!(terminal.end().1, 130);
    assert!(!home.path().join("other.db").exists());

    let mut terminal = home.at_terminal(KEYSLOT, &init);
    terminal.until("new passphrase: ");
    terminal.press("one of a kind\n");
    terminal.until("the same again: ");
    terminal.press("another one\n");
    let (screen, code) = terminal.end();
    assert!(
        screen.contains("the two passphrases differ") && code == 2,
        "{screen}"
    );
    assert!(!screen.contains("another"), "{screen}");
}

#[test]
fn a_question_is_answered_or_nothing_happens() {
    let home = Home::new();
    for (keys, code) in [("n\n", 130), ("\n", 130), ("\u{3}", -2), ("y\n", 0)] {
        let mut terminal = home.at_terminal(KEYSLOT, &["delete", "TOKEN"]);
        terminal.until("[y/N] ");
        terminal.press(keys);
        let (screen, found) = terminal.end();
        assert_eq!(found, code, "{keys:?}: {screen}");
        let is_there = home.call(&["show", "TOKEN"], b"").status.success();
        assert_eq!(is_there, code != 0, "{keys:?}");
    }
}

#[test]
fn bars_are_for_terminals() {
    let home = Home::new();
    let bar = "storing [";
    let file = |name: &str| {
        let lines: Vec<String> = (0..600).map(|at| format!("{name}_{at}=value")).collect();
        home.write(name, &lines.join("\n"));
    };
    "ABCDE".chars().for_each(|name| file(&name.to_string()));
    let shown = |script: &str| {
        let script = script.replace("import", &format!("TERM=xterm {KEYSLOT} import"));
        home.at_terminal("sh", &["-c", &script]).end().0
    };
    let screen = shown("import A");
    assert!(screen.contains(bar), "{screen:?}");
    assert!(
        screen.contains("256/600") && !screen.contains("/0"),
        "{screen:?}"
    );
    // The bar is gone in the end.
    let last = screen.rsplit(['\r', '\n']).find(|line| !line.is_empty());
    assert!(last.unwrap().contains("stored 600 secrets"), "{screen:?}");
    let screen = shown("import B --json");
    assert!(
        !screen.contains(bar) && screen.contains("stored"),
        "{screen:?}"
    );
    // Each stream by itself.
    let screen = shown("import C >out; echo end");
    assert!(screen.contains(bar), "{screen:?}");
    let screen = shown("import D 2>err; echo end");
    assert!(
        !screen.contains(bar) && screen.contains("stored 600"),
        "{screen:?}"
    );
    assert_eq!(fs::read(home.path().join("err")).unwrap(), b"");
    let output = home.call(&["import", "E"], b"");
    assert!(
        output.stderr.is_empty() && output.status.success(),
        "{output:?}"
    );
}

#[test]
fn colours_are_for_each_stream_by_itself() {
    let home = Home::new();
    let (bold, red) = ("\x1b[1mNAME", "\x1b[31merror:");
    let shown = |script: &str| {
        let script = script.replace("keyslot", KEYSLOT);
        home.at_terminal("sh", &["-c", &script]).end().0
    };
    assert!(shown("keyslot list").contains(bold), "the control");
    assert!(shown("keyslot show NONE").contains(red), "the control");
    // One is a terminal, and the other is none.
    let screen = shown("keyslot list | cat; keyslot show NONE | cat");
    assert!(!screen.contains(bold) && screen.contains(red), "{screen:?}");
    let screen = shown("keyslot list 2>err; keyslot show NONE 2>err; cat err");
    assert!(screen.contains(bold) && !screen.contains(red), "{screen:?}");
    // Wrong arguments, too.
    let screen = shown("keyslot lisst >out");
    assert!(screen.contains(red), "{screen:?}");
    let screen = shown("keyslot lisst 2>err; cat err");
    assert!(
        screen.contains("error:") && !screen.contains('\x1b'),
        "{screen:?}"
    );
    for plain in [
        "NO_COLOR=1 keyslot list; NO_COLOR=1 keyslot show NONE",
        "TERM=dumb keyslot list; TERM=dumb keyslot show NONE",
        "keyslot --color never list; keyslot --color never show NONE",
    ] {
        let screen = shown(plain);
        assert!(
            screen.contains("NAME") && screen.contains("error:"),
            "{screen:?}"
        );
        assert!(!screen.contains('\x1b'), "{plain}: {screen:?}");
    }
    // An empty variable says nothing, and the option says more than the variable.
    assert!(shown("NO_COLOR= keyslot list").contains(bold));
    assert!(shown("NO_COLOR=1 keyslot --color always list").contains(bold));
    let output = home.call(&["--color", "always", "list"], b"");
    assert!(String::from_utf8(output.stdout).unwrap().contains(bold));
    assert!(!home.done(&["list"], "").contains('\x1b'));
}

#[test]
fn a_terminal_that_shows_a_value_is_told_to() {
    let home = Home::new();
    let (screen, code) = home
        .at_terminal(KEYSLOT, &["get", "TOKEN", "--reveal"])
        .end();
    assert!(screen.contains(VALUE) && code == 0, "the control: {screen}");
    let (screen, code) = home.at_terminal(KEYSLOT, &["get", "TOKEN"]).end();
    assert!(!screen.contains(VALUE) && code == 2, "{screen}");
}

#[test]
fn a_list_is_not_typed_where_it_is_shown() {
    let home = Home::new();
    let mut terminal = home.at_terminal(KEYSLOT, &["import", "-"]);
    let screen = terminal.until("is a terminal");
    let (rest, code) = terminal.end();
    assert_eq!(code, 2, "{screen}{rest}");
    let fed = home.call(&["import", "-"], b"A=1\n");
    assert!(fed.status.success(), "the control: {fed:?}");
}

#[test]
fn completions_are_scripts_of_their_shells() {
    let home = Home::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = home.done(&["completions", shell], "");
        for word in ["import", "edit", "--dry-run", "rollback"] {
            let word = if shell == "fish" {
                word.trim_start_matches('-')
            } else {
                word
            };
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let script = home.done(&["completions", "bash"], "");
    home.write("completions.bash", &script);
    // Asked as the shell asks, with the word that is typed.
    let asked = "source completions.bash; COMP_WORDS=(keyslot rollb); COMP_CWORD=1; \
                 _keyslot keyslot rollb keyslot; echo \"${COMPREPLY[@]}\"";
    let mut bash = std::process::Command::new("bash");
    home.set(bash.args(["--norc", "-c", asked]));
    let output = bash.output().unwrap();
    assert_eq!(output.stdout, b"rollback\n", "{output:?}");
}
