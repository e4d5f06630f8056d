//! Limits on the work that a search may cause.

/// Steps a byte. The automaton takes about as long for a byte, so a text costs it at most twice
/// that.
const STEPS_PER_BYTE: usize = 4;
/// Steps that a search may take in any case, so that short texts with a secret in them need no
/// automaton.
const STEPS: usize = 4 << 10;

/// The steps that are left.
pub(super) struct Allowance(usize);

impl Allowance {
    /// Returns the allowance for reading so many bytes.
    pub(super) fn of(bytes: usize) -> Self {
        Self(bytes * STEPS_PER_BYTE + STEPS)
    }

    /// Takes some of the steps.
    #[inline]
    pub(super) fn take(&mut self, steps: usize) {
        count(steps);
        self.0 = self.0.saturating_sub(steps);
    }

    #[inline]
    pub(super) fn is_used_up(&self) -> bool {
        self.0 == 0
    }
}

/// Notes that so many steps were taken, for tests of how they grow.
#[inline]
pub(super) fn count(steps: usize) {
    #[cfg(test)]
    COUNTED.with(|counted| counted.set(counted.get() + steps));
    let _ = steps;
}

#[cfg(test)]
thread_local! {
    static COUNTED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// The steps that `work` takes.
#[cfg(test)]
pub(super) fn counted<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = COUNTED.get();
    let done = work();
    (done, COUNTED.get() - before)
}
