//! `keyslot run`: a program with values, and its output without them.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use clap::Args;
use keyslot::secrecy::ExposeSecret as _;
use keyslot::template::Tree;
use keyslot::{Redactor, ScopedVault, Surface, Target, Template};
use zeroize::Zeroizing;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::key::KeySource;
use crate::render::{Format, Rendered, Source, Use, Values};
use crate::run::{Child, Files};
use crate::silence::release_signals;

/// Beginning of the names of our own variables, such as that of the root key. No program gets them.
const OURS: &str = "KEYSLOT_";

/// The arguments of `run`.
#[derive(Args, Debug)]
pub(crate) struct RunArgs {
    /// File of environment variables (NAME=VALUE) with placeholders; may be repeated
    #[arg(long, value_name = "FILE")]
    env_from: Vec<PathBuf>,

    /// File with placeholders that becomes the standard input of the program
    #[arg(long, value_name = "FILE")]
    stdin: Option<PathBuf>,

    /// File with placeholders that the program reads, and no disk has. Its path is put in the place
    /// of FILE in the arguments, alone or behind a "=", and into the variable NAME
    #[arg(long, value_name = "[NAME=]FILE")]
    file: Vec<OsString>,

    /// Format of the files, where their names do not tell it
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,

    /// Tool that access rules are asked for; the name of the program otherwise
    #[arg(long, value_name = "NAME")]
    tool: Option<String>,

    /// Host that access rules are asked for
    #[arg(long, value_name = "HOST")]
    host: Option<String>,

    /// Leave the output as it is: values that the program prints are seen by everybody who sees it,
    /// and stay in logs
    #[arg(long)]
    no_mask: bool,

    /// Program and its arguments
    #[arg(last = true, required = true, value_name = "PROGRAM")]
    program: Vec<OsString>,
}

pub(super) fn run(args: &RunArgs, context: &Context) -> Result<Exit> {
    let (program, arguments) = args
        .program
        .split_first()
        .ok_or_else(|| Failure::usage("no program is named").next("name one behind `--`"))?;
    refuse_placeholders(&args.program)?;
    let target = target(args, program)?;
    let sources = Sources::read(args)?;

    let scope = context.scope()?;
    let to = Use {
        scope: &scope,
        target: &target,
    };
    let mut given = Given::default();
    let key = context.settings.key.as_ref();
    let key = key.and_then(KeySource::variable);
    given.resolve_environment(to, &sources.variables, key)?;
    let input = match &sources.input {
        Some(source) => Some(given.take(source.render(to)?)?),
        None => None,
    };
    let mut arguments = arguments.to_vec();
    let mut files = None;
    for (name, written, source) in &sources.files {
        let text = given.take(source.render(to)?)?;
        let folder = match &mut files {
            Some(folder) => folder,
            None => files.insert(Files::new().map_err(|e| Failure::io("cannot make a file", &e))?),
        };
        let path = folder.add(source.path().file_name().unwrap_or_default(), text);
        let path = path.map_err(|error| Failure::io("cannot make a file", &error))?;
        let placed = place(&mut arguments, written, &path);
        match name {
            Some(name) => given.set(name, path.into_os_string()),
            None if placed => {}
            None => {
                return Err(Failure::usage("a file is for no argument of the program")
                    .next("write it in an argument as behind --file, or say --file NAME=FILE"));
            }
        }
    }
    // The vault is closed before anything runs.
    drop(scope);

    let masks = (!args.no_mask)
        .then_some(&given.masks)
        .and_then(Option::as_ref);
    for skipped in masks.map_or(&[][..], Redactor::skipped) {
        context.output.note(&format!("note: {skipped}"));
    }
    let child = Child {
        program: program.clone(),
        arguments,
        environment: given.environment.into_iter().collect(),
        input,
    };
    release_signals();
    let end = crate::run::run(child, masks)
        .map_err(|error| Failure::io("cannot run the program to its end", &error))?;
    drop(files);
    Ok(Exit::Program(end.pass_on()))
}

/// The files of a call.
struct Sources {
    variables: Vec<Source>,
    input: Option<Source>,
    /// The variable that names a file, the file as it is written, and the file.
    files: Vec<(Option<OsString>, OsString, Source)>,
}

impl Sources {
    /// Reads all of them, before a key is asked for.
    fn read(args: &RunArgs) -> Result<Self> {
        let read = |path: &PathBuf| Source::read(path, args.format);
        let list = |path: &PathBuf| Source::read(path, Some(Format::Dotenv));
        let mut files = Vec::new();
        for file in &args.file {
            let (name, path) = name_and_path(file);
            files.push((name, path.clone(), read(&PathBuf::from(path))?));
        }
        Ok(Self {
            variables: args.env_from.iter().map(list).collect::<Result<_>>()?,
            input: args.stdin.as_ref().map(read).transpose()?,
            files,
        })
    }
}

/// All that the program is given.
#[derive(Default)]
struct Given {
    environment: BTreeMap<OsString, Zeroizing<Vec<u8>>>,
    masks: Option<Redactor>,
}

impl Given {
    /// Resolves our own environment and the lists, of which the last one counts.
    fn resolve_environment(
        &mut self,
        to: Use<'_>,
        lists: &[Source],
        key: Option<&str>,
    ) -> Result<()> {
        let mut texts: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in std::env::vars_os() {
            if name.as_bytes().starts_with(OURS.as_bytes()) || key.is_some_and(|key| name == *key) {
                continue;
            }
            match (name.to_str(), value.to_str()) {
                (Some(name), Some(value)) if has_placeholder(to.scope, value) => {
                    texts.insert(name.to_owned(), value.to_owned());
                }
                _ => self.set(&name, value),
            }
        }
        for list in lists {
            for (name, value) in list.variables()?.variables() {
                texts.insert(name.to_owned(), value.to_owned());
            }
        }
        let target = to.target.clone().with_surface(Surface::Env);
        let variables = Use {
            target: &target,
            ..to
        };
        let resolved = variables.resolve(&Tree::of(&texts)?)?;
        self.mask(Redactor::of(&resolved)?)?;
        for (name, value) in Values::of(resolved.expose_secret())?.iter() {
            let value = Zeroizing::new(value.as_bytes().to_vec());
            self.environment.insert(name.into(), value);
        }
        Ok(())
    }

    /// Takes a text, and masks the values in it.
    fn take(&mut self, rendered: Rendered) -> Result<Zeroizing<Vec<u8>>> {
        self.mask(rendered.masks)?;
        Ok(rendered.text)
    }

    fn set(&mut self, name: &OsStr, value: OsString) {
        let value = Zeroizing::new(value.into_vec());
        self.environment.insert(name.to_owned(), value);
    }

    fn mask(&mut self, more: Redactor) -> Result<()> {
        self.masks = Some(match self.masks.take() {
            Some(masks) => masks.merge(&more)?,
            None => more,
        });
        Ok(())
    }
}

/// Refuses placeholders in arguments: every user of the machine reads those.
fn refuse_placeholders(words: &[OsString]) -> Result<()> {
    let is_placeholder = |word: &OsString| {
        let template = word.to_str().map(Template::compile);
        template.is_some_and(|template| template.is_ok_and(|one| !one.references().is_empty()))
    };
    match words.iter().position(is_placeholder) {
        None => Ok(()),
        Some(at) => Err(Failure::usage(format!(
            "word {} behind `--` has a placeholder, and other users of this machine can read the \
             arguments of a program",
            at + 1
        ))
        .next("give the value in the environment, with --stdin FILE or with --file FILE")),
    }
}

/// The target of a call: the program is the tool.
fn target(args: &RunArgs, program: &OsStr) -> Result<Target> {
    let name = Path::new(program).file_name().unwrap_or(program);
    let tool = args
        .tool
        .clone()
        .unwrap_or_else(|| name.to_string_lossy().into_owned());
    let target = Target::tool(tool);
    Ok(match &args.host {
        Some(host) => target.with_host(host)?,
        None => target,
    })
}

/// Returns true if a text asks for a value; also if it means to, and is wrong.
fn has_placeholder(scope: &ScopedVault, text: &str) -> bool {
    scope
        .references(text)
        .map_or(true, |references| !references.is_empty())
}

/// Splits `NAME=FILE`; a name is one of a variable.
fn name_and_path(file: &OsStr) -> (Option<OsString>, OsString) {
    let bytes = file.as_bytes();
    let sign = bytes.iter().position(|&byte| byte == b'=');
    let is_name = |name: &[u8]| {
        !name.is_empty()
            && name
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    let parts = sign.and_then(|at| Some((bytes.get(..at)?, bytes.get(at + 1..)?)));
    match parts {
        Some((name, path)) if is_name(name) => {
            let owned = |part: &[u8]| OsStr::from_bytes(part).to_owned();
            (Some(owned(name)), owned(path))
        }
        _ => (None, file.to_owned()),
    }
}

/// Puts a path in the place of a file in the arguments.
fn place(arguments: &mut [OsString], file: &OsStr, path: &Path) -> bool {
    let mut placed = false;
    for argument in arguments {
        let Some(before) = argument.as_bytes().strip_suffix(file.as_bytes()) else {
            continue;
        };
        if before.is_empty() || before.ends_with(b"=") {
            let mut with_path = OsStr::from_bytes(before).to_owned();
            with_path.push(path);
            *argument = with_path;
            placed = true;
        }
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_in_arguments_are_refused() {
        let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        for refused in [
            &["curl", "-H", "Authorization: Bearer <<$secret.TOKEN>>"][..],
            &["echo", "<<TOKEN>>"],
            &["<<$secret.TOKEN>>"],
        ] {
            let error = refuse_placeholders(&words(refused)).unwrap_err();
            let shown = error.to_string();
            assert!(
                shown.contains("--stdin FILE") && !shown.contains("TOKEN"),
                "{shown}"
            );
        }
        refuse_placeholders(&words(&["sh", "-c", "cat <<EOF", "1 << 2", "$TOKEN"])).unwrap();
    }

    #[test]
    fn a_file_has_a_name_or_none() {
        for (given, name, path) in [
            ("app.toml", None, "app.toml"),
            ("CONFIG=app.toml", Some("CONFIG"), "app.toml"),
            ("CONFIG=a=b", Some("CONFIG"), "a=b"),
            ("./a=b", None, "./a=b"),
            ("=x", None, "=x"),
        ] {
            let expected = (name.map(OsString::from), OsString::from(path));
            assert_eq!(name_and_path(given.as_ref()), expected, "{given}");
        }
    }

    #[test]
    fn a_path_is_placed_alone_and_behind_a_sign() {
        let mut arguments =
            ["app.toml", "--config=app.toml", "xapp.toml", "app.toml.bak"].map(OsString::from);
        assert!(place(
            &mut arguments,
            "app.toml".as_ref(),
            Path::new("/run/p")
        ));
        assert_eq!(
            arguments,
            ["/run/p", "--config=/run/p", "xapp.toml", "app.toml.bak"]
        );
        assert!(!place(
            &mut arguments,
            "other".as_ref(),
            Path::new("/run/p")
        ));
    }
}
