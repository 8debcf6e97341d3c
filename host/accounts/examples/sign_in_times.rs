//! Times of refused sign-ins: medians and lower deciles of what can be wrong, in turn, over a database in a temporary folder.
//!
//! `cargo run --release -p kakekomi-accounts --example sign_in_times -- 200` → a line for each kind of refusal

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement that cannot go on stops"
)]

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kakekomi_accounts::{Accounts, Role, SignIn};
use kakekomi_sealing::{HashKey, Identities, Recipients};
use kakekomi_store::{clock, open, url_in};

const PASSWORD: &str = "correct horse battery";
/// Name, password, second factor.
const KINDS: [(&str, &str, &str, &str); 6] = [
    ("wrong name", "nobody", PASSWORD, "000000"),
    ("wrong password", "sato", "wrong horse battery", "000000"),
    ("wrong code", "sato", PASSWORD, "000000"),
    ("wrong recovery code", "sato", PASSWORD, "00000-00000"),
    ("disabled account", "disabled", PASSWORD, "000000"),
    ("no set-up", "new", PASSWORD, "000000"),
];

#[tokio::main]
async fn main() {
    let rounds: u32 = std::env::args().nth(1).map_or(100, |rounds| rounds.parse().unwrap());
    let folder = std::env::temp_dir().join(format!("kakekomi-sign-in-times-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    let accounts = accounts(&folder).await;
    let mut times = KINDS.map(|_| Vec::new());
    for round in 0..rounds {
        // An address for each round, so that none is locked.
        let address = IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + round));
        let first = usize::try_from(round).unwrap() % KINDS.len();
        for index in (0..KINDS.len()).map(|index| (first + index) % KINDS.len()) {
            let (_, name, password, second) = KINDS[index];
            let begun = Instant::now();
            assert_eq!(accounts.sign_in(name, password, second, address).await.unwrap(), SignIn::Refused);
            times[index].push(begun.elapsed());
        }
    }
    for ((kind, ..), times) in KINDS.iter().zip(&mut times) {
        times.sort();
        let at = |tenths: usize| times.get(times.len() * tenths / 10).map_or(0.0, Duration::as_secs_f64) * 1000.0;
        println!("{kind:20} median {:.2} ms  lower decile {:.2} ms", at(5), at(1));
    }
    std::fs::remove_dir_all(folder).unwrap();
}

/// Makes the accounts `sato` and `disabled`, which are set up, and `new`, which is not.
async fn accounts(folder: &Path) -> Accounts {
    let store = open(&url_in(folder)).await.unwrap();
    let pairs = [Identities::generate(), Identities::generate()].map(|pair| pair.recipients().concat());
    let recipients = Recipients::parse(&pairs.join("\n"), Path::new("recipients")).unwrap();
    let accounts = Accounts::new(Arc::clone(&store), recipients, HashKey::generate().unwrap(), clock::now);
    for name in ["sato", "disabled", "new"] {
        let token = accounts.add("cli:times", name, name, Role::Operator).await.unwrap().token;
        if name != "new" {
            let uri = accounts.set_up(&token).await.unwrap().unwrap().totp_uri;
            let now = u64::try_from(clock::now() / 1000).unwrap();
            let code = totp_rs::Totp::from_url(uri).unwrap().generate(now).to_string();
            accounts.finish_set_up(&token, PASSWORD, &code).await.unwrap();
        }
    }
    accounts.disable("cli:times", "disabled").await.unwrap();
    accounts
}
