//! A resolver that asks a secret service over HTTP.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, StatusCode};
use keyslot::resolve::{AsyncResolver, Lookup};
use keyslot::secrecy::{ExposeSecret, SecretString};
use keyslot::{Error, ErrorKind, Found, Outcome, Outcomes, Reference, Result, SecretName, Target};
use tokio::time::{sleep, timeout};

use crate::flights::Flights;
use crate::misses::Misses;
use crate::request::{Failed, send};

/// Bounds of the requests.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The time that one attempt may take.
    pub attempt: Duration,
    /// The time that all attempts of a look-up may take together.
    pub all: Duration,
    /// The most attempts.
    pub attempts: u32,
    /// The pause before the second attempt; it doubles from then on.
    pub pause: Duration,
    /// The time for which a name that the service does not know is not asked for again.
    pub missing: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            attempt: Duration::from_secs(2),
            all: Duration::from_secs(5),
            attempts: 3,
            pause: Duration::from_millis(50),
            missing: Duration::from_secs(5),
        }
    }
}

/// The names of a request, sorted.
type Names = BTreeSet<SecretName>;

/// The values of the service by name; or why there are none. Shared by all who asked.
type Answer = Result<Arc<BTreeMap<SecretName, SecretString>>>;

/// Secrets of a service that answers `POST /v1/secrets` with the values of the names it is asked
/// for, those that it has.
///
/// All references of a text or document are one request. It is tried again where that may help,
/// within bounds; look-ups of the same names at the same time share one; and a name that the
/// service does not know is not asked for again for a while. Values are kept for nobody, so a
/// revoked one is gone at the next look-up.
///
/// **Not wiped:** the buffers that the HTTP library reads into.
pub struct HttpSecrets {
    address: String,
    token: SecretString,
    settings: Settings,
    flights: Flights<Names, Answer>,
    misses: Misses,
}

impl HttpSecrets {
    /// Secrets of the service at an address, such as `127.0.0.1:8200`. In a host, the connection
    /// would be encrypted.
    pub fn new(address: impl Into<String>, token: SecretString, settings: Settings) -> Self {
        Self {
            address: address.into(),
            token,
            settings,
            flights: Flights::default(),
            misses: Misses::new(settings.missing),
        }
    }

    /// The number of requests under way.
    #[cfg(test)]
    pub(crate) fn flights_under_way(&self) -> usize {
        self.flights.len()
    }

    async fn look_up(&self, references: &[Reference]) -> Result<Outcomes> {
        let names: Names = references
            .iter()
            .filter(|one| one.version().is_none() && !self.misses.has(one.name()))
            .map(|one| one.name().clone())
            .collect();
        let values = if names.is_empty() {
            Arc::default()
        } else {
            self.flights
                .join(&names, Box::pin(self.ask(&names)))
                .await?
        };
        for name in names {
            if !values.contains_key(&name) {
                self.misses.note(name);
            }
        }
        let outcome = |one: &Reference| -> Outcome {
            // The service has no versions, so that a pin means no secret of it.
            let value = values.get(one.name()).filter(|_| one.version().is_none());
            match value {
                Some(value) => Ok(Found::new(one.name().clone(), value.clone())),
                None => Err(not_found(one.name())),
            }
        };
        Ok(references.iter().map(outcome).collect())
    }

    /// Asks for names, within the bounds.
    async fn ask(&self, names: &Names) -> Answer {
        let mut pause = self.settings.pause;
        let attempts = async {
            for _ in 1..self.settings.attempts {
                match self.attempt(names).await {
                    Ok(values) => return Ok(values),
                    Err(error) if error.kind() != ErrorKind::Unavailable => return Err(error),
                    Err(_) => sleep(pause).await,
                }
                pause *= 2;
            }
            self.attempt(names).await
        };
        match timeout(self.settings.all, attempts).await {
            Ok(answer) => answer,
            Err(_) => Err(unavailable()),
        }
    }

    /// Asks once.
    async fn attempt(&self, names: &Names) -> Answer {
        let (status, body) = match timeout(self.settings.attempt, self.request(names)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(Failed)) | Err(_) => return Err(unavailable()),
        };
        match status {
            StatusCode::OK => read(names, &body),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Error::new(
                ErrorKind::StoreDenied,
                "the secret service refuses the token of this host; give it a valid one",
            )),
            StatusCode::TOO_MANY_REQUESTS => Err(unavailable()),
            status if status.is_server_error() => Err(unavailable()),
            _ => Err(misunderstood()),
        }
    }

    async fn request(&self, names: &Names) -> Result<(StatusCode, Bytes), Failed> {
        let names: Vec<&str> = names.iter().map(SecretName::as_str).collect();
        let body = serde_json::json!({ "names": names }).to_string();
        let request = Request::post("/v1/secrets")
            .header("host", &self.address)
            .header("content-type", "application/json")
            .header(
                "authorization",
                format!("Bearer {}", self.token.expose_secret()),
            )
            .body(Full::from(body))
            .map_err(|_| Failed)?;
        send(&self.address, request).await
    }
}

impl AsyncResolver for HttpSecrets {
    fn lookup_async<'a>(&'a self, references: &'a [Reference], _: &'a Target) -> Lookup<'a> {
        Box::pin(self.look_up(references))
    }
}

impl fmt::Debug for HttpSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpSecrets")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// Reads an answer. Values of names that nobody asked for are left out.
fn read(names: &Names, body: &[u8]) -> Answer {
    #[derive(serde::Deserialize)]
    struct Body {
        values: BTreeMap<String, String>,
    }
    let body: Body = serde_json::from_slice(body).map_err(|_| misunderstood())?;
    let mut values = BTreeMap::new();
    for (name, value) in body.values {
        let value = SecretString::from(value);
        if let Some(name) = names.iter().find(|asked| asked.as_str() == name) {
            values.insert(name.clone(), value);
        }
    }
    Ok(Arc::new(values))
}

fn not_found(name: &SecretName) -> Error {
    let message = format!("the secret service has no {name}");
    Error::new(ErrorKind::NotFound, message).with_name(name)
}

fn unavailable() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "the secret service did not answer in time; try again",
    )
}

fn misunderstood() -> Error {
    Error::new(
        ErrorKind::BrokenResolver,
        "the secret service gave an answer of another form than its interface says",
    )
}
