//! The verification of a vault.

use std::collections::BTreeSet;

use super::finding::{Finding, Verification};
use super::key_slots;
use super::tenant::Tenant;
use super::walk::all_rows;
use crate::crypto::KeyId;
use crate::error::Result;
use crate::store::{Kind, SelfCheck};
use crate::vault::core::Core;
use crate::vault::hashed_scope::head_row;

/// Verifies a vault: every row against the sealed heads, every key slot against the sealed
/// directory, and the store against itself.
pub(in crate::vault) fn verify(core: &Core) -> Result<Verification> {
    let mut report = Verification::default();
    if core.store.self_check()? == SelfCheck::Damaged {
        report.find(Finding::Store);
    }
    key_slots::verify(core, &mut report)?;
    let listed = heads(core, &mut report)?;
    // Also those whose heads are gone since this vault saw them.
    let mut known: BTreeSet<[u8; 16]> =
        listed.iter().chain(&core.seen.tenants()).copied().collect();
    let mut waiting: Vec<[u8; 16]> = known.iter().copied().collect();
    loop {
        for tenant in waiting {
            verify_tenant(core, tenant, &mut report)?;
        }
        waiting = others(core, &mut known, &mut report)?;
        if waiting.is_empty() {
            break;
        }
    }
    let mut unlisted = known;
    unlisted.retain(|tenant| !listed.contains(tenant));
    if !unlisted.is_empty() {
        // They are new, unless the heads are read again without them: then a listing of
        // organizations lacks them.
        let listed = heads(core, &mut Verification::default())?;
        for tenant in unlisted.difference(&listed) {
            if core.get_one(head_row(*tenant))?.is_some() {
                report.find(Finding::Hidden);
            }
        }
    }
    Ok(report)
}

/// The tenants that have heads, as a scan finds them.
fn heads(core: &Core, report: &mut Verification) -> Result<BTreeSet<[u8; 16]>> {
    let mut tenants = BTreeSet::new();
    all_rows(core, Kind::Head, false, report, |report, row| {
        // By its key, because that is how a write finds it: a tag that was changed must not hide
        // the tenant.
        match KeyId::from_row_key(&row.key.key) {
            Ok(KeyId(tenant)) => _ = tenants.insert(tenant),
            Err(_) => report.find(Finding::Head),
        }
        Ok(())
    })?;
    Ok(tenants)
}

fn verify_tenant(core: &Core, tenant: [u8; 16], report: &mut Verification) -> Result<()> {
    report.tenants += 1;
    let (so_far, seen) = (report.mark(), core.seen.of(tenant));
    core.store.write(&head_row(tenant), &mut |tx| {
        report.back_to(so_far);
        Tenant::new(core, tenant, tx, report).verify(seen)
    })
}

/// The tenants of rows that are not among the known ones although they have heads: new ones, or
/// hidden ones.
fn others(
    core: &Core,
    known: &mut BTreeSet<[u8; 16]>,
    report: &mut Verification,
) -> Result<Vec<[u8; 16]>> {
    let (mut found, mut headless) = (Vec::new(), false);
    for kind in [Kind::Secret, Kind::Version, Kind::DataKey] {
        all_rows(core, kind, false, report, |_, row| {
            if !known.contains(&row.tenant) {
                if core.get_one(head_row(row.tenant))?.is_some() {
                    known.insert(row.tenant);
                    found.push(row.tenant);
                } else {
                    headless = true;
                }
            }
            Ok(())
        })?;
    }
    // The last round says it, once.
    if headless && found.is_empty() {
        report.find(Finding::Headless);
    }
    Ok(found)
}
