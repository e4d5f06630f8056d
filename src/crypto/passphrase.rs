//! Passphrases, and the work that it takes to make a key of one.

mod cost;
#[cfg(feature = "passphrase")]
mod text;
mod work;

pub use cost::Argon2Cost;
#[cfg(feature = "passphrase")]
pub use text::Passphrase;
pub(crate) use work::Work;
