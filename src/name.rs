//! Names of secrets, and policies that narrow them.

mod credentials;
mod defect;
mod distance;
mod nearest;
mod policy;
mod secret_name;

#[cfg(feature = "vault")]
pub(crate) use credentials::looks_like_value;
pub(crate) use nearest::{KnownNames, Nearest};
pub use policy::NamePolicy;
pub use secret_name::SecretName;
