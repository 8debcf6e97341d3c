//! Writes the table of routes into `docs/http.md`.

fn main() -> std::io::Result<()> {
    std::fs::write(kakekomi_tests::source_tree::root().join("docs/http.md"), kakekomi_tests::routes::http_md().1)
}
