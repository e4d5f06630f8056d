//! Plain data for Python: `dict`, `list`, `str`, numbers, `bool` and `None`.

use std::fmt::{self, Display};

use pyo3::IntoPyObjectExt as _;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyFloat, PyList, PyString};
use serde::ser::{self, Serialize, Serializer};

/// Makes plain data of what serde can write.
pub(crate) fn of<'py, T: Serialize + ?Sized>(
    py: Python<'py>,
    value: &T,
) -> PyResult<Bound<'py, PyAny>> {
    value.serialize(Data(py)).map_err(|Raised(error)| error)
}

/// Writer of plain data.
#[derive(Clone, Copy)]
struct Data<'py>(Python<'py>);

/// An exception, as an error of serde.
#[derive(Debug)]
struct Raised(PyErr);

impl Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no plain data")
    }
}

impl std::error::Error for Raised {}

impl ser::Error for Raised {
    fn custom<T: Display>(_: T) -> Self {
        Self(pyo3::exceptions::PyTypeError::new_err("no plain data"))
    }
}

impl From<PyErr> for Raised {
    fn from(error: PyErr) -> Self {
        Self(error)
    }
}

type Made<'py> = Result<Bound<'py, PyAny>, Raised>;

impl<'py> Data<'py> {
    fn one<T: IntoPyObject<'py>>(self, value: T) -> Made<'py> {
        Ok(value.into_bound_py_any(self.0)?)
    }

    fn list(self) -> Items<'py> {
        Items {
            data: self,
            made: Vec::new(),
            name: None,
        }
    }

    fn dict(self, name: Option<&'static str>) -> Entries<'py> {
        Entries {
            data: self,
            dict: PyDict::new(self.0),
            key: None,
            name,
        }
    }

    /// Returns `{name: value}` for a variant that has data.
    fn named(self, name: Option<&'static str>, value: Bound<'py, PyAny>) -> Made<'py> {
        let Some(name) = name else {
            return Ok(value);
        };
        let entries = PyDict::new(self.0);
        entries.set_item(name, value)?;
        Ok(entries.into_any())
    }
}

macro_rules! scalars {
    ($($method:ident($type:ty))*) => {
        $(fn $method(self, value: $type) -> Made<'py> {
            self.one(value)
        })*
    };
}

impl<'py> Serializer for Data<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = Raised;
    type SerializeSeq = Items<'py>;
    type SerializeTuple = Items<'py>;
    type SerializeTupleStruct = Items<'py>;
    type SerializeTupleVariant = Items<'py>;
    type SerializeMap = Entries<'py>;
    type SerializeStruct = Entries<'py>;
    type SerializeStructVariant = Entries<'py>;

    scalars! {
        serialize_bool(bool) serialize_i8(i8) serialize_i16(i16) serialize_i32(i32)
        serialize_i64(i64) serialize_i128(i128) serialize_u8(u8) serialize_u16(u16)
        serialize_u32(u32) serialize_u64(u64) serialize_u128(u128) serialize_char(char)
    }

    fn serialize_f32(self, value: f32) -> Made<'py> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Made<'py> {
        Ok(PyFloat::new(self.0, value).into_any())
    }

    fn serialize_str(self, value: &str) -> Made<'py> {
        Ok(PyString::new(self.0, value).into_any())
    }

    fn serialize_bytes(self, value: &[u8]) -> Made<'py> {
        Ok(PyBytes::new(self.0, value).into_any())
    }

    fn serialize_none(self) -> Made<'py> {
        Ok(self.0.None().into_bound(self.0))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Made<'py> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Made<'py> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Made<'py> {
        self.serialize_none()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Made<'py> {
        self.serialize_str(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Made<'py> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Made<'py> {
        self.named(Some(name), value.serialize(self)?)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'py>, Raised> {
        Ok(self.list())
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'py>, Raised> {
        Ok(self.list())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'py>, Raised> {
        Ok(self.list())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Items<'py>, Raised> {
        Ok(Items {
            name: Some(name),
            ..self.list()
        })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'py>, Raised> {
        Ok(self.dict(None))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Entries<'py>, Raised> {
        Ok(self.dict(None))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Entries<'py>, Raised> {
        Ok(self.dict(Some(name)))
    }
}

/// A list on its way.
struct Items<'py> {
    data: Data<'py>,
    made: Vec<Bound<'py, PyAny>>,
    name: Option<&'static str>,
}

impl<'py> Items<'py> {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Raised> {
        self.made.push(value.serialize(self.data)?);
        Ok(())
    }

    fn finish(self) -> Made<'py> {
        let list = PyList::new(self.data.0, self.made)?;
        self.data.named(self.name, list.into_any())
    }
}

macro_rules! items {
    ($($trait:ident::$method:ident)*) => {
        $(impl<'py> ser::$trait for Items<'py> {
            type Ok = Bound<'py, PyAny>;
            type Error = Raised;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Raised> {
                self.push(value)
            }

            fn end(self) -> Made<'py> {
                self.finish()
            }
        })*
    };
}

items! {
    SerializeSeq::serialize_element
    SerializeTuple::serialize_element
    SerializeTupleStruct::serialize_field
    SerializeTupleVariant::serialize_field
}

/// A dict on its way, in the order in which entries come.
struct Entries<'py> {
    data: Data<'py>,
    dict: Bound<'py, PyDict>,
    key: Option<Bound<'py, PyAny>>,
    name: Option<&'static str>,
}

impl<'py> Entries<'py> {
    fn finish(self) -> Made<'py> {
        self.data.named(self.name, self.dict.into_any())
    }
}

impl<'py> ser::SerializeMap for Entries<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = Raised;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Raised> {
        self.key = Some(key.serialize(self.data)?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Raised> {
        let value = value.serialize(self.data)?;
        if let Some(key) = self.key.take() {
            self.dict.set_item(key, value)?;
        }
        Ok(())
    }

    fn end(self) -> Made<'py> {
        self.finish()
    }
}

macro_rules! fields {
    ($($trait:ident)*) => {
        $(impl<'py> ser::$trait for Entries<'py> {
            type Ok = Bound<'py, PyAny>;
            type Error = Raised;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Raised> {
                let value = value.serialize(self.data)?;
                Ok(self.dict.set_item(name, value)?)
            }

            fn end(self) -> Made<'py> {
                self.finish()
            }
        })*
    };
}

fields! { SerializeStruct SerializeStructVariant }
