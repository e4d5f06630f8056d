//! A terminal that shows nothing, and is as before in the end, however that comes.

use std::fs::File;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::thread;

use rustix::termios::{
    LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr,
};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::{Handle, Signals};
use signal_hook::low_level::emulate_default_handler;

use crate::run::is_ignored;

/// Signals that end this process.
const ENDING: [i32; 4] = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];

/// The terminal that is silent now, with the settings that it had before.
static SILENT: Mutex<Option<(File, Termios)>> = Mutex::new(None);

/// The watch over the signals, from the first silence on.
static WATCH: Mutex<Option<Handle>> = Mutex::new(None);

/// A terminal that shows nothing and sends each key at once, until this is dropped or a signal ends
/// the process. Signals are keys as well.
#[derive(Debug)]
pub(crate) struct Silence(());

impl Silence {
    /// Silences a terminal.
    ///
    /// # Errors
    ///
    /// Those of the operating system.
    pub(crate) fn of(terminal: &File) -> io::Result<Self> {
        watch()?;
        let before = tcgetattr(terminal)?;
        let mut silent = before.clone();
        silent
            .local_modes
            .remove(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
        let copy = terminal.try_clone()?;
        // Held until the terminal is silent: a signal that comes now must find it so.
        let mut held = SILENT.lock().unwrap_or_else(PoisonError::into_inner);
        *held = Some((copy, before));
        let silence = Self(());
        // Without waiting for output, which somebody may have stopped.
        let done = tcsetattr(terminal, OptionalActions::Now, &silent)
            .and_then(|()| tcflush(terminal, QueueSelector::IFlush));
        drop(held);
        done?;
        Ok(silence)
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        restore();
    }
}

/// Ends the watch over signals, so that another one can begin.
pub(crate) fn release_signals() {
    let watch = WATCH.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(watch) = watch {
        watch.close();
    }
}

fn restore() {
    restore_held(&mut SILENT.lock().unwrap_or_else(PoisonError::into_inner));
}

fn restore_held(silent: &mut Option<(File, Termios)>) {
    if let Some((terminal, before)) = silent.take() {
        // A terminal that went away has no settings to restore.
        let _ = tcsetattr(&terminal, OptionalActions::Now, &before);
    }
}

/// Watches for signals that end this process, so that they end it behind the silence.
fn watch() -> io::Result<()> {
    let mut watch = WATCH.lock().unwrap_or_else(PoisonError::into_inner);
    if watch.is_some() {
        return Ok(());
    }
    // One that is ignored stays so.
    let mut signals = Signals::new(ENDING.iter().filter(|signal| !is_ignored(**signal)))?;
    *watch = Some(signals.handle());
    thread::Builder::new().spawn(move || {
        if let Some(signal) = signals.forever().next() {
            // Held to the end, so that nothing is silenced any more.
            let mut silent = SILENT.lock().unwrap_or_else(PoisonError::into_inner);
            restore_held(&mut silent);
            // It does not return.
            let _ = emulate_default_handler(signal);
        }
    })?;
    Ok(())
}
