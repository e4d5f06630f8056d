//! Arguments of a tool that are documents.

use std::cell::OnceCell;
use std::sync::Arc;

use super::found::{Found, is_name};
use super::structure::Structure;
use super::walk::{Role, What, walk};
use crate::error::Result;
use crate::resolve::Resolver;
use crate::target::Target;
use crate::template::engine::Engine;
use crate::template::grants::{Grant, Grants};
use crate::template::model_args::{Arguments, Attempts, ModelArgs, Reader, check_lines};
use crate::template::plan::{Plan, References};
use crate::template::resolve_ext::look_up;

impl<T: Structure> Arguments for &T {
    type Output = T;

    fn resolve_granted<R: Resolver + ?Sized>(
        self,
        engine: &Engine,
        resolver: &R,
        target: &Target,
        grants: &Grants,
    ) -> Result<ModelArgs<T>> {
        let mut attempts = Attempts::default();
        let mut reader = Reader {
            engine,
            grants,
            attempts: &mut attempts,
        };
        let found = Found::read(engine, self, |leaf, plan, references| {
            let path = OnceCell::new();
            let is_here = |grant: &Grant| grant.reaches(|| path.get_or_init(|| leaf.path()));
            let before = reader.attempts.listed();
            let read = if is_name(engine, leaf) {
                reader.read_name(leaf.text, plan, references, is_here)
            } else {
                reader.read(leaf.text, plan, references, is_here)
            };
            reader.attempts.place(before, || Arc::from(leaf.pointer()));
            let surface = || {
                engine
                    .rules_of_surfaces()
                    .surface_on(path.get_or_init(|| leaf.path()))
            };
            read.and_then(|()| {
                check_lines(leaf.text, plan, || surface().unwrap_or(target.surface()))
            })
        })?;
        read_keys(engine, self, &mut attempts)?;
        let outcomes = look_up(resolver, &found.references, &found.asked_for(target))?;
        Ok(ModelArgs::new(
            found.fill(engine, self, target, outcomes)?,
            attempts,
        ))
    }
}

/// Takes what stands in keys, to which nothing is granted.
fn read_keys<T: Structure>(engine: &Engine, document: &T, attempts: &mut Attempts) -> Result<()> {
    let grants = Grants::new();
    let mut reader = Reader {
        engine,
        grants: &grants,
        attempts,
    };
    let mut references = References::default();
    let mut bytes = 0_usize;
    walk(
        document.root(),
        What {
            keys: true,
            bookmarks: false,
        },
        |leaf| {
            let Role::Key(_) = leaf.role else {
                return Ok(());
            };
            bytes = bytes.saturating_add(leaf.text.len());
            engine.bounds().check_template(bytes)?;
            let before = reader.attempts.listed();
            reader.read(leaf.text, &mut Plan::default(), &mut references, |_| false)?;
            reader.attempts.place(before, || Arc::from(leaf.pointer()));
            Ok(())
        },
    )
}
