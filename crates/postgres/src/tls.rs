//! Encryption of connections.

#[cfg(feature = "tls")]
pub(crate) use with_rustls::Tls;

#[cfg(not(feature = "tls"))]
pub(crate) use without::Tls;

#[cfg(feature = "tls")]
mod with_rustls {
    use std::sync::Arc;

    use keyslot::{Error, ErrorKind, Result};
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::{ClientConfig, RootCertStore};
    use tokio::io::{AsyncRead, AsyncWrite};
    use tokio_postgres::tls::MakeTlsConnect;
    use tokio_postgres_rustls::MakeRustlsConnect;

    /// Roots that a server is checked against, and the certificate that is shown to it.
    #[derive(Clone, Debug)]
    pub(crate) struct Tls(Arc<ClientConfig>);

    impl Tls {
        /// Reads roots, and a certificate with its key if there is one, all in PEM.
        pub(crate) fn new(roots: &[u8], client: Option<(&[u8], &[u8])>) -> Result<Self> {
            let mut store = RootCertStore::empty();
            for root in certificates(roots)? {
                store.add(root).map_err(|_| not_pem())?;
            }
            let ring = Arc::new(rustls::crypto::ring::default_provider());
            let builder = ClientConfig::builder_with_provider(ring)
                .with_safe_default_protocol_versions()
                .map_err(|_| not_pem())?
                .with_root_certificates(store);
            let config = match client {
                None => builder.with_no_client_auth(),
                Some((chain, key)) => {
                    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| not_pem())?;
                    builder
                        .with_client_auth_cert(certificates(chain)?, key)
                        .map_err(|_| not_pem())?
                }
            };
            Ok(Self(Arc::new(config)))
        }

        /// The handshake with a host of this name.
        pub(crate) fn to<S>(
            &self,
            host: &str,
        ) -> Option<<MakeRustlsConnect as MakeTlsConnect<S>>::TlsConnect>
        where
            S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        {
            let mut connect = MakeRustlsConnect::new((*self.0).clone());
            MakeTlsConnect::<S>::make_tls_connect(&mut connect, host).ok()
        }
    }

    fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
        let read: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let read = read.map_err(|_| not_pem())?;
        if read.is_empty() {
            return Err(not_pem());
        }
        Ok(read)
    }

    fn not_pem() -> Error {
        Error::new(
            ErrorKind::InvalidInput,
            "not certificates, or not a certificate and its key, in PEM",
        )
    }
}

#[cfg(not(feature = "tls"))]
mod without {
    /// Encryption, which this build has none of.
    #[derive(Clone, Debug)]
    pub(crate) enum Tls {}
}
