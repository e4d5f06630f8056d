//! The verification of a vault.

use std::collections::HashSet;

use super::finding::Finding;
use super::key_slots;
use super::progress::Watch;
use super::tenant::Tenant;
use super::verification::Verification;
use crate::error::Result;
use crate::store::{Partition, SelfCheck};
use crate::vault::core::Core;
use crate::vault::hashed_scope::head_row;
use crate::vault::high_water::Mark;
use crate::vault::partition_walk::PartitionWalk;
use crate::vault::walk::Step;

/// Verifies a vault: every row against the sealed heads, every key slot against the sealed
/// directory, and the store against itself.
///
/// Each tenant is read as of one moment, and holds up no writer.
pub(in crate::vault) fn verify(core: &Core, watch: &mut Watch<'_>) -> Result<Verification> {
    let mut report = Verification::default();
    let anchored = core.anchored()?;
    if watch.is_heard() {
        expect(core, watch)?;
    }
    let seen = |tenant: Partition| {
        let (own, kept) = (core.seen.of(tenant), anchored.get(&tenant).copied());
        let is_newer = |kept: &Mark| own.is_none_or(|own| own.epoch() < kept.epoch());
        kept.filter(is_newer).or(own)
    };
    let mut verify_tenant = |tenant: Partition, report: &mut Verification| {
        verify_tenant(core, tenant, seen(tenant), report, watch)
    };
    if core.store.self_check()? == SelfCheck::Damaged {
        report.find(Finding::Store);
    }
    key_slots::verify(core, seen(Partition::VAULT), &mut report)?;
    // Those whose rows are gone since this vault saw them are not listed any more.
    let mut unlisted: HashSet<Partition> = core.seen.tenants().into_iter().collect();
    unlisted.extend(anchored.keys().filter(|kept| **kept != Partition::VAULT));
    let mut walk = PartitionWalk::default();
    loop {
        match walk.step(&*core.store)? {
            Step::Found(tenants) => {
                for tenant in tenants {
                    unlisted.remove(&tenant);
                    verify_tenant(tenant, &mut report)?;
                }
            }
            Step::Disorder => report.find(Finding::Hidden),
            Step::End => break,
        }
    }
    for tenant in unlisted {
        if core.get_one(tenant, head_row(tenant))?.is_some() {
            report.find(Finding::Hidden);
        }
        verify_tenant(tenant, &mut report)?;
    }
    Ok(report)
}

fn verify_tenant(
    core: &Core,
    tenant: Partition,
    seen: Option<Mark>,
    report: &mut Verification,
    watch: &mut Watch<'_>,
) -> Result<()> {
    let (so_far, tenants) = ((report.mark(), watch.mark()), report.tenants);
    core.store.read(tenant, &mut |tx| {
        report.back_to(so_far.0);
        watch.back_to(so_far.1);
        let looked_at = &mut |secrets| watch.looked_at(secrets);
        Tenant::new(core, tenant, tx, report, looked_at).verify(seen)
    })?;
    if report.tenants == tenants {
        // The log of an organization's uses, or rows that are nobody's.
        return watch.looked_at(0);
    }
    watch.organization()
}

/// Adds up what there is to look at, by the heads as they are now. What is wrong with them is found
/// later.
fn expect(core: &Core, watch: &mut Watch<'_>) -> Result<()> {
    let mut walk = PartitionWalk::default();
    while let Step::Found(tenants) = walk.step(&*core.store)? {
        for tenant in tenants {
            let head = core.get_one(tenant, head_row(tenant))?;
            let head = head.and_then(|row| core.open_head(tenant, &row).ok());
            let Some(head) = head else { continue };
            watch.expect(head.live.saturating_add(head.tombstones));
        }
    }
    Ok(())
}
