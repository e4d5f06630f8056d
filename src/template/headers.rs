//! Headers of a request, with the values in them marked as sensitive.

use std::fmt;
use std::sync::Arc;

use http::header::{HOST, HeaderMap, HeaderName, HeaderValue};

use super::engine::Engine;
use super::fill::{Fill, LookedUp};
use super::plan::{Plan, ReferenceList, References};
use super::resolve_ext::look_up;
use crate::error::{Error, ErrorKind, Failures, Result};
use crate::reference::Reference;
use crate::resolve::{Outcome, Resolver, check_count};
use crate::target::{Surface, Target, UnknownNames};

/// Headers whose placeholders were found: names, each with the text of its value. Cheap to clone.
///
/// They become a [`HeaderMap`](http::HeaderMap), which hyper, reqwest, ureq and others take as it
/// is. Each header into which a value went is [sensitive](http::HeaderValue::set_sensitive): its
/// `Debug` hides it, and HTTP/2 does not put it into the tables of its compression. A name may be
/// given more than once; its values then stay in order.
///
/// Values stand on [`Surface::Header`], whatever the target says, and placeholders that nobody
/// knows are errors. They may not choose the host: a placeholder in the header `Host` is refused.
///
/// **Not wiped:** a `HeaderMap` is freed as it is, and HTTP libraries copy it into buffers of their
/// own. Until that memory is used again, the values are in it. Nothing else is left behind: no copy
/// is made on the way into the map. Keep the map as short as the request.
///
/// ```
/// use keyslot::template::Headers;
/// use keyslot::{Surface, Target, Variables, Resolver};
///
/// let headers = Headers::compile([("Authorization", "Bearer <<TOKEN>>"), ("Accept", "application/json")])?;
/// let target = Target::tool("billing").with_host("api.billing.example").with_surface(Surface::Header);
///
/// // The look-up may as well happen elsewhere, or later.
/// let outcomes = Variables::new().with("TOKEN", "t0ken")?.lookup(headers.references(), &target)?;
/// let map = headers.fill(&outcomes)?;
/// assert_eq!(map["authorization"], "Bearer t0ken");
/// assert!(map["authorization"].is_sensitive() && !map["accept"].is_sensitive());
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone)]
pub struct Headers {
    compiled: Arc<Compiled>,
}

struct Compiled {
    lines: Vec<Line>,
    references: ReferenceList,
    engine: Engine,
}

struct Line {
    name: HeaderName,
    text: String,
    plan: Plan,
}

impl Headers {
    /// Finds the placeholders of headers, which are pairs of a name and the text of a value.
    ///
    /// # Errors
    ///
    /// As for [`Template::compile`](super::Template::compile), for each header;
    /// [`Unencodable`](ErrorKind::Unencodable) for a placeholder in `Host`;
    /// [`InvalidInput`](ErrorKind::InvalidInput) for a name that is none, and for a control
    /// character in a text. All of them come in one error, each with the [pointer](Error::pointer)
    /// `/name` in small letters.
    pub fn compile<N: AsRef<str>, T: Into<String>>(
        headers: impl IntoIterator<Item = (N, T)>,
    ) -> Result<Self> {
        Engine::shared().compile_headers(headers)
    }

    /// What they refer to: each distinct name, version and form once, in the order in which they
    /// first appear.
    pub fn references(&self) -> &[Reference] {
        &self.compiled.references
    }

    /// Puts in what a [`Resolver`](crate::Resolver) said of the [references](Headers::references).
    /// `outcomes` are in the order of the references; look them up with the surface
    /// [`Header`](Surface::Header), so that access rules see it.
    ///
    /// # Errors
    ///
    /// As for [`Template::fill_for`](super::Template::fill_for): all failures of all headers in one
    /// error, each with the [pointer](Error::pointer) `/name`, and none with a value;
    /// [`TooLarge`](ErrorKind::TooLarge) for more headers than a map holds, about 24,000.
    pub fn fill(&self, outcomes: &[Outcome]) -> Result<HeaderMap> {
        let Compiled {
            lines,
            references,
            engine,
        } = &*self.compiled;
        check_count(outcomes, references)?;
        // First, so that no value is in it if it cannot be.
        let mut map = HeaderMap::try_with_capacity(lines.len()).map_err(|_| too_many())?;
        // A map cannot say what stayed, so nothing does.
        let looked_up = LookedUp::new(outcomes, references, UnknownNames::Error);
        let mut fill = Fill::new(engine, references, looked_up);
        let mut failures = Failures::default();
        let mut drafts = Vec::with_capacity(lines.len());
        for Line { name, text, plan } in lines {
            let mut own = Failures::default();
            drafts.push(fill.draft(text, plan, Surface::Header, &mut own)?);
            gather(own.into_result(), name, &mut failures);
        }
        failures.into_result()?;
        for (line, draft) in lines.iter().zip(&drafts) {
            let mut is_sensitive = false;
            let text = fill.write(draft, |_| is_sensitive = true);
            // Moves the text. Fails for control characters, and there are none: the text was
            // checked, and so was each value.
            let mut value = HeaderValue::try_from(text).map_err(|_| control_character())?;
            value.set_sensitive(is_sensitive);
            map.try_append(&line.name, value).map_err(|_| too_many())?;
        }
        Ok(map)
    }
}

impl Engine {
    /// Resolves headers, as [`ResolveExt::resolve_headers`](super::ResolveExt::resolve_headers)
    /// does.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn resolve_headers<R: Resolver + ?Sized, N: AsRef<str>, T: Into<String>>(
        &self,
        resolver: &R,
        target: &Target,
        headers: impl IntoIterator<Item = (N, T)>,
    ) -> Result<HeaderMap> {
        let headers = self.compile_headers(headers)?;
        let target = target.clone().with_surface(Surface::Header);
        headers.fill(&look_up(resolver, headers.references(), &target)?)
    }

    /// Compiles headers, as [`Headers::compile`] does.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn compile_headers<N: AsRef<str>, T: Into<String>>(
        &self,
        headers: impl IntoIterator<Item = (N, T)>,
    ) -> Result<Headers> {
        let mut bytes = 0_usize;
        let mut pairs = Vec::new();
        for (name, text) in headers {
            let (name, text): (_, String) = (name.as_ref(), text.into());
            bytes = bytes.saturating_add(name.len()).saturating_add(text.len());
            self.bounds().check_template(bytes)?;
            pairs.push((HeaderName::try_from(name).ok(), text));
        }

        let mut references = References::default();
        let mut plans = Vec::with_capacity(pairs.len());
        let mut failures = Failures::default();
        for (number, (name, text)) in (1_usize..).zip(&pairs) {
            let Some(name) = name else {
                failures.push(|| not_a_name(number));
                continue;
            };
            let planned = check_text(text).and_then(|()| Plan::of(self, text, &mut references));
            match planned.and_then(|plan| check_host(name, text, plan)) {
                Ok(plan) => plans.push(plan),
                // A limit: no place in a text is to blame.
                Err(error) if error.span().is_none() => return Err(error),
                failed => gather(failed, name, &mut failures),
            }
        }
        failures.into_result()?;
        let references = references.into_list();
        let lines = pairs
            .into_iter()
            .zip(plans)
            .filter_map(|((name, text), plan)| {
                Some(Line {
                    name: name?,
                    text,
                    plan,
                })
            });
        let lines = lines.collect();
        Ok(Headers {
            compiled: Arc::new(Compiled {
                lines,
                references,
                engine: self.clone(),
            }),
        })
    }
}

/// A header has one line (RFC 9110 section 5.5). Checked before values are there, so that none is
/// in a buffer that is refused.
fn check_text(text: &str) -> Result<()> {
    let control = text
        .bytes()
        .position(|byte| byte != b'\t' && byte.is_ascii_control());
    control.map_or(Ok(()), |at| Err(control_character().at(at..at + 1, text)))
}

fn check_host(name: &HeaderName, text: &str, plan: Plan) -> Result<Plan> {
    let slot = plan.cuts().iter().find(|cut| cut.slot.is_some());
    match slot {
        Some(cut) if *name == HOST => {
            let message = "a value may not choose the host: write the Host header out";
            Err(Error::new(ErrorKind::Unencodable, message).at(cut.span.clone(), text))
        }
        _ => Ok(plan),
    }
}

/// Takes the failures of one header. Headers are like a document whose keys are their names.
fn gather<T>(result: Result<T>, name: &HeaderName, failures: &mut Failures) {
    if let Err(error) = result {
        let pointer = format!("/{}", name.as_str().replace('~', "~0"));
        failures.extend(&error, |one| one.in_pointer(&pointer));
    }
}

fn not_a_name(number: usize) -> Error {
    let message = format!(
        "header {number} has no valid name: only letters, digits and !#$%&'*+-.^_`|~ (ASCII)"
    );
    Error::new(ErrorKind::InvalidInput, message)
}

fn control_character() -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        "the text of a header holds a control character; it is one line",
    )
}

fn too_many() -> Error {
    Error::new(
        ErrorKind::TooLarge,
        "there are more headers than a map holds",
    )
}

/// The texts hold no values, but belong to somebody: only what they refer to is shown.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.compiled.lines.iter().map(|line| &line.name).collect();
        f.debug_struct("Headers")
            .field("names", &names)
            .field("references", &self.references())
            .finish_non_exhaustive()
    }
}
