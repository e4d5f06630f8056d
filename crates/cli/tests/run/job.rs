//! Programs at a terminal.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::support::{Home, VALUE, has, proc_file};

const KEYSLOT: &str = env!("CARGO_BIN_EXE_keyslot");

#[test]
fn a_program_sees_a_terminal_and_keeps_its_colours() {
    let home = Home::new();
    let script = "tty; stty size; printf '\\033[31m%s\\033[0m\\n' $T; echo err $T >&2; exit 7";
    let (screen, code) = home.job(script).end();
    assert!(screen.starts_with("/dev/pts/"), "{screen}");
    let masked = "33 101\r\n\x1b[31m<<$secret.TOKEN>>\x1b[0m\r\nerr <<$secret.TOKEN>>\r\n";
    assert!(screen.ends_with(masked), "{screen:?}");
    assert_eq!(code, 7);
}

#[test]
fn a_password_prompt_comes_at_once_and_is_not_echoed() {
    let home = Home::new();
    let script = "stty -echo; printf 'Password: '; read p; stty echo; echo; \
                  [ \"$p\" = open ] && echo right";
    let mut job = home.job(script);
    job.until("Password: ");
    job.press("open\n");
    let (screen, code) = job.end();
    assert_eq!((screen.as_str(), code), ("\r\nright\r\n", 0));
}

#[test]
fn a_progress_bar_is_shown_as_it_goes() {
    let home = Home::new();
    let script = "for i in 1 2 3; do printf '\\r%s%% %s' $i $T; read x; done";
    let mut job = home.job(script);
    for percent in 1..=3 {
        job.until(&format!("{percent}% <<$secret.TOKEN>>"));
        job.press("\n");
    }
    assert_eq!(job.end().1, 0);
}

#[test]
fn typed_letters_are_echoed_at_once_also_where_a_value_begins_so() {
    let home = Home::new();
    let mut job = home.job("echo go; read x; echo \"got $x\"");
    job.until("go\r\n");
    for letter in VALUE.chars().take(3) {
        job.press(&letter.to_string());
        job.until(&letter.to_string());
    }
    job.press("\n");
    job.until("got sk_");
    assert_eq!(job.end().1, 0);
}

#[test]
fn keys_are_signals_for_the_program() {
    let home = Home::new();
    let mut job = home.job("trap 'echo caught; exit 5' INT; echo go; while :; do sleep 0.1; done");
    job.until("go");
    job.press("\x03");
    job.until("caught");
    assert_eq!(job.end().1, 5);
    // A program that the key ends ends us in the same way.
    let mut job = home.job("echo go; exec sleep 100");
    job.until("go");
    job.press("\x03");
    assert_eq!(job.end().1, -2);
}

#[test]
fn signals_for_us_go_to_the_program() {
    let home = Home::new();
    for (signal, code) in [(Signal::TERM, 5), (Signal::USR2, 6), (Signal::HUP, 7)] {
        let script = "trap 'exit 5' TERM; trap 'exit 6' USR2; trap 'exit 7' HUP; echo go; \
                      while :; do sleep 0.1; done";
        let mut job = home.job(script);
        job.until("go");
        kill_process(Pid::from_child(&job.child), signal).unwrap();
        assert_eq!(job.end().1, code, "{signal:?}");
    }
}

#[test]
fn a_window_that_changes_is_told_to_the_program() {
    let home = Home::new();
    let mut job = home.job("trap 'stty size; exit 0' WINCH; echo go; while :; do sleep 0.1; done");
    job.until("go");
    job.resize(20, 50);
    job.until("20 50");
    assert_eq!(job.end().1, 0);
}

#[test]
fn a_job_stops_and_goes_on() {
    let home = Home::new();
    let mut shell = home.at_terminal("bash", &["--norc", "--noediting", "-i"]);
    shell.until("$ ");
    shell.press(&format!(
        "{KEYSLOT} run -- sh -c 'echo g\"\"o; read x; echo \"got $x\"; exit 4'\n"
    ));
    shell.until("go\r\n");
    shell.press("\x1a");
    shell.until("Stopped");
    shell.until("$ ");
    assert!(shell.is_as_before(), "the shell has its terminal back");
    shell.press("echo between\n");
    shell.until("\nbetween");
    shell.press("fg\n");
    shell.until("keyslot run");
    // Keys go to the job again.
    shell.press("on\n");
    shell.until("got on");
    shell.until("$ ");
    shell.press("echo code $?\n");
    shell.until("code 4");
    shell.press("exit\n");
    assert_eq!(shell.end().1, 0);
}

#[test]
fn a_shell_has_jobs_of_its_own() {
    let home = Home::new();
    let args = ["run", "--", "bash", "--norc", "--noediting", "-i"];
    let mut shell = home.at_terminal(KEYSLOT, &args);
    shell.until("$ ");
    shell.press("echo \"is $T\"\n");
    shell.until("\nis <<$secret.TOKEN>>");
    shell.press("sleep 100\n");
    std::thread::sleep(Duration::from_millis(500));
    shell.press("\x1a");
    shell.until("Stopped");
    shell.press("kill -9 %1; fg; exit 3\n");
    shell.until("exit\r\n");
    assert_eq!(shell.end().1, 3);
}

#[test]
fn the_terminal_is_as_before_at_the_end() {
    let home = Home::new();
    let mut shell = home.at_terminal("sh", &["-c", &format!("{KEYSLOT} run -- cat; read x")]);
    shell.press("hello\n");
    shell.until("hello\r\nhello\r\n");
    assert!(!shell.is_as_before(), "the control: keys come as they are");
    shell.press("\x04");
    while !shell.is_as_before() {
        std::thread::sleep(Duration::from_millis(20));
    }
    shell.press("\n");
    assert_eq!(shell.end().1, 0);
}

#[test]
fn data_on_standard_input_passes_while_the_output_is_a_terminal() {
    let home = Home::new();
    let script = format!("printf 'a\\003\\004b' | {KEYSLOT} run -- sh -c 'od -An -c; echo $T'");
    let (screen, code) = home.at_terminal("sh", &["-c", &script]).end();
    assert!(screen.contains("a 003 004   b"), "{screen}");
    assert!(screen.ends_with("<<$secret.TOKEN>>\r\n"), "{screen}");
    assert_eq!(code, 0);
}

#[test]
fn a_file_of_errors_gets_the_errors_alone() {
    let home = Home::new();
    let script = format!("{KEYSLOT} run -- sh -c 'echo out; echo err $T >&2' 2>errors");
    let (screen, _) = home.at_terminal("sh", &["-c", &script]).end();
    assert_eq!(screen, "out\r\n");
    let errors = std::fs::read_to_string(home.path().join("errors")).unwrap();
    assert_eq!(errors, "err <<$secret.TOKEN>>\n");
}

#[test]
fn an_editor_works() {
    let home = Home::new();
    let args = ["run", "--", "vim", "-u", "NONE", "-N", "new.txt"];
    let mut editor = home.at_terminal(KEYSLOT, &args);
    editor.until("new.txt");
    editor.press("ihello\x1b:wq\r");
    assert_eq!(editor.end().1, 0);
    let written = std::fs::read_to_string(home.path().join("new.txt")).unwrap();
    assert_eq!(written, "hello\n");
}

#[test]
fn a_build_shows_its_colours_its_progress_and_its_code() {
    let home = Home::new();
    let manifest =
        "[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";
    home.write("Cargo.toml", manifest);
    std::fs::create_dir(home.path().join("src")).unwrap();
    let cargo = std::path::Path::new(env!("CARGO"));
    let rustc = cargo.with_file_name("rustc");
    // Not the proxies of rustup, which look into the folder of a user for what to run.
    let build = format!(
        "TERM=xterm-256color CARGO_TERM_PROGRESS_WIDTH=80 CARGO_TERM_PROGRESS_WHEN=always \
         RUSTC={} {} build",
        rustc.display(),
        cargo.display()
    );
    for (program, code, word) in [
        (
            "fn main() { println!(\"{}\", env!(\"T\").len()) }",
            0,
            "Finished",
        ),
        (
            "compile_error!(concat!(\"no \", env!(\"T\")));",
            101,
            "no <<$secret.TOKEN>>",
        ),
    ] {
        home.write("src/main.rs", program);
        let (screen, ended) = home.job(&build).end();
        assert_eq!(ended, code, "{screen}");
        for shown in [word, "\x1b[1m", "Building", "\r"] {
            assert!(screen.contains(shown), "{shown:?} in {screen:?}");
        }
    }
}

#[test]
fn a_program_ends_with_its_terminal() {
    let home = Home::new();
    let script = "trap 'echo gone >gone; exit 1' HUP; echo go; while :; do sleep 0.1; done";
    let mut job = home.job(script);
    job.until("go");
    let mut child = job.child;
    drop(job.ours);
    child.wait().unwrap();
    while !home.path().join("gone").exists() {
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_program_that_stays_without_its_terminal_is_not_held() {
    let home = Home::new();
    let script = "trap '' HUP; echo go; while [ -e here ]; do sleep 0.1; done; \
                  head -c 200000 /dev/zero; sleep 0.5; echo on >on; exit 0";
    home.write("here", "");
    let mut job = home.job(script);
    job.until("go");
    drop(job.ours);
    std::fs::remove_file(home.path().join("here")).unwrap();
    assert!(job.child.wait().is_ok());
    assert!(home.path().join("on").exists());
}

#[test]
fn a_program_that_outlives_us_is_told() {
    let home = Home::new();
    let script = "trap 'echo gone >gone; exit 1' HUP; echo go; while :; do sleep 0.1; done";
    let mut job = home.job(script);
    job.until("go");
    job.child.kill().unwrap();
    while !home.path().join("gone").exists() {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(job.end().1, -9);
}

#[test]
fn what_is_left_in_the_background_does_not_hold_us() {
    let home = Home::new();
    let (screen, code) = home.job("sleep 300 & echo done").end();
    assert_eq!((screen.as_str(), code), ("done\r\n", 0));
}

#[test]
fn what_writes_on_in_the_background_does_not_hold_us() {
    let home = Home::new();
    let (screen, code) = home.job("echo done; yes & exit 3").end();
    assert!(screen.starts_with("done\r\n"), "{screen}");
    assert_eq!(code, 3);
}

#[test]
fn keys_end_us_while_an_output_is_open_in_the_background() {
    let home = Home::new();
    let script = format!("exec {KEYSLOT} run -- sh -c 'sleep 300 & echo go; exit 3' 2>errors");
    let mut job = home.at_terminal("sh", &["-c", &script]);
    job.until("go");
    while !job.is_as_before() {
        std::thread::sleep(Duration::from_millis(20));
    }
    job.press("\x03");
    assert_eq!(job.end().1, 3);
}

#[test]
fn an_environment_that_is_too_long_is_told() {
    let home = Home::new();
    home.write("big.env", &format!("BIG={}\n", "x".repeat(200_000)));
    let args = ["run", "--env-from", "big.env", "--", "true"];
    let (screen, code) = home.at_terminal(KEYSLOT, &args).end();
    assert!(
        screen.contains("cannot take so long an environment"),
        "{screen}"
    );
    assert_eq!(code, 126);
}

#[test]
fn no_value_is_in_an_argument_or_an_environment_of_the_helpers() {
    let home = Home::new();
    let mut job = home.job("echo $PPID $$ .; read x");
    let line = job.until(" .\r\n");
    let mut pids = line.split_whitespace();
    let (monitor, program) = (pids.next().unwrap(), pids.next().unwrap());
    let ours = job.child.id().to_string();
    assert!(has(&proc_file(program, "environ"), VALUE), "the control");
    assert!(
        has(&proc_file(monitor, "cmdline"), "@monitor"),
        "the control"
    );
    for pid in [monitor, &ours] {
        assert!(!has(&proc_file(pid, "environ"), VALUE), "{pid}");
    }
    for pid in [program, monitor, &ours] {
        assert!(!has(&proc_file(pid, "cmdline"), VALUE), "{pid}");
    }
    job.press("\n");
    assert_eq!(job.end().1, 0);
}
