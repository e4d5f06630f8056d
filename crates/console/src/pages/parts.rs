//! Pieces that several pages have.

use std::time::SystemTime;

use keyslot::{Actor, SecretInfo, Status};
use maud::{Markup, html};

use crate::fields::Fields;
use crate::texts as t;
use crate::time;

/// The notice of what was done before, as the address says.
pub(super) fn notice(query: &Fields) -> Markup {
    let done = query.get("done").ok().flatten().and_then(t::done);
    html! {
        @if let Some(text) = done { p.notice role="status" { (text) } }
    }
}

/// The words of a page without anything to show: the state, and what to do.
pub(super) fn empty(title: &str, help: &str, actions: &Markup) -> Markup {
    html! {
        div.empty {
            h2 { (title) }
            p { (help) }
            (actions)
        }
    }
}

/// The status of a secret, and what follows from its times.
pub(super) fn badges(info: &SecretInfo) -> Markup {
    let now = SystemTime::now();
    let (class, word) = match info.status {
        Status::Active => ("ok", t::ACTIVE),
        Status::Inactive => ("off", t::INACTIVE),
        _ => ("bad", t::REVOKED),
    };
    let is_live = info.status != Status::Revoked;
    let is_expired = is_live && info.expires_at.is_some_and(|time| time <= now);
    let is_early = is_live && info.not_before.is_some_and(|time| time > now);
    html! {
        span.badge.(class) { (word) }
        @if is_expired { " " span.badge.bad { (t::EXPIRED) } }
        @if is_early { " " span.badge.warn { (t::NOT_YET) } }
        @if is_live && info.due_for_rotation(now) { " " span.badge.warn { (t::DUE) } }
    }
}

/// A time to the second.
pub(super) fn moment(at: SystemTime) -> Markup {
    html! {
        @if let Some(machine) = time::written(at) {
            time datetime=(format!("{machine}Z")) { (time::shown(at)) }
        } @else { (time::shown(at)) }
    }
}

/// A time to the day, which is enough in a list.
pub(super) fn day(at: SystemTime) -> Markup {
    html! {
        @if let Some(machine) = time::written(at) {
            @let title = format!("{} {}", time::shown(at), t::UTC);
            time datetime=(format!("{machine}Z")) title=(title) { (time::shown_day(at)) }
        } @else { (time::shown_day(at)) }
    }
}

/// The person behind a time.
pub(super) fn by(actor: Option<&Actor>) -> Markup {
    html! {
        span.by { (t::by(actor.map_or(t::NOBODY, Actor::as_str))) }
    }
}

/// The link to the next page.
pub(super) fn paging(first: Option<String>, next: Option<String>) -> Markup {
    html! {
        @if first.is_some() || next.is_some() {
            nav.paging aria-label=(t::PAGING) {
                @if let Some(first) = first { a.button.plain href=(first) { (t::FIRST) } }
                @if let Some(next) = next { a.button.plain href=(next) rel="next" { (t::NEXT) } }
            }
        }
    }
}
