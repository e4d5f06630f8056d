//! Signals that reach us, and those that go on to the program.

use std::io;
use std::sync::mpsc::Sender;
use std::thread;

use rustix::process::{Pid, Signal};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH};
use signal_hook::iterator::{Handle, Signals};

/// Signals that are passed on to the program.
const FORWARDED: [i32; 6] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2];

/// Signals for us alone: the window has another size, and we go on after a stop.
const OURS: [i32; 2] = [SIGWINCH, SIGCONT];

/// A running watch over the signals of this process.
#[derive(Debug)]
pub(crate) struct Watch(Handle);

impl Watch {
    /// Sends each signal that comes from now on. Signals that were ignored when we began, such as
    /// `SIGHUP` behind `nohup`, stay ignored, here and in the program.
    ///
    /// # Errors
    ///
    /// Those of the operating system.
    pub(crate) fn begin<E: From<Received> + Send + 'static>(to: Sender<E>) -> io::Result<Self> {
        let ignored = ignored();
        let watched = FORWARDED.iter().chain(&OURS);
        let watched = watched.filter(|signal| !is_in(ignored, **signal));
        let mut signals = Signals::new(watched)?;
        let handle = signals.handle();
        thread::Builder::new().spawn(move || {
            for signal in signals.forever() {
                if to.send(Received(signal).into()).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self(handle))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// A signal that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Received(i32);

impl Received {
    /// Returns true if the window has another size.
    pub(crate) fn is_new_size(self) -> bool {
        self.0 == SIGWINCH
    }

    /// Returns true if we were stopped and go on.
    pub(crate) fn is_continued(self) -> bool {
        self.0 == SIGCONT
    }

    /// Returns the signal for the program. A key such as Ctrl-C at a terminal that both of us have
    /// reached the program already.
    pub(crate) fn for_program(self, at_our_terminal: bool) -> Option<Signal> {
        let by_key = self.0 == SIGINT || self.0 == SIGQUIT;
        let passed = FORWARDED.contains(&self.0) && !(by_key && at_our_terminal);
        passed.then(|| Signal::from_named_raw(self.0)).flatten()
    }
}

/// Sends a signal to a process that may have ended.
pub(crate) fn send(to: Pid, signal: Signal) {
    // A process that has ended needs none.
    let _ = rustix::process::kill_process(to, signal);
}

/// Returns the signals that this process ignores, one bit each. Only Linux tells.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

/// Returns true if this process ignores a signal.
pub(crate) fn is_ignored(signal: i32) -> bool {
    is_in(ignored(), signal)
}

fn is_in(mask: u64, signal: i32) -> bool {
    let bit = u32::try_from(signal - 1).ok();
    bit.and_then(|bit| 1_u64.checked_shl(bit))
        .is_some_and(|bit| mask & bit != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn signals_go_on_by_table() {
        for (raw, alone, at_terminal) in [
            (SIGHUP, Some(Signal::HUP), Some(Signal::HUP)),
            (SIGINT, Some(Signal::INT), None),
            (SIGQUIT, Some(Signal::QUIT), None),
            (SIGTERM, Some(Signal::TERM), Some(Signal::TERM)),
            (SIGUSR1, Some(Signal::USR1), Some(Signal::USR1)),
            (SIGUSR2, Some(Signal::USR2), Some(Signal::USR2)),
            (SIGWINCH, None, None),
            (SIGCONT, None, None),
        ] {
            assert_eq!(Received(raw).for_program(false), alone, "{raw}");
            assert_eq!(Received(raw).for_program(true), at_terminal, "{raw}");
        }
    }

    #[test]
    fn what_comes_is_told_until_the_watch_ends() {
        let (to, from) = channel::<Received>();
        let watch = Watch::begin(to).unwrap();
        signal_hook::low_level::raise(SIGWINCH).unwrap();
        assert!(from.recv().unwrap().is_new_size());
        drop(watch);
        assert!(from.recv().is_err(), "nobody sends any more");
    }

    #[test]
    fn bits_of_a_mask_are_signals() {
        // Behind nohup, as /proc shows it.
        assert!(is_in(1, SIGHUP) && !is_in(1, SIGINT));
        assert!(is_in(0x4000, SIGTERM) && !is_in(0x4000, SIGHUP));
        assert!(!is_in(u64::MAX, 0));
    }
}
