//! The two helpers between us and a program in a pseudo-terminal, both of them this program itself.
//!
//! The *monitor* leads a session that has the pseudo-terminal, as a shell does: only then is the
//! program a job that Ctrl-Z can stop. The *starter* waits until it has the foreground, and becomes
//! the program. The monitor gets the program and its environment over a socket, so that no value is
//! in an argument, and none in an environment but that of the program.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitIdStatus, getpid, ioctl_tiocsctty, kill_process,
    kill_process_group, setsid, waitid,
};
use rustix::termios::tcsetpgrp;
use signal_hook::consts::SIGHUP;

use super::child::{Exit, tell};
use super::link::{self, News, Order};
use super::signals::is_ignored;

/// First arguments that make this program a helper. No command has such a name.
const MONITOR: &str = "@monitor";
const STARTER: &str = "@starter";

/// Runs a helper, if the arguments ask for one.
pub(crate) fn helper(mut arguments: impl Iterator<Item = OsString>) -> Option<ExitCode> {
    let first = arguments.nth(1)?;
    if first == MONITOR {
        let ended = monitor();
        return Some(ended.map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS));
    }
    (first == STARTER).then(|| ExitCode::from(start(arguments).code()))
}

/// Starts the monitor, and returns our end of the link to it.
pub(super) fn begin() -> io::Result<UnixStream> {
    let (ours, theirs) = UnixStream::pair()?;
    // It is reaped by nobody: it ends when we do.
    ourselves()
        .arg(MONITOR)
        .env_clear()
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    Ok(ours)
}

/// Returns a call of this program, also after its file was replaced.
fn ourselves() -> Command {
    let path = if cfg!(target_os = "linux") {
        Ok("/proc/self/exe".into())
    } else {
        std::env::current_exe()
    };
    let mut command = Command::new(path.unwrap_or_else(|_| "keyslot".into()));
    command.arg0("keyslot");
    command
}

fn monitor() -> io::Result<()> {
    let link = link::of_standard_input()?;
    let Order {
        child,
        streams: [input, output, errors],
        terminal,
    } = link::receive(&link)?;
    // The end of the terminal is one for the program, which may go on; we tell how it ends. A
    // handler, unlike an ignored signal, is not handed on to it.
    if !is_ignored(SIGHUP) {
        signal_hook::flag::register(SIGHUP, Arc::default())?;
    }
    setsid()?;
    ioctl_tiocsctty(&terminal)?;

    let mut starter = ourselves();
    starter
        .arg(STARTER)
        .arg(&child.program)
        .args(&child.arguments);
    starter.env_clear().envs(child.variables());
    let told = File::from(errors.try_clone()?);
    starter.stdin(input).stdout(output).stderr(errors);
    let started = starter.process_group(0).spawn();
    // They hold copies: of values, and of streams that must close with the program.
    drop((starter, child));
    let started = match started {
        Ok(started) => started,
        Err(error) => {
            tell(told, &error);
            drop(terminal);
            News::Ended(Exit::of_error(&error)).send(&link)?;
            // When we end, the terminal does.
            return io::copy(&mut &link, &mut io::sink()).map(drop);
        }
    };
    drop(told);
    watch(&link, Pid::from_child(&started), terminal)
}

/// Tells of all that happens to the program, and passes on the signals for it.
fn watch(link: &UnixStream, program: Pid, terminal: OwnedFd) -> io::Result<()> {
    let wait = |options| waitid(WaitId::Pid(program), options);
    let both = WaitIdOptions::EXITED | WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT;
    if wait(both)?.is_some_and(|status| status.stopped()) {
        wait(WaitIdOptions::STOPPED)?;
        tcsetpgrp(&terminal, program)?;
        kill_process_group(program, Signal::CONT)?;
    }
    // The terminal ends when the program and what it left behind have closed it.
    drop(terminal);

    let running = Arc::new(Mutex::new(true));
    let orders = {
        let (running, link) = (Arc::clone(&running), link.try_clone()?);
        thread::Builder::new().spawn(move || pass_signals(&link, program, &running))?
    };
    loop {
        match wait(both) {
            Err(rustix::io::Errno::INTR) | Ok(None) => {}
            Err(error) => return Err(error.into()),
            Ok(Some(status)) if status.stopped() => {
                wait(WaitIdOptions::STOPPED)?;
                News::Stopped.send(link)?;
            }
            Ok(Some(status)) => {
                // Nobody may send a signal to the next process of this number.
                *running.lock().unwrap_or_else(PoisonError::into_inner) = false;
                wait(WaitIdOptions::EXITED)?;
                News::Ended(exit_of(&status)).send(link)?;
                break;
            }
        }
    }
    // When we end, the terminal does: so not before all of its output was read.
    let _ = orders.join();
    Ok(())
}

/// Passes on signals until the other side closes the link.
fn pass_signals(mut link: &UnixStream, program: Pid, running: &Mutex<bool>) {
    let mut byte = [0];
    loop {
        let signal = match link.read(&mut byte) {
            Ok(0) | Err(_) => None,
            Ok(_) => Signal::from_named_raw(i32::from(byte[0])),
        };
        let running = running.lock().unwrap_or_else(PoisonError::into_inner);
        if *running {
            // It may have ended, and waits to be reaped.
            let _ = match signal {
                // A stop is one of all processes of the job; the others are of the program alone.
                Some(Signal::CONT) => kill_process_group(program, Signal::CONT),
                Some(signal) => kill_process(program, signal),
                None => kill_process_group(program, Signal::HUP),
            };
        }
        if signal.is_none() {
            return;
        }
    }
}

fn exit_of(status: &WaitIdStatus) -> Exit {
    let byte = |number: i32| u8::try_from(number & 0xff).unwrap_or(u8::MAX);
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Exit::Code(byte(code)),
        (None, Some(signal)) => Exit::Signal(byte(signal)),
        (None, None) => Exit::Code(1),
    }
}

/// Waits for the foreground and becomes the program. Returns only if that cannot be started.
fn start(mut arguments: impl Iterator<Item = OsString>) -> Exit {
    // The monitor sees the stop, gives us the foreground, and lets us go on.
    let stopped = kill_process(getpid(), Signal::STOP);
    let program = arguments.next().unwrap_or_default();
    if stopped.is_err() || program.as_os_str() == OsStr::new("") {
        return Exit::CANNOT_RUN;
    }
    let error = Command::new(program).args(arguments).exec();
    tell(io::stderr(), &error);
    Exit::of_error(&error)
}
