//! Reading the record of an entry.

use super::tags as tag;
use crate::actor::Actor;
use crate::crypto::timestamp::Timestamp;
use crate::crypto::tlv::{FieldReader, array, corrupt, text, unsupported};
use crate::error::{ErrorKind, Result};
use crate::name::SecretName;
use crate::record::{AuditAction, AuditEntry, Fingerprint, RecordId, Version};
use crate::scope::Scope;
use crate::target::Surface;

/// The entry of a record, under its number.
pub(crate) fn decode_entry(number: u64, record: &[u8]) -> Result<AuditEntry> {
    let mut reader = FieldReader::new(record)?;
    let entry = AuditEntry {
        number,
        time: Timestamp::decode(reader.bytes(tag::TIME)?)?.time(),
        action: action(reader.array(tag::ACTION)?)?,
        scope: reader.optional(tag::SCOPE)?.map(scope).transpose()?,
        name: reader.optional(tag::NAME)?.map(name).transpose()?,
        actor: reader.optional(tag::ACTOR)?.map(actor).transpose()?,
        outcome: match reader.optional(tag::REFUSED)? {
            Some(code) => Err(refused(code)?),
            None => Ok(()),
        },
        found_in: reader.optional(tag::FOUND_IN)?.map(scope).transpose()?,
        record: reader
            .optional(tag::RECORD)?
            .map(|id| array(id).map(RecordId::from_bytes))
            .transpose()?,
        version: reader.optional(tag::VERSION)?.map(version).transpose()?,
        fingerprint: reader
            .optional(tag::FINGERPRINT)?
            .map(|hash| array(hash).map(Fingerprint::from_bytes))
            .transpose()?,
        tool: some_text(reader.filled(tag::TOOL)?)?,
        host: some_text(reader.filled(tag::HOST)?)?,
        surface: reader.optional(tag::SURFACE)?.map(surface).transpose()?,
        instructions: reader
            .optional(tag::INSTRUCTIONS)?
            .map(yes)
            .transpose()?
            .is_some(),
        run: some_text(reader.filled(tag::RUN)?)?,
        reason: some_text(reader.filled(tag::REASON)?)?,
        generation: reader
            .optional(tag::GENERATION)?
            .map(|bytes| array(bytes).map(u32::from_be_bytes))
            .transpose()?,
        count: reader
            .optional(tag::COUNT)?
            .map(|bytes| array(bytes).map(u64::from_be_bytes))
            .transpose()?,
        key: reader.optional(tag::KEY)?.map(key).transpose()?,
        key_name: some_text(reader.filled(tag::KEY_NAME)?)?,
    };
    reader.finish()?;
    if entry.key.is_none() && entry.key_name.is_some() {
        return Err(corrupt());
    }
    Ok(entry)
}

fn action([number]: [u8; 1]) -> Result<AuditAction> {
    AuditAction::from_number(number).ok_or_else(unsupported)
}

fn scope(bytes: &[u8]) -> Result<Scope> {
    Scope::new(text(bytes)?).map_err(|_| corrupt())
}

fn name(bytes: &[u8]) -> Result<SecretName> {
    SecretName::stored(text(bytes)?).ok_or_else(corrupt)
}

fn actor(bytes: &[u8]) -> Result<Actor> {
    Actor::stored(text(bytes)?).ok_or_else(corrupt)
}

fn refused(bytes: &[u8]) -> Result<ErrorKind> {
    ErrorKind::of_code(text(bytes)?).ok_or_else(unsupported)
}

/// The id of a key slot; or the key of a row in the place of one.
fn key(bytes: &[u8]) -> Result<String> {
    if bytes.len() != 16 && bytes.len() != 32 {
        return Err(corrupt());
    }
    Ok(base16ct::lower::encode_string(bytes))
}

fn version(bytes: &[u8]) -> Result<Version> {
    Version::new(u64::from_be_bytes(array(bytes)?)).ok_or_else(corrupt)
}

fn surface(bytes: &[u8]) -> Result<Surface> {
    let [number] = array(bytes)?;
    Surface::from_number(number).ok_or_else(unsupported)
}

fn some_text(bytes: &[u8]) -> Result<Option<String>> {
    let text = text(bytes)?;
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn yes(flag: &[u8]) -> Result<()> {
    if flag == [1] { Ok(()) } else { Err(corrupt()) }
}
