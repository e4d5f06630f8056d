//! Calls that may wait: on this thread, or in the pool.

use napi::bindgen_prelude::{AsyncTask, Either, ToNapiValue, TypeName};
use napi::{Env, Task};

use crate::failure::misused;

/// Answer of a call: the value, or the promise of one. The macro of napi knows a `Result` by its
/// name, so that one stands at each call.
pub(crate) type Answer<T> = Either<T, AsyncTask<Work<T>>>;

/// A call that waits for its thread.
pub struct Work<T>(Option<Box<dyn FnOnce() -> napi::Result<T> + Send>>);

impl<T> std::fmt::Debug for Work<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Work").finish_non_exhaustive()
    }
}

impl<T: Send + ToNapiValue + TypeName + 'static> Task for Work<T> {
    type Output = T;
    type JsValue = T;

    fn compute(&mut self) -> napi::Result<T> {
        match self.0.take() {
            Some(work) => work(),
            None => Err(misused("the call was made already")),
        }
    }

    fn resolve(&mut self, _: Env, output: T) -> napi::Result<T> {
        Ok(output)
    }
}

/// Does the work now, or gives it to the pool.
pub(crate) fn perform<T: Send + ToNapiValue + TypeName + 'static>(
    now: bool,
    work: impl FnOnce() -> napi::Result<T> + Send + 'static,
) -> napi::Result<Answer<T>> {
    if now {
        return work().map(Either::A);
    }
    Ok(Either::B(AsyncTask::new(Work(Some(Box::new(work))))))
}
