//! The items of a bundle: what the chunks hold, one behind the other.
//!
//! An item is `u8 kind ‖ u32 length ‖ body`, and may lie in two chunks or more.

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroize;

use super::refused::{damaged, of_part, unsupported};
use super::start::BundleStart;
use crate::crypto::info::Info;
use crate::crypto::tlv::{FieldReader, FieldWriter};
use crate::error::Result;
use crate::record::Version;
use crate::scope::Scope;
use crate::wipe::Wiped;

/// The most bytes of the body of an item.
pub(super) const MAX_BODY: usize = 2 << 20;

/// An item of a bundle.
#[derive(Debug)]
pub(crate) enum BundleItem {
    /// The first item, and no other.
    Start(BundleStart),
    /// An organization, whose secrets follow.
    Organization(Scope),
    /// A secret, whose values follow, in the order of its versions.
    Secret(Box<Info>),
    /// A value of the secret before it.
    Value(Version, SecretString),
}

impl BundleItem {
    fn kind(&self) -> u8 {
        match self {
            Self::Start(_) => 1,
            Self::Organization(_) => 2,
            Self::Secret(_) => 3,
            Self::Value(..) => 4,
        }
    }

    /// The kind and the body.
    pub(in crate::crypto) fn encode(&self) -> (u8, Wiped<u8>) {
        let mut body = Wiped::default();
        match self {
            Self::Start(start) => body.extend_from_slice(&start.encode()),
            Self::Organization(name) => {
                let record = FieldWriter::new().field(1, name.as_str().as_bytes());
                body.extend_from_slice(&record.finish());
            }
            Self::Secret(info) => body.extend_from_slice(&info.encode_bundled()),
            Self::Value(version, value) => {
                body.extend_from_slice(&version.get().to_be_bytes());
                body.extend_from_slice(value.expose_secret().as_bytes());
            }
        }
        (self.kind(), body)
    }

    pub(super) fn decode(kind: u8, body: &[u8]) -> Result<Self> {
        match kind {
            1 => BundleStart::decode(body).map(Self::Start),
            2 => organization(body).map(Self::Organization),
            3 => Info::decode_bundled(body).map(|info| Self::Secret(Box::new(info))),
            4 => value(body),
            _ => Err(unsupported()),
        }
        .map_err(of_part)
    }
}

fn organization(body: &[u8]) -> Result<Scope> {
    let mut reader = FieldReader::new(body)?;
    let name = Scope::organization(reader.text(1)?).map_err(|_| damaged())?;
    reader.finish()?;
    Ok(name)
}

fn value(body: &[u8]) -> Result<BundleItem> {
    let (version, value) = body.split_first_chunk().ok_or_else(damaged)?;
    let version = Version::new(u64::from_be_bytes(*version)).ok_or_else(damaged)?;
    // Exact capacity, so the boxed string takes the bytes over without a copy.
    match String::from_utf8(value.to_vec()) {
        Ok(value) if !value.is_empty() => Ok(BundleItem::Value(version, value.into())),
        Ok(_) => Err(damaged()),
        Err(error) => {
            error.into_bytes().zeroize();
            Err(damaged())
        }
    }
}
