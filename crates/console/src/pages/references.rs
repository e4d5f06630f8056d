//! The documents of the host that need a secret.

use http::StatusCode;
use keyslot::DocumentUses;
use maud::{Markup, html};

use super::layout::{Frame, Tab, page};
use super::parts::empty;
use crate::call::{Call, Seen};
use crate::failure::Outcome;
use crate::fields::Fields;
use crate::reply::Reply;
use crate::route::Verb;
use crate::texts as t;

/// The most documents of a page.
const SHOWN: usize = 100;

pub(super) fn show(call: &Call<'_>, query: &Fields, seen: &Seen) -> Outcome<Reply> {
    query.only(&["scope"], &[])?;
    let (name, scope) = (seen.info.name.as_str(), seen.scoped.scope());
    let uses = seen.references()?;
    let back = call.to_secret(scope, name, Verb::Show);
    let content = html! {
        h1 { (t::NEEDED_BY) " " span.count { (uses.total) } }
        p.lead { a.mono href=(back) { (name) } }
        @if uses.is_empty() {
            (empty(t::NO_DOCUMENTS, t::NO_DOCUMENTS_HELP, &html! {}))
        } @else {
            (documents(&uses))
        }
    };
    let frame = Frame::of(t::NEEDED_BY, scope, Tab::Secrets);
    Ok(Reply::html(StatusCode::OK, page(call, &frame, &content)))
}

/// The first documents of a list.
pub(super) fn documents(uses: &DocumentUses) -> Markup {
    html! {
        ul.found {
            @for document in uses.documents.iter().take(SHOWN) {
                li {
                    div {
                        code { (document.id) }
                        p.about { (document.scope) }
                        @for placed in &document.references {
                            @for pointer in &placed.pointers { p.about { code { (pointer) } } }
                        }
                    }
                }
            }
        }
    }
}
