//! Takes out of the module what only the words of a panic need, and closures that nobody can call.
//!
//! `panic_fmt(…): forty functions that put numbers and names into a sentence` → `panic_fmt(…): unreachable`
//!
//! A panic ends the instance either way, and its sentence goes nowhere: the module has no place to write it to. The rules
//! never panic by design (clippy's `panic`, `unwrap_used`, `indexing_slicing`), but the standard library may. What is taken
//! out is a twelfth of the module (docs/performance.md).
//!
//! Nothing is taken on the strength of its name alone: a function goes if only panics or the function table lead to it,
//! and of the table's only those named in [`WORDS`]. If the rules one day format a sentence, formatting is called
//! from a function that stays, and stays itself.

use std::collections::HashSet;

use walrus::ir::{Call, Visitor, dfs_in_order};
use walrus::{ElementItems, ExportItem, FunctionBuilder, FunctionId, FunctionKind, Module};

/// Parts of the (mangled) names of functions that never return: they put a panic into words.
const PANICS: [&str; 10] = [
    "9panicking",
    "slice_error_fail",
    "slice_index_fail",
    "13unwrap_failed",
    "13expect_failed",
    "17len_mismatch_fail",
    "13assert_failed",
    "12handle_error",
    "17capacity_overflow",
    "18handle_alloc_error",
];

/// Parts of the names of functions that stand in the function table for panics (formatting), or for closures that Rust
/// hands to JavaScript (wasm-bindgen, js-sys): this module hands out none.
const WORDS: [&str; 5] = ["3fmt", "9panicking", "8closures1_6invoke", "js_sys7futures4jspi", "js_sys..futures..jspi"];

/// Empties what is not needed; wasm-bindgen's pass then leaves out what nothing leads to any more.
pub fn without_words(module: &mut Module) {
    for id in named(module, &PANICS) {
        empty(module, id);
    }
    let needed = needed(module);
    for id in named(module, &WORDS) {
        if !needed.contains(&id) {
            empty(module, id);
        }
    }
}

/// The module's own functions with one of these parts in their names.
fn named(module: &Module, parts: &[&str]) -> Vec<FunctionId> {
    let is_named = |name: &str| parts.iter().any(|part| name.contains(part));
    module.funcs.iter_local().map(|(id, _)| id).filter(|id| name(module, *id).is_some_and(is_named)).collect()
}

fn name(module: &Module, id: FunctionId) -> Option<&str> {
    module.funcs.get(id).name.as_deref()
}

/// What exports and the function table lead to, [`WORDS`] in the table aside.
fn needed(module: &Module) -> HashSet<FunctionId> {
    let exports = module.exports.iter().filter_map(|export| match export.item {
        ExportItem::Function(id) => Some(id),
        _ => None,
    });
    let table = module.elements.iter().flat_map(|element| match &element.items {
        ElementItems::Functions(ids) => ids.as_slice(),
        ElementItems::Expressions(..) => &[],
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

/// Gathers the functions that are called directly.
struct Calls<'a>(&'a mut Vec<FunctionId>);

impl<'i> Visitor<'i> for Calls<'_> {
    fn visit_call(&mut self, call: &Call) {
        self.0.push(call.func);
    }
}

/// The same function, which ends the instance at once.
fn empty(module: &mut Module, id: FunctionId) {
    let kind = module.types.get(module.funcs.get(id).ty());
    let (parameters, results) = (kind.params().to_vec(), kind.results().to_vec());
    let mut builder = FunctionBuilder::new(&mut module.types, &parameters, &results);
    builder.func_body().unreachable();
    let arguments = parameters.iter().map(|kind| module.locals.add(*kind)).collect();
    module.funcs.get_mut(id).kind = FunctionKind::Local(builder.local_func(arguments));
}
