//! A draft as a tree with more freedom than a JSON library gives: a repeated key, any spelling of a number, half of a
//! surrogate pair.
//!
//! `Object([("a", Raw("1.0")), ("a", Text("れ"))])` → `{"a":1.0,"a":"れ"}`, or with spaces, or escaped.

use std::fmt::Write;

use kakekomi_core::json::Node;

/// A piece of JSON text.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    /// Any text, written as it is: numbers, words, and what is no JSON at all.
    Raw(String),
    /// A string.
    Text(String),
    /// A list.
    List(Vec<Tree>),
    /// An object, whose keys may repeat.
    Object(Vec<(String, Tree)>),
}

/// Style in which a tree is written.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// White space between the pieces.
    pub space: &'static str,
    /// `true` to write everything but ASCII as `\uXXXX`.
    pub escaped: bool,
}

/// Without white space and escapes, as a page writes.
pub const PLAIN: Style = Style { space: "", escaped: false };

impl Tree {
    /// A string.
    pub fn text(text: &str) -> Tree {
        Tree::Text(text.to_owned())
    }

    /// Makes text that is written unchanged.
    pub fn raw(text: &str) -> Tree {
        Tree::Raw(text.to_owned())
    }

    /// An object.
    pub fn object<'k>(members: impl IntoIterator<Item = (&'k str, Tree)>) -> Tree {
        Tree::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// 分からない
    pub fn unknown() -> Tree {
        Tree::object([("unknown", Tree::raw("true"))])
    }

    /// Converts a node of the core's reader.
    pub fn of(node: &Node<'_>) -> Tree {
        match node {
            Node::Null => Tree::raw("null"),
            Node::Bool(value) => Tree::Raw(value.to_string()),
            Node::Number(written) => Tree::raw(written),
            Node::Text { text, .. } => Tree::text(text),
            Node::List(items) => Tree::List(items.iter().map(Tree::of).collect()),
            Node::Object(members) => {
                Tree::Object(members.iter().map(|(key, value)| (key.to_string(), Tree::of(value))).collect())
            }
        }
    }

    /// Returns the number of pieces below this one.
    pub fn below(&self) -> usize {
        match self {
            Tree::Raw(_) | Tree::Text(_) => 0,
            Tree::List(items) => items.iter().map(|item| 1 + item.below()).sum(),
            Tree::Object(members) => members.iter().map(|(_, value)| 1 + value.below()).sum(),
        }
    }

    /// Finds a piece by its number in the order of the text; 0 is this one.
    pub fn nth(&mut self, mut number: usize) -> &mut Tree {
        if number == 0 {
            return self;
        }
        number -= 1;
        let children: Vec<&mut Tree> = match self {
            Tree::Raw(_) | Tree::Text(_) => return self,
            Tree::List(items) => items.iter_mut().collect(),
            Tree::Object(members) => members.iter_mut().map(|(_, value)| value).collect(),
        };
        for child in children {
            let size = 1 + child.below();
            if number < size {
                return child.nth(number);
            }
            number -= size;
        }
        unreachable!("a number below the size")
    }

    /// Writes the text.
    pub fn written(&self, style: Style) -> String {
        let mut text = String::with_capacity(1024);
        self.write(style, &mut text);
        text
    }

    fn write(&self, style: Style, out: &mut String) {
        match self {
            Tree::Raw(raw) => out.push_str(raw),
            Tree::Text(text) => quote(text, style, out),
            Tree::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    separate(index, style, out);
                    item.write(style, out);
                }
                out.push_str(style.space);
                out.push(']');
            }
            Tree::Object(members) => {
                out.push('{');
                for (index, (key, value)) in members.iter().enumerate() {
                    separate(index, style, out);
                    quote(key, style, out);
                    out.push(':');
                    out.push_str(style.space);
                    value.write(style, out);
                }
                out.push_str(style.space);
                out.push('}');
            }
        }
    }
}

fn separate(index: usize, style: Style, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
    out.push_str(style.space);
}

fn quote(text: &str, style: Style, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '/' if style.escaped => out.push_str("\\/"),
            control if u32::from(control) < 0x20 => _ = write!(out, "\\u{:04x}", u32::from(control)),
            other if style.escaped && !other.is_ascii() => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    _ = write!(out, "\\u{unit:04X}");
                }
            }
            other => out.push(other),
        }
    }
    out.push('"');
}
