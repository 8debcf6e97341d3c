//! Machine code of a module, compiled at build time: it loads in less than a millisecond, compiling takes 0.3 to 1 s.
//!
//! `Precompiled { wasm, code }`, an engine, `wasm` → the module, without compiling
//!
//! **Only constants of a program can be loaded this way**, and only if the program vouches for them in an `unsafe` block.
//! Every other module is compiled from its WebAssembly, in safe code.

use wasmtime::{Engine, Module};

use super::engine::engine;

/// A module's bytes and their machine code.
#[derive(Debug, Clone, Copy)]
pub struct Precompiled {
    wasm: &'static [u8],
    code: &'static [u8],
}

impl Precompiled {
    /// Combines a module with its machine code; with empty code the module is compiled at load.
    ///
    /// # Safety
    /// `code` is executed. It must be empty or the output of `wasmtime::Engine::precompile_module` for `wasm`, with the release
    /// of wasmtime that this crate uses and with [`kakekomi_sandbox_codegen::configure_codegen`].
    #[allow(unsafe_code, reason = "wasmtime cannot know where machine code comes from, and neither can this crate")]
    pub const unsafe fn new(wasm: &'static [u8], code: &'static [u8]) -> Precompiled {
        Precompiled { wasm, code }
    }

    /// Reports whether the engine accepts the code on this machine; otherwise the module is compiled.
    pub fn loads(&self) -> bool {
        engine(1).is_ok_and(|engine| self.deserialize(&engine).is_some())
    }

    /// Reports whether the code was compiled from these bytes.
    pub(super) fn is_of(&self, wasm: &[u8]) -> bool {
        wasm == self.wasm
    }

    /// Loads the code; `None` where it is for another engine, another configuration, or a processor with more features.
    /// wasmtime checks all three.
    #[allow(unsafe_code, reason = "wasmtime cannot know where machine code comes from")]
    pub(super) fn deserialize(&self, engine: &Engine) -> Option<Module> {
        // SAFETY: the caller of `Precompiled::new` has promised that the code is the output of `Engine::precompile_module`.
        unsafe { Module::deserialize(engine, self.code) }.ok()
    }
}

#[cfg(test)]
mod tests {
    use wasmtime::Config;

    use super::*;

    /// Compiles the artifact as a build script does.
    #[allow(unsafe_code, reason = "the code is compiled here")]
    fn precompiled() -> Precompiled {
        let mut config = Config::new();
        kakekomi_sandbox_codegen::configure_codegen(&mut config);
        let code = Engine::new(&config).unwrap().precompile_module(kakekomi_artifact::WASM).unwrap();
        // SAFETY: the code was compiled from these bytes one line above.
        unsafe { Precompiled::new(kakekomi_artifact::WASM, code.leak()) }
    }

    #[test]
    fn precompiled_code_loads_and_has_the_same_exports() {
        let engine = engine(1).unwrap();
        let ahead = precompiled().deserialize(&engine).expect("the settings and the engine disagree");
        let now = Module::from_binary(&engine, kakekomi_artifact::WASM).unwrap();
        let names = |module: &Module| module.exports().map(|export| export.name().to_owned()).collect::<Vec<_>>();
        assert_eq!(names(&ahead), names(&now));
    }

    #[test]
    fn code_for_another_configuration_is_rejected() {
        let mut config = Config::new();
        kakekomi_sandbox_codegen::configure_codegen(&mut config);
        config.consume_fuel(true);
        assert!(precompiled().deserialize(&Engine::new(&config).unwrap()).is_none());
    }
}
