//! The linker of the build script: what it makes of modules, and what it refuses.

#[path = "../build/link.rs"]
mod link;
#[path = "../build/squeeze.rs"]
mod squeeze;

use squeeze::{print, style, tokens};

/// Links `main.js` of modules that are given as `(path, text)`.
fn linked(modules: &[(&str, &str)]) -> Result<String, String> {
    link::link("main.js", &|path| {
        let found = modules.iter().find(|(name, _)| *name == path);
        found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| "no such file".to_owned())
    })
}

fn squeezed(text: &str) -> Result<String, String> {
    Ok(print(&tokens(text)?))
}

#[test]
fn modules_stand_before_those_that_import_them_each_in_its_own_scope() {
    let script = linked(&[
        ("main.js", "import { one } from \"./a.js\";\nimport { two } from \"./b/b.js\";\none(two);\n"),
        ("a.js", "import { two } from \"./b/b.js\";\nconst name = 1;\nexport function one() { return name + two; }\n"),
        ("b/b.js", "import { one } from \"../a.js\";\nconst name = () => one();\nexport const two = [name];\n"),
    ]);
    let expected = "const{two}=(()=>{const name=()=>one();const two=[name];\nreturn{two};})();\n\
        const{one}=(()=>{const name=1;function one(){return name+two;}\nreturn{one};})();\n\
        (()=>{one(two);})();\n";
    assert_eq!(script.unwrap(), expected);
}

#[test]
fn what_the_entry_exports_the_script_exports() {
    let script = linked(&[
        ("main.js", "import { a } from \"./a.js\";\nexport class Form extends a {}\nexport async function load() {}\n"),
        ("a.js", "export class a {}"),
    ]);
    assert!(script.unwrap().ends_with("\nexport{Form,load};\n"));
}

#[test]
fn what_is_written_otherwise_is_refused_with_the_files_name() {
    for (statement, words) in [
        ("import a from \"./a.js\";", "main.js: only import"),
        ("import * as a from \"./a.js\";", "main.js: only import"),
        ("import { a as b } from \"./a.js\";", "main.js: only import"),
        ("import \"./a.js\";", "main.js: only import"),
        ("import { a } from \"a\";", "main.js: a is no path"),
        ("import { a } from \"../../a.js\";", "main.js: ../../a.js is no path"),
        ("import { b } from \"./a.js\";", "main.js: a.js exports no b"),
        ("import { a } from \"./c.js\";", "c.js: no such file"),
        ("import { a } from \"./a.js\";\nexport const a = 1;", "a.js: a is exported by main.js too"),
        ("export default 1;", "main.js: only export"),
        ("export let b = 1;", "main.js: only export"),
        ("export { b };", "main.js: only export"),
        ("export const { b } = c;", "main.js: only export"),
        ("export function* b() {}", "main.js: only export"),
        ("await b();", "main.js: await"),
        ("b(;", "main.js: a bracket is not closed"),
        ("b));", "main.js: a bracket too many"),
        ("const b = \"c;\n", "main.js: a string does not end"),
        ("/* b", "main.js: a comment does not end"),
        ("const b = `${c}", "main.js: a template does not end"),
    ] {
        let refused = linked(&[("main.js", statement), ("a.js", "export const a = 1;")]).unwrap_err();
        assert!(refused.starts_with(words), "{statement}: {refused}");
    }
}

#[test]
fn an_import_when_it_is_called_for_stays() {
    assert_eq!(
        linked(&[("main.js", "void import(`./a.js?${b}`);")]).unwrap(),
        "(()=>{void import(`./a.js?${b}`);})();\n"
    );
}

#[test]
fn comments_go_and_strings_templates_and_patterns_stay() {
    for (written, expected) in [
        ("a; // b\nc;", "a;c;"),
        ("a /* b */ c", "a c"),
        ("return /** @type {B} */ (c);", "return(c);"),
        ("a = \"// b\" + '/* c */';", "a=\"// b\"+'/* c */';"),
        ("a = `/* ${b /* c */} // ${`${d}  e`} */`;", "a=`/* ${b} // ${`${d}  e`} */`;"),
        ("a = `${{ b: {} }.b}  }`;", "a=`${{b:{}}.b}  }`;"),
        ("a.replace(/[/\"]\\/ '/g, b);", "a.replace(/[/\"]\\/ '/g,b);"),
        ("return /a/ in b", "return/a/ in b"),
        ("a = b / c / d; // e", "a=b/ c/ d;"),
        ("a = (b + c) / d; a++ / b", "a=(b+c)/ d;a++ / b"),
        ("a = b + +c - -d + ++e", "a=b+ +c- -d+ ++e"),
        ("a\n(b)\n[c]", "a\n(b)\n[c]"),
        ("if (a) {\n  b\n}\nc", "if(a){b}\nc"),
        ("f(\n  a,\n  b\n)\n  .then(c)", "f(a,b).then(c)"),
        ("a.#b = 1_000 .c", "a.#b=1_000 .c"),
        ("[...a, ...b]", "[...a,...b]"),
    ] {
        assert_eq!(squeezed(written).as_deref(), Ok(expected), "{written}");
    }
}

#[test]
fn a_slash_that_may_be_either_is_refused() {
    for written in ["a /b/ c", "f() /b/ c", "a = / b/", "} /b/"] {
        assert!(squeezed(written).is_err(), "{written}");
    }
}

#[test]
fn styles_keep_what_their_spaces_mean() {
    for (written, expected) in [
        ("/* a */\n.a :hover, b > c {\n  d: e f;\n}\n", ".a :hover,b > c{d:e f;}"),
        ("@media (a: b) and (c) { d { e: calc(1px + 2px) } }", "@media (a:b) and (c){d{e:calc(1px + 2px)}}"),
        ("a::before { content: \"/*  { \" ; }", "a::before{content:\"/*  { \";}"),
        ("a/* b */ c{}", "a c{}"),
    ] {
        assert_eq!(style(written).as_deref(), Ok(expected), "{written}");
    }
    assert!(style("a { /* b }").is_err() && style("a { b: \"c\n; }").is_err());
}
