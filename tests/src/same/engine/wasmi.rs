//! The module in wasmi, an interpreter that shares no code with wasmtime, over the documented host face.

use wasmi::{Engine as Interpreter, Instance, Linker, Memory, Module, Store, TypedFunc, Val};

use super::{Answer, Engine, Question};

/// Drafts that one instance checks; nothing of one draft may show in the next.
const DRAFTS_AN_INSTANCE: usize = 64;

/// An interpreter with the module.
pub struct Wasmi {
    engine: Interpreter,
    module: Module,
    linker: Linker<()>,
    at_work: Option<(Running, usize)>,
}

struct Running {
    store: Store<()>,
    memory: Memory,
    allocate: TypedFunc<u32, u32>,
    check: TypedFunc<(u32, u32, u32, u32), i64>,
    free: TypedFunc<(u32, u32), ()>,
}

impl Wasmi {
    /// An interpreter of these bytes.
    ///
    /// # Errors
    /// They are no module of ours, in wasmi's words.
    pub fn new(wasm: &[u8]) -> Result<Wasmi, String> {
        let engine = Interpreter::default();
        let module = Module::new(&engine, wasm).map_err(|error| error.to_string())?;
        let mut linker = Linker::new(&engine);
        // The imports belong to the page's face; the host's face calls none of them.
        for import in module.imports() {
            if let Some(ty) = import.ty().func() {
                let trap =
                    |_: wasmi::Caller<'_, ()>, _: &[Val], _: &mut [Val]| Err(wasmi::Error::new("an import was called"));
                let defined = linker.func_new(import.module(), import.name(), ty.clone(), trap);
                defined.map_err(|error| error.to_string())?;
            }
        }
        Ok(Wasmi { engine, module, linker, at_work: None })
    }

    fn fresh(&self) -> Result<Running, wasmi::Error> {
        let mut store = Store::new(&self.engine, ());
        let instance: Instance = self.linker.instantiate_and_start(&mut store, &self.module)?;
        Ok(Running {
            memory: instance.get_memory(&store, "memory").ok_or_else(|| wasmi::Error::new("no memory"))?,
            allocate: instance.get_typed_func(&store, "kakekomi_allocate")?,
            check: instance.get_typed_func(&store, "kakekomi_check")?,
            free: instance.get_typed_func(&store, "kakekomi_free")?,
            store,
        })
    }
}

impl Engine for Wasmi {
    fn answers(&mut self, questions: &[Question]) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(questions.len());
        for question in questions {
            let (mut running, asked) = match self.at_work.take() {
                Some((running, asked)) if asked < DRAFTS_AN_INSTANCE => (running, asked),
                _ => (self.fresh().unwrap_or_else(|error| panic!("wasmi: {error}")), 0),
            };
            answers.push(running.answer(question).unwrap_or_else(|error| panic!("wasmi: {error}")));
            self.at_work = Some((running, asked + 1));
        }
        answers
    }
}

impl Running {
    fn answer(&mut self, question: &Question) -> Result<Answer, wasmi::Error> {
        let (text, context) = (self.put(&question.text)?, self.put(&question.context)?);
        let answer = self.check.call(&mut self.store, (text.0, text.1, context.0, context.1))?;
        let answer = match u64::try_from(answer) {
            Err(_) => Err(answer),
            Ok(place) => {
                let half = |number: u64| u32::try_from(number & 0xFFFF_FFFF).expect("32 bits");
                let (at, len) = (half(place >> 32), half(place));
                let report = self.memory.data(&self.store)[at as usize..][..len as usize].to_vec();
                self.free.call(&mut self.store, (at, len))?;
                Ok(report)
            }
        };
        self.free.call(&mut self.store, context)?;
        self.free.call(&mut self.store, text)?;
        Ok(answer)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(u32, u32), wasmi::Error> {
        let len = u32::try_from(bytes.len()).expect("a text of less than 4 GiB");
        let at = self.allocate.call(&mut self.store, len)?;
        self.memory.data_mut(&mut self.store)[at as usize..][..bytes.len()].copy_from_slice(bytes);
        Ok((at, len))
    }
}
