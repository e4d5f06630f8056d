//! The secrets of a scope that need attention.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use keyslot::{ErrorKind, MissingReferences, RecordId, Report, ScopedVault, SecretInfo, Status};
use serde::Serialize;

use crate::failure::Outcome;
use crate::limits::Limits;

const DAY: Duration = Duration::from_secs(86_400);

/// An expiry within this time is near.
const SOON: u32 = 30;

/// A secret without a use in this time is perhaps not needed.
const LONG: u32 = 90;

/// The secrets that are asked for in a report at once.
const PAGE: u16 = 100;

/// The secrets of a scope that somebody should look at. A secret can be in several lists.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Survey {
    pub(crate) expired: Vec<SecretInfo>,
    /// Within 30 days, the nearest first.
    pub(crate) expiring: Vec<SecretInfo>,
    /// Older than they should get.
    pub(crate) due: Vec<SecretInfo>,
    /// Not used for 90 days.
    pub(crate) unused: Vec<SecretInfo>,
    pub(crate) never_used: Vec<SecretInfo>,
    /// Needed by documents, but inactive, revoked or expired; of scopes within, too.
    pub(crate) needed: Vec<SecretInfo>,
    /// In front of a secret of the same name in a scope above; of scopes within, too.
    pub(crate) hiding: Vec<SecretInfo>,
    /// References of documents to names that no scope has.
    pub(crate) missing: MissingReferences,
    /// Records that cannot be read.
    pub(crate) damaged: usize,
    /// True if there are more secrets than were looked at.
    pub(crate) partial: bool,
    /// True if uses are counted or logged; without that nothing is said about them.
    pub(crate) usage: bool,
    /// True if the audit log has older entries than were read. A secret of which no use is known,
    /// and that is older than those that were read, is in a list only if they go back long enough.
    pub(crate) usage_partial: bool,
    /// The time after which all uses are known, if the audit log was not read to its end.
    #[serde(skip)]
    pub(crate) used_since: Option<SystemTime>,
}

impl Survey {
    /// Looks at the secrets of a scope, at the uses that the vault counts, and at the newest
    /// entries of the audit log if it tells of uses.
    pub(crate) fn of(
        scoped: &ScopedVault,
        is_logged: bool,
        limits: &Limits,
        now: SystemTime,
    ) -> Outcome<Self> {
        let most = limits.surveyed;
        let used = LastUses::of(scoped, is_logged, limits)?;
        let has_usage = is_logged || !used.last.is_empty();
        let mut survey = Self {
            usage_partial: used.unread.is_some(),
            used_since: used.unread,
            needed: reported(scoped, Report::InactiveReferenced, most)?,
            hiding: reported(scoped, Report::Shadowed, most)?,
            missing: scoped.documents().missing()?,
            usage: has_usage,
            ..Self::default()
        };
        for (number, info) in scoped.list().enumerate() {
            if number == most {
                survey.partial = true;
                break;
            }
            match info {
                Ok(info) => survey.add(&info, has_usage.then_some(&used), now),
                Err(error) if error.kind() == ErrorKind::Corrupt => survey.damaged += 1,
                Err(error) => return Err(error.into()),
            }
        }
        let expiry = |info: &SecretInfo| info.expires_at;
        survey.expiring.sort_by_key(expiry);
        survey.expired.sort_by_key(expiry);
        for list in [&mut survey.due, &mut survey.unused, &mut survey.never_used] {
            list.sort_by(|one, other| one.name.cmp(&other.name));
        }
        Ok(survey)
    }

    fn add(&mut self, info: &SecretInfo, used: Option<&LastUses>, now: SystemTime) {
        if info.status == Status::Revoked {
            return;
        }
        let is_past = |time: SystemTime| time <= now;
        let is_expired = info.expires_at.is_some_and(is_past);
        let is_near = info.expires_at.is_some_and(|time| time <= now + SOON * DAY);
        let mut into = Vec::new();
        if is_expired {
            into.push(&mut self.expired);
        } else if is_near {
            into.push(&mut self.expiring);
        }
        if info.due_for_rotation(now) {
            into.push(&mut self.due);
        }
        if let Some(used) = used {
            let is_old = |time: SystemTime| time + LONG * DAY <= now;
            // Of an older secret there may be uses among the entries that were not read.
            let unread = used.unread.filter(|unread| info.created_at <= *unread);
            match used.last.get(&info.record).copied().or(unread) {
                None => into.push(&mut self.never_used),
                Some(last) if is_old(last) => into.push(&mut self.unused),
                Some(_) => {}
            }
        }
        for list in into {
            list.push(info.clone());
        }
    }
}

/// The last uses of secrets.
struct LastUses {
    /// The time of the last use of each secret of which a use is known.
    last: HashMap<RecordId, SystemTime>,
    /// The time of the newest entry of the audit log that was not read.
    unread: Option<SystemTime>,
}

impl LastUses {
    /// Reads the last uses: those that the vault counts, and those of which the newest entries of
    /// the audit log tell.
    fn of(scoped: &ScopedVault, is_logged: bool, limits: &Limits) -> Outcome<Self> {
        let mut last = HashMap::new();
        // A list with uses ends at a record that cannot be read; the survey counts those.
        let counted = scoped.list().with_usage().take(limits.surveyed);
        for used in counted.filter_map(Result::ok).filter_map(|used| used.usage) {
            last.insert(used.record, used.last_used);
        }
        if !is_logged {
            return Ok(Self { last, unread: None });
        }
        let log = scoped.audit().usage_of_newest(limits.audited)?;
        let listed = scoped.list().take(limits.surveyed);
        for record in listed.filter_map(Result::ok).map(|info| info.record) {
            if let Some(used) = log.of(record) {
                let time = last.entry(record).or_insert(used.last.time);
                *time = used.last.time.max(*time);
            }
        }
        Ok(Self {
            last,
            unread: log.unread(),
        })
    }
}

/// Reads the first secrets of a report, as many as a page shows.
fn reported(scoped: &ScopedVault, report: Report, most: usize) -> Outcome<Vec<SecretInfo>> {
    let (mut found, mut after) = (Vec::new(), None);
    // A page of a report may be empty and go on.
    for _ in 0..=most / usize::from(PAGE) {
        let page = match scoped.report(report, after, PAGE) {
            // The list of the scope counts the records that cannot be read.
            Err(error) if error.kind() == ErrorKind::Corrupt => break,
            page => page?,
        };
        found.extend(page.rows.into_iter().map(|row| row.info));
        after = page.next;
        if after.is_none() || found.len() >= usize::from(PAGE) {
            break;
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}
