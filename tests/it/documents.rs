//! Documents of any format: what goes into a tree comes out, and it resolves as JSON does.
#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use keyslot::secrecy::ExposeSecret;
#[cfg(feature = "json")]
use keyslot::template::JsonText;
use keyslot::template::{Document, Engine, Surfaces, Syntax, Tree};
use keyslot::{
    Error, ErrorKind, Lint, LintKind, ResolveExt, Resolved, Result, SecretName, Surface, Target,
    Variables,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

fn variables() -> Variables {
    let all = [
        ("A", "alpha"),
        ("B", "beta"),
        ("SAME", "alpha"),
        ("QUOTE", "\"}, {\""),
        ("LIKE", "<<A>>"),
    ];
    all.iter()
        .fold(Variables::new(), |variables, (name, value)| {
            variables.with(*name, *value).unwrap()
        })
}

fn resolve(tree: &Tree) -> Result<Resolved<Tree>> {
    variables().resolve_for(&Target::tool("t"), tree)
}

fn with_keys(tree: &Tree) -> Result<Resolved<Tree>> {
    Engine::new()
        .keys(true)
        .resolve(&variables(), &Target::tool("t"), tree)
}

fn yaml(text: &str) -> Tree {
    serde_saphyr::from_str(text).unwrap()
}

mod types {
    use super::*;

    #[derive(Serialize, Deserialize, Debug, PartialEq, Clone, Copy)]
    struct Unit;

    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    struct Newtype(String);

    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    struct Pair(u8, String);

    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    struct Fields {
        name: String,
        #[serde(rename = "~/", skip_serializing_if = "Option::is_none")]
        odd: Option<u8>,
    }

    #[derive(Serialize, Deserialize, Debug, PartialEq, Eq, PartialOrd, Ord)]
    enum Choice {
        Unit,
        Newtype(Option<String>),
        Tuple(u8, Box<Choice>),
        Struct { deep: Vec<Choice> },
    }

    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    #[serde(tag = "type")]
    enum Internal {
        Http { url: String, port: u16 },
        Stdio,
    }

    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    #[serde(tag = "type", content = "with")]
    enum Adjacent {
        Http(u8, u8),
        Stdio,
    }

    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    #[serde(untagged)]
    enum Untagged {
        Number(i64),
        Text(String),
        Object { a: f64 },
    }

    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    struct Flat {
        own: u8,
        #[serde(flatten)]
        rest: BTreeMap<String, Vec<i8>>,
    }

    #[derive(Debug, PartialEq)]
    struct Bytes(Vec<u8>);

    impl Serialize for Bytes {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(&self.0)
        }
    }

    impl<'de> Deserialize<'de> for Bytes {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl serde::de::Visitor<'_> for Visitor {
                type Value = Bytes;

                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("bytes")
                }

                fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                    Ok(Bytes(bytes.to_owned()))
                }
            }
            deserializer.deserialize_byte_buf(Visitor)
        }
    }

    /// It comes out of a tree as it went in, also after a resolve and a clone.
    fn comes_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: T) {
        let tree = Tree::of(&value).unwrap();
        assert_eq!(tree.to::<T>().unwrap(), value);
        assert_eq!(
            resolve(&tree.clone())
                .unwrap()
                .expose_secret()
                .to::<T>()
                .unwrap(),
            value
        );
        assert_eq!(
            with_keys(&tree).unwrap().expose_secret().to::<T>().unwrap(),
            value
        );
        assert!(
            Tree::of(&tree).unwrap() == tree,
            "a tree of a tree is the tree"
        );
        assert!(tree.to::<Tree>().unwrap() == tree);
    }

    #[test]
    fn numbers() {
        comes_back((i8::MIN, i16::MIN, i32::MIN, i64::MIN, i128::MIN));
        comes_back((i8::MAX, i16::MAX, i32::MAX, i64::MAX, i128::MAX));
        comes_back((u8::MAX, u16::MAX, u32::MAX, u64::MAX, u128::MAX));
        comes_back((
            0_u8,
            0_i128,
            0_u128,
            -1_i128,
            i128::from(i64::MIN) - 1,
            u128::from(u64::MAX) + 1,
        ));
        comes_back((
            f32::MIN_POSITIVE,
            0.1_f32,
            f32::INFINITY,
            f64::MAX,
            0.1_f64,
            -0.0_f64,
            3.0_f64,
        ));
        assert!(Tree::of(&f64::NAN).unwrap().to::<f64>().unwrap().is_nan());
        assert_eq!(Tree::of(&3_u8).unwrap().to::<f64>().unwrap(), 3.0);
    }

    #[test]
    fn text_and_the_rest() {
        comes_back((
            true,
            'c',
            '\u{10ffff}',
            String::from("text"),
            Bytes(vec![0, 255]),
            (),
        ));
        comes_back(vec![None, Some(vec![Some(1)]), Some(vec![None])]);
        comes_back((
            Some(Some(Some(3))),
            Some(None::<Option<u8>>),
            None::<Option<Option<u8>>>,
            Some(Some(None::<u8>)),
        ));
        comes_back((Some(()), None::<()>, Some(Some(())), Some(Unit)));
    }

    #[test]
    fn structs_and_enums() {
        comes_back((
            Unit,
            Newtype("n".into()),
            Some(Newtype("s".into())),
            Pair(1, "p".into()),
        ));
        comes_back([
            Fields {
                name: "n".into(),
                odd: Some(1),
            },
            Fields {
                name: String::new(),
                odd: None,
            },
        ]);
        let deep = vec![
            Choice::Unit,
            Choice::Newtype(None),
            Choice::Struct { deep: Vec::new() },
        ];
        comes_back(Choice::Tuple(1, Box::new(Choice::Struct { deep })));
        comes_back([
            Choice::Newtype(Some("n".into())),
            Choice::Newtype(None),
            Choice::Unit,
        ]);
        comes_back([
            Internal::Http {
                url: "u".into(),
                port: 443,
            },
            Internal::Stdio,
        ]);
        comes_back([Adjacent::Http(1, 2), Adjacent::Stdio]);
        comes_back([
            Untagged::Number(-1),
            Untagged::Text("t".into()),
            Untagged::Object { a: 0.5 },
        ]);
        comes_back(Flat {
            own: 1,
            rest: BTreeMap::from([("a".into(), vec![-1, 1]), ("b".into(), vec![])]),
        });
        comes_back((
            IpAddr::from([127, 0, 0, 1]),
            PathBuf::from("/a"),
            Duration::from_nanos(1_000_000_001),
        ));
    }

    #[test]
    fn keys_of_every_type() {
        comes_back(BTreeMap::from([(1_u8, 'a'), (255, 'b')]));
        comes_back(BTreeMap::from([(i128::MIN, 1), (i128::MAX, 2)]));
        comes_back(BTreeMap::from([(true, 1), (false, 2)]));
        comes_back(BTreeMap::from([('a', 1), ('\n', 2)]));
        comes_back(BTreeMap::from([
            (Choice::Unit, 1),
            (Choice::Newtype(None), 2),
        ]));
        comes_back(BTreeMap::from([
            ((1, "a".to_owned()), 1),
            ((1, "b".to_owned()), 2),
        ]));
        comes_back(BTreeMap::from([(Some(1), 1), (None, 2)]));
    }

    #[test]
    fn numbers_are_found_in_keys_that_are_text() {
        let tree: Tree = serde_json::from_str(r#"{"1": "a", "-2": "b"}"#).unwrap();
        assert_eq!(
            tree.to::<BTreeMap<i8, char>>().unwrap(),
            BTreeMap::from([(-2, 'b'), (1, 'a')])
        );
        assert!(tree.to::<BTreeMap<u8, char>>().is_err());
        let tree: Tree = serde_json::from_str(r#"{"true": 1}"#).unwrap();
        assert_eq!(
            tree.to::<BTreeMap<bool, u8>>().unwrap(),
            BTreeMap::from([(true, 1)])
        );
        assert!(Tree::of("1").unwrap().to::<u8>().is_err(), "only in keys");
    }

    /// A tree is written as each format writes the value itself.
    #[test]
    fn a_tree_is_written_as_its_value_is() {
        fn is_written_alike<T: Serialize>(value: T) {
            let tree = Tree::of(&value).unwrap();
            assert_eq!(
                serde_json::to_string(&tree).unwrap(),
                serde_json::to_string(&value).unwrap()
            );
            // YAML is indented in another way below variants.
            let [of_tree, of_value] = [
                serde_saphyr::to_string(&tree),
                serde_saphyr::to_string(&value),
            ];
            assert!(yaml(&of_tree.unwrap()) == yaml(&of_value.unwrap()));
            assert_eq!(toml::to_string(&tree).ok(), toml::to_string(&value).ok());
        }
        is_written_alike(Fields {
            name: "a: b".into(),
            odd: None,
        });
        is_written_alike(BTreeMap::from([("a", 0.1_f32), ("b", 3.0)]));
        is_written_alike(BTreeMap::from([
            ("a", Choice::Tuple(1, Box::new(Choice::Unit))),
            ("b", Choice::Unit),
        ]));
        is_written_alike(BTreeMap::from([
            ("a", Choice::Newtype(Some("x".into()))),
            ("b", Choice::Newtype(None)),
        ]));
        is_written_alike((
            Some(1),
            None::<u8>,
            Unit,
            Newtype("n".into()),
            'c',
            u64::MAX,
            "<<A>>",
        ));
        is_written_alike(BTreeMap::from([("a", Some(1)), ("b", None)]));
    }
}

/// Types that a document does not fit, refused in words that hold nothing of it.
mod refusals {
    use super::*;

    #[derive(Serialize, Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Server {
        url: String,
        port: u16,
        #[serde(default)]
        mode: Option<Mode>,
        #[serde(default)]
        pair: Vec<(u8, u8)>,
        #[serde(default)]
        address: Option<IpAddr>,
    }

    #[derive(Serialize, Deserialize, Debug)]
    enum Mode {
        Fast,
        Slow(u8),
    }

    fn refused(json: &str) -> Error {
        let tree: Tree = serde_json::from_str(json).unwrap();
        let error = tree.to::<BTreeMap<String, Server>>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidDocument);
        for shown in [error.to_string(), format!("{error:?}")] {
            assert!(
                !shown.contains("canary") && !shown.contains("770077"),
                "{shown}"
            );
        }
        error
    }

    #[test]
    fn say_where_and_what_was_asked_for() {
        for (server, expected) in [
            (
                r#"7"#,
                "the document has an integer where struct Server was asked for (at /s)",
            ),
            (
                r#"{"url": "canary"}"#,
                "the document has no field port (at /s)",
            ),
            (
                r#"{"url": "", "port": "canary"}"#,
                "the document has text where u16 was asked for (at /s/port)",
            ),
            (
                r#"{"url": "", "port": 770077}"#,
                "the document has an integer that does not fit where u16 was asked for (at \
                 /s/port)",
            ),
            (
                r#"{"url": 770077, "port": 1}"#,
                "the document has an integer where a string was asked for (at /s/url)",
            ),
            (
                r#"{"other": 1}"#,
                "the document has an unknown field; there are url, port, mode, pair, address (at \
                 /s/other)",
            ),
            (
                r#"{"url": "", "port": 1, "mode": "canary"}"#,
                "the document has an unknown variant; there are Fast, Slow (at /s/mode)",
            ),
            (
                r#"{"url": "", "port": 1, "mode": {"Slow": "canary"}}"#,
                "the document has text where u8 was asked for (at /s/mode/Slow)",
            ),
            (
                r#"{"url": "", "port": 1, "mode": {"Fast": 1}}"#,
                "the document has an integer where unit was asked for (at /s/mode/Fast)",
            ),
            (
                r#"{"url": "", "port": 1, "pair": [[1, 2], [1, 2, 3]]}"#,
                "the document has 3 elements where a shorter list was asked for \
                 (at /s/pair/1)",
            ),
            (
                r#"{"url": "", "port": 1, "pair": [[1]]}"#,
                "the document has 1 elements where a tuple of size 2 was asked for (at /s/pair/0)",
            ),
            (
                r#"{"url": "", "port": 1, "address": "canary"}"#,
                "the document has a value that the type asked for refuses (at /s/address)",
            ),
        ] {
            let message = refused(&format!(r#"{{"s": {server}}}"#)).to_string();
            assert!(message.starts_with(expected), "{message}");
        }
        let fine: Tree = serde_json::from_str(
            r#"{"url": "u", "port": 1, "mode": {"Slow": 1}, "pair": [[1, 2]]}"#,
        )
        .unwrap();
        assert!(matches!(
            fine.to::<Server>().unwrap().mode,
            Some(Mode::Slow(1))
        ));
    }

    #[test]
    fn show_no_key_that_may_hold_a_value() {
        let tree = Tree::of(&BTreeMap::from([("<<A>>", "x")])).unwrap();
        let error = resolve(&tree)
            .unwrap()
            .expose_secret()
            .to::<BTreeMap<String, u8>>()
            .unwrap_err();
        assert_eq!(error.pointer(), Some("/<<A>>"));
        let error = with_keys(&tree)
            .unwrap()
            .expose_secret()
            .to::<BTreeMap<String, u8>>()
            .unwrap_err();
        assert_eq!(error.pointer(), None);
        assert_eq!(
            error.to_string(),
            "the document has text where u8 was asked for"
        );
    }

    #[test]
    fn a_value_that_cannot_be_serialised() {
        struct Canary;
        impl Serialize for Canary {
            fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
                Err(serde::ser::Error::custom("canary"))
            }
        }
        let error = Tree::of(&BTreeMap::from([("a/b", [Ok(1), Err(Canary)])])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a value of the document cannot be serialised (at /a~1b/1/Err)"
        );
        assert!(Tree::of(&[Ok::<u8, Canary>(1)]).is_ok());
    }

    #[test]
    fn a_key_twice() {
        let twice = |json: &str| serde_json::from_str::<Tree>(json);
        assert!(twice(r#"{"a": 1, "b": 2, "canary": 3, "canary": 4}"#).is_err());
        let many: Vec<_> = (0..20).map(|number| format!("\"k{number}\": 1")).collect();
        assert!(twice(&format!("{{{}}}", many.join(","))).is_ok());
        assert!(twice(&format!("{{{}, \"k7\": 1}}", many.join(","))).is_err());

        #[derive(Serialize)]
        struct Flat {
            a: u8,
            #[serde(flatten)]
            rest: BTreeMap<&'static str, u8>,
        }
        let error = Tree::of(&[Flat {
            a: 1,
            rest: BTreeMap::from([("a", 2)]),
        }])
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "the document has a key twice in one object (at /0)"
        );
        assert!(
            Tree::of(&[Flat {
                a: 1,
                rest: BTreeMap::from([("b", 2)])
            }])
            .is_ok()
        );
    }

    #[cfg(feature = "json")]
    #[test]
    fn raw_json_is_no_place_for_values() {
        let raw = serde_json::value::RawValue::from_string("\"<<QUOTE>>\"".into()).unwrap();
        assert_eq!(
            Tree::of(&raw).unwrap_err().kind(),
            ErrorKind::InvalidDocument
        );
    }
}

mod depth {
    use super::*;

    #[derive(Serialize, Deserialize)]
    enum Nested {
        Leaf,
        List(Vec<Nested>),
    }

    #[derive(Serialize)]
    struct Wrapped(Option<Box<Wrapped>>);

    #[cfg(feature = "json")]
    fn brackets(depth: usize) -> String {
        format!("{}\"<<A>>\"{}", "[".repeat(depth), "]".repeat(depth))
    }

    #[cfg(feature = "json")]
    fn read(json: &str) -> Result<Tree, serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_str(json);
        reader.disable_recursion_limit();
        Tree::deserialize(&mut reader)
    }

    #[cfg(feature = "json")]
    #[test]
    fn is_limited_when_it_is_read() {
        let tree = read(&brackets(128)).unwrap();
        assert_eq!(Document::MAX_DEPTH, 128);
        let document = Document::compile(tree.clone()).unwrap();
        let resolved = variables()
            .resolve_for(&Target::tool("t"), &document)
            .unwrap();
        assert_eq!(
            serde_json::to_string(resolved.expose_secret()).unwrap(),
            brackets(128).replace("<<A>>", "alpha")
        );
        drop((tree.clone(), document, resolved));
        assert!(tree.to::<Tree>().unwrap() == tree);
        for depth in [129, 200_000] {
            assert!(
                read(&brackets(depth))
                    .is_err_and(|error| error.to_string().contains("nested 128 levels"))
            );
        }
    }

    #[test]
    fn is_limited_when_it_is_made() {
        let nested = |depth| (0..depth).fold(Nested::Leaf, |inner, _| Nested::List(vec![inner]));
        assert!(Tree::of(&nested(64)).unwrap().to::<Nested>().is_ok());
        assert_eq!(
            Tree::of(&nested(65)).unwrap_err().kind(),
            ErrorKind::TooLarge
        );
        let mut wrapped = Wrapped(None);
        for _ in 0..2_000 {
            wrapped = Wrapped(Some(Box::new(wrapped)));
        }
        assert_eq!(Tree::of(&wrapped).unwrap_err().kind(), ErrorKind::TooLarge);
        assert!(Tree::of(&Wrapped(Some(Box::new(Wrapped(None))))).is_ok());
    }
}

mod keys {
    use super::*;

    #[test]
    fn are_left_alone_by_default() {
        let tree = yaml("<<A>>: <<B>>\n<<$secret.: 1");
        let resolved = resolve(&tree).unwrap();
        assert_eq!(
            serde_json::to_string(resolved.expose_secret()).unwrap(),
            r#"{"<<A>>":"beta","<<$secret.":1}"#
        );
    }

    #[test]
    fn are_resolved_on_request() {
        let tree = yaml(
            "\"<<A>>-<<B>>\": {<<B>>: <<A>>, plain: <<!A>>}\nlist: [{<<LIKE>>: 1}]\n\"<<!A>>\": \
             2\n7: 3",
        );
        let resolved = with_keys(&tree).unwrap();
        assert_eq!(
            serde_json::to_string(resolved.expose_secret()).unwrap(),
            concat!(
                r#"{"alpha-beta":{"beta":"alpha","plain":"<<A>>"},"#,
                r#""list":[{"<<A>>":1}],"<<A>>":2,"7":3}"#,
            )
        );
        let document = Engine::new().keys(true).compile_document(tree).unwrap();
        assert_eq!(
            document
                .references()
                .iter()
                .map(|one| one.name().as_str())
                .collect::<Vec<_>>(),
            ["A", "B", "LIKE"]
        );
        assert!(
            variables()
                .resolve_for(&Target::tool("t"), &document)
                .is_ok()
        );
    }

    #[test]
    fn that_become_the_same_are_an_error_at_their_object() {
        for document in [
            "o: {<<A>>: 1, <<SAME>>: 2}",
            "o: {<<A>>: 1, alpha: 2}",
            "o: {alpha: 1, <<A>>: 2}",
        ] {
            let error = with_keys(&yaml(document)).unwrap_err();
            assert_eq!(
                (error.kind(), error.pointer()),
                (ErrorKind::InvalidDocument, Some("/o"))
            );
            assert!(!format!("{error} {error:?}").contains("alpha"));
        }
        let error = with_keys(&yaml(
            "[{<<A>>: 1, x: {<<A>>: 1, <<SAME>>: 2}}, {<<A>>: 1, alpha: 2}]",
        ))
        .unwrap_err();
        assert_eq!(
            error
                .all()
                .map(|one| one.pointer().unwrap())
                .collect::<Vec<_>>(),
            ["/0/x", "/1"]
        );
        assert!(
            with_keys(&yaml("{<<A>>: {<<SAME>>: 1}, beta: {<<A>>: 2}}")).is_ok(),
            "in two objects they are two"
        );
    }

    #[test]
    fn have_the_pointer_of_their_entry_in_errors_and_lints() {
        let error = with_keys(&yaml("a/b: {<<NOPE>>: <<NOPE>>}")).unwrap_err();
        let pointers: Vec<_> = error.all().map(|one| one.pointer().unwrap()).collect();
        assert_eq!(pointers, ["/a~1b/<<NOPE>>", "/a~1b/<<NOPE>>"]);
        let compiled = Engine::new()
            .keys(true)
            .compile_document(yaml("{<<$secret.: 1}"));
        assert_eq!(
            (
                compiled.as_ref().unwrap_err().kind(),
                compiled.unwrap_err().pointer()
            ),
            (ErrorKind::Syntax, Some("/<<$secret."))
        );
        let document = Engine::new()
            .keys(true)
            .compile_document(yaml("{<<my key>>: 1}"))
            .unwrap();
        assert_eq!(document.lints()[0].pointer(), Some("/<<my key>>"));
    }

    #[test]
    fn are_written_as_the_target_needs_it() {
        let header = Target::tool("t").with_surface(Surface::Header);
        let lines = Variables::new().with("A", "a\r\nb").unwrap();
        let refused = |tree: &Tree| {
            Engine::new()
                .keys(true)
                .resolve(&lines, &header, tree)
                .map(drop)
        };
        assert_eq!(
            refused(&yaml("<<A>>: 1")).unwrap_err().kind(),
            ErrorKind::Unencodable
        );
        assert!(refused(&yaml("plain: 1")).is_ok());
    }

    #[test]
    fn count_as_text() {
        let engine = Engine::new()
            .limits(keyslot::template::Limits::default().output(20))
            .keys(true);
        let of = |key: &str| Tree::of(&BTreeMap::from([(key, "<<A>>")])).unwrap();
        assert!(
            engine
                .resolve(&variables(), &Target::tool("t"), &of("0123456789"))
                .is_ok()
        );
        let error = engine
            .resolve(
                &variables(),
                &Target::tool("t"),
                &of("01234567890123456789"),
            )
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
    }
}

mod bookmarks {
    use super::*;

    fn engine() -> Engine {
        Engine::new().syntax(Syntax::angle().and(Syntax::bookmark()))
    }

    struct Vault;

    impl keyslot::Resolver for Vault {
        fn lookup(
            &self,
            references: &[keyslot::Reference],
            _: &Target,
        ) -> Result<keyslot::Outcomes> {
            let value = |reference: &keyslot::Reference| match reference.kind() {
                keyslot::ReferenceKind::Secret => {
                    Ok(keyslot::Found::new(reference.name().clone(), "the value"))
                }
                _ => Ok(keyslot::Found::new(reference.name().clone(), "a variable")),
            };
            Ok(references.iter().map(value).collect())
        }
    }

    fn resolved(text: &str) -> String {
        let resolved = engine()
            .resolve(&Vault, &Target::tool("t"), &yaml(text))
            .unwrap();
        serde_json::to_string(resolved.expose_secret()).unwrap()
    }

    #[test]
    fn a_name_is_the_whole_string() {
        assert_eq!(
            resolved("{value: My API Key, fromSecret: true, id: <<A>>}"),
            r#"{"value":"the value","fromSecret":true,"id":"a variable"}"#
        );
        assert_eq!(
            resolved("[{fromSecret: true, value: A}]"),
            r#"[{"fromSecret":true,"value":"the value"}]"#
        );
    }

    #[test]
    fn all_else_is_none() {
        for text in [
            r#"{"value":"A","fromSecret":false}"#,
            r#"{"value":"A","fromSecret":"true"}"#,
            r#"{"value":"A"}"#,
            r#"{"value":["A"],"fromSecret":true}"#,
            r#"{"value":{"value":"A"},"fromSecret":true}"#,
            r#"{"Value":"A","fromSecret":true}"#,
        ] {
            assert_eq!(resolved(text), text);
            let json: Tree = serde_json::from_str(text).unwrap();
            assert!(
                Engine::new()
                    .compile_document(json)
                    .unwrap()
                    .references()
                    .is_empty()
            );
        }
        let plain = Engine::new()
            .compile_document(yaml("{value: A, fromSecret: true}"))
            .unwrap();
        assert!(plain.references().is_empty(), "only with the syntax");
    }

    #[test]
    fn a_name_that_is_none_is_a_syntax_error_at_its_place() {
        for name in ["<<A>>", "a  b", "\"\"", "A@1", "$secret.A", "'A '"] {
            let error = engine()
                .compile_document(yaml(&format!("x: {{value: {name}, fromSecret: true}}")))
                .unwrap_err();
            assert_eq!(
                (error.kind(), error.pointer()),
                (ErrorKind::Syntax, Some("/x/value")),
                "{name}"
            );
        }
    }
}

mod formats {
    use super::*;

    #[test]
    fn yaml_comes_out_as_it_went_in() {
        let text = "server:\n  url: https://<<A>>.example\n  ports: [80, 443]\n  ratio: 0.5\n  \
                    none: null\n  on: true\n";
        let tree = yaml(text);
        let document = Document::compile(tree.clone()).unwrap();
        let resolved = variables()
            .resolve_for(&Target::tool("t"), &document)
            .unwrap();
        let written = serde_saphyr::to_string(resolved.expose_secret()).unwrap();
        assert!(
            yaml(&written) == yaml(&text.replace("<<A>>", "alpha")),
            "{written}"
        );
        assert!(yaml(&serde_saphyr::to_string(&tree).unwrap()) == tree);
    }

    #[test]
    fn values_do_not_change_yaml() {
        let resolved = resolve(&yaml("a: <<QUOTE>>\nb: <<LIKE>>")).unwrap();
        let written = serde_saphyr::to_string(resolved.expose_secret()).unwrap();
        let read: BTreeMap<String, String> = serde_saphyr::from_str(&written).unwrap();
        assert_eq!(
            read,
            BTreeMap::from([
                ("a".into(), "\"}, {\"".into()),
                ("b".into(), "<<A>>".into())
            ])
        );
    }

    #[test]
    fn toml_comes_out_as_it_went_in_with_its_dates() {
        let text = "at = 2026-11-21T10:00:00Z\nday = 2026-11-21\nname = \
                    \"<<A>>\"\n\n[table]\nlist = [1, 2]\nx = 1.5\n";
        let tree: Tree = toml::from_str(text).unwrap();
        let resolved = resolve(&tree).unwrap();
        let read: toml::Table =
            toml::from_str(&toml::to_string(resolved.expose_secret()).unwrap()).unwrap();
        assert_eq!(
            read,
            toml::from_str(&text.replace("<<A>>", "alpha")).unwrap()
        );
        assert_eq!(resolved.expose_secret().to::<toml::Table>().unwrap(), read);

        #[derive(Serialize, Deserialize)]
        struct Config {
            at: toml::value::Datetime,
        }
        let config: Config = resolved.expose_secret().to().unwrap();
        assert_eq!(config.at.to_string(), "2026-11-21T10:00:00Z");
        assert_eq!(
            toml::to_string(&Tree::of(&config).unwrap()).unwrap(),
            "at = 2026-11-21T10:00:00Z\n"
        );
    }
}

#[test]
fn debug_shows_no_string_of_a_document() {
    let tree = yaml("canary: canary <<A>>");
    let document = Document::compile(tree.clone()).unwrap();
    let resolved = resolve(&tree).unwrap();
    let shown = format!("{tree:?} {tree:#?} {document:?} {document:#?} {resolved:?} {resolved:#?}");
    assert!(
        !shown.contains("canary") && !shown.contains("alpha"),
        "{shown}"
    );
    assert!(shown.contains("SecretName(A)"), "references are shown");
}

#[cfg(feature = "json")]
mod json {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn keys_of(value: &Value) -> Result<Resolved<Value>> {
        Engine::new()
            .keys(true)
            .resolve(&variables(), &Target::tool("t"), value)
    }

    #[test]
    fn keys_are_resolved_on_request() {
        let resolved =
            keys_of(&json!({"z<<A>>": {"<<B>>": "<<A>>"}, "<<!A>>": 1, "m": "<<B>>"})).unwrap();
        assert_eq!(
            *resolved.expose_secret(),
            json!({"zalpha": {"beta": "alpha"}, "<<A>>": 1, "m": "beta"})
        );
        let error = keys_of(&json!({"o": {"<<A>>": "<<B>>", "<<SAME>>": "<<B>>"}})).unwrap_err();
        assert_eq!(
            (error.kind(), error.pointer()),
            (ErrorKind::InvalidDocument, Some("/o"))
        );
    }

    #[test]
    fn bytes_are_compact_json() {
        let value = json!({"a": ["<<QUOTE>>", null, -1.5e300, {"ü": "<<A>>\n"}], "b": {}});
        let resolved = variables().resolve_json(&value).unwrap();
        let bytes = resolved.to_bytes().unwrap();
        assert_eq!(
            bytes.expose_secret(),
            serde_json::to_vec(resolved.expose_secret()).unwrap()
        );
        assert!(
            String::from_utf8(bytes.expose_secret().to_vec())
                .unwrap()
                .contains(r#""\"}, {\"","#)
        );
        assert!(!format!("{bytes:?}").contains("alpha"));
    }

    #[test]
    fn too_deep_is_too_large_and_is_dropped() {
        let nested = |depth| (0..depth).fold(json!("<<A>>"), |inner, _| Value::Array(vec![inner]));
        assert!(Tree::of(&nested(128)).is_ok());
        let deep = std::mem::ManuallyDrop::new(nested(20_000));
        assert_eq!(Tree::of(&*deep).unwrap_err().kind(), ErrorKind::TooLarge);
        let error = Document::compile(std::mem::ManuallyDrop::into_inner(deep)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
    }

    fn text() -> impl Strategy<Value = String> {
        const PIECES: [&str; 11] = [
            "<<A>>",
            "<<B>>",
            "<<NOPE>>",
            "<<!A>>",
            "<<$secret.",
            "<<my key>>",
            "plain",
            "/",
            "~",
            "ü",
            "alpha",
        ];
        proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..4)
            .prop_map(|pieces| pieces.concat())
    }

    fn document() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            text().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            Just(Value::Null),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::vec((text(), inner), 0..4)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    fn report(error: &Error) -> Vec<(ErrorKind, String, Option<String>)> {
        error
            .all()
            .map(|one| {
                (
                    one.kind(),
                    one.to_string(),
                    one.pointer().map(str::to_owned),
                )
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 500,
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn a_tree_resolves_as_its_json_does(value in document(), keys: bool, keep: bool) {
            let engine = Engine::new().keys(keys);
            let target = if keep { Target::instructions() } else { Target::tool("t") };
            let tree = Tree::of(&value).unwrap();
            let text = value.to_string();
            let read: Value = serde_json::from_str(&text).unwrap();
            prop_assert!(serde_json::from_str::<Tree>(&text).unwrap() == Tree::of(&read).unwrap());
            let compiled = engine.compile_document(tree.clone());
            if let Ok(document) = &compiled {
                let other = engine.compile_document(value.clone()).unwrap();
                prop_assert_eq!(document.references(), other.references());
                prop_assert_eq!(document.lints(), other.lints());
            }
            let as_text = engine.resolve(&variables(), &target, &JsonText::parse(text).unwrap());
            // Another parser reads floats in its own way, here and there the same.
            match (&as_text, engine.resolve(&variables(), &target, &read)) {
                (Ok(text), Ok(value)) => {
                    let text: Value = serde_json::from_str(text.expose_secret()).unwrap();
                    prop_assert_eq!(&text, value.expose_secret());
                }
                (Err(text), Err(value)) => prop_assert_eq!(report(text), report(&value)),
                (text, value) => prop_assert!(false, "{:?} but {:?}", text, value),
            }
            match (
                engine.resolve(&variables(), &target, &value),
                engine.resolve(&variables(), &target, &tree),
            ) {
                (Ok(value), Ok(tree)) => {
                    prop_assert_eq!(
                        value.expose_secret(),
                        &tree.expose_secret().to::<Value>().unwrap()
                    );
                    prop_assert_eq!(value.used(), tree.used());
                    prop_assert_eq!(value.kept(), tree.kept());
                }
                (Err(value), Err(tree)) => prop_assert_eq!(report(&value), report(&tree)),
                (value, tree) => prop_assert!(false, "{:?} but {:?}", value, tree),
            }
        }
    }
}

#[test]
fn no_key_makes_something_else_of_its_object() {
    const RAW: &str = "$serde_json::private::RawValue";
    const DATE: &str = "$__toml_private_datetime";
    #[cfg(feature = "json")]
    let parsed = Document::parse(&format!(
        r#"{{"x": {{"{RAW}": "{{\"a\": 1, \"a\": \"<<A>>\"}}"}}}}"#
    ));
    #[cfg(feature = "json")]
    assert_eq!(parsed.unwrap_err().kind(), ErrorKind::InvalidDocument);
    assert!(Tree::of(&BTreeMap::from([(RAW, "<<V>>")])).is_err());

    let tree = Tree::of(&BTreeMap::from([("<<K>>", "<<V>>")])).unwrap();
    let resolve = |key: &str, value: &str| {
        let variables = Variables::new().with("K", key)?.with("V", value)?;
        Engine::new()
            .keys(true)
            .resolve(&variables, &Target::tool("t"), &tree)
    };
    assert!(resolve("ordinary", "1").is_ok());
    for (key, value) in [(RAW, r#"{"admin": true}"#), (DATE, "2020-01-01")] {
        assert_eq!(
            resolve(key, value).unwrap_err().kind(),
            ErrorKind::InvalidDocument,
            "{key}"
        );
    }
}

#[test]
fn rules_by_pointer_hold_for_keys_too() {
    let engine = Engine::new().keys(true).surfaces(Surfaces::mcp());
    let resolve = |key: &str, value: &str| {
        let config = Tree::of(&serde_json::json!({"mcpServers": {"a": {key: {"X-<<K>>": "v"}}}}))?;
        engine.resolve(
            &Variables::new().with("K", value)?,
            &Target::tool("t"),
            &config,
        )
    };
    for value in ["a\r\nHost: evil", "Host"] {
        assert_eq!(
            resolve("headers", value).unwrap_err().kind(),
            ErrorKind::Unencodable
        );
    }
    assert_eq!(
        resolve("env", "a\0b").unwrap_err().kind(),
        ErrorKind::Unencodable
    );
    assert!(resolve("env", "TOKEN").is_ok());
}

#[test]
fn rules_cost_what_the_document_has() {
    // With a pointer made for each string this took the length of the key times the number of
    // strings.
    let key = "k".repeat(1 << 20);
    let document = Tree::of(&serde_json::json!({key: vec!["<<A>>"; 2000]})).unwrap();
    let engine = Engine::new()
        .surfaces(Surfaces::mcp())
        .syntax(Syntax::bookmark_at(["/x"]).unwrap().and(Syntax::angle()));
    assert_eq!(
        engine
            .compile_document(document)
            .unwrap()
            .references()
            .len(),
        1
    );
}

/// References and names of 125 letters, of which there are two, so that none is near another nor
/// soon seen to be far apart.
fn unlike_names(count: usize, seed: u64) -> Vec<String> {
    let mut state = seed;
    let mut letter = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        if state >> 63 == 0 { 'A' } else { 'B' }
    };
    (0..count)
        .map(|_| (0..125).map(|_| letter()).collect())
        .collect()
}

#[test]
fn the_names_of_all_strings_are_compared_within_one_budget() {
    let known: Vec<SecretName> = unlike_names(4_000, 1)
        .iter()
        .map(|name| name.parse().unwrap())
        .collect();
    let strings: Vec<String> = unlike_names(400, 2)
        .iter()
        .map(|name| format!("<<{name}>>"))
        .collect();
    let lints = |strings: &[String]| {
        Document::compile(Tree::of(strings).unwrap())
            .unwrap()
            .lints_among(&known)
    };
    let last = lints(&strings);
    let unjudged: Vec<&Lint> = last
        .iter()
        .filter(|lint| lint.kind() == LintKind::NotCompared)
        .collect();
    assert_eq!(
        unjudged,
        [last.last().unwrap()],
        "one for the whole document, and nothing behind it"
    );
    assert!(
        unjudged[0]
            .to_string()
            .ends_with("were not compared with all others: pass fewer names")
    );
    let number: usize = unjudged[0]
        .pointer()
        .unwrap()
        .trim_start_matches('/')
        .parse()
        .unwrap();
    assert!(
        (1..399).contains(&number),
        "at the first that was not judged: {number}"
    );
    // The control: what is within the budget is judged to the end, and so is a slip in it.
    let mut few = strings[..20].to_vec();
    few.push(format!("<<{}B>>", known[3_999]));
    let judged = lints(&few);
    assert!(
        judged
            .iter()
            .all(|lint| lint.kind() == LintKind::UnknownName)
    );
    assert_eq!(judged.last().unwrap().pointer(), Some("/20"));
    assert!(
        judged
            .last()
            .unwrap()
            .to_string()
            .ends_with(&format!("did you mean {}?", known[3_999]))
    );
}

#[cfg(feature = "json")]
mod reading {
    use super::*;

    fn of_json(text: &str) -> Result<Tree> {
        Tree::read(&mut serde_json::Deserializer::from_str(text))
    }

    #[test]
    fn what_a_format_refuses_has_its_kind_and_pointer() {
        for (text, pointer, message) in [
            (
                "{\"a\": [1, {\"b/c\": cAnArY}]}",
                Some("/a/1/b~1c"),
                "not valid in its format",
            ),
            ("{\"a\": {\"x\": 1, \"x\": 2}}", Some("/a"), "a key twice"),
            (
                "[[], \"\\ud800 cAnArY\"]",
                Some("/1"),
                "not valid in its format",
            ),
            (
                "[{\"$serde_json::private::RawValue\": \"1\"}]",
                Some("/0"),
                "reserves",
            ),
            ("cAnArY", Some(""), "not valid in its format"),
        ] {
            let error = of_json(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidDocument, "{text}");
            assert_eq!(error.pointer(), pointer, "{text}");
            let shown = format!("{error} {error:?}");
            assert!(
                shown.contains(message) && !shown.contains("cAnArY"),
                "{shown}"
            );
            let theirs = serde_json::from_str::<Tree>(text);
            assert!(theirs.is_err(), "the trait refuses it too: {text}");
        }
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let unbounded = |text: &str| {
            let mut reader = serde_json::Deserializer::from_str(text);
            reader.disable_recursion_limit();
            Tree::read(&mut reader)
        };
        assert!(unbounded(&nested(128)).is_ok());
        assert_eq!(
            unbounded(&nested(129)).unwrap_err().kind(),
            ErrorKind::TooLarge
        );
        let text = r#"{"a": [1, {"b": "<<A>>"}]}"#;
        assert!(of_json(text).unwrap() == serde_json::from_str::<Tree>(text).unwrap());
    }

    #[test]
    fn it_reads_other_formats() {
        let error = Tree::read(toml::Deserializer::parse("a = 1\n[t]\nb = [1, 2]").unwrap());
        assert_eq!(
            error.unwrap().to::<toml::Table>().unwrap()["t"]["b"][1].as_integer(),
            Some(2)
        );
    }
}

mod tags {
    use super::*;
    use serde::Serializer;
    use serde::de::value::{Error as Plain, StrDeserializer};
    use serde::de::{Deserializer, Visitor};
    use serde::ser::SerializeMap as _;

    /// A tagged value as `serde_yaml` writes it: an object of one entry, whose key is written by
    /// its `Display`.
    struct Tagged(&'static str);

    impl Serialize for Tagged {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            struct Shown(&'static str);
            impl Serialize for Shown {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.collect_str(self.0)
                }
            }
            let mut map = serializer.serialize_map(Some(1))?;
            map.serialize_entry(&Shown(self.0), "pw")?;
            map.end()
        }
    }

    #[test]
    fn a_tag_is_refused_and_not_turned_into_a_key() {
        let error = Tree::of(&BTreeMap::from([("a", [Tagged("!cAnArY")])])).unwrap_err();
        assert_eq!(
            (error.kind(), error.pointer()),
            (ErrorKind::InvalidDocument, Some("/a/0"))
        );
        assert!(error.to_string().contains("tag") && !error.to_string().contains("cAnArY"));
        assert!(Tree::of(&Tagged("plain")).is_ok());
        // A key is a key.
        let plain = Tree::of(&BTreeMap::from([("!name", "pw")])).unwrap();
        let read: BTreeMap<String, String> = plain.to().unwrap();
        assert_eq!(read["!name"], "pw");
    }

    /// A format that shows a tag as the variant of an enum, as `serde_yaml` does.
    struct Shows;

    impl<'de> Deserializer<'de> for Shows {
        type Error = Plain;

        fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Plain> {
            visitor.visit_enum(StrDeserializer::<Plain>::new("cAnArY"))
        }

        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
            option unit unit_struct newtype_struct seq tuple tuple_struct map struct enum
            identifier ignored_any
        }
    }

    #[test]
    fn a_tag_that_is_read_is_refused_too() {
        let error = Tree::read(Shows).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidDocument);
        assert!(error.to_string().contains("tag") && !error.to_string().contains("cAnArY"));
        assert!(
            Tree::deserialize(Shows)
                .unwrap_err()
                .to_string()
                .contains("tag")
        );
    }
}

#[cfg(feature = "json")]
mod inner_json {
    use super::*;
    use serde_json::json;

    fn kinds(engine: &Engine, text: &str) -> Vec<LintKind> {
        let document = json!({"function": {"arguments": text}});
        let document = engine.compile_document(document).unwrap();
        document.lints().iter().map(Lint::kind).collect()
    }

    #[test]
    fn a_value_in_a_string_that_is_json_itself_is_linted() {
        let engine = Engine::new();
        for text in [
            r#"{"token":"<<S>>"}"#,
            r#" [1, {"a": ["x", "Bearer <<$secret.S>> <<S|json>>"]}]"#,
            r#"{"n": <<S>>, "<<!T>>": 1}"#,
            r#"{"a": "<<S|json>>", "b": "<<S|json|trim>>"}"#,
        ] {
            assert_eq!(kinds(&engine, text), [LintKind::InnerJson], "{text}");
        }
        for text in [
            r#"{"token":"<<S|json>>"}"#,
            r#"{"token":"<<!S>>"}"#,
            r#"{"token":"none"}"#,
            "<<S>>",
            "[see <<S>>]",
            r#"{"open": "<<S>>""#,
            "\"<<S>>\"",
        ] {
            assert_eq!(kinds(&engine, text), [], "{text}");
        }
        let surfaces = Surfaces::new();
        let surfaces = surfaces.at("/function/arguments", Surface::Json).unwrap();
        let engine = Engine::new().surfaces(surfaces);
        assert_eq!(kinds(&engine, r#"{"token":"<<S>>"}"#), []);
        let document = json!({"function": {"arguments": r#"{"token":"<<S>>"}"#}});
        let variables = Variables::new()
            .with("S", "x\",\"admin\":true,\"y\":\"")
            .unwrap();
        let resolved = engine
            .resolve(&variables, &Target::tool("t"), &document)
            .unwrap();
        let inner = resolved.expose_secret()["function"]["arguments"]
            .as_str()
            .unwrap();
        let inner: serde_json::Value = serde_json::from_str(inner).unwrap();
        assert_eq!(inner.as_object().unwrap().len(), 1, "no key was added");
        // A text alone has the surface of its target, which a lint does not know.
        let template = Engine::new().compile(r#"{"token":"<<S>>"}"#).unwrap();
        assert!(template.lints().is_empty());
    }

    #[test]
    fn it_says_where_and_what_to_do() {
        let document = Document::compile(json!([r#"{"t":"<<S>>"}"#])).unwrap();
        let lint = &document.lints()[0];
        assert_eq!((lint.span(), lint.pointer()), (6..11, Some("/0")));
        assert!(lint.to_string().contains("filter json") && lint.kind().as_str() == "inner_json");
    }
}
