//! Questions of the desk to an applicant, which come with the context.
//!
//! `[{"id": "q1", "kind": "yes_no", "required": true, "title": {"ja": "再起動しましたか", "en": "Did you restart it?"}}]` → one
//! [`Question`], which the report repeats. In such a context a draft is the answers, `{"other": {"q1": "yes"}}`.
//!
//! The desk writes the list, not the applicant, so that a list with a mistake is refused as a whole.

use core::ops::RangeInclusive;

use serde::Serialize;

use crate::check_error::CheckError;
use crate::json::{self, Node, Writer};
use crate::locale::Locale;
use crate::members::{Members, text};
use crate::text::code_points;

/// The most questions of a context.
pub const QUESTIONS_MAX: usize = 20;
/// The longest `id` of a question and `value` of a choice, in characters: `a` to `z`, digits and `_`.
pub const ID_MAX: usize = 32;
/// The most code points of a title; the least is one.
pub const TITLE_MAX: usize = 200;
/// The fewest choices of a question.
pub const CHOICES_MIN: usize = 2;
/// The most choices of a question.
pub const CHOICES_MAX: usize = 20;

/// The longest JSON text of a list, in bytes: that of a context.
pub const LIST_BYTES_MAX: usize = 256 * 1024;

/// A question that the applicant answers on the return page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// The key of its answer in the section `other`: up to [`ID_MAX`] of `a` to `z`, digits and `_`, unique in the list.
    pub id: String,
    /// The kind of its answer.
    pub kind: QuestionKind,
    /// True if the answers are not accepted without it; 分からない is an answer to every question.
    pub required: bool,
    /// The question itself.
    pub title: Title,
    /// The choices, [`CHOICES_MIN`] to [`CHOICES_MAX`]; empty for the other kinds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
}

/// The kind of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// Several lines of text, as [`crate::form::Text`].
    Text,
    /// The `value` of one of the choices.
    Choice,
    /// A moment as [`crate::form::MomentField`], which may lie in the future: the desk may ask for an appointment.
    Moment,
    /// `yes` or `no`.
    YesNo,
}

/// A choice of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// The answer in the draft, with the characters of an `id`, unique in the question.
    pub value: String,
    /// Its title.
    pub title: Title,
}

/// A title in the languages of the page, each of one to [`TITLE_MAX`] code points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Title {
    /// 日本語
    pub ja: String,
    /// English, if the desk wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

/// Reads a JSON list of questions.
///
/// # Errors
/// [`CheckError::Context`] with `questions` if a context with this list could not be used.
pub fn read(list: &[u8]) -> Result<Vec<Question>, CheckError> {
    let error = CheckError::Context("questions");
    let node = json::read(list, LIST_BYTES_MAX).map_err(|_| error)?;
    read_list(&node).ok_or(error)
}

/// Writes questions as canonical JSON, which [`read()`] reads.
pub fn write(questions: &[Question]) -> Vec<u8> {
    let mut out = Writer::default();
    write_list(questions, &mut out);
    out.into_bytes()
}

/// Reads the questions of a context. By loops: an iterator that collects options is 1.7 KB of the module.
pub(crate) fn read_list(node: &Node<'_>) -> Option<Vec<Question>> {
    let mut questions = Vec::new();
    for (id, members) in objects(node, "id", 0..=QUESTIONS_MAX)? {
        questions.push(Question::read(id, &members)?);
    }
    Some(questions)
}

pub(crate) fn write_list(questions: &[Question], out: &mut Writer) {
    out.list();
    for question in questions {
        question.write(out);
    }
    out.end_list();
}

/// The objects of a list with the word that names each; `None` if a word is missing, malformed or repeated.
fn objects<'n>(
    node: &'n Node<'n>,
    key: &'static str,
    count: RangeInclusive<usize>,
) -> Option<Vec<(&'n str, Members<'n>)>> {
    let Node::List(nodes) = node else { return None };
    let mut objects = Vec::new();
    for node in Some(nodes).filter(|nodes| count.contains(&nodes.len()))? {
        let members = Members::of(node)?;
        let word = members.text(key).ok().filter(|word| is_word(word))?;
        if objects.iter().any(|(other, _)| *other == word) {
            return None;
        }
        objects.push((word, members));
    }
    Some(objects)
}

fn is_word(word: &str) -> bool {
    let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    (1..=ID_MAX).contains(&word.len()) && word.bytes().all(fits)
}

impl Question {
    fn read(id: &str, members: &Members<'_>) -> Option<Question> {
        let kind = QuestionKind::read(members.text("kind").ok()?)?;
        let mut choices = Vec::new();
        if let Some(node) = members.find("choices") {
            for (value, members) in objects(node, "value", CHOICES_MIN..=CHOICES_MAX)? {
                choices.push(Choice { value: value.to_owned(), title: Title::read(&members)? });
            }
        }
        if choices.is_empty() == (kind == QuestionKind::Choice) {
            return None;
        }
        let required = members.boolean("required").ok()?;
        Some(Question { id: id.to_owned(), kind, required, title: Title::read(members)?, choices })
    }

    fn write(&self, out: &mut Writer) {
        out.object();
        out.text_member("id", &self.id);
        out.text_member("kind", self.kind.as_str());
        out.key("required");
        out.boolean(self.required);
        self.title.write(out);
        if !self.choices.is_empty() {
            out.key("choices");
            out.list();
            for choice in &self.choices {
                out.object();
                out.text_member("value", &choice.value);
                choice.title.write(out);
                out.end_object();
            }
            out.end_list();
        }
        out.end_object();
    }
}

impl QuestionKind {
    /// Every kind.
    pub const ALL: [QuestionKind; 4] =
        [QuestionKind::Text, QuestionKind::Choice, QuestionKind::Moment, QuestionKind::YesNo];

    /// `text`, `choice`, `moment` or `yes_no`.
    pub const fn as_str(self) -> &'static str {
        match self {
            QuestionKind::Text => "text",
            QuestionKind::Choice => "choice",
            QuestionKind::Moment => "moment",
            QuestionKind::YesNo => "yes_no",
        }
    }

    /// The kind of a word, `None` for an unknown word.
    pub fn read(word: &str) -> Option<QuestionKind> {
        QuestionKind::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl Title {
    /// The title in a language; in Japanese where there is no other.
    pub fn text(&self, locale: Locale) -> &str {
        match locale {
            Locale::Ja => &self.ja,
            Locale::En => self.en.as_deref().unwrap_or(&self.ja),
        }
    }

    /// Reads the member `title`.
    fn read(members: &Members<'_>) -> Option<Title> {
        let title = members.object("title").ok()?;
        Some(Title { ja: in_language(&title, "ja")??, en: in_language(&title, "en")? })
    }

    /// Writes the member `title`.
    fn write(&self, out: &mut Writer) {
        out.key("title");
        out.object();
        out.text_member("ja", &self.ja);
        if let Some(en) = &self.en {
            out.text_member("en", en);
        }
        out.end_object();
    }
}

/// Reads a title in a language: `None` if it is malformed, `Some(None)` if there is none.
#[expect(clippy::option_option, reason = "a result without an error is more code")]
fn in_language(title: &Members<'_>, language: &str) -> Option<Option<String>> {
    let Some(node) = title.find(language) else { return Some(None) };
    let text = text(node).filter(|text| (1..=TITLE_MAX).contains(&code_points(text)))?;
    Some(Some(text.to_owned()))
}

#[cfg(test)]
mod tests;
