//! A document of any format.

use std::fmt;

use serde::de::{Deserialize, DeserializeOwned, DeserializeSeed as _, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::build::Build;
use super::node::Node;
use super::read::Reader;
use super::trace::Trace;
use super::write::Writer;
use crate::error::Result;
use crate::resolve::{Sealed, Wipe};
use crate::template::json::{Form, read};
use crate::template::limits::Limits;
use crate::template::structure::{Places, Replacement, Structure, copy, wipe};

/// A document of any format that serde reads without being told its type: YAML, TOML, JSON, and the
/// host's own structs.
///
/// Read one with the `Deserialize` of the format, or make one [of](Tree::of) a value. What comes
/// out of a resolve is a tree again: make it a value of the type you need with [`to`](Tree::to).
///
/// ```
/// use keyslot::secrecy::ExposeSecret;
/// use keyslot::template::{ResolveExt, Tree};
/// use keyslot::{Target, Variables};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Server {
///     url: String,
///     tries: Option<u8>,
/// }
///
/// let config = Tree::of(&Server { url: "https://<<REGION>>.example".into(), tries: Some(3) })?;
/// let resolved = Variables::new()
///     .with("REGION", "eu")?
///     .resolve_for(&Target::tool("fetch"), &config)?;
/// let server: Server = resolved.expose_secret().to()?;
/// assert_eq!((server.url.as_str(), server.tries), ("https://eu.example", Some(3)));
/// # Ok::<(), keyslot::Error>(())
/// ```
///
/// Enums are written as JSON, YAML and TOML write them: a name, or an object with the name as its
/// only key. Structs are objects. A tag of YAML (`!name`) is refused where the format shows it, as
/// `serde_yaml` does; others, such as `serde-saphyr`, read past it. A number is what the format
/// made of it: for digits that must stay as they are there is
/// [`JsonText`](crate::template::JsonText). A tree is nested 128 levels deep at most, and none of
/// its objects has a text twice as a key.
#[derive(Clone, PartialEq)]
pub struct Tree {
    root: Node,
    /// It was read from a format that is not for humans, in which some types are written in another
    /// way.
    is_compact: bool,
    /// Its keys may hold values, so they are not shown in errors.
    hides_keys: bool,
}

impl Tree {
    /// Makes a tree of a value.
    ///
    /// ```
    /// use keyslot::template::Tree;
    /// use std::collections::BTreeMap;
    ///
    /// let config = BTreeMap::from([("region", "eu"), ("user", "ada")]);
    /// let tree = Tree::of(&config)?;
    /// assert_eq!(tree.to::<BTreeMap<String, String>>()?["user"], "ada");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`](crate::ErrorKind::InvalidDocument) with the JSON Pointer of what cannot
    /// be serialised, or of an object with a key twice; [`TooLarge`](crate::ErrorKind::TooLarge)
    /// when it is nested deeper than [`MAX_DEPTH`](crate::template::Document::MAX_DEPTH).
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        let root = value
            .serialize(Writer::default())
            .map_err(|refusal| refusal.into_error(false))?;
        Ok(Self {
            root,
            is_compact: false,
            hides_keys: false,
        })
    }

    /// Reads a tree, as its `Deserialize` does, and tells where it fails. Ask the format if there
    /// is more behind the document.
    ///
    /// ```
    /// # #[cfg(feature = "json")] {
    /// use keyslot::ErrorKind;
    /// use keyslot::template::Tree;
    ///
    /// let text = r#"{"servers": [{"url": "https://a.example", "url": "https://b.example"}]}"#;
    /// let error = Tree::read(&mut serde_json::Deserializer::from_str(text)).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::InvalidDocument);
    /// assert_eq!(error.pointer(), Some("/servers/0"));
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`](crate::ErrorKind::InvalidDocument) with the JSON Pointer of what the
    /// format refuses, or of an object with a key twice;
    /// [`TooLarge`](crate::ErrorKind::TooLarge) when it is nested deeper than
    /// [`MAX_DEPTH`](crate::template::Document::MAX_DEPTH). The message of the format, which may
    /// repeat the document, is not in it.
    pub fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self> {
        let is_compact = !deserializer.is_human_readable();
        let trace = Trace::default();
        match Build::traced(&trace).deserialize(deserializer) {
            Ok(root) => Ok(Self {
                root,
                is_compact,
                hides_keys: false,
            }),
            Err(_) => Err(trace.into_refusal().into_error(false)),
        }
    }

    /// Makes a value of the tree, for which parts of the tree are copied: of a tree with values in
    /// it, wipe them there.
    ///
    /// ```
    /// use keyslot::ErrorKind;
    /// use keyslot::template::Tree;
    ///
    /// let tree = Tree::of(&[1, 300])?;
    /// assert_eq!(tree.to::<Vec<u16>>()?, [1, 300]);
    /// let error = tree.to::<Vec<u8>>().unwrap_err();
    /// assert_eq!((error.kind(), error.pointer()), (ErrorKind::InvalidDocument, Some("/1")));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`](crate::ErrorKind::InvalidDocument) with the JSON Pointer of what does
    /// not fit the type. The message holds no text of the tree.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T> {
        let reader = Reader::new(&self.root, !self.is_compact);
        T::deserialize(reader).map_err(|refusal| refusal.into_error(self.hides_keys))
    }
}

impl Tree {
    /// The root, for code that rewrites texts in place and keeps the keys of each object apart.
    pub(crate) fn root_mut(&mut self) -> &mut Node {
        &mut self.root
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.root.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let is_compact = !deserializer.is_human_readable();
        Ok(Self {
            root: Build::default().deserialize(deserializer)?,
            is_compact,
            hides_keys: false,
        })
    }
}

impl Sealed for Tree {}

impl Wipe for Tree {
    type Places = Places;

    fn wipe(&mut self, places: &Places) {
        wipe(&mut self.root, places);
    }
}

impl Structure for Tree {
    type Output = Self;
    type Node = Node;
    const KEEPS_DIGITS: bool = false;

    fn root(&self) -> &Node {
        &self.root
    }

    fn rewritten(
        &self,
        keys: bool,
        _: Limits,
        replace: &mut impl FnMut() -> Option<Replacement>,
        places: &mut Places,
    ) -> Result<Self> {
        let (root, written) = copy(&self.root, keys, replace, |json| read(json, Form::Json))?;
        // Else everything may be made of values.
        let is_told = written.is_some();
        *places = written;
        Ok(Self {
            root,
            is_compact: self.is_compact,
            hides_keys: self.hides_keys || !is_told,
        })
    }
}

/// The tree belongs to somebody, and may hold values: nothing of it is shown.
impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree").finish_non_exhaustive()
    }
}
