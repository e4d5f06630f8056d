//! The filter of a listing.

use crate::record::SecretInfo;
use crate::status::Status;

/// The secrets that a list shows.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    pub(super) part_of_name: String,
    pub(super) status: Option<Status>,
    pub(super) metadata: Vec<(String, String)>,
}

impl Filter {
    pub(super) fn lets_in(&self, info: &SecretInfo) -> bool {
        let has = |(key, value): &(String, String)| info.metadata.get(key) == Some(value);
        info.name.as_str().contains(&self.part_of_name)
            && self.status.is_none_or(|status| status == info.status)
            && self.metadata.iter().all(has)
    }
}
