//! Origins that look like a partner's but are not.
//!
//! `near_misses("https://www.chamber.example.jp:8443")` → well over five hundred texts: another scheme, port, case,
//! prefix, suffix, a dot behind it, a user name before it, letters that look alike, `null`.

use std::collections::BTreeSet;

/// Lists every near miss of an origin, each once, without the origin itself.
pub fn near_misses(origin: &str) -> Vec<String> {
    let (scheme, rest) = origin.split_once("://").unwrap();
    let (host, port) = rest.split_once(':').unwrap_or((rest, ""));
    let colon = if port.is_empty() { String::new() } else { format!(":{port}") };
    let with_host = |host: &str| format!("{scheme}://{host}{colon}");
    let mut found = BTreeSet::new();
    let mut add = |text: String| _ = found.insert(text);

    for text in ["null", "", "*", "file://", "about:blank", "data:", scheme, host, rest] {
        add(text.to_owned());
    }
    for other in
        ["http", "https", "HTTPS", "ftp", "ws", "wss", "chrome-extension", "blob:https", "https:https", "javascript"]
    {
        add(format!("{other}://{rest}"));
    }
    for other in
        ["", ":", ":0", ":1", ":80", ":443", ":0443", ":8080", ":8442", ":8444", ":84430", ":3000", ":65535", ":65536"]
    {
        add(format!("{scheme}://{host}{other}"));
    }
    for end in [
        "/",
        ".",
        "/path",
        "?q",
        "#f",
        "%00",
        "\\",
        "@evil.example",
        ".evil.example",
        ",",
        ";",
        "'",
        " https://evil.example",
    ] {
        add(format!("{origin}{end}"));
        add(with_host(&format!("{host}{end}")));
    }
    for start in [
        "user@",
        "user:pass@",
        "evil.example/",
        "evil-",
        "evil.",
        "a.",
        "www.",
        "*.",
        ".",
        "-",
        "xn--",
        "https://",
        "%77",
    ] {
        add(with_host(&format!("{start}{host}")));
    }
    // One character left out, doubled, in capitals, or another in its place; letters of other scripts as their A-labels
    // would begin differently, and as they are.
    for (at, char) in host.char_indices() {
        let (before, after) = (&host[..at], &host[at + char.len_utf8()..]);
        add(with_host(&format!("{before}{after}")));
        add(with_host(&format!("{before}{char}{char}{after}")));
        add(with_host(&format!("{before}{}{after}", char.to_ascii_uppercase())));
        add(with_host(before));
        add(with_host(after));
        for other in "abcdefghijklmnopqrstuvwxyz0123456789.-_".chars().filter(|other| *other != char) {
            add(with_host(&format!("{before}{other}{after}")));
        }
        for alike in look_alikes(char) {
            add(with_host(&format!("{before}{alike}{after}")));
        }
    }
    found.remove(origin);
    found.into_iter().collect()
}

/// Lists letters of other scripts, and full-width ones, that look like a letter.
fn look_alikes(char: char) -> &'static [&'static str] {
    match char {
        'a' => &["а", "ａ", "ɑ"],
        'c' => &["с", "ｃ"],
        'e' => &["е", "ｅ"],
        'm' => &["ｍ", "rn"],
        'p' => &["р", "ｐ"],
        'x' => &["х", "ｘ"],
        'l' => &["ｌ", "1", "I"],
        '.' => &["。", "．", "%2e"],
        _ => &[],
    }
}
