//! A service on axum that resolves before it calls a tool.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use keyslot::resolve::{AsyncChain, AsyncResolver, Inline, Offloaded};
use keyslot::secrecy::ExposeSecret;
use keyslot::template::Engine;
use keyslot::{
    Epoch, Error, ErrorKind, Result, ScopedVault, Snapshot, Surface, Target, Template, Variables,
};
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

/// The header that each call of the tool needs.
const HEADER: &str = "Bearer <<$secret.CRM_TOKEN>> for <<USER>>";

/// State of the service. Nothing in it blocks: what may wait is handed to a thread for that.
pub struct Service {
    project: ScopedVault,
    secrets: AsyncChain,
    header: Template,
    target: Target,
    engine: Engine,
    warm: RwLock<Warm>,
}

/// The versions in use.
#[derive(Default)]
struct Warm {
    /// `None` until the first call, and again after a change.
    snapshot: Option<Snapshot>,
    /// The number of changes so far: what was read before the last one is not kept.
    changes: u64,
}

impl Service {
    /// A service over the secrets of a project, and then those of another service.
    ///
    /// # Errors
    ///
    /// Those of compiling the texts.
    pub fn new(project: ScopedVault, service: impl AsyncResolver + 'static) -> Result<Self> {
        let vault = Offloaded::new(project.clone(), |job| drop(spawn_blocking(job)));
        Ok(Self {
            project,
            secrets: AsyncChain::new().then(vault).then(service),
            header: Template::compile(HEADER)?,
            target: Target::tool("crm")
                .with_host("crm.example")?
                .with_surface(Surface::Header),
            engine: Engine::new(),
            warm: RwLock::default(),
        })
    }

    /// Cold: every look-up goes to the store, on a thread that may wait, and what the vault does
    /// not know to the other service.
    async fn cold(&self, user: &str) -> Result<usize> {
        let run = Variables::new().with("USER", user.to_owned())?;
        let chain = AsyncChain::new()
            .then(Inline::new(run))
            .then(self.secrets.clone());
        let header = self
            .engine
            .resolve_async(&chain, &self.target, &self.header)
            .await?;
        Ok(call_tool(header.expose_secret()))
    }

    /// Warm: the versions are in memory, and a use asks at most the open file for its counter of
    /// changes, in microseconds. It runs on the thread of the task.
    async fn warm(&self, user: &str) -> Result<usize> {
        let known = self.read().snapshot.clone();
        let snapshot = match known {
            Some(snapshot) => snapshot,
            None => self.heat().await?,
        };
        let run = Variables::new().with("USER", user.to_owned())?;
        let chain = keyslot::Chain::new().then(run).then(snapshot);
        let header = self.engine.resolve(&chain, &self.target, &self.header)?;
        Ok(call_tool(header.expose_secret()))
    }

    /// Takes the snapshot, which reads the store.
    async fn heat(&self) -> Result<Snapshot> {
        let before = self.read().changes;
        let (project, references) = (self.project.clone(), self.header.references().to_vec());
        let taken = blocking(move || project.snapshot(&references)).await?;
        let mut warm = self.write();
        if warm.changes == before {
            warm.snapshot = Some(taken.clone());
        }
        Ok(taken)
    }

    fn cool(&self) {
        let mut warm = self.write();
        warm.snapshot = None;
        warm.changes += 1;
    }

    fn read(&self) -> RwLockReadGuard<'_, Warm> {
        self.warm.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Warm> {
        self.warm.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}

/// Stands for the call of the tool. Returns the length of the header that was sent.
fn call_tool(header: &str) -> usize {
    header.len()
}

/// Runs blocking work on a thread for it.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let lost = |_| Error::new(ErrorKind::Busy, "the work was given up; try again");
    spawn_blocking(work).await.map_err(lost)?
}

/// Watches for changes by anybody, in this process or another one, until the service is gone: the
/// next warm call then takes the new versions. (A revoked secret is refused at once, without this.)
///
/// # Errors
///
/// Those of the store. A host logs them, and begins anew.
pub async fn watch(service: Arc<Service>, mut since: Epoch) -> Result<()> {
    loop {
        let project = service.project.clone();
        // Short, because nothing ends a wait earlier: a host that shuts down waits for it.
        let wait = move || project.wait_for_changes(since, Duration::from_millis(500));
        let changes = blocking(wait).await?;
        if !changes.is_empty() {
            service.cool();
        }
        since = changes.epoch;
    }
}

/// The routes of the service: `GET /cold` and `GET /warm` call the tool, and `POST /secrets` stores
/// a secret.
pub fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/cold", get(cold))
        .route("/warm", get(warm))
        .route("/secrets", post(store))
        .with_state(service)
}

async fn cold(State(service): State<Arc<Service>>) -> Response {
    answer(service.cold("ada").await)
}

async fn warm(State(service): State<Arc<Service>>) -> Response {
    answer(service.warm("ada").await)
}

async fn store(State(service): State<Arc<Service>>, Json(input): Json<Value>) -> Response {
    let text = |key: &str| input.get(key).and_then(Value::as_str).map(str::to_owned);
    let (Some(name), Some(value)) = (text("name"), text("value")) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let project = service.project.clone();
    let put = move || project.put(name, value).map(|info| info.versions.len());
    answer(blocking(put).await)
}

/// An answer that holds no value. The messages of this crate never do.
fn answer(result: Result<usize>) -> Response {
    match result {
        Ok(length) => Json(json!({ "ok": length })).into_response(),
        Err(error) => {
            let status = match error.kind() {
                ErrorKind::Unavailable | ErrorKind::Busy => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            (status, Json(json!({ "error": error.to_string() }))).into_response()
        }
    }
}
