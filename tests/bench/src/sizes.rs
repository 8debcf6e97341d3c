//! Sizes of the module and of all files of a first visit, uncompressed and with brotli.

use std::error::Error;
use std::io::Write;
use std::time::Duration;

use kakekomi_tests::server::Server;
use kakekomi_tests::wire::Request;

/// Prints the sizes.
///
/// # Errors
/// If the desk does not answer.
pub fn print() -> Result<(), Box<dyn Error>> {
    let server = Server::start();
    println!(
        "module                               {:>8} bytes, {} brotli 11",
        kakekomi_artifact::WASM.len(),
        brotli(kakekomi_artifact::WASM)?.len()
    );
    let digest = kakekomi_artifact::SHA256;
    let mut visit = vec!["/".to_owned()];
    let named = kakekomi_tests::source_tree::named_in(&server.send(&Request::get("/")).text());
    // A visit does not follow the link to the printable form.
    visit.extend(named.into_iter().filter(|target| !target.starts_with("/sheet")));
    visit.extend(["/v1/desk".to_owned(), "/v1/consent/ja".to_owned()]);
    visit.extend([format!("/module/{digest}.wasm"), format!("/module/{digest}/describe.ja.json")]);
    let module = Request::get(&format!("/module/{digest}.wasm")).header("Accept-Encoding", "br");
    // The server compresses its files once, after its first responses; the module is the largest and comes last.
    while !server.send(&module).headers.iter().any(|(name, _)| name == "content-encoding") {
        std::thread::sleep(Duration::from_millis(100));
    }
    let (mut whole, mut sent) = (0, 0);
    for target in &visit {
        let answer = server.send(&Request::get(target));
        if answer.status != 200 {
            return Err(format!("{target}: {}", answer.status).into());
        }
        let small = server.send(&Request::get(target).header("Accept-Encoding", "br")).body.len();
        println!("  {:<34} {:>8} bytes, {small} as sent", short(target), answer.body.len());
        whole += answer.body.len();
        sent += small;
    }
    println!(
        "first visit                          {whole:>8} bytes, {sent} as sent with brotli, {} requests",
        visit.len()
    );
    Ok(())
}

/// An address without its digests: `/page/6c81…/style.css` → `/page/…/style.css`.
fn short(target: &str) -> String {
    let is_digest = |part: &str| part.len() >= 32 && part.chars().all(|char| char.is_ascii_hexdigit());
    let parts = target.split('/').map(|part| match part.split_once('.') {
        _ if is_digest(part) => "…".to_owned(),
        Some((name, ending)) if is_digest(name) => format!("….{ending}"),
        _ => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut packed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut packed, 4096, 11, 22);
    writer.write_all(bytes)?;
    drop(writer);
    Ok(packed)
}
