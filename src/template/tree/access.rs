//! The parts of lists, objects and variants, one after the other.

use serde::de::{
    self, DeserializeSeed, Deserializer as _, EnumAccess, Error as _, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};

use super::node::Node;
use super::read::{KeyReader, Reader};
use super::refusal::Refusal;

/// The items of a list.
pub(super) struct List<'t> {
    reader: Reader<'t>,
    items: std::slice::Iter<'t, Node>,
    length: usize,
}

impl<'t> List<'t> {
    pub(super) fn new(reader: Reader<'t>, items: &'t [Node]) -> Self {
        Self {
            reader,
            items: items.iter(),
            length: items.len(),
        }
    }

    /// # Errors
    ///
    /// An error for more of them than were asked for: they would be lost.
    pub(super) fn finish(self) -> Result<(), Refusal> {
        let left = self.items.len();
        if left == 0 {
            Ok(())
        } else {
            Err(Refusal::invalid_length(self.length, &"a shorter list"))
        }
    }
}

impl<'t> SeqAccess<'t> for &mut List<'t> {
    type Error = Refusal;

    fn next_element_seed<S: DeserializeSeed<'t>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Refusal> {
        let index = self.length - self.items.len();
        let Some(item) = self.items.next() else {
            return Ok(None);
        };
        let value = seed.deserialize(self.reader.of(item));
        value
            .map(Some)
            .map_err(|refusal| refusal.within(|| index.to_string()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// The entries of an object.
pub(super) struct Object<'t> {
    reader: Reader<'t>,
    entries: std::slice::Iter<'t, (Node, Node)>,
    open: Option<&'t (Node, Node)>,
    length: usize,
}

impl<'t> Object<'t> {
    pub(super) fn new(reader: Reader<'t>, entries: &'t [(Node, Node)]) -> Self {
        Self {
            reader,
            entries: entries.iter(),
            open: None,
            length: entries.len(),
        }
    }

    /// # Errors
    ///
    /// An error for more of them than were asked for: they would be lost.
    pub(super) fn finish(self) -> Result<(), Refusal> {
        let left = self.entries.len();
        if left == 0 {
            Ok(())
        } else {
            Err(Refusal::invalid_length(
                self.length,
                &"an object with fewer entries",
            ))
        }
    }
}

impl<'t> MapAccess<'t> for &mut Object<'t> {
    type Error = Refusal;

    fn next_key_seed<S: DeserializeSeed<'t>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Refusal> {
        self.open = self.entries.next();
        let Some((key, _)) = self.open else {
            return Ok(None);
        };
        let value = seed.deserialize(KeyReader(self.reader.of(key)));
        value
            .map(Some)
            .map_err(|refusal| refusal.within(|| key.label().into_owned()))
    }

    fn next_value_seed<S: DeserializeSeed<'t>>(&mut self, seed: S) -> Result<S::Value, Refusal> {
        let (key, entry) = self
            .open
            .take()
            .ok_or_else(|| Refusal::custom("a value before its key"))?;
        let value = seed.deserialize(self.reader.of(entry));
        value.map_err(|refusal| refusal.within(|| key.label().into_owned()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

/// A variant that holds something.
pub(super) struct Choice<'t> {
    reader: Reader<'t>,
    variant: &'t Node,
    content: &'t Node,
}

impl<'t> Choice<'t> {
    pub(super) fn new(reader: Reader<'t>, variant: &'t Node, content: &'t Node) -> Self {
        Self {
            reader,
            variant,
            content,
        }
    }

    fn within<T>(&self, result: Result<T, Refusal>) -> Result<T, Refusal> {
        result.map_err(|refusal| refusal.within(|| self.variant.label().into_owned()))
    }
}

impl<'t> EnumAccess<'t> for Choice<'t> {
    type Error = Refusal;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'t>>(self, seed: S) -> Result<(S::Value, Self), Refusal> {
        let name = self.within(seed.deserialize(KeyReader(self.reader.of(self.variant))))?;
        Ok((name, self))
    }
}

impl<'t> VariantAccess<'t> for Choice<'t> {
    type Error = Refusal;

    fn unit_variant(self) -> Result<(), Refusal> {
        self.within(de::Deserialize::deserialize(self.reader.of(self.content)))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'t>>(self, seed: S) -> Result<S::Value, Refusal> {
        self.within(seed.deserialize(self.reader.of(self.content)))
    }

    fn tuple_variant<V: Visitor<'t>>(self, _: usize, visitor: V) -> Result<V::Value, Refusal> {
        self.within(match self.content {
            Node::List(_) => self.reader.of(self.content).deserialize_any(visitor),
            _ => Err(Refusal::invalid_type(
                Unexpected::NewtypeVariant,
                &"a tuple variant",
            )),
        })
    }

    fn struct_variant<V: Visitor<'t>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.within(match self.content {
            Node::Object(_) | Node::List(_) => {
                self.reader.of(self.content).deserialize_any(visitor)
            }
            _ => Err(Refusal::invalid_type(
                Unexpected::NewtypeVariant,
                &"a struct variant",
            )),
        })
    }
}
