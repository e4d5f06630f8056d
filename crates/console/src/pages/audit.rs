//! The audit log of a scope and those within it.

use http::StatusCode;
use keyslot::{AuditAction, AuditEntry, AuditPage, Scope, Surface};
use maud::{Markup, html};

use super::form::{Line, hidden};
use super::layout::{Frame, Tab, page};
use super::parts::{empty, moment, paging};
use crate::asked::Asked;
use crate::call::Call;
use crate::failure::Outcome;
use crate::fields::Fields;
use crate::reply::Reply;
use crate::texts as t;

pub(super) fn show(call: &Call<'_>, query: &Fields) -> Outcome<Reply> {
    let scoped = call.scope(query)?;
    let asked = Asked::read(query)?;
    let entries = asked.page(&scoped, call.console.limits.page)?;
    let scope = scoped.scope();
    let content = html! {
        h1 { (t::AUDIT) }
        (filters(call, scope, &asked))
        @if entries.entries.is_empty() {
            (empty(t::NO_ENTRIES, t::NO_ENTRIES_HELP, &html! {}))
        } @else {
            (table(&entries))
        }
        (pages(call, scope, &asked, &entries))
    };
    let page = page(call, &Frame::of(t::AUDIT, scope, Tab::Audit), &content);
    Ok(Reply::html(StatusCode::OK, page))
}

fn filters(call: &Call<'_>, scope: &Scope, asked: &Asked) -> Markup {
    let outcomes = [
        ("", t::ALL),
        ("done", t::DONE_OUTCOME),
        ("refused", t::REFUSED),
    ];
    html! {
        form.filters method="get" action=(call.to("/audit", &[])) {
            (hidden("scope", scope.as_str()))
            (Line::of("name", t::SECRET, &asked.name).show())
            (Line::of("actor", t::ACTOR, &asked.actor).show())
            div.field {
                label for="action" { (t::ACTION) }
                select id="action" name="action" {
                    option value="" { (t::ALL) }
                    @for code in actions().map(AuditAction::as_str) {
                        option value=(code) selected[code == asked.action] { (code) }
                    }
                }
            }
            div.field {
                label for="outcome" { (t::OUTCOME) }
                select id="outcome" name="outcome" {
                    @for (code, word) in outcomes {
                        option value=(code) selected[code == asked.outcome] { (word) }
                    }
                }
            }
            (Line::of("since", t::SINCE, &asked.since).kind("date").show())
            (Line::of("until", t::UNTIL, &asked.until).kind("date").show())
            div.buttons {
                button.plain type="submit" { (t::FILTER) }
                a.quiet href=(call.to_scope("/audit", scope)) { (t::CLEAR) }
            }
        }
    }
}

// The roles are said because small screens show the rows as blocks, and then browsers forget them.
fn table(page: &AuditPage) -> Markup {
    let heads = [
        t::TIME,
        t::ACTION,
        t::SECRET,
        t::ACTOR,
        t::DETAILS,
        t::OUTCOME,
    ];
    html! {
        table.rows role="table" {
            thead role="rowgroup" {
                tr role="row" {
                    @for head in heads { th role="columnheader" scope="col" { (head) } }
                }
            }
            tbody role="rowgroup" {
                @for entry in &page.entries { (row(entry)) }
            }
        }
    }
}

/// The actions that the log of an organization can have.
fn actions() -> impl Iterator<Item = AuditAction> {
    AuditAction::all().filter(|action| !action.is_about_keys())
}

fn row(entry: &AuditEntry) -> Markup {
    html! {
        tr role="row" {
            td.name role="cell" data-label=(t::TIME) { (moment(entry.time)) }
            td role="cell" data-label=(t::ACTION) { code { (entry.action) } }
            td role="cell" data-label=(t::SECRET) {
                @if let Some(name) = &entry.name { code { (name) } }
                @if let Some(scope) = entry.found_in.as_ref().or(entry.scope.as_ref()) {
                    span.about { (scope) }
                }
            }
            td role="cell" data-label=(t::ACTOR) {
                @if let Some(actor) = &entry.actor { (actor) } @else { (t::NOBODY) }
            }
            td role="cell" data-label=(t::DETAILS) { (details(entry)) }
            td role="cell" data-label=(t::OUTCOME) {
                @match entry.outcome {
                    Ok(()) => span.badge.ok { (t::DONE_OUTCOME) },
                    Err(kind) => span.badge.bad { (t::REFUSED) ": " (kind) },
                }
            }
        }
    }
}

fn details(entry: &AuditEntry) -> Markup {
    let instructions = entry.instructions.then(|| t::ALLOWED.to_owned());
    let all = [
        (t::VERSION, entry.version.map(|version| version.to_string())),
        (t::REASON, entry.reason.clone()),
        (t::TOOL, entry.tool.clone()),
        (t::HOST, entry.host.clone()),
        (
            t::SURFACES,
            entry.surface.map(Surface::as_str).map(str::to_owned),
        ),
        (t::INSTRUCTIONS, instructions),
        (t::RUN, entry.run.clone()),
    ];
    html! {
        @for (label, value) in all {
            @if let Some(value) = value {
                span.about { (label) ": " (value) }
            }
        }
    }
}

fn pages(call: &Call<'_>, scope: &Scope, asked: &Asked, page: &AuditPage) -> Markup {
    let to = |after: &str| {
        let query = [
            ("scope", scope.as_str()),
            ("name", &asked.name),
            ("actor", &asked.actor),
            ("action", &asked.action),
            ("outcome", &asked.outcome),
            ("since", &asked.since),
            ("until", &asked.until),
            ("after", after),
        ];
        call.to("/audit", &query)
    };
    let first = (!asked.after.is_empty()).then(|| to(""));
    paging(first, page.next.map(|next| to(&next.to_string())))
}
