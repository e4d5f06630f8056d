//! Memory of this process.

use std::sync::atomic::{AtomicBool, Ordering};

/// Memory of this process that is in use, in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap();
    status.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

/// The most memory that a piece of work takes, looked at from another thread.
pub fn most_memory<T: Send>(work: impl FnOnce() -> T + Send) -> (T, usize) {
    let before = resident();
    let done = AtomicBool::new(false);
    std::thread::scope(|threads| {
        let watcher = threads.spawn(|| {
            let mut most = 0;
            while !done.load(Ordering::Relaxed) {
                most = most.max(resident());
                std::thread::sleep(std::time::Duration::from_micros(200));
            }
            most
        });
        let result = work();
        done.store(true, Ordering::Relaxed);
        (result, watcher.join().unwrap().saturating_sub(before))
    })
}
