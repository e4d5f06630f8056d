//! Documents that come in from Python: `dict`, `list`, `tuple` and what is in them.

use std::cell::Cell;

use keyslot::template::Tree;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple,
};
use serde::ser::{Serialize, SerializeMap as _, Serializer};

use crate::error::{Failed, Outcome};
use crate::text;

/// The most values of a document. A list may hold the same list twice, and so on: what is small in
/// Python may be without end here.
const MAX_VALUES: u32 = 1_000_000;

/// The most bytes of all texts of a document.
const MAX_BYTES: usize = 64 << 20;

const KINDS: &str = "a document holds str, int, float, bool, None, bytes, list, tuple and dict";
const KEYS: &str = "the keys of a document are str, int, float, bool or None";

/// Makes a tree of an object of Python. The interpreter is not let go meanwhile, so nobody changes
/// the document.
///
/// # Errors
///
/// `InvalidDocument` for an object of another type, with its place; `TooLarge` for one that is
/// nested too deeply, such as a list that holds itself.
pub(crate) fn of(object: &Bound<'_, PyAny>) -> Outcome<Tree> {
    let left = Left {
        values: Cell::new(MAX_VALUES),
        bytes: Cell::new(MAX_BYTES),
        why: Cell::new(None),
    };
    let tree = Tree::of(&Part {
        object,
        left: &left,
    });
    tree.map_err(|error| match left.why.get() {
        Some(why) => Failed::Document(error, why),
        None => error.into(),
    })
}

/// The rest of the values and bytes that a document may have.
struct Left {
    values: Cell<u32>,
    bytes: Cell<usize>,
    /// The reason for which it is refused. A tree forgets what types say about their values.
    why: Cell<Option<&'static str>>,
}

impl Left {
    fn refuse<E: serde::ser::Error>(&self, why: &'static str) -> E {
        self.why.set(Some(why));
        E::custom(why)
    }

    fn take<E: serde::ser::Error>(&self, bytes: usize) -> Result<(), E> {
        let values = self.values.get().checked_sub(1);
        let bytes = self.bytes.get().checked_sub(bytes);
        let (Some(values), Some(bytes)) = (values, bytes) else {
            return Err(self.refuse("the document has too many values or too much text"));
        };
        self.values.set(values);
        self.bytes.set(bytes);
        Ok(())
    }
}

/// A value of a document.
struct Part<'a, 'py> {
    object: &'a Bound<'py, PyAny>,
    left: &'a Left,
}

impl Part<'_, '_> {
    fn within<'a, 'py>(&'a self, object: &'a Bound<'py, PyAny>) -> Part<'a, 'py> {
        Part {
            object,
            left: self.left,
        }
    }

    fn scalar<S: Serializer>(&self, serializer: S, other: &'static str) -> Result<S::Ok, S::Error> {
        let object = self.object;
        if let Ok(string) = object.cast::<PyString>() {
            let string = text::of(string).map_err(|_| self.left.refuse(text::SURROGATE))?;
            self.left.take(string.len())?;
            serializer.serialize_str(&string)
        } else if object.is_none() {
            serializer.serialize_unit()
        } else if let Ok(value) = object.cast::<PyBool>() {
            serializer.serialize_bool(value.is_true())
        } else if let Ok(number) = object.cast::<PyInt>() {
            if let Ok(number) = number.extract::<i64>() {
                serializer.serialize_i64(number)
            } else if let Ok(number) = number.extract::<i128>() {
                serializer.serialize_i128(number)
            } else if let Ok(number) = number.extract::<u128>() {
                serializer.serialize_u128(number)
            } else {
                Err(self
                    .left
                    .refuse("an integer has more than 128 bits; write it as text"))
            }
        } else if let Ok(number) = object.cast::<PyFloat>() {
            serializer.serialize_f64(number.value())
        } else {
            Err(self.left.refuse(other))
        }
    }
}

impl Serialize for Part<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.left.take(0)?;
        let object = self.object;
        if let Ok(entries) = object.cast::<PyDict>() {
            // A number of a class of its own may change the dict as it is read.
            let entries: Vec<_> = entries.iter().collect();
            let mut map = serializer.serialize_map(Some(entries.len()))?;
            for (key, value) in &entries {
                map.serialize_entry(&Key(self.within(key)), &self.within(value))?;
            }
            map.end()
        } else if let Ok(items) = object.cast::<PyList>() {
            let items: Vec<_> = items.iter().collect();
            serializer.collect_seq(items.iter().map(|item| self.within(item)))
        } else if let Ok(items) = object.cast::<PyTuple>() {
            let items: Vec<_> = items.iter().collect();
            serializer.collect_seq(items.iter().map(|item| self.within(item)))
        } else if let Ok(bytes) = object.cast::<PyBytes>() {
            self.left.take(bytes.as_bytes().len())?;
            serializer.serialize_bytes(bytes.as_bytes())
        } else if let Ok(bytes) = object.cast::<PyByteArray>() {
            let bytes = zeroize::Zeroizing::new(bytes.to_vec());
            self.left.take(bytes.len())?;
            serializer.serialize_bytes(&bytes)
        } else {
            self.scalar(serializer, KINDS)
        }
    }
}

/// A key of an object.
struct Key<'a, 'py>(Part<'a, 'py>);

impl Serialize for Key<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.scalar(serializer, KEYS)
    }
}
