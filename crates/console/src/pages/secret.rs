//! The page of one secret.

use http::StatusCode;
use keyslot::{AccessRules, Permissions, Status, Surface, VersionInfo};
use maud::{Markup, html};

use super::form;
use super::layout::{Frame, Tab, page};
use super::parts::{badges, by, moment, notice};
use crate::call::{Call, Seen};
use crate::failure::Outcome;
use crate::fields::Fields;
use crate::reply::Reply;
use crate::route::Verb;
use crate::texts as t;
use crate::time;

pub(super) fn show(call: &Call<'_>, query: &Fields, seen: &Seen) -> Outcome<Reply> {
    query.only(&["scope", "done"], &[])?;
    let info = &seen.info;
    let name = info.name.as_str();
    let content = html! {
        (notice(query))
        div.heading {
            div {
                h1.mono { (name) }
                p { (badges(info)) }
            }
            (actions(call, seen))
        }
        @if !info.description.is_empty() { p.lead { (info.description) } }
        (about(seen))
        (rules(call, seen))
        (history(call, seen))
        (end(call, seen))
    };
    let page = page(
        call,
        &Frame::of(name, seen.scoped.scope(), Tab::Secrets),
        &content,
    );
    Ok(Reply::html(StatusCode::OK, page))
}

fn actions(call: &Call<'_>, seen: &Seen) -> Markup {
    let (name, scope) = (seen.info.name.as_str(), seen.scoped.scope());
    let to = |verb| call.to_secret(scope, name, verb);
    let may_manage = call.may(Permissions::MANAGE);
    let is_live = seen.info.status != Status::Revoked;
    let (status, label) = match seen.info.status {
        Status::Active => (Status::Inactive, t::DISABLE),
        _ => (Status::Active, t::ENABLE),
    };
    html! {
        div.actions role="group" aria-label=(t::ACTIONS) {
            @if may_manage {
                @let label = if is_live { t::ROTATE } else { t::REPLACE };
                a.button href=(to(Verb::Rotate)) { (label) }
            }
            @if may_manage && is_live {
                a.button.plain href=(to(Verb::Edit)) { (t::EDIT) }
                form method="post" action=(to(Verb::Status)) {
                    (form::revision(seen.info.revision))
                    (form::hidden("status", status.as_str()))
                    button.plain type="submit" { (label) }
                }
            }
            @if call.may(Permissions::COPY | Permissions::MANAGE) && is_live {
                a.button.plain href=(to(Verb::Clone)) { (t::CLONE) }
            }
            @if call.may(Permissions::REVEAL) && is_live {
                a.button.plain href=(to(Verb::Reveal)) { (t::REVEAL) }
            }
        }
    }
}

fn about(seen: &Seen) -> Markup {
    let info = &seen.info;
    html! {
        section aria-labelledby="about" {
            h2 id="about" { (t::ABOUT) }
            dl.facts {
                (fact(t::REFER, &html! { code { "<<$secret." (info.name) ">>" } }))
                @if let Some(hint) = info.hint() {
                    (fact(t::HINT, &html! { code { "…" (hint) } }))
                }
                @if let Some(fingerprint) = info.fingerprint() {
                    (fact(t::FINGERPRINT, &html! { code.long { (fingerprint) } }))
                }
                (fact(t::CREATED, &html! {
                    (moment(info.created_at)) " " (by(info.created_by.as_ref()))
                }))
                (fact(t::CHANGED, &html! {
                    (moment(info.updated_at)) " " (by(info.updated_by.as_ref()))
                }))
                @if let Some(used) = seen.scoped.usage(&info.name).ok().flatten() {
                    (fact(t::LAST_USED, &html! {
                        (moment(used.last_used)) " " (by(used.actor.as_ref()))
                        p.about { (t::uses(used.uses, used.reveals)) }
                    }))
                }
                @if let Some(at) = info.not_before { (fact(t::VALID_FROM, &moment(at))) }
                @if let Some(at) = info.expires_at { (fact(t::VALID_UNTIL, &moment(at))) }
                @if let Some(span) = info.rotate_every {
                    (fact(t::ROTATE_EVERY, &html! { (time::written_span(span)) }))
                }
                @if !info.metadata.is_empty() {
                    (fact(t::METADATA, &html! {
                        ul.plain {
                            @for (key, value) in &info.metadata {
                                li { code { (key) } " = " (value) }
                            }
                        }
                    }))
                }
            }
        }
    }
}

fn fact(label: &str, value: &Markup) -> Markup {
    html! { div { dt { (label) } dd { (value) } } }
}

fn rules(call: &Call<'_>, seen: &Seen) -> Markup {
    let rules: &AccessRules = &seen.info.rules;
    let may_edit = call.may(Permissions::MANAGE) && seen.info.status != Status::Revoked;
    let of = |list: Vec<&str>, all: &str| {
        html! {
            @if list.is_empty() { (all) }
            @for (number, one) in list.iter().enumerate() {
                @if number > 0 { ", " }
                code { (one) }
            }
        }
    };
    let instructions = if rules.instructions() {
        t::ALLOWED
    } else {
        t::NOT_ALLOWED
    };
    html! {
        section aria-labelledby="rules" {
            h2 id="rules" { (t::RULES) }
            dl.facts {
                (fact(t::TOOLS, &of(rules.tools().collect(), t::EVERY_TOOL)))
                (fact(t::HOSTS, &of(rules.hosts().collect(), t::EVERY_HOST)))
                @let surfaces = rules.surfaces().map(Surface::as_str).collect();
                (fact(t::SURFACES, &of(surfaces, t::EVERY_SURFACE)))
                (fact(t::INSTRUCTIONS, &html! { (instructions) }))
            }
            @if may_edit {
                @let (scope, name) = (seen.scoped.scope(), seen.info.name.as_str());
                p { a href=(call.to_secret(scope, name, Verb::Rules)) { (t::EDIT_RULES) } }
            }
        }
    }
}

fn history(call: &Call<'_>, seen: &Seen) -> Markup {
    let newest = seen.info.version();
    html! {
        section aria-labelledby="history" {
            h2 id="history" { (t::HISTORY) }
            @if seen.info.versions.is_empty() { p.help { (t::NO_VERSIONS) } }
            @else {
                ol.history {
                    @for kept in seen.info.versions.iter().rev() {
                        (version(call, seen, kept, Some(kept.version) == newest))
                    }
                }
            }
            p {
                @let scope = seen.scoped.scope().as_str();
                @let query = [("scope", scope), ("name", seen.info.name.as_str())];
                a href=(call.to("/audit", &query)) { (t::ITS_AUDIT) }
                " · "
                @let name = seen.info.name.as_str();
                a href=(call.to_secret(seen.scoped.scope(), name, Verb::References)) {
                    (t::NEEDED_BY)
                }
            }
        }
    }
}

fn version(call: &Call<'_>, seen: &Seen, kept: &VersionInfo, is_newest: bool) -> Markup {
    let number = kept.version.get();
    html! {
        li {
            div {
                strong { (t::version(number)) }
                @if is_newest { " " span.badge.ok { (t::CURRENT) } }
                @if let Some(hint) = &kept.hint { " " code { "…" (hint) } }
                p.about { (moment(kept.created_at)) " " (by(kept.created_by.as_ref())) }
            }
            @if !is_newest && call.may(Permissions::MANAGE) {
                @let scope = seen.scoped.scope();
                @let to = call.to_secret(scope, seen.info.name.as_str(), Verb::RollBack);
                a.button.plain href=(format!("{to}&version={number}")) {
                    (t::MAKE_CURRENT)
                    span.unseen { (t::of(&t::version(number))) }
                }
            }
        }
    }
}

fn end(call: &Call<'_>, seen: &Seen) -> Markup {
    let (name, scope) = (seen.info.name.as_str(), seen.scoped.scope());
    let to = |verb| call.to_secret(scope, name, verb);
    html! {
        @if call.may(Permissions::MANAGE) {
            section.danger-zone aria-labelledby="end" {
                h2 id="end" { (t::DANGER) }
                p { (t::DANGER_HELP) }
                div.actions {
                    @if seen.info.status != Status::Revoked {
                        a.button.warn href=(to(Verb::Revoke)) { (t::REVOKE) }
                    }
                    a.button.warn href=(to(Verb::Delete)) { (t::DELETE) }
                }
            }
        }
    }
}
