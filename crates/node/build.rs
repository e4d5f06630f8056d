//! Sets the linker options of a module for Node.

fn main() {
    napi_build::setup();
}
