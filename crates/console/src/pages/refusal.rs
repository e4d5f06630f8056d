//! The page of a refusal.

use maud::html;

use super::layout::{Frame, page};
use crate::call::Call;
use crate::failure::Failure;
use crate::reply::Reply;
use crate::texts as t;

/// Says what is wrong, and what to do. It is the same for everybody but for the actor.
pub(crate) fn refusal(call: &Call<'_>, failure: &Failure) -> Reply {
    let title = t::title(failure.status);
    let content = html! {
        div.refusal {
            p.code { (failure.status.as_u16()) }
            h1 { (title) }
            p { (failure.message) }
            @if let Some(advice) = t::advice(failure.status) { p { (advice) } }
            p { a.button.plain href=(call.to("/", &[])) { (t::BACK_TO_START) } }
        }
    };
    Reply::html(failure.status, page(call, &Frame::alone(title), &content))
}
