//! Conversions that nouns with a form in text or JSON have in common.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A struct that is read from an object and from nothing else.
///
/// The derived `Deserialize` of a struct takes a list of its fields as well: an empty list would
/// then be the struct with every field left out.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields(PhantomData))
    }
}

/// Reads the fields of an object.
struct Fields<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Fields<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, fields: M) -> Result<Self::Value, M::Error> {
        T::deserialize(MapAccessDeserializer::new(fields)).map(Object)
    }
}

/// Conversions of a type that is text of its own grammar. `new` checks the text and `as_str`
/// returns it. Text becomes such a type only by that check, however it comes in.
macro_rules! checked_text {
    ($type:ident, $what:literal) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($type), self.as_str())
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl std::str::FromStr for $type {
            type Err = crate::error::Error;

            fn from_str(text: &str) -> crate::error::Result<Self> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $type {
            type Error = crate::error::Error;

            fn try_from(text: &str) -> crate::error::Result<Self> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $type {
            type Error = crate::error::Error;

            fn try_from(text: String) -> crate::error::Result<Self> {
                Self::new(text)
            }
        }

        impl From<&$type> for $type {
            fn from(same: &$type) -> Self {
                same.clone()
            }
        }

        impl From<$type> for String {
            fn from(text: $type) -> Self {
                text.as_str().to_owned()
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use serde::de::Error;
                // The deserializer's own error shows what it found instead, which may be a value.
                let text = String::deserialize(deserializer)
                    .map_err(|_| D::Error::custom(concat!($what, " is a string")))?;
                Self::new(text).map_err(D::Error::custom)
            }
        }
    };
}

/// Conversions of an enum whose variants have codes. `ALL` lists the variants and `as_str` returns
/// the code of one. A refused text is not repeated.
macro_rules! coded_enum {
    ($type:ident, $what:literal) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $type {
            type Err = crate::error::Error;

            fn from_str(text: &str) -> crate::error::Result<Self> {
                let known = Self::ALL.iter().find(|known| known.as_str() == text);
                known.copied().ok_or_else(|| {
                    let codes: Vec<&str> = Self::ALL.iter().map(|known| known.as_str()).collect();
                    crate::error::Error::new(
                        crate::error::ErrorKind::InvalidInput,
                        format!("{} is one of {}", $what, codes.join(", ")),
                    )
                })
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use serde::de::Error;
                // The deserializer's own error shows what it found instead.
                let text = String::deserialize(deserializer)
                    .map_err(|_| D::Error::custom(concat!($what, " is a string")))?;
                text.parse().map_err(D::Error::custom)
            }
        }
    };
}

pub(crate) use checked_text;
pub(crate) use coded_enum;
