//! The tests of the crate's interface, as one program. What needs a process of its own stands in
//! `tests/process`, what is private is tested beside it.
#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

mod anchor;
mod async_resolvers;
mod at_revision;
mod attacks;
mod audit;
mod auto_traits;
mod backup;
mod bad_input_files;
mod bad_input_keys;
mod bad_input_names;
mod bad_input_owners;
mod bad_input_scopes;
mod bad_input_targets;
mod bad_input_templates;
mod basic;
mod blocking;
mod bound_handles;
mod bundle;
mod cache;
mod cached_lists;
mod change_all;
mod changes;
mod check;
mod clock;
mod code_files;
mod connection_strings;
mod copy_vault;
mod corruption;
mod data_keys;
mod documents;
mod encoded_marks;
mod events;
mod find_values;
mod golden;
mod guard;
#[cfg(feature = "http")]
mod http;
mod json_text;
mod key_vectors;
mod keys;
mod layers;
mod leak;
#[cfg(feature = "vault")]
mod life;
mod lifecycle;
mod list_pages;
mod lookup_apart;
mod manual;
mod mcp_clients;
mod messages;
mod model;
mod model_args;
mod no_echo;
mod observer;
mod on_disk;
mod one_key;
mod only_on;
mod permissions;
mod private_files;
mod profiles;
mod progress;
mod promises;
mod proposals;
mod put_all;
mod redact;
mod references;
mod repair;
mod reports;
mod revocation;
mod secret_changes;
mod small_vaults;
mod snapshot;
mod snapshot_age;
mod sorted_lists;
mod source;
mod store;
mod store_calls;
mod support;
mod surfaces;
mod tampering;
mod target_urls;
mod typed_insert;
mod unlock;
mod url_hosts;
mod url_parts;
mod url_rules;
mod usage;
mod vault;
mod vault_key;
mod vault_vectors;
mod words;
