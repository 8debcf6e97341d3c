//! exp
#![allow(unsafe_code, warnings, clippy::all, clippy::pedantic)]
use std::time::Instant;
use wasmtime::*;
fn cost(kind: &str) -> OperatorCost {
    let mut cost = OperatorCost::new();
    for b in [
        &mut cost.Br,
        &mut cost.BrIf,
        &mut cost.BrTable,
        &mut cost.If,
        &mut cost.Call,
        &mut cost.CallIndirect,
        &mut cost.ReturnCall,
        &mut cost.ReturnCallIndirect,
    ] {
        *b = 60;
    }
    cost
}
fn config(fuel: bool, epoch: bool, inl: bool, at_once: u32) -> Config {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_core_instances(at_once)
        .total_memories(at_once)
        .total_tables(at_once)
        .max_memories_per_module(1)
        .max_tables_per_module(1)
        .max_memory_size(64 << 20)
        .table_elements(10000)
        .max_unused_warm_slots(at_once)
        .linear_memory_keep_resident(4 << 20)
        .table_keep_resident(64 << 10)
        .pagemap_scan(Enabled::Auto);
    let mut c = Config::new();
    c.consume_fuel(fuel).epoch_interruption(epoch);
    if fuel {
        c.operator_cost(cost(""));
    }
    c.wasm_memory64(false).wasm_multi_memory(false).wasm_relaxed_simd(false);
    c.allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .max_wasm_stack(512 << 10)
        .wasm_backtrace_max_frames(None);
    c.compiler_inlining(if inl { Inlining::Yes } else { Inlining::No });
    if let Ok(n) = std::env::var("SMALL") {
        unsafe {
            c.cranelift_flag_set("wasmtime_inlining_small_callee_size", &n);
        }
    }
    if let Ok(n) = std::env::var("SUM") {
        unsafe {
            c.cranelift_flag_set("wasmtime_inlining_sum_size_threshold", &n);
        }
    }
    c
}
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let wasm = std::fs::read(&args[1]).unwrap();
    let text = std::fs::read("host/examples/ransomware.json").unwrap();
    let text = std::fs::read(std::env::var("TEXT").unwrap_or("host/examples/ransomware.json".into())).unwrap();
    let context = std::fs::read("/tmp/exp/context.json").unwrap();
    let rounds = 15;
    let n = if std::env::var("PERF").is_ok() { 5000 } else { 600 };
    let native = || {
        let t = Instant::now();
        for _ in 0..n {
            std::hint::black_box(kakekomi_core::answer(&text, &context).unwrap());
        }
        t.elapsed().as_secs_f64() / n as f64 * 1e6
    };
    let mut runs: Vec<(String, Box<dyn Fn() -> f64>)> = vec![("native".into(), Box::new(native))];
    for (name, fuel, epoch, inl) in [
        ("plain", false, false, false),
        ("epoch", false, true, false),
        ("fuel+epoch", true, true, false),
        ("plain inl", false, false, true),
        ("epoch inl", false, true, true),
        ("fuel+epoch inl", true, true, true),
    ] {
        let engine = Engine::new(&config(fuel, epoch, inl, 4)).unwrap();
        let t = Instant::now();
        let code = engine.precompile_module(&wasm).unwrap();
        let module = unsafe { Module::deserialize(&engine, &code).unwrap() };
        if std::env::var("PERF").is_ok_and(|p| p == name) {
            let base = module.text().as_ptr() as usize;
            let mut map = String::new();
            for f in module.functions() {
                map += &format!("{:x} {:x} {}\n", base + f.offset, f.len, f.name.clone().unwrap_or_default());
            }
            std::fs::write(format!("/tmp/perf-{}.map", std::process::id()), map).unwrap();
        } else if std::env::var("PERF").is_ok() {
            continue;
        }
        println!("{name}: compiled {:.2}s code {}", t.elapsed().as_secs_f64(), code.len());
        let mut linker: Linker<()> = Linker::new(&engine);
        linker.define_unknown_imports_as_traps(&module).unwrap();
        let pre = linker.instantiate_pre(&module).unwrap();
        let (text, context) = (text.clone(), context.clone());
        let run = move || -> (u64, usize) {
            let mut store = Store::new(&engine, ());
            if epoch {
                store.set_epoch_deadline(1_000_000);
            }
            if fuel {
                store.set_fuel(1 << 40).unwrap();
            }
            let i = pre.instantiate(&mut store).unwrap();
            let m = i.get_memory(&mut store, "memory").unwrap();
            let alloc: TypedFunc<u32, u32> = i.get_typed_func(&mut store, "kakekomi_allocate").unwrap();
            let a = alloc.call(&mut store, text.len() as u32).unwrap();
            m.write(&mut store, a as usize, &text).unwrap();
            let b = alloc.call(&mut store, context.len() as u32).unwrap();
            m.write(&mut store, b as usize, &context).unwrap();
            let f: TypedFunc<(u32, u32, u32, u32), i64> = i.get_typed_func(&mut store, "kakekomi_check").unwrap();
            let r = f.call(&mut store, (a, text.len() as u32, b, context.len() as u32)).unwrap() as u64;
            let out = m.data(&store)[(r >> 32) as usize..][..(r as u32) as usize].to_vec();
            (if fuel { (1u64 << 40) - store.get_fuel().unwrap() } else { 0 }, out.len())
        };
        println!("   {:?}", run());
        runs.push((
            name.into(),
            Box::new(move || {
                let t = Instant::now();
                for _ in 0..n {
                    std::hint::black_box(run());
                }
                t.elapsed().as_secs_f64() / n as f64 * 1e6
            }),
        ));
    }
    let mut figs = vec![vec![]; runs.len()];
    for _ in 0..rounds {
        for (k, (_, r)) in runs.iter().enumerate() {
            figs[k].push(r());
        }
    }
    let med = |v: &Vec<f64>| {
        let mut v = v.clone();
        v.sort_by(|a, b| a.total_cmp(b));
        v[v.len() / 2]
    };
    let base = med(&figs[0]);
    for (k, (name, _)) in runs.iter().enumerate() {
        println!("{name:18} {:7.1} µs {:.2}", med(&figs[k]), med(&figs[k]) / base);
    }
}
