//! Destinations of resolved text.

mod address;
mod host;
mod json;
mod surface;
mod surface_set;
mod target;
mod unknown_names;

pub(crate) use address::count_dots;
pub(crate) use host::{DEFAULT_PORT, Flaw, Host, host_flaw, port_number, split_port, suffix_flaw};
pub use surface::Surface;
pub(crate) use surface_set::SurfaceSet;
pub use target::Target;
pub use unknown_names::UnknownNames;
