//! Prints every case of the table and every draft for the engines that are not Rust, with the native core's report.
//!
//! → `[{"name": "phone.toml: …", "text_base64": "…", "context": "{…}", "report": "{…}"}, …]`

#![expect(clippy::print_stdout, reason = "printing is all it does")]
#![expect(clippy::expect_used, reason = "a case without a report is a broken table")]

use serde_json::json;

fn main() {
    let cases = kakekomi_tests::table::cases().into_iter().map(|case| (case.name, case.text, case.context));
    let drafts = kakekomi_tests::drafts::drafts().into_iter();
    let drafts = drafts.map(|draft| (format!("draft: {}", draft.name), draft.text, draft.context));
    let rows: Vec<_> = cases
        .chain(drafts)
        .map(|(name, text, context)| {
            let report = kakekomi_core::answer(&text, context.as_bytes()).expect(&name);
            let report = String::from_utf8(report).expect("reports are UTF-8");
            json!({ "name": name, "text_base64": base64(&text), "context": context, "report": report })
        })
        .collect();
    println!("{}", serde_json::Value::from(rows));
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let number =
            group.iter().chain([&0, &0]).take(3).fold(0_usize, |number, byte| number << 8 | usize::from(*byte));
        for place in 0..4 {
            let letter = LETTERS.get(number >> (18 - 6 * place) & 63).map_or('=', |byte| char::from(*byte));
            text.push(if place <= group.len() { letter } else { '=' });
        }
    }
    text
}
