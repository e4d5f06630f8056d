//! The page that shows a value.

use http::StatusCode;
use maud::html;

use super::form::{self, Line};
use super::layout::{Frame, Tab, page};
use crate::call::{Call, Seen};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::reply::Reply;
use crate::route::Verb;
use crate::texts as t;

pub(super) fn show(call: &Call<'_>, query: &Fields, seen: &Seen) -> Outcome<Reply> {
    query.only(&["scope"], &[])?;
    call.must_reveal()?;
    Ok(draw(call, seen, "", None))
}

pub(super) fn take(call: &Call<'_>, seen: &Seen, form: &Fields) -> Outcome<Reply> {
    call.must_reveal()?;
    form.only(&["reason"], &[])?;
    let reason = form.one("reason")?.trim();
    let value = match call.reveal(seen, reason) {
        Ok(value) => value,
        Err(failure) => return Ok(draw(call, seen, reason, Some(&failure)).refused(&failure)),
    };
    let (name, scope) = (seen.info.name.as_str(), seen.scoped.scope());
    let content = html! {
        h1 { (t::REVEALED) }
        p.lead { code { (name) } }
        // A browser drops the first line end of a block like this.
        pre.revealed tabindex="0" role="region" aria-label=(t::REVEALED) { "\n" (value.as_str()) }
        p.help { (t::REVEALED_HELP) }
        p { a.button href=(call.to_secret(scope, name, Verb::Show)) { (t::DONE) } }
    };
    let frame = Frame::of(t::REVEALED, scope, Tab::Secrets);
    Ok(Reply::html(StatusCode::OK, page(call, &frame, &content)))
}

fn draw(call: &Call<'_>, seen: &Seen, reason: &str, failure: Option<&Failure>) -> Reply {
    let (name, scope) = (seen.info.name.as_str(), seen.scoped.scope());
    let content = html! {
        h1 { (t::REVEAL_TITLE) }
        p.lead { code { (name) } }
        p { (t::REVEAL_HELP) }
        (form::problem(failure))
        form.sheet method="post" action=(call.to_secret(scope, name, Verb::Reveal)) {
            (Line::of("reason", t::REASON, reason).help(t::REASON_HELP).required().show())
            (form::buttons(t::REVEAL, "primary", &call.to_secret(scope, name, Verb::Show)))
        }
    };
    let status = failure.map_or(StatusCode::OK, |failure| failure.status);
    Reply::html(
        status,
        page(
            call,
            &Frame::of(t::REVEAL_TITLE, scope, Tab::Secrets),
            &content,
        ),
    )
}
