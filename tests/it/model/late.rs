//! A store whose readers are late: between what they read of a head and their answer, somebody else
//! commits.

use std::fmt;
use std::sync::{Arc, Mutex};

use keyslot::Result;
use keyslot::store::{
    Cursor, HeadRead, Kind, Moment, Page, PageSize, Purge, Row, RowKey, SecretStore, SelfCheck,
    Tag, WriteTx,
};

type Between = Box<dyn FnOnce() + Send>;

/// Work to be done within the next question for a head.
#[derive(Clone, Default)]
pub struct Hook(Arc<Mutex<Option<Between>>>);

impl Hook {
    pub fn arm(&self, between: impl FnOnce() + Send + 'static) {
        *self.0.lock().unwrap() = Some(Box::new(between));
    }

    /// Takes the work that was not done, because no head was asked for.
    pub fn take(&self) -> Option<Between> {
        self.0.lock().unwrap().take()
    }
}

pub struct Late {
    inner: Box<dyn SecretStore>,
    hook: Hook,
}

impl Late {
    pub fn new(inner: Box<dyn SecretStore>, hook: Hook) -> Self {
        Self { inner, hook }
    }
}

impl fmt::Debug for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl SecretStore for Late {
    fn get(&self, keys: &[RowKey]) -> Result<Vec<Option<Row>>> {
        self.inner.get(keys)
    }

    fn scan(
        &self,
        kind: Kind,
        tag: Tag,
        from: Cursor,
        size: PageSize,
        bodies: bool,
    ) -> Result<Page> {
        self.inner.scan(kind, tag, from, size, bodies)
    }

    fn write(
        &self,
        lock: &RowKey,
        work: &mut dyn FnMut(&mut dyn WriteTx) -> Result<()>,
    ) -> Result<()> {
        self.inner.write(lock, work)
    }

    fn head(&self, tenant: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        let read = self.inner.head(tenant, known);
        if let Some(between) = self.hook.take() {
            between();
        }
        read
    }

    fn purge(&self) -> Result<Purge> {
        self.inner.purge()
    }

    fn self_check(&self) -> Result<SelfCheck> {
        self.inner.self_check()
    }
}
