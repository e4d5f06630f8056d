//! One call to a server, and the bounds of it.

use std::io::Read;
use std::time::Duration;

use keyslot::Result;
use ureq::Agent;
use ureq::http::HeaderValue;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use zeroize::Zeroizing;

use super::refusal::{self, Operation};

/// The longest reply, in bytes. A real one has less than a tenth of it.
const LONGEST: usize = 16 << 10;

/// A call that is ready to be made.
pub(super) struct Call<'a> {
    pub(super) operation: Operation,
    pub(super) url: String,
    pub(super) token: HeaderValue,
    pub(super) namespace: Option<&'a str>,
    pub(super) roots: Option<&'a [Certificate<'static>]>,
    pub(super) timeout: Duration,
}

impl Call<'_> {
    /// Sends a body and returns the reply. Everything is within the timeout, also a reply that
    /// comes in drops. The connection is not kept.
    pub(super) fn send(self, body: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let mut request = self
            .agent()
            .post(&self.url)
            .header("X-Vault-Token", &self.token)
            // A server that is set to ask for it refuses requests that a browser was tricked into.
            .header("X-Vault-Request", "true")
            .header("Content-Type", "application/json");
        if let Some(namespace) = self.namespace {
            request = request.header("X-Vault-Namespace", namespace);
        }
        let reply = request.send(body);
        let reply = reply.map_err(|error| refusal::of_call(&error))?;
        match reply.status().as_u16() {
            200 => read(reply.into_body()),
            status => Err(refusal::of_status(self.operation, status)),
        }
    }

    fn agent(&self) -> Agent {
        let mut tls = TlsConfig::builder();
        if let Some(roots) = self.roots {
            tls = tls.root_certs(RootCerts::new_with_certs(roots));
        }
        Agent::config_builder()
            .tls_config(tls.build())
            .timeout_global(Some(self.timeout))
            .http_status_as_error(false)
            // The token would go to wherever the server says.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // Not one from the environment either.
            .proxy(None)
            .max_idle_connections(0)
            .build()
            .new_agent()
    }
}

/// Reads a body into one buffer, which it may not fill.
fn read(body: ureq::Body) -> Result<Zeroizing<Vec<u8>>> {
    let mut reader = body.into_reader();
    let mut reply = Zeroizing::new(vec![0; LONGEST + 1]);
    let mut length = 0;
    while let Some(free) = reply.get_mut(length..).filter(|free| !free.is_empty()) {
        match reader.read(free) {
            Ok(0) => {
                reply.truncate(length);
                return Ok(reply);
            }
            Ok(read) => length += read,
            Err(error) => return Err(refusal::of_io(&error)),
        }
    }
    Err(refusal::too_long())
}
