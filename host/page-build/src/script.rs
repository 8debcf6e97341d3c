//! Modules of `www/` → one small script: linked (`link.rs`), checked, and minified by oxc.
//!
//! ```text
//! export function double(number) {      →     export function double(e){return e*2}
//!   return number * 2; // twice
//! }
//! ```

use std::collections::{BTreeMap, BTreeSet};

use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_minifier::{Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;

use crate::link::{self, Module};

/// Makes the script of an entry and all it imports. It exports the entry's exports.
///
/// # Errors
/// As `link` and [`minify`]; a name that has another meaning in another module.
pub fn script(entry: &str, read: &dyn Fn(&str) -> Result<String, String>) -> Result<String, String> {
    finish(&link::link(entry, read)?)
}

/// Makes one script of modules. It exports the last one's exports.
///
/// # Errors
/// As [`minify`]; a name that has another meaning in another module.
pub fn finish(modules: &[Module]) -> Result<String, String> {
    check_names(&modules.iter().collect::<Vec<_>>())?;
    minify(&joined(modules))
}

/// Joins modules, and exports what the last one does.
fn joined(modules: &[Module]) -> String {
    let mut text: String = modules.iter().map(|module| module.body.as_str()).collect();
    if let Some(exports) = modules.last().map(|entry| entry.exports.join(",")).filter(|exports| !exports.is_empty()) {
        text += &["export{", &exports, "};\n"].concat();
    }
    text
}

/// Makes the script of modules that another script loads, and that use names of that one's modules.
///
/// Both share these names: the loader hands them over, `connect([say, state, …])`, since a second copy of its modules would have a
/// state of its own, and an import by its address would know only one of several forms in a page.
///
/// # Errors
/// As [`finish`].
pub fn finish_loaded(modules: &[Module], loader: &[Module]) -> Result<String, String> {
    check_names(&loader.iter().chain(modules).collect::<Vec<_>>())?;
    let names = names_of(modules);
    let exports = modules.last().map(|entry| entry.exports.join(", ")).unwrap_or_default();
    let body: String = modules.iter().map(|module| module.body.as_str()).collect();
    minify(&format!("export function connect([{names}]) {{\n{body}return {{ {exports} }};\n}}\n"))
}

/// Fills the line `const CONSTANT = () => [];` of the modules that are there before with the names that the loaded modules use.
///
/// # Errors
/// No module has that line.
pub fn hand_over(before: &mut [Module], constant: &str, loaded: &[Module]) -> Result<(), String> {
    let line = format!("const {constant} = () => [];");
    let module = before.iter_mut().find(|module| module.body.contains(&line));
    let module = module.ok_or_else(|| format!("no module has the line {line}"))?;
    let names = names_of(loaded);
    module.body = module.body.replace(&line, &format!("const {constant} = () => [{names}];"));
    module.imports.extend(names.split(", ").map(str::to_owned));
    Ok(())
}

fn names_of(loaded: &[Module]) -> String {
    link::shared_names(loaded).into_iter().collect::<Vec<_>>().join(", ")
}

/// Checks modules that share a scope: a name is declared once, and where a module uses the browser's `print`, no other
/// module declares a `print`.
fn check_names(modules: &[&Module]) -> Result<(), String> {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    let mut used = Vec::new();
    for module in modules {
        let Names { declared, free } = names(&module.body).map_err(|wrong| format!("{}: {wrong}", module.path))?;
        for name in declared {
            if let Some(other) = owners.insert(name.clone(), &module.path) {
                return Err(format!("{}: {name} is exported by {other} too", module.path));
            }
        }
        used.push((module, free));
    }
    for (module, free) in used {
        for name in free.iter().filter(|name| !module.imports.contains(name)) {
            if let Some(owner) = owners.get(name) {
                return Err(format!("{}: {name} is the browser's here, and is a name of {owner}", module.path));
            }
        }
    }
    Ok(())
}

/// Minifies an ES module, with the same behaviour and the same exports.
///
/// # Errors
/// The text is no ES module: a syntax error, or a name that is declared twice.
pub fn minify(text: &str) -> Result<String, String> {
    names(text)?;
    let allocator = Allocator::default();
    let mut program = Parser::new(&allocator, text, SourceType::mjs()).parse().program;
    let made = Minifier::new(MinifierOptions::default()).minify(&allocator, &mut program);
    let printer = Codegen::new().with_options(CodegenOptions::minify()).with_scoping(made.scoping);
    Ok(printer.with_private_member_mappings(made.class_private_mappings).build(&program).code)
}

/// The names of a module outside of its functions.
struct Names {
    /// The declared names.
    declared: BTreeSet<String>,
    /// The names that are used without a declaration: the browser's, or another module's.
    free: BTreeSet<String>,
}

/// Lists the names of an ES module.
fn names(text: &str) -> Result<Names, String> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, SourceType::mjs()).parse();
    let built = SemanticBuilder::new().with_check_syntax_error(true).build(&parsed.program);
    if let Some(wrong) = parsed.diagnostics.iter().chain(built.diagnostics.iter()).next() {
        return Err(wrong.to_string());
    }
    let scoping = built.semantic.scoping();
    let declared = scoping.get_bindings(scoping.root_scope_id()).keys().map(ToString::to_string).collect();
    let free = scoping.root_unresolved_references().keys().map(ToString::to_string).collect();
    Ok(Names { declared, free })
}
