//! The tree of the scopes of an organization.

use std::collections::{BTreeMap, BTreeSet};

use http::StatusCode;
use keyslot::Scope;
use maud::{Markup, html};

use super::layout::{Frame, Tab, page};
use super::organizations::open;
use super::parts::empty;
use crate::call::Call;
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::reply::Reply;
use crate::texts as t;

pub(super) fn show(call: &Call<'_>, query: &Fields) -> Outcome<Reply> {
    query.only(&["organization"], &[])?;
    let (organization, scopes) = call.scopes(query)?;
    let all: BTreeSet<Scope> = scopes.iter().flat_map(Scope::chain).collect();
    let mut tree: Tree = BTreeMap::new();
    for scope in all {
        tree.entry(scope.parent()).or_default().push(scope);
    }
    let content = html! {
        h1 { (t::SCOPES) }
        @if scopes.is_empty() {
            @let new = call.to_scope("/new", &organization);
            (empty(t::NO_SCOPES, t::NO_SCOPES_HELP, &html! {
                a.button href=(new) { (t::NEW) }
            }))
        } @else {
            (branch(call, &tree, &organization))
        }
        (open(call, &format!("{organization}/")))
    };
    let page = page(
        call,
        &Frame::of(t::SCOPES, &organization, Tab::None),
        &content,
    );
    Ok(Reply::html(StatusCode::OK, page))
}

/// The scopes right below each.
type Tree = BTreeMap<Option<Scope>, Vec<Scope>>;

/// A scope and those below it. A scope has eight parts at most, so this is never deep.
fn branch(call: &Call<'_>, tree: &Tree, scope: &Scope) -> Markup {
    let below = tree.get(&Some(scope.clone()));
    html! {
        ul.tree {
            li {
                a href=(call.to_scope("/secrets", scope)) {
                    (scope.segments().next_back().unwrap_or_default())
                }
                @for one in below.into_iter().flatten() { (branch(call, tree, one)) }
            }
        }
    }
}

impl Call<'_> {
    /// The organization that a query names, and the scopes of it that have secrets.
    pub(crate) fn scopes(&self, query: &Fields) -> Outcome<(Scope, Vec<Scope>)> {
        let named = query.get("organization")?;
        let organization = named.and_then(|name| Scope::organization(name).ok());
        let organization = organization.ok_or_else(Failure::not_found)?;
        let allowed = self.session.within(&organization);
        if !allowed.contains(keyslot::Permissions::READ) {
            return Err(Failure::not_found());
        }
        let scopes = self.console.vault.scopes(organization.clone())?;
        Ok((organization, scopes))
    }
}
