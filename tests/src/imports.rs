//! Import circles between the files of a crate.
//!
//! `a.rs` with `use crate::b::B;` and `b.rs` with `use super::a::A;` → `[["a.rs", "b.rs"]]`.
//!
//! The rule:
//!
//! - A file imports the file that defines an item that it names: in a `use`, or in a path that begins with `crate`, `super`,
//!   `self` or one of its modules. A path through a re-export leads to the file that defines the item.
//! - `mod name;` and `pub use name::Item;` are no imports, as long as the file does not use the item itself. So a parent may
//!   re-export its children, and a child may name its siblings through the parent.
//! - The paths in a macro count for the file that declares the macro.
//! - Unit tests and files of tests may import anything.

use std::collections::{BTreeMap, BTreeSet};

use crate::source_tree::Source;

/// File → the files that it imports.
pub type Graph = BTreeMap<String, BTreeSet<String>>;

/// The imports between the files below a folder such as `core/src`.
pub fn graph(files: &[Source], folder: &str) -> Graph {
    let modules: BTreeMap<Vec<String>, Module> = files
        .iter()
        .filter_map(|file| Some((module_path(file.path.strip_prefix(folder)?.strip_prefix('/')?)?, Module::read(file))))
        .collect();
    let tree = Tree(&modules);
    modules.iter().map(|(path, module)| (module.file.clone(), tree.imports(path, module))).collect()
}

/// The circles in a graph: each as the files of one shortest way round.
pub fn circles(graph: &Graph) -> Vec<Vec<String>> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for file in graph.keys() {
        if seen.contains(file) {
            continue;
        }
        if let Some(way) = way_back(graph, file) {
            // Every file that can reach this one and is reached from it belongs to the same knot.
            let knot = reached(graph, file);
            seen.extend(knot.into_iter().filter(|other| reached(graph, other).contains(file)));
            found.push(way);
        }
    }
    found
}

/// The shortest way from a file back to itself.
fn way_back(graph: &Graph, file: &str) -> Option<Vec<String>> {
    let mut ways = vec![vec![file.to_owned()]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            for next in graph.get(way.last()?).into_iter().flatten() {
                if next == file {
                    return Some(way);
                }
                if seen.insert(next.clone()) {
                    longer.push([way.clone(), vec![next.clone()]].concat());
                }
            }
        }
        ways = longer;
    }
    None
}

fn reached(graph: &Graph, from: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut ahead = vec![from.to_owned()];
    while let Some(file) = ahead.pop() {
        for next in graph.get(&file).into_iter().flatten() {
            if found.insert(next.clone()) {
                ahead.push(next.clone());
            }
        }
    }
    found
}

/// `form/section.rs` → `[form, section]`, `lib.rs` → `[]`; programs and tests are no part of the library.
fn module_path(file: &str) -> Option<Vec<String>> {
    let steps: Vec<_> = file.strip_suffix(".rs")?.split('/').map(str::to_owned).collect();
    let is_left_out = |step: &String| step == "tests" || step == "bin" || step == "main" || step.ends_with("_tests");
    if steps.iter().any(is_left_out) {
        return None;
    }
    Some(steps.into_iter().filter(|step| step != "lib" && step != "mod").collect())
}

/// A file, the paths that it names and the names that it imports.
struct Module {
    file: String,
    /// Paths in the code, outside of `use`.
    paths: Vec<Vec<String>>,
    /// Name → path, of each `use`, and whether the name is only handed on.
    uses: BTreeMap<String, (Vec<String>, bool)>,
    globs: Vec<Vec<String>>,
}

impl Module {
    fn read(file: &Source) -> Module {
        let mut module =
            Module { file: file.path.clone(), paths: Vec::new(), uses: BTreeMap::new(), globs: Vec::new() };
        let tokens = tokens(&file.bare());
        let mut words = BTreeSet::new();
        let mut handed_on = BTreeSet::new();
        let mut is_inner = Vec::new();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let before = |back: usize| at.checked_sub(back).and_then(|at| tokens.get(at)).map(String::as_str);
            match token.as_str() {
                "use" => {
                    let end = tokens[at..].iter().position(|token| token == ";").map_or(tokens.len(), |end| at + end);
                    let is_public = before(1) == Some("pub") || (before(1) == Some(")") && before(4) == Some("pub"));
                    let depth = is_inner.iter().filter(|inner| **inner).count();
                    let mut leaves = Vec::new();
                    tree(&tokens[at + 1..end], &mut 0, &[], &mut leaves);
                    for (name, path) in leaves {
                        let Some(path) = outside_of_inner(path, depth) else { continue };
                        if name == "*" {
                            module.globs.push(path);
                        } else {
                            if is_public && depth == 0 {
                                handed_on.insert(name.clone());
                            }
                            module.uses.insert(name, (path, false));
                        }
                    }
                    at = end;
                }
                "{" => is_inner.push(before(2) == Some("mod")),
                "}" => _ = is_inner.pop(),
                _ if is_name(token) && before(1) != Some("::") => {
                    let is_declared = before(1) == Some("mod");
                    let mut path = vec![token.clone()];
                    while tokens.get(at + 1).is_some_and(|next| next == "::")
                        && let Some(step) = tokens.get(at + 2).filter(|step| is_name(step))
                    {
                        path.push(step.clone());
                        at += 2;
                    }
                    words.insert(token.clone());
                    let depth = is_inner.iter().filter(|inner| **inner).count();
                    if !is_declared && path.len() > 1 {
                        module.paths.extend(outside_of_inner(path, depth));
                    }
                }
                _ => {}
            }
            at += 1;
        }
        for (name, (_, is_only_handed_on)) in &mut module.uses {
            *is_only_handed_on = handed_on.contains(name) && !words.contains(name);
        }
        module
    }
}

/// A path inside of `mod inner { … }` as the file sees it; `None` where it names the inner module's own.
fn outside_of_inner(mut path: Vec<String>, depth: usize) -> Option<Vec<String>> {
    for _ in 0..depth {
        match path.first().map(String::as_str) {
            Some("super") => _ = path.remove(0),
            Some("crate") => return Some(path),
            _ => return None,
        }
    }
    if depth > 0 && path.first().is_some_and(|step| step != "super") {
        path.insert(0, "self".to_owned());
    }
    Some(path)
}

/// The leaves of a `use` tree: `a::{b, c as d}` → `(b, a::b)`, `(d, a::c)`.
fn tree(tokens: &[String], at: &mut usize, prefix: &[String], leaves: &mut Vec<(String, Vec<String>)>) {
    let mut path = prefix.to_vec();
    while let Some(token) = tokens.get(*at) {
        *at += 1;
        match token.as_str() {
            "::" => {}
            "{" => {
                while tokens.get(*at).is_some_and(|token| token != "}") {
                    tree(tokens, at, &path, leaves);
                }
                *at += 1;
                if tokens.get(*at).is_some_and(|token| token == ",") {
                    *at += 1;
                }
                return;
            }
            "}" => {
                *at -= 1;
                break;
            }
            "," => break,
            "as" => {
                let name = tokens.get(*at).cloned().unwrap_or_default();
                *at += 1;
                leaves.push((name, path.clone()));
                path.clear();
            }
            step => path.push(step.to_owned()),
        }
    }
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    if let Some(last) = path.last().filter(|_| path.len() > prefix.len() || path == prefix) {
        leaves.push((last.clone(), path.clone()));
    }
}

/// Names, `::` and single signs.
fn tokens(code: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let is_word = |char: char| char.is_alphanumeric() || char == '_';
        let length = match first {
            _ if is_word(first) => rest.find(|char| !is_word(char)).unwrap_or(rest.len()),
            ':' if rest.starts_with("::") => 2,
            _ => first.len_utf8(),
        };
        if !first.is_whitespace() {
            found.push(rest[..length].to_owned());
        }
        rest = &rest[length..];
    }
    found
}

fn is_name(token: &str) -> bool {
    token.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// The modules of a crate by their paths.
struct Tree<'m>(&'m BTreeMap<Vec<String>, Module>);

impl Tree<'_> {
    fn imports(&self, at: &[String], module: &Module) -> BTreeSet<String> {
        let used = module.uses.values().filter(|(_, is_only_handed_on)| !is_only_handed_on).map(|(path, _)| path);
        let paths = used.chain(&module.paths).chain(&module.globs);
        paths.filter_map(|path| self.defining(at, path, 0)).filter(|file| *file != module.file).collect()
    }

    /// The file that defines what a path in the module `at` names; `None` for what is not of this crate.
    fn defining(&self, at: &[String], path: &[String], hops: usize) -> Option<String> {
        let mut module = match path.first().map(String::as_str)? {
            "crate" => Vec::new(),
            "self" => at.to_vec(),
            "super" => at.split_last()?.1.to_vec(),
            child if self.0.contains_key(&[at, &[child.to_owned()]].concat()) => [at, &[child.to_owned()]].concat(),
            _ => return None,
        };
        for (index, step) in path.iter().enumerate().skip(1) {
            let child = [module.as_slice(), std::slice::from_ref(step)].concat();
            if step == "super" {
                module.pop();
            } else if self.0.contains_key(&child) {
                module = child;
            } else {
                // An item; a re-export leads on to the file that defines it.
                let through = self.0.get(&module)?.uses.get(step).filter(|_| hops < 8);
                let further = through.map(|(through, _)| [through, &path[index + 1..]].concat());
                let there = further.and_then(|further: Vec<String>| self.defining(&module, &further, hops + 1));
                return there.or_else(|| Some(self.0.get(&module)?.file.clone()));
            }
        }
        Some(self.0.get(&module)?.file.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::{circles, graph};
    use crate::source_tree::Source;

    fn found(files: &[(&str, &str)]) -> Vec<Vec<String>> {
        let source = |(path, text): &(&str, &str)| Source { path: format!("x/src/{path}"), text: (*text).to_owned() };
        circles(&graph(&files.iter().map(source).collect::<Vec<_>>(), "x/src"))
    }

    #[test]
    fn mutual_imports_are_a_circle() {
        let root = ("lib.rs", "mod a; mod b;");
        let circle = vec![vec!["x/src/a.rs".to_owned(), "x/src/b.rs".to_owned()]];
        assert_eq!(found(&[root, ("a.rs", "use crate::b::{B, C};"), ("b.rs", "use super::a::A;")]), circle);
        assert_eq!(found(&[root, ("a.rs", "fn a() { crate::b::b() }"), ("b.rs", "use super::a;")]), circle);
        assert_eq!(
            found(&[root, ("a.rs", "macro_rules! m { () => { $crate::b::b() } }"), ("b.rs", "use super::a;")]),
            circle
        );
        assert!(found(&[root, ("a.rs", "use crate::b::B;"), ("b.rs", "struct B;")]).is_empty());
    }

    #[test]
    fn re_export_is_followed_to_the_file_of_the_item() {
        let root = ("lib.rs", "mod a; mod b; pub use a::A; pub use b::B;");
        assert_eq!(found(&[root, ("a.rs", "use crate::B;"), ("b.rs", "use crate::A;")]).len(), 1);
        assert!(found(&[root, ("a.rs", "use crate::B;"), ("b.rs", "struct B;")]).is_empty());
    }

    #[test]
    fn parent_may_re_export_but_not_use_a_child_that_uses_it() {
        let child = ("a/b.rs", "use super::A;");
        assert!(found(&[("lib.rs", "mod a;"), ("a.rs", "mod b; pub use b::B; pub struct A;"), child]).is_empty());
        assert_eq!(found(&[("lib.rs", "mod a;"), ("a.rs", "mod b; pub use b::B; pub struct A(B);"), child]).len(), 1);
        assert_eq!(found(&[("lib.rs", "mod a;"), ("a.rs", "mod b; pub struct A(b::B);"), child]).len(), 1);
    }

    #[test]
    fn tests_and_inline_modules_are_not_files() {
        let root = ("lib.rs", "mod a; mod b;");
        let test = "struct B;\n#[cfg(test)]\nmod tests { use super::B; use crate::a::A; }";
        assert!(found(&[root, ("a.rs", "use crate::b::B;"), ("b.rs", test)]).is_empty());
        let inner = "mod inner { use super::B; fn f() { self::g() } } struct B;";
        assert!(found(&[root, ("a.rs", "use crate::b::B;"), ("b.rs", inner)]).is_empty());
    }
}
