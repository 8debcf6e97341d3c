//! Puts ES modules into one script: `link("main.js", read)` → `main.js` and all it imports, in the order in which a
//! browser would run them.
//!
//! ```text
//! // pointer.js                                    function parts(path) { … }
//! export function parts(path) { … }          →     function at(json, path) { … parts(path) … }
//! // at.js                                         at({}, "");
//! import { parts } from "./pointer.js";
//! export function at(json, path) { … }             All modules share one scope: what stands outside of functions
//! // main.js                                       has a name of its own in the whole script (`small.rs` looks).
//! import { at } from "./at.js";
//! at({}, "");
//! ```
//!
//! The house's own way of writing is all that is understood (CONTRIBUTING.md, Style): on a line of its own
//! `import { a, b } from "./c.js";`, and at the start of a line `export` before a function, class or `const`.
//! Everything else is refused with the file's name: renaming, defaults, `export let`, lists of exports.

use std::collections::BTreeMap;

/// One module of a script.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Module {
    /// Its path, `fields/draw.js`.
    pub path: String,
    /// What it takes from other modules.
    pub imports: Vec<String>,
    /// What other modules may take from it.
    pub exports: Vec<String>,
    /// What is left without imports and the word `export`.
    pub body: String,
}

/// An entry and all it imports, the entry last; `read` gives a module's text by its path.
///
/// # Errors
/// With the file's name: what `read` says, what is written otherwise than above, a name that no module exports or two do.
pub fn link(entry: &str, read: &dyn Fn(&str) -> Result<String, String>) -> Result<Vec<Module>, String> {
    let mut script = Script { read, begun: Vec::new(), exports: BTreeMap::new(), modules: Vec::new() };
    script.add(entry)?;
    Ok(script.modules)
}

struct Script<'a> {
    read: &'a dyn Fn(&str) -> Result<String, String>,
    /// The modules that were begun: a circle of imports ends at one of them, as in a browser.
    begun: Vec<String>,
    /// Which module each exported name comes from.
    exports: BTreeMap<String, String>,
    modules: Vec<Module>,
}

impl Script<'_> {
    fn add(&mut self, path: &str) -> Result<(), String> {
        if self.begun.iter().any(|begun| begun == path) {
            return Ok(());
        }
        self.begun.push(path.to_owned());
        let wrong = |what: String| format!("{path}: {what}");
        let text = (self.read)(path).map_err(wrong)?;
        let (mut module, froms) = taken_apart(path, &text).map_err(wrong)?;
        for name in &module.exports {
            if let Some(other) = self.exports.insert(name.clone(), path.to_owned()) {
                return Err(wrong(format!("{name} is exported by {other} too")));
            }
        }
        for (names, from) in froms {
            let from = beside(path, &from).map_err(wrong)?;
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

/// Names, and where they are imported from as it is written.
type Imports = Vec<(Vec<String>, String)>;

fn taken_apart(path: &str, text: &str) -> Result<(Module, Imports), String> {
    let mut module = Module { path: path.to_owned(), ..Module::default() };
    let mut imports = Vec::new();
    for line in text.lines() {
        let line = if line.starts_with("import ") {
            imports.push(imported(line).ok_or("only import { a, b } from \"./c.js\"; is understood")?);
            continue;
        } else if let Some(declared) = line.strip_prefix("export ") {
            module
                .exports
                .push(exported(declared).ok_or("only export before a function, class or const is understood")?);
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
fn imported(line: &str) -> Option<(Vec<String>, String)> {
    let (names, from) = line.strip_prefix("import {")?.split_once("} from \"")?;
    let names: Vec<_> = names.split(',').map(|name| name.trim().to_owned()).collect();
    names.iter().all(|name| is_name(name)).then_some((names, from.strip_suffix("\";")?.to_owned()))
}

/// `async function name(`, `function name(`, `class Name` or `const name =` → the name.
fn exported(declared: &str) -> Option<String> {
    let declared = declared.strip_prefix("async ").filter(|rest| rest.starts_with("function ")).unwrap_or(declared);
    let named = ["function ", "class ", "const "].iter().find_map(|word| declared.strip_prefix(word))?;
    let name = named.split([' ', '(']).next()?;
    is_name(name).then(|| name.to_owned())
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|char| char.is_alphanumeric() || "_$".contains(char))
}

/// `fields/draw.js` and `../steps.js` → `steps.js`.
fn beside(path: &str, from: &str) -> Result<String, String> {
    let mut steps: Vec<&str> = path.split('/').collect();
    steps.pop();
    let mut wanted = from.split('/');
    match wanted.next() {
        Some(".") => {}
        Some("..") if steps.pop().is_some() => {}
        _ => return Err(format!("{from} is no path beside this module")),
    }
    for step in wanted {
        match step {
            ".." if steps.pop().is_some() => {}
            "." | ".." | "" => return Err(format!("{from} is no path beside this module")),
            step => steps.push(step),
        }
    }
    Ok(steps.join("/"))
}
