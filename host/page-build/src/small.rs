//! Minified scripts, by oxc: short names, no comments, no white space, no unused code.
//!
//! ```text
//! export function double(number) {      →     export function double(e){return e*2}
//!   return number * 2; // twice
//! }
//! ```

use std::collections::BTreeSet;

use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_minifier::{Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_semantic::SemanticBuilder;
use oxc_span::SourceType;

/// Minifies an ES module, with the same behaviour and the same exports.
///
/// # Errors
/// The text is no ES module: a syntax error, or a name that is declared twice.
pub fn small(text: &str) -> Result<String, String> {
    names(text)?;
    let allocator = Allocator::default();
    let mut program = Parser::new(&allocator, text, SourceType::mjs()).parse().program;
    let made = Minifier::new(MinifierOptions::default()).minify(&allocator, &mut program);
    let printer = Codegen::new().with_options(CodegenOptions::minify()).with_scoping(made.scoping);
    Ok(printer.with_private_member_mappings(made.class_private_mappings).build(&program).code)
}

/// The names of a module outside of its functions.
#[derive(Debug, PartialEq, Eq)]
pub struct Names {
    /// The declared names.
    pub declared: BTreeSet<String>,
    /// The names that are used without a declaration: the browser's, or another module's.
    pub free: BTreeSet<String>,
}

/// Lists the names of an ES module.
///
/// # Errors
/// As [`small`].
pub fn names(text: &str) -> Result<Names, String> {
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
