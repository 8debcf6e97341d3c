//! Contexts of a stream of drafts: valid, odd and unusable, with what a correct draft takes from its own.
//!
//! `contexts(seed, base)` → 256 contexts: the table's own with other times and languages, then such with
//! other documents and calendars, keys too many, keys missing. A draft that is to be accepted names
//! the documents of its context and a moment before its `now`.

use kakekomi_core::Context;
use kakekomi_core::json;

use super::rng::Rng;
use super::tree::{PLAIN, Tree};

/// Number of contexts of a stream.
pub const CONTEXTS: usize = 256;
/// Number of contexts that differ from the table's in time and language only.
pub const PLAIN_CONTEXTS: usize = 64;

/// Limits of days, years, opening hours and integers (2026-11-20T11:00+09:00 is the table's own).
const TIMES: [i64; 20] = [
    1_795_140_000_000,
    1_795_132_799_999, // a millisecond before nine
    1_795_132_800_000,
    1_795_161_599_999, // before five in the afternoon
    1_795_161_600_000,
    1_795_305_600_000, // a Sunday
    1_778_025_600_000, // 2026-05-06, a holiday that moved
    1_790_035_200_000, // 2026-09-22, a day between two holidays
    1_805_673_600_000, // 2027-03-22
    1_798_470_000_000, // 2026-12-29
    1_830_297_600_000, // 2028: past the dated holidays
    0,
    -1,
    951_782_400_000,
    4_102_444_800_000,
    253_402_300_799_000,
    9_007_199_254_740_991,
    -9_007_199_254_740_991,
    -62_135_596_800_000,
    1_767_225_600_000,
];

/// The questions of the table.
const QUESTIONS: &str = include_str!("../../cases/base/questions.json");

/// A context, and the values that a correct draft in it has.
#[derive(Debug, Clone)]
pub struct StreamContext {
    /// The context's text, as every engine gets it.
    pub text: Vec<u8>,
    /// True if a draft answers questions.
    pub has_questions: bool,
    now: i64,
    consent: Vec<Tree>,
    policy: Vec<Tree>,
}

impl StreamContext {
    fn of(text: String, base: &Context) -> StreamContext {
        let context = Context::read(text.as_bytes()).unwrap_or_else(|_| base.clone());
        let documents = |document: &kakekomi_core::context::Document| {
            let digests = [Some(document.sha256.ja.clone()), document.sha256.en.clone()];
            let of =
                |sha256| Tree::object([("version", Tree::text(&document.version)), ("sha256", Tree::Text(sha256))]);
            digests.into_iter().flatten().map(of).collect::<Vec<_>>()
        };
        StreamContext {
            now: context.now,
            consent: documents(&context.consent),
            policy: documents(&context.policy),
            has_questions: !context.questions.is_empty(),
            text: text.into_bytes(),
        }
    }

    /// An agreement to the documents in force, in a language that both are there in.
    pub fn agreement(&self, rng: &mut Rng) -> Tree {
        let both = self.consent.len().min(self.policy.len());
        let at = rng.below(both);
        Tree::object([
            ("document", self.consent[at].clone()),
            ("policy", self.policy[at].clone()),
            ("language", Tree::text(["ja", "en"][at])),
            ("agreed_at", Tree::Raw(self.before_now(rng).to_string())),
        ])
    }

    /// Picks the document in force in one of its languages.
    pub fn document(&self, name: &str, rng: &mut Rng) -> Tree {
        let documents = if name == "policy" { &self.policy } else { &self.consent };
        documents[if rng.percent(80) { 0 } else { rng.below(documents.len()) }].clone()
    }

    /// Picks a moment at which the button may have been pressed.
    pub fn before_now(&self, rng: &mut Rng) -> i64 {
        self.now.saturating_sub(rng.range(0, 86_400_000)).clamp(0, 9_007_199_254_740_991)
    }
}

/// Makes the contexts of a stream from the table's own.
pub fn contexts(seed: u64, base: &str) -> Vec<StreamContext> {
    let node = json::read(base.as_bytes(), usize::MAX).expect("the table's context");
    let (tree, base) = (Tree::of(&node), Context::read(base.as_bytes()).expect("the table's context"));
    (0..CONTEXTS)
        .map(|number| {
            let mut rng = Rng::new(!seed, number as u64);
            let mut context = tree.clone();
            // A draft is judged by people's clocks most of the time.
            let now = if rng.percent(60) { TIMES[rng.below(11)] } else { rng.choose(&TIMES) };
            *member(&mut context, &["now"]) = Tree::Raw(now.to_string());
            *member(&mut context, &["locale"]) = Tree::text(rng.choose(&["ja", "en"]));
            if number >= PLAIN_CONTEXTS {
                (0..=rng.below(3)).for_each(|_| change(&mut context, &mut rng));
            }
            StreamContext::of(context.written(PLAIN), &base)
        })
        .collect()
}

fn change(context: &mut Tree, rng: &mut Rng) {
    let said = |rng: &mut Rng, words: &[&str]| Tree::text(rng.choose(words));
    let raw = |rng: &mut Rng, words: &[&str]| Tree::raw(rng.choose(words));
    let broken = ["null", "1.0", "\"fr\"", "[]", "{}", "", "\"\\ud800\""];
    let top = rng.choose(&["now", "locale", "consent", "policy", "calendar"]);
    let (keys, value): (&[&str], Tree) = match rng.below(17) {
        0 => (&["consent", "version"], said(rng, &["2", "令和版", "", "1.0-β"])),
        1 => (&["policy", "sha256", "ja"], Tree::Text(rng.hex_digest())),
        2 => (&["consent", "sha256"], Tree::object([("ja", Tree::Text(rng.hex_digest()))])),
        3 => (&["calendar", "open"], said(rng, &["00:00", "17:00", "9:00", "24:00", "08:59"])),
        4 => (&["calendar", "close"], said(rng, &["24:00", "23:59", "09:00", "00:00", "25:00"])),
        5 => (&["calendar", "offset"], said(rng, &["Z", "+00:00", "-12:00", "+14:00", "+09"])),
        6 => (&["calendar", "last_year"], raw(rng, &["2026", "1970", "0", "-1", "9999", "9007199254740992"])),
        7 => (&["calendar", "weekday_excludes_holidays"], raw(rng, &["false", "true", "1"])),
        8 => (&["calendar", "extra_closed"], days(rng)),
        9 => (&["calendar", "extra_open"], days(rng)),
        10 => (&["calendar", "holidays"], days(rng)),
        11 => (&["calendar", "year_end", "from"], said(rng, &["01-01", "12-31", "02-29", "13-01"])),
        // A day before now, in the middle of the agreements' times; now; later; no whole number.
        12 => (&["consent", "in_force_since"], raw(rng, &["1795096800000", "1795140000000", "0", "9007199254740991"])),
        13 => (&["policy", "in_force_since"], raw(rng, &["1795096800000", "-1", "1e3", "null", "9007199254740992"])),
        // Keys of a newer host, which a module ignores.
        14 => (&["weather"], Tree::object([("sky", Tree::raw("null")), ("sky", Tree::raw("1.5e3"))])),
        15 => (&["questions"], raw(rng, &[QUESTIONS, QUESTIONS, "[]", "null", "[{\"id\":\"q1\"}]"])),
        // Contexts that no module can use.
        _ => (std::slice::from_ref(&top), raw(rng, &broken)),
    };
    *member(context, keys) = value;
}

fn days(rng: &mut Rng) -> Tree {
    let day = |rng: &mut Rng| {
        Tree::Text(format!("{}-{:02}-{:02}", rng.range(2025, 2028), rng.range(1, 12), rng.range(1, 28)))
    };
    let mut days: Vec<_> = (0..rng.below(60)).map(|_| day(rng)).collect();
    if rng.percent(10) {
        days.push(Tree::text(rng.choose(&["2026-02-30", "2026-1-1", "", "明日"])));
    }
    Tree::List(days)
}

/// Finds the member at some keys, and creates it if it is missing.
fn member<'t>(tree: &'t mut Tree, keys: &[&str]) -> &'t mut Tree {
    let Some((key, rest)) = keys.split_first() else { return tree };
    if !matches!(tree, Tree::Object(_)) {
        *tree = Tree::Object(Vec::new());
    }
    let Tree::Object(members) = tree else { unreachable!("made above") };
    let at = members.iter().position(|(name, _)| name == key).unwrap_or_else(|| {
        members.push(((*key).to_owned(), Tree::raw("null")));
        members.len() - 1
    });
    member(&mut members[at].1, rest)
}
