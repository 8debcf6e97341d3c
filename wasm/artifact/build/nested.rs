//! Cargo inside cargo: the `kakekomi-wasm` crate for WebAssembly, with nothing of this machine in it.
//!
//! The bytes are the same on every machine, so flags, wrappers and profiles of the environment are removed, and the paths of the
//! workspace, the toolchain and the registry are replaced.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";

/// Beginnings of the names of variables that could change the module.
const REMOVED_VARIABLES: [&str; 8] = [
    "RUSTFLAGS",
    "RUSTC_",
    "CARGO_BUILD_RUST",
    "CARGO_BUILD_TARGET",
    "CARGO_INCREMENTAL",
    "CARGO_BUILD_INCREMENTAL",
    "CARGO_PROFILE_",
    "CARGO_TARGET_WASM32_",
];

/// The stack in the module's memory, in bytes: the rules need a fraction of it, and a fresh
/// instance pays for every page of it that is touched.
const STACK: u32 = 128 * 1024;

/// The memory that an instance begins with, in bytes: an ordinary check stays within it, since
/// growing costs a fresh instance a change of protection there and back.
const MEMORY: u32 = 1024 * 1024;

/// Builds the crate and returns the path of the raw module.
pub fn build(workspace: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let rustc = std::env::var("RUSTC")?;
    let sysroot = PathBuf::from(printed(&rustc, &["--print", "sysroot"])?.trim());
    if !sysroot.join("lib/rustlib").join(TARGET).is_dir() {
        return Err(format!("the target {TARGET} is missing; this adds it: rustup target add {TARGET}").into());
    }
    // A fixed place, not OUT_DIR: clippy and build would otherwise each build the module anew.
    let target = workspace.join("target/wasm-module");
    let mut cargo = Command::new(std::env::var("CARGO")?);
    cargo.current_dir(workspace);
    cargo.args(["build", "--locked", "--package", "kakekomi-wasm", "--profile", "wasm", "--target", TARGET]);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if REMOVED_VARIABLES.iter().any(|beginning| text.starts_with(beginning)) {
            cargo.env_remove(&name);
        }
    }
    // Empty beats what a cargo configuration file names.
    cargo.env("RUSTC_WRAPPER", "").env("RUSTC_WORKSPACE_WRAPPER", "");
    cargo.env("CARGO_TARGET_DIR", &target).env("CARGO_BUILD_BUILD_DIR", &target);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags(workspace, &sysroot, &rustc)?.join("\u{1f}"));
    if !cargo.status()?.success() {
        return Err("the module could not be built; the reason is above".into());
    }
    Ok(target.join(TARGET).join("wasm/kakekomi_wasm.wasm"))
}

/// The compiler's flags: they beat every other source of flags.
fn flags(workspace: &Path, sysroot: &Path, rustc: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let version = printed(rustc, &["-vV"])?;
    let commit =
        version.lines().find_map(|line| line.strip_prefix("commit-hash: ")).ok_or("rustc -vV names no commit")?;
    let mut flags = vec![
        // The host needs no garbage collector then (docs: ARCHITECTURE.md, the module).
        "-Ctarget-feature=-reference-types".to_owned(),
        // SHA-256 as a loop: unrolled it is 8 KB more, and the page hashes a few files in its life.
        "--cfg=sha2_backend=\"soft\"".to_owned(),
        "--cfg=sha2_backend_soft=\"compact\"".to_owned(),
        // Most small functions stay calls, and loops are neither unrolled nor given more counters: 10 KB of brotli less, for
        // some 9 % more work (docs/performance-log.md).
        "-Cllvm-args=-inline-threshold=15 -inlinehint-threshold=150 -unroll-threshold=20 -disable-lsr".to_owned(),
        format!("-Clink-arg=-zstack-size={STACK}"),
        format!("-Clink-arg=--initial-memory={MEMORY}"),
        remap(workspace, "/kakekomi"),
        remap(&sysroot.join("lib/rustlib/src/rust"), &format!("/rustc/{commit}")),
    ];
    let sources = cargo_home().join("registry/src");
    for registry in std::fs::read_dir(&sources).into_iter().flatten().flatten() {
        flags.push(remap(&registry.path(), "/crates"));
    }
    Ok(flags)
}

fn remap(from: &Path, to: &str) -> String {
    format!("--remap-path-prefix={}={to}", from.display())
}

fn cargo_home() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    std::env::var_os("CARGO_HOME").map_or_else(|| home().join(".cargo"), PathBuf::from)
}

fn printed(program: &str, arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let output = Command::new(program).args(arguments).output()?;
    if !output.status.success() {
        return Err(format!("{program} {arguments:?} failed").into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
