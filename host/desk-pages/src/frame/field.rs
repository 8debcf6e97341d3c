//! Fields of a form, with what was typed and the errors beside them.
//!
//! `set.area("text", "メモ", Need::Required)` → a label, the error if there is one, and a text area with the typed text

use std::cell::RefCell;

use maud::{Markup, html};

use super::{FormFields, Visit};

/// The need for a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// The form is not accepted without it.
    Required,
    /// It may be left empty.
    Optional,
    /// Another answer decides, and the form says so when it is sent.
    Depends,
}

/// A wrong field: its name and the sentence for the person.
pub type FieldFault = (String, String);

/// The fields of one form.
pub struct FieldSet<'a> {
    /// The visit.
    pub visit: &'a Visit,
    /// The name of the form, which makes the ids of its fields unique on the page.
    pub form: &'a str,
    /// The typed values.
    pub typed: &'a FormFields,
    /// The wrong fields.
    pub faults: &'a [FieldFault],
    /// The titles of the fields that were written, for the list of errors.
    titles: RefCell<Vec<FieldFault>>,
}

impl<'a> FieldSet<'a> {
    /// Makes the fields of a form.
    pub fn new(visit: &'a Visit, form: &'a str, typed: &'a FormFields, faults: &'a [FieldFault]) -> FieldSet<'a> {
        FieldSet { visit, form, typed, faults, titles: RefCell::default() }
    }

    /// Remembers the title of a wrong field.
    fn note_title(&self, name: &str, title: &str) {
        if self.fault(name).is_some() {
            self.titles.borrow_mut().push((name.to_owned(), title.to_owned()));
        }
    }

    /// Returns the id of a field; a point in its name would be a class in a selector.
    pub fn id(&self, name: &str) -> String {
        format!("{}-{}", self.form, name.replace('.', "-"))
    }

    fn fault(&self, name: &str) -> Option<&str> {
        self.faults.iter().find(|(field, _)| field == name).map(|(_, sentence)| sentence.as_str())
    }

    /// Writes a label with the need and the error, around a control.
    fn labelled(&self, name: &str, title: &str, need: Need, control: &Markup) -> Markup {
        self.note_title(name, title);
        html! {
            div.field {
                label for=(self.id(name)) { (title) (self.need(need)) }
                (self.error(name))
                (control)
            }
        }
    }

    fn need(&self, need: Need) -> Markup {
        html! { @if need == Need::Optional { span.field__need { (self.visit.words().frame.optional) } } }
    }

    fn error(&self, name: &str) -> Markup {
        html! { @if let Some(fault) = self.fault(name) { p.field__error id={ (self.id(name)) "-error" } { (fault) } } }
    }

    fn described_by(&self, name: &str) -> Option<String> {
        self.fault(name).map(|_| format!("{}-error", self.id(name)))
    }

    fn invalid(&self, name: &str) -> Option<&'static str> {
        self.fault(name).map(|_| "true")
    }

    /// Writes a line of a kind such as `text`, `tel`, `date` or `url`.
    pub fn line(&self, name: &str, kind: &str, title: &str, need: Need) -> Markup {
        let control = html! {
            input id=(self.id(name)) type=(kind) name=(name) value=(self.typed.get(name)) required[need == Need::Required]
                aria-invalid=[self.invalid(name)] aria-describedby=[self.described_by(name)] autocomplete="off";
        };
        self.labelled(name, title, need, &control)
    }

    /// Writes a line that the browser, or a program that keeps passwords, may fill in: `autocomplete` names the kind of entry.
    /// What is secret is not shown again.
    pub fn credential(&self, name: &str, title: &str, autocomplete: &str, hint: &str) -> Markup {
        let is_password = autocomplete.ends_with("password");
        let is_name = autocomplete == "username";
        let hint_id = format!("{}-hint", self.id(name));
        let described_by = format!("{hint_id} {}", self.described_by(name).unwrap_or_default());
        let control = html! {
            input id=(self.id(name)) type=(if is_password { "password" } else { "text" }) name=(name)
                value=[is_name.then_some(self.typed.get(name))] required autocomplete=(autocomplete) autocapitalize="none"
                spellcheck="false" aria-invalid=[self.invalid(name)] aria-describedby=(described_by.trim_end());
            p.hint id=(hint_id) { (hint) }
        };
        self.labelled(name, title, Need::Required, &control)
    }

    /// Writes a text of several lines.
    pub fn area(&self, name: &str, title: &str, need: Need) -> Markup {
        // A line break at the start of a text area is not part of its value.
        let control = html! {
            textarea id=(self.id(name)) name=(name) rows="3" required[need == Need::Required]
                aria-invalid=[self.invalid(name)] aria-describedby=[self.described_by(name)] { "\n" (self.typed.get(name)) }
        };
        self.labelled(name, title, need, &control)
    }

    /// Writes a choice of a list; without a typed value none is chosen, and the person has to choose.
    pub fn select(&self, name: &str, title: &str, need: Need, options: &[(&str, &str)]) -> Markup {
        let typed = self.typed.get(name);
        let control = html! {
            select id=(self.id(name)) name=(name) required[need == Need::Required]
                aria-invalid=[self.invalid(name)] aria-describedby=[self.described_by(name)] {
                option value="" { (self.visit.words().frame.choose) }
                @for (value, title) in options { option value=(value) selected[*value == typed] { (title) } }
            }
        };
        self.labelled(name, title, need, &control)
    }

    /// Writes a choice of a list that may be left empty, which has its own title.
    pub fn select_or(&self, name: &str, title: &str, empty: &str, options: &[(&str, &str)]) -> Markup {
        let typed = self.typed.get(name);
        let control = html! {
            select id=(self.id(name)) name=(name) aria-invalid=[self.invalid(name)] aria-describedby=[self.described_by(name)] {
                option value="" { (empty) }
                @for (value, title) in options { option value=(value) selected[*value == typed] { (title) } }
            }
        };
        self.labelled(name, title, Need::Required, &control)
    }

    /// Writes a choice of few, each beside its button.
    pub fn radios(&self, name: &str, title: &str, options: &[(&str, &str)]) -> Markup {
        let typed = self.typed.get(name);
        self.note_title(name, title);
        html! {
            fieldset.field aria-describedby=[self.described_by(name)] {
                legend { (title) }
                (self.error(name))
                div.ticks {
                    @for (value, title) in options {
                        label.tick {
                            input type="radio" name=(name) value=(value) required checked[*value == typed];
                            (title)
                        }
                    }
                }
            }
        }
    }

    /// Writes boxes under a common title, with the error of all of them.
    pub fn group(&self, name: &str, title: &str, boxes: &Markup) -> Markup {
        self.note_title(name, title);
        html! {
            fieldset.field id=(self.id(name)) aria-describedby=[self.described_by(name)] {
                legend { (title) }
                (self.error(name))
                (boxes)
            }
        }
    }

    /// Writes a box to tick, whose value is `yes`.
    pub fn tick(&self, name: &str, title: &str, need: Need) -> Markup {
        self.note_title(name, title);
        html! {
            div.field {
                (self.error(name))
                label.tick {
                    input type="checkbox" name=(name) value="yes" required[need == Need::Required]
                        checked[self.typed.get(name) == "yes"] aria-describedby=[self.described_by(name)];
                    span { (title) }
                }
            }
        }
    }

    /// Writes the list of all errors, with links to their fields, to be shown before the form. Made after the fields, it names them:
    /// sentences of actions do not.
    pub fn summary(&self) -> Markup {
        let titles = self.titles.borrow();
        let title = |name: &str| titles.iter().find(|(noted, _)| noted == name).map(|(_, title)| title.as_str());
        let link = |(name, sentence): &FieldFault| match name.as_str() {
            "" => html! { (sentence) },
            name => {
                html! { a href={ "#" (self.id(name)) } { @if let Some(title) = title(name) { (title) (self.visit.words().frame.colon) } (sentence) } }
            }
        };
        alert(self.visit, &self.faults.iter().map(link).collect::<Vec<_>>())
    }
}

/// Writes the errors of a form that is not shown.
pub fn faults(visit: &Visit, faults: &[FieldFault]) -> Markup {
    alert(visit, &faults.iter().map(|(_, sentence)| html! { (sentence) }).collect::<Vec<_>>())
}

fn alert(visit: &Visit, entries: &[Markup]) -> Markup {
    html! {
        @if !entries.is_empty() {
            div.alert role="alert" {
                h2 { (visit.words().frame.faults) }
                ul { @for entry in entries { li { (entry) } } }
            }
        }
    }
}
