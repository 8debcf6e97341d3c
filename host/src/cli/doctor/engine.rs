//! The module: the bytes are the ones that this program was built with, they compile and judge, and a release came
//! with them; the folder of older ones can be used.

use std::path::Path;

use bytes::Bytes;
use kakekomi_core::Locale;
use kakekomi_sandbox::Sandbox;
use kakekomi_service::desk::Desk;
use kakekomi_service::example;
use kakekomi_service::module_archive::ModuleArchive;
use kakekomi_service::releases::{release_of, releases};
use kakekomi_service::submit::Verdict;
use kakekomi_store::clock;
use kakekomi_store::digest::sha256;

use super::finding::Finding;

/// What there is to know of the modules.
pub fn look(folder: &Path) -> Vec<Finding> {
    let mut found = vec![match judges() {
        Ok(digest) => Finding::ok(
            "module",
            format!("sha256:{digest}, ruleset {}; it accepts the example", kakekomi_core::RULESET),
        ),
        Err(why) => Finding::error("module", why),
    }];
    found.push(released());
    found.push(older(folder));
    found
}

/// Whether this module is the one that the release of this name came with.
fn released() -> Finding {
    let version = env!("CARGO_PKG_VERSION");
    let ours = kakekomi_artifact::SHA256;
    if let Some(release) = release_of(ours) {
        return Finding::ok("release", format!("the module is that of release {}", release.version));
    }
    match releases().find(|release| release.version == version) {
        Some(release) => {
            let words =
                format!("release {version} came with module sha256:{}, and this is another one", release.module);
            Finding::error("release", format!("{words}: install the program anew, or build it of the released sources"))
        }
        None => {
            Finding::warning("release", "the module is of no release: it was built from sources between two of them")
        }
    }
}

/// Compiles the module and lets it judge the example in the desk that the program carries.
fn judges() -> Result<&'static str, String> {
    if sha256(kakekomi_artifact::WASM) != kakekomi_artifact::SHA256 {
        return Err("its bytes are not those that this program was built with: install the program anew".to_owned());
    }
    let report = || {
        let desk = Desk::load(None).ok()?;
        let context = desk.context(clock::now(), Locale::Ja).ok()?;
        let draft = example::example("other", &desk)?;
        Some((Bytes::from(draft), context.to_bytes()))
    };
    let (draft, context) = report().ok_or("the example cannot be made: install the program anew")?;
    let sandbox =
        Sandbox::new(kakekomi_service::embedded_module::sandbox_config()).map_err(|error| error.to_string())?;
    let report = sandbox.check_now(sandbox.current(), draft, context.into()).map_err(|error| error.to_string())?;
    match Verdict::read(report) {
        Ok(verdict) if verdict.accepted() => Ok(kakekomi_artifact::SHA256),
        Ok(_) => Err("it refuses the example: is the clock right?".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn older(folder: &Path) -> Finding {
    let place = folder.display();
    let ModuleArchive { kept, changed, retired } = match ModuleArchive::read(folder) {
        Ok(modules) => modules,
        Err(error) => return Finding::error("modules", error.to_string()),
    };
    if let Some(file) = changed.first() {
        let file = file.display();
        let words = format!(
            "{file} was changed: its bytes have another digest than its name; delete it, or put back the right one"
        );
        return Finding::error("modules", words);
    }
    let config = kept
        .iter()
        .fold(kakekomi_service::embedded_module::sandbox_config(), |config, kept| config.and_if_it_loads(&kept.wasm));
    let sandbox = match Sandbox::new(config) {
        Ok(sandbox) => sandbox,
        Err(error) => return Finding::error("modules", error.to_string()),
    };
    if retired.contains(sandbox.current()) {
        let words = format!("{place}: retired.txt names the current module, so that no page could send anything");
        return Finding::error("modules", words);
    }
    match sandbox.left_out().first() {
        Some((digest, error)) => Finding::error("modules", format!("{place}: sha256:{digest}: {error}")),
        None => {
            Finding::ok("modules", format!("{place}: every module there can be run; {} are retired", retired.len()))
        }
    }
}
