//! The buttons that switch a secret on and off.

use keyslot::{SecretChange, Status};

use crate::call::{Call, Seen};
use crate::failure::Outcome;
use crate::fields::Fields;
use crate::reply::Reply;
use crate::route::Verb;

pub(super) fn take(call: &Call<'_>, seen: &Seen, form: &Fields) -> Outcome<Reply> {
    call.must_manage()?;
    form.only(&["status", "revision"], &[])?;
    let change = SecretChange::new().if_revision(form.one("revision")?.parse()?);
    let (change, done) = match form.one("status")?.parse()? {
        Status::Active => (change.active(), "enabled"),
        _ => (change.inactive(), "disabled"),
    };
    let info = seen.scoped.update(&seen.info.name, change)?;
    let (scope, name) = (seen.scoped.scope(), info.name.as_str());
    Ok(Reply::see_other(call.to_secret_with(
        scope,
        name,
        Verb::Show,
        done,
    )))
}
