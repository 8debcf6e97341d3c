//! Fuel of each instruction, chosen so that equal fuel lasts about equally long.
//!
//! An addition → 1, a branch → 60, a division → 120, growing memory → 255 and as much for each page.
//!
//! At one unit for everything an empty loop would last seven times as long as the worst draft does for the same fuel,
//! because its instructions are slower; with these costs it lasts about as long (docs/performance.md). Waiting for memory has
//! no fixed cost, so processor time is a second limit (`host/sandbox/src/cpu_deadline.rs`).

use wasmtime::OperatorCost;

/// Jumps and calls, without which no code runs for long.
const BRANCH: u8 = 60;

/// Division of integers.
const DIVISION: u8 = 120;

/// Division and roots of floating-point numbers, which the rules never use.
const FLOATING: u8 = u8::MAX;

/// Growth of memory or table, and each page of it.
const GROWTH: u8 = u8::MAX;

/// Returns the costs of all instructions; the default is one, or zero where an instruction makes no code.
pub(crate) fn fuel_costs() -> OperatorCost {
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
