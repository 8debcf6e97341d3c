//! What is JSON and what is not, and what each refusal says.

use super::*;

fn code(text: &[u8]) -> Code {
    read(text, TEXT_MAX).unwrap_err().0
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
        assert!(read(text.as_bytes(), TEXT_MAX).is_ok(), "{text}");
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
        assert!(read(text.as_bytes(), TEXT_MAX).is_err(), "{text}");
        assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text}");
    }
}

#[test]
fn halves_of_pairs_are_seen_and_replaced() {
    for text in [r#""\ud800""#, r#""\udc00""#, r#""\ud800\ud800""#, r#""\ud800\n""#, r#""\ud800x""#] {
        let Ok(Node::Text { text: read, lone }) = read(text.as_bytes(), TEXT_MAX) else { panic!("{text}") };
        assert!(lone && read.contains('\u{fffd}'), "{text}");
    }
}

#[test]
fn repeated_keys_and_number_forms_stay() {
    let node = read(br#"{"a":1.0,"a":-0}"#, TEXT_MAX).unwrap();
    let expected = vec![(Cow::from("a"), Node::Number("1.0")), (Cow::from("a"), Node::Number("-0"))];
    assert_eq!(node, Node::Object(expected));
}

#[test]
fn each_refusal_has_its_code_at_the_edge() {
    assert!(read("[".repeat(32).as_bytes(), TEXT_MAX).is_err_and(|(code, _)| code == Code::TextNotJson));
    assert_eq!(code("[".repeat(33).as_bytes()), Code::TextTooDeep);
    assert_eq!(code("[".repeat(100_000).as_bytes()), Code::TextTooDeep);
    assert!(read(format!("{}{}", "[".repeat(32), "]".repeat(32)).as_bytes(), TEXT_MAX).is_ok());
    assert_eq!(code(b"\xEF\xBB\xBF{}"), Code::TextBom);
    assert_eq!(code(b"\"\xED\xA0\x80\""), Code::TextNotUtf8);
    let long = format!("\"{}\"", "a".repeat(TEXT_MAX - 2));
    assert!(read(long.as_bytes(), TEXT_MAX).is_ok());
    assert_eq!(code(format!("{long} ").as_bytes()), Code::TextTooLong);
}

#[test]
fn the_place_counts_lines_and_code_points() {
    let (_, params) = read("{\n \"あ\": x}".as_bytes(), TEXT_MAX).unwrap_err();
    assert_eq!(params, Params::place(2, 7));
}
