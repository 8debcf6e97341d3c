//! The XML of an S3-compatible storage: lists of objects and codes of errors.
//!
//! `<ListBucketResult><Contents><Key>parts/9f….age</Key>…` → `Listing { objects: [("parts/9f….age", …)], next: None }`

use kakekomi_store::clock;
use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, Event};

/// The most characters of an error's code that are shown.
const CODE_MAX: usize = 64;

/// A page of a list of objects.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Their keys, and the moments of their last change in milliseconds since the epoch.
    pub objects: Vec<(String, i64)>,
    /// The token of the next page.
    pub next: Option<String>,
}

/// Reads a page of a list of objects; `None` for another document.
pub fn listing(xml: &str) -> Option<Listing> {
    let (mut listing, mut is_truncated) = (Listing::default(), false);
    let (mut key, mut changed, mut is_list) = (None, None, false);
    elements(xml, |path, text| match path {
        [_, "Contents", "Key"] => key = Some(text.to_owned()),
        [_, "Contents", "LastModified"] => changed = clock::parse(text),
        [_, "Contents"] => listing.objects.extend(key.take().zip(changed.take())),
        [_, "IsTruncated"] => is_truncated = text == "true",
        [_, "NextContinuationToken"] => listing.next = Some(text.to_owned()),
        ["ListBucketResult"] => is_list = true,
        _ => {}
    })?;
    if !is_truncated {
        listing.next = None;
    }
    // A list without an end would leave objects out.
    (is_list && is_truncated == listing.next.is_some()).then_some(listing)
}

/// Reads the code of an error, such as `NoSuchBucket`; `None` without a code, and for one that has other characters than letters
/// and digits.
pub fn error_code(xml: &str) -> Option<String> {
    let mut code = None;
    elements(xml, |path, text| {
        if path == ["Error", "Code"] {
            code = Some(text.to_owned());
        }
    });
    code.filter(|code| (1..=CODE_MAX).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Calls a function with the path and the text of each element, at its end; `None` for what is no XML.
fn elements(xml: &str, mut each: impl FnMut(&[&str], &str)) -> Option<()> {
    let mut reader = Reader::from_str(xml);
    let (mut path, mut text) = (Vec::new(), String::new());
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                path.push(start.local_name().as_ref().to_owned());
                text.clear();
            }
            Event::Text(part) => text += &part.xml10_content(),
            Event::GeneralRef(reference) => text.push_str(&resolve(&reference)?),
            Event::End(_) => {
                let names: Vec<_> = path.iter().map(String::as_str).collect();
                each(&names, &text);
                path.pop();
                text.clear();
            }
            Event::Eof => return path.is_empty().then_some(()),
            _ => {}
        }
    }
}

fn resolve(reference: &BytesRef<'_>) -> Option<String> {
    match reference.resolve_char_ref().ok()? {
        Some(character) => Some(character.to_string()),
        None => resolve_xml_entity(&reference.xml10_content()).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
        <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><IsTruncated>true</IsTruncated>
        <Contents><Key>a&amp;b&#x2F;c</Key><LastModified>2026-11-20T00:30:00.000Z</LastModified><ETag>&quot;x&quot;</ETag></Contents>
        <Contents><LastModified>2026-11-20T00:30:00Z</LastModified><Key>d</Key></Contents><CommonPrefixes/>
        <NextContinuationToken>1/x+y==</NextContinuationToken></ListBucketResult>"#;

    #[test]
    fn a_page_is_read() {
        let listing = listing(PAGE).unwrap();
        assert_eq!(listing.objects, [("a&b/c".to_owned(), 1_795_134_600_000), ("d".to_owned(), 1_795_134_600_000)]);
        assert_eq!(listing.next.as_deref(), Some("1/x+y=="));
        let last = PAGE.replace(">true<", ">false<");
        assert_eq!(super::listing(&last).unwrap().next, None);
    }

    #[test]
    fn a_page_that_cannot_be_continued_or_is_no_list_is_refused() {
        for xml in [
            &PAGE.replace("NextContinuationToken", "NextMarker"),
            "<Error><Code>InternalError</Code></Error>",
            "<ListBucketResult><IsTruncated>false</IsTruncated>",
            "<html>",
            "",
        ] {
            assert_eq!(listing(xml), None, "{xml}");
        }
    }

    #[test]
    fn entities_of_a_document_are_not_resolved() {
        let with = |entity: &str| {
            let page =
                PAGE.replace("<ListBucketResult", &format!("<!DOCTYPE l [<!ENTITY x {entity}>]><ListBucketResult"));
            listing(&page.replace("<Key>d", "<Key>&x;"))
        };
        assert_eq!((with("'y'"), with("SYSTEM 'file:///etc/hostname'")), (None, None));
    }

    #[test]
    fn codes_are_words() {
        let code = |code: &str| error_code(&format!("<Error><Code>{code}</Code><Message>m</Message></Error>"));
        assert_eq!(code("NoSuchBucket").as_deref(), Some("NoSuchBucket"));
        for other in ["", "two words", "\u{1b}[31m", &"a".repeat(65)] {
            assert_eq!(code(other), None, "{other}");
        }
        assert_eq!(error_code("no XML"), None);
    }
}
