//! The module's ABI (`wasm/src/abi.rs`) under callers that keep its contract and callers that break it.
//!
//! A correct call returns the native core's bytes, or -3 for an argument out of range. A wrong call may trap or return
//! anything within the instance's fuel and memory, and does not affect the next instance.

use kakekomi_artifact::WASM;
use kakekomi_tests::same::rng::Rng;
use kakekomi_tests::same::{Question, Stream, mutate};
use wasmtime::{
    Config, Engine, InstancePre, Linker, Memory, Module, Store, StoreLimits, StoreLimitsBuilder, TypedFunc,
};

use super::for_a_minute;

/// Memory limit of an instance.
const MEMORY_MAX: usize = 64 << 20;
const FUEL: u64 = 700_000_000;
/// The largest allocation (`ALLOCATION_MAX`).
const ROOM_MAX: u32 = 1 << 20;
/// `memory.range`.
const OUT_OF_RANGE: i64 = -3;

/// An instance and its allocations.
struct Face {
    store: Store<StoreLimits>,
    memory: Memory,
    allocate: TypedFunc<u32, u32>,
    check: TypedFunc<(u32, u32, u32, u32), i64>,
    free: TypedFunc<(u32, u32), ()>,
}

impl Face {
    fn fresh(module: &InstancePre<StoreLimits>) -> Face {
        let limits = StoreLimitsBuilder::new().memory_size(MEMORY_MAX).build();
        let mut store = Store::new(module.module().engine(), limits);
        store.limiter(|limits| limits);
        store.set_fuel(FUEL).unwrap();
        let instance = module.instantiate(&mut store).unwrap();
        Face {
            memory: instance.get_memory(&mut store, "memory").unwrap(),
            allocate: instance.get_typed_func(&mut store, "kakekomi_allocate").unwrap(),
            check: instance.get_typed_func(&mut store, "kakekomi_check").unwrap(),
            free: instance.get_typed_func(&mut store, "kakekomi_free").unwrap(),
            store,
        }
    }

    fn end(&self) -> u32 {
        u32::try_from(self.memory.data_size(&self.store)).unwrap()
    }

    fn allocate(&mut self, length: u32) -> u32 {
        self.allocate.call(&mut self.store, length).expect("room is given or refused, without a trap")
    }

    fn put(&mut self, bytes: &[u8]) -> (u32, u32) {
        let length = u32::try_from(bytes.len()).unwrap();
        let at = self.allocate(length);
        assert_ne!(at, 0, "room for {length} bytes");
        self.memory.write(&mut self.store, at as usize, bytes).expect("the room lies in the memory");
        (at, length)
    }

    fn free(&mut self, (at, length): (u32, u32)) {
        self.free.call(&mut self.store, (at, length)).expect("giving back what was given");
    }

    fn check(&mut self, text: (u32, u32), context: (u32, u32)) -> i64 {
        self.check.call(&mut self.store, (text.0, text.1, context.0, context.1)).expect("a check, without a trap")
    }

    /// Reads the bytes of a result.
    fn report(&self, answer: i64) -> ((u32, u32), Vec<u8>) {
        let (at, length) = (u32::try_from(answer >> 32).unwrap(), u32::try_from(answer & 0xFFFF_FFFF).unwrap());
        let bytes = &self.memory.data(&self.store)[at as usize..][..length as usize];
        ((at, length), bytes.to_vec())
    }

    /// Checks as documented, and compares the result with the native core's.
    fn ask(&mut self, question: &Question, rng: &mut Rng) {
        let text = self.put(&question.text);
        let context = self.put(&question.context);
        let answer = self.check(text, context);
        let mut given = vec![text, context];
        match kakekomi_core::answer(&question.text, &question.context) {
            Ok(report) => {
                let (place, bytes) = self.report(answer);
                assert!(bytes == report, "another report than the core's");
                given.push(place);
            }
            Err(failure) => assert_eq!(answer, failure.abi_code()),
        }
        // In any order.
        while !given.is_empty() {
            let next = given.swap_remove(rng.below(given.len()));
            self.free(next);
        }
    }
}

fn module() -> InstancePre<StoreLimits> {
    let engine = Engine::new(Config::new().consume_fuel(true)).unwrap();
    let module = Module::new(&engine, WASM).unwrap();
    let mut linker = Linker::new(&engine);
    linker.define_unknown_imports_as_traps(&module).unwrap();
    linker.instantiate_pre(&module).unwrap()
}

/// Makes an address and a length that are out of range.
fn outside(end: u32, rng: &mut Rng) -> (u32, u32) {
    let far = |rng: &mut Rng| u32::try_from(rng.next_u64() >> 33).unwrap();
    match rng.below(6) {
        0 => (0, far(rng) % 100),
        1 => (end, 1 + far(rng) % 100),
        2 => (end - far(rng) % 100, 101),
        3 => (1024, ROOM_MAX + 1 + far(rng) % 100),
        4 => (1024, u32::MAX - far(rng) % 100),
        _ => (u32::MAX - far(rng) % 100, 1 + far(rng) % 1000),
    }
}

#[test]
fn abi_contract_holds_for_any_caller() {
    let module = module();
    let mut stream = None;
    let mut trapped = 0;
    let count = for_a_minute("host face", |seed, count| {
        let mut rng = Rng::new(!seed, count);
        let mut question = stream.get_or_insert_with(|| Stream::new(seed)).question(count);
        if rng.percent(30) {
            mutate::bytes(&mut question.text, &mut rng);
        }
        if rng.percent(10) {
            mutate::bytes(&mut question.context, &mut rng);
        }
        if rng.percent(50) {
            lawful(&mut Face::fresh(&module), &question, &mut rng);
        } else {
            trapped += u64::from(lawless(&mut Face::fresh(&module), &question, &mut rng));
            // Wrong calls affect only their own instance.
            Face::fresh(&module).ask(&question, &mut rng);
        }
    });
    assert!(count > 100 && trapped > 0, "{count} inputs of which {trapped} trapped are too few to say anything");
}

/// Makes documented calls, in any order.
fn lawful(face: &mut Face, question: &Question, rng: &mut Rng) {
    let mut held = Vec::new();
    for _ in 0..2 + rng.below(8) {
        match rng.below(5) {
            0 => face.ask(question, rng),
            1 => {
                let wrong = outside(face.end(), rng);
                let right = face.put(&question.context);
                let (text, context) = if rng.percent(50) { (wrong, right) } else { (right, wrong) };
                assert_eq!(face.check(text, context), OUT_OF_RANGE, "{text:?} {context:?}");
                held.push(right);
            }
            2 => assert_eq!(face.allocate(ROOM_MAX + 1 + u32::try_from(rng.below(1 << 30)).unwrap()), 0),
            3 => {
                let length = [0, 1, 7, 65_536, ROOM_MAX][rng.below(5)];
                let at = face.allocate(length);
                assert!(at != 0 && u64::from(at) + u64::from(length) <= u64::from(face.end()));
                // An allocation does not overlap with another one: its content stays.
                face.memory.data_mut(&mut face.store)[at as usize..][..length as usize].fill(0xA5);
                held.push((at, length));
            }
            _ => {
                face.free((0, 10));
                if !held.is_empty() {
                    let next = held.swap_remove(rng.below(held.len()));
                    face.free(next);
                }
            }
        }
    }
    face.ask(question, rng);
}

/// Makes calls that break the contract: wild pointers, double frees, overwritten memory. Returns `true` if one trapped.
fn lawless(face: &mut Face, question: &Question, rng: &mut Rng) -> bool {
    let mut known = vec![face.put(&question.text), face.put(&question.context)];
    for _ in 0..2 + rng.below(12) {
        let any = |rng: &mut Rng| u32::try_from(rng.next_u64() >> 32).unwrap();
        let place = if rng.percent(70) { known[rng.below(known.len())] } else { (any(rng), any(rng)) };
        let other = if rng.percent(70) { known[rng.below(known.len())] } else { outside(face.end(), rng) };
        let done = match rng.below(4) {
            0 => face.free.call(&mut face.store, place),
            1 => face.allocate.call(&mut face.store, any(rng) >> rng.below(32)).map(|at| known.push((at, other.1))),
            2 => face.check.call(&mut face.store, (place.0, place.1, other.0, other.1)).map(drop),
            _ => {
                let end = face.memory.data_size(&face.store);
                let at = rng.below(end - 64);
                let with = u8::try_from(rng.below(256)).unwrap();
                face.memory.data_mut(&mut face.store)[at..at + 64].fill(with);
                Ok(())
            }
        };
        assert!(face.memory.data_size(&face.store) <= MEMORY_MAX, "past its memory");
        if done.is_err() {
            return true;
        }
    }
    false
}
