//! The operators' desk: its queue at a million cases, open queues, and refusals of credentials.
//!
//! `Desk::start(home)` → a served desk; `desk.sign_in(2)` → two accounts with their cookies

pub mod live;
pub mod queue;
pub mod refusals;

use std::error::Error;
use std::net::SocketAddr;
use std::thread::sleep;
use std::time::{Duration, Instant};

use kakekomi_sealing::KeyFolder;
use kakekomi_store::digest::sha256;
use kakekomi_store::{self as store, AccountChange, NewLink, SecondFactor, SecretHash, Store, clock};
use kakekomi_tests::server::{Home, Server};
use sha2::{Digest as _, Sha256};

/// The password of all accounts, and its argon2 string, made once: the bench hashes no password.
const PASSWORD: &str = "the bench's own words";
const PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBw$ni9wK8XVd3Iymnmqc1E9o0MGl0ALQXicfQZgq/Y5XeM";
/// Time in which a desk must print its address.
const PATIENCE: Duration = Duration::from_mins(1);

/// A served desk.
struct Desk {
    server: Server,
    /// The address of the operators' pages.
    at: SocketAddr,
}

impl Desk {
    /// Starts a desk that takes the clients' addresses from the bench, with room for all its cases.
    fn start(home: Home) -> Result<Desk, Box<dyn Error>> {
        let more = ["--log", "warn", "--desk-listen", "127.0.0.1:0", "--trusted-proxies", "127.0.0.1"];
        let quotas = ["--address-quota", "0", "--daily-quota", "0"];
        let server = Server::start_with(home, &[&more[..], &quotas].concat());
        let started = Instant::now();
        loop {
            let log = server.log();
            let address = log.split("the operators' desk at http://").nth(1).and_then(|rest| rest.split_once('/'));
            if let Some((address, _)) = address {
                return Ok(Desk { at: address.parse()?, server });
            }
            if started.elapsed() > PATIENCE {
                return Err(format!("the desk prints no address: {log}").into());
            }
            sleep(Duration::from_millis(20));
        }
    }

    /// Adds accounts that are set up, `bench0` and on, each with a session; returns the header lines with their cookies.
    fn sign_in(&self, accounts: usize) -> Result<Vec<String>, Box<dyn Error>> {
        let key = KeyFolder::at(self.server.home.keys()).hash_key()?;
        tokio::runtime::Runtime::new()?.block_on(async {
            let store = store::open_to_write(&url_of(&self.server.home)).await?;
            let mut cookies = Vec::new();
            for index in 0..accounts {
                let name = format!("bench{index}");
                let wrapped = key.wrap("totp", &name, &[7; 20])?;
                cookies.push(format!("Cookie: kakekomi-desk={}\r\n", add_session(&*store, &name, wrapped).await?));
            }
            store.close().await?;
            Ok(cookies)
        })
    }
}

/// Adds an account and its session; returns the session's token.
async fn add_session(store: &dyn Store, name: &str, totp: Vec<u8>) -> Result<String, Box<dyn Error>> {
    let (at, token) = (clock::now(), sha256(name.as_bytes()));
    let link = NewLink { token: hash_of(name), expires_at: at + 60_000 };
    let (name, password) = (name.to_owned(), PASSWORD_HASH.to_owned());
    let changes = [
        AccountChange::Add { name: name.clone(), display_name: name.clone(), role: "lead".to_owned(), at, link },
        AccountChange::FinishSetUp {
            token: hash_of(&name),
            at,
            password: password.clone(),
            totp,
            totp_step: 0,
            recovery_codes: Vec::new(),
        },
        AccountChange::SignIn {
            name,
            password,
            second: SecondFactor::Step(1),
            token: hash_of(&token),
            at,
            idle_before: 0,
            began_before: 0,
        },
    ];
    for change in changes {
        if !store.change_account(change, None).await? {
            return Err("an account is there already".into());
        }
    }
    Ok(token)
}

fn hash_of(text: &str) -> SecretHash {
    Sha256::digest(text).into()
}

fn url_of(home: &Home) -> String {
    home.database_url().map_or_else(|| store::url_in(&home.path().join("data")), str::to_owned)
}

/// Makes a GET for a persistent connection.
fn get(target: &str, cookie: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: bench\r\n{cookie}\r\n").into_bytes()
}

/// Makes an attempt to sign in from an address.
fn attempt(name: &str, password: &str, address: &str) -> Vec<u8> {
    let body = format!("name={name}&password={}&code=000000", password.replace(' ', "+").replace('\'', "%27"));
    format!(
        "POST /login HTTP/1.1\r\nHost: bench\r\nSec-Fetch-Site: same-origin\r\nX-Forwarded-For: {address}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
