//! The secrets of a scope.

use http::StatusCode;
use keyslot::{Permissions, Scope, ScopedVault, SecretInfo, Status};
use maud::{Markup, html};

use super::form::{Line, check};
use super::layout::{Frame, Tab, page};
use super::parts::{badges, by, day, empty, notice, paging};
use crate::call::Call;
use crate::failure::Outcome;
use crate::fields::Fields;
use crate::listing::{Listing, Order, Wanted};
use crate::reply::Reply;
use crate::route::Verb;
use crate::texts as t;

pub(super) fn show(call: &Call<'_>, query: &Fields) -> Outcome<Reply> {
    let scoped = call.scope(query)?;
    let wanted = Wanted::read(query)?;
    let listing = Listing::of(&scoped, &wanted, call.console.limits.page)?;
    let may_manage = call.may(Permissions::MANAGE);
    let new = html! {
        @if may_manage {
            a.button href=(call.to_scope("/new", scoped.scope())) { (t::NEW) }
        }
    };
    let is_empty = listing.rows.is_empty();
    let is_bare = is_empty && !wanted.is_filtered();
    let content = html! {
        (notice(query))
        div.heading {
            h1 { (t::SECRETS) }
            @if !is_bare { (new) }
        }
        @if !is_bare { (filters(call, &scoped, &wanted)) }
        @if listing.damaged > 0 { p.problem role="alert" { (t::damaged(listing.damaged)) } }
        @if is_bare {
            @let help = if may_manage { t::NO_SECRETS_HELP } else { t::NO_SECRETS_HELP_READER };
            (empty(t::NO_SECRETS, help, &html! {
                (new)
                " "
                @if scoped.scope().parent().is_some() {
                    @let query = [("scope", scoped.scope().as_str()), ("inherited", "on")];
                    a.button.plain href=(call.to("/secrets", &query)) { (t::INHERITED) }
                }
            }))
        } @else if is_empty {
            (empty(t::NO_MATCH, t::NO_MATCH_HELP, &html! {
                a.button.plain href=(call.to_scope("/secrets", scoped.scope())) { (t::CLEAR) }
            }))
        } @else {
            (table(call, scoped.scope(), &listing))
        }
        (pages(call, scoped.scope(), &wanted, &listing))
    };
    let page = page(
        call,
        &Frame::of(t::SECRETS, scoped.scope(), Tab::Secrets),
        &content,
    );
    Ok(Reply::html(StatusCode::OK, page))
}

fn filters(call: &Call<'_>, scoped: &ScopedVault, wanted: &Wanted) -> Markup {
    let states = [
        ("", t::ALL),
        (Status::Active.as_str(), t::ACTIVE),
        (Status::Inactive.as_str(), t::INACTIVE),
        (Status::Revoked.as_str(), t::REVOKED),
    ];
    let chosen = wanted.status.map_or("", Status::as_str);
    html! {
        form.filters method="get" action=(call.to("/secrets", &[])) {
            (super::form::hidden("scope", scoped.scope().as_str()))
            (Line::of("name", t::NAME_CONTAINS, &wanted.name).kind("search").show())
            div.field {
                label for="status" { (t::STATUS) }
                select id="status" name="status" {
                    @for (code, word) in states {
                        option value=(code) selected[code == chosen] { (word) }
                    }
                }
            }
            details open[!wanted.key.is_empty()] {
                summary { (t::MORE_FILTERS) }
                div.columns {
                    (Line::of("key", t::METADATA_KEY, &wanted.key).show())
                    (Line::of("value", t::METADATA_VALUE, &wanted.value).show())
                }
                @if scoped.scope().parent().is_some() {
                    (check("inherited", t::INHERITED, wanted.order == Order::Inherited))
                }
                (check("sorted", t::SORTED, wanted.order == Order::Name))
            }
            div.buttons {
                button.plain type="submit" { (t::FILTER) }
                @if wanted.is_filtered() {
                    a.quiet href=(call.to_scope("/secrets", scoped.scope())) { (t::CLEAR) }
                }
            }
        }
    }
}

// The roles are said because small screens show the rows as blocks, and then browsers forget them.
fn table(call: &Call<'_>, scope: &Scope, listing: &Listing) -> Markup {
    let has_hints = listing.rows.iter().any(|row| row.info.hint().is_some());
    html! {
        table.rows role="table" {
            thead role="rowgroup" {
                tr role="row" {
                    th role="columnheader" scope="col" { (t::NAME) }
                    th role="columnheader" scope="col" { (t::STATUS) }
                    th role="columnheader" scope="col" { (t::VERSION) }
                    @if has_hints { th role="columnheader" scope="col" { (t::HINT) } }
                    th role="columnheader" scope="col" { (t::CHANGED) }
                    th role="columnheader" scope="col" { (t::EXPIRES) }
                }
            }
            tbody role="rowgroup" {
                @for row in &listing.rows {
                    tr role="row" class=[row.shadowed_by.is_some().then_some("hidden-row")] {
                        (name(call, scope, &row.info, row.shadowed_by.as_ref()))
                        td role="cell" data-label=(t::STATUS) { (badges(&row.info)) }
                        td.number role="cell" data-label=(t::VERSION) {
                            @if let Some(version) = row.info.version() { (version) } @else { "–" }
                        }
                        @if has_hints {
                            td.mono role="cell" data-label=(t::HINT) {
                                @if let Some(hint) = row.info.hint() { "…" (hint) } @else { "–" }
                            }
                        }
                        td role="cell" data-label=(t::CHANGED) {
                            (day(row.info.updated_at)) " " (by(row.info.updated_by.as_ref()))
                        }
                        td role="cell" data-label=(t::EXPIRES) {
                            @if let Some(time) = row.info.expires_at { (day(time)) } @else { "–" }
                        }
                    }
                }
            }
        }
    }
}

fn name(call: &Call<'_>, scope: &Scope, info: &SecretInfo, hidden_by: Option<&Scope>) -> Markup {
    html! {
        th.name role="rowheader" scope="row" {
            a href=(call.to_secret(&info.scope, info.name.as_str(), Verb::Show)) {
                (info.name)
            }
            @if !info.description.is_empty() { span.about { (info.description) } }
            @if info.scope != *scope { span.about { (t::FROM_SCOPE) " " (info.scope) } }
            @if let Some(scope) = hidden_by {
                span.about { (t::HIDDEN_BY) " " (scope) }
            }
        }
    }
}

fn pages(call: &Call<'_>, scope: &Scope, wanted: &Wanted, listing: &Listing) -> Markup {
    let to = |after: &str| {
        let on = |is_on: bool| if is_on { "on" } else { "" };
        let query = [
            ("scope", scope.as_str()),
            ("name", &wanted.name),
            ("status", wanted.status.map_or("", Status::as_str)),
            ("key", &wanted.key),
            ("value", &wanted.value),
            ("inherited", on(wanted.order == Order::Inherited)),
            ("sorted", on(wanted.order == Order::Name)),
            ("after", after),
        ];
        call.to("/secrets", &query)
    };
    let first = (!wanted.after.is_empty()).then(|| to(""));
    paging(first, listing.next.as_deref().map(to))
}
