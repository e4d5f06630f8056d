//! Memory of the command: it holds keys and values, which no core dump may have.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Keeps the memory of this process out of core dumps and away from other programs of the same
/// user, as far as the system can.
pub(crate) fn whole() {
    let _in_force = keyslot::harden_process();
}

/// Sets the limit of core dumps to 0. The program that runs under us, whose memory has values, too,
/// inherits it and may raise it. The files of this process in `/proc` stay open to that program,
/// because `--file` hands it some of them.
pub(crate) fn without_cores() {
    let limits = Rlimit {
        current: Some(0),
        ..getrlimit(Resource::Core)
    };
    // No limit is raised, so nothing refuses it.
    let _done = setrlimit(Resource::Core, limits);
}
