//! The parts of a value that are secrets by themselves: what a program may take out of it and print
//! alone.

mod all;
mod colons;
mod leaves;
mod login;
mod pairs;
mod records;
mod secret_keys;
mod token;
mod wrapped;

pub(super) use all::{bare, commands, lines, parts};
