//! Keyed hashes: equal values, distinct domains, and the documented formula.
//!
//! `phone("03-1234-5678")` = `phone("+81312345678")`

use std::fs;

use super::folder;
use crate::{HashKey, hex};

#[test]
fn hash_is_hmac_over_domain_and_value() {
    let folder = folder("hashes");
    let file = folder.join("hash.key");
    fs::write(&file, (0..32).collect::<Vec<u8>>()).unwrap();
    let key = HashKey::read(&file).unwrap();
    // python3: hmac.new(bytes(range(32)), b"check\0", "sha256").hexdigest()
    assert_eq!(hex::encode(&key.check()), "5f2a17ba2319fb1221fbdc8d7a75c483fe0dd68586718ca7a47116f910bfa98f");
    assert_eq!(hex::encode(&key.text(b"abc")), "7b0a5cec977ff3f8f36286c6c2dba893adb22a13ef11c3d778ddb7d26d33a2ba");
    assert_eq!(
        hex::encode(&key.phone("03-1234-5678").unwrap()),
        "c1d66dc52c01d32f04019aee7eaf38973922a6795a8f83fd16050ee5d5f04521"
    );
    assert_eq!(
        hex::encode(&key.email("A@Example.jp")),
        "924ed758a85ad192c9d6a825f12c292fb51c301b789866948a006d4940ae5f76"
    );
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn one_number_written_in_several_ways_has_one_hash() {
    let key = HashKey::generate().unwrap();
    let ways = [
        "03-1234-5678",
        "0312345678",
        "０３（１２３４）５６７８",
        "+81 3 1234 5678",
        "+81-(0)3-1234-5678",
        "＋81312345678",
        "+81312345678;ext=204",
        "(03) 1234.5678 内線 204",
    ];
    for way in ways {
        assert_eq!(key.phone(way), key.phone("+81312345678"), "{way}");
    }
    for other in ["03-1234-5679", "312345678", "+1 312345678", "110", ""] {
        assert_ne!(key.phone(other), key.phone("+81312345678"), "{other}");
    }
    for nothing in ["", "-", "+", "内線 204", "0"] {
        assert_eq!(key.phone(nothing), None, "{nothing}");
    }
    assert_eq!(key.email(" Ａ@example.JP"), key.email("a@example.jp"));
}

#[test]
fn kinds_and_keys_do_not_share_hashes() {
    let (one, other) = (HashKey::generate().unwrap(), HashKey::generate().unwrap());
    let hashes =
        [one.text(b"a"), one.email("a"), one.company("a"), one.phone("110").unwrap(), one.check(), other.email("a")];
    for (at, hash) in hashes.iter().enumerate() {
        assert!(!hashes[at + 1..].contains(hash), "{at}");
    }
}
