//! One event about keys.

use std::time::SystemTime;

use serde::Serialize;

use super::event::refusal;
use super::key_action::KeyAction;
use crate::error::ErrorKind;
use crate::record::rfc3339;
use crate::scope::Scope;
use crate::vault::key_info::KeyInfo;

/// A change of the keys of a vault, made by an operator. Holds names and numbers, never a key.
///
/// In JSON the time is text of RFC 3339 in UTC, and the outcome is `refused`: the code of an
/// [`ErrorKind`], or `null`.
///
/// ```
/// use std::sync::mpsc;
/// use keyslot::{Event, KeyAction, KeyEvent, Observer, RootKey, Vault};
///
/// struct Keys(mpsc::Sender<(KeyAction, Option<u32>)>);
///
/// impl Observer for Keys {
///     fn observe(&self, _: &Event<'_>) {}
///     fn key_changed(&self, event: &KeyEvent<'_>) {
///         let _ = self.0.send((event.action, event.generation));
///     }
/// }
///
/// let (sender, events) = mpsc::channel();
/// let vault = Vault::builder().observer(Keys(sender)).create(&RootKey::generate()?)?;
/// vault.scope("acme")?.put("STRIPE_KEY", "sk_live_...")?;
/// vault.rotate_data_key("acme")?;
/// assert_eq!(events.recv().unwrap(), (KeyAction::Rotate, Some(2)));
/// # Ok::<(), keyslot::Error>(())
/// ```
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct KeyEvent<'a> {
    /// The time of the vault's clock when the event was told.
    #[serde(serialize_with = "rfc3339")]
    pub time: SystemTime,
    /// The kind of the call.
    pub action: KeyAction,
    /// The organization whose keys changed; `None` if it was a key of the vault.
    pub organization: Option<&'a Scope>,
    /// The key that opens the vault, if it was about one: after it was added, or once it was
    /// removed. `None` for a key slot that was removed and that the vault had not made.
    pub key: Option<&'a KeyInfo>,
    /// The generation of the data key, if it was about a single one that is known.
    pub generation: Option<u32>,
    /// The kind of the error if the call was refused.
    #[serde(rename = "refused", serialize_with = "refusal")]
    pub outcome: Result<(), ErrorKind>,
}
