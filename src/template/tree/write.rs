//! Makes a tree of a value.

use std::fmt::Display;

use serde::ser::{Serialize, Serializer};

use super::depth::Depth;
use super::node::{Node, TAG};
use super::refusal::Refusal;
use super::variant::Variant;
use super::write_list::ListWriter;
use super::write_object::ObjectWriter;

/// Writes one node.
#[derive(Clone, Copy, Default)]
pub(super) struct Writer {
    depth: Depth,
    /// True for the key of an object with one entry, which is how `serde_yaml` writes a tag.
    is_only_key: bool,
}

/// The name by which `serde_json` writes a `RawValue`: JSON text, which is no place for values.
const RAW_JSON: &str = "$serde_json::private::RawValue";

impl Writer {
    fn deeper(self) -> Result<Self, Refusal> {
        self.depth
            .deeper()
            .map(|depth| Self {
                depth,
                is_only_key: false,
            })
            .ok_or_else(Refusal::too_deep)
    }

    fn wrapped(self) -> Result<Self, Refusal> {
        self.depth
            .wrapped()
            .map(|depth| Self {
                depth,
                is_only_key: false,
            })
            .ok_or_else(Refusal::too_deep)
    }

    /// Returns the writer of what stands in a list or object, which of a variant is the only entry
    /// of an object.
    fn inner(self, variant: Variant) -> Result<Self, Refusal> {
        let outer = if variant.is_some() {
            self.deeper()?
        } else {
            self
        };
        outer.deeper()
    }

    fn list(self, variant: Variant) -> Result<ListWriter<Self>, Refusal> {
        Ok(ListWriter::new(variant, self.inner(variant)?))
    }

    fn object(self, variant: Variant) -> Result<ObjectWriter<Self>, Refusal> {
        let inner = self.inner(variant)?;
        Ok(ObjectWriter::new(variant, inner, inner))
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
    type SerializeSeq = ListWriter<Self>;
    type SerializeTuple = ListWriter<Self>;
    type SerializeTupleStruct = ListWriter<Self>;
    type SerializeTupleVariant = ListWriter<Self>;
    type SerializeMap = ObjectWriter<Self>;
    type SerializeStruct = ObjectWriter<Self>;
    type SerializeStructVariant = ObjectWriter<Self>;

    integers! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_i128: i128, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
        serialize_u64: u64, serialize_u128: u128
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

    /// Takes what is written by its `Display`, as `serde_yaml` writes the key that is a tag.
    fn collect_str<T: Display + ?Sized>(self, text: &T) -> Result<Node, Refusal> {
        let text = text.to_string();
        if self.is_only_key && text.starts_with('!') {
            return Err(Refusal::new(TAG));
        }
        Ok(Node::Text(text))
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
        let variant = Variant::of(variant);
        let node = value.serialize(self.deeper()?);
        node.map(|node| variant.around(node))
            .map_err(|refusal| variant.within(refusal))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<ListWriter<Self>, Refusal> {
        self.list(Variant::NONE)
    }

    fn serialize_tuple(self, _: usize) -> Result<ListWriter<Self>, Refusal> {
        self.list(Variant::NONE)
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<ListWriter<Self>, Refusal> {
        self.list(Variant::NONE)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<ListWriter<Self>, Refusal> {
        self.list(Variant::of(variant))
    }

    fn serialize_map(self, length: Option<usize>) -> Result<ObjectWriter<Self>, Refusal> {
        let inner = self.inner(Variant::NONE)?;
        let keys = Self {
            is_only_key: length == Some(1),
            ..inner
        };
        Ok(ObjectWriter::new(Variant::NONE, keys, inner))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<ObjectWriter<Self>, Refusal> {
        if name == RAW_JSON {
            return Err(Refusal::new(
                "raw JSON cannot be part of a document; parse it first",
            ));
        }
        self.object(Variant::NONE)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<ObjectWriter<Self>, Refusal> {
        self.object(Variant::of(variant))
    }
}
