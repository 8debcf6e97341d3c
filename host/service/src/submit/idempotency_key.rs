//! The client's key of one submission, so that sending twice makes one case.
//!
//! `Idempotency-Key: 7f3a` and `Idempotency-Key: "7f3a"` are the same key (the header is a quoted
//! string by draft-ietf-httpapi-idempotency-key-header, and bare in common use).

/// An idempotency key: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads a header, a bare or a quoted string; both are the same key.
    pub fn read(header: &[u8]) -> Option<IdempotencyKey> {
        let text = std::str::from_utf8(header).ok()?;
        let key = match text.strip_prefix('"') {
            Some(quoted) => unescape(quoted.strip_suffix('"')?)?,
            None => text.to_owned(),
        };
        let visible = key.bytes().all(|byte| byte.is_ascii_graphic());
        (visible && (1..=KEY_MAX).contains(&key.len())).then_some(IdempotencyKey(key))
    }

    /// Returns the key without quotes.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The longest key, in characters.
pub const KEY_MAX: usize = 255;

/// Unescapes the inside of a quoted string (RFC 8941, 3.3.3): a backslash only before a quote or a backslash.
fn unescape(inside: &str) -> Option<String> {
    let mut key = String::with_capacity(inside.len());
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return None,
            '\\' => key.push(characters.next().filter(|next| matches!(next, '"' | '\\'))?),
            other => key.push(other),
        }
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::IdempotencyKey;

    #[test]
    fn a_key_is_the_same_bare_and_quoted() {
        assert_eq!(IdempotencyKey::read(b"a-1"), IdempotencyKey::read(b"\"a-1\""));
        assert_eq!(IdempotencyKey::read(br#""a\"\\""#), IdempotencyKey::read(br#"a"\"#));
        assert!(IdempotencyKey::read(b"!").is_some());
    }

    #[test]
    fn an_invalid_key_is_refused() {
        for header in
            [&b""[..], b"\"\"", b"\"", b"a b", b"\"a b\"", b"a\tb", b"\"a\"b\"", b"\"a\\b\"", "é".as_bytes(), b"\xff"]
        {
            assert_eq!(IdempotencyKey::read(header), None, "{header:?}");
        }
        assert!(IdempotencyKey::read("k".repeat(255).as_bytes()).is_some());
        assert!(IdempotencyKey::read("k".repeat(256).as_bytes()).is_none());
        assert!(IdempotencyKey::read(format!("\"{}\"", "k".repeat(255)).as_bytes()).is_some());
    }
}
