//! One HTTP request with bounds.

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// The most bytes of an answer.
const MAX_ANSWER: usize = 1 << 20;

/// The request failed. Nothing is told of the cause: it may hold an address, or what the other side
/// wrote.
#[derive(Debug)]
pub(crate) struct Failed;

/// Sends a request to an address, such as `127.0.0.1:8200`, over a connection of its own, and reads
/// the answer.
///
/// The connection is driven by this future alone. A caller that drops it, at whatever await, closes
/// the connection with it: no task is left behind.
pub(crate) async fn send(
    address: &str,
    request: Request<Full<Bytes>>,
) -> Result<(StatusCode, Bytes), Failed> {
    let stream = TcpStream::connect(address).await.map_err(|_| Failed)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|_| Failed)?;
    let exchange = async {
        let answer = sender.send_request(request).await.map_err(|_| Failed)?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, MAX_ANSWER).collect().await;
        Ok((parts.status, body.map_err(|_| Failed)?.to_bytes()))
    };
    tokio::pin!(exchange, connection);
    tokio::select! {
        biased;
        answer = &mut exchange => answer,
        // The connection may end with the last byte of the answer.
        _ = &mut connection => exchange.await,
    }
}
