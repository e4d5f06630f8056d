//! A program in a pseudo-terminal of its own, as a job of our terminal.

use std::io::{self, IsTerminal, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use keyslot::Redactor;
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{Signal, kill_current_process_group};

use super::child::{Child, Exit};
use super::event::{Event, Outputs};
use super::helper;
use super::link::{self, News};
use super::mask::Output;
use super::piped::{feed, write_on};
use super::pty::{Pty, Screen, pass_keys};
use super::signals::Watch;

/// Time in which a stop that we asked for has stopped us. It passes while we are stopped, too.
const STOP: Duration = Duration::from_millis(200);

/// Runs a program in a pseudo-terminal.
pub(super) fn run(mut child: Child, masks: &Redactor, screen: &Screen) -> io::Result<Exit> {
    let (to, events) = channel();
    let _watch = Watch::begin(to.clone())?;
    let link = helper::begin()?;
    let Pty { ours, theirs } = Pty::like(screen)?;

    let input = match child.input.take() {
        Some(text) => {
            let (input, onto) = pipe_with(PipeFlags::CLOEXEC)?;
            feed(onto, text)?;
            input
        }
        None if io::stdin().is_terminal() => theirs.try_clone()?,
        None => io::stdin().as_fd().try_clone_to_owned()?,
    };
    let (ended, end) = pipe_with(PipeFlags::CLOEXEC)?;
    let terminal = Output {
        from: ours.try_clone()?,
        ended: Some(ended.try_clone()?),
    };
    let mut outputs = vec![(terminal, io::stdout().as_fd().try_clone_to_owned()?)];
    let errors = if io::stderr().is_terminal() {
        theirs.try_clone()?
    } else {
        let (from, errors) = pipe_with(PipeFlags::CLOEXEC)?;
        let onto = io::stderr().as_fd().try_clone_to_owned()?;
        outputs.push((Output { from, ended: None }, onto));
        errors
    };
    link::send(
        &link,
        &child,
        [&input, &theirs, &errors, &theirs].map(AsFd::as_fd),
    )?;
    // What we have open would not end with the program.
    drop((child, input, theirs, errors));

    screen.take();
    let mut left = Outputs::new(outputs.len());
    for (output, onto) in outputs {
        write_on(output, onto, Some(masks), to.clone())?;
    }
    if let Some(keys) = Screen::keys() {
        let ours = ours.try_clone()?;
        thread::Builder::new().spawn(move || pass_keys(&keys, ours, &ended))?;
    }
    let news = link.try_clone()?;
    thread::Builder::new().spawn(move || {
        loop {
            let news = News::receive(&news);
            let last = news.is_none();
            if to.send(news.into()).is_err() || last {
                break;
            }
        }
    })?;

    let (mut ours, mut end, mut exit, mut is_shown) = (Some(ours), Some(end), None, false);
    for event in events {
        match event {
            Event::Signal(signal) if signal.is_new_size() => resize(screen, ours.as_ref()),
            Event::Signal(signal) if signal.is_continued() && exit.is_none() => {
                go_on(screen, ours.as_ref(), &link);
            }
            Event::Signal(signal) => {
                // What the program left behind has an output open, and somebody wants to end.
                if let Some(exit) = exit.filter(|_| signal.for_program(false).is_some()) {
                    return Ok(exit);
                }
                if let Some(signal) = signal.for_program(false) {
                    pass(&link, signal);
                }
            }
            Event::Stopped => {
                screen.give_back();
                // The whole job, as the key would have done. Nothing stops where nobody could let
                // us go on.
                kill_current_process_group(Signal::TSTP)?;
                thread::sleep(STOP);
                go_on(screen, ours.as_ref(), &link);
            }
            Event::Ended(how) => {
                exit = Some(how);
                end = None;
            }
            Event::Written {
                is_terminal,
                result,
            } => {
                is_shown |= is_terminal;
                if result.as_ref().is_err_and(has_gone) {
                    // The program is told as it would be without us.
                    pass(&link, Signal::HUP);
                    (ours, end) = (None, None);
                }
                left.written(result);
            }
            Event::Lost if exit.is_none() => return Err(io::ErrorKind::ConnectionAborted.into()),
            Event::Lost => {}
        }
        if exit.is_some() && is_shown {
            // Keys are for us again: Ctrl-C ends the wait for a pipe that others have open.
            screen.give_back();
        }
        if let Some(exit) = exit.filter(|_| left.are_done()) {
            drop(end);
            return left.end_with(exit);
        }
    }
    Err(io::ErrorKind::BrokenPipe.into())
}

/// Goes on behind a stop: in the foreground with the terminal, and in the background without.
fn go_on(screen: &Screen, pty: Option<&OwnedFd>, link: &UnixStream) {
    screen.take();
    resize(screen, pty);
    pass(link, Signal::CONT);
}

fn resize(screen: &Screen, pty: Option<&OwnedFd>) {
    if let Some(pty) = pty {
        screen.give_size(pty);
    }
}

/// Returns true if the error is that of a terminal that went away.
fn has_gone(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}

/// Passes a signal on to the program.
fn pass(mut link: &UnixStream, signal: Signal) {
    // A helper that has ended has no program.
    let _ = link.write_all(&[u8::try_from(signal.as_raw()).unwrap_or_default()]);
}
