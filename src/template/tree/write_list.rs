//! Makes a list of the values of a sequence.

use serde::ser::{
    Serialize, SerializeSeq, SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
    Serializer,
};

use super::node::Node;
use super::refusal::Refusal;
use super::variant::Variant;

/// Writes a list; `W` writes its items.
pub(super) struct ListWriter<W> {
    variant: Variant,
    items: Vec<Node>,
    inner: W,
}

impl<W> ListWriter<W> {
    pub(super) fn new(variant: Variant, inner: W) -> Self {
        Self {
            variant,
            items: Vec::new(),
            inner,
        }
    }
}

impl<W: Serializer<Ok = Node, Error = Refusal> + Copy> ListWriter<W> {
    fn push<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Refusal> {
        let node = item.serialize(self.inner).map_err(|refusal| {
            let refusal = refusal.within(|| self.items.len().to_string());
            self.variant.within(refusal)
        })?;
        self.items.push(node);
        Ok(())
    }

    fn finish(self) -> Node {
        self.variant.around(Node::List(self.items))
    }
}

macro_rules! lists {
    ($($trait:ident::$push:ident),+) => {
        $(impl<W: Serializer<Ok = Node, Error = Refusal> + Copy> $trait for ListWriter<W> {
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
    SerializeSeq::serialize_element, SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field, SerializeTupleVariant::serialize_field
}
