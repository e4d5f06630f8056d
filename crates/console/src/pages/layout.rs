//! The frame of every page.

use keyslot::{Permissions, Scope};
use maud::{DOCTYPE, Markup, html};

use crate::call::Call;
use crate::texts as t;

/// The place of a page among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    Secrets,
    Attention,
    Explain,
    Audit,
    None,
}

/// The frame of a page.
pub(super) struct Frame<'p> {
    pub(super) title: &'p str,
    pub(super) scope: Option<&'p Scope>,
    pub(super) tab: Tab,
}

impl<'p> Frame<'p> {
    pub(super) fn of(title: &'p str, scope: &'p Scope, tab: Tab) -> Self {
        Self {
            title,
            scope: Some(scope),
            tab,
        }
    }

    pub(super) fn alone(title: &'p str) -> Self {
        Self {
            title,
            scope: None,
            tab: Tab::None,
        }
    }
}

/// Makes a page.
pub(super) fn page(call: &Call<'_>, frame: &Frame<'_>, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(t::LANGUAGE) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title {
                    (frame.title) " · "
                    @if let Some(scope) = frame.scope { (scope) " · " }
                    (t::PRODUCT)
                }
                link rel="stylesheet" href=(call.to("/style.css", &[]));
            }
            body {
                a.skip href="#content" { (t::SKIP) }
                (header(call))
                @if let Some(scope) = frame.scope { (tabs(call, scope, frame.tab)) }
                main id="content" tabindex="-1" { (content) }
            }
        }
    }
}

fn header(call: &Call<'_>) -> Markup {
    html! {
        header.top {
            div.bar {
                a.brand href=(call.to("/", &[])) { (mark()) (t::PRODUCT) }
                @if call.session.is_operator() && call.may(Permissions::READ) {
                    a.quiet href=(call.to("/verify", &[])) { (t::VERIFY) }
                }
                p.who {
                    span.label { (t::SIGNED_IN) " " }
                    (call.session.actor())
                }
            }
        }
    }
}

/// The mark of the product: a keyhole.
fn mark() -> Markup {
    html! {
        svg.mark viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" {
            rect x="1" y="1" width="22" height="22" rx="6" {}
            path d="M12 6a3.4 3.4 0 0 0-1.7 6.3L9.4 18h5.2l-.9-5.7A3.4 3.4 0 0 0 12 6z" {}
        }
    }
}

/// The way to the scope, and the pages about it.
fn tabs(call: &Call<'_>, scope: &Scope, tab: Tab) -> Markup {
    let mut chain: Vec<Scope> = scope.chain().collect();
    chain.reverse();
    let pages = [
        (Tab::Secrets, "/secrets", t::SECRETS),
        (Tab::Attention, "/attention", t::ATTENTION),
        (Tab::Explain, "/explain", t::EXPLAIN),
        (Tab::Audit, "/audit", t::AUDIT),
    ];
    html! {
        div.place {
            nav.crumbs aria-label=(t::PLACE) {
                ol {
                    li { a href=(call.to("/", &[])) { (t::ORGANIZATIONS) } }
                    @for above in &chain {
                        li {
                            @let last = above.segments().next_back().unwrap_or_default();
                            a href=(call.to_scope("/secrets", above)) { (last) }
                        }
                    }
                    li.aside {
                        a href=(call.to("/scopes", &[("organization", scope.tenant())])) {
                            (t::SCOPES)
                        }
                    }
                }
            }
            nav.tabs aria-label=(t::PAGES_OF_SCOPE) {
                ul {
                    @for (one, path, text) in pages {
                        li {
                            a href=(call.to_scope(path, scope))
                                aria-current=[(one == tab).then_some("page")] { (text) }
                        }
                    }
                }
            }
        }
    }
}
