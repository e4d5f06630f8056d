//! The console as a router of axum.

use std::sync::Arc;

use axum::Router;
use axum::body::Body as AxumBody;
use axum::extract::{OriginalUri, Request};
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;

use crate::arrived::Arrived;
use crate::console::Console;
use crate::session::Session;

/// Makes a router that answers every path with the console, on threads that may block.
///
/// The host authenticates in a layer around it and puts a [`Session`] into the extensions of the
/// request; without one the answer is an empty 401. A console that is mounted with `nest` needs the
/// same path in [`Console::at`].
///
/// # Values in memory
///
/// The body of a request may hold a value, and is wiped when it is answered. The server keeps
/// copies that nothing here can wipe: hyper reads the connection into a buffer of its own, which it
/// gives back or reads the next request into, and TLS has a buffer before that. A value stays there
/// until it is overwritten.
///
/// ```
/// use std::sync::Arc;
///
/// use axum::Router;
/// use axum::extract::Request;
/// use axum::middleware::{self, Next};
/// use keyslot::{Actor, Permissions, RootKey, Scope, Vault};
/// use keyslot_console::{Console, Session, router};
///
/// let vault = Vault::in_memory(&RootKey::generate()?)?;
/// let console = Arc::new(Console::new(vault).at("/secrets")?);
/// let session = Session::new(
///     Actor::new("user:ada")?,
///     Permissions::READ | Permissions::MANAGE,
///     [Scope::new("acme")?],
/// );
/// let app: Router = Router::new()
///     .nest("/secrets", router(console))
///     .layer(middleware::from_fn(move |mut request: Request, next: Next| {
///         // A host looks at a cookie or a token here.
///         request.extensions_mut().insert(session.clone());
///         next.run(request)
///     }));
/// # Ok::<(), keyslot::Error>(())
/// ```
pub fn router(console: Arc<Console>) -> Router {
    Router::new().fallback(move |request| answer(Arc::clone(&console), request))
}

async fn answer(console: Arc<Console>, request: Request) -> Response {
    let Some(session) = request.extensions().get::<Session>().cloned() else {
        return status(StatusCode::UNAUTHORIZED);
    };
    let (mut parts, body) = request.into_parts();
    // Under `nest` the path is cut; links need all of it.
    if let Some(OriginalUri(uri)) = parts.extensions.get::<OriginalUri>().cloned() {
        parts.uri = uri;
    }
    // One byte more than the limit, so that the console says what is wrong.
    let most = console.limits.body.saturating_add(1);
    let Some(arrived) = Arrived::wait(parts, body, most).await else {
        return status(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let answer = move || console.respond(&session, arrived.request());
    let answered = tokio::task::spawn_blocking(answer).await;
    match answered {
        Ok(response) => response.map(|body| AxumBody::from(Bytes::from_owner(body))),
        // The thread ended without an answer.
        Err(_) => status(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

fn status(status: StatusCode) -> Response {
    let mut response = Response::new(AxumBody::empty());
    *response.status_mut() = status;
    response
}
