//! The form that creates a secret.

use http::StatusCode;
use keyslot::{ScopedVault, SecretInput};
use maud::html;
use zeroize::Zeroizing;

use super::form::{self, Line};
use super::layout::{Frame, Tab, page};
use crate::call::Call;
use crate::change::{FACTS, Facts};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::reply::Reply;
use crate::route::Verb;
use crate::texts as t;

/// The text that was typed, but for the value.
#[derive(Default)]
struct Draft {
    name: String,
    facts: Facts,
    is_inactive: bool,
}

pub(super) fn show(call: &Call<'_>, query: &Fields) -> Outcome<Reply> {
    let scoped = call.scope(query)?;
    query.only(&["scope"], &[])?;
    call.must_manage()?;
    Ok(draw(call, &scoped, &Draft::default(), None))
}

pub(super) fn take(call: &Call<'_>, query: &Fields, form: &Fields) -> Outcome<Reply> {
    let scoped = call.scope(query)?;
    query.only(&["scope"], &[])?;
    call.must_manage()?;
    let known: Vec<&str> = ["name", "value", "trim", "inactive"]
        .into_iter()
        .chain(FACTS)
        .collect();
    form.only(&known, &[])?;
    let draft = Draft {
        name: form.one("name")?.trim().to_owned(),
        facts: Facts::read(form)?,
        is_inactive: form.get("inactive")?.is_some(),
    };
    let created = input(form, &draft).and_then(|input| Ok(scoped.put(&draft.name, input)?));
    match created {
        Ok(info) => {
            let name = info.name.as_str();
            let to = call.to_secret_with(scoped.scope(), name, Verb::Show, "created");
            Ok(Reply::see_other(to))
        }
        Err(failure) => Ok(draw(call, &scoped, &draft, Some(&failure)).refused(&failure)),
    }
}

fn input(form: &Fields, draft: &Draft) -> Outcome<SecretInput> {
    let change = draft.facts.change(None)?;
    let change = if draft.is_inactive {
        change.inactive()
    } else {
        change
    };
    Ok(value(form)?.if_absent().apply(change))
}

/// The value of a form. The copy that the form holds is wiped with it.
pub(super) fn value(form: &Fields) -> Outcome<SecretInput> {
    let mut value = Zeroizing::new(form.one("value")?.to_owned());
    let input = SecretInput::from(std::mem::take(&mut *value));
    Ok(if form.get("trim")?.is_some() {
        input.trimmed()
    } else {
        input
    })
}

fn draw(call: &Call<'_>, scoped: &ScopedVault, draft: &Draft, failure: Option<&Failure>) -> Reply {
    let scope = scoped.scope();
    let has_facts = draft.facts != Facts::default();
    let content = html! {
        h1 { (t::NEW) }
        (form::problem(failure))
        form.sheet method="post" action=(call.to_scope("/new", scope)) {
            (Line::of("name", t::NAME, &draft.name).help(t::NAME_HELP).required().show())
            (form::value(t::VALUE))
            details open[has_facts] {
                summary { (t::MORE_FACTS) }
                (form::facts(&draft.facts))
                (form::check("inactive", t::START_INACTIVE, draft.is_inactive))
            }
            (form::buttons(t::CREATE, "primary", &call.to_scope("/secrets", scope)))
        }
    };
    let status = failure.map_or(StatusCode::OK, |failure| failure.status);
    Reply::html(
        status,
        page(call, &Frame::of(t::NEW, scope, Tab::Secrets), &content),
    )
}
