//! Configuration of a store.

use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use keyslot::secrecy::SecretSlice;
use keyslot::{Error, ErrorKind, Result};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use crate::ddl;
use crate::refusal;
use crate::schema::Schema;
use crate::settings::Settings;
use crate::tls::Tls;

/// Configuration of a [`PostgresStore`](crate::PostgresStore): a connection string, and what it
/// does not say.
///
/// ```
/// use std::time::Duration;
/// use keyslot_postgres::PostgresConfig;
///
/// let config = PostgresConfig::new("postgres://app@127.0.0.1/app")?
///     .schema("keyslot")?
///     .patience(Duration::from_secs(2));
/// # Ok::<(), keyslot::Error>(())
/// ```
///
/// # The password
///
/// It is kept apart from the rest and wiped with the configuration and its stores. Not wiped are
/// the copies that `tokio-postgres` makes: one while a connection string is read, and one for each
/// connection while it logs in; nor the string that you pass.
#[derive(Clone)]
pub struct PostgresConfig {
    server: Config,
    password: Option<Arc<SecretSlice<u8>>>,
    tls: Option<Tls>,
    is_plaintext_allowed: bool,
    schema: Schema,
    pool: NonZeroU32,
    patience: Duration,
    timeout: Duration,
    are_named: bool,
    has_moments: bool,
}

impl PostgresConfig {
    /// Reads a connection string, as a URL or as `host=… user=…`, with the options of libpq that
    /// `tokio-postgres` knows.
    ///
    /// With several hosts, connections go to the first one that accepts writes
    /// (`target_session_attrs=read-write`).
    ///
    /// ```
    /// use keyslot::ErrorKind;
    /// use keyslot_postgres::PostgresConfig;
    ///
    /// PostgresConfig::new("postgres://app@db-1.internal,db-2.internal/app")?;
    /// PostgresConfig::new("host=/run/postgresql user=app dbname=app")?;
    /// let error = PostgresConfig::new("postgres://app:hunter2@[db/app").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidInput);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) if it is not a connection string, or has no host
    /// or no user, or asks for a server that is only read. The message holds no part of it.
    pub fn new(connection: &str) -> Result<Self> {
        let refused = |what| Err(Error::new(ErrorKind::InvalidInput, what));
        let Ok(mut server) = connection.parse::<Config>() else {
            return refused(
                "not a connection string of PostgreSQL: write postgres://user@host/database; \
                 sslmode is disable, prefer or require",
            );
        };
        let hosts = server.get_hosts().len().max(server.get_hostaddrs().len());
        if hosts == 0 || server.get_user().is_none_or(str::is_empty) {
            return refused("the connection string has no host or no user");
        }
        let are_pairs = |count: usize| count < 2 || count == hosts;
        if !are_pairs(server.get_ports().len())
            || !are_pairs(server.get_hosts().len())
            || !are_pairs(server.get_hostaddrs().len())
        {
            return refused("the connection string has not as many ports or addresses as hosts");
        }
        if server.get_target_session_attrs() == TargetSessionAttrs::ReadOnly {
            return refused("a store needs a server that accepts writes, not a standby");
        }
        if hosts > 1 {
            server.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
        if server.get_application_name().is_none() {
            server.application_name("keyslot");
        }
        let password = server.get_password().map(|password| {
            let password: Box<[u8]> = password.into();
            Arc::new(SecretSlice::from(password))
        });
        if password.is_some() {
            server.password("");
        }
        Ok(Self {
            server,
            password,
            tls: None,
            is_plaintext_allowed: false,
            schema: Schema::default(),
            pool: NonZeroU32::MIN.saturating_add(15),
            patience: Duration::from_secs(5),
            timeout: Duration::from_secs(30),
            are_named: false,
            has_moments: false,
        })
    }

    /// Sets the password, for connection strings without one.
    ///
    /// ```
    /// use keyslot_postgres::PostgresConfig;
    ///
    /// let config = PostgresConfig::new("postgres://app@127.0.0.1/app")?.password("…");
    /// assert!(!format!("{config:?}").contains('…'));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn password(mut self, password: impl AsRef<[u8]>) -> Self {
        let password: Box<[u8]> = password.as_ref().into();
        self.password = Some(Arc::new(SecretSlice::from(password)));
        self
    }

    /// Encrypts connections, and checks the certificate of the server against these roots and its
    /// name against the host; both in PEM, e.g. the file that a managed service offers.
    ///
    /// ```no_run
    /// use keyslot_postgres::PostgresConfig;
    ///
    /// let roots = std::fs::read("/etc/ssl/certs/ca-certificates.crt")?;
    /// let config = PostgresConfig::new("postgres://app@db.example.com/app")?.tls_roots(&roots)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) if these are no certificates.
    #[cfg(feature = "tls")]
    pub fn tls_roots(mut self, roots: impl AsRef<[u8]>) -> Result<Self> {
        self.tls = Some(Tls::new(roots.as_ref(), None)?);
        Ok(self)
    }

    /// Encrypts connections as [`tls_roots`](Self::tls_roots) does, and shows the server a
    /// certificate of this client; all three in PEM.
    ///
    /// ```no_run
    /// use std::fs::read;
    /// use keyslot_postgres::PostgresConfig;
    ///
    /// let config = PostgresConfig::new("postgres://app@db.example.com/app")?
    ///     .tls_certificate(read("root.crt")?, read("app.crt")?, read("app.key")?)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) if these are no certificates, or the key is not
    /// that of the certificate.
    #[cfg(feature = "tls")]
    pub fn tls_certificate(
        mut self,
        roots: impl AsRef<[u8]>,
        certificate: impl AsRef<[u8]>,
        key: impl AsRef<[u8]>,
    ) -> Result<Self> {
        let client = (certificate.as_ref(), key.as_ref());
        self.tls = Some(Tls::new(roots.as_ref(), Some(client))?);
        Ok(self)
    }

    /// Allows plain text between this machine and the server. Whoever listens there sees sealed
    /// rows and, where the server asks for it in the clear, the password.
    ///
    /// Without it, plain text goes to this machine alone: to a socket file, or to a loopback
    /// address.
    ///
    /// ```
    /// use keyslot_postgres::PostgresConfig;
    ///
    /// let config = PostgresConfig::new("postgres://app@db.internal/app")?.insecure_plaintext();
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn insecure_plaintext(mut self) -> Self {
        self.is_plaintext_allowed = true;
        self
    }

    /// Sets the schema that has the tables; `public` if not set.
    ///
    /// ```
    /// use keyslot_postgres::PostgresConfig;
    ///
    /// let config = PostgresConfig::new("postgres://app@127.0.0.1/app")?;
    /// assert!(config.clone().schema("keyslot").is_ok());
    /// assert!(config.schema("key slot").is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) unless the name has 1 to 63 letters of ASCII,
    /// digits and underscores, and no digit first.
    pub fn schema(mut self, name: &str) -> Result<Self> {
        self.schema = Schema::new(name)?;
        Ok(self)
    }

    /// Sets the most connections of a store; 16 if not set. They are made when they are needed.
    ///
    /// ```
    /// use std::num::NonZeroU32;
    /// use keyslot_postgres::PostgresConfig;
    ///
    /// let four = NonZeroU32::new(4).unwrap();
    /// let config = PostgresConfig::new("postgres://app@127.0.0.1/app")?.pool_size(four);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn pool_size(mut self, connections: NonZeroU32) -> Self {
        self.pool = connections;
        self
    }

    /// Sets the longest wait for a connection of the pool, and for another writer of the same
    /// tenant; five seconds if not set. After it, a call fails as [`Busy`](ErrorKind::Busy).
    ///
    /// ```
    /// use std::time::Duration;
    /// use keyslot_postgres::PostgresConfig;
    ///
    /// let config = PostgresConfig::new("postgres://app@127.0.0.1/app")?;
    /// let config = config.patience(Duration::from_millis(500));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        // The server counts milliseconds in an i32, and 0 would be without end.
        self.patience = patience.clamp(Duration::from_millis(1), Duration::from_secs(86_400));
        self
    }

    /// Sets the longest wait for an answer of the server; 30 seconds if not set. After it, the
    /// connection counts as lost.
    ///
    /// ```
    /// use std::time::Duration;
    /// use keyslot_postgres::PostgresConfig;
    ///
    /// let config = PostgresConfig::new("postgres://app@127.0.0.1/app")?;
    /// let config = config.timeout(Duration::from_secs(10));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.clamp(Duration::from_millis(1), Duration::from_secs(86_400));
        self
    }

    /// Sets whether frequent statements are prepared once for each connection, which makes reads
    /// about a fifth faster; they are not if this is not set. Leave it off behind a pooler that
    /// gives transactions to connections of its own, such as PgBouncer before 1.21.
    ///
    /// ```
    /// use keyslot_postgres::PostgresConfig;
    ///
    /// let config = PostgresConfig::new("postgres://app@127.0.0.1/app")?.named_statements(true);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn named_statements(mut self, named: bool) -> Self {
        self.are_named = named;
        self
    }

    /// Says that the server is PostgreSQL itself with one primary, as on your own machine or in a
    /// managed service that runs it. A use of a snapshot of a vault then is one round trip instead
    /// of two while nothing is written to the server.
    ///
    /// The store asks which transactions are visible (`pg_current_snapshot`). Never set it for
    /// Citus, YugabyteDB and others that spread rows over machines: their answer does not cover all
    /// commits, and a revoked secret would be used. Nor behind a pooler such as PgBouncer: after a
    /// crash of one of its processes the server gives numbers of transactions again, which the
    /// store learns by its connections alone.
    ///
    /// ```
    /// use keyslot_postgres::PostgresConfig;
    ///
    /// let config = PostgresConfig::new("postgres://app@127.0.0.1/app")?.one_primary(true);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn one_primary(mut self, one: bool) -> Self {
        self.has_moments = one;
        self
    }

    /// Returns the statements that make the tables, with the schema in its place, for those who run
    /// DDL themselves. Each of them may run again.
    ///
    /// ```
    /// use keyslot_postgres::PostgresConfig;
    ///
    /// let config = PostgresConfig::new("postgres://app@127.0.0.1/app")?.schema("secrets")?;
    /// assert!(config.ddl().contains("CREATE TABLE IF NOT EXISTS \"secrets\".keyslot_rows"));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn ddl(&self) -> String {
        self.schema.fill(ddl::TEXT)
    }

    /// Checks what only all settings together can tell.
    pub(crate) fn settings(&self) -> Result<Settings> {
        let is_required = self.server.get_ssl_mode() == SslMode::Require;
        let is_disabled = self.server.get_ssl_mode() == SslMode::Disable;
        if is_disabled && self.tls.is_some() {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "sslmode=disable contradicts the roots that were given; remove one of them",
            ));
        }
        let is_plain = self.tls.is_none();
        if is_plain && (is_required || !(self.is_plaintext_allowed || self.stays_here())) {
            return Err(refusal::plaintext());
        }
        Ok(Settings {
            server: self.server.clone(),
            password: self.password.clone(),
            tls: self.tls.clone(),
            is_plaintext_allowed: self.is_plaintext_allowed,
            schema: self.schema.clone(),
            pool: self.pool,
            patience: self.patience,
            timeout: self.timeout,
            are_named: self.are_named,
            has_moments: self.has_moments,
        })
    }

    /// Returns true if no host is on another machine, as far as names tell.
    fn stays_here(&self) -> bool {
        let is_here = |host: &Host| match host {
            Host::Tcp(name) if name == "localhost" => true,
            Host::Tcp(name) => name
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback()),
            #[cfg(unix)]
            Host::Unix(_) => true,
        };
        let addresses = self.server.get_hostaddrs();
        if addresses.is_empty() {
            self.server.get_hosts().iter().all(is_here)
        } else {
            addresses.iter().all(IpAddr::is_loopback)
        }
    }
}

// Not the user, the database or the password.
impl fmt::Debug for PostgresConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresConfig")
            .field("hosts", &self.server.get_hosts())
            .field("schema", &self.schema.name())
            .field("encrypted", &self.tls.is_some())
            .finish_non_exhaustive()
    }
}
