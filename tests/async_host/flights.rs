//! Requests that are under way, each once for all who ask the same.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::OnceCell;

/// The requests under way, by what they ask.
#[derive(Debug)]
pub(crate) struct Flights<K, V>(Mutex<HashMap<K, Weak<OnceCell<V>>>>);

impl<K, V> Default for Flights<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Flights<K, V> {
    /// Awaits the request under way for a key, or makes it.
    ///
    /// One of those who wait makes it. Where that one is dropped, another one makes it anew. Once
    /// it is answered, the next caller asks again: an answer serves those who wait, and is kept for
    /// nobody. With the last of them it is dropped, and its values are wiped.
    pub(crate) async fn join(&self, key: &K, request: impl Future<Output = V>) -> V {
        let flight = self.flight(key);
        let made = async {
            let answer = request.await;
            // No await from here on, so nobody joins a flight that has landed.
            self.lock().remove(key);
            answer
        };
        flight.get_or_init(|| made).await.clone()
    }

    fn flight(&self, key: &K) -> Arc<OnceCell<V>> {
        let mut flights = self.lock();
        if let Some(flight) = flights.get(key).and_then(Weak::upgrade) {
            return flight;
        }
        // Those that everybody left hold nothing but their key.
        flights.retain(|_, flight| flight.strong_count() > 0);
        let flight = Arc::new(OnceCell::new());
        flights.insert(key.clone(), Arc::downgrade(&flight));
        flight
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<K, Weak<OnceCell<V>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of flights, those that everybody left included.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.lock().len()
    }
}
