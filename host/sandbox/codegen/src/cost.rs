//! What each instruction costs in fuel, so that equal fuel lasts about equally long.
//!
//! An addition → 1, a branch → 60, a division → 120, growing memory → 255 and as much for each page.
//!
//! At one unit for everything an empty loop would last seven times as long as the worst draft does for the same fuel,
//! because its instructions are the slow ones; with these costs it lasts about as long (docs/performance.md). What waits
//! for memory cannot be priced: the processor's time stands behind it (`host/sandbox/src/work.rs`).

use wasmtime::OperatorCost;

/// Whatever jumps: no code runs for long without.
const BRANCH: u8 = 60;

/// Division of whole numbers.
const DIVISION: u8 = 120;

/// Division and roots of floating-point numbers, which the rules never use.
const FLOATING: u8 = u8::MAX;

/// Asking for more memory or table, and each page of it.
const GROWTH: u8 = u8::MAX;

/// The costs of all instructions; those that are not named cost one, or nothing where they make no code.
pub(crate) fn cost() -> OperatorCost {
    let mut cost = OperatorCost::new();
    for branch in [
        &mut cost.Br,
        &mut cost.BrIf,
        &mut cost.BrTable,
        &mut cost.If,
        &mut cost.Call,
        &mut cost.CallIndirect,
        &mut cost.ReturnCall,
        &mut cost.ReturnCallIndirect,
    ] {
        *branch = BRANCH;
    }
    for division in [
        &mut cost.I32DivS,
        &mut cost.I32DivU,
        &mut cost.I32RemS,
        &mut cost.I32RemU,
        &mut cost.I64DivS,
        &mut cost.I64DivU,
        &mut cost.I64RemS,
        &mut cost.I64RemU,
    ] {
        *division = DIVISION;
    }
    for floating in [
        &mut cost.F32Div,
        &mut cost.F64Div,
        &mut cost.F32Sqrt,
        &mut cost.F64Sqrt,
        &mut cost.F32x4Div,
        &mut cost.F64x2Div,
        &mut cost.F32x4Sqrt,
        &mut cost.F64x2Sqrt,
    ] {
        *floating = FLOATING;
    }
    cost.MemoryGrow = GROWTH;
    cost.TableGrow = GROWTH;
    cost.variable.memory_grow_per_page = GROWTH;
    cost
}
