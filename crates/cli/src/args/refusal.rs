//! Errors of the command line, without the arguments that were given: one of them may be a value.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::failure::Failure;

/// Returns the error of arguments that are not valid; `None` for a call of help or version, which
/// clap answers itself.
pub(crate) fn refuse(error: &clap::Error) -> Option<Failure> {
    let message = match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => return None,
        ErrorKind::InvalidSubcommand => "there is no such command".to_owned(),
        ErrorKind::MissingSubcommand => "a command is missing".to_owned(),
        ErrorKind::MissingRequiredArgument => {
            format!(
                "an argument is missing{}",
                named(error, ContextKind::InvalidArg)
            )
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            // The argument by its own name, and what it takes: never what was given for it.
            format!(
                "the value is not valid{}",
                named(error, ContextKind::InvalidArg)
            )
        }
        ErrorKind::NoEquals | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!(
                "a value is missing{}",
                named(error, ContextKind::InvalidArg)
            )
        }
        ErrorKind::ArgumentConflict => {
            format!(
                "two options exclude each other{}",
                named(error, ContextKind::InvalidArg)
            )
        }
        ErrorKind::InvalidUtf8 => "an argument is not UTF-8".to_owned(),
        _ => "there is an argument too many, or one that this command does not know".to_owned(),
    };
    let next = advice(error).unwrap_or_else(|| "see `keyslot help`".to_owned());
    Some(Failure::usage(message).next(next))
}

/// The names that clap itself defines: an unknown argument is not among them.
fn named(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(name)) => format!(": {name}"),
        Some(ContextValue::Strings(names)) => format!(": {}", names.join(", ")),
        _ => String::new(),
    }
}

fn advice(error: &clap::Error) -> Option<String> {
    let suggested = [
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedArg,
        ContextKind::ValidValue,
    ];
    suggested.into_iter().find_map(|kind| {
        let names = match error.get(kind)? {
            ContextValue::String(name) => name.clone(),
            ContextValue::Strings(names) if !names.is_empty() => names.join(", "),
            _ => return None,
        };
        let what = match kind {
            ContextKind::ValidValue => "use one of",
            _ => "did you mean",
        };
        Some(format!("{what}: {names}"))
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::args::Cli;

    fn refused(line: &[&str]) -> String {
        let error = Cli::try_parse_from(line).unwrap_err();
        refuse(&error).unwrap().to_string()
    }

    #[test]
    fn no_argument_is_repeated() {
        let value = "hunter2-in-argv";
        let mut echoed = 0;
        for line in [
            &["keyslot", "set", "KEY", value][..],
            &["keyslot", "set", "KEY", "--value", value],
            &["keyslot", "set", "KEY", "--hunter2-in-argv"],
            &["keyslot", "set", "KEY", "--hunter2-in-argv=hunter2-in-argv"],
            &["keyslot", "--color", value, "list"],
            &["keyslot", value],
            &["keyslot", "get", "KEY", "--reveal=hunter2-in-argv"],
        ] {
            let shown = refused(line);
            assert!(!shown.contains("hunter2"), "{line:?}: {shown}");
            let clap = Cli::try_parse_from(line).unwrap_err().to_string();
            echoed += usize::from(clap.contains("hunter2"));
        }
        assert!(
            echoed >= 5,
            "the control: clap itself repeats what was given"
        );
    }

    #[test]
    fn the_nearest_is_proposed() {
        let shown = refused(&["keyslot", "gets"]);
        assert!(
            shown.contains("did you mean: ") && shown.contains("get"),
            "{shown}"
        );
        assert!(refused(&["keyslot", "get", "K", "--reveals"]).contains("--reveal"));
        assert!(refused(&["keyslot", "--color", "x", "list"]).contains("auto, always, never"));
        assert!(refused(&["keyslot", "get"]).contains("an argument is missing: <NAME>"));
    }
}
