//! A store whose readers are late: between what they read of a head and their answer, somebody else
//! commits.

use std::fmt;
use std::sync::{Arc, Mutex};

use keyslot::Result;
use keyslot::store::{HeadRead, Moment, Partition, RowKey, SecretStore};

use crate::hand_on;

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
    hand_on!(inner: get scan read write partitions purge self_check);

    fn head(&self, partition: Partition, head: &RowKey, known: Option<Moment>) -> Result<HeadRead> {
        let read = self.inner.head(partition, head, known);
        if let Some(between) = self.hook.take() {
            between();
        }
        read
    }
}
