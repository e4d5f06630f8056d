//! Tests of the layer as a whole; small ones stand in the files they are about.

mod audit;
#[cfg(feature = "internals")]
mod bundle;
mod hierarchy;
mod memory;
#[cfg(feature = "internals")]
mod properties;
mod records;
#[cfg(feature = "internals")]
mod rfc;
#[cfg(feature = "internals")]
mod vectors;
#[cfg(feature = "internals")]
mod wycheproof;

use std::num::NonZeroU64;

use super::{
    About, Header, Info, InfoState, KeyId, SubKeys, SymmetricKey, Timestamp, VersionEntry, random,
};
use crate::access::AccessRules;
use crate::actor::Actor;
use crate::name::SecretName;
use crate::record::{Fingerprint, RecordId, Revision, Version};
use crate::scope::Scope;
use crate::target::Surface;

/// A vault below its root key, and a data key of it.
struct Vault {
    header: Header,
    sub_keys: SubKeys,
    data_key: SymmetricKey,
}

impl Vault {
    fn new() -> Self {
        let header = Header::generate().unwrap();
        let secret =
            SymmetricKey::from_slice(KeyId::VAULT_SECRET, &random::<32>().unwrap()).unwrap();
        Self {
            header,
            sub_keys: SubKeys::derive(&secret, &header).unwrap(),
            data_key: SymmetricKey::generate().unwrap(),
        }
    }
}

/// An info with nothing left out.
fn info() -> Info {
    let at = |seconds| {
        Timestamp::of(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds))
            .unwrap()
    };
    let actor = |name| Actor::new(name).unwrap();
    let entry = |number, byte| VersionEntry {
        version: Version::new(number).unwrap(),
        created_at: at(1_700_000_000 + number),
        commitment: [byte; 32],
        created_by: Some(actor("user:bob")),
        fingerprint: Some(Fingerprint::from_bytes([byte ^ 0xFF; 32])),
        hint: Some("wxyz".to_owned()),
    };
    Info {
        record: RecordId::from_bytes(*b"0123456789abcdef"),
        scope: Scope::new("acme/billing").unwrap(),
        name: SecretName::new("STRIPE_KEY").unwrap(),
        state: InfoState::Active,
        revision: Revision::new(9),
        last_version: Version::new(4).unwrap(),
        created_at: at(1_700_000_000),
        updated_at: at(1_700_000_009),
        created_by: Some(actor("user:ada")),
        updated_by: Some(actor("user:bob")),
        about: About {
            not_before: Some(at(1_600_000_000)),
            expires_at: Some(at(1_900_000_000)),
            rotation: NonZeroU64::new(86_400),
            rules: AccessRules::new()
                .tool("stripe")
                .and_then(|rules| rules.tool("mail_*"))
                .and_then(|rules| rules.host("*.example.com:8443"))
                .unwrap()
                .surface(Surface::Header)
                .surface(Surface::Url)
                .in_instructions(true),
            description: "what it is for".to_owned(),
            metadata: [("owner", "payments"), ("stage", "")]
                .map(|(key, value)| (key.into(), value.into()))
                .into(),
        },
        versions: vec![entry(2, 0xA2), entry(4, 0xA4)],
    }
}
