//! The page that explains a config. Nothing of it is stored.

use http::StatusCode;
use keyslot::{Explanation, Lint, ReferenceKind, ScopedVault};
use maud::{Markup, html};

use super::form::{self, Line};
use super::layout::{Frame, Tab, page};
use crate::call::Call;
use crate::explained::{Explained, Question};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::reply::Reply;
use crate::texts as t;

pub(super) fn show(call: &Call<'_>, query: &Fields) -> Outcome<Reply> {
    let scoped = call.scope(query)?;
    query.only(&["scope"], &[])?;
    let question = Question {
        text: "",
        is_json: false,
        tool: None,
        host: None,
    };
    Ok(draw(call, &scoped, &question, &html! {}, None))
}

pub(super) fn take(call: &Call<'_>, query: &Fields, form: &Fields) -> Outcome<Reply> {
    let scoped = call.scope(query)?;
    query.only(&["scope"], &[])?;
    form.only(&["text", "json", "tool", "host"], &[])?;
    let question = Question {
        text: form.one("text")?,
        is_json: form.get("json")?.is_some(),
        tool: form.filled("tool")?,
        host: form.filled("host")?,
    };
    Ok(match Explained::of(&scoped, &question) {
        Ok(explained) => {
            let answer = answer(&question, &explained);
            draw(call, &scoped, &question, &answer, None)
        }
        Err(failure) => draw(call, &scoped, &question, &html! {}, Some(&failure)).refused(&failure),
    })
}

fn draw(
    call: &Call<'_>,
    scoped: &ScopedVault,
    question: &Question<'_>,
    answer: &Markup,
    failure: Option<&Failure>,
) -> Reply {
    let scope = scoped.scope();
    let content = html! {
        h1 { (t::EXPLAIN) }
        p.help { (t::EXPLAIN_HELP) }
        (form::problem(failure))
        (answer)
        form.sheet method="post" action=(call.to_scope("/explain", scope)) {
            div.field {
                label for="text" { (t::CONFIG) }
                textarea.mono id="text" name="text" rows="10" spellcheck="false" required
                    autocomplete="off" aria-describedby="text-help" { "\n" (question.text) }
                p.help id="text-help" { (t::CONFIG_HELP) }
            }
            (form::check("json", t::IS_JSON, question.is_json))
            div.columns {
                (Line::of("tool", t::FOR_TOOL, question.tool.unwrap_or_default()).show())
                (Line::of("host", t::FOR_HOST, question.host.unwrap_or_default()).show())
            }
            div.buttons { button.primary type="submit" { (t::EXPLAIN_DO) } }
        }
    };
    let status = failure.map_or(StatusCode::OK, |failure| failure.status);
    Reply::html(
        status,
        page(call, &Frame::of(t::EXPLAIN, scope, Tab::Explain), &content),
    )
}

fn answer(question: &Question<'_>, explained: &Explained) -> Markup {
    let is_refused = explained.references.iter().any(|one| one.verdict.is_err());
    let works = explained.error.is_none() && !is_refused;
    html! {
        section.answer aria-labelledby="answer" {
            @if works {
                h2.good id="answer" { (t::WOULD_WORK) }
            } @else {
                h2.poor id="answer" { (t::WOULD_FAIL) }
            }
            @if let Some(error) = &explained.error {
                @match error.diagram(question.text).filter(|_| !question.is_json) {
                    Some(diagram) => pre.diagram tabindex="0" { (diagram) },
                    None => p.problem { (error) },
                }
            }
            @if explained.references.is_empty() {
                @if explained.error.is_none() { p { (t::NO_REFERENCES) } }
            } @else {
                h3 { (t::REFERENCES) }
                ul.found { @for one in &explained.references { (reference(one)) } }
            }
            @if !explained.lints.is_empty() {
                h3 { (t::LINTS) }
                ul.found { @for lint in &explained.lints { (remark(lint)) } }
            }
        }
    }
}

fn reference(one: &Explanation) -> Markup {
    let is_secret = one.reference.kind() == ReferenceKind::Secret;
    html! {
        li {
            div {
                code {
                    @if is_secret { "$secret." }
                    (one.reference.name())
                    @if let Some(version) = one.reference.version() { "@" (version) }
                }
                " "
                @match &one.verdict {
                    Ok(()) => span.badge.ok { (t::FINE) },
                    Err(error) => span.badge.bad { (error.kind()) },
                }
                @if let Some(scope) = &one.scope {
                    p.about {
                        (t::FOUND_IN) " " (scope)
                        @if let Some(version) = one.version { ", " (t::version(version.get())) }
                    }
                }
                @for scope in &one.shadowed { p.about { (t::HIDES) " " (scope) } }
                @if let Err(error) = &one.verdict { p.about { (error) } }
            }
        }
    }
}

fn remark(lint: &Lint) -> Markup {
    html! {
        li {
            div {
                @if let Some(pointer) = lint.pointer() { code { (pointer) } " " }
                (lint)
            }
        }
    }
}
