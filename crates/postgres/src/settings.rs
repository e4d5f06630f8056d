//! Settings of a store, once they are checked.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use keyslot::secrecy::SecretSlice;
use tokio_postgres::Config;

use crate::schema::Schema;
use crate::tls::Tls;

/// Settings that all parts of a store share.
pub(crate) struct Settings {
    /// Without the password.
    pub(crate) server: Config,
    pub(crate) password: Option<Arc<SecretSlice<u8>>>,
    pub(crate) tls: Option<Tls>,
    /// Plain text may go to other machines.
    pub(crate) is_plaintext_allowed: bool,
    pub(crate) schema: Schema,
    /// The most connections.
    pub(crate) pool: NonZeroU32,
    /// The longest wait for a connection of the pool, and for the lock of a tenant.
    pub(crate) patience: Duration,
    /// The longest wait for an answer.
    pub(crate) timeout: Duration,
    pub(crate) are_named: bool,
    /// The server can tell if anything was committed.
    pub(crate) has_moments: bool,
}

// The user and the database may say more than a log should; the password says all.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("hosts", &self.server.get_hosts())
            .field("ports", &self.server.get_ports())
            .field("schema", &self.schema.name())
            .field("encrypted", &self.tls.is_some())
            .field("pool", &self.pool)
            .field("patience", &self.patience)
            .field("timeout", &self.timeout)
            .field("named_statements", &self.are_named)
            .finish_non_exhaustive()
    }
}
