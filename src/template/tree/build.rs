//! Reads a tree from any format that says what it holds.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Visitor};

use super::depth::Depth;
use super::node::{BadKeys, Node, TAG};
use super::trace::Trace;
use crate::template::structure::MAX_DEPTH;

/// Builds one node.
#[derive(Clone, Copy, Default)]
pub(super) struct Build<'t> {
    depth: Depth,
    /// Told of the place of an error, if anybody asks for it.
    trace: Option<&'t Trace>,
}

impl<'t> Build<'t> {
    pub(super) fn traced(trace: &'t Trace) -> Self {
        Self {
            depth: Depth::default(),
            trace: Some(trace),
        }
    }

    fn at<E: Error>(self, depth: Option<Depth>) -> Result<Self, E> {
        let Some(depth) = depth else {
            if let Some(trace) = self.trace {
                trace.too_deep();
            }
            return Err(E::custom(format_args!(
                "a document may be nested {MAX_DEPTH} levels deep at most"
            )));
        };
        Ok(Self { depth, ..self })
    }

    fn deeper<E: Error>(self) -> Result<Self, E> {
        self.at(self.depth.deeper())
    }

    fn wrapped<E: Error>(self) -> Result<Self, E> {
        self.at(self.depth.wrapped())
    }

    /// Notes on the way up that an error happened under a key or number.
    fn within<E>(self, step: impl FnOnce() -> String) -> impl FnOnce(E) -> E {
        move |error| {
            if let Some(trace) = self.trace {
                trace.within(step);
            }
            error
        }
    }
}

impl<'de> DeserializeSeed<'de> for Build<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Build<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a document")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Unit)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        self.wrapped()?.deserialize(deserializer).map(Node::some)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        self.wrapped()?.deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::integer(value))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Node, E> {
        Ok(Node::integer(value))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Node, E> {
        Ok(Node::integer(value))
    }

    fn visit_f32<E>(self, value: f32) -> Result<Node, E> {
        Ok(Node::F32(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::F64(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Node, E> {
        Ok(Node::Text(text))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Node, E> {
        Ok(Node::Bytes(bytes.to_owned()))
    }

    fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Node, E> {
        Ok(Node::Bytes(bytes))
    }

    /// Refuses a tag, which a tree cannot hold: it would come out as something else.
    fn visit_enum<A: EnumAccess<'de>>(self, _: A) -> Result<Node, A::Error> {
        if let Some(trace) = self.trace {
            trace.refuse(TAG);
        }
        Err(A::Error::custom(TAG))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let deeper = self.deeper()?;
        // The number of items that a format announces is not trusted with memory.
        let mut list = Vec::new();
        while let Some(item) = items
            .next_element_seed(deeper)
            .map_err(self.within(|| list.len().to_string()))?
        {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let deeper = self.deeper()?;
        let mut object = Vec::new();
        while let Some(key) = entries.next_key_seed(deeper)? {
            let entry = entries
                .next_value_seed(deeper)
                .map_err(self.within(|| key.label().into_owned()))?;
            object.push((key, entry));
        }
        Node::object(object).map_err(|BadKeys(message)| {
            if let Some(trace) = self.trace {
                trace.refuse(message);
            }
            A::Error::custom(message)
        })
    }
}
