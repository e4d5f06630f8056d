//! The form that stores a new value.

use http::StatusCode;
use keyslot::{Revision, SecretChange, Status};
use maud::html;

use super::form;
use super::layout::{Frame, Tab, page};
use super::new::value;
use crate::call::{Call, Seen};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::reply::Reply;
use crate::route::Verb;
use crate::texts as t;

pub(super) fn show(call: &Call<'_>, query: &Fields, seen: &Seen) -> Outcome<Reply> {
    query.only(&["scope"], &[])?;
    call.must_manage()?;
    Ok(draw(call, seen, seen.info.revision, None))
}

pub(super) fn take(call: &Call<'_>, seen: &Seen, form: &Fields) -> Outcome<Reply> {
    call.must_manage()?;
    form.only(&["value", "trim", "revision"], &[])?;
    let revision = form.one("revision")?.parse()?;
    let name = &seen.info.name;
    // A revoked secret makes way for a new one of its name, which the page has said.
    let input = value(form)?.apply(SecretChange::new().if_revision(revision));
    let stored = if seen.info.status == Status::Revoked {
        seen.scoped.replace_revoked(name, input)
    } else {
        seen.scoped.put(name, input)
    };
    let stored = stored.map_err(Failure::from);
    Ok(form::answer(call, seen, "rotated", stored, |failure| {
        draw(call, seen, revision, Some(failure))
    }))
}

fn draw(call: &Call<'_>, seen: &Seen, revision: Revision, failure: Option<&Failure>) -> Reply {
    let (name, scope) = (seen.info.name.as_str(), seen.scoped.scope());
    let is_revoked = seen.info.status == Status::Revoked;
    let (title, label) = if is_revoked {
        (t::REPLACE_TITLE, t::REPLACE)
    } else {
        (t::ROTATE_TITLE, t::ROTATE)
    };
    let content = html! {
        h1 { (title) }
        p.lead { code { (name) } }
        p.help { (if is_revoked { t::REPLACE_HELP } else { t::ROTATE_HELP }) }
        (form::problem(failure))
        form.sheet method="post" action=(call.to_secret(scope, name, Verb::Rotate)) {
            (form::revision(revision))
            (form::value(t::NEW_VALUE))
            (form::buttons(label, "primary", &call.to_secret(scope, name, Verb::Show)))
        }
    };
    let status = failure.map_or(StatusCode::OK, |failure| failure.status);
    Reply::html(
        status,
        page(call, &Frame::of(title, scope, Tab::Secrets), &content),
    )
}
