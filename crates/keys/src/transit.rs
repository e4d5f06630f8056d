//! The transit engine of HashiCorp Vault and OpenBao.

mod address;
mod call;
mod names;
mod provider;
mod refusal;
mod reply;
mod request;
mod token;

pub use provider::Transit;
pub use token::Token;
