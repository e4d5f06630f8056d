//! `keyslot keygen`: a new root key.

use std::fs::OpenOptions;
use std::io::{IsTerminal as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::Args;
use keyslot::RootKey;
use keyslot::secrecy::ExposeSecret as _;
use serde_json::json;
use zeroize::Zeroizing;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::surroundings::make_folder_of;

/// The arguments of `keygen`.
#[derive(Args, Debug)]
pub(crate) struct KeygenArgs {
    /// New file of the key, for its owner alone; `-` is standard output
    file: PathBuf,

    /// Write the key to a terminal, too
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(args: &KeygenArgs, context: &Context) -> Result<Exit> {
    let key = RootKey::generate()?;
    if args.file == Path::new("-") {
        if std::io::stdout().is_terminal() && !args.yes {
            return Err(Failure::usage("the key would be shown on the terminal")
                .next("name a file, or say --yes"));
        }
        context.output.bytes(&text(&key))?;
        return Ok(Exit::Done);
    }
    write(&key, &args.file)?;
    let path = args.file.display();
    let message = format!("wrote a new key to {path}; keep a copy where the vault is not");
    context
        .output
        .either(&json!({ "key_file": args.file }), &message)?;
    Ok(Exit::Done)
}

/// Writes a key to a new file of its owner alone, and to disk.
pub(super) fn write(key: &RootKey, path: &Path) -> Result<()> {
    make_folder_of(path)?;
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => Failure::usage("the key file exists already")
                .next("name a new one: a key is never overwritten"),
            _ => Failure::io("cannot make the key file", &error),
        })?;
    let written = file.write_all(&text(key)).and_then(|()| file.sync_all());
    written.map_err(|error| {
        // A part of a key is no key.
        let _ = std::fs::remove_file(path);
        Failure::io("cannot write the key file", &error)
    })
}

fn text(key: &RootKey) -> Zeroizing<Vec<u8>> {
    let text = key.to_base64();
    let text = text.expose_secret();
    let mut line = Zeroizing::new(Vec::with_capacity(text.len() + 1));
    line.extend_from_slice(text.as_bytes());
    line.push(b'\n');
    line
}
