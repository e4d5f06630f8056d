//! The facts of one entry, as its record has them.

use std::borrow::Cow;

use super::tags as tag;
use crate::actor::Actor;
use crate::crypto::timestamp::Timestamp;
use crate::crypto::tlv::FieldWriter;
use crate::error::{ErrorKind, is_printable};
use crate::name::SecretName;
use crate::record::{AuditAction, Fingerprint, RecordId, Version};
use crate::scope::Scope;
use crate::target::Target;

/// The facts of one entry. There are no others: what is not here cannot get into a log.
#[derive(Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) time: Timestamp,
    pub(crate) action: AuditAction,
    /// `None` for what is done to the keys that open the vault.
    pub(crate) scope: Option<&'a Scope>,
    pub(crate) name: Option<&'a SecretName>,
    pub(crate) actor: Option<&'a Actor>,
    pub(crate) refused: Option<ErrorKind>,
    pub(crate) found_in: Option<&'a Scope>,
    pub(crate) record: Option<RecordId>,
    pub(crate) version: Option<Version>,
    pub(crate) fingerprint: Option<Fingerprint>,
    pub(crate) target: Option<&'a Target>,
    pub(crate) run: Option<&'a str>,
    pub(crate) reason: Option<&'a str>,
    pub(crate) generation: Option<u32>,
    pub(crate) count: Option<u64>,
    pub(crate) key: Option<LoggedKey<'a>>,
}

/// A key that opens the vault, as an entry tells of it.
#[derive(Clone, Copy)]
pub(crate) struct LoggedKey<'a> {
    /// The id of its key slot. Of a row that no vault made, the key of that row.
    pub(crate) id: &'a [u8],
    pub(crate) name: &'a str,
}

/// The most bytes of a tool that are kept. Access rules know no longer one.
const MAX_TOOL: usize = 128;

impl<'a> Facts<'a> {
    /// An entry that says no more than this.
    pub(crate) fn new(time: Timestamp, action: AuditAction, scope: &'a Scope) -> Self {
        Self {
            scope: Some(scope),
            ..Self::of_vault(time, action)
        }
    }

    /// An entry in the log of the keys that open the vault, which says no more than this.
    pub(crate) fn of_vault(time: Timestamp, action: AuditAction) -> Self {
        Self {
            time,
            action,
            scope: None,
            name: None,
            actor: None,
            refused: None,
            found_in: None,
            record: None,
            version: None,
            fingerprint: None,
            target: None,
            run: None,
            reason: None,
            generation: None,
            count: None,
            key: None,
        }
    }

    /// The record of the entry.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let tool = self.target.and_then(Target::tool_name).map(kept);
        let host = self.target.and_then(|target| {
            let (host, port) = (target.host()?, target.port()?);
            Some(format!("{host}:{port}"))
        });
        let surface = self.target.map(|target| [target.surface().number()]);
        let is_model = self.target.is_some_and(Target::is_instructions);
        let found_in = self.found_in.filter(|scope| Some(*scope) != self.scope);
        let version = self.version.map(|version| version.get().to_be_bytes());
        let generation = self.generation.map(u32::to_be_bytes);
        let count = self.count.map(u64::to_be_bytes);
        FieldWriter::with_capacity(256)
            .field(tag::TIME, &self.time.encode())
            .field(tag::ACTION, &[self.action.number()])
            .optional(
                tag::SCOPE,
                self.scope.map(|scope| scope.as_str().as_bytes()),
            )
            .optional(tag::NAME, self.name.map(|name| name.as_str().as_bytes()))
            .optional(
                tag::ACTOR,
                self.actor.map(|actor| actor.as_str().as_bytes()),
            )
            .optional(
                tag::REFUSED,
                self.refused.map(|kind| kind.as_str().as_bytes()),
            )
            .optional(
                tag::FOUND_IN,
                found_in.map(|scope| scope.as_str().as_bytes()),
            )
            .optional(
                tag::RECORD,
                self.record.as_ref().map(|id| &id.as_bytes()[..]),
            )
            .optional(tag::VERSION, version.as_ref().map(|number| &number[..]))
            .optional(
                tag::FINGERPRINT,
                self.fingerprint.as_ref().map(|hash| &hash.as_bytes()[..]),
            )
            .unless_empty(tag::TOOL, tool.as_deref().unwrap_or_default().as_bytes())
            .optional(tag::HOST, host.as_deref().map(str::as_bytes))
            .optional(tag::SURFACE, surface.as_ref().map(|number| &number[..]))
            .optional(tag::INSTRUCTIONS, is_model.then_some(&[1]))
            .optional(tag::RUN, self.run.map(str::as_bytes))
            .optional(tag::REASON, self.reason.map(str::as_bytes))
            .optional(
                tag::GENERATION,
                generation.as_ref().map(|number| &number[..]),
            )
            .optional(tag::COUNT, count.as_ref().map(|number| &number[..]))
            .optional(tag::KEY, self.key.map(|key| key.id))
            .unless_empty(
                tag::KEY_NAME,
                self.key.map_or("", |key| key.name).as_bytes(),
            )
            .finish()
    }
}

/// The part of a tool's name that is kept: short, and without what a terminal obeys.
pub(crate) fn kept(tool: &str) -> Cow<'_, str> {
    let mut end = tool.len().min(MAX_TOOL);
    while !tool.is_char_boundary(end) {
        end -= 1;
    }
    let tool = tool.get(..end).unwrap_or_default();
    if tool.chars().all(is_printable) {
        return Cow::Borrowed(tool);
    }
    tool.chars().filter(|c| is_printable(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_kept_in_part() {
        assert_eq!(kept("stripe"), "stripe");
        assert_eq!(kept("a\n\u{1b}[31mb\u{202e}"), "a[31mb");
        assert_eq!(kept(&"é".repeat(100)).len(), 128);
        assert_eq!(kept(&format!("a{}", "é".repeat(100))).len(), 127);
    }
}
