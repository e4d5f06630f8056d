//! Fields of forms.

use keyslot::Revision;
use maud::{Markup, html};

use crate::call::{Call, Seen};
use crate::change::Facts;
use crate::failure::{Failure, Outcome};
use crate::reply::Reply;
use crate::route::Verb;
use crate::texts as t;

/// Answers a form that changes one secret: with the page of the secret, which says what was done,
/// or with the form again, which says why not.
pub(super) fn answer<T>(
    call: &Call<'_>,
    seen: &Seen,
    done: &str,
    changed: Outcome<T>,
    again: impl FnOnce(&Failure) -> Reply,
) -> Reply {
    match changed {
        Ok(_) => {
            let (scope, name) = (seen.scoped.scope(), seen.info.name.as_str());
            Reply::see_other(call.to_secret_with(scope, name, Verb::Show, done))
        }
        Err(failure) => again(&failure).refused(&failure),
    }
}

/// The reason why a form was not taken.
pub(super) fn problem(failure: Option<&Failure>) -> Markup {
    html! {
        @if let Some(failure) = failure {
            div.problem role="alert" {
                p { (failure.message) }
            }
        }
    }
}

/// One line of text.
pub(super) struct Line<'l> {
    pub(super) name: &'l str,
    pub(super) label: &'l str,
    pub(super) help: &'l str,
    pub(super) value: &'l str,
    pub(super) kind: &'l str,
    pub(super) is_required: bool,
}

impl<'l> Line<'l> {
    pub(super) fn of(name: &'l str, label: &'l str, value: &'l str) -> Self {
        Self {
            name,
            label,
            help: "",
            value,
            kind: "text",
            is_required: false,
        }
    }

    pub(super) fn help(self, help: &'l str) -> Self {
        Self { help, ..self }
    }

    pub(super) fn kind(self, kind: &'l str) -> Self {
        Self { kind, ..self }
    }

    pub(super) fn required(self) -> Self {
        Self {
            is_required: true,
            ..self
        }
    }

    pub(super) fn show(&self) -> Markup {
        let described = format!("{}-help", self.name);
        let has_seconds = self.kind == "datetime-local";
        html! {
            div.field {
                label for=(self.name) { (self.label) (optional(self.is_required)) }
                input id=(self.name) name=(self.name) type=(self.kind) value=(self.value)
                    autocomplete="off" spellcheck="false" autocapitalize="off"
                    step=[has_seconds.then_some("1")]
                    required[self.is_required]
                    aria-describedby=[(!self.help.is_empty()).then_some(&described)];
                @if !self.help.is_empty() { p.help id=(described) { (self.help) } }
            }
        }
    }
}

fn optional(is_required: bool) -> Markup {
    html! {
        @if !is_required { " " span.optional { "(" (t::OPTIONAL) ")" } }
    }
}

/// Several lines of text.
pub(super) fn lines(name: &str, label: &str, help: &str, value: &str, rows: u8) -> Markup {
    let described = format!("{name}-help");
    html! {
        div.field {
            label for=(name) { (label) (optional(false)) }
            textarea id=(name) name=(name) rows=(rows) autocomplete="off" spellcheck="false"
                aria-describedby=[(!help.is_empty()).then_some(&described)] {
                // A browser drops the first line end of a textarea.
                "\n" (value)
            }
            @if !help.is_empty() { p.help id=(described) { (help) } }
        }
    }
}

/// A value of a secret that is typed or pasted. It is never filled in.
pub(super) fn value(label: &str) -> Markup {
    html! {
        div.field {
            label for="value" { (label) }
            textarea.veiled id="value" name="value" rows="3" autocomplete="off" spellcheck="false"
                autocapitalize="off" required aria-describedby="value-help" {}
            p.help id="value-help" { (t::VALUE_HELP) }
        }
        (check("trim", t::TRIM, false))
    }
}

pub(super) fn check(name: &str, label: &str, is_checked: bool) -> Markup {
    html! {
        div.check {
            input id=(name) name=(name) type="checkbox" value="on" checked[is_checked];
            label for=(name) { (label) }
        }
    }
}

pub(super) fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// The revision that the reader of a form saw. It stays the same in a form that comes back, so that
/// nobody sends it again over a change that nobody has seen.
pub(super) fn revision(seen: Revision) -> Markup {
    hidden("revision", &seen.to_string())
}

/// Description, times and metadata.
pub(super) fn facts(facts: &Facts) -> Markup {
    let time = |name, label, value| {
        Line::of(name, label, value)
            .kind("datetime-local")
            .help(t::TIME_HELP)
            .show()
    };
    html! {
        (Line::of("description", t::DESCRIPTION, &facts.description)
            .help(t::DESCRIPTION_HELP)
            .show())
        div.columns {
            (time("not_before", t::VALID_FROM, &facts.not_before))
            (time("expires_at", t::VALID_UNTIL, &facts.expires_at))
        }
        (Line::of("rotate_every", t::ROTATE_EVERY, &facts.rotate_every)
            .help(t::ROTATE_EVERY_HELP)
            .show())
        (lines("metadata", t::METADATA, t::METADATA_HELP, &facts.metadata, 3))
    }
}

/// The button that sends a form, and the way back.
pub(super) fn buttons(label: &str, class: &str, back: &str) -> Markup {
    html! {
        div.buttons {
            button.(class) type="submit" { (label) }
            a.button.plain href=(back) { (t::CANCEL) }
        }
    }
}
