//! Encrypted connections, with certificates of `openssl`.

use std::fs::read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use keyslot::{ErrorKind, RootKeyProvider};
use keyslot_keys::{Token, Transit};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

use crate::engine::Engine;
use crate::server::listen;
use crate::transit::key;
use crate::{TOKEN, context, printed};

fn openssl(folder: &Path, arguments: &str) -> bool {
    let done = Command::new("openssl")
        .args(arguments.split_whitespace())
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    done.is_ok_and(|status| status.success())
}

/// Makes a root, and a certificate of it for a host.
fn certificates(folder: &Path, host: &str) -> Option<()> {
    std::fs::write(folder.join("names"), format!("subjectAltName=DNS:{host}")).unwrap();
    let new = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    let is_made = openssl(
        folder,
        &format!("req -x509 {new} -days 3 -subj /CN=root -keyout root.key -out root.crt"),
    ) && openssl(
        folder,
        &format!("req {new} -subj /CN=server -keyout server.key -out server.csr"),
    ) && openssl(
        folder,
        "x509 -req -in server.csr -CA root.crt -CAkey root.key -CAcreateserial -days 3 \
         -extfile names -out server.crt",
    );
    if !is_made {
        eprintln!("NOT TESTED: encryption, because openssl is not installed here");
    }
    is_made.then_some(())
}

/// The address of an engine behind the certificate of a folder.
fn server(folder: &Path) -> String {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificate = CertificateDer::from_pem_file(folder.join("server.crt")).unwrap();
    let key = PrivateKeyDer::from_pem_file(folder.join("server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let config = Arc::new(config);
    let port = listen(move |stream| {
        let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        let stream = std::cell::RefCell::new(StreamOwned::new(connection, stream));
        let engine = Engine::default();
        crate::server::serve(Half(&stream), Half(&stream), |request| {
            engine.answer(request)
        });
        stream.borrow_mut().conn.send_close_notify();
        let _ = std::io::Write::flush(&mut *stream.borrow_mut());
    });
    format!("https://localhost:{port}")
}

/// Reads from and writes to one stream.
struct Half<'a, T>(&'a std::cell::RefCell<T>);

impl<T: std::io::Read> std::io::Read for Half<'_, T> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().read(bytes)
    }
}

impl<T: std::io::Write> std::io::Write for Half<'_, T> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.borrow_mut().flush()
    }
}

#[test]
fn a_server_with_a_certificate_of_the_given_root_is_trusted_and_no_other() {
    let (own, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let (Some(()), Some(())) = (
        certificates(own.path(), "localhost"),
        certificates(other.path(), "bao.example.com"),
    ) else {
        return;
    };
    let provider = |address: &str| Transit::new(address, "keyslot", Token::new(TOKEN)).unwrap();
    let roots = |folder: &TempDir| read(folder.path().join("root.crt")).unwrap();
    let good = server(own.path());
    let trusting = provider(&good).tls_roots(roots(&own)).unwrap();
    let wrapped = trusting.wrap(&key(7), &context(1)).unwrap();
    assert!(trusting.unwrap(&wrapped, &context(1)).is_ok());

    // As servers answer who speaks TLS to their plain port.
    let plain = listen(|mut stream| {
        let _ = std::io::Read::read(&mut stream, &mut [0; 4096]);
        let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let plain = format!("https://localhost:{plain}");
    for distrusting in [
        // Another root, the public ones, another host name, and no encryption at all.
        provider(&good).tls_roots(roots(&other)).unwrap(),
        provider(&good),
        provider(&server(other.path()))
            .tls_roots(roots(&other))
            .unwrap(),
        provider(&plain).tls_roots(roots(&own)).unwrap(),
    ] {
        let error = distrusting.wrap(&key(7), &context(1)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::KeyProvider, "{error}");
        assert!(error.to_string().contains("certificate"), "{error}");
        assert!(!printed(&error).contains("example.com"));
    }
}

#[test]
fn what_is_no_certificate_is_refused() {
    for pem in [
        "",
        "canary",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    ] {
        let key = Transit::new("https://bao.example.com", "keyslot", Token::new(TOKEN)).unwrap();
        let error = key.tls_roots(pem).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(!printed(&error).contains("canary"));
    }
}
