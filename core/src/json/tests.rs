//! The grammar of JSON, and the error of each text that breaks it.

use super::*;

/// The longest text of these tests, in bytes.
const MAX: usize = 256 * 1024;

fn error(text: &[u8]) -> SyntaxError {
    read(text, MAX).unwrap_err()
}

#[test]
fn whatever_serde_json_reads_is_read_and_nothing_else() {
    for text in [
        "{}",
        "[]",
        " [1 , 2]\n",
        "\"\"",
        "0",
        "-0",
        "1.5e+3",
        "1E400",
        "true",
        "null",
        "[[[]]]",
        "{\"a\":{\"b\":[null]}}",
        "\"\\u00e9\\n\\/\"",
        "\"\\ud83d\\ude00\"",
    ] {
        assert!(read(text.as_bytes(), MAX).is_ok(), "{text}");
    }
    for text in [
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "+1",
        "'a'",
        "tru",
        "nul",
        "[1 2]",
        "\"\t\"",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\u123\"",
        "\"a",
        "{}{}",
        "NaN",
        "\u{feff}{}x",
        "[1]//",
        "{\"a\"}",
        "\"\\ud800\\u00\"",
    ] {
        assert!(read(text.as_bytes(), MAX).is_err(), "{text}");
        assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
    }
}

#[test]
fn halves_of_pairs_are_seen_and_replaced() {
    for text in [r#""\ud800""#, r#""\udc00""#, r#""\ud800\ud800""#, r#""\ud800\n""#, r#""\ud800x""#] {
        let Ok(Node::Text { text: read, lone }) = read(text.as_bytes(), MAX) else { panic!("{text}") };
        assert!(lone && read.contains('\u{fffd}'), "{text}");
    }
}

#[test]
fn repeated_keys_and_number_forms_stay() {
    let node = read(br#"{"a":1.0,"a":-0}"#, MAX).unwrap();
    let expected = vec![(Cow::from("a"), Node::Number("1.0")), (Cow::from("a"), Node::Number("-0"))];
    assert_eq!(node, Node::Object(expected));
}

#[test]
fn each_limit_has_its_error_at_the_edge() {
    assert!(
        read("[".repeat(32).as_bytes(), MAX).is_err_and(|error| error == SyntaxError::NotJson { line: 1, column: 33 })
    );
    assert_eq!(error("[".repeat(33).as_bytes()), SyntaxError::TooDeep);
    assert_eq!(error("[".repeat(100_000).as_bytes()), SyntaxError::TooDeep);
    assert!(read(format!("{}{}", "[".repeat(32), "]".repeat(32)).as_bytes(), MAX).is_ok());
    assert_eq!(error(b"\xEF\xBB\xBF{}"), SyntaxError::ByteOrderMark);
    assert_eq!(error(b"\"\xED\xA0\x80\""), SyntaxError::NotUtf8);
    let long = format!("\"{}\"", "a".repeat(MAX - 2));
    assert!(read(long.as_bytes(), MAX).is_ok());
    assert_eq!(error(format!("{long} ").as_bytes()), SyntaxError::TooLong);
}

#[test]
fn the_place_counts_lines_and_code_points() {
    assert_eq!(error("{\n \"あ\": x}".as_bytes()), SyntaxError::NotJson { line: 2, column: 7 });
}
