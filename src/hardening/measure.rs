//! Outcome of one measure.

/// The outcome of one measure of [`harden_process`](crate::harden_process).
///
/// ```
/// use keyslot::Measure;
///
/// assert!(Measure::InForce.is_in_force() && !Measure::Unsupported.is_in_force());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Measure {
    /// The measure is in force from now on.
    InForce,
    /// The operating system refused the measure, and nothing changed.
    Refused,
    /// The crate has no such measure for this operating system, and nothing changed.
    Unsupported,
}

impl Measure {
    /// Returns true if the measure is in force.
    ///
    /// ```
    /// use keyslot::Measure;
    ///
    /// assert!(!Measure::Refused.is_in_force());
    /// ```
    pub fn is_in_force(self) -> bool {
        self == Self::InForce
    }
}
