//! Puts ES modules into one script: `link("main.js", read)` → the text of `main.js` and of all it imports.
//!
//! ```text
//! // pointer.js                                    const{parts}=(()=>{function parts(path){…}return{parts};})();
//! export function parts(path) { … }          →     const{at}=(()=>{function at(json,path){…parts(path)…}return{at};})();
//! // at.js                                         (()=>{at({},"");})();
//! import { parts } from "./pointer.js";
//! export function at(json, path) { … }             Every module keeps a scope of its own, so only what is exported
//! // main.js                                       has to have a name of its own in the whole script.
//! import { at } from "./at.js";
//! at({}, "");
//! ```
//!
//! Modules run in the order in which a browser would run them. The house's own way of writing is all that is
//! understood (CONTRIBUTING.md, Style): `import { a, b } from "./c.js";` and `export` before a function, class or `const`.
//! Everything else is refused with the file's name: renaming, defaults, `export let`, `await` outside of functions.

use std::collections::BTreeMap;

use super::squeeze::{Kind, Token, print, tokens};

/// Links an entry and what it imports; `read` gives a module's text by its path, `fields/draw.js`.
///
/// What the entry exports, the script exports.
///
/// # Errors
/// With the file's name: what `read` says, what is written otherwise than above, or two exports of one name.
pub fn link(entry: &str, read: &dyn Fn(&str) -> Result<String, String>) -> Result<String, String> {
    let mut script = Script { read, begun: Vec::new(), exports: BTreeMap::new(), text: String::new() };
    script.add(entry)?;
    let whole = script.exports.iter().filter(|(_, path)| *path == entry).map(|(name, _)| name.as_str());
    let whole = whole.collect::<Vec<_>>().join(",");
    Ok(if whole.is_empty() { script.text } else { format!("{}export{{{whole}}};\n", script.text) })
}

struct Script<'a> {
    read: &'a dyn Fn(&str) -> Result<String, String>,
    /// The modules that were begun: a circle of imports ends at one of them, as in a browser.
    begun: Vec<String>,
    /// Which module each exported name comes from.
    exports: BTreeMap<String, String>,
    text: String,
}

impl Script<'_> {
    fn add(&mut self, path: &str) -> Result<(), String> {
        if self.begun.iter().any(|begun| begun == path) {
            return Ok(());
        }
        self.begun.push(path.to_owned());
        let wrong = |what: String| format!("{path}: {what}");
        let text = (self.read)(path).map_err(wrong)?;
        let module = Module::read(&tokens(&text).map_err(wrong)?).map_err(wrong)?;
        for name in &module.exports {
            if let Some(other) = self.exports.insert(name.clone(), path.to_owned()) {
                return Err(wrong(format!("{name} is exported by {other} too")));
            }
        }
        for (names, from) in &module.imports {
            let from = beside(path, from).map_err(wrong)?;
            self.add(&from)?;
            if let Some(name) = names.iter().find(|name| self.exports.get(*name) != Some(&from)) {
                return Err(wrong(format!("{from} exports no {name}")));
            }
        }
        let (names, body) = (module.exports.join(","), print(&module.body));
        self.text += &match names.as_str() {
            "" => ["(()=>{", &body, "})();\n"].concat(),
            names => ["const{", names, "}=(()=>{", &body, "\nreturn{", names, "};})();\n"].concat(),
        };
        Ok(())
    }
}

/// A module taken apart.
#[derive(Default)]
struct Module<'a> {
    /// Names, and where from as it is written.
    imports: Vec<(Vec<String>, String)>,
    exports: Vec<String>,
    /// What is left.
    body: Vec<Token<'a>>,
}

impl<'a> Module<'a> {
    fn read(tokens: &[Token<'a>]) -> Result<Module<'a>, String> {
        let mut module = Module::default();
        let mut depth = 0_usize;
        let mut rest = tokens;
        while let [first, after @ ..] = rest {
            let second = after.first().map_or("", |token| token.text);
            rest = after;
            match (first.kind, first.text) {
                (Kind::Word, "import") if depth == 0 && second != "(" && second != "." => {
                    rest = module.import(after)?;
                    continue;
                }
                (Kind::Word, "export") if depth == 0 => {
                    module.export(after)?;
                    continue;
                }
                (Kind::Word, "await") if depth == 0 => return Err("await outside of functions".to_owned()),
                _ => {}
            }
            depth = match (first.kind, first.text) {
                (Kind::Mark, "{" | "(" | "[") => depth + 1,
                (Kind::Mark, "}" | ")" | "]") => depth.checked_sub(1).ok_or("a bracket too many is closed")?,
                _ => depth,
            };
            module.body.push(*first);
        }
        if depth == 0 { Ok(module) } else { Err("a bracket is not closed".to_owned()) }
    }

    /// `{ a, b } from "./c.js";` → what comes after it.
    fn import<'b>(&mut self, tokens: &'b [Token<'a>]) -> Result<&'b [Token<'a>], String> {
        let wrong = || "only import { a, b } from \"./c.js\"; is understood".to_owned();
        let end = tokens.iter().position(|token| token.text == ";").ok_or_else(wrong)?;
        let (statement, rest) = tokens.split_at(end);
        let [open, names @ .., close, from, path] = statement else { return Err(wrong()) };
        if open.text != "{" || close.text != "}" || from.text != "from" || path.kind != Kind::Literal {
            return Err(wrong());
        }
        let mut found = Vec::new();
        for (index, token) in names.iter().enumerate() {
            match (index % 2, token.kind, token.text) {
                (0, Kind::Word, name) => found.push(name.to_owned()),
                (1, Kind::Mark, ",") => {}
                _ => return Err(wrong()),
            }
        }
        self.imports.push((found, path.text.trim_matches(['"', '\'']).to_owned()));
        Ok(rest.get(1..).unwrap_or_default())
    }

    /// `function name`, `async function name`, `class Name` or `const name` after `export`.
    fn export(&mut self, tokens: &[Token]) -> Result<(), String> {
        let words = tokens.iter().take(3).map(|token| token.text).collect::<Vec<_>>();
        let name = match words.as_slice() {
            ["async", "function", name] => name,
            ["function" | "class" | "const", name, _]
                if tokens.get(1).is_some_and(|token| token.kind == Kind::Word) =>
            {
                name
            }
            _ => return Err("only export before a function, class or const is understood".to_owned()),
        };
        self.exports.push((*name).to_owned());
        Ok(())
    }
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
