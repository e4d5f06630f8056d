//! Rotation of the data key.

use crate::error::Result;
use crate::scope::Scope;
use crate::vault::call::Call;
use crate::vault::core::Core;
use crate::vault::observer::KeyAction;

impl Core {
    /// Makes a new data key for an organization, and returns its generation.
    pub(in crate::vault) fn rotate_data_key(
        &self,
        organization: &Scope,
        call: Call<'_>,
    ) -> Result<u32> {
        let tenant = self.hashed_organization(organization)?;
        // Whoever has an older vault key alone cannot read the keys of a tenant once they are
        // wrapped anew; and until then, a key that it makes is wrapped anew with them.
        let rotated = self.check_vault_key().and_then(|()| {
            self.write(&tenant, call, &[], |ledger| {
                ledger.must_exist()?;
                ledger.rotate()
            })
        });
        let generation = rotated.as_ref().ok().copied();
        self.tell_key(
            KeyAction::Rotate,
            organization,
            generation,
            rotated.as_ref(),
        );
        rotated
    }
}
