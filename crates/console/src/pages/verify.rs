//! The page that verifies the vault, for operators.

use http::StatusCode;
use keyslot::Verification;
use maud::{Markup, html};

use super::layout::{Frame, page};
use super::parts::empty;
use crate::call::Call;
use crate::failure::Outcome;
use crate::fields::Fields;
use crate::reply::Reply;
use crate::texts as t;
use crate::verifying::State;

/// Seconds after which a page of a verification under way is asked for again.
const AGAIN: u32 = 2;

pub(super) fn show(call: &Call<'_>, query: &Fields) -> Outcome<Reply> {
    call.must_operate()?;
    query.only(&[], &[])?;
    let state = call.console.verifying.state();
    let content = html! {
        h1 { (t::VERIFY) }
        p.help { (t::VERIFY_HELP) }
        @if state.running { (running(call, &state)) } @else { (ended(call, &state)) }
    };
    let reply = Reply::html(
        StatusCode::OK,
        page(call, &Frame::alone(t::VERIFY), &content),
    );
    Ok(Reply {
        refresh: state.running.then_some(AGAIN),
        ..reply
    })
}

pub(super) fn begin(call: &Call<'_>, query: &Fields, form: &Fields) -> Outcome<Reply> {
    call.must_operate()?;
    query.only(&[], &[])?;
    form.only(&[], &[])?;
    call.console.verifying.begin(&call.console.vault)?;
    Ok(Reply::see_other(call.to("/verify", &[])))
}

pub(super) fn stop(call: &Call<'_>, query: &Fields, form: &Fields) -> Outcome<Reply> {
    call.must_operate()?;
    query.only(&[], &[])?;
    form.only(&[], &[])?;
    call.console.verifying.stop();
    Ok(Reply::see_other(call.to("/verify", &[])))
}

fn running(call: &Call<'_>, state: &State) -> Markup {
    html! {
        section aria-labelledby="state" {
            h2 id="state" { (t::VERIFY_RUNNING) }
            progress aria-labelledby="state" value=(state.looked_at) max=(state.total.max(1)) {}
            p { (t::looked_at(state.looked_at, state.total)) }
            div.actions {
                a.button.plain href=(call.to("/verify", &[])) { (t::VERIFY_LOOK) }
                form method="post" action=(call.to("/verify/stop", &[])) {
                    button.plain type="submit" { (t::VERIFY_STOP) }
                }
            }
        }
    }
}

fn ended(call: &Call<'_>, state: &State) -> Markup {
    let start = html! {
        form method="post" action=(call.to("/verify", &[])) {
            button.primary type="submit" { (t::VERIFY_START) }
        }
    };
    html! {
        @match (&state.result, &state.error) {
            (Some(result), _) => { (found(result)) (start) },
            (None, Some(error)) => {
                section aria-labelledby="state" {
                    h2 id="state" { (t::VERIFY_ENDED) }
                    p.problem { (error) }
                }
                (start)
            },
            (None, None) => (empty(t::VERIFY_NEVER, "", &start)),
        }
    }
}

fn found(result: &Verification) -> Markup {
    html! {
        section aria-labelledby="state" {
            @if result.is_intact() {
                h2.good id="state" { (t::VERIFY_INTACT) }
            } @else {
                h2.poor id="state" { (t::VERIFY_DAMAGED) }
            }
            p { (t::verified(result.secrets, result.tenants)) }
            @if !result.findings.is_empty() {
                h3 { (t::FINDINGS) }
                ul.found {
                    @for finding in result.findings.iter().take(100) {
                        li { div { code { (finding.as_str()) } " " (finding) } }
                    }
                }
            }
        }
    }
}
