//! Turns values in the output of tools back into placeholders.

#[cfg_attr(not(test), allow(dead_code))]
mod search;
