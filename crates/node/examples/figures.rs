//! Time of a resolve from Rust, to hold that of JavaScript against: `benches/figures.mjs`.
//!
//! Takes the path of the vault and of the file with its key.

use std::time::Instant;
use std::{env, hint};

use keyslot::secrecy::ExposeSecret as _;
use keyslot::template::JsonText;
use keyslot::{Error, ErrorKind, Result, RootKey, Target, Vault};

/// Calls of one turn; the best of some turns counts.
const CALLS: u32 = 5_000;

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let missing = || Error::new(ErrorKind::InvalidInput, "usage: figures VAULT KEY");
    let path = arguments.next().ok_or_else(missing)?;
    let key = RootKey::from_file(arguments.next().ok_or_else(missing)?)?;
    let scope = Vault::open(path, &key)?.scope("acme/billing")?;
    let target = Target::tool("stripe");
    let header = "Authorization: Bearer <<$secret.STRIPE_KEY>>";
    let headers: Vec<String> = (0..10).map(|n| format!("\"X-{n}\":\"{header}\"")).collect();
    let document = format!("{{{}}}", headers.join(","));

    let text = best(|| {
        let resolved = scope.resolve_for(&target, header)?;
        hint::black_box(resolved.expose_secret().len());
        Ok(())
    })?;
    let json = best(|| {
        let resolved = scope.resolve_for(&target, &JsonText::parse(document.as_str())?)?;
        let value: serde_json::Value = serde_json::from_str(resolved.expose_secret())
            .map_err(|_| Error::new(ErrorKind::InvalidInput, "no JSON"))?;
        hint::black_box(value);
        Ok(())
    })?;
    #[allow(clippy::print_stdout)]
    {
        println!("{{\"header\": {text:.2}, \"document\": {json:.2}}}");
    }
    Ok(())
}

/// Microseconds of one call.
fn best(mut call: impl FnMut() -> Result<()>) -> Result<f64> {
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let begun = Instant::now();
        for _ in 0..CALLS {
            call()?;
        }
        best = best.min(begun.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS));
    }
    Ok(best)
}
