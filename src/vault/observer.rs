//! Live events: actor, action and secret. Never a value.

mod action;
mod begun;
mod event;
mod key_action;
mod key_event;
mod observe;
mod owned_event;
#[cfg(feature = "tracing")]
mod tracing;

#[cfg(feature = "tracing")]
pub use self::tracing::TracingObserver;
pub use action::Action;
pub(super) use begun::Begun;
pub use event::Event;
pub use key_action::KeyAction;
pub use key_event::KeyEvent;
pub use observe::Observer;
pub use owned_event::OwnedEvent;
