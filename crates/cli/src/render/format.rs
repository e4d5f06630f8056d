//! Formats of files.

use std::path::Path;

use clap::ValueEnum;

/// A format, which decides where a value may stand and how it is written there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Strings of JSON; all other bytes stay
    Json,
    /// Strings of JSON with comments; all other bytes stay
    Jsonc,
    /// Strings of YAML; comments are lost
    Yaml,
    /// Strings of TOML; comments are lost
    Toml,
    /// Values of a list NAME=VALUE; all other bytes stay
    Dotenv,
    /// Any text
    Text,
}

impl Format {
    /// Returns the format that the name of a file tells.
    pub(crate) fn of(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.to_ascii_lowercase();
        if name == ".env" || name.starts_with(".env.") {
            return Self::Dotenv;
        }
        match name.rsplit_once('.').map(|(_, end)| end) {
            Some("json") => Self::Json,
            Some("jsonc") => Self::Jsonc,
            Some("yaml" | "yml") => Self::Yaml,
            Some("toml") => Self::Toml,
            Some("env") => Self::Dotenv,
            _ => Self::Text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_tells_its_format() {
        for (name, format) in [
            ("a.json", Format::Json),
            ("a/b.JSON", Format::Json),
            ("settings.jsonc", Format::Jsonc),
            ("values.yaml", Format::Yaml),
            ("values.yml", Format::Yaml),
            ("Cargo.toml", Format::Toml),
            (".env", Format::Dotenv),
            (".env.production", Format::Dotenv),
            ("prod.env", Format::Dotenv),
            ("env", Format::Text),
            ("nginx.conf", Format::Text),
            ("json", Format::Text),
            ("", Format::Text),
        ] {
            assert_eq!(Format::of(Path::new(name)), format, "{name}");
        }
    }
}
