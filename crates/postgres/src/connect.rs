//! New connections: hosts, sockets, encryption, and who may be talked to in plain text.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use keyslot::Error;
use keyslot::secrecy::ExposeSecret;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};

use crate::failure::Failure;
use crate::metered::{Allowance, Metered};
use crate::refusal;
use crate::session::Session;
use crate::settings::Settings;

/// The longest wait for one host, where the connection string does not set `connect_timeout`.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Bytes that a server may send before it was asked anything.
const GREETING: u64 = 1 << 20;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

type Socket = Metered<Box<dyn Stream>>;
type Ended = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Address of a server, as the configuration has it.
struct Place {
    host: Option<Host>,
    address: Option<IpAddr>,
    port: u16,
}

/// Connects to the first host that answers and, where there are several, accepts writes.
pub(crate) async fn connect(settings: Arc<Settings>) -> Result<Session, Failure> {
    let mut refused = refusal::no_host();
    for place in places(&settings.server) {
        match connect_to(place, Arc::clone(&settings)).await {
            Ok(session) => return Ok(session),
            // One that will not go away by itself is told rather than one that may.
            Err(error) if refused.kind().is_retryable() => refused = error,
            Err(_) => {}
        }
    }
    Err(Failure::Made(refused))
}

fn places(config: &Config) -> Vec<Place> {
    let (hosts, addresses) = (config.get_hosts(), config.get_hostaddrs());
    let ports = config.get_ports();
    let place = |at: usize| Place {
        host: hosts.get(at).cloned(),
        address: addresses.get(at).copied(),
        port: *ports.get(at).or(ports.first()).unwrap_or(&5432),
    };
    (0..hosts.len().max(addresses.len())).map(place).collect()
}

async fn connect_to(place: Place, settings: Arc<Settings>) -> Result<Session, Error> {
    let patience = settings.server.get_connect_timeout();
    let patience = patience.copied().unwrap_or(CONNECT_TIMEOUT);
    let late = |_| refusal::no_host();
    match (place.host, place.address) {
        #[cfg(unix)]
        (Some(Host::Unix(folder)), None) => {
            let path = folder.join(format!(".s.PGSQL.{}", place.port));
            let stream = timeout(patience, tokio::net::UnixStream::connect(path)).await;
            let stream = stream.map_err(late)?.map_err(|_| refusal::no_host())?;
            let greeted = greet(Box::new(stream), None, settings);
            timeout(patience, greeted).await.map_err(late)?
        }
        (Some(Host::Tcp(name)), None) => {
            let found = timeout(patience, lookup_host((name.clone(), place.port))).await;
            let found = found.map_err(late)?.map_err(|_| refusal::no_host())?;
            let mut refused = refusal::no_host();
            for address in found {
                let greeted = dial(address, name.clone(), Arc::clone(&settings));
                match timeout(patience, greeted)
                    .await
                    .map_err(late)
                    .and_then(|greeted| greeted)
                {
                    Ok(session) => return Ok(session),
                    Err(error) if refused.kind().is_retryable() => refused = error,
                    Err(_) => {}
                }
            }
            Err(refused)
        }
        (host, Some(address)) => {
            let name = match host {
                Some(Host::Tcp(name)) => name.clone(),
                _ => address.to_string(),
            };
            let address = SocketAddr::new(address, place.port);
            let greeted = dial(address, name, settings);
            timeout(patience, greeted).await.map_err(late)?
        }
        _ => Err(refusal::no_host()),
    }
}

async fn dial(
    address: SocketAddr,
    name: String,
    settings: Arc<Settings>,
) -> Result<Session, Error> {
    // The name of a loopback host may lead elsewhere.
    let is_private = address.ip().is_loopback() || settings.is_plaintext_allowed;
    if settings.tls.is_none() && !is_private {
        return Err(refusal::plaintext());
    }
    let stream = TcpStream::connect(address).await;
    let stream = stream.map_err(|_| refusal::no_host())?;
    // Both only make a connection better.
    let _ = stream.set_nodelay(true);
    if settings.server.get_keepalives() {
        let idle = settings
            .server
            .get_keepalives_idle()
            .min(Duration::from_secs(60));
        let _ = SockRef::from(&stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(idle));
    }
    greet(Box::new(stream), Some(name), settings).await
}

/// Speaks the first words on a socket, in plain text if it has no name to check.
async fn greet(
    stream: Box<dyn Stream>,
    name: Option<String>,
    settings: Arc<Settings>,
) -> Result<Session, Error> {
    let mut config = settings.server.clone();
    if let Some(password) = &settings.password {
        config.password(password.expose_secret());
    }
    let allowance = Arc::new(Allowance::default());
    allowance.set(GREETING);
    let socket = Metered {
        stream,
        allowance: Arc::clone(&allowance),
    };
    let (client, ended) = match (&settings.tls, name) {
        #[cfg(feature = "tls")]
        (Some(tls), Some(name)) => {
            config.ssl_mode(SslMode::Require);
            let handshake = tls.to::<Socket>(&name).ok_or_else(refusal::certificate)?;
            introduce(boxed(config.connect_raw(socket, handshake)).await)?
        }
        _ => {
            config.ssl_mode(SslMode::Disable);
            introduce(boxed(config.connect_raw(socket, NoTls)).await)?
        }
    };
    let task = tokio::spawn(ended).abort_handle();
    let session = Session::new(client, allowance, task, settings.are_named);
    let attributes = settings.server.get_target_session_attrs();
    if attributes == TargetSessionAttrs::ReadWrite && is_read_only(session.client()).await? {
        return Err(refusal::no_writable_host());
    }
    Ok(session)
}

/// Hides a future from the compiler, which otherwise fails to see that all around it may be sent.
fn boxed<'a, T>(
    future: impl Future<Output = T> + Send + 'a,
) -> Pin<Box<dyn Future<Output = T> + Send + 'a>> {
    Box::pin(future)
}

/// A client, and the end of its connection.
fn introduce<T>(
    connected: Result<(Client, tokio_postgres::Connection<Socket, T>), tokio_postgres::Error>,
) -> Result<(Client, Ended), Error>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (client, connection) = connected.map_err(|error| refusal::of(&error))?;
    // Its result is the one of the flights that it carried.
    let ended = Box::pin(async move { drop(connection.await) });
    Ok((client, ended))
}

async fn is_read_only(client: &Client) -> Result<bool, Error> {
    let answer = boxed(client.simple_query("SHOW transaction_read_only")).await;
    let answer = answer.map_err(|_| refusal::no_host())?;
    Ok(answer.iter().any(|message| match message {
        SimpleQueryMessage::Row(row) => row.try_get(0).ok().flatten() == Some("on"),
        _ => false,
    }))
}
