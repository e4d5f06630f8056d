//! Locking the memory of the process in RAM, so that no key reaches swap.

use crate::error::{Error, ErrorKind, Result};

/// Locks all memory of this process in RAM, now and in the future, so that the system writes no key
/// and no value to swap. Linux only; elsewhere the answer is [`MemoryLock::Unsupported`].
///
/// The crate never calls it: it changes the whole process for as long as that runs. Call it first
/// in `main`, before keys are read. Pages are locked when they are first used, so it costs no
/// memory that the process does not use.
///
/// It locks everything instead of pages with keys, for three reasons. Keys are not alone in memory:
/// values, resolved text and the stack are as secret. Pages that are locked one by one are unlocked
/// for all their content as soon as one owner unlocks them. And everything that takes an address
/// (`mlock`, `MADV_DONTDUMP`, `MADV_WIPEONFORK`) is unsafe code, which this crate forbids.
///
/// The limit `RLIMIT_MEMLOCK` must be unlimited (`LimitMEMLOCK=infinity` in a unit of systemd,
/// `--ulimit memlock=-1` of Docker, `ulimit -l unlimited`), or the process must have
/// `CAP_SYS_RESOURCE`, which lifts it, or `CAP_IPC_LOCK`, for which it does not count. Under a
/// limit nothing is locked, because the first allocation above it would end the process. For the
/// same reason a process that gives up `CAP_IPC_LOCK` calls it afterwards.
///
/// It does not hold for:
///
/// * child processes, which inherit no locks;
/// * hibernation, which writes all memory to disk: encrypt the swap;
/// * core dumps: see [`harden_process`](crate::harden_process);
/// * the swap of a host under a virtual machine.
///
/// ```
/// use keyslot::MemoryLock;
///
/// match keyslot::lock_memory() {
///     MemoryLock::Locked => {}
///     // A warning, unless the host requires it.
///     other => eprintln!("memory may be swapped: {other:?}"),
/// }
/// ```
pub fn lock_memory() -> MemoryLock {
    lock()
}

/// Report of [`lock_memory`].
///
/// ```
/// let lock = keyslot::lock_memory();
/// if !lock.is_locked() {
///     eprintln!("memory may be swapped: {lock:?}");
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "memory that is not locked is told by the report alone"]
#[non_exhaustive]
pub enum MemoryLock {
    /// All memory of the process is locked, also what it will allocate.
    Locked,
    /// Nothing is locked: `RLIMIT_MEMLOCK` is not unlimited, and it counts for this process.
    #[non_exhaustive]
    Limited {
        /// The limit in bytes.
        limit: u64,
    },
    /// Nothing is locked: the operating system refused it.
    Refused,
    /// Nothing is locked: the crate has no such measure for this operating system.
    Unsupported,
}

impl MemoryLock {
    /// Returns true if all memory of the process is locked.
    ///
    /// ```
    /// assert!(!keyslot::MemoryLock::Unsupported.is_locked());
    /// ```
    pub fn is_locked(self) -> bool {
        self == Self::Locked
    }

    /// Makes an error of memory that is not locked, for hosts that must not run without it.
    ///
    /// ```
    /// use keyslot::{ErrorKind, MemoryLock};
    ///
    /// let error = MemoryLock::Unsupported.require().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Io);
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] unless it [is locked](Self::is_locked). The message names the limit.
    pub fn require(self) -> Result<()> {
        let message = match self {
            Self::Locked => return Ok(()),
            Self::Limited { limit } => format!(
                "memory is not locked: this process may lock {limit} bytes; set RLIMIT_MEMLOCK to \
                 unlimited"
            ),
            Self::Refused => "memory is not locked: the operating system refused it".to_owned(),
            Self::Unsupported => {
                "memory is not locked: there is no such measure for this operating system"
                    .to_owned()
            }
        };
        Err(Error::new(ErrorKind::Io, message))
    }
}

#[cfg(target_os = "linux")]
fn lock() -> MemoryLock {
    use rustix::mm::{MlockAllFlags, mlockall};
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let all = MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT;
    let before = getrlimit(Resource::Memlock);
    let unlimited = Rlimit {
        current: None,
        maximum: None,
    };
    if setrlimit(Resource::Memlock, unlimited).is_ok() {
        return match mlockall(all) {
            Ok(()) => MemoryLock::Locked,
            Err(_) => MemoryLock::Refused,
        };
    }
    // Under a limit of 0 the call succeeds only with CAP_IPC_LOCK, for which limits do not count.
    let none = Rlimit {
        current: Some(0),
        ..before
    };
    let is_locked = setrlimit(Resource::Memlock, none).is_ok() && mlockall(all).is_ok();
    let is_restored = setrlimit(Resource::Memlock, before).is_ok();
    match before.current {
        _ if is_locked && is_restored => MemoryLock::Locked,
        Some(limit) => MemoryLock::Limited { limit },
        None => MemoryLock::Refused,
    }
}

#[cfg(not(target_os = "linux"))]
fn lock() -> MemoryLock {
    MemoryLock::Unsupported
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_is_not_locked_is_an_error_where_it_is_required() {
        assert!(MemoryLock::Locked.is_locked() && MemoryLock::Locked.require().is_ok());
        for (lock, hint) in [
            (MemoryLock::Limited { limit: 65_536 }, "65536 bytes"),
            (MemoryLock::Refused, "refused"),
            (MemoryLock::Unsupported, "no such measure"),
        ] {
            let error = lock.require().expect_err("an error");
            assert!(!lock.is_locked());
            assert_eq!(error.kind(), ErrorKind::Io);
            assert!(error.to_string().contains(hint), "{error}");
        }
    }
}
