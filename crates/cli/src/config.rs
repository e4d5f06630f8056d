//! The file `keyslot.toml`: where a project says its vault, scope and key. It holds no value.

use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};

/// The name of the file, in a folder and those above it.
const NAME: &str = "keyslot.toml";

/// The largest file that is read, in bytes.
const MOST: u64 = 64 << 10;

/// The settings of a file, each of them optional.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Config {
    /// The file itself.
    pub(crate) path: PathBuf,
    /// Path or URL of the vault.
    pub(crate) vault: Option<String>,
    /// The scope.
    pub(crate) scope: Option<String>,
    /// The file of the root key.
    pub(crate) key_file: Option<PathBuf>,
    /// The environment variable of the root key.
    pub(crate) key_env: Option<String>,
    /// The credential of systemd.
    pub(crate) key_credential: Option<String>,
    /// The file of the certificates that a database server is checked against.
    pub(crate) tls_roots: Option<PathBuf>,
    /// The schema of a database that has the tables.
    pub(crate) schema: Option<String>,
    /// The uses that are logged.
    pub(crate) audit: Option<String>,
}

impl Config {
    /// Reads the file of `folder` or of the nearest folder above; `None` if no folder has one.
    pub(crate) fn find(folder: &Path) -> Result<Option<Self>> {
        for folder in folder.ancestors() {
            let path = folder.join(NAME);
            if path.is_file() {
                return Self::read(&path).map(Some);
            }
        }
        Ok(None)
    }

    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        check_owner(path)?;
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::io(format_args!("cannot read {}", path.display()), &error))?;
        Self::parse(&text, path)
    }

    fn parse(text: &str, path: &Path) -> Result<Self> {
        let refuse = |message: String| Failure::usage(format!("{}: {message}", path.display()));
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            // Not its own message, which repeats the line.
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            refuse(format!("line {line} is not valid TOML"))
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut config = Self {
            path: path.to_owned(),
            ..Self::default()
        };
        for (key, value) in table {
            let toml::Value::String(value) = value else {
                return Err(refuse("each setting is a text in quotes".to_owned()));
            };
            match key.as_str() {
                "vault" => config.vault = Some(vault(value, folder)),
                "scope" => config.scope = Some(value),
                "key-file" => config.key_file = Some(below(folder, &value)),
                "key-env" => config.key_env = Some(value),
                "key-credential" => config.key_credential = Some(value),
                "tls-roots" => config.tls_roots = Some(below(folder, &value)),
                "schema" => config.schema = Some(value),
                "audit" => config.audit = Some(value),
                _ => {
                    let message = "a setting that keyslot does not know; there are vault, scope, \
                                   key-file, key-env, key-credential, tls-roots, schema and audit";
                    return Err(refuse(message.to_owned()));
                }
            }
        }
        Ok(config)
    }
}

/// Refuses a file that another user than this one and root wrote or may write: it would choose the
/// vault that secrets are stored in.
fn check_owner(path: &Path) -> Result<()> {
    use std::os::unix::fs::MetadataExt as _;

    let found = std::fs::metadata(path)
        .map_err(|error| Failure::io(format_args!("cannot read {}", path.display()), &error))?;
    let is_ours = [0, rustix::process::geteuid().as_raw()].contains(&found.uid());
    if !is_ours || found.mode() & 0o022 != 0 {
        let message = format!("{} can be written by another user", path.display());
        return Err(Failure::new(crate::exit::Exit::UnsafeFile, message)
            .next("make it yours (`chown`, `chmod go-w`), or name another with --config"));
    }
    if found.len() > MOST {
        return Err(Failure::usage(format!("{} is too large", path.display())));
    }
    Ok(())
}

/// The path or URL of a vault: a path is relative to the folder of the file.
fn vault(value: String, folder: &Path) -> String {
    if value.contains("://") {
        return value;
    }
    below(folder, &value).to_string_lossy().into_owned()
}

/// A path that is relative to the folder of the file, or to the home of the user after `~/`.
fn below(folder: &Path, path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), crate::surroundings::home()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => folder.join(path),
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    fn parse(text: &str) -> Result<Config> {
        Config::parse(text, Path::new("/project/keyslot.toml"))
    }

    #[test]
    fn paths_are_relative_to_the_file() {
        let config = parse("vault = 'vault.db'\nscope = 'acme'\nkey-file = '../key'").unwrap();
        assert_eq!(config.vault.as_deref(), Some("/project/vault.db"));
        assert_eq!(config.scope.as_deref(), Some("acme"));
        assert_eq!(config.key_file, Some(PathBuf::from("/project/../key")));
        let config = parse("vault = 'postgres://app@db/app'\nkey-file = '/etc/key'").unwrap();
        assert_eq!(config.vault.as_deref(), Some("postgres://app@db/app"));
        assert_eq!(config.key_file, Some(PathBuf::from("/etc/key")));
    }

    #[test]
    fn nothing_of_a_file_is_repeated() {
        for text in [
            "password = 'hunter2'",
            "scope = ['hunter2']",
            "scope = 'a'\nhunter2 = = 1",
            "[hunter2]\nscope = 'a'",
        ] {
            let failure = parse(text).unwrap_err();
            assert_eq!(failure.exit(), Exit::Usage);
            assert!(!failure.to_string().contains("hunter2"), "{failure}");
        }
        let failure = parse("scope = 'a'\nhunter2 = = 1").unwrap_err().to_string();
        assert!(failure.contains("line 2 is not valid TOML"), "{failure}");
    }

    #[test]
    fn is_found_in_a_folder_above() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("a/b");
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::write(root.path().join(NAME), "scope = 'acme'").unwrap();
        let found = Config::find(&deep).unwrap().unwrap();
        assert_eq!(found.scope.as_deref(), Some("acme"));
        std::fs::write(deep.join(NAME), "scope = 'nearer'").unwrap();
        let found = Config::find(&deep).unwrap().unwrap();
        assert_eq!(found.scope.as_deref(), Some("nearer"));
    }

    #[test]
    fn a_file_that_others_may_write_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;

        let root = tempfile::tempdir().unwrap();
        let path = root.path().join(NAME);
        std::fs::write(&path, "scope = 'acme'").unwrap();
        for mode in [0o666, 0o646, 0o664] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(Config::read(&path).unwrap_err().exit(), Exit::UnsafeFile);
        }
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Config::read(&path).is_ok());
    }
}
