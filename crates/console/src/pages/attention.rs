//! The secrets of a scope that need attention.

use http::StatusCode;
use keyslot::{MissingReferences, SecretInfo};
use maud::{Markup, html};

use super::layout::{Frame, Tab, page};
use super::parts::{badges, day, empty};
use crate::call::Call;
use crate::failure::Outcome;
use crate::fields::Fields;
use crate::reply::Reply;
use crate::route::Verb;
use crate::survey::Survey;
use crate::texts as t;

pub(super) fn show(call: &Call<'_>, query: &Fields) -> Outcome<Reply> {
    let scoped = call.scope(query)?;
    query.only(&["scope"], &[])?;
    let survey = call.survey(&scoped)?;
    let lists = [
        (t::LIST_EXPIRED, &survey.expired),
        (t::LIST_EXPIRING, &survey.expiring),
        (t::LIST_DUE, &survey.due),
        (t::LIST_NEEDED, &survey.needed),
        (t::LIST_UNUSED, &survey.unused),
        (t::LIST_NEVER_USED, &survey.never_used),
        (t::LIST_HIDING, &survey.hiding),
    ];
    let is_well = lists.iter().all(|(_, list)| list.is_empty()) && survey.missing.is_empty();
    let content = html! {
        h1 { (t::ATTENTION) }
        p.help { (t::ATTENTION_HELP) }
        @if survey.partial { p.problem role="alert" { (t::PARTIAL) } }
        @if survey.damaged > 0 { p.problem role="alert" { (t::damaged(survey.damaged)) } }
        @if is_well && survey.damaged == 0 {
            (empty(t::ALL_WELL, t::ALL_WELL_HELP, &html! {}))
        }
        @for (title, list) in lists {
            @if !list.is_empty() { (section(call, title, list)) }
        }
        @if !survey.missing.is_empty() { (missing(call, &survey.missing)) }
        @if !survey.usage { p.help { (t::NO_USAGE) } }
        @if let Some(since) = survey.used_since {
            p.help { (t::USAGE_SINCE) " " (day(since)) ". " (t::USAGE_PARTIAL) }
        }
    };
    let page = page(
        call,
        &Frame::of(t::ATTENTION, scoped.scope(), Tab::Attention),
        &content,
    );
    Ok(Reply::html(StatusCode::OK, page))
}

fn section(call: &Call<'_>, title: &str, list: &[SecretInfo]) -> Markup {
    html! {
        section {
            h2 { (title) " " span.count { (list.len()) } }
            ul.found {
                @for info in list.iter().take(call.console.limits.page) {
                    li {
                        div {
                            @let name = info.name.as_str();
                            a.mono href=(call.to_secret(&info.scope, name, Verb::Show)) { (name) }
                            " " (badges(info))
                            @if !info.description.is_empty() { p.about { (info.description) } }
                        }
                        @if let Some(time) = info.expires_at {
                            p.about { (t::EXPIRES) " " (day(time)) }
                        }
                    }
                }
            }
        }
    }
}

fn missing(call: &Call<'_>, missing: &MissingReferences) -> Markup {
    html! {
        section {
            h2 { (t::LIST_MISSING) " " span.count { (missing.total) } }
            ul.found {
                @for one in missing.references.iter().take(call.console.limits.page) {
                    li {
                        div {
                            code { (one.placed.reference.name()) }
                            p.about { (one.id) " · " (one.scope) }
                        }
                    }
                }
            }
        }
    }
}

impl Call<'_> {
    /// Looks at what needs attention in a scope.
    pub(crate) fn survey(&self, scoped: &keyslot::ScopedVault) -> Outcome<Survey> {
        let has_usage = self.console.vault.audit_mode() != keyslot::AuditMode::Off;
        Survey::of(
            scoped,
            has_usage,
            &self.console.limits,
            std::time::SystemTime::now(),
        )
    }
}
