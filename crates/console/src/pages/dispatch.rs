//! The page of each path.

use super::{
    attention, audit, copy, edit, end, explain, list, new, organizations, references, reveal,
    rollback, rotate, rules, scopes, secret, status, verify,
};
use crate::call::Call;
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::reply::Reply;
use crate::route::{Page, Verb};

const STYLE: &str = include_str!("../style.css");

/// Shows a page.
pub(crate) fn show(call: &Call<'_>, page: &Page, query: &Fields) -> Outcome<Reply> {
    match page {
        Page::Style => Ok(Reply::style(STYLE)),
        Page::Organizations => organizations::show(call, query),
        Page::Scopes => scopes::show(call, query),
        Page::List => list::show(call, query),
        Page::New => new::show(call, query),
        Page::Audit => audit::show(call, query),
        Page::Attention => attention::show(call, query),
        Page::Explain => explain::show(call, query),
        Page::Verify => verify::show(call, query),
        Page::StopVerify => Err(Failure::not_found()),
        Page::Secret(name, verb) => {
            let seen = call.secret(query, name)?;
            match verb {
                Verb::Show => secret::show(call, query, &seen),
                Verb::Rotate => rotate::show(call, query, &seen),
                Verb::Edit => edit::show(call, query, &seen),
                Verb::Rules => rules::show(call, query, &seen),
                Verb::Revoke => end::show(call, query, &seen, end::End::Revoke),
                Verb::Delete => end::show(call, query, &seen, end::End::Delete),
                Verb::RollBack => rollback::show(call, query, &seen),
                Verb::Clone => copy::show(call, query, &seen),
                Verb::Reveal => reveal::show(call, query, &seen),
                Verb::References => references::show(call, query, &seen),
                Verb::Status => Err(Failure::not_found()),
            }
        }
    }
}

/// Takes the form of a page.
pub(crate) fn take(call: &Call<'_>, page: &Page, query: &Fields, form: &Fields) -> Outcome<Reply> {
    match page {
        Page::New => new::take(call, query, form),
        Page::Explain => explain::take(call, query, form),
        Page::Verify => verify::begin(call, query, form),
        Page::StopVerify => verify::stop(call, query, form),
        Page::Secret(name, verb) => {
            let seen = call.secret(query, name)?;
            if *verb != Verb::RollBack {
                query.only(&["scope"], &[])?;
            }
            match verb {
                Verb::Rotate => rotate::take(call, &seen, form),
                Verb::Edit => edit::take(call, &seen, form),
                Verb::Rules => rules::take(call, &seen, form),
                Verb::Status => status::take(call, &seen, form),
                Verb::Revoke => end::take(call, &seen, form, end::End::Revoke),
                Verb::Delete => end::take(call, &seen, form, end::End::Delete),
                Verb::RollBack => rollback::take(call, query, &seen, form),
                Verb::Clone => copy::take(call, &seen, form),
                Verb::Reveal => reveal::take(call, &seen, form),
                Verb::Show | Verb::References => Err(Failure::not_found()),
            }
        }
        Page::Style
        | Page::Organizations
        | Page::Scopes
        | Page::List
        | Page::Audit
        | Page::Attention => Err(Failure::not_found()),
    }
}
