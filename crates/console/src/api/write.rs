//! Paths that change something, and the one that reveals a value.

use http::StatusCode;
use keyslot::{OnReferenced, SecretChange, Status};
use serde::Serialize;

use super::read::ok;
use super::requests::{self, Copy, Create, Nothing, Reveal, Revoke, RollBack, Rotate};
use crate::call::{Call, Seen};
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::reply::Reply;
use crate::texts as t;

/// A value that is revealed.
#[derive(Serialize)]
struct Revealed<'r> {
    value: &'r str,
}

pub(super) fn create(call: &Call<'_>, query: &Fields, body: &[u8]) -> Outcome<Reply> {
    let scoped = call.scope(query)?;
    query.only(&["scope"], &[])?;
    call.must_manage()?;
    let Create {
        name,
        value,
        change,
    } = requests::read(body)?;
    let info = scoped.put(name, value.input().apply(change).if_absent())?;
    Ok(Reply::json(StatusCode::CREATED, &info))
}

pub(super) fn update(call: &Call<'_>, query: &Fields, seen: &Seen, body: &[u8]) -> Outcome<Reply> {
    checked(call, query)?;
    let change: SecretChange = requests::read(body)?;
    Ok(ok(&seen.scoped.update(&seen.info.name, change)?))
}

pub(super) fn rotate(call: &Call<'_>, query: &Fields, seen: &Seen, body: &[u8]) -> Outcome<Reply> {
    checked(call, query)?;
    let Rotate { value, if_revision } = requests::read(body)?;
    let input = value.input().if_revision(if_revision);
    let name = &seen.info.name;
    let info = if seen.info.status == Status::Revoked {
        seen.scoped.replace_revoked(name, input)?
    } else {
        seen.scoped.put(name, input)?
    };
    Ok(ok(&info))
}

pub(super) fn revoke(call: &Call<'_>, query: &Fields, seen: &Seen, body: &[u8]) -> Outcome<Reply> {
    checked(call, query)?;
    let Revoke { name, if_revision } = requests::read(body)?;
    if name != seen.info.name.as_str() {
        return Err(Failure::field(t::NAME_DIFFERS));
    }
    seen.revoke(if_revision)?;
    Ok(ok(&seen.scoped.info(&seen.info.name)?))
}

pub(super) fn delete(call: &Call<'_>, query: &Fields, seen: &Seen) -> Outcome<Reply> {
    query.only(&["scope", "referenced", "if_revision"], &[])?;
    call.must_manage()?;
    let on = match query.get("referenced")? {
        None | Some("refuse") => OnReferenced::Refuse,
        Some("report") => OnReferenced::Report,
        Some(_) => return Err(Failure::malformed(t::MALFORMED)),
    };
    let at = query.get("if_revision")?.map(str::parse).transpose()?;
    Ok(ok(&seen.delete(on, at)?))
}

pub(super) fn roll_back(
    call: &Call<'_>,
    query: &Fields,
    seen: &Seen,
    body: &[u8],
) -> Outcome<Reply> {
    checked(call, query)?;
    let RollBack {
        version,
        if_revision,
    } = requests::read(body)?;
    let at_seen = seen.scoped.if_revision(if_revision);
    Ok(ok(&at_seen.rollback(&seen.info.name, version)?))
}

pub(super) fn copy(call: &Call<'_>, query: &Fields, seen: &Seen, body: &[u8]) -> Outcome<Reply> {
    query.only(&["scope"], &[])?;
    call.must_copy()?;
    let Copy { to } = requests::read(body)?;
    Ok(Reply::json(StatusCode::CREATED, &call.copy(seen, &to)?))
}

pub(super) fn reveal(call: &Call<'_>, query: &Fields, seen: &Seen, body: &[u8]) -> Outcome<Reply> {
    query.only(&["scope"], &[])?;
    call.must_reveal()?;
    let Reveal { reason } = requests::read(body)?;
    let value = call.reveal(seen, &reason)?;
    // A byte becomes six at most, as in `\u0000`.
    let most = value.len().saturating_mul(6).saturating_add(32);
    let revealed = Revealed { value: &value };
    Ok(Reply::json_within(StatusCode::OK, &revealed, most))
}

pub(super) fn verify(call: &Call<'_>, query: &Fields, body: &[u8]) -> Outcome<Reply> {
    call.must_operate()?;
    query.only(&[], &[])?;
    let Nothing {} = requests::read(body)?;
    call.console.verifying.begin(&call.console.vault)?;
    let state = call.console.verifying.state();
    Ok(Reply::json(StatusCode::ACCEPTED, &state))
}

pub(super) fn stop(call: &Call<'_>, query: &Fields) -> Outcome<Reply> {
    call.must_operate()?;
    query.only(&[], &[])?;
    call.console.verifying.stop();
    Ok(nothing())
}

fn checked(call: &Call<'_>, query: &Fields) -> Outcome<()> {
    query.only(&["scope"], &[])?;
    call.must_manage()
}

fn nothing() -> Reply {
    Reply {
        status: StatusCode::NO_CONTENT,
        ..Reply::default()
    }
}
