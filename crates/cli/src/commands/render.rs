//! `keyslot render`: files with values, made of files with placeholders.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use keyslot::template::{Engine, Surfaces, Syntax};
use keyslot::{Surface, Target};
use serde_json::json;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::render::{Format, NotReplaced, Source, Use, replace};

/// The arguments of `render`.
#[derive(Args, Debug)]
pub(crate) struct RenderArgs {
    /// Files with placeholders
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// File to write, or a folder for several; without it the text goes to standard output
    #[arg(long, short, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Write nothing: check that all values could be put in, and list what only looks like a
    /// placeholder
    #[arg(long, conflicts_with_all = ["output", "yes"])]
    check: bool,

    /// Format of the files, where their names do not tell it
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,

    /// Syntax of the placeholders; may be repeated
    #[arg(long, value_name = "SYNTAX")]
    syntax: Vec<SyntaxName>,

    /// Place that values stand in, such as url or header: of the whole file, or of the strings at a
    /// JSON Pointer with POINTER=SURFACE; may be repeated
    #[arg(long, value_name = "[POINTER=]SURFACE")]
    surface: Vec<String>,

    /// Take the places of values as they are in configs of MCP servers
    #[arg(long)]
    mcp: bool,

    /// Tool that access rules are asked for
    #[arg(long, value_name = "NAME", default_value = "render")]
    tool: String,

    /// Host that access rules are asked for
    #[arg(long, value_name = "HOST")]
    host: Option<String>,

    /// Write to standard output also where that is a terminal
    #[arg(long)]
    yes: bool,
}

/// A syntax of placeholders.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum SyntaxName {
    /// <<$secret.NAME>> and <<NAME>>
    Angle,
    /// {{$secret.NAME}} and {{NAME}}
    Mustache,
    /// $ secrets.NAME
    Julep,
    /// secret://NAME as a whole string
    Uri,
    /// {"value": "NAME", "fromSecret": true}
    Bookmark,
    /// ${NAME}
    Dollar,
    /// ${env:NAME} and ${input:NAME}
    Vscode,
    /// ${{ secrets.NAME }}
    Github,
}

impl SyntaxName {
    fn syntax(self) -> Syntax {
        match self {
            Self::Angle => Syntax::angle(),
            Self::Mustache => Syntax::mustache(),
            Self::Julep => Syntax::julep(),
            Self::Uri => Syntax::uri(),
            Self::Bookmark => Syntax::bookmark(),
            Self::Dollar => Syntax::dollar(),
            Self::Vscode => Syntax::vscode(),
            Self::Github => Syntax::github(),
        }
    }
}

pub(super) fn run(args: &RenderArgs, context: &Context) -> Result<Exit> {
    let read = |path: &PathBuf| Source::read(path, args.format);
    let sources = args.files.iter().map(read).collect::<Result<Vec<_>>>()?;
    let outputs = outputs(args)?;
    let (engine, target) = settings(args)?;
    let scope = context.scope()?.with_engine(&engine);
    let to = Use {
        scope: &scope,
        target: &target,
    };
    if args.check {
        return check(&sources, to, context);
    }
    // All of them, before the first is written.
    let rendered = sources.iter().map(|source| source.render(to));
    let rendered = rendered.collect::<Result<Vec<_>>>()?;
    drop(scope);
    for (rendered, path) in rendered.iter().zip(outputs) {
        match path {
            None => context.output.bytes(&rendered.text)?,
            Some(path) => {
                replace(&path, &rendered.text).map_err(|error| not_written(&path, &error))?;
            }
        }
    }
    Ok(Exit::Done)
}

/// The error of a file that was not written, or may be lost.
fn not_written(path: &Path, error: &NotReplaced) -> Failure {
    let path = path.display();
    match error {
        NotReplaced::Kept(error) => Failure::io(
            format!("cannot write {path}; an older one is as it was"),
            error,
        ),
        NotReplaced::Unsure(error) => Failure::io(
            format!(
                "{path} is written, but its folder could not be synced: after a loss of power the \
                 older one may be back"
            ),
            error,
        ),
    }
}

/// Returns the file that each result goes to; none is standard output.
fn outputs(args: &RenderArgs) -> Result<Vec<Option<PathBuf>>> {
    let several = args.files.len() > 1;
    let Some(output) = &args.output else {
        if args.check {
            return Ok(Vec::new());
        }
        if several {
            return Err(Failure::usage("several files need a folder").next("name one with -o"));
        }
        if io::stdout().is_terminal() && !args.yes {
            return Err(
                Failure::usage("the output is a terminal, which would show the values")
                    .next("name a file with -o, or say --yes"),
            );
        }
        return Ok(vec![None]);
    };
    let is_folder = output.is_dir();
    if several && !is_folder {
        return Err(Failure::usage("several files need a folder that exists")
            .next("make it, and name it with -o"));
    }
    let mut outputs: Vec<Option<PathBuf>> = Vec::new();
    for file in &args.files {
        let path = match file.file_name() {
            Some(name) if is_folder => output.join(name),
            _ => output.clone(),
        };
        if outputs.contains(&Some(path.clone())) {
            return Err(Failure::usage("two files have the same name")
                .next("render them one after the other"));
        }
        if is_same(file, &path) {
            return Err(Failure::usage("a file would be replaced by its own result")
                .next("name another file or folder with -o"));
        }
        outputs.push(Some(path));
    }
    Ok(outputs)
}

fn is_same(one: &Path, other: &Path) -> bool {
    let found = |path: &Path| path.canonicalize().ok();
    found(one).is_some_and(|one| found(other) == Some(one))
}

/// Returns the engine and the target that the options ask for.
fn settings(args: &RenderArgs) -> Result<(Engine, Target)> {
    let mut engine = Engine::new();
    let syntax = args
        .syntax
        .iter()
        .map(|name| name.syntax())
        .reduce(Syntax::and);
    if let Some(syntax) = syntax {
        engine = engine.syntax(syntax);
    }
    let mut target = Target::tool(&args.tool);
    if let Some(host) = &args.host {
        target = target.with_host(host)?;
    }
    let mut surfaces = if args.mcp {
        Surfaces::mcp()
    } else {
        Surfaces::new()
    };
    for surface in &args.surface {
        match surface.rsplit_once('=') {
            Some((pointer, surface)) => surfaces = surfaces.at(pointer, surface.parse()?)?,
            None => target = target.with_surface(surface.parse::<Surface>()?),
        }
    }
    if !surfaces.is_empty() {
        engine = engine.surfaces(surfaces);
    }
    Ok((engine, target))
}

/// Checks all files. The exit code is that of the first failure, or that of a check that found
/// something.
fn check(sources: &[Source], to: Use<'_>, context: &Context) -> Result<Exit> {
    let (mut remarks, mut failures) = (Vec::new(), Vec::new());
    for source in sources {
        match source.check(to) {
            Ok(lints) => remarks.extend(lints.into_iter().map(|lint| (source.place(&lint), lint))),
            Err(failure) => failures.push(failure),
        }
    }
    if context.output.is_json() {
        let remarks: Vec<_> = remarks
            .iter()
            .map(|(place, lint)| json!({ "place": place, "message": lint.to_string() }))
            .collect();
        let failed: Vec<_> = failures.iter().map(Failure::to_json).collect();
        context
            .output
            .json(&json!({ "remarks": remarks, "failures": failed }))?;
    } else {
        for (place, lint) in &remarks {
            context.output.line(&format!("{place}: {lint}"))?;
        }
        for failure in &failures {
            context.output.failure(failure);
        }
    }
    Ok(match failures.first() {
        Some(failure) => failure.exit(),
        None if remarks.is_empty() => Exit::Done,
        None => Exit::Found,
    })
}
