//! Makes a value of a tree.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{self, Deserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use super::access::{Choice, List, Object};
use super::node::Node;
use super::refusal::Refusal;

/// Reads one node.
#[derive(Clone, Copy)]
pub(super) struct Reader<'t> {
    pub(super) node: &'t Node,
    is_human_readable: bool,
}

impl<'t> Reader<'t> {
    pub(super) fn new(node: &'t Node, is_human_readable: bool) -> Self {
        Self {
            node,
            is_human_readable,
        }
    }

    /// Reads another node of the same tree.
    pub(super) fn of(self, node: &'t Node) -> Self {
        Self { node, ..self }
    }

    fn list<V: Visitor<'t>>(self, items: &'t [Node], visitor: V) -> Result<V::Value, Refusal> {
        let mut items = List::new(self, items);
        let value = visitor.visit_seq(&mut items)?;
        items.finish()?;
        Ok(value)
    }

    fn object<V: Visitor<'t>>(
        self,
        entries: &'t [(Node, Node)],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        let mut entries = Object::new(self, entries);
        let value = visitor.visit_map(&mut entries)?;
        entries.finish()?;
        Ok(value)
    }
}

impl<'t> Deserializer<'t> for Reader<'t> {
    type Error = Refusal;

    fn deserialize_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.node {
            Node::Unit => visitor.visit_unit(),
            Node::None => visitor.visit_none(),
            Node::Some(node) => visitor.visit_some(self.of(node)),
            Node::Bool(value) => visitor.visit_bool(*value),
            Node::I64(value) => visitor.visit_i64(*value),
            Node::U64(value) => visitor.visit_u64(*value),
            Node::I128(value) => visitor.visit_i128(*value),
            Node::U128(value) => visitor.visit_u128(*value),
            Node::F32(value) => visitor.visit_f32(*value),
            Node::F64(value) => visitor.visit_f64(*value),
            Node::Text(text) => visitor.visit_borrowed_str(text),
            Node::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            Node::List(items) => self.list(items, visitor),
            Node::Object(entries) => self.object(entries, visitor),
        }
    }

    fn deserialize_option<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.node {
            Node::Unit | Node::None => visitor.visit_none(),
            Node::Some(node) => visitor.visit_some(self.of(node)),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'t>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'t>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        match self.node {
            Node::Text(variant) => visitor.visit_enum(BorrowedStrDeserializer::new(variant)),
            Node::Object(entries) => match entries.as_slice() {
                [(variant, content)] => visitor.visit_enum(Choice::new(self, variant, content)),
                _ => Err(de::Error::invalid_value(
                    Unexpected::Map,
                    &"an object with one key, the name of a variant,",
                )),
            },
            _ => self.deserialize_any(visitor),
        }
    }

    fn is_human_readable(&self) -> bool {
        self.is_human_readable
    }

    forward_to_deserialize_any! {
        <V: Visitor<'t>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// Reads a key. In many formats all keys are text, so a number or truth value is looked for in it.
pub(super) struct KeyReader<'t>(pub(super) Reader<'t>);

macro_rules! parsed {
    ($($name:ident: $type:ty => $visit:ident),+ $(,)?) => {
        $(fn $name<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refusal> {
            match self.0.node {
                Node::Text(text) => match text.parse::<$type>() {
                    Ok(value) => visitor.$visit(value),
                    Err(_) => self.0.deserialize_any(visitor),
                },
                _ => self.0.deserialize_any(visitor),
            }
        })+
    };
}

impl<'t> Deserializer<'t> for KeyReader<'t> {
    type Error = Refusal;

    parsed! {
        deserialize_bool: bool => visit_bool,
        deserialize_i8: i8 => visit_i8, deserialize_i16: i16 => visit_i16,
        deserialize_i32: i32 => visit_i32, deserialize_i64: i64 => visit_i64,
        deserialize_i128: i128 => visit_i128, deserialize_u8: u8 => visit_u8,
        deserialize_u16: u16 => visit_u16, deserialize_u32: u32 => visit_u32,
        deserialize_u64: u64 => visit_u64, deserialize_u128: u128 => visit_u128,
        deserialize_f32: f32 => visit_f32, deserialize_f64: f64 => visit_f64,
    }

    fn deserialize_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.0.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.0.node {
            Node::Unit | Node::None => visitor.visit_none(),
            Node::Some(node) => visitor.visit_some(Self(self.0.of(node))),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'t>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'t>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable
    }

    forward_to_deserialize_any! {
        <V: Visitor<'t>>
        char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}
