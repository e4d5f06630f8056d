//! Processes of the server that end while they are used.

use crate::support::load::{check, under_load, wait_for_writes};
use crate::support::{Server, server, store};

fn terminate(server: &Server, schema: &str) {
    server.sql(&format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%\"{schema}\"%' \
         AND pid <> pg_backend_pid()"
    ));
}

#[test]
fn processes_of_the_server_that_end_during_writes_lose_nothing() {
    let Some(server) = server() else { return };
    let store = store(&server.url);
    let schema = crate::support::schema_of(&store);
    let written = under_load(&store, || {
        for _ in 0..20 {
            wait_for_writes(&store, 1);
            terminate(&server, &schema);
        }
    });
    check(&store, written);
}
