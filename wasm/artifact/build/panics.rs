//! Removal of functions that only the words of a panic need, and of closures that nobody can call.
//!
//! `panic_fmt(…): forty functions that put numbers and names into a sentence` → `panic_fmt(…): unreachable`
//!
//! A panic ends the instance either way, and its sentence goes nowhere: the module has no place to write it to. The rules
//! never panic by design (clippy's `panic`, `unwrap_used`, `indexing_slicing`), but the standard library may. The pass saves 2,645 bytes
//! of brotli (docs/performance-log.md).
//!
//! No name alone decides. A function of [`PANICS`] goes if it never returns. One of [`WORDS`] goes if,
//! but for the function table, only panics lead to it; and where anything that stays formats a sentence, all of formatting stays with it,
//! since it calls through the table.

use std::collections::HashSet;

use walrus::ir::{Br, BrIf, BrTable, Call, Instr, InstrSeqId, Return, Visitor, dfs_in_order};
use walrus::{ElementItems, ExportItem, FunctionBuilder, FunctionId, FunctionKind, LocalFunction, Module};

/// Parts of the (mangled) names of functions that put a panic into words.
const PANICS: [&str; 7] = [
    "9panicking",
    "slice_index_fail",
    "13unwrap_failed",
    "13assert_failed",
    "12handle_error",
    "17capacity_overflow",
    "18handle_alloc_error",
];

/// Formatting, and the function that all of it goes through.
const FORMATTING: &str = "3fmt";
const FORMATS: &str = "3fmt5write";

/// Parts of the names of functions that are in the function table for panics, or for closures that Rust hands to JavaScript
/// (wasm-bindgen, js-sys): this module hands out none (tests/tidy.rs).
const WORDS: [&str; 5] =
    [FORMATTING, "9panicking", "8closures1_6invoke", "js_sys7futures4jspi", "js_sys..futures..jspi"];

/// Empties the functions that are not needed; wasm-bindgen's pass then removes all that nothing leads to any more.
///
/// # Errors
/// A part of a name that no function has, which a new toolchain would bring about in silence: the module would grow. A function
/// table of another kind than the linker makes today: it would have to be searched, too.
pub fn without_words(module: &mut Module) -> Result<(), String> {
    if module.elements.iter().any(|element| !matches!(element.items, ElementItems::Functions(_))) {
        return Err("the function table holds expressions: build/panics.rs does not look into them".to_owned());
    }
    let parts = PANICS.iter().chain(&WORDS).chain([&FORMATS]);
    let unmatched: Vec<_> = parts.copied().filter(|part| named(module, &[part]).is_empty()).collect();
    if !unmatched.is_empty() {
        return Err(format!("build/panics.rs: no function of the module has one of {unmatched:?} in its name"));
    }
    for id in named(module, &PANICS) {
        if matches!(&module.funcs.get(id).kind, FunctionKind::Local(function) if never_returns(function)) {
            empty(module, id);
        }
    }
    let needed = needed(module);
    let formats = needed.iter().any(|id| name(module, *id).is_some_and(|name| name.contains(FORMATS)));
    for id in named(module, &WORDS) {
        let stays = formats && name(module, id).is_some_and(|name| name.contains(FORMATTING));
        if !stays && !needed.contains(&id) {
            empty(module, id);
        }
    }
    Ok(())
}

/// The module's own functions with one of these parts in their names.
fn named(module: &Module, parts: &[&str]) -> Vec<FunctionId> {
    let is_named = |name: &str| parts.iter().any(|part| name.contains(part));
    module.funcs.iter_local().map(|(id, _)| id).filter(|id| name(module, *id).is_some_and(is_named)).collect()
}

fn name(module: &Module, id: FunctionId) -> Option<&str> {
    module.funcs.get(id).name.as_deref()
}

/// The functions that exports and the function table lead to, [`WORDS`] in the table aside.
fn needed(module: &Module) -> HashSet<FunctionId> {
    let exports = module.exports.iter().filter_map(|export| match export.item {
        ExportItem::Function(id) => Some(id),
        _ => None,
    });
    let table = module.elements.iter().flat_map(|element| match &element.items {
        ElementItems::Functions(ids) => ids.as_slice(),
        ElementItems::Expressions(..) => &[], // refused above
    });
    let is_word = |id: &FunctionId| name(module, *id).is_some_and(|name| WORDS.iter().any(|word| name.contains(word)));
    let mut ahead: Vec<FunctionId> =
        exports.chain(module.start).chain(table.copied().filter(|id| !is_word(id))).collect();
    let mut needed = HashSet::new();
    while let Some(id) = ahead.pop() {
        if needed.insert(id)
            && let FunctionKind::Local(function) = &module.funcs.get(id).kind
        {
            dfs_in_order(&mut Calls(&mut ahead), function, function.entry_block());
        }
    }
    needed
}

/// Checks if a function ends the instance, whatever its arguments.
fn never_returns(function: &LocalFunction) -> bool {
    let entry = function.entry_block();
    let ends = matches!(function.block(entry).instrs.last(), Some((Instr::Unreachable(_), _)));
    let mut returns = Returns { entry, found: false };
    dfs_in_order(&mut returns, function, entry);
    ends && !returns.found
}

/// Looks for a way out of a function other than its end.
struct Returns {
    entry: InstrSeqId,
    found: bool,
}

impl Visitor<'_> for Returns {
    fn visit_return(&mut self, _: &Return) {
        self.found = true;
    }

    fn visit_br(&mut self, branch: &Br) {
        self.found |= branch.block == self.entry;
    }

    fn visit_br_if(&mut self, branch: &BrIf) {
        self.found |= branch.block == self.entry;
    }

    fn visit_br_table(&mut self, branches: &BrTable) {
        self.found |= branches.default == self.entry || branches.blocks.contains(&self.entry);
    }
}

/// Gathers the functions that are called directly.
struct Calls<'a>(&'a mut Vec<FunctionId>);

impl Visitor<'_> for Calls<'_> {
    fn visit_call(&mut self, call: &Call) {
        self.0.push(call.func);
    }
}

/// Replaces a function's body by one that ends the instance at once.
fn empty(module: &mut Module, id: FunctionId) {
    let kind = module.types.get(module.funcs.get(id).ty());
    let (parameters, results) = (kind.params().to_vec(), kind.results().to_vec());
    let mut builder = FunctionBuilder::new(&mut module.types, &parameters, &results);
    builder.func_body().unreachable();
    let arguments = parameters.iter().map(|kind| module.locals.add(*kind)).collect();
    module.funcs.get_mut(id).kind = FunctionKind::Local(builder.local_func(arguments));
}
