//! Queue of the writers of all processes. Without it, a process that writes again and again takes
//! the lock of SQLite each time before another, which sleeps meanwhile, has seen it free.
//!
//! One writer at a time is next: it alone asks for the lock of SQLite, and leaves the queue when it
//! has it. All others, those included that have just written, ask to be next, with equal chances.
//! The lock of SQLite decides who writes; the queue only says who asks for it, and one that waits
//! long asks now and then without being next. So a process that is stopped there delays the others
//! by a moment for each write, and keeps nobody from writing.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::thread;
use std::time::{Duration, Instant};

use super::failure::is_locked;
use super::vault_path::{QUEUE, VaultPath};
use crate::error::Result;

/// Longest time that is spent in the queue before the lock is asked for all the same. Long beside
/// a commit, so that this is rare while all processes run.
const LONGEST: Duration = Duration::from_millis(100);

/// Time that one write may wait in all.
#[derive(Debug)]
pub(super) struct Wait {
    started: Instant,
    patience: Duration,
}

impl Wait {
    pub(super) fn new(patience: Duration) -> Self {
        Self {
            started: Instant::now(),
            patience,
        }
    }

    pub(super) fn left(&self) -> Duration {
        self.patience.saturating_sub(self.started.elapsed())
    }

    pub(super) fn is_over(&self) -> bool {
        self.left().is_zero()
    }
}

/// Sleeps for 0.25 to 1.25 ms. By chance, so that nobody is always the first to look; and not
/// longer after a longer wait, as SQLite does, so that who waits longest looks as often as others.
pub(super) fn pause() {
    let random = RandomState::new().build_hasher().finish();
    thread::sleep(Duration::from_micros(250 + random % 1000));
}

/// Tries again while somebody else has a lock, as long as a wait may last. A reader needs that as
/// much as a writer: a vault with a rollback journal is locked while somebody commits, and SQLite
/// itself would look less and less often.
pub(super) fn while_locked<T>(
    patience: Duration,
    mut attempt: impl FnMut() -> Result<T>,
) -> Result<T> {
    let mut wait = None;
    loop {
        match attempt() {
            Err(error) if is_locked(&error) => {
                if wait.get_or_insert_with(|| Wait::new(patience)).is_over() {
                    return Err(error);
                }
                pause();
            }
            done => return done,
        }
    }
}

/// The place of the next writer, left when this is dropped.
#[derive(Debug)]
pub(super) struct Next {
    #[cfg(unix)]
    file: rustix::fd::OwnedFd,
    since: Instant,
}

impl Next {
    /// Sleeps for a small part of the time that it has been next. Nobody else asks for the lock, so
    /// it may look often; and until it looks, nobody writes.
    pub(super) fn pause(&self) {
        let part = self.since.elapsed() / 8;
        thread::sleep(part.clamp(Duration::from_micros(50), Duration::from_millis(1)));
    }
}

/// Waits to be the next writer. Without a file to lock, and after the time is over, nobody is: then
/// the lock of SQLite is asked for all the same.
#[cfg(unix)]
pub(super) fn enter(place: &VaultPath, wait: &Wait) -> Option<Next> {
    use rustix::fs::{FlockOperation, Mode, OFlags, flock, open};
    use rustix::io::Errno;
    let flags = OFlags::RDWR
        | OFlags::CREATE
        | OFlags::NOFOLLOW
        | OFlags::NONBLOCK
        | OFlags::CLOEXEC
        | OFlags::NOCTTY;
    let wait = Wait::new(wait.left().min(LONGEST));
    let file = open(place.beside(QUEUE), flags, Mode::RUSR | Mode::WUSR).ok()?;
    loop {
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {
                let since = Instant::now();
                return Some(Next { file, since });
            }
            Err(Errno::WOULDBLOCK | Errno::INTR) if !wait.is_over() => pause(),
            Err(_) => return None,
        }
    }
}

#[cfg(not(unix))]
pub(super) fn enter(place: &VaultPath, _: &Wait) -> Option<Next> {
    // Elsewhere SQLite alone decides, and the chances are equal because all wait alike.
    let _ = (place, QUEUE);
    None
}

#[cfg(unix)]
impl Drop for Next {
    fn drop(&mut self) {
        // Closing is not enough: a child that was forked meanwhile may have the file open too.
        let _ = rustix::fs::flock(&self.file, rustix::fs::FlockOperation::Unlock);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::store::{Partition, SecretStore, SqliteStore};

    /// A container that is paused while it is next.
    #[test]
    fn a_process_that_stays_in_the_queue_holds_up_nobody_for_long() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vault.db");
        let options = SqliteStore::options().busy_timeout(Duration::from_secs(3));
        let store = options.create(&file).unwrap();
        let place = VaultPath::of(&file).unwrap();
        let now = Wait::new(Duration::ZERO);
        let stopped = enter(&place, &now);
        assert!(stopped.is_some() && enter(&place, &now).is_none());
        thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| {
                    let done = store.write(Partition::VAULT, &[], &mut |_, _| Ok(()));
                    done.unwrap();
                });
            }
        });
        drop(stopped);
        assert!(enter(&place, &now).is_some());
    }
}
