//! The machine code of this program's own module, made when the program was built (`host/build/code.rs`).
//!
//! It is loaded in less than a millisecond, where compiling takes 0.3 to 1 s. **Nothing but a constant of this program is
//! ever run so:** older modules, and any file of WebAssembly, are compiled at the start, in safe code.

use wasmtime::{Engine, Module};

/// Empty where the build could not make it.
const CODE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/kakekomi.cwasm"));

/// This program's module; `None` where its code is for another engine, another configuration of it, or for a processor that
/// can do what this one cannot. wasmtime looks at all three, and the module is then compiled instead.
#[allow(unsafe_code, reason = "wasmtime cannot know where machine code comes from")]
pub(super) fn own(engine: &Engine) -> Option<Module> {
    // SAFETY: `deserialize` runs what it is given. These bytes are `Engine::precompile_module`'s own, made by the build of
    // this very program with the same release of wasmtime and embedded in it: who can change them can change the program.
    unsafe { Module::deserialize(engine, CODE) }.ok()
}

#[cfg(test)]
mod tests {
    use super::super::engine::engine;
    use super::*;

    #[test]
    fn the_code_that_was_made_ahead_is_the_code_that_runs() {
        let engine = engine(1).unwrap();
        let ahead = own(&engine).expect("the build script and the engine disagree");
        let now = Module::from_binary(&engine, kakekomi_artifact::WASM).unwrap();
        let names = |module: &Module| module.exports().map(|export| export.name().to_owned()).collect::<Vec<_>>();
        assert_eq!(names(&ahead), names(&now));
    }

    #[test]
    fn code_for_another_engine_is_left() {
        let mut config = wasmtime::Config::new();
        crate::sandbox::code::settle(&mut config);
        config.consume_fuel(false);
        assert!(own(&Engine::new(&config).unwrap()).is_none());
    }
}
