//! Text that a model wrote: data, in which only what was granted becomes values.

mod arguments;
mod attempt;
mod granting;
mod grants;
mod model_args;
mod reader;
mod written;

pub use arguments::Arguments;
pub use attempt::Attempt;
pub use grants::Grants;
pub use model_args::ModelArgs;
