//! The library that stands between a test program and the C library. It is built from `shim.c`, so
//! nothing unsafe is written in Rust.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Returns the file of the library, which is built once for each test program.
pub fn library() -> &'static Path {
    static BUILT: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let (_, file) = BUILT.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shim.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/durable/shim.c");
        let status = Command::new("cc")
            .args([
                "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o",
            ])
            .arg(&file)
            .args([source, "-ldl"])
            .status();
        assert!(status.unwrap().success(), "the C compiler failed");
        (folder, file)
    });
    file
}

/// This program once more, to run one ignored test below the library, which looks at the files of a
/// folder.
pub fn program(test: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "--exact",
            test,
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env("LD_PRELOAD", library())
        .env("SHIM_FOLDER", folder)
        .stdout(std::process::Stdio::null());
    command
}
