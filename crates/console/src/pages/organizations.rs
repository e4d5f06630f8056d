//! The first page: organizations.

use http::StatusCode;
use keyslot::{Permissions, Scope};
use maud::html;

use super::form::Line;
use super::layout::{Frame, page};
use super::parts::empty;
use crate::call::Call;
use crate::failure::Outcome;
use crate::fields::Fields;
use crate::reply::Reply;
use crate::texts as t;

pub(super) fn show(call: &Call<'_>, query: &Fields) -> Outcome<Reply> {
    query.only(&[], &[])?;
    let organizations = call.organizations()?;
    let may_read = call.may(Permissions::READ);
    let may_open = may_read && (call.session.is_operator() || !organizations.is_empty());
    let content = html! {
        h1 { (t::ORGANIZATIONS) }
        @if organizations.is_empty() {
            (empty(t::NO_ORGANIZATIONS, t::NO_ORGANIZATIONS_HELP, &html! {}))
        } @else {
            ul.cards {
                @for organization in &organizations {
                    li {
                        a.card href=(call.to_scope("/secrets", organization)) {
                            strong { (organization) }
                        }
                        @let query = [("organization", organization.as_str())];
                        a.quiet href=(call.to("/scopes", &query)) {
                            (t::SCOPES) span.unseen { (t::of(organization.as_str())) }
                        }
                    }
                }
            }
        }
        @if may_open { (open(call, "")) }
    };
    let page = page(call, &Frame::alone(t::ORGANIZATIONS), &content);
    Ok(Reply::html(StatusCode::OK, page))
}

/// The form that opens a scope by its path.
pub(super) fn open(call: &Call<'_>, scope: &str) -> maud::Markup {
    html! {
        form.inline method="get" action=(call.to("/secrets", &[])) {
            (Line::of("scope", t::OPEN_SCOPE, scope).help(t::OPEN_SCOPE_HELP).required().show())
            button.plain type="submit" { (t::OPEN) }
        }
    }
}

impl Call<'_> {
    /// The organizations of the session.
    pub(crate) fn organizations(&self) -> Outcome<Vec<Scope>> {
        if !self.may(Permissions::READ) {
            return Ok(Vec::new());
        }
        match self.session.organizations() {
            None => Ok(self.console.vault.organizations()?),
            Some(tenants) => {
                let scopes = tenants.iter().map(Scope::organization);
                Ok(scopes.collect::<Result<_, _>>()?)
            }
        }
    }
}
