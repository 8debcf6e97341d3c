//! The module: its bytes are those that this program was built with, it compiles and judges, and it is that of a release;
//! the folder of older modules can be used.

use std::path::Path;

use kakekomi_core::Locale;
use kakekomi_sandbox::Sandbox;
use kakekomi_service::desk::Desk;
use kakekomi_service::embedded_module::sandbox_config;
use kakekomi_service::example;
use kakekomi_service::module_archive::ModuleArchive;
use kakekomi_service::releases::{release_of, releases};
use kakekomi_service::submit::Verdict;
use kakekomi_store::clock;
use kakekomi_store::digest::sha256;

use super::finding::{Finding, Outcome, error, warning};

/// Checks the modules.
pub fn look(folder: &Path) -> [Finding; 3] {
    [Finding::new("module", own_module()), Finding::new("release", release()), Finding::new("modules", archive(folder))]
}

/// Compiles the module, which must accept the example in the desk of the program.
fn own_module() -> Outcome {
    let digest = kakekomi_artifact::SHA256;
    if sha256(kakekomi_artifact::WASM) != digest {
        return error("its bytes are not those that this program was built with: install the program anew");
    }
    let input = || {
        let desk = Desk::load(None).ok()?;
        let context = desk.context(clock::now(), Locale::Ja).ok()?;
        Some((example::example("other", &desk)?, context.to_bytes()))
    };
    let Some((draft, context)) = input() else {
        return error("the example cannot be made: install the program anew");
    };
    let sandbox = Sandbox::new(sandbox_config())?;
    let report = sandbox.check_now(sandbox.current(), draft.into(), context.into())?;
    if !Verdict::read(report)?.accepted() {
        return error("it refuses the example: is the clock right?");
    }
    Ok(format!("sha256:{digest}, ruleset {}; it accepts the example", kakekomi_core::RULESET))
}

/// Compares the module with that of the release of this version.
fn release() -> Outcome {
    let version = env!("CARGO_PKG_VERSION");
    if let Some(release) = release_of(kakekomi_artifact::SHA256) {
        return Ok(format!("the module is that of release {}", release.version));
    }
    match releases().find(|release| release.version == version) {
        Some(release) => error(format!(
            "release {version} came with module sha256:{}, and this is another one: install the program anew, or build \
             it of the released sources",
            release.module
        )),
        None => warning("the module is of no release: it was built from sources between two of them"),
    }
}

/// Checks the folder of archived modules.
fn archive(folder: &Path) -> Outcome {
    let shown = folder.display();
    let ModuleArchive { kept, changed, retired } = ModuleArchive::read(folder)?;
    if let Some(file) = changed.first() {
        let file = file.display();
        return error(format!(
            "{file} was changed: its bytes have another digest than its name; delete it, or put back the right one"
        ));
    }
    let sandbox = Sandbox::new(kept.iter().fold(sandbox_config(), |config, kept| config.and_if_it_loads(&kept.wasm)))?;
    if retired.contains(sandbox.current()) {
        return error(format!("{shown}: retired.txt names the current module, so that no page could send anything"));
    }
    match sandbox.left_out().first() {
        Some((digest, cause)) => error(format!("{shown}: sha256:{digest}: {cause}")),
        None => Ok(format!("{shown}: every module there can be run; {} are retired", retired.len())),
    }
}
