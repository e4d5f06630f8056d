//! The form that changes the access rules of a secret.

use http::StatusCode;
use keyslot::{Revision, SecretChange};
use maud::html;

use super::form;
use super::layout::{Frame, Tab, page};
use crate::call::{Call, Seen};
use crate::change::{RULES, Rules, SURFACES};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::reply::Reply;
use crate::route::Verb;
use crate::texts as t;

pub(super) fn show(call: &Call<'_>, query: &Fields, seen: &Seen) -> Outcome<Reply> {
    query.only(&["scope"], &[])?;
    call.must_manage()?;
    let rules = Rules::of(&seen.info.rules);
    Ok(draw(call, seen, &rules, seen.info.revision, None))
}

pub(super) fn take(call: &Call<'_>, seen: &Seen, form: &Fields) -> Outcome<Reply> {
    call.must_manage()?;
    let known: Vec<&str> = RULES.into_iter().chain(["revision"]).collect();
    form.only(&known, &["surface"])?;
    let rules = Rules::read(form)?;
    let revision = form.one("revision")?.parse()?;
    let changed = rules.rules().and_then(|rules| {
        let change = SecretChange::new().rules(rules).if_revision(revision);
        Ok(seen.scoped.update(&seen.info.name, change)?)
    });
    Ok(form::answer(call, seen, "edited", changed, |failure| {
        draw(call, seen, &rules, revision, Some(failure))
    }))
}

fn draw(
    call: &Call<'_>,
    seen: &Seen,
    rules: &Rules,
    revision: Revision,
    failure: Option<&Failure>,
) -> Reply {
    let (name, scope) = (seen.info.name.as_str(), seen.scoped.scope());
    let content = html! {
        h1 { (t::RULES_TITLE) }
        p.lead { code { (name) } }
        p.help { (t::RULES_HELP) }
        (form::problem(failure))
        form.sheet method="post" action=(call.to_secret(scope, name, Verb::Rules)) {
            (form::revision(revision))
            (form::lines("tools", t::TOOLS, t::TOOLS_HELP, &rules.tools, 3))
            (form::lines("hosts", t::HOSTS, t::HOSTS_HELP, &rules.hosts, 3))
            fieldset aria-describedby="surfaces-help" {
                legend { (t::SURFACES) }
                p.help id="surfaces-help" { (t::SURFACES_HELP) }
                div.choices {
                    @for code in SURFACES {
                        div.check {
                            @let id = format!("surface-{code}");
                            input id=(id) name="surface" type="checkbox" value=(code)
                                checked[rules.surfaces.contains(code)];
                            label for=(id) { code { (code) } }
                        }
                    }
                }
            }
            (form::check("instructions", t::INSTRUCTIONS_LABEL, rules.instructions))
            (form::buttons(t::SAVE, "primary", &call.to_secret(scope, name, Verb::Show)))
        }
    };
    let status = failure.map_or(StatusCode::OK, |failure| failure.status);
    Reply::html(
        status,
        page(
            call,
            &Frame::of(t::RULES_TITLE, scope, Tab::Secrets),
            &content,
        ),
    )
}
