//! Nothing: the examples are the package.
