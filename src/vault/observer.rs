//! Live events: actor, action and secret. Never a value.

mod action;
mod event;
mod observe;
#[cfg(feature = "tracing")]
mod tracing;

#[cfg(feature = "tracing")]
pub use self::tracing::TracingObserver;
pub use action::Action;
pub use event::Event;
pub use observe::Observer;
