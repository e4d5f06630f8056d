//! The answer of each path of the API.

use http::{Method, StatusCode};

use super::{read, write};
use crate::call::Call;
use crate::failure::Outcome;
use crate::fields::Fields;
use crate::reply::Reply;
use crate::route::Api;

/// The description of the API, which is served as it is committed.
const DESCRIPTION: &str = include_str!("../../openapi.json");

/// Answers one request.
pub(crate) fn answer(
    call: &Call<'_>,
    method: &Method,
    route: &Api,
    query: &Fields,
    body: &[u8],
) -> Outcome<Reply> {
    match route {
        Api::Description => {
            let text = DESCRIPTION.as_bytes().to_vec();
            Ok(Reply::json_text(StatusCode::OK, text))
        }
        Api::Organizations => read::organizations(call, query),
        Api::Scopes => read::scopes(call, query),
        Api::Secrets if *method == Method::POST => write::create(call, query, body),
        Api::Secrets => read::list(call, query),
        Api::Audit => read::audit(call, query),
        Api::Attention => read::attention(call, query),
        Api::Explain => read::explain(call, query, body),
        Api::Verification => match *method {
            Method::POST => write::verify(call, query, body),
            Method::DELETE => write::stop(call, query),
            _ => read::verification(call, query),
        },
        Api::Secret(name) => {
            let seen = call.secret(query, name)?;
            match *method {
                Method::PATCH => write::update(call, query, &seen, body),
                Method::DELETE => write::delete(call, query, &seen),
                _ => read::secret(query, &seen),
            }
        }
        Api::References(name) => read::references(query, &call.secret(query, name)?),
        Api::Rotate(name) => write::rotate(call, query, &call.secret(query, name)?, body),
        Api::Revoke(name) => write::revoke(call, query, &call.secret(query, name)?, body),
        Api::RollBack(name) => write::roll_back(call, query, &call.secret(query, name)?, body),
        Api::Clone(name) => write::copy(call, query, &call.secret(query, name)?, body),
        Api::Reveal(name) => write::reveal(call, query, &call.secret(query, name)?, body),
    }
}
