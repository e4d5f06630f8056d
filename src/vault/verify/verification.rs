//! Result of a verification.

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use super::finding::Finding;
use crate::error::{Error, ErrorKind, Result};
use crate::vault::high_water::rolled_back;

/// Result of [`Vault::verify`](crate::Vault::verify).
#[derive(Clone, Debug, Default)]
#[must_use]
#[non_exhaustive]
pub struct Verification {
    /// The number of tenants.
    pub tenants: u64,
    /// The number of secrets that can be read, revoked ones not counted.
    pub secrets: u64,
    /// The number of tombstones, of revoked and of deleted secrets.
    pub tombstones: u64,
    /// Everything that is wrong, up to [`MAX_FINDINGS`](Verification::MAX_FINDINGS); empty when the
    /// vault is intact.
    pub findings: Vec<Finding>,
}

impl Verification {
    /// The most findings that are listed: whoever damages a vault must not fill the memory of those
    /// who verify it.
    pub const MAX_FINDINGS: usize = 10_000;

    /// Returns true if nothing is wrong.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
    /// let verification = vault.verify()?;
    /// assert!(verification.is_intact() && verification.secrets == 1);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn is_intact(&self) -> bool {
        self.findings.is_empty()
    }

    /// Refuses a vault in which anything is wrong.
    ///
    /// # Errors
    ///
    /// [`Tampered`](ErrorKind::Tampered) when it is older than what was seen;
    /// [`Corrupt`](ErrorKind::Corrupt), which says that it is `damaged`, otherwise.
    pub(in crate::vault) fn accept(&self, damaged: &'static str) -> Result<()> {
        let is_older = |finding: &Finding| matches!(finding, Finding::RolledBack { .. });
        if self.is_intact() {
            Ok(())
        } else if self.findings.iter().any(is_older) {
            Err(rolled_back())
        } else {
            Err(Error::new(ErrorKind::Corrupt, damaged))
        }
    }

    /// The three counts and the number of findings, to go back to.
    pub(super) fn mark(&self) -> [u64; 4] {
        [
            self.tenants,
            self.secrets,
            self.tombstones,
            self.findings.len() as u64,
        ]
    }

    /// Takes back all that was reported since a mark.
    pub(super) fn back_to(&mut self, [tenants, secrets, tombstones, findings]: [u64; 4]) {
        (self.tenants, self.secrets, self.tombstones) = (tenants, secrets, tombstones);
        self.findings
            .truncate(usize::try_from(findings).unwrap_or(usize::MAX));
    }

    pub(super) fn find(&mut self, finding: Finding) {
        if !self.is_full() {
            self.findings.push(finding);
        }
    }

    /// Returns true if no finding is listed any more.
    pub(super) fn is_full(&self) -> bool {
        self.findings.len() >= Self::MAX_FINDINGS
    }
}

/// In JSON it has the four fields, and `intact`.
impl Serialize for Verification {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            tenants,
            secrets,
            tombstones,
            findings,
        } = self;
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry("intact", &self.is_intact())?;
        map.serialize_entry("tenants", tenants)?;
        map.serialize_entry("secrets", secrets)?;
        map.serialize_entry("tombstones", tombstones)?;
        map.serialize_entry("findings", findings)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_report_says_whether_the_vault_is_intact() {
        let mut report = Verification {
            tenants: 1,
            ..Verification::default()
        };
        let json = |report: &Verification| serde_json::to_value(report).unwrap();
        let mut expected =
            json!({"intact": true, "tenants": 1, "secrets": 0, "tombstones": 0, "findings": []});
        assert_eq!(json(&report), expected);
        report.find(Finding::Stray);
        expected["intact"] = json!(false);
        expected["findings"] = json!([Finding::Stray]);
        assert_eq!(json(&report), expected);
    }
}
