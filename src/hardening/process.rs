//! Hardening of the process: no core dumps, and no tracing by programs of the same user.

use super::measure::Measure;
use crate::error::{Error, ErrorKind, Result};

/// Keeps the memory of this process out of core dumps and away from other programs of the same
/// user, and reports what is in force.
///
/// The crate never calls it: it changes the whole process for as long as that runs. Call it first
/// in `main`, before keys are read. Calling it again changes nothing.
///
/// | system | core dumps | tracing |
/// |---|---|---|
/// | Linux | limited to 0 bytes, and the process is marked as not dumpable | refused |
/// | other Unix | limited to 0 bytes | [`Unsupported`](Measure::Unsupported) |
/// | others | [`Unsupported`](Measure::Unsupported) | [`Unsupported`](Measure::Unsupported) |
///
/// On Linux, for the whole process:
///
/// * A crash leaves no core, also where the system pipes cores into a program.
/// * Debuggers, `strace`, profilers and crash reporters of the same user cannot attach.
/// * The files of the process in `/proc`, such as `environ`, `maps` and `mem`, belong to root. A
///   process of another user than root cannot read its own.
/// * Both the soft and the hard limit of core dumps are 0. Only root raises them again, and child
///   processes inherit them.
/// * A child process that runs another program can be traced again: the mark goes with the memory
///   of this one.
/// * A process that changes its user or group later has to call this again.
///
/// It stops neither root, nor the kernel, nor code inside this process. It does not keep memory out
/// of swap: see [`lock_memory`](crate::lock_memory).
///
/// ```
/// let hardening = keyslot::harden_process();
/// if !hardening.is_complete() {
///     eprintln!("not hardened in full: {hardening:?}");
/// }
/// # #[cfg(target_os = "linux")]
/// # assert!(hardening.is_complete());
/// ```
pub fn harden_process() -> Hardening {
    Hardening {
        core_dumps: forbid_core_dumps(),
        tracing: forbid_tracing(),
    }
}

/// Report of [`harden_process`]: the measures that are in force.
///
/// ```
/// use keyslot::Measure;
///
/// let hardening = keyslot::harden_process();
/// match hardening.tracing {
///     Measure::InForce => {}
///     other => eprintln!("other programs of this user may read the memory: {other:?}"),
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a measure that is not in force is told by the report alone"]
#[non_exhaustive]
pub struct Hardening {
    /// No core dump is written.
    pub core_dumps: Measure,
    /// No program of the same user may attach to this process or read its memory.
    pub tracing: Measure,
}

impl Hardening {
    /// Returns true if all measures are in force.
    ///
    /// ```
    /// if keyslot::harden_process().is_complete() {
    ///     println!("no core dumps, no debuggers");
    /// }
    /// ```
    pub fn is_complete(self) -> bool {
        self.core_dumps.is_in_force() && self.tracing.is_in_force()
    }

    /// Makes an error of a measure that is not in force, for hosts that must not run without it.
    ///
    /// ```
    /// # #[cfg(target_os = "linux")]
    /// keyslot::harden_process().require()?;
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] unless the report [is complete](Self::is_complete).
    pub fn require(self) -> Result<()> {
        let refused = |what| Err(Error::new(ErrorKind::Io, what));
        if !self.core_dumps.is_in_force() {
            return refused("core dumps of this process are not switched off on this system");
        }
        if !self.tracing.is_in_force() {
            return refused(
                "other programs of this user may trace this process: that is not switched off on \
                 this system",
            );
        }
        Ok(())
    }
}

#[cfg(unix)]
fn forbid_core_dumps() -> Measure {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    match setrlimit(Resource::Core, none) {
        Ok(()) => Measure::InForce,
        Err(_) => Measure::Refused,
    }
}

#[cfg(not(unix))]
fn forbid_core_dumps() -> Measure {
    Measure::Unsupported
}

#[cfg(target_os = "linux")]
fn forbid_tracing() -> Measure {
    use rustix::process::{DumpableBehavior, dumpable_behavior, set_dumpable_behavior};

    let set = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    match set.and_then(|()| dumpable_behavior()) {
        Ok(DumpableBehavior::NotDumpable) => Measure::InForce,
        _ => Measure::Refused,
    }
}

#[cfg(not(target_os = "linux"))]
fn forbid_tracing() -> Measure {
    Measure::Unsupported
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_measure_that_is_not_in_force_is_an_error_where_all_are_required() {
        let all = Hardening {
            core_dumps: Measure::InForce,
            tracing: Measure::InForce,
        };
        assert!(all.is_complete() && all.require().is_ok());
        for missing in [Measure::Refused, Measure::Unsupported] {
            for lacking in [
                Hardening {
                    core_dumps: missing,
                    ..all
                },
                Hardening {
                    tracing: missing,
                    ..all
                },
            ] {
                assert!(!lacking.is_complete());
                assert_eq!(
                    lacking.require().map_err(|error| error.kind()),
                    Err(ErrorKind::Io)
                );
            }
        }
    }
}
