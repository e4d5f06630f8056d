//! The graph of the crate's files, read from their imports and paths.

use std::collections::{BTreeMap, BTreeSet};

use super::{at_test_attribute, skip_item, tokens};

/// The path of a module from the root of the crate.
pub(crate) type Module = Vec<String>;

/// The files of a crate by their modules, and the arrows between them.
pub(crate) struct Graph {
    files: BTreeMap<Module, File>,
    arrows: BTreeMap<Module, BTreeSet<Module>>,
}

/// The declarations, names and paths of a file.
#[derive(Default)]
struct File {
    /// Modules that it declares.
    children: BTreeSet<String>,
    /// Names that it imports or exports, and where they lead.
    names: BTreeMap<String, Module>,
    /// Paths that it uses, imports included; of an export in a table of contents there are none.
    paths: Vec<Module>,
    has_code: bool,
}

impl Graph {
    /// Reads source texts by their modules; the root has the empty path.
    pub(crate) fn of(sources: &BTreeMap<Module, String>) -> Self {
        let read = |(module, text): (&Module, &String)| (module.clone(), File::read(module, text));
        let files: BTreeMap<_, _> = sources.iter().map(read).collect();
        let mut graph = Self {
            files,
            arrows: BTreeMap::new(),
        };
        for (module, file) in &graph.files {
            let known = file.paths.iter().map(|path| graph.file_of(path, 0));
            let known = known.filter(|other| other != module && !other.is_empty());
            graph.arrows.insert(module.clone(), known.collect());
        }
        graph
    }

    /// The file in which a path ends, followed through what other files export.
    fn file_of(&self, path: &[String], steps: usize) -> Module {
        let mut here = Module::new();
        for (at, name) in path.iter().enumerate() {
            here.push(name.clone());
            if self.files.contains_key(&here) {
                continue;
            }
            here.pop();
            let file = &self.files[&here];
            return match file.names.get(name) {
                Some(to) if steps < 20 => {
                    let mut to = to.clone();
                    to.extend_from_slice(&path[at + 1..]);
                    self.file_of(&to, steps + 1)
                }
                _ => here,
            };
        }
        here
    }

    /// The arrows, each from a file to a file that it knows.
    pub(crate) fn arrows(&self) -> impl Iterator<Item = (&Module, &Module)> {
        self.arrows
            .iter()
            .flat_map(|(from, known)| known.iter().map(move |to| (from, to)))
    }

    /// The files, each with whether others are below it.
    pub(crate) fn roots(&self) -> impl Iterator<Item = (&Module, bool)> {
        let is_root = |module: &Module| {
            let mut others = self.files.keys();
            others.any(|other| other.len() > module.len() && other.starts_with(module))
        };
        let named = self.files.keys().filter(|module| !module.is_empty());
        named.map(move |module| (module, is_root(module)))
    }

    /// Returns true if a file is more than a table of contents.
    pub(crate) fn has_code(&self, module: &[String]) -> bool {
        self.files.get(module).is_some_and(|file| file.has_code)
    }

    /// The sets of files that know each other around a circle, the largest first.
    pub(crate) fn circles(&self) -> Vec<Vec<Module>> {
        let reached: BTreeMap<&Module, BTreeSet<&Module>> = self
            .arrows
            .keys()
            .map(|module| (module, self.reached_from(module)))
            .collect();
        let mut seen = BTreeSet::new();
        let mut circles = Vec::new();
        for (module, from_here) in &reached {
            let around = |other: &&&Module| {
                reached
                    .get(**other)
                    .is_some_and(|back| back.contains(*module))
            };
            let circle: Vec<Module> = from_here
                .iter()
                .filter(around)
                .map(|other| (*other).clone())
                .collect();
            if circle.len() > 1 && seen.insert(circle.clone()) {
                circles.push(circle);
            }
        }
        circles.sort_by_key(|circle| std::cmp::Reverse(circle.len()));
        circles
    }

    fn reached_from<'g>(&'g self, module: &Module) -> BTreeSet<&'g Module> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&Module> = self.arrows.get(module).into_iter().flatten().collect();
        while let Some(next) = open.pop() {
            if reached.insert(next) {
                open.extend(self.arrows.get(next).into_iter().flatten());
            }
        }
        reached
    }
}

impl File {
    fn read(module: &Module, text: &str) -> Self {
        let tokens = tokens(text);
        let mut reader = Reader {
            tokens: &tokens,
            at: 0,
            file: Self::default(),
            exported: Vec::new(),
        };
        reader.module(module);
        let Reader {
            mut file, exported, ..
        } = reader;
        // What a table of contents exports of its own parts is no arrow; what code exports may be
        // used by it.
        if file.has_code {
            file.paths.extend(exported);
        } else {
            let foreign = exported
                .into_iter()
                .filter(|path| !path.starts_with(module));
            file.paths.extend(foreign);
        }
        file
    }
}

struct Reader<'a> {
    tokens: &'a [&'a str],
    at: usize,
    file: File,
    exported: Vec<Module>,
}

const CODE: [&str; 8] = [
    "fn",
    "impl",
    "struct",
    "enum",
    "trait",
    "const",
    "static",
    "macro_rules",
];

impl<'a> Reader<'a> {
    fn peek(&self, ahead: usize) -> &'a str {
        self.tokens.get(self.at + ahead).copied().unwrap_or("")
    }

    /// Reads the inside of a module up to its closing brace. Modules within a file count as the
    /// file.
    fn module(&mut self, module: &Module) {
        let (mut braces, mut is_public) = (0, false);
        while self.at < self.tokens.len() {
            let token = self.peek(0);
            match token {
                "#" if at_test_attribute(&self.tokens[self.at..]) => {
                    skip_item(self.tokens, &mut self.at);
                    continue;
                }
                "mod" if self.peek(2) == "{" => {
                    let mut inner = module.clone();
                    inner.push(self.peek(1).to_owned());
                    self.at += 3;
                    self.module(&inner);
                    continue;
                }
                "mod" if self.peek(2) == ";" => {
                    self.file.children.insert(self.peek(1).to_owned());
                }
                "{" => braces += 1,
                "}" if braces == 0 => {
                    self.at += 1;
                    return;
                }
                "}" => braces -= 1,
                "pub" => {
                    is_public = true;
                    self.at += 1;
                    // `pub(in crate::a)` says who may see it, not what it knows.
                    if self.peek(0) == "(" {
                        while !matches!(self.peek(0), ")" | "") {
                            self.at += 1;
                        }
                        self.at += 1;
                    }
                    continue;
                }
                "use" if self.peek(1) != "<" => {
                    self.at += 1;
                    self.import(module, None, is_public);
                    is_public = false;
                    continue;
                }
                "::" => {
                    // The middle of a path says nothing about its beginning.
                    self.at += 2;
                    continue;
                }
                name if self.peek(1) == "::" => {
                    if let Some(path) = self.inline(module, name) {
                        self.file.paths.push(path);
                    }
                    continue;
                }
                _ => self.file.has_code |= CODE.contains(&token),
            }
            is_public = false;
            self.at += 1;
        }
    }

    /// The module that the first word of a path names, if it is in the crate.
    fn start(&self, module: &Module, path: &Module, name: &str) -> Option<Module> {
        match name {
            "crate" => Some(Module::new()),
            "self" if path.is_empty() => Some(module.clone()),
            "super" => {
                let from = if path.is_empty() { module } else { path };
                Some(from[..from.len().saturating_sub(1)].to_vec())
            }
            name if self.file.children.contains(name) => {
                let mut path = module.clone();
                path.push(name.to_owned());
                Some(path)
            }
            _ => None,
        }
    }

    /// Reads a path in code.
    fn inline(&mut self, module: &Module, first: &str) -> Option<Module> {
        let mut path = self.start(module, &Module::new(), first);
        self.at += 1;
        while self.peek(0) == "::" {
            let name = self.peek(1);
            if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
                self.at += 1;
                break;
            }
            if let Some(path) = &mut path {
                if name == "super" {
                    path.pop();
                } else {
                    path.push(name.to_owned());
                }
            }
            self.at += 2;
        }
        path
    }

    /// Reads an import, which may be a tree; `before` is the path so far.
    fn import(&mut self, module: &Module, before: Option<&Module>, is_public: bool) {
        let mut is_ours = before.is_some();
        let mut path = before.cloned().unwrap_or_default();
        let mut last = String::new();
        loop {
            let name = self.peek(0);
            match name {
                "{" => {
                    self.at += 1;
                    while !matches!(self.peek(0), "}" | "") {
                        self.import(module, is_ours.then_some(&path), is_public);
                        self.at += usize::from(self.peek(0) == ",");
                    }
                    self.at += 1;
                    return;
                }
                "self" if is_ours => {}
                "*" => {}
                "crate" | "self" | "super" => {
                    path = self.start(module, &path, name).unwrap_or_default();
                    is_ours = true;
                }
                _ if is_ours => path.push(name.to_owned()),
                _ => match self.start(module, &path, name) {
                    Some(child) => (path, is_ours) = (child, true),
                    None => return self.skip_import(),
                },
            }
            if name != "self" || last.is_empty() {
                name.clone_into(&mut last);
            }
            self.at += 1;
            if self.peek(0) == "::" {
                self.at += 1;
                continue;
            }
            if self.peek(0) == "as" {
                self.peek(1).clone_into(&mut last);
                self.at += 2;
            } else if let Some(end) = path.last() {
                end.clone_into(&mut last);
            }
            if is_public {
                self.exported.push(path.clone());
            } else {
                self.file.paths.push(path.clone());
            }
            self.file.names.insert(last, path);
            return;
        }
    }

    /// Skips what of an import is not ours.
    fn skip_import(&mut self) {
        let mut braces = 0;
        while self.at < self.tokens.len() {
            match self.peek(0) {
                "{" => braces += 1,
                "," | ";" | "}" if braces == 0 => return,
                "}" => braces -= 1,
                _ => {}
            }
            self.at += 1;
        }
    }
}
