//! Parts of evidence files: written and read as streams.

use std::io::{Read as _, Write as _};

use crate::{Identities, PartSealer, SealingError, age_file, open_part};

/// Seals bytes in writes of a size.
fn sealed(identities: &Identities, plain: &[u8], write: usize) -> Vec<u8> {
    let mut sealer = PartSealer::new(&identities.recipients().concat(), Vec::new()).unwrap();
    plain.chunks(write).for_each(|chunk| sealer.write_all(chunk).unwrap());
    sealer.finish().unwrap()
}

#[test]
fn part_is_an_age_file_of_the_same_bytes() {
    let identities = Identities::generate();
    for length in [0, 1, 65_535, 65_536, 65_537, 200_000] {
        let plain: Vec<u8> = (0..length).map(|place| u8::try_from(place % 251).unwrap()).collect();
        for write in [1000, 65_536, 200_001] {
            let sealed = sealed(&identities, &plain, write);
            let mut opened = Vec::new();
            open_part(&identities, sealed.as_slice()).unwrap().read_to_end(&mut opened).unwrap();
            assert_eq!(opened, plain, "{length} {write}");
            assert_eq!(*age_file::decrypt(&identities, &sealed).unwrap(), plain, "{length} {write}");
        }
    }
}

#[test]
fn cut_part_is_an_error() {
    let identities = Identities::generate();
    let sealed = sealed(&identities, &[7; 100_000], 1000);
    for length in [sealed.len() - 1, sealed.len() - 20_000, 70_000] {
        let mut opened = Vec::new();
        let read = open_part(&identities, &sealed[..length]).unwrap().read_to_end(&mut opened);
        assert!(read.is_err() && opened.len() <= 65_536, "{length}");
    }
    assert!(matches!(open_part(&identities, &sealed[..40]), Err(SealingError::Damaged)));
}

#[test]
fn part_opens_for_its_recipient_alone() {
    let sealed = sealed(&Identities::generate(), b"secret", 10);
    let opened = open_part(&Identities::generate(), sealed.as_slice());
    assert!(matches!(opened, Err(SealingError::NoMatchingIdentity)));
    assert!(matches!(PartSealer::new("age1", Vec::new()), Err(SealingError::Recipient)));
}
