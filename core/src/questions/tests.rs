//! Lists of questions: what is read, what is refused, and what is written again.

use serde_json::{Value, json};

use super::*;

fn one(changes: &[(&str, Value)]) -> Value {
    let mut question = json!({"id": "q1", "kind": "text", "required": false, "title": {"ja": "何をしましたか"}});
    for (key, value) in changes {
        match value {
            Value::Null => _ = question.as_object_mut().unwrap().remove(*key),
            value => question[*key] = value.clone(),
        }
    }
    question
}

fn choices(count: usize) -> Value {
    (0..count).map(|number| json!({"value": format!("c{number}"), "title": {"ja": "はい"}})).collect()
}

fn choice(choices: Value) -> Value {
    one(&[("kind", json!("choice")), ("choices", choices)])
}

fn read_json(list: &Value) -> Option<Vec<Question>> {
    read(list.to_string().as_bytes()).ok()
}

#[test]
fn a_list_is_read_and_written_as_it_was() {
    let list = json!([
        {"id": "q1", "kind": "text", "required": true, "title": {"ja": "何を「実行」\nしましたか", "en": "What did you \"run\"?"}},
        {"id": "a_b_09", "kind": "choice", "required": false, "title": {"ja": "種類"}, "choices": [
            {"value": "usb", "title": {"ja": "USBメモリ", "en": "USB stick"}}, {"value": "mail", "title": {"ja": "メール"}},
        ]},
        {"id": "q3", "kind": "moment", "required": true, "title": {"ja": "いつですか"}},
        {"id": "q4", "kind": "yes_no", "required": false, "title": {"ja": "はい・いいえ"}},
    ]);
    let questions = read_json(&list).unwrap();
    assert_eq!(questions.iter().map(|question| question.kind).collect::<Vec<_>>(), QuestionKind::ALL);
    let written = write(&questions);
    assert_eq!(serde_json::from_slice::<Value>(&written).unwrap(), list);
    assert_eq!(read(&written).unwrap(), questions);
    assert_eq!(written, serde_json::to_vec(&questions).unwrap(), "serde writes the same members in the same order");
    let title = &questions[0].title;
    assert_eq!((title.text(Locale::Ja), title.text(Locale::En)), (&*title.ja, "What did you \"run\"?"));
    assert_eq!(questions[2].title.text(Locale::En), "いつですか", "Japanese where there is no English");
    assert_eq!(read(b"[]"), Ok(Vec::new()));
    assert_eq!(write(&[]), b"[]");
}

#[test]
fn keys_of_later_versions_are_ignored() {
    let question = one(&[("hint", json!("…")), ("title", json!({"ja": "一", "en": "1", "easy": "いち"}))]);
    assert_eq!(read_json(&json!([question])).unwrap()[0].title.en.as_deref(), Some("1"));
}

#[test]
fn each_limit_has_its_edge() {
    let numbered =
        |count: usize| (0..count).map(|number| one(&[("id", json!(format!("q{number}")))])).collect::<Value>();
    let titled = |title: &str| json!([one(&[("title", json!({"ja": title, "en": title}))])]);
    let named = |id: &str| json!([one(&[("id", json!(id))])]);
    let table = [
        (numbered(QUESTIONS_MAX), numbered(QUESTIONS_MAX + 1)),
        (titled(&"髙".repeat(TITLE_MAX)), titled(&"髙".repeat(TITLE_MAX + 1))),
        (titled("?"), titled("")),
        (named(&"a".repeat(ID_MAX)), named(&"a".repeat(ID_MAX + 1))),
        (named("_"), named("")),
        (json!([choice(choices(CHOICES_MIN))]), json!([choice(choices(CHOICES_MIN - 1))])),
        (json!([choice(choices(CHOICES_MAX))]), json!([choice(choices(CHOICES_MAX + 1))])),
    ];
    for (edge, past) in table {
        assert!(read_json(&edge).is_some(), "{edge}");
        assert_eq!(read_json(&past), None, "{past}");
    }
    let longest = format!("[]{}", " ".repeat(LIST_BYTES_MAX - 2));
    assert!(read(longest.as_bytes()).is_ok() && read(format!("{longest} ").as_bytes()).is_err());
}

#[test]
fn malformed_lists_are_refused() {
    let two = |second: Value| json!([one(&[]), second]);
    let repeated = json!([{"value": "a", "title": {"ja": "一"}}, {"value": "a", "title": {"ja": "二"}}]);
    let table = [
        json!({}),
        json!(null),
        json!("q1"),
        json!(["q1"]),
        json!([null]),
        two(one(&[])), // the same id twice
        two(one(&[("id", Value::Null)])),
        two(one(&[("id", json!("Q2"))])),
        two(one(&[("id", json!("q-2"))])),
        two(one(&[("id", json!("ｑ2"))])),
        two(one(&[("id", json!(2))])),
        json!([one(&[("kind", Value::Null)])]),
        json!([one(&[("kind", json!("line"))])]),
        json!([one(&[("kind", json!("yes-no"))])]),
        json!([one(&[("required", Value::Null)])]),
        json!([one(&[("required", json!("true"))])]),
        json!([one(&[("title", Value::Null)])]),
        json!([one(&[("title", json!("何をしましたか"))])]),
        json!([one(&[("title", json!({"en": "What?"}))])]),
        json!([one(&[("title", json!({"ja": "何", "en": null}))])]),
        json!([one(&[("title", json!({"ja": "何", "en": ""}))])]),
        json!([one(&[("kind", json!("choice"))])]),
        json!([choice(json!({}))]),
        json!([choice(json!(["a", "b"]))]),
        json!([choice(json!([{"value": "a", "title": {"ja": "一"}}, {"value": "b"}]))]),
        json!([choice(json!([{"value": "a", "title": {"ja": "一"}}, {"value": "B", "title": {"ja": "二"}}]))]),
        json!([choice(repeated)]),
        json!([one(&[("choices", choices(2))])]),
        json!([one(&[("choices", json!([]))])]),
    ];
    for list in table {
        assert_eq!(read(list.to_string().as_bytes()), Err(CheckError::Context("questions")), "{list}");
    }
    for text in ["", "[", "\u{feff}[]", r#"[{"id":"q1","kind":"text","required":true,"title":{"ja":"\ud800"}}]"#] {
        assert_eq!(read(text.as_bytes()), Err(CheckError::Context("questions")), "{text}");
    }
}

#[test]
fn a_context_repeats_its_questions_at_the_end() {
    use crate::context::Context;

    let base = include_str!("../calendar/context.json");
    let plain = Context::read(base.as_bytes()).unwrap();
    let with = |questions: &str| {
        let text = base.trim_end().strip_suffix('}').unwrap().to_owned() + ",\"questions\":" + questions + "}";
        Context::read(text.as_bytes())
    };
    assert_eq!(with("[]").unwrap().to_bytes(), plain.to_bytes(), "an empty list is an ordinary form");
    let list = json!([one(&[])]).to_string();
    let context = with(&list).unwrap();
    let written = write(&context.questions);
    assert!(context.to_bytes().ends_with(&[b",\"questions\":".as_slice(), &written, b"}"].concat()));
    assert_eq!(Context::read(&context.to_bytes()).unwrap(), context);
    for malformed in ["null", "{}", "[1]"] {
        assert_eq!(with(malformed), Err(CheckError::Context("questions")), "{malformed}");
    }
}
