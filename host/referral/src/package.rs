//! The making of a package: bag, tar, age and objects as one stream.
//!
//! `build(storage, "age1…", contents)` → [`BuiltPackage`], whose objects are durable; on an error none of them is left

use std::io;
use std::sync::Arc;

use kakekomi_evidence::PartStorage;
use kakekomi_sealing::PartSealer;
use kakekomi_store::PackagePart;

use crate::bag::Bag;
use crate::contents::{Contents, EvidenceEntry};
use crate::objects::{OBJECT_BYTES, ObjectWriter};

/// A package whose objects are durable, and whose row is not stored yet.
#[derive(Debug)]
pub struct BuiltPackage {
    /// Its objects, in their order.
    pub parts: Vec<PackagePart>,
    /// Its sealed bytes.
    pub length: u64,
    /// SHA-256 of its sealed bytes.
    pub sealed_sha256: [u8; 32],
    /// SHA-256 of its manifest.
    pub manifest_sha256: [u8; 32],
}

/// Makes a package. It blocks.
///
/// # Errors
/// A file cannot be read or is damaged, the recipient is not one of age, or the storage fails.
pub fn build(storage: &Arc<dyn PartStorage>, recipient: &str, contents: Contents) -> io::Result<BuiltPackage> {
    build_in(storage, recipient, contents, OBJECT_BYTES)
}

/// Makes a package of objects of a length.
pub(crate) fn build_in(
    storage: &Arc<dyn PartStorage>,
    recipient: &str,
    contents: Contents,
    object_bytes: u64,
) -> io::Result<BuiltPackage> {
    let Contents { folder, seconds, info, documents, files } = contents;
    let objects = ObjectWriter::new(Arc::clone(storage), object_bytes);
    let sealer = PartSealer::new(recipient, objects).map_err(io::Error::other)?;
    let mut bag = Bag::begin(sealer, &folder, seconds)?;
    for document in &documents {
        let path = format!("data/{}", document.name);
        bag.payload(&path, document.bytes.len() as u64, None, document.bytes.as_slice())?;
    }
    for EvidenceEntry { path, line, parts, identity } in files {
        let bytes = kakekomi_evidence::read(Arc::clone(storage), &line, parts, identity);
        bag.payload(&path, line.length, line.sha256.as_deref(), bytes)?;
    }
    let finished = bag.finish(&info)?;
    let objects = finished.out.finish()?.finish()?;
    Ok(BuiltPackage {
        parts: objects.parts,
        length: objects.length,
        sealed_sha256: objects.sha256,
        manifest_sha256: finished.manifest_sha256,
    })
}

#[cfg(test)]
mod tests;
