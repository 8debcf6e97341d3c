//! Writes `docs/webhooks.schema.json`.

fn main() -> std::io::Result<()> {
    let file = kakekomi_tests::source_tree::root().join("docs/webhooks.schema.json");
    let schema = serde_json::to_string_pretty(&kakekomi_delivery::schema())?;
    std::fs::write(file, schema + "\n")
}
