//! wasm-bindgen's pass, as a library: the browser's glue, and a module without names or notes.

use std::error::Error;
use std::fs;
use std::path::Path;

use kakekomi_page_build::small::small;
use wasm_bindgen_cli_support::Bindgen;

use super::panics::without_words;

/// Settings of wasm-bindgen that the environment may not change: they would change the bytes.
const REFUSED_VARIABLES: [&str; 3] = ["WASM_BINDGEN_EXTERNREF", "WASM_BINDGEN_ANYREF", "WASM_BINDGEN_MULTI_VALUE"];

/// Writes `kakekomi.wasm`, `kakekomi.js` and `kakekomi.d.ts`.
pub fn pass(raw: &[u8], out: &Path) -> Result<(), Box<dyn Error>> {
    if let Some(name) = REFUSED_VARIABLES.iter().find(|name| std::env::var_os(name).is_some()) {
        return Err(format!("{name} is set: it would change the module's bytes; unset it").into());
    }
    let mut output =
        Bindgen::new().input_module("kakekomi", without_notes(raw)?).web(true)?.typescript(true).generate_output()?;
    fs::write(out.join("kakekomi.js"), small(output.js())?)?;
    fs::write(out.join("kakekomi.d.ts"), output.ts().unwrap_or_default())?;
    fs::write(out.join("kakekomi.wasm"), output.wasm_mut().emit_wasm())?;
    Ok(())
}

/// The parsed module without the names of functions and of tools. bindgen's own settings for these two work on bytes, not on a parsed module.
///
/// The precompiled standard library claims features that the module does not use; bindgen would
/// add tables of references for them, so the claim is removed as well.
fn without_notes(raw: &[u8]) -> Result<walrus::Module, Box<dyn Error>> {
    let mut settings = walrus::ModuleConfig::new();
    settings.generate_name_section(false).generate_producers_section(false).generate_dwarf(false);
    let mut module = settings.parse(raw)?;
    module.customs.remove_raw("target_features");
    without_words(&mut module)?;
    Ok(module)
}
