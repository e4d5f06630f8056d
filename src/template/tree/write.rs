//! Makes a tree of a value.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::depth::Depth;
use super::node::{BadKeys, Node};
use super::refusal::Refusal;

/// Writes one node.
#[derive(Clone, Copy, Default)]
pub(super) struct Writer {
    depth: Depth,
}

/// The name by which `serde_json` writes a `RawValue`: JSON text, which is no place for values.
const RAW_JSON: &str = "$serde_json::private::RawValue";

impl Writer {
    fn deeper(self) -> Result<Self, Refusal> {
        self.depth
            .deeper()
            .map(|depth| Self { depth })
            .ok_or_else(Refusal::too_deep)
    }

    fn wrapped(self) -> Result<Self, Refusal> {
        self.depth
            .wrapped()
            .map(|depth| Self { depth })
            .ok_or_else(Refusal::too_deep)
    }

    /// A list, which of a variant is the only entry of an object.
    fn list(self, variant: Option<&'static str>) -> Result<ListWriter, Refusal> {
        let outer = if variant.is_some() {
            self.deeper()?
        } else {
            self
        };
        Ok(ListWriter {
            variant,
            inner: outer.deeper()?,
            items: Vec::new(),
        })
    }

    /// An object, which of a variant is the only entry of another.
    fn object(self, variant: Option<&'static str>) -> Result<ObjectWriter, Refusal> {
        let outer = if variant.is_some() {
            self.deeper()?
        } else {
            self
        };
        Ok(ObjectWriter {
            variant,
            inner: outer.deeper()?,
            key: None,
            entries: Vec::new(),
        })
    }
}

fn in_variant(variant: Option<&'static str>, node: Node) -> Node {
    match variant {
        Some(variant) => Node::Object(vec![(Node::Text(variant.to_owned()), node)]),
        None => node,
    }
}

macro_rules! integers {
    ($($name:ident: $type:ty),+) => {
        $(fn $name(self, value: $type) -> Result<Node, Refusal> {
            Ok(Node::integer(value))
        })+
    };
}

impl Serializer for Writer {
    type Ok = Node;
    type Error = Refusal;
    type SerializeSeq = ListWriter;
    type SerializeTuple = ListWriter;
    type SerializeTupleStruct = ListWriter;
    type SerializeTupleVariant = ListWriter;
    type SerializeMap = ObjectWriter;
    type SerializeStruct = ObjectWriter;
    type SerializeStructVariant = ObjectWriter;

    integers! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128
    }

    fn serialize_bool(self, value: bool) -> Result<Node, Refusal> {
        Ok(Node::Bool(value))
    }

    fn serialize_f32(self, value: f32) -> Result<Node, Refusal> {
        Ok(Node::F32(value))
    }

    fn serialize_f64(self, value: f64) -> Result<Node, Refusal> {
        Ok(Node::F64(value))
    }

    fn serialize_char(self, value: char) -> Result<Node, Refusal> {
        Ok(Node::Text(value.to_string()))
    }

    fn serialize_str(self, text: &str) -> Result<Node, Refusal> {
        Ok(Node::Text(text.to_owned()))
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Node, Refusal> {
        Ok(Node::Bytes(bytes.to_owned()))
    }

    fn serialize_none(self) -> Result<Node, Refusal> {
        Ok(Node::None)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Node, Refusal> {
        value.serialize(self.wrapped()?).map(Node::some)
    }

    fn serialize_unit(self) -> Result<Node, Refusal> {
        Ok(Node::Unit)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Node, Refusal> {
        Ok(Node::Unit)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Node, Refusal> {
        Ok(Node::Text(variant.to_owned()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Node, Refusal> {
        value.serialize(self.wrapped()?)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Node, Refusal> {
        let node = value
            .serialize(self.deeper()?)
            .map_err(|refusal| refusal.within(|| variant.to_owned()))?;
        Ok(in_variant(Some(variant), node))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<ListWriter, Refusal> {
        self.list(None)
    }

    fn serialize_tuple(self, _: usize) -> Result<ListWriter, Refusal> {
        self.list(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<ListWriter, Refusal> {
        self.list(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<ListWriter, Refusal> {
        self.list(Some(variant))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<ObjectWriter, Refusal> {
        self.object(None)
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<ObjectWriter, Refusal> {
        if name == RAW_JSON {
            return Err(Refusal::new(
                "raw JSON cannot be part of a document; parse it first",
            ));
        }
        self.object(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<ObjectWriter, Refusal> {
        self.object(Some(variant))
    }
}

/// Writes a list.
pub(super) struct ListWriter {
    variant: Option<&'static str>,
    inner: Writer,
    items: Vec<Node>,
}

impl ListWriter {
    fn push<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Refusal> {
        let node = item.serialize(self.inner).map_err(|refusal| {
            let refusal = refusal.within(|| self.items.len().to_string());
            self.variant.iter().fold(refusal, |refusal, variant| {
                refusal.within(|| (*variant).to_owned())
            })
        })?;
        self.items.push(node);
        Ok(())
    }

    fn finish(self) -> Node {
        in_variant(self.variant, Node::List(self.items))
    }
}

/// Writes an object.
pub(super) struct ObjectWriter {
    variant: Option<&'static str>,
    inner: Writer,
    key: Option<Node>,
    entries: Vec<(Node, Node)>,
}

impl ObjectWriter {
    fn push<T: Serialize + ?Sized>(&mut self, key: Node, entry: &T) -> Result<(), Refusal> {
        match entry.serialize(self.inner) {
            Ok(node) => self.entries.push((key, node)),
            Err(refusal) => {
                return Err(self.within_variant(refusal.within(|| key.label().into_owned())));
            }
        }
        Ok(())
    }

    fn within_variant(&self, refusal: Refusal) -> Refusal {
        self.variant.iter().fold(refusal, |refusal, variant| {
            refusal.within(|| (*variant).to_owned())
        })
    }

    fn finish(mut self) -> Result<Node, Refusal> {
        let object = Node::object(std::mem::take(&mut self.entries));
        let object =
            object.map_err(|BadKeys(message)| self.within_variant(Refusal::new(message)))?;
        Ok(in_variant(self.variant, object))
    }
}

macro_rules! lists {
    ($($trait:ident::$push:ident),+) => {
        $(impl $trait for ListWriter {
            type Ok = Node;
            type Error = Refusal;

            fn $push<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Refusal> {
                self.push(item)
            }

            fn end(self) -> Result<Node, Refusal> {
                Ok(self.finish())
            }
        })+
    };
}

lists! {
    SerializeSeq::serialize_element, SerializeTuple::serialize_element, SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
}

macro_rules! structs {
    ($($trait:ident),+) => {
        $(impl $trait for ObjectWriter {
            type Ok = Node;
            type Error = Refusal;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, entry: &T) -> Result<(), Refusal> {
                self.push(Node::Text(key.to_owned()), entry)
            }

            fn end(self) -> Result<Node, Refusal> {
                self.finish()
            }
        })+
    };
}

structs! { SerializeStruct, SerializeStructVariant }

impl SerializeMap for ObjectWriter {
    type Ok = Node;
    type Error = Refusal;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refusal> {
        self.key = Some(key.serialize(self.inner)?);
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
