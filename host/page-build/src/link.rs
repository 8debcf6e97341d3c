//! Puts ES modules into one script: `link("main.js", read)` → `main.js` and all it imports, in the order in which a
//! browser would run them.
//!
//! ```text
//! // pointer.js                                    function parts(path) { … }
//! export function parts(path) { … }          →     function at(json, path) { … parts(path) … }
//! // at.js                                         at({}, "");
//! import { parts } from "./pointer.js";
//! export function at(json, path) { … }             All modules share one scope: each declaration outside a function
//! // main.js                                       has a name of its own in the whole script (`script.rs` checks it).
//! import { at } from "./at.js";
//! at({}, "");
//! ```
//!
//! Only the style of this project is accepted (CONTRIBUTING.md, Style): `import { a, b } from "./c.js";` on a separate
//! line, and at the start of a line `export` before a function, class or `const`.
//! Everything else is refused with the file's name: renaming, defaults, `export let`, lists of exports.

use std::collections::{BTreeMap, BTreeSet};

/// One module of a script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Module {
    /// Its path, `fields/draw.js`.
    pub path: String,
    /// The names that it imports.
    pub imports: Vec<String>,
    /// The names that it exports.
    pub exports: Vec<String>,
    /// Its text without the imports and the word `export`.
    pub body: String,
}

/// Links an entry and all it imports, the entry last; `read` returns a module's text by its path.
///
/// # Errors
/// With the file's name: an error of `read`, another style than the one above, a name that no module exports or two do.
pub fn link(entry: &str, read: &dyn Fn(&str) -> Result<String, String>) -> Result<Vec<Module>, String> {
    let mut script = Script { read, visited: Vec::new(), exports: BTreeMap::new(), modules: Vec::new() };
    script.add(entry)?;
    Ok(script.modules)
}

/// Links an entry and all it imports that is not in another script yet; [`shared_names`] lists what it takes from that one.
///
/// # Errors
/// As [`link`].
pub fn link_after(
    earlier: &[Module],
    entry: &str,
    read: &dyn Fn(&str) -> Result<String, String>,
) -> Result<Vec<Module>, String> {
    let exports =
        earlier.iter().flat_map(|module| module.exports.iter().map(|name| (name.clone(), module.path.clone())));
    let visited = earlier.iter().map(|module| module.path.clone()).collect();
    let mut script = Script { read, visited, exports: exports.collect(), modules: Vec::new() };
    script.add(entry)?;
    Ok(script.modules)
}

/// Lists the names that modules import and none of them exports.
pub fn shared_names(modules: &[Module]) -> BTreeSet<&str> {
    let imported: BTreeSet<_> = modules.iter().flat_map(|module| &module.imports).map(String::as_str).collect();
    let own: BTreeSet<_> = modules.iter().flat_map(|module| &module.exports).map(String::as_str).collect();
    imported.difference(&own).copied().collect()
}

struct Script<'a> {
    read: &'a dyn Fn(&str) -> Result<String, String>,
    /// The visited modules: a circle of imports ends at one of them, as in a browser.
    visited: Vec<String>,
    /// The module of each exported name.
    exports: BTreeMap<String, String>,
    modules: Vec<Module>,
}

impl Script<'_> {
    fn add(&mut self, path: &str) -> Result<(), String> {
        if self.visited.iter().any(|visited| visited == path) {
            return Ok(());
        }
        self.visited.push(path.to_owned());
        let wrong = |what: String| format!("{path}: {what}");
        let text = (self.read)(path).map_err(wrong)?;
        let (mut module, froms) = parse_module(path, &text).map_err(wrong)?;
        for name in &module.exports {
            if let Some(other) = self.exports.insert(name.clone(), path.to_owned()) {
                return Err(wrong(format!("{name} is exported by {other} too")));
            }
        }
        for (names, from) in froms {
            let from = resolve(path, &from).map_err(wrong)?;
            self.add(&from)?;
            if let Some(name) = names.iter().find(|name| self.exports.get(*name) != Some(&from)) {
                return Err(wrong(format!("{from} exports no {name}")));
            }
            module.imports.extend(names);
        }
        self.modules.push(module);
        Ok(())
    }
}

/// The imported names, and the path as it is written.
type Imports = Vec<(Vec<String>, String)>;

fn parse_module(path: &str, text: &str) -> Result<(Module, Imports), String> {
    let mut module = Module { path: path.to_owned(), ..Module::default() };
    let mut imports = Vec::new();
    for line in text.lines() {
        let line = if line.starts_with("import ") {
            imports.push(parse_import(line).ok_or("only import { a, b } from \"./c.js\"; is understood")?);
            continue;
        } else if let Some(declared) = line.strip_prefix("export ") {
            module
                .exports
                .push(parse_export(declared).ok_or("only export before a function, class or const is understood")?);
            declared
        } else {
            line
        };
        module.body += line;
        module.body.push('\n');
    }
    Ok((module, imports))
}

/// `import { a, b } from "./c.js";` → `a`, `b` and `./c.js`.
fn parse_import(line: &str) -> Option<(Vec<String>, String)> {
    let (names, from) = line.strip_prefix("import {")?.split_once("} from \"")?;
    let names: Vec<_> = names.split(',').map(|name| name.trim().to_owned()).collect();
    names.iter().all(|name| is_name(name)).then_some((names, from.strip_suffix("\";")?.to_owned()))
}

/// `async function name(`, `function name(`, `class Name` or `const name =` → the name.
fn parse_export(declaration: &str) -> Option<String> {
    let is_function = |rest: &&str| rest.starts_with("function ");
    let declaration = declaration.strip_prefix("async ").filter(is_function).unwrap_or(declaration);
    let named = ["function ", "class ", "const "].iter().find_map(|word| declaration.strip_prefix(word))?;
    let name = named.split([' ', '(']).next()?;
    is_name(name).then(|| name.to_owned())
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|char| char.is_alphanumeric() || "_$".contains(char))
}

/// `fields/draw.js` and `../steps.js` → `steps.js`.
fn resolve(path: &str, from: &str) -> Result<String, String> {
    let refused = || format!("{from} is no path beside this module");
    let mut steps: Vec<&str> = path.split('/').collect();
    steps.pop();
    if !(from.starts_with("./") || from.starts_with("../")) {
        return Err(refused());
    }
    for step in from.split('/') {
        match step {
            "." => {}
            "" => return Err(refused()),
            ".." => _ = steps.pop().ok_or_else(refused)?,
            step => steps.push(step),
        }
    }
    Ok(steps.join("/"))
}
