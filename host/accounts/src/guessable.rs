//! Passwords that are tried first: common ones, repetitions, rows of the keyboard, names of the account and of the desk.
//!
//! `is_guessable("qwertyuiop12")` → `true`; `contains_name("sato likes plums", &["sato"])` → `true`
//!
//! The rule is that of NIST SP 800-63B 5.1.1.2 and OWASP ASVS 5.0 V6.2.4 in small: patterns and a short list stand for the
//! thousands of common passwords, of which few have twelve characters.

/// Rows that people type along, in both directions.
const ROWS: [&str; 9] = [
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "azertyuiopqsdfghjklmwxcvbn",
];
/// The fewest neighbours in a row that count as typed along.
const RUN: usize = 4;
/// The fewest characters of a name that a password must not contain; a shorter one is part of many words.
const NAME_INSIDE: usize = 4;
/// The most characters of a part that a password repeats; a longer one would be a password itself.
const REPEATED: usize = 11;
/// The fewest different characters of a password.
const DIFFERENT: usize = 5;
/// Letters that must remain of a password without the words that everybody tries.
const OWN_LETTERS: usize = 6;
/// Words that people add digits and signs to.
const COMMON_WORDS: [&str; 48] = [
    "password",
    "passw0rd",
    "p@ssword",
    "p@ssw0rd",
    "passwort",
    "administrator",
    "admin",
    "operator",
    "kakekomi",
    "welcome",
    "letmein",
    "iloveyou",
    "sunshine",
    "princess",
    "football",
    "baseball",
    "superman",
    "dragon",
    "monkey",
    "master",
    "secret",
    "login",
    "changeme",
    "default",
    "guest",
    "test",
    "root",
    "user",
    "system",
    "security",
    "server",
    "computer",
    "internet",
    "network",
    "office",
    "company",
    "summer",
    "winter",
    "spring",
    "autumn",
    "january",
    "december",
    "pokemon",
    "starwars",
    "liverpool",
    "sakura",
    "japan",
    "tokyo",
];
/// Common passwords of twelve and more letters that no pattern finds; without spaces and signs.
const COMMON_PASSWORDS: [&str; 30] = [
    "correcthorsebatterystaple",
    "thisismypassword",
    "mypasswordisthis",
    "iforgotmypassword",
    "idontknowmypassword",
    "nopasswordforyou",
    "openthedoorplease",
    "opensesameplease",
    "letmeinplease",
    "letmeinnowplease",
    "trustnooneatall",
    "iloveyouforever",
    "iloveyousomuch",
    "ihatethiswork",
    "whatthehellisthis",
    "unbelievable",
    "congratulations",
    "thequickbrownfox",
    "thequickbrownfoxjumpsoverthelazydog",
    "tobeornottobe",
    "maytheforcebewithyou",
    "supercalifragilisticexpialidocious",
    "manchesterunited",
    "chelseafootballclub",
    "barcelonafootball",
    "backstreetboys",
    "christinaaguilera",
    "irohanihoheto",
    "arigatougozaimasu",
    "yoroshikuonegaishimasu",
];

/// Reports whether a password, in small letters, is among those that are tried first.
pub fn is_guessable(folded: &str) -> bool {
    let mut characters: Vec<char> = folded.chars().collect();
    characters.sort_unstable();
    characters.dedup();
    let has_letter = folded.chars().any(char::is_alphabetic);
    let letters: String = folded.chars().filter(|character| character.is_alphabetic()).collect();
    characters.len() < DIFFERENT
        || !has_letter
        || is_repetition(folded)
        || COMMON_PASSWORDS.contains(&letters.as_str())
        || is_mostly_common(folded)
}

/// Reports whether a password contains a name, or is little but a short one. Names are compared in small letters.
pub fn contains_name(folded: &str, names: &[&str]) -> bool {
    names.iter().map(|name| name.trim().to_lowercase()).filter(|name| !name.is_empty()).any(|name| {
        let is_inside = name.chars().count() >= NAME_INSIDE && folded.contains(&name);
        is_inside || (folded.contains(&name) && own_letters(&folded.replace(&name, " ")) < OWN_LETTERS)
    })
}

/// Reports whether a password is a part of at most [`REPEATED`] characters, several times.
fn is_repetition(folded: &str) -> bool {
    let characters: Vec<char> = folded.chars().collect();
    let repeats = |part: usize| {
        let (beginning, rest) = (characters.iter(), characters.iter().skip(part));
        rest.zip(beginning).all(|(later, before)| later == before)
    };
    (1..=REPEATED.min(characters.len() / 2)).any(repeats)
}

/// Reports whether few letters remain of a password without common words and rows of the keyboard.
fn is_mostly_common(folded: &str) -> bool {
    let without_words = COMMON_WORDS.iter().fold(folded.to_owned(), |rest, word| rest.replace(word, " "));
    let rest = without_rows(&without_words);
    rest.len() < folded.len() && own_letters(&rest) < OWN_LETTERS
}

fn own_letters(rest: &str) -> usize {
    rest.chars().filter(|character| character.is_alphabetic()).count()
}

/// Leaves out what is typed along a row.
fn without_rows(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let (mut rest, mut place) = (String::new(), 0);
    while let Some(character) = characters.get(place) {
        let run = ROWS.iter().map(|row| run_length(&characters, place, row)).max().unwrap_or(0);
        if run < RUN {
            rest.push(*character);
        }
        place += if run < RUN { 1 } else { run };
    }
    rest
}

/// Counts the characters from a place that are neighbours in a row, in one direction.
fn run_length(characters: &[char], place: usize, row: &str) -> usize {
    let forward: Vec<char> = row.chars().collect();
    let backward: Vec<char> = row.chars().rev().collect();
    [forward, backward]
        .iter()
        .flat_map(|row| (0..row.len()).map(move |start| row.iter().skip(start)))
        .map(|row| row.zip(characters.iter().skip(place)).take_while(|(one, other)| one == other).count())
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_are_tried_first_are_guessable() {
        for password in [
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "plumcode24plumcode24",
            "plumtreeplumtree",
            "123456789012",
            "03-3211-9999-1",
            "qwertyuiopas",
            "qwertyuiop123",
            "poiuytrewq987",
            "1q2w3e4r5t6y7u",
            "1qaz2wsx3edc",
            "zaq1 xsw2 qwerty",
            "abcdefghijkl",
            "asdfghjkl;zxcvbnm",
            "password12345!",
            "passwordadmin1",
            "administrator-2026",
            "welcome2tokyo2026",
            "summer2026summer!",
            "correct horse battery staple",
            "thisismypassword1",
            "i love you so much!!",
        ] {
            assert!(is_guessable(password), "{password}");
        }
        for password in [
            "twelve chars",
            "correct horse battery",
            "password of my harbour",
            "十二文字のパスワードです",
            "plum tree, plum wine",
            "kx7#vd2!mq9z",
            "remote oyster lanterns",
            "my qwerty keyboard is broken",
        ] {
            assert!(!is_guessable(password), "{password}");
        }
    }

    #[test]
    fn a_name_must_not_be_inside_and_a_short_one_not_be_most_of_a_password() {
        for (password, names) in [
            ("satosato-sato", &["sato"][..]),
            ("sato eats twelve plums", &["sato"]),
            ("ai-2026-12-24", &["ai"]),
            ("minato help desk 24", &["sato", " Minato Help Desk "]),
            ("みなと窓口のパスワード", &["みなと窓口"]),
        ] {
            assert!(contains_name(password, names), "{password}");
        }
        for (password, names) in [
            ("rainy mountain trains", &["ai"][..]),
            ("correct horse battery", &["sato", "", " "]),
            ("twelve plums", &["satoshi"]),
        ] {
            assert!(!contains_name(password, names), "{password}");
        }
    }

    #[test]
    fn each_listed_password_is_needed() {
        for password in COMMON_PASSWORDS {
            assert!(password.chars().count() > REPEATED && password.chars().all(char::is_alphabetic), "{password}");
            assert!(!is_mostly_common(password) && !is_repetition(password), "{password} is found by a pattern");
        }
    }
}
