//! Walks over the partitions of a store that may be anybody's.

use super::walk::Step;
use crate::error::Result;
use crate::store::{PAGE, Partition, SecretStore, ascend};

/// A walk over the partitions of the tenants that have rows.
#[derive(Debug, Default)]
pub(super) struct PartitionWalk {
    after: Option<Partition>,
    is_over: bool,
}

impl PartitionWalk {
    /// Reads the next page.
    ///
    /// # Errors
    ///
    /// Those of the store.
    pub(super) fn step(&mut self, store: &dyn SecretStore) -> Result<Step<Partition>> {
        if self.is_over {
            return Ok(Step::End);
        }
        let mut found = store.partitions(self.after, PAGE.rows)?;
        let most = usize::try_from(PAGE.rows.get()).unwrap_or(usize::MAX);
        self.is_over = found.len() < most;
        if !ascend(self.after, &found) {
            self.is_over = true;
            return Ok(Step::Disorder);
        }
        self.after = found.last().copied().or(self.after);
        found.retain(|partition| *partition != Partition::VAULT);
        Ok(Step::Found(found))
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;
    use crate::store::{
        HeadRead, Kind, MemoryStore, Moment, Page, Purge, ReadWork, Row, RowKey, Scan, SelfCheck,
        WriteWork,
    };

    /// A store that lists these partitions, whatever it is asked.
    #[derive(Debug)]
    struct Lists(Vec<Partition>);

    #[rustfmt::skip]
    impl SecretStore for Lists {
        fn get(&self, _: Partition, _: &[RowKey]) -> Result<Vec<Option<Row>>> { unreachable!() }
        fn scan(&self, _: Partition, _: &Scan) -> Result<Page> { unreachable!() }
        fn read(&self, _: Partition, _: &mut ReadWork<'_>) -> Result<()> { unreachable!() }
        fn write(&self, _: Partition, _: &[RowKey], _: &mut WriteWork<'_>) -> Result<()> {
            unreachable!()
        }
        fn head(&self, _: Partition, _: &RowKey, _: Option<Moment>) -> Result<HeadRead> {
            unreachable!()
        }
        fn partitions(&self, _: Option<Partition>, _: NonZeroU32) -> Result<Vec<Partition>> {
            Ok(self.0.clone())
        }
        fn purge(&self) -> Result<Purge> { unreachable!() }
        fn self_check(&self) -> Result<SelfCheck> { unreachable!() }
    }

    #[test]
    fn a_walk_finds_all_tenants_and_not_the_vault() {
        let store = MemoryStore::new();
        let partition = |number: u32| {
            let mut bytes = [0; 16];
            bytes[..4].copy_from_slice(&number.to_be_bytes());
            Partition(bytes)
        };
        for number in 0..600 {
            let key = RowKey {
                kind: Kind::Head,
                key: [1; 32],
            };
            let row = Row {
                key,
                epoch: 1,
                info: vec![1],
                body: Vec::new(),
            };
            store
                .write(partition(number), &[], &mut |_, tx| tx.put(&row))
                .unwrap();
        }
        let (mut walk, mut found) = (PartitionWalk::default(), Vec::new());
        while let Step::Found(page) = walk.step(&store).unwrap() {
            found.extend(page);
        }
        assert_eq!(found, (1..600).map(partition).collect::<Vec<_>>());
        assert!(matches!(walk.step(&store).unwrap(), Step::End));
    }

    #[test]
    fn a_walk_that_does_not_ascend_ends() {
        let partition = |number| Partition([number; 16]);
        for lists in [&[2, 1][..], &[1, 1]] {
            let store = Lists(lists.iter().copied().map(partition).collect());
            let mut walk = PartitionWalk::default();
            assert!(matches!(walk.step(&store).unwrap(), Step::Disorder));
            assert!(matches!(walk.step(&store).unwrap(), Step::End));
        }
        // A full page again and again.
        let store = Lists((1..=u8::MAX).chain([u8::MAX]).map(partition).collect());
        let mut walk = PartitionWalk::default();
        assert!(matches!(walk.step(&store).unwrap(), Step::Disorder));
    }
}
