//! Runs a program and passes on what it prints, redacted, with its colours and as it comes.
//!
//! `cargo run --example child_process` runs a shell that prints a token in colour, a part at a
//! time. With arguments it runs those.
#![allow(clippy::print_stdout)]

use std::io::{self, Read, Write};
use std::panic::resume_unwind;
use std::process::{Command, ExitCode, Stdio};
use std::thread;

use keyslot::redact::RedactWriter;
use keyslot::secrecy::ExposeSecret;
use keyslot::{Redactor, ResolveExt, RunSecrets};

/// A script that prints a token in red, in two parts, and once more in base64.
const SCRIPT: &str = r#"
printf '\033[31mdenied: %s' "$(printf '%.8s' "$API_TOKEN")"; sleep 0.1
printf '%s\033[0m\n' "${API_TOKEN#????????}"
printf 'Authorization: Basic %s\n' "$(printf 'ada:%s' "$API_TOKEN" | base64)" >&2
"#;

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let secrets = RunSecrets::new().with("API_TOKEN", "t0ken-of-ada-4eC39HqLyj")?;
    let token = secrets.resolve("<<$secret.API_TOKEN>>")?;
    let redactor = Redactor::of(&token)?;

    let mut arguments = std::env::args_os().skip(1);
    let mut command = Command::new(arguments.next().unwrap_or_else(|| "sh".into()));
    if std::env::args_os().len() > 1 {
        command.args(arguments);
    } else {
        command.args(["-c", SCRIPT]);
    }
    command.env("API_TOKEN", &**token.expose_secret());

    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    // Each output is a stream of its own, and has a thread so that neither waits for the other.
    thread::scope(|scope| {
        let out = scope.spawn(|| pass_on(out, io::stdout(), &redactor));
        let err = scope.spawn(|| pass_on(err, io::stderr(), &redactor));
        [out, err]
            .into_iter()
            .try_for_each(|one| one.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })?;
    let status = child.wait()?;
    Ok(ExitCode::from(
        u8::try_from(status.code().unwrap_or(1)).unwrap_or(1),
    ))
}

/// Writes what is read as soon as it is sure to hold no secret.
fn pass_on(from: Option<impl Read>, to: impl Write, redactor: &Redactor) -> io::Result<()> {
    let Some(mut from) = from else { return Ok(()) };
    let mut to = RedactWriter::new(to, redactor);
    let mut part = [0; 8 << 10];
    loop {
        match from.read(&mut part)? {
            0 => return to.finish().map(drop),
            count => {
                to.write_all(part.get(..count).unwrap_or_default())?;
                to.flush()?;
            }
        }
    }
}
