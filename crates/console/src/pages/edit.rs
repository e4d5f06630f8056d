//! The form that changes what is said about a secret.

use http::StatusCode;
use keyslot::Revision;
use maud::html;

use super::form;
use super::layout::{Frame, Tab, page};
use crate::call::{Call, Seen};
use crate::change::{FACTS, Facts};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::reply::Reply;
use crate::route::Verb;
use crate::texts as t;

pub(super) fn show(call: &Call<'_>, query: &Fields, seen: &Seen) -> Outcome<Reply> {
    query.only(&["scope"], &[])?;
    call.must_manage()?;
    let facts = Facts::of(&seen.info);
    Ok(draw(call, seen, &facts, seen.info.revision, None))
}

pub(super) fn take(call: &Call<'_>, seen: &Seen, form: &Fields) -> Outcome<Reply> {
    call.must_manage()?;
    let known: Vec<&str> = FACTS.into_iter().chain(["revision"]).collect();
    form.only(&known, &[])?;
    let facts = Facts::read(form)?;
    let revision = form.one("revision")?.parse()?;
    let changed = facts.change(Some(&seen.info)).and_then(|change| {
        let change = change.if_revision(revision);
        Ok(seen.scoped.update(&seen.info.name, change)?)
    });
    Ok(form::answer(call, seen, "edited", changed, |failure| {
        draw(call, seen, &facts, revision, Some(failure))
    }))
}

fn draw(
    call: &Call<'_>,
    seen: &Seen,
    facts: &Facts,
    revision: Revision,
    failure: Option<&Failure>,
) -> Reply {
    let (name, scope) = (seen.info.name.as_str(), seen.scoped.scope());
    let content = html! {
        h1 { (t::EDIT_TITLE) }
        p.lead { code { (name) } }
        (form::problem(failure))
        form.sheet method="post" action=(call.to_secret(scope, name, Verb::Edit)) {
            (form::revision(revision))
            (form::facts(facts))
            (form::buttons(t::SAVE, "primary", &call.to_secret(scope, name, Verb::Show)))
        }
    };
    let status = failure.map_or(StatusCode::OK, |failure| failure.status);
    Reply::html(
        status,
        page(
            call,
            &Frame::of(t::EDIT_TITLE, scope, Tab::Secrets),
            &content,
        ),
    )
}
