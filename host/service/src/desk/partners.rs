//! Partners, on whose pages the form may be shown.
//!
//! ```toml
//! [[partner]]
//! key = "pk_live_shokokai"
//! name = { ja = "れい商工会議所", en = "Rei Chamber of Commerce" }
//! origins = ["https://www.rei-cci.example.jp"]
//! theme = { accent = "#0b4f8a", radius = "4px" }
//! former_keys = [{ key = "pk_live_cci", until = "2027-01-31" }]
//! ```
//!
//! A key is no secret, since it is in the partner's page: it names the partner of a case, and the origins are the
//! partner's pages. An origin is compared whole, as a browser writes it in `Origin`. Cases with a `pk_test_` key are marked
//! as tests, and pages of the partner's own machine (`http://localhost:3000`) may be among its origins.

mod former_key;
mod origin;
mod theme;

use std::collections::BTreeSet;

use serde::Deserialize;

use super::localized::Localized;
use super::source::{DeskError, Source};
use former_key::FormerKey;
pub use origin::{Origin, OriginError};
pub use theme::{TOKENS, Theme};

/// The most characters of a key, including `pk_`.
pub const KEY_MAX: usize = 64;
/// The beginning of every key, and of a test key.
const KEY: &str = "pk_";
const TEST_KEY: &str = "pk_test_";
const FORMER_KEYS: &str = "former_keys";
/// Hosts of the reader's own machine, which need no TLS.
const LOCAL_HOSTS: [&str; 2] = ["localhost", "127.0.0.1"];

/// One partner of `desk.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partner {
    /// The key in the partner's page.
    pub key: String,
    /// Its name.
    pub name: Localized<String>,
    /// The partner's pages.
    pub origins: Vec<Origin>,
    /// Colours and radius of the form on those pages.
    #[serde(default)]
    pub theme: Theme,
    /// Keys that this one replaced.
    #[serde(default)]
    pub former_keys: Vec<FormerKey>,
}

impl Partner {
    /// Reports whether its cases are tests.
    pub fn is_test(&self) -> bool {
        is_test_key(&self.key)
    }

    /// Reports whether a page of this origin is the partner's.
    pub fn is_at(&self, origin: &str) -> bool {
        self.origins.iter().any(|own| own.as_str() == origin)
    }
}

/// Finds a partner by its key, or by a former one that is accepted on a day of the desk's clock, `YYYY-MM-DD`.
pub fn find<'a>(partners: &'a [Partner], key: &str, today: impl FnOnce() -> String) -> Option<&'a Partner> {
    if let Some(partner) = partners.iter().find(|partner| partner.key == key) {
        return Some(partner);
    }
    let former = |partner: &'a Partner| Some((partner, partner.former_keys.iter().find(|former| former.key == key)?));
    let (partner, former) = partners.iter().find_map(former)?;
    former.is_accepted(&today(), &partner.key).then_some(partner)
}

/// Lists every key that a partner has or had, by any of them; an unknown key is alone.
pub fn all_keys(partners: &[Partner], key: &str) -> Vec<String> {
    let keys = |partner: &Partner| {
        let former = partner.former_keys.iter().map(|former| former.key.clone());
        [partner.key.clone()].into_iter().chain(former).collect::<Vec<_>>()
    };
    let known = partners.iter().map(keys).find(|keys| keys.iter().any(|known| known == key));
    known.unwrap_or_else(|| vec![key.to_owned()])
}

/// Checks the partners of `desk.toml`.
pub(super) fn check(source: &Source, file: &str, partners: &[Partner]) -> Result<(), DeskError> {
    let mut known = BTreeSet::new();
    for partner in partners {
        let wrong = |key: &str, why: String| Err(source.value(file, &format!("partner.{key}"), why));
        let key = &partner.key;
        for (name, key) in keys(partner) {
            if !is_key(key) {
                let rule = format!("{key:?}: write pk_ and then letters, digits and _, {KEY_MAX} in all at most");
                return wrong(name, rule);
            }
            if !known.insert(key) {
                return wrong(name, format!("{key} stands twice"));
            }
        }
        if let Err(why) = partner.former_keys.iter().try_for_each(FormerKey::check) {
            return wrong(FORMER_KEYS, why);
        }
        if partner.former_keys.iter().any(|former| is_test_key(&former.key) != partner.is_test()) {
            return wrong(
                FORMER_KEYS,
                format!("{key}: a {TEST_KEY}… key replaces none but such keys, and no other does"),
            );
        }
        if partner.origins.is_empty() {
            return wrong("origins", format!("{key}: write at least one, such as \"https://www.example.jp\""));
        }
        if let Some(open) = partner.origins.iter().find(|origin| !may_be_at(partner, origin)) {
            return wrong("origins", format!("{open}: plain http is for {TEST_KEY}… keys on localhost alone"));
        }
        if let Err(why) = partner.theme.check() {
            return wrong("theme", format!("{key}: {why}"));
        }
    }
    Ok(())
}

/// Lists the keys of a partner with the names of the values that they are in.
fn keys(partner: &Partner) -> impl Iterator<Item = (&'static str, &String)> {
    let former = partner.former_keys.iter().map(|former| (FORMER_KEYS, &former.key));
    [("key", &partner.key)].into_iter().chain(former)
}

fn is_test_key(key: &str) -> bool {
    key.starts_with(TEST_KEY)
}

fn is_key(key: &str) -> bool {
    key.len() <= KEY_MAX
        && key.strip_prefix(KEY).is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        })
}

fn may_be_at(partner: &Partner, origin: &Origin) -> bool {
    origin.is_https() || (partner.is_test() && LOCAL_HOSTS.contains(&origin.host()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partners(text: &str) -> Result<Vec<Partner>, String> {
        #[derive(Deserialize)]
        struct File {
            partner: Vec<Partner>,
        }
        let File { partner } = toml::from_str(text).map_err(|error| error.to_string())?;
        check(&Source::Embedded, "desk.toml", &partner).map_err(|error| error.to_string())?;
        Ok(partner)
    }

    fn one(key: &str, origins: &str) -> String {
        format!("[[partner]]\nkey = {key:?}\nname = {{ ja = \"れい\", en = \"Rei\" }}\norigins = [{origins}]\n")
    }

    #[test]
    fn a_partner_is_found_by_its_whole_key_and_origin() {
        let known = partners(&one("pk_live_a", "\"https://a.example\", \"https://a.example:8443\"")).unwrap();
        let find = |key| find(&known, key, || unreachable!("no former key"));
        let partner = find("pk_live_a").unwrap();
        assert!(partner.is_at("https://a.example") && partner.is_at("https://a.example:8443") && !partner.is_test());
        for other in
            ["https://a.example:443", "https://a.example/", "https://A.example", "http://a.example", "null", ""]
        {
            assert!(!partner.is_at(other), "{other}");
        }
        assert!(find("pk_live_").is_none() && find("pk_live_A").is_none());
    }

    #[test]
    fn a_former_key_is_accepted_through_its_last_day() {
        let text = one("pk_new", "\"https://a.example\"")
            + "former_keys = [{ key = \"pk_old\", until = \"2027-01-31\" }, { key = \"pk_oldest\", until = \"2026-12-31\" }]";
        let known = partners(&(text + "\n" + &one("pk_b", "\"https://b.example\""))).unwrap();
        let found = |key, day: &str| find(&known, key, || day.to_owned()).map(|partner| partner.key.as_str());
        assert_eq!(found("pk_old", "2027-01-31"), Some("pk_new"));
        assert_eq!(found("pk_old", "2027-02-01"), None);
        assert_eq!((found("pk_oldest", "2026-12-31"), found("pk_oldest", "2027-01-01")), (Some("pk_new"), None));
        assert_eq!(found("pk_new", "2099-01-01"), Some("pk_new"));
        for key in ["pk_new", "pk_old", "pk_oldest"] {
            assert_eq!(all_keys(&known, key), ["pk_new", "pk_old", "pk_oldest"], "{key}");
        }
        assert_eq!(
            (all_keys(&known, "pk_b"), all_keys(&known, "pk_c")),
            (vec!["pk_b".to_owned()], vec!["pk_c".to_owned()])
        );
    }

    #[test]
    fn plain_http_is_for_tests_on_localhost() {
        assert!(partners(&one("pk_test_a", "\"http://localhost:3000\", \"http://127.0.0.1\"")).is_ok());
        assert!(partners(&one("pk_live_a", "\"http://localhost:3000\"")).is_err());
        assert!(partners(&one("pk_test_a", "\"http://a.example\"")).is_err());
    }

    #[test]
    fn an_error_names_its_key() {
        let good = "\"https://a.example\"";
        let former = |key, until| format!("former_keys = [{{ key = {key:?}, until = {until:?} }}]\n");
        for (text, word) in [
            (one("pk_", good), "partner.key"),
            (one("sk_live", good), "partner.key"),
            (one("pk_live;x", good), "partner.key"),
            (one(&format!("pk_{}", "a".repeat(KEY_MAX - 2)), good), "partner.key"),
            (one("pk_a", good) + &one("pk_a", good), "twice"),
            (one("pk_a", ""), "partner.origins"),
            (one("pk_a", good) + "theme = { accent = \"red\" }", "partner.theme"),
            (one("pk_a", good) + "colour = 1", "colour"),
            (one("pk_a", good) + &former("sk_b", "2027-01-31"), "partner.former_keys"),
            (one("pk_a", good) + &former("pk_a", "2027-01-31"), "partner.former_keys: pk_a stands twice"),
            (one("pk_a", good) + &former("pk_b", "2027-01-31") + &one("pk_b", good), "partner.key: pk_b stands twice"),
            (one("pk_a", good) + &former("pk_b", "2027-02-29"), "until: \"2027-02-29\" is no day"),
            (one("pk_a", good) + &former("pk_b", "2027-1-31"), "partner.former_keys"),
            (one("pk_a", good) + &former("pk_test_b", "2027-01-31"), "partner.former_keys"),
        ] {
            let error = partners(&text).unwrap_err();
            assert!(error.contains(word), "{text}: {error}");
        }
        assert!(partners(&one(&format!("pk_{}", "a".repeat(KEY_MAX - 3)), good)).is_ok());
    }
}
