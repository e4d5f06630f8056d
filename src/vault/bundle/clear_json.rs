//! Values in clear as JSON.

use std::io::Write;

use secrecy::ExposeSecret;
use serde::Serialize;

use super::sink::Sink;
use super::unwritten::unwritten;
use crate::crypto::{BundleCounts, BundledSecret};
use crate::error::Result;
use crate::record::SecretInfo;
use crate::scope::Scope;
use crate::vault::stored::describe;

/// An array of JSON while it is written.
pub(super) struct ClearJson<W> {
    to: W,
    is_first: bool,
}

/// A secret, with its newest value.
#[derive(Serialize)]
struct Clear<'a> {
    #[serde(flatten)]
    info: &'a SecretInfo,
    value: &'a str,
}

impl<W: Write> ClearJson<W> {
    pub(super) fn begin(mut to: W) -> Result<Self> {
        to.write_all(b"[").map_err(unwritten)?;
        Ok(Self { to, is_first: true })
    }
}

impl<W: Write> Sink for ClearJson<W> {
    fn has_history(&self) -> bool {
        false
    }

    fn organization(&mut self, _: &Scope) -> Result<()> {
        Ok(())
    }

    fn secret(&mut self, secret: BundledSecret) -> Result<bool> {
        let Some((info, value)) = describe(secret.info).zip(secret.values.last()) else {
            return Ok(false);
        };
        let comma: &[u8] = if self.is_first { b"\n" } else { b",\n" };
        self.is_first = false;
        self.to.write_all(comma).map_err(unwritten)?;
        // Straight to the writer: a copy here would have to be wiped.
        let clear = Clear {
            info: &info,
            value: value.expose_secret(),
        };
        serde_json::to_writer(&mut self.to, &clear).map_err(|cause| unwritten(cause.into()))?;
        Ok(true)
    }

    fn finish(mut self, _: &BundleCounts) -> Result<()> {
        self.to.write_all(b"\n]\n").map_err(unwritten)?;
        self.to.flush().map_err(unwritten)
    }
}
