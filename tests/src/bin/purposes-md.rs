//! Writes the table of fields and purposes into `docs/purposes.md`.

fn main() -> std::io::Result<()> {
    let file = kakekomi_tests::source_tree::root().join("docs/purposes.md");
    std::fs::write(file, kakekomi_tests::purposes::purposes_md().1)
}
