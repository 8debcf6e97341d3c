//! Questions of the desk to an applicant, which come with the context.
//!
//! `[{"id": "q1", "kind": "yes_no", "required": true, "title": {"ja": "再起動しましたか", "en": "Did you restart it?"}}]` → one
//! [`Question`], which the report repeats. In such a context a draft is the answers, `{"other": {"q1": "yes"}}`.
//!
//! The desk writes the list, not the applicant, so that a list with a mistake is refused as a whole.

use serde::Serialize;

use crate::check_error::CheckError;
use crate::json::{self, Node, Writer};
use crate::locale::Locale;
use crate::members::Members;
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
    let mut questions: Vec<Question> = Vec::new();
    for node in items(node, 0, QUESTIONS_MAX)? {
        let question = Question::read(&Members::of(node)?)?;
        if questions.iter().any(|other| other.id == question.id) {
            return None;
        }
        questions.push(question);
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

fn items<'n>(node: &'n Node<'n>, min: usize, max: usize) -> Option<&'n [Node<'n>]> {
    match node {
        Node::List(nodes) if (min..=max).contains(&nodes.len()) => Some(nodes),
        _ => None,
    }
}

/// Reads a text that fits.
fn read_text(members: &Members<'_>, key: &'static str, fits: fn(&str) -> bool) -> Option<String> {
    members.text(key).ok().filter(|text| fits(text)).map(str::to_owned)
}

fn is_word(word: &str) -> bool {
    let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    (1..=ID_MAX).contains(&word.len()) && word.bytes().all(fits)
}

fn is_title(title: &str) -> bool {
    (1..=TITLE_MAX).contains(&code_points(title))
}

impl Question {
    fn read(members: &Members<'_>) -> Option<Question> {
        let kind = QuestionKind::read(members.text("kind").ok()?)?;
        let required = members.boolean("required").ok()?;
        let mut choices: Vec<Choice> = Vec::new();
        if let Some(node) = members.find("choices") {
            for node in items(node, CHOICES_MIN, CHOICES_MAX)? {
                let choice = Choice::read(&Members::of(node)?, "value")?;
                if choices.iter().any(|other| other.value == choice.value) {
                    return None;
                }
                choices.push(choice);
            }
        }
        if choices.is_empty() == (kind == QuestionKind::Choice) {
            return None;
        }
        let Choice { value: id, title } = Choice::read(members, "id")?;
        Some(Question { id, kind, required, title, choices })
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

impl Choice {
    /// Reads the word under a key, and its title. A question has both as well.
    #[inline(never)]
    fn read(members: &Members<'_>, key: &'static str) -> Option<Choice> {
        let title = members.object("title").ok()?;
        let en = title.find("en").map(|_| read_text(&title, "en", is_title));
        let en = if let Some(en) = en { Some(en?) } else { None };
        let title = Title { ja: read_text(&title, "ja", is_title)?, en };
        Some(Choice { value: read_text(members, key, is_word)?, title })
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

#[cfg(test)]
mod tests;
