//! Modules of `www/` → one small script: linked (`link.rs`), checked, and minified (`small.rs`).

use std::collections::BTreeMap;

use crate::link::{self, Module};
use crate::small::{self, Names};

/// Makes the script of an entry and all it imports. It exports the entry's exports.
///
/// # Errors
/// As `link` and `small`; a name that has another meaning in another module.
pub fn script(entry: &str, read: &dyn Fn(&str) -> Result<String, String>) -> Result<String, String> {
    let modules = link::link(entry, read)?;
    check_names(&modules)?;
    let mut text: String = modules.iter().map(|module| module.body.as_str()).collect();
    if let Some(exports) = modules.last().map(|entry| entry.exports.join(",")).filter(|exports| !exports.is_empty()) {
        text += &["export{", &exports, "};\n"].concat();
    }
    small::small(&text)
}

/// Checks modules that share a scope: a name is declared once, and where a module uses the browser's `print`, no other
/// module declares a `print`.
fn check_names(modules: &[Module]) -> Result<(), String> {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    let mut used = Vec::new();
    for module in modules {
        let Names { declared, free } =
            small::names(&module.body).map_err(|wrong| format!("{}: {wrong}", module.path))?;
        for name in declared {
            if let Some(other) = owners.insert(name.clone(), &module.path) {
                return Err(format!("{}: {name} is exported by {other} too", module.path));
            }
        }
        used.push((module, free));
    }
    for (module, free) in used {
        for name in free.iter().filter(|name| !module.imports.contains(name)) {
            if let Some(owner) = owners.get(name) {
                return Err(format!("{}: {name} is the browser's here, and is a name of {owner}", module.path));
            }
        }
    }
    Ok(())
}
