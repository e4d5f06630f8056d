//! The console: one call from a request to its answer.

use std::fmt;

use http::{Method, Request, Response};
use keyslot::{Error, ErrorKind, Vault};

use crate::body::Body;
use crate::call::Call;
use crate::failure::{Failure, Outcome};
use crate::fields::Fields;
use crate::guard::{content, headers, origin};
use crate::limits::Limits;
use crate::reply::Reply;
use crate::reveals::Reveals;
use crate::route::{API, Route};
use crate::session::Session;
use crate::verifying::Verifying;
use crate::{api, pages};

/// A management page and a JSON API for one vault.
///
/// It keeps nothing between requests but the count of reveals and the state of a verification.
/// Share it between threads by reference or in an `Arc`.
pub struct Console {
    pub(crate) vault: Vault,
    pub(crate) base: String,
    pub(crate) limits: Limits,
    pub(crate) reveals: Reveals,
    pub(crate) verifying: Verifying,
}

impl Console {
    /// Makes the console of a vault, at the root of its host.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    /// use keyslot_console::Console;
    ///
    /// let console = Console::new(Vault::in_memory(&RootKey::generate()?)?);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn new(vault: Vault) -> Self {
        Self {
            vault,
            base: String::new(),
            limits: Limits::new(),
            reveals: Reveals::default(),
            verifying: Verifying::default(),
        }
    }

    /// Sets the path under which the host mounts the console, such as `/admin/secrets`: requests
    /// have it at the beginning of their paths, and links too.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    /// use keyslot_console::Console;
    ///
    /// let console = Console::new(Vault::in_memory(&RootKey::generate()?)?).at("/admin/secrets")?;
    /// assert!(console.at("admin/").is_err());
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) for another text than parts of letters, digits,
    /// `-`, `_` and `.`, each with a slash before it.
    pub fn at(self, path: &str) -> keyslot::Result<Self> {
        let is_part = |part: &str| {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            !part.is_empty() && part != "." && part != ".." && part.bytes().all(is_plain)
        };
        let is_path = path.is_empty()
            || path
                .strip_prefix('/')
                .is_some_and(|rest| rest.split('/').all(is_part));
        if !is_path {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                "the path of a console is parts of letters, digits, \"-\", \"_\" and \".\", each \
                 with \"/\" before it",
            ));
        }
        Ok(Self {
            base: path.to_owned(),
            ..self
        })
    }

    /// Sets what a request may cost.
    ///
    /// ```
    /// use keyslot::{RootKey, Vault};
    /// use keyslot_console::{Console, Limits};
    ///
    /// let vault = Vault::in_memory(&RootKey::generate()?)?;
    /// let console = Console::new(vault).limits(Limits::new().reveals(3));
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Answers a request of a session that the host has authenticated.
    ///
    /// It never fails: whatever is wrong, the answer is a page or JSON with a status that says so.
    /// The body must be whole; a host should not read more of it than [`Limits::body`].
    ///
    /// Blocks the thread, as [`Vault`](keyslot::Vault#blocking) says.
    ///
    /// ```
    /// use keyslot::{Actor, Permissions, RootKey, Vault};
    /// use keyslot_console::{Console, Session};
    ///
    /// let console = Console::new(Vault::in_memory(&RootKey::generate()?)?);
    /// let nobody = Session::new(Actor::new("user:bob")?, Permissions::ALL, []);
    /// let request = http::Request::get("/secrets?scope=acme").body(Vec::new()).unwrap();
    /// assert_eq!(console.respond(&nobody, &request).status(), 404);
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    pub fn respond(&self, session: &Session, request: &Request<Vec<u8>>) -> Response<Body> {
        let call = Call {
            console: self,
            session,
        };
        let reply = self.answer(&call, request).unwrap_or_else(|failure| {
            let is_api = self
                .local(request)
                .is_some_and(|path| path.starts_with(API));
            if is_api {
                Reply::json(failure.status, &failure.written()).refused(&failure)
            } else {
                pages::refusal(&call, &failure).refused(&failure)
            }
        });
        headers::finish(reply, request.method() == Method::HEAD)
    }

    /// The path below the place where the console is mounted.
    fn local<'r>(&self, request: &'r Request<Vec<u8>>) -> Option<&'r str> {
        let path = request.uri().path().strip_prefix(self.base.as_str())?;
        let is_root = path.is_empty() && !self.base.is_empty();
        Some(if is_root { "/" } else { path })
    }

    fn answer(&self, call: &Call<'_>, request: &Request<Vec<u8>>) -> Outcome<Reply> {
        let target = request.uri().path_and_query();
        if target.is_some_and(|target| target.as_str().len() > self.limits.target) {
            return Err(Failure::target_too_long());
        }
        let path = self.local(request).ok_or_else(Failure::not_found)?;
        let route = Route::of(path).ok_or_else(Failure::not_found)?;
        let method = match *request.method() {
            Method::OPTIONS => return Ok(Reply::options(route.allow())),
            Method::HEAD => &Method::GET,
            _ => request.method(),
        };
        if !route.methods().contains(method) {
            return Err(Failure::method(route.allow()));
        }
        if *method != Method::GET {
            origin::check(request)?;
            content::check_length(request, self.limits.body)?;
        }
        let query = request.uri().query().unwrap_or_default();
        let query = Fields::read(query.as_bytes(), self.limits.fields)?;
        match route {
            Route::Api(route) => {
                let has_body = [Method::POST, Method::PATCH].contains(method);
                if has_body {
                    content::must_be_json(request)?;
                }
                let body = if has_body { request.body() } else { &[][..] };
                api::answer(call, method, &route, &query, body)
            }
            Route::Page(page) if *method == Method::GET => pages::show(call, &page, &query),
            Route::Page(page) => {
                content::must_be_form(request)?;
                let form = Fields::read(request.body(), self.limits.fields)?.with_line_feeds();
                pages::take(call, &page, &query, &form)
            }
        }
    }
}

/// Says where it is mounted.
impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console")
            .field("base", &self.base)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
