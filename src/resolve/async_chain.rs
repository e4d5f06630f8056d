//! Several resolvers that are awaited, asked in order.

use std::fmt;
use std::sync::Arc;

use super::async_resolver::{AsyncResolver, Lookup};
use super::search::Search;
use crate::reference::Reference;
use crate::target::Target;

/// A sequence of resolvers that are awaited: a [`Chain`](crate::Chain) with async links, under the
/// same rules. Each is asked only for the references that all before it answered with `NotFound`,
/// and after them.
///
/// ```
/// use keyslot::resolve::{AsyncChain, Inline};
/// use keyslot::secrecy::ExposeSecret;
/// use keyslot::template::Engine;
/// use keyslot::{Target, Variables};
///
/// # fn ready<T>(future: impl Future<Output = T>) -> T {
/// #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// #     match std::pin::pin!(future).poll(&mut context) {
/// #         std::task::Poll::Ready(output) => output,
/// #         std::task::Poll::Pending => panic!("it waits for nothing"),
/// #     }
/// # }
/// # ready(async {
/// let run = Variables::new().with("REGION", "eu-central")?;
/// let defaults = Variables::new().with("REGION", "us-east")?.with("LOCALE", "en")?;
/// let chain = AsyncChain::new()
///     .then(Inline::new(run))
///     .then(Inline::new(defaults));
/// let engine = Engine::new();
/// let text = "<<REGION>>/<<LOCALE>>";
/// let resolved = engine.resolve_async(&chain, &Target::unspecified(), text).await?;
/// assert_eq!(resolved.expose_secret(), "eu-central/en");
/// # Ok::<(), keyslot::Error>(())
/// # })?;
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct AsyncChain {
    resolvers: Vec<Arc<dyn AsyncResolver>>,
}

impl AsyncChain {
    /// Returns a chain without resolvers, which knows nothing.
    ///
    /// ```
    /// use keyslot::resolve::AsyncChain;
    ///
    /// assert_eq!(format!("{:?}", AsyncChain::new()), "AsyncChain { resolvers: 0 }");
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a resolver that is asked after those already there.
    ///
    /// ```
    /// use keyslot::Variables;
    /// use keyslot::resolve::{AsyncChain, Inline};
    ///
    /// let chain = AsyncChain::new().then(Inline::new(Variables::new().with("REGION", "eu")?));
    /// assert_eq!(format!("{chain:?}"), "AsyncChain { resolvers: 1 }");
    /// # Ok::<(), keyslot::Error>(())
    /// ```
    #[must_use]
    pub fn then(mut self, resolver: impl AsyncResolver + 'static) -> Self {
        self.resolvers.push(Arc::new(resolver));
        self
    }
}

impl AsyncResolver for AsyncChain {
    fn lookup_async<'a>(&'a self, references: &'a [Reference], target: &'a Target) -> Lookup<'a> {
        Box::pin(async move {
            let mut search = Search::new(references);
            for resolver in &self.resolvers {
                let Some(asked) = search.next() else { break };
                let answers = resolver.lookup_async(&asked, target).await?;
                search.take(&asked, answers)?;
            }
            Ok(search.into_outcomes())
        })
    }
}

impl fmt::Debug for AsyncChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncChain")
            .field("resolvers", &self.resolvers.len())
            .finish()
    }
}
