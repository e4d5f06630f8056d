//! A program whose output goes through pipes, or past us.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::process::Stdio;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use keyslot::Redactor;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use zeroize::Zeroizing;

use super::child::{Child, Exit, tell};
use super::event::{Event, Outputs};
use super::mask::Output;
use super::pty::is_ours;
use super::signals::{self, Watch};

/// Runs a program in our own session and job. Without masks it has our outputs.
pub(super) fn run(mut child: Child, masks: Option<&Redactor>) -> io::Result<Exit> {
    let (to, events) = channel();
    let _watch = Watch::begin(to.clone())?;

    let mut command = child.command();
    let mut outputs = Vec::new();
    if child.input.is_some() {
        command.stdin(Stdio::piped());
    }
    if masks.is_some() {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
    }
    let mut running = match command.spawn() {
        Ok(running) => running,
        Err(error) => {
            tell(io::stderr(), &error);
            return Ok(Exit::of_error(&error));
        }
    };
    drop(command);
    if let (Some(to), Some(text)) = (running.stdin.take(), child.input.take()) {
        feed(OwnedFd::from(to), text)?;
    }
    drop(child);
    if let Some(output) = running.stdout.take() {
        outputs.push((
            OwnedFd::from(output),
            io::stdout().as_fd().try_clone_to_owned()?,
        ));
    }
    if let Some(errors) = running.stderr.take() {
        outputs.push((
            OwnedFd::from(errors),
            io::stderr().as_fd().try_clone_to_owned()?,
        ));
    }
    let mut left = Outputs::new(outputs.len());
    for (from, onto) in outputs {
        let output = Output { from, ended: None };
        write_on(output, onto, masks, to.clone())?;
    }
    let pid = Pid::from_child(&running);
    thread::Builder::new().spawn(move || {
        // Not reaped yet: a signal that we pass on must not reach the next process of this number.
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        let wait = || waitid(WaitId::Pid(pid), options);
        while matches!(wait(), Err(rustix::io::Errno::INTR)) {}
        to.send(Event::Ended(Exit::Code(0)))
    })?;

    let terminal = File::open("/dev/tty").ok();
    let mut exit = None;
    for event in events {
        match event {
            Event::Ended(_) => exit = Some(Exit::from(running.wait()?)),
            Event::Written { result, .. } => left.written(result),
            Event::Signal(signal) => {
                let at_our_terminal = terminal.as_ref().is_some_and(is_ours);
                match exit {
                    None => {
                        if let Some(signal) = signal.for_program(at_our_terminal) {
                            signals::send(pid, signal);
                        }
                    }
                    // What the program left behind has the outputs open, and somebody wants to end.
                    Some(exit) if signal.for_program(false).is_some() => return Ok(exit),
                    Some(_) => {}
                }
            }
            Event::Stopped | Event::Lost => {}
        }
        if let Some(exit) = exit.filter(|_| left.are_done()) {
            return left.end_with(exit);
        }
    }
    Err(io::ErrorKind::BrokenPipe.into())
}

/// Writes an output on in a thread, and tells when it has ended.
pub(super) fn write_on(
    output: Output,
    onto: OwnedFd,
    masks: Option<&Redactor>,
    to: Sender<Event>,
) -> io::Result<()> {
    let Some(masks) = masks.cloned() else {
        return Ok(());
    };
    thread::Builder::new()
        .spawn(move || {
            to.send(Event::Written {
                is_terminal: output.ended.is_some(),
                result: output.pass_on(File::from(onto), &masks),
            })
        })
        .map(drop)
}

/// Writes a text into a pipe in a thread.
pub(super) fn feed(to: OwnedFd, text: Zeroizing<Vec<u8>>) -> io::Result<()> {
    thread::Builder::new()
        // A program need not read its input.
        .spawn(move || File::from(to).write_all(&text))
        .map(drop)
}
