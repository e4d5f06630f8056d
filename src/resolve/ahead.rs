//! Calls whose look-up was made ahead.

use std::sync::{Mutex, PoisonError};

use super::async_resolver::AsyncResolver;
use super::resolver::{Outcomes, Resolver};
use crate::error::{Error, ErrorKind, Result};
use crate::reference::Reference;
use crate::target::Target;

/// Makes one blocking call, such as a `resolve` of an [`Engine`](crate::template::Engine), with
/// values that are awaited: the one road for calls of every kind.
///
/// `call` gets the resolver to ask. It runs once to find out what it asks for, which ends there;
/// then the look-up is awaited; then it runs again and gets the answers. It does not wait, so it
/// may run on a thread of a runtime. A call that asks for nothing runs once. What `call` reads must
/// not change between the two; a template or document that is compiled before is not read twice.
///
/// A future that is dropped holds nothing: values are wiped with it.
///
/// ```
/// # #[cfg(feature = "http")] {
/// use keyslot::resolve::{AsyncResolver, Inline, look_up_ahead};
/// use keyslot::template::Engine;
/// use keyslot::{Error, Target, Variables};
///
/// async fn headers(service: &dyn AsyncResolver) -> Result<http::HeaderMap, Error> {
///     let (engine, target) = (Engine::new(), Target::tool("crm"));
///     let headers = [("Authorization", "Bearer <<TOKEN>>")];
///     look_up_ahead(service, |answers| engine.resolve_headers(answers, &target, headers)).await
/// }
/// # use keyslot::http;
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// # let service = Inline::new(Variables::new().with("TOKEN", "t-1")?);
/// # let std::task::Poll::Ready(map) = std::pin::pin!(headers(&service)).poll(&mut context) else {
/// #     panic!("it waits for nothing")
/// # };
/// # assert_eq!(map?["Authorization"], "Bearer t-1");
/// # }
/// # Ok::<(), keyslot::Error>(())
/// ```
///
/// # Errors
///
/// Those of the call and of the look-up; [`BrokenResolver`](ErrorKind::BrokenResolver) for a call
/// that looks up more than once, or something else when it runs again.
pub async fn look_up_ahead<R, T, F>(resolver: &R, call: F) -> Result<T>
where
    R: AsyncResolver + ?Sized,
    F: Fn(&dyn Resolver) -> Result<T>,
{
    let asked = {
        let notes = Notes::default();
        let result = call(&notes);
        match notes.into_asked() {
            Some(asked) => asked,
            None => return result,
        }
    };
    let outcomes = resolver
        .lookup_async(&asked.references, &asked.target)
        .await?;
    call(&Answers {
        asked,
        outcomes: Mutex::new(Some(outcomes)),
    })
}

/// A look-up.
struct Asked {
    references: Vec<Reference>,
    target: Target,
}

/// Notes the first look-up, and ends the call there.
#[derive(Default)]
struct Notes(Mutex<Option<Asked>>);

impl Notes {
    fn into_asked(self) -> Option<Asked> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Resolver for Notes {
    fn lookup(&self, references: &[Reference], target: &Target) -> Result<Outcomes> {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.get_or_insert_with(|| Asked {
            references: references.to_vec(),
            target: target.clone(),
        });
        Err(changed())
    }
}

/// Gives the answers to that look-up, once.
struct Answers {
    asked: Asked,
    outcomes: Mutex<Option<Outcomes>>,
}

impl Resolver for Answers {
    fn lookup(&self, references: &[Reference], target: &Target) -> Result<Outcomes> {
        if *references != *self.asked.references || *target != self.asked.target {
            return Err(changed());
        }
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        outcomes.take().ok_or_else(changed)
    }
}

fn changed() -> Error {
    Error::new(
        ErrorKind::BrokenResolver,
        "a call whose look-up is awaited looks up once, and the same when it runs again",
    )
}
