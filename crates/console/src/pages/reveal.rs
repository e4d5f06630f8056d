//! The page that shows a value.

use http::StatusCode;
use maud::{PreEscaped, Render as _, html};

use super::form::{self, Line};
use super::layout::{Frame, Tab, page};
use crate::call::{Call, Seen};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::reply::Reply;
use crate::route::Verb;
use crate::texts as t;

/// The place of the value in its page: a character that is in no name and no text.
const MARK: &str = "\u{1}";

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
        pre.revealed tabindex="0" role="region" aria-label=(t::REVEALED) { "\n" (MARK) }
        p.help { (t::REVEALED_HELP) }
        p { a.button href=(call.to_secret(scope, name, Verb::Show)) { (t::DONE) } }
    };
    let frame = Frame::of(t::REVEALED, scope, Tab::Secrets);
    let page = page(call, &frame, &content).into_string();
    Ok(Reply::html(
        StatusCode::OK,
        PreEscaped(with_value(&page, &value)),
    ))
}

/// Puts the value into its page. The buffer never grows, so that no copy of the value stays behind.
fn with_value(page: &str, value: &str) -> String {
    let (before, after) = page.rsplit_once(MARK).unwrap_or((page, ""));
    // A character becomes six at most, as in `&quot;`.
    let mut whole = String::with_capacity(page.len() + value.len().saturating_mul(6));
    whole.push_str(before);
    value.render_to(&mut whole);
    whole.push_str(after);
    whole
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
