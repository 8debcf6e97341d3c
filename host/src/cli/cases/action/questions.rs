//! The questions of `kakekomi cases ask`, from flags or a file.
//!
//! `--question 再起動しましたか --kind yes_no --required`, or `--file questions.json` with
//! `[{"kind":"choice","required":false,"title":{"ja":"…","en":"…"},"choices":[{"ja":"…"},{"ja":"…"}]}]`

use std::fs;
use std::path::PathBuf;

use clap::Args;
use kakekomi_casework::{QuestionDraft, QuestionKind, Title, question_kind};
use serde::Deserialize;

use crate::error::CliError;

/// Questions, each with the same kind, or a file with any.
#[derive(Debug, Args)]
pub struct QuestionArgs {
    /// A question in Japanese; the flag may be repeated
    #[arg(long, value_name = "TEXT", required_unless_present = "file", conflicts_with = "file")]
    question: Vec<String>,
    /// The kind of the answers
    #[arg(long, value_parser = ["text", "choice", "moment", "yes_no"], default_value = "text", conflicts_with = "file")]
    kind: String,
    /// The answers are required; 不明 is an answer
    #[arg(long, conflicts_with = "file")]
    required: bool,
    /// A choice of the kind `choice`; the flag is repeated
    #[arg(long, value_name = "TEXT", conflicts_with = "file")]
    choice: Vec<String>,
    /// A JSON list of questions
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

/// A question in a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenQuestion {
    kind: String,
    #[serde(default)]
    required: bool,
    title: WrittenTitle,
    #[serde(default)]
    choices: Vec<WrittenTitle>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTitle {
    ja: String,
    en: Option<String>,
}

impl QuestionArgs {
    /// Reads the questions.
    pub fn read(self) -> Result<Vec<QuestionDraft>, CliError> {
        let QuestionArgs { question, kind, required, choice, file } = self;
        if let Some(file) = file {
            let text = fs::read_to_string(&file).map_err(CliError::io(&file))?;
            let name = file.display();
            let written: Vec<WrittenQuestion> =
                serde_json::from_str(&text).map_err(|error| CliError::Usage(format!("{name}: {error}")))?;
            return written.into_iter().map(WrittenQuestion::draft).collect();
        }
        let kind = question_kind(&kind).unwrap_or(QuestionKind::Text);
        let title = |ja: &String| Title { ja: ja.trim().to_owned(), en: None };
        let choices: Vec<_> = choice.iter().map(title).collect();
        let draft = |ja| QuestionDraft { kind, required, title: title(ja), choices: choices.clone() };
        Ok(question.iter().map(draft).collect())
    }
}

impl WrittenQuestion {
    fn draft(self) -> Result<QuestionDraft, CliError> {
        let kind = question_kind(&self.kind)
            .ok_or_else(|| CliError::Usage("kind: text, choice, moment or yes_no".to_owned()))?;
        let title = |WrittenTitle { ja, en }| Title { ja, en };
        let choices = self.choices.into_iter().map(title).collect();
        Ok(QuestionDraft { kind, required: self.required, title: title(self.title), choices })
    }
}
