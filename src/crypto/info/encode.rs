//! Writing the record inside the envelope of an info.

use super::{About, Info, VersionEntry, tags as tag};
use crate::crypto::canonical;
use crate::crypto::timestamp::Timestamp;
use crate::crypto::tlv::FieldWriter;
use crate::target::Surface;

impl Info {
    /// All of it but the record id, which is stored outside.
    pub(in crate::crypto) fn encode(&self) -> Vec<u8> {
        let About {
            not_before,
            expires_at,
            rotation,
            rules,
            description,
            metadata,
        } = &self.about;
        let surfaces: Vec<u8> = rules.surfaces().map(Surface::number).collect();
        let pairs = metadata
            .iter()
            .flat_map(|(key, value)| [key.as_str(), value.as_str()]);
        FieldWriter::new()
            .field(tag::SCOPE, self.scope.as_str().as_bytes())
            .field(tag::NAME, self.name.as_str().as_bytes())
            .field(tag::STATE, &[self.state as u8])
            .field(tag::REVISION, &self.revision.get().to_be_bytes())
            .field(tag::LAST_VERSION, &self.last_version.get().to_be_bytes())
            .field(tag::CREATED_AT, &self.created_at.encode())
            .field(tag::UPDATED_AT, &self.updated_at.encode())
            .optional(
                tag::NOT_BEFORE,
                not_before
                    .map(Timestamp::encode)
                    .as_ref()
                    .map(<[u8; 8]>::as_slice),
            )
            .optional(
                tag::EXPIRES_AT,
                expires_at
                    .map(Timestamp::encode)
                    .as_ref()
                    .map(<[u8; 8]>::as_slice),
            )
            .optional(tag::INSTRUCTIONS, rules.instructions().then_some(&[1]))
            .unless_empty(tag::DESCRIPTION, description.as_bytes())
            .unless_empty(
                tag::VERSIONS,
                &list(self.versions.iter().map(VersionEntry::encode)),
            )
            .unless_empty(tag::METADATA, &list(pairs))
            .unless_empty(tag::TOOLS, &list(rules.tools()))
            .unless_empty(tag::HOSTS, &list(rules.hosts()))
            .unless_empty(tag::SURFACES, &surfaces)
            .optional(
                tag::CREATED_BY,
                self.created_by
                    .as_ref()
                    .map(|actor| actor.as_str().as_bytes()),
            )
            .optional(
                tag::UPDATED_BY,
                self.updated_by
                    .as_ref()
                    .map(|actor| actor.as_str().as_bytes()),
            )
            .optional(
                tag::ROTATION,
                rotation
                    .map(|seconds| seconds.get().to_be_bytes())
                    .as_ref()
                    .map(<[u8; 8]>::as_slice),
            )
            .finish()
    }
}

/// A list as a field; an empty one is left out.
fn list<T: AsRef<[u8]>>(items: impl Iterator<Item = T>) -> Vec<u8> {
    let items: Vec<T> = items.collect();
    canonical::encode(&items.iter().map(AsRef::as_ref).collect::<Vec<_>>())
}
