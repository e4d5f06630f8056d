//! Types that cross threads and traits that make objects, checked by the compiler.

use std::borrow::Cow;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use keyslot::redact::{
    Mask, RedactReader, RedactWriter, RedactedError, RedactorBuilder, SkipReason, Skipped, Stream,
    Variant,
};
use keyslot::secrecy::ExposeSecret as _;
use keyslot::store::{
    Cursor, HeadRead, Moment, Page, PageSize, Partition, Purge, ReadTx, Row, RowKey, Scan,
    SelfCheck, WriteTx,
};
use keyslot::template::{Attempt, Document, Grants, ModelArgs, Template, Tree};
use keyslot::{
    AccessRules, Actor, Chain, Error, ErrorKind, Found, MemoryStore, NamePolicy, Outcomes, Permit,
    Position, RecordId, Redactor, Reference, ReferenceKind, Resolved, Resolver, Result, Revision,
    RunSecrets, Scope, SecretInfo, SecretName, SecretStore, Status, Surface, Target, UnknownNames,
    Used, Variables, Version, VersionInfo,
};

fn is_owned_and_shared<T: Send + Sync + Unpin + 'static>() {}
fn is_cloned<T: Clone>() {}
fn is_copied<T: Copy>() {}
fn is_unwind_safe<T: UnwindSafe + RefUnwindSafe>() {}

macro_rules! assert_each {
    ($check:ident: $($type:ty),+ $(,)?) => {
        $($check::<$type>();)+
    };
}

#[test]
fn everything_crosses_threads() {
    assert_each!(is_owned_and_shared:
        Error, ErrorKind, Position, SecretName, NamePolicy, Scope, Status, Reference, ReferenceKind,
        Version, Revision, RecordId, SecretInfo, VersionInfo, Target, Surface, UnknownNames, Found,
        Permit, Used, Outcomes, Chain, Variables, AccessRules, Actor, RunSecrets,
        Resolved<Cow<'static, str>>, Row, RowKey, Partition, Scan, Cursor, Page, PageSize,
        HeadRead, Moment,
        SelfCheck, Purge,
    );
    assert_each!(is_owned_and_shared: Template, MemoryStore, Tree, Document<Tree>, Resolved<Tree>);
    assert_each!(is_owned_and_shared: Grants, Attempt);
    assert_each!(is_owned_and_shared: ModelArgs<Cow<'static, str>>, ModelArgs<Tree>);
    assert_each!(is_owned_and_shared:
        Redactor, RedactorBuilder, RedactedError, Skipped, Variant, Stream, RedactWriter<Vec<u8>>,
        RedactReader<&'static [u8]>,
    );
    #[cfg(feature = "json")]
    assert_each!(is_owned_and_shared: Resolved<serde_json::Value>, Document<serde_json::Value>);
    #[cfg(feature = "vault")]
    assert_each!(is_owned_and_shared:
        keyslot::RootKey, keyslot::Vault, keyslot::ScopedVault, keyslot::VaultBuilder,
        keyslot::SecretInput, keyslot::List, keyslot::Verification, keyslot::Finding,
        keyslot::Snapshot, keyslot::Inherited, keyslot::Listed, keyslot::Explanation,
        keyslot::Changes, keyslot::ChangedSecret,
        keyslot::Permissions, keyslot::SecretChange, keyslot::Fingerprint, keyslot::Action,
    );
    #[cfg(feature = "sqlite")]
    assert_each!(is_owned_and_shared: keyslot::SqliteStore, keyslot::SqliteOptions);
}

/// A handle is cloned and its clones are the same vault; a key, an input and what reads a listing
/// are there once.
#[cfg(feature = "vault")]
#[test]
fn handles_are_cloned() {
    assert_each!(is_cloned: keyslot::Vault, keyslot::ScopedVault);
    assert_each!(is_cloned: keyslot::Verification, keyslot::Finding);
    assert_each!(is_cloned: keyslot::Snapshot, keyslot::Listed, keyslot::Explanation);
    let vault = keyslot::Vault::in_memory(&keyslot::RootKey::generate().unwrap()).unwrap();
    let (one, other) = (
        vault.scope("acme").unwrap(),
        vault.clone().scope("acme").unwrap().clone(),
    );
    std::thread::spawn(move || one.put("KEY", "value").map(drop))
        .join()
        .unwrap()
        .unwrap();
    assert_eq!(other.resolve("<<KEY>>").unwrap().expose_secret(), "value");
}

#[test]
fn nouns_are_cloned_and_numbers_copied() {
    assert_each!(is_cloned:
        Error, SecretName, NamePolicy, Scope, Reference, SecretInfo, VersionInfo, Target, Found,
        Used, Outcomes, Chain, Variables, AccessRules, Actor, RunSecrets, Row, Page, Template,
        MemoryStore,
    );
    assert_each!(is_cloned: Redactor, RedactedError, Skipped);
    assert_each!(is_cloned: Tree, Document<Tree>, Grants, Attempt);
    #[cfg(feature = "json")]
    assert_each!(is_cloned: Document<serde_json::Value>);
    assert_each!(is_copied: Mask, Variant, SkipReason);
    assert_each!(is_copied:
        ErrorKind, Position, Status, ReferenceKind, Version, Revision, RecordId, Surface,
        UnknownNames, Permit, RowKey, Partition, Scan, Cursor, PageSize, Moment, SelfCheck,
    );
}

/// Not so of what holds somebody else's code: `Error` (its source) and `Chain`.
#[test]
fn nouns_survive_a_panic() {
    assert_each!(is_unwind_safe:
        ErrorKind, SecretName, NamePolicy, Scope, Status, Reference, Version, Revision, RecordId,
        SecretInfo, Target, Used, Found, Variables, Resolved<Cow<'static, str>>, AccessRules, Actor,
        RunSecrets,
    );
}

#[test]
fn an_error_is_an_error_everywhere() {
    fn is_error<T: std::error::Error>() {}
    is_error::<Error>();
    let boxed: Box<dyn std::error::Error + Send + Sync> =
        Error::new(ErrorKind::Busy, "try again").into();
    assert_eq!(
        boxed.downcast_ref::<Error>().map(Error::kind),
        Some(ErrorKind::Busy)
    );
    assert!(
        size_of::<Error>() <= size_of::<usize>(),
        "an error is a pointer, so that results stay small"
    );
}

#[test]
fn traits_make_objects() {
    #[cfg(feature = "vault")]
    fn _observer(_: &dyn keyslot::Observer) {}
    fn _objects(_: &dyn Resolver, _: &dyn SecretStore, _: &mut dyn ReadTx, _: &mut dyn WriteTx) {}
    fn is_resolver<R: Resolver + ?Sized>() {}
    fn is_store<S: SecretStore>() {}
    assert_each!(is_resolver:
        dyn Resolver, &dyn Resolver, Box<dyn Resolver>, Arc<dyn Resolver>,
        Box<dyn Resolver + Send + Sync>, Arc<dyn Resolver + Send + Sync>, Arc<Box<dyn Resolver>>,
        Chain, RunSecrets, Variables,
    );
    is_owned_and_shared::<Box<dyn SecretStore>>();
    is_owned_and_shared::<Arc<dyn SecretStore>>();
    assert_each!(is_store: MemoryStore, Arc<MemoryStore>);
    assert_each!(is_store: Box<dyn SecretStore>, Arc<dyn SecretStore>);
    #[cfg(feature = "sqlite")]
    is_store::<keyslot::SqliteStore>();
    #[cfg(feature = "vault")]
    assert_each!(is_resolver: keyslot::ScopedVault, Arc<keyslot::ScopedVault>, keyslot::Snapshot);
}

/// A resolver as somebody else would write it: with versions and scopes, over a table of its own.
struct Keychain(Vec<(SecretName, &'static str)>);

impl Resolver for Keychain {
    fn lookup(&self, references: &[Reference], target: &Target) -> Result<Outcomes> {
        let find = |reference: &Reference| {
            let entry = self.0.iter().find(|(name, _)| name == reference.name());
            let (name, value) = entry
                .ok_or_else(|| Error::new(ErrorKind::NotFound, "no such entry in the keychain"))?;
            if target.tool_name() != Some("mail") {
                return Err(
                    Error::new(ErrorKind::Denied, "the keychain is for mail").with_name(name)
                );
            }
            let scope = Scope::organization("acme")?;
            Ok(Found::new(name.clone(), *value)
                .with_scope(scope)
                .with_version(Version::FIRST)
                .with_record(RecordId::from_bytes([7; 16])))
        };
        Ok(references.iter().map(find).collect())
    }
}

#[test]
fn a_resolver_of_somebody_else_works_boxed_shared_and_in_a_chain_on_another_thread() {
    let name = SecretName::new("SMTP_PASSWORD").unwrap();
    let keychain: Box<dyn Resolver + Send + Sync> =
        Box::new(Keychain(vec![(name.clone(), "hunter2-hunter2")]));
    let chain = Chain::new()
        .then(Arc::new(keychain))
        .then(Variables::new().with("FROM", "ada").unwrap());
    let asked = [
        Reference::secret(name.clone()),
        Reference::bare("FROM".parse().unwrap()),
    ];

    let outcomes = {
        let (chain, asked) = (chain.clone(), asked.clone());
        std::thread::spawn(move || chain.lookup(&asked, &Target::tool("mail")))
            .join()
            .unwrap()
            .unwrap()
    };
    let found = outcomes[0].as_ref().unwrap();
    assert_eq!(found.expose_secret(), "hunter2-hunter2");
    assert_eq!(found.used().name, name);
    assert_eq!(found.used().scope, Some("acme".parse().unwrap()));
    assert_eq!(
        (found.used().version, found.used().record),
        (Some(Version::FIRST), Some(RecordId::from_bytes([7; 16])))
    );
    assert!(!format!("{outcomes:#?}").contains("hunter2"));
    assert_eq!(outcomes[1].as_ref().unwrap().expose_secret(), "ada");

    let denied = chain
        .lookup(&asked, &Target::unspecified())
        .unwrap()
        .swap_remove(0)
        .unwrap_err();
    assert_eq!(
        (denied.kind(), denied.name()),
        (ErrorKind::Denied, Some("SMTP_PASSWORD"))
    );
}
