//! Nothing that is printed holds a value, a key or rejected input: every kind of error, and `Debug`
//! of every public type.
#![cfg(all(feature = "sqlite", feature = "json"))]
#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

use std::collections::BTreeSet;
use std::fmt::{Debug, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use crate::support::rows::{all_of, put, rows};
use crate::support::scanner::Scanner;
use crate::support::{again, repository, root_key};
use keyslot::redact::{RedactReader, RedactWriter};
use keyslot::secrecy::ExposeSecret;
use keyslot::store::{Kind, MemoryStore, Partition, SecretStore, SqliteStore};
use keyslot::template::{Document, Engine, Grants, JsonText, Limits, ResolveExt, Template, Tree};
use keyslot::{
    Chain, Error, ErrorKind, Event, Found, NamePolicy, OnExisting, Outcomes, Redactor, Reference,
    Resolver, Result, RootKey, RunSecrets, Scope, SecretChange, SecretInput, SecretName, Surface,
    Target, Variables, Vault,
};

const VALUE: &str = "canary-value-4eC39HqLyjWDarjtT1\r\nsecond-line-of-the-canary";
const KEY: &str = "Q0FOQVJZa2V5Q0FOQVJZa2V5Q0FOQVJZa2V5/+8xYyA=";
const REJECTED: &str = "rejected-canary-input!*?";
const DESCRIPTION: &str = "canary-d3scr1pt10n\u{7}w1th-a-b3ll";

/// Kinds whose cause cannot be had on demand; their messages are constants.
const NOT_PROVOKED: [ErrorKind; 10] = [
    ErrorKind::Unavailable,
    ErrorKind::Unsettled,
    ErrorKind::StoreDenied,
    ErrorKind::KeyDenied,
    ErrorKind::KeyProvider,
    ErrorKind::UnsafeSqlite,
    ErrorKind::Forked,
    ErrorKind::StorageFull,
    ErrorKind::ReadOnly,
    ErrorKind::VaultKeyReplaced,
];

fn scanner() -> Scanner {
    Scanner::new([VALUE, KEY, REJECTED, "canary-d3scr1pt10n", "w1th-a-b3ll"])
}

/// All that can be printed of an error.
fn printed(error: &Error, texts: &[&str]) -> String {
    let mut out = format!("{error}\n{error:?}\n{error:#?}\n");
    for one in error.all() {
        let _ = writeln!(
            out,
            "{one} {one:?} {:?} {:?} {:?}",
            one.name(),
            one.pointer(),
            one.span()
        );
    }
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let _ = writeln!(out, "{cause} {cause:?} {cause:#?}");
        source = cause.source();
    }
    for text in texts {
        let _ = writeln!(out, "{:?} {:?}", error.position(text), error.diagram(text));
    }
    out
}

/// A vault with a secret of each sort, in a file and in a folder of its own.
struct World {
    folder: tempfile::TempDir,
    store: MemoryStore,
    vault: Vault,
    /// Debug of all events.
    events: Arc<Mutex<Vec<String>>>,
}

impl World {
    fn new() -> Self {
        let store = MemoryStore::new();
        let clock = || UNIX_EPOCH + Duration::from_secs(2_000_000_000);
        let events = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&events);
        let observer = move |event: &Event<'_>| {
            let owned = event.to_owned();
            let shown = format!("{event:?} {event:#?} {owned:?} {owned:#?}");
            seen.lock().unwrap().push(shown);
        };
        let vault = Vault::builder()
            .store(store.clone())
            .clock(clock)
            .observer(observer)
            .create(&root_key())
            .unwrap();
        let scope = vault.scope("acme").unwrap();
        scope.put("FINE", VALUE).unwrap();
        scope
            .put("INACTIVE", SecretInput::new(VALUE).inactive())
            .unwrap();
        let now = scope.put("EXPIRED", VALUE).unwrap().created_at;
        scope
            .update("EXPIRED", SecretChange::default().expires_at(now))
            .unwrap();
        scope
            .put(
                "EARLY",
                SecretInput::new(VALUE).not_before(UNIX_EPOCH + Duration::from_secs(3_000_000_000)),
            )
            .unwrap();
        scope.put("REVOKED", VALUE).unwrap();
        scope.revoke("REVOKED").unwrap();
        Self {
            folder: tempfile::tempdir().unwrap(),
            store,
            vault,
            events,
        }
    }

    fn refused(&self, text: &str) -> Error {
        self.vault.scope("acme").unwrap().resolve(text).unwrap_err()
    }

    fn refused_at(&self, target: &Target, text: &str) -> Error {
        self.vault
            .scope("acme")
            .unwrap()
            .resolve_for(target, text)
            .unwrap_err()
    }

    fn refused_put(&self, name: &str, input: impl Into<SecretInput>) -> Error {
        self.vault
            .scope("acme")
            .unwrap()
            .put(name, input)
            .unwrap_err()
    }

    fn damaged(&self) -> Error {
        let all = |kind| rows(&self.store, kind);
        let before = all(Kind::Secret);
        let scope = self.vault.scope("acme").unwrap();
        scope.put("DAMAGED", VALUE).unwrap();
        let mut row = all(Kind::Secret)
            .into_iter()
            .find(|row| before.iter().all(|old| old.key != row.key))
            .unwrap();
        row.body[100] ^= 1;
        put(&self.store, &row);
        self.refused("<<$secret.DAMAGED>>")
    }

    /// The error of a snapshot once an older copy of the head was put back.
    fn rolled_back(&self) -> Error {
        let scope = self.vault.scope("globex").unwrap();
        scope.put("FINE", VALUE).unwrap();
        let before = rows(&self.store, Kind::Head);
        let run = scope
            .snapshot(&scope.references("<<$secret.FINE>>").unwrap())
            .unwrap();
        scope.put("FINE", VALUE).unwrap();
        before.iter().for_each(|row| put(&self.store, row));
        let error = run.resolve("<<$secret.FINE>>").unwrap_err();
        self.vault.accept_rollback("the test put it back").unwrap();
        error
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn text_file(&self, name: &str, text: &str) -> std::path::PathBuf {
        let path = self.file(name);
        std::fs::write(&path, text).unwrap();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&path, private).unwrap();
        path
    }

    /// At least one error of each kind that can be had, with canaries in all that went in.
    fn errors(&self) -> Vec<Error> {
        let header = Target::tool("t").with_surface(Surface::Header);
        let small = Engine::new().limits(Limits::default().output(8));
        let scope = self.vault.scope("acme").unwrap();
        let vault_file = self.file(REJECTED);
        drop(Vault::create(&vault_file, &root_key()).unwrap());
        let open_to_all = self.text_file("open", KEY);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        std::fs::set_permissions(&open_to_all, mode).unwrap();
        let mut errors = vec![
            self.refused(&format!("<<$secret.{REJECTED}>>")),
            self.refused(&format!("<<$secret.FINE <<{REJECTED}")),
            self.refused("<<$secret.FINE | canary_filter:rejected-canary-input>>"),
            self.refused("<<$secret.FINE | get:/field>>"),
            self.refused_at(&header, "X-Value: <<$secret.FINE>>"),
            small
                .resolve(&scope, &Target::unspecified(), "<<$secret.FINE>>")
                .unwrap_err(),
            Document::parse(&format!("{{\"{REJECTED}\": \"{VALUE}")).unwrap_err(),
            self.refused("<<$secret.FINE>> <<$secret.NOWHERE>>"),
            self.refused("<<INACTIVE>> <<EXPIRED>> <<EARLY>> <<REVOKED>> <<FINE@7>>"),
            self.refused("<<INACTIVE>>"),
            self.refused("<<EXPIRED>>"),
            self.refused("<<EARLY>>"),
            self.refused("<<REVOKED>>"),
            self.refused("<<FINE@7>>"),
            self.refused_at(&Target::instructions(), "<<$secret.FINE>>"),
            self.damaged(),
            self.rolled_back(),
            self.vault
                .verify_with(|_| std::ops::ControlFlow::Break(()))
                .unwrap_err(),
            Broken.resolve("<<A>>").unwrap_err(),
            SecretName::new(REJECTED).unwrap_err(),
            SecretName::new("sk_live_4eC39HqLyjWDarjtT1zdp7dc").unwrap_err(),
            Scope::new(format!("acme/{REJECTED}")).unwrap_err(),
            self.vault.scope(REJECTED).unwrap_err(),
            self.refused_put(REJECTED, VALUE),
            self.refused_put("A", format!("{VALUE}{}", "x".repeat(1 << 17))),
            self.refused_put("A", SecretInput::new(VALUE).description(DESCRIPTION)),
            self.refused_put("FINE", SecretInput::new(VALUE).if_absent()),
            self.refused_put("REVOKED", VALUE),
            SecretInput::from_bytes([VALUE.as_bytes(), &[0xff]].concat()).unwrap_err(),
            NamePolicy::matching(&format!("({REJECTED}")).unwrap_err(),
            RootKey::from_base64(&KEY.replace('=', "")).unwrap_err(),
            RootKey::from_hex(REJECTED).unwrap_err(),
            RootKey::from_bytes(VALUE.as_bytes()).unwrap_err(),
            RootKey::from_bytes(&KEY.as_bytes()[..32]).unwrap_err(),
            RootKey::from_file(self.text_file("key", &format!("\"{KEY}\""))).unwrap_err(),
            RootKey::from_file(self.file(REJECTED).join("none")).unwrap_err(),
            RootKey::from_file(open_to_all).unwrap_err(),
            RootKey::from_env(REJECTED).unwrap_err(),
            Vault::open(&vault_file, &RootKey::from_base64(KEY).unwrap()).unwrap_err(),
            Vault::create(&vault_file, &root_key()).unwrap_err(),
            Vault::open(self.file("missing-canary"), &root_key()).unwrap_err(),
            Vault::open(self.text_file("text", VALUE), &root_key()).unwrap_err(),
            Vault::builder().open(&root_key()).unwrap_err(),
            self.nested_write(),
            self.later_format(),
            self.replaced_file(),
        ];
        errors.extend(self.documents());
        errors
    }

    fn documents(&self) -> Vec<Error> {
        let scope = self.vault.scope("acme").unwrap();
        let document = serde_json::json!({
            "a": "<<$secret.FINE>>",
            "b": ["<<$secret.NOWHERE>>", "<<$secret.FINE|get:/x>>"],
        });
        vec![scope.resolve_json(&document).unwrap_err()]
    }

    fn nested_write(&self) -> Error {
        let mut inner = None;
        self.store
            .write(Partition::VAULT, &[], &mut |_, _| {
                inner = self.vault.scope("acme").unwrap().put("A", VALUE).err();
                Ok(())
            })
            .unwrap();
        inner.unwrap()
    }

    fn later_format(&self) -> Error {
        let store = MemoryStore::new();
        drop(
            Vault::builder()
                .store(store.clone())
                .create(&root_key())
                .unwrap(),
        );
        let mut header = rows(&store, Kind::Header).remove(0);
        header.info[8] = 99;
        put(&store, &header);
        Vault::builder().store(store).open(&root_key()).unwrap_err()
    }

    fn replaced_file(&self) -> Error {
        let (file, other) = (
            self.file("canary-file-replaced"),
            self.file("canary-file-other"),
        );
        let vault = Vault::create(&file, &root_key()).unwrap();
        drop(Vault::create(&other, &root_key()).unwrap());
        std::fs::rename(&other, &file).unwrap();
        vault.scope("acme").unwrap().put("A", VALUE).unwrap_err()
    }
}

/// Gives no outcome at all.
struct Broken;

impl Resolver for Broken {
    fn lookup(&self, _: &[Reference], _: &Target) -> Result<Outcomes> {
        Ok(Vec::new())
    }
}

#[test]
fn no_error_holds_what_it_is_about() {
    let world = World::new();
    let scanner = scanner();
    let errors = world.errors();
    let mut kinds = BTreeSet::new();
    for error in &errors {
        kinds.extend(error.all().map(|one| format!("{:?}", one.kind())));
        let text = printed(
            error,
            &["<<$secret.FINE>> a text of another template, shorter"],
        );
        assert_eq!(
            scanner.find(text.as_bytes()),
            None,
            "{:?} shows it",
            error.kind()
        );
        assert!(
            !error.to_string().chars().any(char::is_control),
            "{:?}",
            error.kind()
        );
    }
    let source = include_str!("../../src/error/kind.rs");
    let variants = source
        .split_once("pub enum ErrorKind")
        .unwrap()
        .1
        .lines()
        .map(str::trim);
    let variants: BTreeSet<&str> = variants
        .filter_map(|line| line.strip_suffix(','))
        .filter(|name| name.chars().all(char::is_alphabetic))
        .collect();
    assert!(variants.len() > 25, "the kinds were found in the source");
    let exempt: BTreeSet<String> = NOT_PROVOKED
        .iter()
        .map(|kind| format!("{kind:?}"))
        .collect();
    let missing: Vec<_> = variants
        .iter()
        .filter(|name| !kinds.contains(**name) && !exempt.contains(**name))
        .collect();
    assert!(
        missing.is_empty(),
        "no error of these kinds was looked at: {missing:?}"
    );
}

#[test]
fn no_debug_holds_a_value_or_a_key() {
    let world = World::new();
    let scope = world.vault.scope("acme").unwrap();
    let template = Template::compile("<<$secret.FINE>>").unwrap();
    let outcomes = scope
        .lookup(template.references(), &Target::unspecified())
        .unwrap();
    let document = Document::parse(r#"{"a": "<<$secret.FINE>>"}"#).unwrap();
    let resolved = scope
        .resolve_for(&Target::unspecified(), &template)
        .unwrap();
    assert_eq!(resolved.expose_secret(), VALUE, "the value is there");
    let file = SqliteStore::create(world.file("debug.db")).unwrap();
    let scanner = scanner();
    let mut checked = BTreeSet::from(PLAIN);
    let mut check = |name: &'static str, thing: &dyn Debug| {
        let text = format!("{thing:?} {thing:#?}");
        assert_eq!(scanner.find(text.as_bytes()), None, "Debug of {name}");
        checked.insert(name);
    };
    check("RootKey", &RootKey::from_base64(KEY).unwrap());
    #[cfg(feature = "passphrase")]
    check("Passphrase", &keyslot::Passphrase::new(VALUE));
    check("Vault", &world.vault);
    check("ScopedVault", &scope);
    check(
        "SecretInput",
        &SecretInput::new(VALUE).description(DESCRIPTION),
    );
    let change = SecretChange::new().description(DESCRIPTION);
    check("SecretChange", &change.metadata(KEY, VALUE));
    check("SecretInfo", &scope.info("FINE").unwrap());
    let key = RootKey::from_hex("8f3a1c5e92d70b46e81f5a9c3d6b2047f19e8c34a5d0726b1be94f8a60c3d752");
    let (key, mut sealed) = (key.unwrap(), Vec::new());
    let export = || scope.export("a test").unwrap();
    check("Export", &export());
    check(
        "ExportProgress",
        &export().bundle(&key, &mut sealed).unwrap(),
    );
    let mut bundle = keyslot::Bundle::open(std::io::Cursor::new(&sealed), &key).unwrap();
    check("Bundle", &bundle);
    let mut entries = Vec::new();
    check(
        "BundleSummary",
        &bundle.inspect(|entry| entries.push(entry.clone())).unwrap(),
    );
    assert!(!entries.is_empty());
    check("BundleEntry", &entries);
    check("BundleImport", &bundle.import(OnExisting::Skip));
    check("List", &scope.list());
    check("Sorted", &scope.list().sorted());
    check("Found", &Found::new(SecretName::new("A").unwrap(), VALUE));
    check("Outcomes", &outcomes);
    check("Resolved", &resolved);
    check("Document", &document);
    let tree = Tree::of(&std::collections::BTreeMap::from([(
        VALUE,
        "<<$secret.FINE>>",
    )]))
    .unwrap();
    check("Tree", &tree);
    let json_text = serde_json::json!({VALUE: ["<<$secret.FINE>>"]}).to_string();
    let json_text = JsonText::parse(json_text).unwrap();
    check("JsonText", &json_text);
    check(
        "Resolved<JsonText>",
        &scope
            .resolve_for(&Target::unspecified(), &json_text)
            .unwrap(),
    );
    check("Document<Tree>", &Document::compile(tree.clone()).unwrap());
    check(
        "Resolved<Tree>",
        &scope.resolve_for(&Target::unspecified(), &tree).unwrap(),
    );
    check(
        "Resolved<Value>",
        &scope
            .resolve_for(&Target::unspecified(), &document)
            .unwrap(),
    );
    check("Chain", &Chain::new().then(scope.clone()));
    #[cfg(feature = "async")]
    {
        use keyslot::resolve::{AsyncChain, Inline, Offloaded};
        let variables = || Variables::new().with("A", VALUE).unwrap();
        check("Inline", &Inline::new(variables()));
        let offloaded = Offloaded::new(variables(), drop);
        check("Offloaded", &offloaded);
        check("AsyncChain", &AsyncChain::new().then(offloaded));
    }
    check("Variables", &Variables::new().with("A", VALUE).unwrap());
    check("MemoryStore", &world.store);
    check("SqliteStore", &file);
    check("VaultBuilder", &Vault::builder().store(world.store.clone()));
    check("Verification", &world.vault.verify().unwrap());
    check("Template", &template);
    check("Placeholder", &template.placeholders().next().unwrap());
    let grants = Grants::new().name("FINE").unwrap();
    let text = format!("<<$secret.FINE>> <<FINE|{VALUE}>> <<$secret.{VALUE}>>");
    let args = scope
        .resolve_model_args(&Target::unspecified(), text.as_str(), &grants)
        .unwrap();
    assert!(
        args.expose_secret().starts_with(VALUE) && args.attempt_count() > 0,
        "the value is there, and attempts are"
    );
    check("ModelArgs", &args);
    check("Attempt", &args.attempts());
    check(
        "Lint",
        &Template::compile("<<stripe key>>").unwrap().lints()[0],
    );
    check("NamePolicy", &NamePolicy::matching("[A-Z]+").unwrap());
    let row = rows(&world.store, Kind::Secret).remove(0);
    let page = all_of(Kind::Secret);
    check("Scan", &page);
    check("Page", &world.store.scan(row.partition, &page).unwrap());
    check("Row", &row.row);
    check("Partition", &row.partition);
    let head = world.store.head(row.partition, &row.key, None);
    check("HeadRead", &head.unwrap());
    check("Used", &resolved.used()[0]);
    let references = scope.references("<<$secret.FINE>>").unwrap();
    let snapshot = scope.snapshot(&references).unwrap();
    assert_eq!(
        snapshot
            .resolve("<<$secret.FINE>>")
            .unwrap()
            .expose_secret(),
        VALUE,
        "the value was opened"
    );
    check("Snapshot", &snapshot);
    check(
        "Explanation",
        &scope.explain(&Target::unspecified(), &references).unwrap(),
    );
    check("Inherited", &scope.list().inherited());
    let changes = scope.changes(keyslot::Epoch::START).unwrap();
    check("ChangedSecret", &changes.secrets[0]);
    check("Changes", &changes);
    check("Listed", &scope.list().inherited().next().unwrap().unwrap());
    let redactor = Redactor::of(&resolved).unwrap();
    assert!(
        !redactor.redact(VALUE).contains("canary"),
        "the value is searched for"
    );
    check("Redactor", &redactor);
    check(
        "LiveRedactor",
        &keyslot::redact::LiveRedactor::new(redactor.clone()),
    );
    check(
        "RedactorBuilder",
        &Redactor::builder()
            .resolved(&resolved)
            .secret(SecretName::new("A").unwrap(), KEY),
    );
    let mut stream = redactor.stream();
    stream.feed(&VALUE.as_bytes()[..20], &mut Vec::new());
    check("Stream", &stream);
    check(
        "RedactReader",
        &RedactReader::new(VALUE.as_bytes(), &redactor),
    );
    let mut writer = RedactWriter::new(Vec::new(), &redactor);
    std::io::Write::write_all(&mut writer, &VALUE.as_bytes()[..20]).unwrap();
    check("RedactWriter", &writer);
    check("Redacted", &redactor.display(VALUE));
    check("Literal", &redactor.find(VALUE).unwrap());
    check(
        "RedactedError",
        &redactor.error(&std::io::Error::other(VALUE)),
    );
    let short = Redactor::builder()
        .secret(SecretName::new("A").unwrap(), &VALUE[..6])
        .build()
        .unwrap();
    check("Skipped", &short.skipped()[0]);
    check("RunSecrets", &RunSecrets::new().with("A", VALUE).unwrap());
    let items = [("BULK", VALUE), ("FINE", VALUE)];
    let refused = scope.put_all(items, OnExisting::Fail).unwrap_err();
    check("BulkError", &refused);
    let events = world.events.lock().unwrap();
    assert!(
        events.iter().any(|event| event.contains("Use"))
            && events.iter().any(|event| event.contains("Revoke"))
    );
    check("Event", &*events);
    check("OwnedEvent", &*events);

    let mut public = BTreeSet::new();
    public_types(&repository().join("src"), &mut public);
    assert!(public.len() > 40, "the types were found in the source");
    let missing: Vec<_> = public
        .iter()
        .filter(|name| !checked.contains(name.as_str()) && !WITHOUT_DEBUG.contains(&name.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "Debug of these types was not looked at: {missing:?}"
    );
}

/// Types with a value inside that nobody can print.
const WITHOUT_DEBUG: [&str; 2] = ["InputText", "Replacement"];

/// Public types that nothing goes into but numbers, names that passed their grammar, and words of
/// the crate; errors have a test of their own.
const PLAIN: [&str; 120] = [
    "AccessRules",
    "Action",
    "Actor",
    "AnchorMark",
    "Argon2Cost",
    "AtRevision",
    "AuditAction",
    "AuditBacklog",
    "AuditCursor",
    "AuditEntries",
    "AuditEntry",
    "AuditExport",
    "AuditFollow",
    "AuditLimits",
    "AuditLog",
    "AuditMode",
    "AuditPage",
    "AuditQuery",
    "AuditRetention",
    "AuditUsage",
    "Backup",
    "BackupProgress",
    "BareNames",
    "BulkProgress",
    "BundleReach",
    "Cache",
    "Copied",
    "Cursor",
    "Cut",
    "DataKeyState",
    "DataKeyStatus",
    "DocumentInfo",
    "DocumentUse",
    "DocumentUses",
    "Documents",
    "Engine",
    "Epoch",
    "Error",
    "ErrorKind",
    "Escape",
    "Faults",
    "FileAnchor",
    "Finding",
    "Fingerprint",
    "Grants",
    "Hardening",
    "Headers",
    "KeyAction",
    "KeyContext",
    "KeyEvent",
    "KeyInfo",
    "KeyKind",
    "KeyStatus",
    "Kind",
    "Limits",
    "LintKind",
    "Mask",
    "Measure",
    "MemoryLock",
    "MissingReference",
    "MissingReferences",
    "Moment",
    "Node",
    "OnExisting",
    "OnReferenced",
    "OpenMode",
    "OrganizationKeys",
    "PageSize",
    "Permissions",
    "Permit",
    "PlacedReference",
    "PlainFormat",
    "Position",
    "PreviousVaultKey",
    "Purge",
    "Record",
    "RecordId",
    "Reference",
    "ReferenceKind",
    "ReferenceRef",
    "Removed",
    "RemovedAll",
    "Repair",
    "ReplacedVaultKey",
    "Report",
    "ReportCursor",
    "ReportPage",
    "ReportRow",
    "Revision",
    "Revoked",
    "Rewrap",
    "RewrapProgress",
    "RewrappedDataKeys",
    "RowKey",
    "Scope",
    "SecretName",
    "SecretUsage",
    "SecretUse",
    "SelfCheck",
    "Settings",
    "SkipReason",
    "Span",
    "SqliteOptions",
    "Status",
    "Surface",
    "Surfaces",
    "Syntax",
    "SyntaxBuilder",
    "Target",
    "Text",
    "TracingObserver",
    "UnknownNames",
    "UsageBacklog",
    "UsedSecret",
    "Variant",
    "VerifyProgress",
    "Version",
    "VersionInfo",
    "View",
    "WithUsage",
];

/// The names of all types that are declared public in the source.
fn public_types(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            public_types(&path, names);
            continue;
        }
        // Of tests alone.
        if path.ends_with("src/memory.rs") {
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        for line in source.lines() {
            let declared = line
                .strip_prefix("pub struct ")
                .or_else(|| line.strip_prefix("pub enum "));
            let name = declared.map(|rest| {
                rest.chars()
                    .take_while(|c| c.is_alphanumeric())
                    .collect::<String>()
            });
            names.extend(name);
        }
    }
}

/// The variable that makes this program go through everything and be listened to.
const CHILD: &str = "KEYSLOT_LEAK_CHILD";

#[test]
fn nothing_is_written_to_the_outputs() {
    if std::env::var_os(CHILD).is_some() {
        let world = World::new();
        let _ = world.errors();
        // A panic in the host's own resolver, while values are about.
        let panicked = std::panic::catch_unwind(|| Panics.resolve("<<A>>").map(|_| ()));
        assert!(panicked.is_err());
        if std::env::var(CHILD).unwrap() == "leak" {
            println!("{VALUE}");
        }
        return;
    }
    let run = |mode: &str| {
        let output = again(module_path!(), "nothing_is_written_to_the_outputs")
            .arg("--nocapture")
            .env(CHILD, mode)
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "full")
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        [output.stdout, output.stderr].concat()
    };
    let scanner = scanner();
    assert_eq!(scanner.find(&run("quiet")), None);
    assert!(
        scanner.find(&run("leak")).is_some(),
        "what is printed would be found"
    );
}

struct Panics;

impl Resolver for Panics {
    fn lookup(&self, references: &[Reference], _: &Target) -> Result<Outcomes> {
        let held: Vec<Found> = references
            .iter()
            .map(|one| Found::new(one.name().clone(), VALUE))
            .collect();
        panic!("{held:?}");
    }
}

#[test]
fn the_scanner_would_find_a_leak() {
    let scanner = scanner();
    let leaky = Error::new(ErrorKind::Store, format!("the value was {VALUE}"));
    assert!(scanner.find(printed(&leaky, &[]).as_bytes()).is_some());
    let leaky =
        Error::new(ErrorKind::Store, "the cause tells").with_source(std::io::Error::other(KEY));
    assert!(scanner.find(printed(&leaky, &[]).as_bytes()).is_some());
}
