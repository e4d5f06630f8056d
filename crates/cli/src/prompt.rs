//! Questions on the terminal.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};

use keyslot::secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::silence::Silence;

/// The longest text that is typed, in bytes.
const MOST: usize = 64 << 10;

/// Asks for a text on the terminal of the process and does not show it. Backspace and Ctrl-U
/// correct it; Ctrl-C ends the command. The terminal is as before afterwards, also if a signal ends
/// the process.
pub(crate) fn hidden(question: &str) -> Result<SecretString> {
    let mut terminal = terminal()?;
    let silence = Silence::of(&terminal)
        .map_err(|error| Failure::io("cannot silence the terminal", &error))?;
    let typed = write(&terminal, question).and_then(|()| read_line(&mut terminal));
    drop(silence);
    write(&terminal, "\n")?;
    typed
}

/// Asks a question that is answered with `y` or `yes`.
fn ask(question: &str) -> Result<bool> {
    let terminal = terminal()?;
    write(&terminal, question)?;
    let mut answer = String::new();
    io::BufReader::new(terminal.take(64))
        .read_line(&mut answer)
        .map_err(|error| Failure::io("cannot read the terminal", &error))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "Yes"))
}

/// Asks before something that cannot be taken back, unless it was confirmed with `--yes`. Where
/// nobody can be asked, the confirmation must be there.
pub(crate) fn confirm(question: &str, is_confirmed: bool) -> Result<()> {
    if is_confirmed {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(
            Failure::usage("this cannot be taken back, and there is nobody to ask")
                .next("confirm it with --yes"),
        );
    }
    if ask(&format!("{question} [y/N] "))? {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Interrupted,
        "not confirmed: nothing was changed",
    ))
}

/// Asks for a new passphrase, twice.
pub(crate) fn new_passphrase() -> Result<SecretString> {
    let first = hidden("new passphrase: ")?;
    let again = hidden("the same again: ")?;
    if first.expose_secret() == again.expose_secret() {
        return Ok(first);
    }
    Err(Failure::usage("the two passphrases differ"))
}

fn terminal() -> Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/tty")
        .map_err(|_| Failure::usage("there is no terminal to ask on"))
}

fn write(mut terminal: &File, text: &str) -> Result<()> {
    terminal
        .write_all(text.as_bytes())
        .and_then(|()| terminal.flush())
        .map_err(|error| Failure::io("cannot write to the terminal", &error))
}

fn read_line(terminal: &mut File) -> Result<SecretString> {
    let mut line = Zeroizing::new(Vec::with_capacity(MOST));
    let mut byte = Zeroizing::new([0]);
    loop {
        let count = match terminal.read(&mut *byte) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Failure::io("cannot read the terminal", &error)),
        };
        let [key] = *byte;
        match (count, key) {
            (0, _) | (_, 0x03) => return Err(interrupted()),
            (_, 0x04) if line.is_empty() => return Err(interrupted()),
            (_, b'\n' | b'\r' | 0x04) => break,
            (_, 0x08 | 0x7f) => remove_character(&mut line),
            (_, 0x15) => line.clear(),
            (_, _) if line.len() == MOST => {
                return Err(Failure::usage("the text is too long to be typed"));
            }
            (_, key) => line.push(key),
        }
    }
    let text = std::str::from_utf8(&line).map_err(|_| Failure::usage("the text is not UTF-8"))?;
    Ok(SecretString::from(text))
}

/// Removes the last character, which may have several bytes.
fn remove_character(line: &mut Vec<u8>) {
    while let Some(byte) = line.pop() {
        if byte & 0xc0 != 0x80 {
            break;
        }
    }
}

fn interrupted() -> Failure {
    Failure::new(Exit::Interrupted, "interrupted")
}
