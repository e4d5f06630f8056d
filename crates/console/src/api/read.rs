//! Paths that change nothing.

use http::StatusCode;
use keyslot::{Scope, SecretInfo};
use serde::Serialize;

use super::requests::{self, Explain};
use crate::asked::Asked;
use crate::call::{Call, Seen};
use crate::explained::{Explained, Question};
use crate::failure::Outcome;
use crate::fields::Fields;
use crate::listing::{Listing, Row, Wanted};
use crate::reply::Reply;

/// A page of a list.
#[derive(Serialize)]
struct Page<'p> {
    secrets: Vec<Item<'p>>,
    damaged: usize,
    next: Option<&'p str>,
}

/// A secret in a list.
#[derive(Serialize)]
struct Item<'p> {
    #[serde(flatten)]
    info: &'p SecretInfo,
    shadowed_by: Option<&'p Scope>,
}

impl<'p> Item<'p> {
    fn of(row: &'p Row) -> Self {
        Self {
            info: &row.info,
            shadowed_by: row.shadowed_by.as_ref(),
        }
    }
}

pub(super) fn organizations(call: &Call<'_>, query: &Fields) -> Outcome<Reply> {
    query.only(&[], &[])?;
    Ok(ok(&call.organizations()?))
}

pub(super) fn scopes(call: &Call<'_>, query: &Fields) -> Outcome<Reply> {
    query.only(&["organization"], &[])?;
    let (_, scopes) = call.scopes(query)?;
    Ok(ok(&scopes))
}

pub(super) fn list(call: &Call<'_>, query: &Fields) -> Outcome<Reply> {
    let scoped = call.scope(query)?;
    let wanted = Wanted::read(query)?;
    let listing = Listing::of(&scoped, &wanted, call.console.limits.page)?;
    Ok(ok(&Page {
        secrets: listing.rows.iter().map(Item::of).collect(),
        damaged: listing.damaged,
        next: listing.next.as_deref(),
    }))
}

pub(super) fn secret(query: &Fields, seen: &Seen) -> Outcome<Reply> {
    query.only(&["scope"], &[])?;
    Ok(ok(&seen.info))
}

pub(super) fn references(query: &Fields, seen: &Seen) -> Outcome<Reply> {
    query.only(&["scope"], &[])?;
    Ok(ok(&seen.references()?))
}

pub(super) fn audit(call: &Call<'_>, query: &Fields) -> Outcome<Reply> {
    let scoped = call.scope(query)?;
    let page = Asked::read(query)?.page(&scoped, call.console.limits.page)?;
    Ok(ok(&page))
}

pub(super) fn attention(call: &Call<'_>, query: &Fields) -> Outcome<Reply> {
    let scoped = call.scope(query)?;
    query.only(&["scope"], &[])?;
    Ok(ok(&call.survey(&scoped)?))
}

pub(super) fn explain(call: &Call<'_>, query: &Fields, body: &[u8]) -> Outcome<Reply> {
    let scoped = call.scope(query)?;
    query.only(&["scope"], &[])?;
    let asked: Explain = requests::read(body)?;
    let question = Question {
        text: &asked.text,
        is_json: asked.json,
        tool: asked.tool.as_deref(),
        host: asked.host.as_deref(),
    };
    Ok(ok(&Explained::of(&scoped, &question)?))
}

pub(super) fn verification(call: &Call<'_>, query: &Fields) -> Outcome<Reply> {
    call.must_operate()?;
    query.only(&[], &[])?;
    Ok(ok(&call.console.verifying.state()))
}

pub(super) fn ok(value: &impl Serialize) -> Reply {
    Reply::json(StatusCode::OK, value)
}
