//! The forms that end a secret: revoke and delete.

use http::StatusCode;
use keyslot::{DocumentUses, OnReferenced, Revision};
use maud::{Markup, html};

use super::form::{self, Line};
use super::layout::{Frame, Tab, page};
use super::references::documents as list;
use crate::call::{Call, Seen};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::reply::Reply;
use crate::route::Verb;
use crate::texts as t;

/// The end of a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Revoke,
    Delete,
}

pub(super) fn show(call: &Call<'_>, query: &Fields, seen: &Seen, end: End) -> Outcome<Reply> {
    query.only(&["scope"], &[])?;
    call.must_manage()?;
    Ok(draw(call, seen, end, seen.info.revision, None))
}

pub(super) fn take(call: &Call<'_>, seen: &Seen, form: &Fields, end: End) -> Outcome<Reply> {
    call.must_manage()?;
    let known: &[&str] = if end == End::Delete {
        &["name", "needed", "revision"]
    } else {
        &["name", "revision"]
    };
    form.only(known, &[])?;
    let (name, scope) = (&seen.info.name, seen.scoped.scope());
    // Without a revision the name alone decides, as in the API.
    let at = form.get("revision")?.map(str::parse).transpose()?;
    let again = |failure: &Failure| {
        let revision = at.unwrap_or(seen.info.revision);
        draw(call, seen, end, revision, Some(failure))
    };
    if form.one("name")?.trim() != name.as_str() {
        return Ok(again(&Failure::field(t::NAME_DIFFERS)));
    }
    let on = match form.get("needed")? {
        Some(_) => OnReferenced::Report,
        None => OnReferenced::Refuse,
    };
    let ended = match end {
        End::Revoke => seen.revoke(at),
        End::Delete => seen.delete(on, at).map(drop),
    };
    if let Err(failure) = ended {
        return Ok(again(&failure).refused(&failure));
    }
    Ok(Reply::see_other(match end {
        End::Revoke => call.to_secret_with(scope, name.as_str(), Verb::Show, "revoked"),
        End::Delete => call.to(
            "/secrets",
            &[("scope", scope.as_str()), ("done", "deleted")],
        ),
    }))
}

fn draw(
    call: &Call<'_>,
    seen: &Seen,
    end: End,
    revision: Revision,
    failure: Option<&Failure>,
) -> Reply {
    let (name, scope) = (seen.info.name.as_str(), seen.scoped.scope());
    let (title, help, label, verb) = match end {
        End::Revoke => (t::REVOKE_TITLE, t::REVOKE_HELP, t::REVOKE, Verb::Revoke),
        End::Delete => (t::DELETE_TITLE, t::DELETE_HELP, t::DELETE, Verb::Delete),
    };
    let documents = seen.references();
    let is_needed = documents.as_ref().map_or(true, |uses| !uses.is_empty());
    let content = html! {
        h1 { (title) }
        p.lead { code { (name) } }
        p { (help) }
        (needed(&documents))
        (form::problem(failure))
        form.sheet method="post" action=(call.to_secret(scope, name, verb)) {
            (form::revision(revision))
            (Line::of("name", t::TYPE_NAME, "").required().show())
            @if end == End::Delete && is_needed {
                (form::check("needed", t::DELETE_NEEDED, false))
            }
            (form::buttons(label, "danger", &call.to_secret(scope, name, Verb::Show)))
        }
    };
    let status = failure.map_or(StatusCode::OK, |failure| failure.status);
    Reply::html(
        status,
        page(call, &Frame::of(title, scope, Tab::Secrets), &content),
    )
}

/// The documents that need the secret. A leaked value is revoked also if they cannot be read.
fn needed(documents: &Outcome<DocumentUses>) -> Markup {
    html! {
        @match documents {
            Ok(uses) if uses.is_empty() => p.help { (t::NO_DOCUMENTS) },
            Ok(uses) => {
                h2 { (t::NEEDED_BY) " " span.count { (uses.total) } }
                (list(uses))
            },
            Err(_) => p.problem role="alert" { (t::DOCUMENTS_UNREADABLE) },
        }
    }
}
