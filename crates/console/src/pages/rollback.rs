//! The page that makes an older version current again.

use http::StatusCode;
use keyslot::Version;
use maud::html;

use super::form;
use super::layout::{Frame, Tab, page};
use crate::call::{Call, Seen};
use crate::failure::Outcome;
use crate::fields::Fields;
use crate::reply::Reply;
use crate::route::Verb;
use crate::texts as t;

pub(super) fn show(call: &Call<'_>, query: &Fields, seen: &Seen) -> Outcome<Reply> {
    let version = asked(call, query)?;
    let (name, scope) = (seen.info.name.as_str(), seen.scoped.scope());
    let content = html! {
        h1 { (t::ROLL_BACK_TITLE) }
        p.lead { code { (name) } " · " (t::version(version.get())) }
        p { (t::ROLL_BACK_HELP) }
        @let to = call.to_secret(scope, name, Verb::RollBack);
        form.sheet method="post" action=(format!("{to}&version={version}")) {
            (form::revision(seen.info.revision))
            (form::buttons(t::MAKE_CURRENT, "primary", &call.to_secret(scope, name, Verb::Show)))
        }
    };
    let frame = Frame::of(t::ROLL_BACK_TITLE, scope, Tab::Secrets);
    Ok(Reply::html(StatusCode::OK, page(call, &frame, &content)))
}

pub(super) fn take(call: &Call<'_>, query: &Fields, seen: &Seen, form: &Fields) -> Outcome<Reply> {
    let version = asked(call, query)?;
    form.only(&["revision"], &[])?;
    let at_seen = seen.scoped.if_revision(form.one("revision")?.parse()?);
    let info = at_seen.rollback(&seen.info.name, version)?;
    let (scope, name) = (seen.scoped.scope(), info.name.as_str());
    Ok(Reply::see_other(call.to_secret_with(
        scope,
        name,
        Verb::Show,
        "rolled-back",
    )))
}

/// The version that the address names.
fn asked(call: &Call<'_>, query: &Fields) -> Outcome<Version> {
    query.only(&["scope", "version"], &[])?;
    call.must_manage()?;
    Ok(query.one("version")?.parse()?)
}
