//! One instance that is called repeatedly, without epoch: the cost of the engine itself.

use std::error::Error;

use wasmtime::{Engine, Instance, Linker, Memory, Module, Store, TypedFunc};

/// An instance of the module and its host face (ABI 1).
pub struct Reused {
    store: Store<()>,
    memory: Memory,
    allocate: TypedFunc<i32, i32>,
    check: TypedFunc<(i32, i32, i32, i32), i64>,
    free: TypedFunc<(i32, i32), ()>,
}

impl Reused {
    /// Compiles and instantiates a module.
    ///
    /// # Errors
    /// If the bytes are no module, or not one of ours.
    pub fn new(wasm: &[u8]) -> Result<Reused, Box<dyn Error>> {
        let engine = Engine::default();
        let module = Module::new(&engine, wasm)?;
        let mut linker = Linker::new(&engine);
        linker.define_unknown_imports_as_traps(&module)?;
        let mut store = Store::new(&engine, ());
        let instance: Instance = linker.instantiate(&mut store, &module)?;
        Ok(Reused {
            memory: instance.get_memory(&mut store, "memory").ok_or("no memory")?,
            allocate: instance.get_typed_func(&mut store, "kakekomi_allocate")?,
            check: instance.get_typed_func(&mut store, "kakekomi_check")?,
            free: instance.get_typed_func(&mut store, "kakekomi_free")?,
            store,
        })
    }

    /// Returns the report of a text in a context.
    ///
    /// # Errors
    /// If the module traps or refuses the context.
    pub fn check(&mut self, text: &[u8], context: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
        let (text_at, text_len) = self.put(text)?;
        let (context_at, context_len) = self.put(context)?;
        let answer = self.check.call(&mut self.store, (text_at, text_len, context_at, context_len))?;
        let answer = u64::try_from(answer)?;
        let (at, len) = (usize::try_from(answer >> 32)?, usize::try_from(answer & 0xFFFF_FFFF)?);
        let report = self.memory.data(&self.store).get(at..at + len).ok_or("the answer is out of range")?.to_vec();
        self.free.call(&mut self.store, (i32::try_from(at)?, i32::try_from(len)?))?;
        self.free.call(&mut self.store, (context_at, context_len))?;
        self.free.call(&mut self.store, (text_at, text_len))?;
        Ok(report)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(i32, i32), Box<dyn Error>> {
        let len = i32::try_from(bytes.len())?;
        let at = self.allocate.call(&mut self.store, len)?;
        self.memory.write(&mut self.store, usize::try_from(at)?, bytes)?;
        Ok((at, len))
    }
}
