//! The linker and the shortener of styles of the build script: results and refusals.
//!
//! The tests in `tests/browser/` run the linked script after oxc.

use kakekomi_page_build::link::{self, Module};
use kakekomi_page_build::style::style;

/// Links `main.js` and its imports of modules `(path, text)`.
fn linked(modules: &[(&str, &str)]) -> Result<Vec<Module>, String> {
    link::link("main.js", &|path| {
        let found = modules.iter().find(|(name, _)| *name == path);
        found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| "no such file".to_owned())
    })
}

#[test]
fn modules_come_before_their_importers_and_a_circle_ends() {
    let modules = linked(&[
        ("main.js", "import { one } from \"./a.js\";\nimport { two } from \"./b/b.js\";\none(two);\n"),
        ("a.js", "import { two } from \"./b/b.js\";\n\nexport function one() {\n  return two;\n}\n"),
        ("b/b.js", "import { one } from \"../a.js\";\nexport const two = [() => one()];\n"),
    ]);
    let modules = modules.unwrap();
    let order: Vec<_> = modules.iter().map(|module| module.path.as_str()).collect();
    assert_eq!(order, ["b/b.js", "a.js", "main.js"]);
    let bodies: Vec<_> = modules.iter().map(|module| module.body.as_str()).collect();
    assert_eq!(bodies, ["const two = [() => one()];\n", "\nfunction one() {\n  return two;\n}\n", "one(two);\n"]);
    assert_eq!(modules[2].imports, ["one", "two"]);
}

#[test]
fn a_later_script_has_the_modules_that_the_first_one_lacks() {
    let read = |path: &str| {
        Ok(match path {
            "main.js" => "import { one } from \"./a.js\";\none();\n",
            "a.js" => "export function one() {}\nexport const other = 1;\n",
            "later.js" => {
                "import { one } from \"./a.js\";\nimport { two } from \"./b.js\";\nexport const three = two(one);\n"
            }
            _ => "import { other } from \"./a.js\";\nexport function two() {\n  return other;\n}\n",
        }
        .to_owned())
    };
    let first = link::link("main.js", &read).unwrap();
    let later = link::link_after(&first, "later.js", &read).unwrap();
    assert_eq!(later.iter().map(|module| module.path.as_str()).collect::<Vec<_>>(), ["b.js", "later.js"]);
    assert_eq!(link::shared_names(&later).into_iter().collect::<Vec<_>>(), ["one", "other"]);
    let refused = link::link_after(&first, "c.js", &|_| Ok("export const one = 2;".to_owned())).unwrap_err();
    assert_eq!(refused, "c.js: one is exported by a.js too");
}

#[test]
fn export_is_a_function_a_class_or_a_const() {
    let modules = linked(&[(
        "main.js",
        "export class Form extends A {}\nexport async function load() {}\nexport function $a_1(b) {}\nexport const c = 1;\n",
    )]);
    assert_eq!(modules.unwrap()[0].exports, ["Form", "load", "$a_1", "c"]);
}

#[test]
fn other_styles_are_refused_with_the_file_name() {
    for (statement, words) in [
        ("import a from \"./a.js\";", "main.js: only import"),
        ("import * as a from \"./a.js\";", "main.js: only import"),
        ("import { a as b } from \"./a.js\";", "main.js: only import"),
        ("import { a } from './a.js';", "main.js: only import"),
        ("import {\n  a } from \"./a.js\";", "main.js: only import"),
        ("import \"./a.js\";", "main.js: only import"),
        ("import { a } from \"a\";", "main.js: a is no path"),
        ("import { a } from \".a.js\";", "main.js: .a.js is no path"),
        ("import { a } from \"./a//b.js\";", "main.js: ./a//b.js is no path"),
        ("import { a } from \"../../a.js\";", "main.js: ../../a.js is no path"),
        ("import { b } from \"./a.js\";", "main.js: a.js exports no b"),
        ("import { a } from \"./c.js\";", "c.js: no such file"),
        ("import { a } from \"./a.js\";\nexport const a = 1;", "a.js: a is exported by main.js too"),
        ("export default 1;", "main.js: only export"),
        ("export let b = 1;", "main.js: only export"),
        ("export { b };", "main.js: only export"),
        ("export const { b } = c;", "main.js: only export"),
        ("export function* b() {}", "main.js: only export"),
        ("export async class b {}", "main.js: only export"),
    ] {
        let refused = linked(&[("main.js", statement), ("a.js", "export const a = 1;")]).unwrap_err();
        assert!(refused.starts_with(words), "{statement}: {refused}");
    }
}

#[test]
fn dynamic_import_stays() {
    let text = "import(`./a.js?${b}`);\n  import { c };\n";
    assert_eq!(linked(&[("main.js", text)]).unwrap()[0].body, text);
}

#[test]
fn styles_keep_meaningful_spaces() {
    for (written, expected) in [
        ("/* a */\n.a :hover, b > c {\n  d: e f;\n}\n", ".a :hover,b > c{d:e f}"),
        ("@media (a: b) and (c) { d { e: calc(1px + 2px) } }", "@media (a:b) and (c){d{e:calc(1px + 2px)}}"),
        ("a::before { content: \"/*  {;} \" ; }", "a::before{content:\"/*  {;} \"}"),
        ("a/* b */ c{}", "a c{}"),
        ("a { b: c; d: \"\\\"\" }", "a{b:c;d:\"\\\"\"}"),
    ] {
        assert_eq!(style(written).as_deref(), Ok(expected), "{written}");
    }
    assert!(style("a { /* b }").is_err() && style("a { b: \"c\n; }").is_err());
}
