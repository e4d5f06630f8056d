//! The provider.

use std::fmt;
use std::time::Duration;

use keyslot::secrecy::{ExposeSecret, SecretBox};
use keyslot::{Error, ErrorKind, KeyContext, Result, RootKeyProvider};
use ureq::tls::{Certificate, PemItem, parse_pem};
use zeroize::Zeroizing;

use super::address::Address;
use super::call::Call;
use super::names::{self, Names};
use super::refusal::{self, Operation};
use super::request::Binding;
use super::token::Token;
use super::{reply, request};

/// A key of the transit engine of HashiCorp Vault or OpenBao, which wraps the key of a vault and
/// never leaves the server.
///
/// The engine is asked three times when a key slot is made: to wrap, to see that it binds, and to
/// see that the key comes back. It is asked each time that a vault is opened, once for each slot of
/// this name until one opens, and never in between. Each call is bounded by a timeout and blocks
/// the thread that makes it. Nothing is tried again: an error of the kind
/// [`Unavailable`](ErrorKind::Unavailable) says that it may be.
///
/// ```no_run
/// use keyslot_keys::{Token, Transit};
///
/// let token = Token::from_file("/run/openbao/token");
/// let key = Transit::new("https://bao.example.com:8200", "keyslot", token)?
///     .tls_roots(std::fs::read("/etc/openbao/ca.pem")?)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Binding
///
/// The id of the vault and of the key slot go along as `associated_data`, which the cipher of the
/// key authenticates. So a wrapped key is of no use in another slot or vault. The key must be of an
/// AEAD type: `aes128-gcm96`, `aes256-gcm96` (the default), `chacha20-poly1305` or
/// `xchacha20-poly1305`. A server that takes other associated data is refused when a slot is made:
/// HashiCorp Vault does so before 1.13. For a key that is [derived](Transit::derived_key) the same
/// bytes are also its `context`.
///
/// # Memory
///
/// The key that is wrapped is a random one of the slot. It is wiped from all buffers of this
/// crate, and decoded to where it stays. Not wiped are the buffers of `ureq` and `rustls`, through
/// which it goes in base64, and the token in a header there. They are given back when the call is
/// over. A host that must not leave such traces sets an allocator that wipes: see
/// `keyslot::manual::memory`.
#[derive(Clone)]
pub struct Transit {
    address: Address,
    names: Names,
    token: Token,
    namespace: Option<String>,
    roots: Option<Vec<Certificate<'static>>>,
    is_derived: bool,
    is_plaintext_allowed: bool,
    timeout: Duration,
}

impl Transit {
    /// A key of the engine under the mount `transit`, on the server at an address such as
    /// `https://bao.example.com:8200`. Nothing is sent yet.
    ///
    /// ```
    /// use keyslot::RootKeyProvider;
    /// use keyslot_keys::{Token, Transit};
    ///
    /// let token = Token::from_file("/run/openbao/token");
    /// let key = Transit::new("https://bao.example.com:8200", "keyslot", token)?;
    /// assert_eq!(key.name(), "transit:transit/keyslot");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) if it is not an address with a scheme, or not the
    /// name of a key: letters, digits, `.`, `_` and `-`.
    pub fn new(address: &str, key: &str, token: Token) -> Result<Self> {
        Ok(Self {
            address: Address::new(address)?,
            names: Names::new("transit", key)?,
            token,
            namespace: None,
            roots: None,
            is_derived: false,
            is_plaintext_allowed: false,
            timeout: Duration::from_secs(10),
        })
    }

    /// Sets the mount of the engine; `transit` if not set. It is part of the name of the provider,
    /// which key slots keep.
    ///
    /// ```
    /// use keyslot::RootKeyProvider;
    /// use keyslot_keys::{Token, Transit};
    ///
    /// let key = Transit::new("https://bao.example.com", "keyslot", Token::new("hvs.1"))?;
    /// assert_eq!(key.mount("teams/transit")?.name(), "transit:teams/transit/keyslot");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) if it is not segments of letters, digits, `.`, `_`
    /// and `-`, or too long.
    pub fn mount(mut self, mount: &str) -> Result<Self> {
        self.names = self.names.under(mount)?;
        Ok(self)
    }

    /// Sets the namespace of the mount; none if not set. It is not part of the name of the
    /// provider.
    ///
    /// ```
    /// use keyslot_keys::{Token, Transit};
    ///
    /// let key = Transit::new("https://bao.example.com", "keyslot", Token::new("hvs.1"))?;
    /// assert!(key.namespace("teams/payments").is_ok());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput), as for the [mount](Transit::mount).
    pub fn namespace(mut self, namespace: &str) -> Result<Self> {
        self.namespace = Some(names::namespace(namespace)?);
        Ok(self)
    }

    /// Says that the key was made with `derived=true`: then the engine asks for a context, and
    /// derives a key of its own for each vault and slot.
    ///
    /// ```
    /// use keyslot_keys::{Token, Transit};
    ///
    /// let key = Transit::new("https://bao.example.com", "keyslot", Token::new("hvs.1"))?;
    /// let key = key.derived_key();
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn derived_key(mut self) -> Self {
        self.is_derived = true;
        self
    }

    /// Sets the longest time of a call, from the look-up of the host to the last byte of the
    /// answer; ten seconds if not set.
    ///
    /// ```
    /// use std::time::Duration;
    /// use keyslot_keys::{Token, Transit};
    ///
    /// let key = Transit::new("https://bao.example.com", "keyslot", Token::new("hvs.1"))?;
    /// let key = key.timeout(Duration::from_secs(2));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.clamp(Duration::from_millis(1), Duration::from_secs(3_600));
        self
    }

    /// Trusts the certificates of these roots alone, in PEM: of the authority that made the
    /// certificate of the server. Without it, the roots that browsers trust.
    ///
    /// ```
    /// use keyslot::ErrorKind;
    /// use keyslot_keys::{Token, Transit};
    ///
    /// let key = Transit::new("https://bao.example.com", "keyslot", Token::new("hvs.1"))?;
    /// let error = key.tls_roots("no certificate").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidInput);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) if these are no certificates.
    pub fn tls_roots(mut self, pem: impl AsRef<[u8]>) -> Result<Self> {
        let refused = || {
            Error::new(
                ErrorKind::InvalidInput,
                "the roots of the transit engine are not certificates in PEM",
            )
        };
        let mut roots = Vec::new();
        for item in parse_pem(pem.as_ref()) {
            if let PemItem::Certificate(root) = item.map_err(|_| refused())? {
                roots.push(root);
            }
        }
        if roots.is_empty() {
            return Err(refused());
        }
        self.roots = Some(roots);
        Ok(self)
    }

    /// Allows plain text between this machine and the server. Whoever listens there sees the token
    /// and the keys that are wrapped.
    ///
    /// Without it, plain text goes to this machine alone: to `localhost` or a loopback address.
    ///
    /// ```
    /// use keyslot_keys::{Token, Transit};
    ///
    /// let key = Transit::new("http://bao.internal:8200", "keyslot", Token::new("hvs.1"))?;
    /// let key = key.insecure_plaintext();
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn insecure_plaintext(mut self) -> Self {
        self.is_plaintext_allowed = true;
        self
    }

    /// Wraps a key of zeros and unwraps it, to see that address, token and key are right. A vault
    /// passes on the kind of an error and not its text; the error of this call says what to do.
    ///
    /// ```no_run
    /// use keyslot_keys::{Token, Transit};
    ///
    /// let token = Token::from_file("/run/openbao/token");
    /// Transit::new("https://bao.example.com:8200", "keyslot", token)?.check()?;
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Unavailable`](ErrorKind::Unavailable), [`KeyDenied`](ErrorKind::KeyDenied),
    /// [`WrongKey`](ErrorKind::WrongKey) or [`KeyProvider`](ErrorKind::KeyProvider);
    /// [`InvalidInput`](ErrorKind::InvalidInput) if the key would be sent in the clear or the token
    /// is not one; [`UnsafeFile`](ErrorKind::UnsafeFile) or [`Io`](ErrorKind::Io) if the token file
    /// is open to others or cannot be read.
    pub fn check(&self) -> Result<()> {
        let context = KeyContext::new([0; 16], [0; 16]);
        let key = SecretBox::new(Box::new([0; 32]));
        let wrapped = self.wrap(&key, &context)?;
        let again = self.unwrap(&wrapped, &context)?;
        if again.expose_secret() == key.expose_secret() {
            Ok(())
        } else {
            Err(refusal::another())
        }
    }

    fn call(&self, operation: Operation, body: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        self.address.check(self.is_plaintext_allowed)?;
        let path = self.names.path(match operation {
            Operation::Encrypt => "encrypt",
            Operation::Decrypt => "decrypt",
        });
        let call = Call {
            operation,
            url: self.address.url(&path),
            token: self.token.header()?,
            namespace: self.namespace.as_deref(),
            roots: self.roots.as_deref(),
            timeout: self.timeout,
        };
        call.send(body)
    }

    /// Proves that the server refuses to unwrap the key for another place. Old servers pass over
    /// associated data, and would unwrap the slot of another vault.
    fn check_binding(&self, wrapped: &str, elsewhere: &Binding) -> Result<()> {
        match self.call(Operation::Decrypt, &request::decrypt(wrapped, elsewhere)) {
            Err(error) if error.kind() == ErrorKind::WrongKey => Ok(()),
            Err(error) => Err(error),
            Ok(_) => Err(refusal::unbound()),
        }
    }
}

impl RootKeyProvider for Transit {
    fn name(&self) -> &str {
        self.names.full()
    }

    fn wrap(&self, key: &SecretBox<[u8; 32]>, context: &KeyContext) -> Result<Vec<u8>> {
        let binding = Binding::new(context, self.is_derived);
        let body = request::encrypt(key, &binding)?;
        let wrapped = reply::ciphertext(&self.call(Operation::Encrypt, &body)?)?;
        let text = std::str::from_utf8(&wrapped).map_err(|_| refusal::strange())?;
        self.check_binding(text, &binding.elsewhere(context))?;
        Ok(wrapped)
    }

    fn unwrap(&self, wrapped: &[u8], context: &KeyContext) -> Result<SecretBox<[u8; 32]>> {
        let text = std::str::from_utf8(wrapped).ok();
        let text = text.filter(|text| reply::is_ciphertext(text));
        let body = request::decrypt(
            text.ok_or_else(refusal::wrong_key)?,
            &Binding::new(context, self.is_derived),
        );
        reply::key(&self.call(Operation::Decrypt, &body)?)
    }
}

// Not the token, and not the path of its file.
impl fmt::Debug for Transit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transit")
            .field("name", &self.names.full())
            .finish_non_exhaustive()
    }
}
