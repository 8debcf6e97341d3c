//! Machine code of a module, made ahead: loaded in less than a millisecond, where compiling takes 0.3 to 1 s.
//!
//! `Precompiled { wasm, code }`, an engine, `wasm` → the module, without compiling
//!
//! **Only constants of a program are ever run so**, and only if the program vouches for them in an `unsafe` block: every
//! other module is compiled from its WebAssembly, in safe code.

use wasmtime::{Engine, Module};

use super::engine::engine;

/// A module's bytes and the machine code that was made of them ahead.
#[derive(Debug, Clone, Copy)]
pub struct Precompiled {
    wasm: &'static [u8],
    code: &'static [u8],
}

impl Precompiled {
    /// The machine code of a module; empty code means that none could be made.
    ///
    /// # Safety
    /// `code` is run as it is. It must be empty or what `wasmtime::Engine::precompile_module` made of `wasm`, with the
    /// release of wasmtime that this crate uses and with [`kakekomi_sandbox_codegen::settle`].
    #[allow(unsafe_code, reason = "wasmtime cannot know where machine code comes from, and neither can this crate")]
    pub const unsafe fn new(wasm: &'static [u8], code: &'static [u8]) -> Precompiled {
        Precompiled { wasm, code }
    }

    /// Reports whether the sandbox's engine takes the code on this machine; otherwise the module is compiled.
    pub fn loads(&self) -> bool {
        engine(1).is_ok_and(|engine| self.deserialize(&engine).is_some())
    }

    /// Whether the code is that of these bytes.
    pub(super) fn is_of(&self, wasm: &[u8]) -> bool {
        wasm == self.wasm
    }

    /// The module; `None` where its code is for another engine, another configuration of it, or for a processor that
    /// can do what this one cannot. wasmtime looks at all three.
    #[allow(unsafe_code, reason = "wasmtime cannot know where machine code comes from")]
    pub(super) fn deserialize(&self, engine: &Engine) -> Option<Module> {
        // SAFETY: `deserialize` runs what it is given. Whoever made this value has promised that the code is
        // `Engine::precompile_module`'s own (`Precompiled::new`).
        unsafe { Module::deserialize(engine, self.code) }.ok()
    }
}

#[cfg(test)]
mod tests {
    use wasmtime::Config;

    use super::*;

    /// The artifact's machine code, made now as a build script makes it.
    #[allow(unsafe_code, reason = "it is made here")]
    fn precompiled() -> Precompiled {
        let mut config = Config::new();
        kakekomi_sandbox_codegen::settle(&mut config);
        let code = Engine::new(&config).unwrap().precompile_module(kakekomi_artifact::WASM).unwrap();
        // SAFETY: the code was made of these bytes one line above.
        unsafe { Precompiled::new(kakekomi_artifact::WASM, code.leak()) }
    }

    #[test]
    fn the_code_that_was_made_ahead_is_the_code_that_runs() {
        let engine = engine(1).unwrap();
        let ahead = precompiled().deserialize(&engine).expect("the settings and the engine disagree");
        let now = Module::from_binary(&engine, kakekomi_artifact::WASM).unwrap();
        let names = |module: &Module| module.exports().map(|export| export.name().to_owned()).collect::<Vec<_>>();
        assert_eq!(names(&ahead), names(&now));
    }

    #[test]
    fn code_for_another_engine_is_left() {
        let mut config = Config::new();
        kakekomi_sandbox_codegen::settle(&mut config);
        config.consume_fuel(false);
        assert!(precompiled().deserialize(&Engine::new(&config).unwrap()).is_none());
    }
}
