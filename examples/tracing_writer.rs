//! Logs of the crate `tracing` that hold no secret, whoever writes them: the subscriber writes
//! through a redactor.
//!
//! `cargo run -p keyslot-examples --example tracing_writer` logs a request with its token in it.
#![allow(clippy::print_stdout)]

use std::io;

use keyslot::redact::RedactWriter;
use keyslot::secrecy::ExposeSecret;
use keyslot::{Redactor, ResolveExt, RunSecrets};

fn main() -> Result<(), keyslot::Error> {
    let secrets = RunSecrets::new().with("API_TOKEN", "t0ken-of-ada-4eC39HqLyj")?;
    let header = secrets.resolve("Bearer <<$secret.API_TOKEN>>")?;
    let redactor = Redactor::of(&header)?;

    // A writer for each event, which is written in one go; so nothing is held back for the next
    // one.
    let subscriber = tracing_subscriber::fmt()
        .without_time()
        .with_ansi(false)
        .with_writer(move || RedactWriter::new(io::stdout(), &redactor))
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        let _span = tracing::info_span!("request", authorization = header.expose_secret().as_ref())
            .entered();
        tracing::info!(
            url = "https://crm.example/?key=t0ken-of-ada-4eC39HqLyj",
            "GET"
        );
        tracing::error!("answer: {:?}", "{\"denied\": \"t0ken-of-ada-4eC39HqLyj\"}");
    });
    Ok(())
}
