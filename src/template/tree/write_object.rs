//! Makes an object of the entries of a map or struct.

use serde::ser::{Serialize, SerializeMap, SerializeStruct, SerializeStructVariant, Serializer};

use super::node::{BadKeys, Node};
use super::refusal::Refusal;
use super::variant::Variant;

/// Writes an object; `W` writes its keys and entries.
pub(super) struct ObjectWriter<W> {
    variant: Variant,
    keys: W,
    inner: W,
    key: Option<Node>,
    entries: Vec<(Node, Node)>,
}

impl<W> ObjectWriter<W> {
    pub(super) fn new(variant: Variant, keys: W, inner: W) -> Self {
        Self {
            variant,
            keys,
            inner,
            key: None,
            entries: Vec::new(),
        }
    }
}

impl<W: Serializer<Ok = Node, Error = Refusal> + Copy> ObjectWriter<W> {
    fn push<T: Serialize + ?Sized>(&mut self, key: Node, entry: &T) -> Result<(), Refusal> {
        let node = entry.serialize(self.inner).map_err(|refusal| {
            let refusal = refusal.within(|| key.label().into_owned());
            self.variant.within(refusal)
        })?;
        self.entries.push((key, node));
        Ok(())
    }

    fn finish(self) -> Result<Node, Refusal> {
        match Node::object(self.entries) {
            Ok(object) => Ok(self.variant.around(object)),
            Err(BadKeys(message)) => Err(self.variant.within(Refusal::new(message))),
        }
    }
}

macro_rules! structs {
    ($($trait:ident),+) => {
        $(impl<W: Serializer<Ok = Node, Error = Refusal> + Copy> $trait for ObjectWriter<W> {
            type Ok = Node;
            type Error = Refusal;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                entry: &T,
            ) -> Result<(), Refusal> {
                self.push(Node::Text(key.to_owned()), entry)
            }

            fn end(self) -> Result<Node, Refusal> {
                self.finish()
            }
        })+
    };
}

structs! { SerializeStruct, SerializeStructVariant }

impl<W: Serializer<Ok = Node, Error = Refusal> + Copy> SerializeMap for ObjectWriter<W> {
    type Ok = Node;
    type Error = Refusal;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refusal> {
        self.key = Some(key.serialize(self.keys)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, entry: &T) -> Result<(), Refusal> {
        let key = self
            .key
            .take()
            .ok_or_else(|| Refusal::new("a value of the document has no key"))?;
        self.push(key, entry)
    }

    fn end(self) -> Result<Node, Refusal> {
        self.finish()
    }
}
