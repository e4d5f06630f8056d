//! Unlocking: all that opens a vault gives the keys of a key slot.
#![allow(
    private_interfaces,
    reason = "the trait is sealed: nobody else can make what its methods take"
)]

#[cfg(feature = "passphrase")]
mod passphrase;
mod provider;
mod raw;
mod unlock;

pub use unlock::Unlock;
