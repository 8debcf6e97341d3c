//! Constant memory of an instance that is reused, as the page does. The host never reuses one.

use std::time::Duration;

use super::super::check::{Call, function};
use super::super::module::export;
use super::super::{Sandbox, SandboxConfig};
use super::worst::context;

const CHECKS: usize = 20_000;

/// A draft with issues; every third check fails for its context.
const DRAFT: &[u8] = r#"{"contact":{"company":"株式会社れい","phone":"０３-３２１１-９９９９","fax":"-"},
    "incident":{"summary":"共有フォルダのファイルが開けない。","discovered_at":{"at":{"year":"令和8","month":"11"}}},
    "devices":[{"identified":"identified","os":"Windows 11"},{}]}"#
    .as_bytes();

#[test]
fn memory_is_flat_after_many_checks_beside_a_living_hash() {
    let sandbox = Sandbox::new(SandboxConfig::of(kakekomi_artifact::WASM)).expect("a sandbox");
    let module = sandbox.module(sandbox.current()).expect("loaded");
    let (mut store, instance) = module.fresh(Duration::MAX).expect("an instance");
    store.set_epoch_deadline(1 << 32);
    // A page that hashes a file holds this object while it checks.
    let hash = function::<(), u32>(&mut store, &instance, "sha256_new").expect("the browser's face");
    assert_ne!(hash.call(&mut store, ()).expect("a hash"), 0);
    let free = function::<(u32, u32), ()>(&mut store, &instance, export::FREE).expect("the host's face");
    let check = function::<(u32, u32, u32, u32), i64>(&mut store, &instance, export::CHECK).expect("the host's face");
    let mut call = Call::new(store, &instance).expect("the host's face");
    let (context, wrong) = (context(), b"{}");
    let mut sizes = Vec::new();
    for number in 0..CHECKS {
        let used: &[u8] = if number % 3 == 0 { wrong } else { &context };
        let (text, context) = (call.put(DRAFT).expect("room"), call.put(used).expect("room"));
        let answer = check.call(&mut call.store, (text.0, text.1, context.0, context.1)).expect("an answer");
        if let Ok(report) = call.report(answer) {
            let pointer = u32::try_from(answer >> 32).expect("a pointer");
            let len = u32::try_from(report.len()).expect("a length");
            free.call(&mut call.store, (pointer, len)).expect("freed");
        }
        for piece in [context, text] {
            free.call(&mut call.store, piece).expect("freed");
        }
        sizes.push((text.0, call.memory.data_size(&call.store)));
    }
    assert_eq!(sizes.first(), sizes.last(), "where the text lies, and how large the memory is");
    assert!(sizes.windows(2).all(|two| two[0] == two[1]));
}
