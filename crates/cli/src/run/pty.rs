//! Pseudo-terminals, and the terminal that we are at.

use std::cell::RefCell;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::{Mode, OFlags};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::getpgrp;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{
    OptionalActions, Termios, isatty, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr, tcsetwinsize,
};
use zeroize::Zeroizing;

use super::mask::{read, wait};

/// Time between two looks if we have the terminal back.
const AWAY: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 200_000_000,
};

/// A pseudo-terminal.
#[derive(Debug)]
pub(super) struct Pty {
    /// Our side, which stands for the screen and the keys.
    pub(super) ours: OwnedFd,
    /// The side of programs.
    pub(super) theirs: OwnedFd,
}

impl Pty {
    /// Opens one with the settings and the size of a terminal.
    pub(super) fn like(screen: &Screen) -> io::Result<Self> {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        fcntl_setfd(&ours, FdFlags::CLOEXEC)?;
        grantpt(&ours)?;
        unlockpt(&ours)?;
        let name = ptsname(&ours, Vec::new())?;
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let theirs = rustix::fs::open(name, flags, Mode::empty())?;
        tcsetattr(&theirs, OptionalActions::Now, &tcgetattr(&screen.output)?)?;
        screen.give_size(&ours);
        Ok(Self { ours, theirs })
    }
}

/// The terminal that we are at.
#[derive(Debug)]
pub(super) struct Screen {
    output: OwnedFd,
    /// The settings to go back to, while it gives us each key as it is.
    usual: RefCell<Option<Termios>>,
}

impl Screen {
    /// Returns the terminal of our standard output, if that is one.
    pub(super) fn of_ours() -> Option<Self> {
        let output = io::stdout().as_fd().try_clone_to_owned().ok()?;
        isatty(&output).then_some(Self {
            output,
            usual: RefCell::new(None),
        })
    }

    /// Opens the terminal for keys: standard input, or where that is data the terminal behind it.
    pub(super) fn keys() -> Option<OwnedFd> {
        let input = io::stdin();
        if isatty(&input) {
            return input.as_fd().try_clone_to_owned().ok();
        }
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        rustix::fs::open("/dev/tty", flags, Mode::empty()).ok()
    }

    /// Sends each key on as it is, unless the terminal belongs to another job.
    pub(super) fn take(&self) {
        let mut usual = self.usual.borrow_mut();
        if usual.is_some() || !is_ours(&self.output) {
            return;
        }
        if let Ok(now) = tcgetattr(&self.output) {
            let mut raw = now.clone();
            raw.make_raw();
            if tcsetattr(&self.output, OptionalActions::Drain, &raw).is_ok() {
                *usual = Some(now);
            }
        }
    }

    /// Gives the terminal its settings back. One that belongs to another job has those of that job.
    pub(super) fn give_back(&self) {
        if let Some(usual) = self
            .usual
            .borrow_mut()
            .take()
            .filter(|_| is_ours(&self.output))
        {
            // A terminal that has gone away has no settings.
            let _ = tcsetattr(&self.output, OptionalActions::Drain, &usual);
        }
    }

    /// Gives a pseudo-terminal the size of this one.
    pub(super) fn give_size(&self, to: impl AsFd) {
        if let Ok(size) = tcgetwinsize(&self.output) {
            let _ = tcsetwinsize(to, size);
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.give_back();
    }
}

/// Returns true if we are the job in the foreground; also at a terminal that knows no jobs.
pub(super) fn is_ours(terminal: impl AsFd) -> bool {
    tcgetpgrp(terminal).map_or(true, |group| group == getpgrp())
}

/// Sends keys on until the program has ended or the terminal goes away.
pub(super) fn pass_keys(from: &OwnedFd, to: OwnedFd, ended: &OwnedFd) -> io::Result<()> {
    let mut to = std::fs::File::from(to);
    let mut part = Zeroizing::new(vec![0; 4 << 10]);
    loop {
        let end = PollFd::new(ended, PollFlags::IN);
        if is_ours(from) {
            let mut fds = [end, PollFd::new(from, PollFlags::IN)];
            wait(&mut fds, None)?;
            let [end, keys] = &fds;
            if !end.revents().is_empty() {
                return Ok(());
            }
            if keys.revents().is_empty() || !is_ours(from) {
                continue;
            }
            match read(from, &mut part)? {
                0 => return Ok(()),
                count => to.write_all(part.get(..count).unwrap_or_default())?,
            }
        } else if wait(&mut [end], Some(&AWAY))? > 0 {
            return Ok(());
        }
    }
}
