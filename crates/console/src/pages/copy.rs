//! The form that copies a secret to another scope.

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
    call.must_copy()?;
    let start = format!("{}/", seen.scoped.scope().tenant());
    Ok(draw(call, seen, &start, None))
}

pub(super) fn take(call: &Call<'_>, seen: &Seen, form: &Fields) -> Outcome<Reply> {
    call.must_copy()?;
    form.only(&["to"], &[])?;
    let to = form.one("to")?.trim();
    match call.copy(seen, to) {
        Ok(info) => {
            let name = info.name.as_str();
            Ok(Reply::see_other(call.to_secret_with(
                &info.scope,
                name,
                Verb::Show,
                "copied",
            )))
        }
        Err(failure) => Ok(draw(call, seen, to, Some(&failure)).refused(&failure)),
    }
}

impl Call<'_> {
    /// Copies a secret. A scope of another organization is refused before anything is looked up.
    pub(crate) fn copy(&self, seen: &Seen, to: &str) -> Outcome<keyslot::SecretInfo> {
        let target = self.other_scope(to)?;
        if target.scope().tenant() != seen.scoped.scope().tenant() {
            return Err(Failure::field(t::OTHER_ORGANIZATION));
        }
        Ok(seen.scoped.clone_to(&seen.info.name, &target)?)
    }
}

fn draw(call: &Call<'_>, seen: &Seen, to: &str, failure: Option<&Failure>) -> Reply {
    let (name, scope) = (seen.info.name.as_str(), seen.scoped.scope());
    let content = html! {
        h1 { (t::CLONE_TITLE) }
        p.lead { code { (name) } }
        p.help { (t::CLONE_HELP) }
        (form::problem(failure))
        form.sheet method="post" action=(call.to_secret(scope, name, Verb::Clone)) {
            (Line::of("to", t::CLONE_TO, to).help(t::CLONE_TO_HELP).required().show())
            (form::buttons(t::CLONE, "primary", &call.to_secret(scope, name, Verb::Show)))
        }
    };
    let status = failure.map_or(StatusCode::OK, |failure| failure.status);
    Reply::html(
        status,
        page(
            call,
            &Frame::of(t::CLONE_TITLE, scope, Tab::Secrets),
            &content,
        ),
    )
}
