//! Refusals of exports, and of files that are imported.

use std::io::{Cursor, Write};
use std::ops::ControlFlow;

use keyslot::{Bundle, BundleReach, OnExisting, Permissions, PlainFormat, RootKey, Scope, Target};

use super::Messages;
use crate::support::{memory_vault, root_key};

/// A writer that takes nothing.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(super) fn all(messages: &mut Messages) {
    let vault = memory_vault();
    let scope = vault.scope("acme/billing").unwrap();
    scope.put("KEY", "sk_live_4eC39HqLyjWD").unwrap();
    let export = || scope.export("a move").unwrap();

    messages.of(scope.export(" "));
    messages.of(scope.with(Permissions::USE).export("a move"));
    messages.of(scope.with(Permissions::REVEAL).export("a move"));
    messages.of(scope.for_target(Target::tool("stripe")).export("a move"));
    messages.of(export().bundle(&root_key(), Full));
    messages.of(export().plain(PlainFormat::Dotenv, Full));
    let stopped = export().on_progress(|_| ControlFlow::Break(()));
    messages.of(stopped.bundle(&root_key(), Vec::new()));
    let whole = vault.export(BundleReach::Vault, "a move").unwrap();
    messages.of(whole.plain(PlainFormat::Dotenv, Vec::new()));

    let mut file = Vec::new();
    export().bundle(&root_key(), &mut file).unwrap();
    let open = |file: &[u8]| Bundle::open(Cursor::new(file.to_vec()), &root_key());
    messages.of(open(b"A=1\n"));
    messages.of(open(
        b"ksbundle\0\x02\x01 and whatever comes with it, so long",
    ));
    messages.of(open(&file[..40]));
    messages.of(Bundle::open(
        Cursor::new(&file),
        &RootKey::generate().unwrap(),
    ));

    let mut import = |existing, revoked: bool| {
        let to = memory_vault().scope("acme").unwrap();
        to.put("KEY", "a value").unwrap();
        if revoked {
            to.revoke("KEY").unwrap();
        }
        let done = open(&file).unwrap().import(existing).into_scope(&to);
        messages.of(done.map_err(keyslot::Error::from));
    };
    import(OnExisting::Fail, false);
    import(OnExisting::Version, false);
    import(OnExisting::Replace, true);

    let mut file = Vec::new();
    let export = vault.export(BundleReach::Vault, "a move").unwrap();
    export.bundle(&root_key(), &mut file).unwrap();
    let mut bundle = open(&file).unwrap();
    let done = bundle.import(OnExisting::Fail).into_scope(&scope);
    messages.of(done.map_err(keyslot::Error::from));
    let at = bundle.import(OnExisting::Fail).at(Scope::new("x").unwrap());
    messages.of(at.into_vault(&vault).map_err(keyslot::Error::from));

    scope.put("A_NUL", "a\0b").unwrap();
    let export = scope.export("a move").unwrap();
    messages.of(export.plain(PlainFormat::Dotenv, Vec::new()));
    scope.delete("A_NUL").unwrap();
    scope.put("a name", "a value").unwrap();
    let export = scope.export("a move").unwrap();
    messages.of(export.plain(PlainFormat::Dotenv, Vec::new()));
}
