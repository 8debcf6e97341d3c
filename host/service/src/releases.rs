//! The released modules: the headings of CHANGELOG.md, which alone name their digests.
//!
//! `## 0.1.0 — ruleset 2026.11 — module sha256:61ee…` → version `0.1.0` and its digest. The heading "Unreleased" has none:
//! the digest changes with every sentence of the rules.

use kakekomi_sandbox::Digest;

const CHANGELOG: &str = include_str!("../../../CHANGELOG.md");

/// A release and its module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The version.
    pub version: &'static str,
    /// The version of its rules.
    pub ruleset: &'static str,
    /// The module.
    pub module: Digest,
}

/// Lists all releases, newest first.
pub fn releases() -> impl Iterator<Item = Release> {
    CHANGELOG.lines().filter_map(release)
}

/// Finds the release of a module.
pub fn release_of(module: &str) -> Option<Release> {
    releases().find(|release| release.module.as_str() == module)
}

fn release(line: &'static str) -> Option<Release> {
    let mut parts = line.strip_prefix("## ")?.split(" — ");
    let (version, ruleset, module) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Release {
        version,
        ruleset: ruleset.strip_prefix("ruleset ")?,
        module: module.strip_prefix("module ")?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_names_version_ruleset_and_module() {
        let digest = "a".repeat(64);
        let line: &'static str = format!("## 0.1.0 — ruleset 2026.11 — module sha256:{digest}").leak();
        let read = release(line).unwrap();
        assert_eq!((read.version, read.ruleset, read.module.as_str()), ("0.1.0", "2026.11", digest.as_str()));
        for other in ["## Unreleased — ruleset 2026.11.2", "# Changes", "## 0.1.0 — ruleset 1 — module sha256:1", ""]
        {
            assert_eq!(release(other), None, "{other}");
        }
    }
}
