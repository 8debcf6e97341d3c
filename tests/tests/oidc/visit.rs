//! A desk with single sign-on, and a browser that speaks HTTP.
//!
//! `desk.begin("/audit")` → an [`Attempt`] with state, nonce and cookie; `desk.finish(&query, &cookie)` → the page of the callback

use std::fs;
use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use kakekomi_tests::server::{Home, Server, free_address};
use kakekomi_tests::wire::{Answer, Request};
use serde_json::{Value, json};

use crate::provider::TestProvider;

pub const CLIENT: &str = "kakekomi";

/// A desk that knows a provider.
pub struct Desk {
    pub server: Server,
    pub address: SocketAddr,
}

/// An attempt to sign in, as the provider and the browser see it.
pub struct Attempt {
    pub address: String,
    pub state: String,
    pub nonce: String,
    pub cookie: String,
}

pub fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

impl Desk {
    /// Starts a desk; `more` are further keys of `[oidc]`, `arguments` further ones of `serve`.
    pub fn start(home: Home, provider: &TestProvider, more: &str, arguments: &[&str]) -> Desk {
        let address = free_address();
        let file = home.path().join("kakekomi.toml");
        let text = format!(
            "[oidc]\nissuer = \"{}\"\nclient_id = \"{CLIENT}\"\nrole_claim = \"groups\"\n{more}\n\
             [oidc.roles]\noperator = [\"desk\"]\nauditor = [\"audit\"]\n",
            provider.issuer()
        );
        fs::write(&file, text).unwrap();
        let listen = address.to_string();
        let flags = ["--config", file.to_str().unwrap(), "--desk-listen", &listen];
        let server = Server::start_with(home, &[&flags, arguments].concat());
        Desk { server, address }
    }

    pub fn get(&self, path: &str, cookie: &str) -> Answer {
        Request::get(path).header("cookie", cookie).send(self.address)
    }

    pub fn post(&self, path: &str, cookie: &str, body: &str) -> Answer {
        let request = Request::post(path).header("cookie", cookie).header("sec-fetch-site", "same-origin");
        request.header("content-type", "application/x-www-form-urlencoded").body(body.as_bytes()).send(self.address)
    }

    /// Presses the button of the sign-in page.
    pub fn begin(&self, next: &str) -> Attempt {
        let page = self.post("/oidc/start", "", &format!("next={next}"));
        assert_eq!(page.status, 200, "{}", page.text());
        let address = goes_on_to(&page);
        let parameter = |name: &str| {
            let (_, rest) = address.split_once(&format!("{name}=")).unwrap();
            rest.split('&').next().unwrap().to_owned()
        };
        let cookie = page.header("set-cookie").unwrap();
        assert!(cookie.contains("HttpOnly; SameSite=Lax") && cookie.contains("Max-Age=600"), "{cookie}");
        let cookie = cookie.split(';').next().unwrap().to_owned();
        Attempt { state: parameter("state"), nonce: parameter("nonce"), cookie, address }
    }

    /// Comes back from the provider.
    pub fn finish(&self, query: &[(String, String)], cookie: &str) -> Answer {
        let query: Vec<_> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.get(&format!("/oidc/callback?{}", query.join("&")), cookie)
    }
}

/// The address to which a page goes on by itself, which is also a link.
pub fn goes_on_to(page: &Answer) -> String {
    let text = page.text();
    let (_, rest) = text.split_once("http-equiv=\"refresh\" content=\"0; url=").unwrap_or_else(|| panic!("{text}"));
    let address = rest.split('"').next().unwrap();
    assert!(text.contains(&format!("href=\"{address}\"")), "{text}");
    address.replace("&amp;", "&")
}

/// The session's cookie of a callback; `None` if nobody is signed in.
pub fn session_of(page: &Answer) -> Option<String> {
    let cookies = page.headers.iter().filter(|(name, _)| name == "set-cookie");
    let mut sessions = cookies.filter(|(_, value)| value.starts_with("kakekomi-desk="));
    sessions.next().map(|(_, value)| value.split(';').next().unwrap().to_owned())
}

/// The claims of a right ID token.
pub fn claims(provider: &TestProvider, nonce: &str, subject: &str, name: &str) -> Value {
    json!({"iss": provider.issuer(), "aud": CLIENT, "sub": subject, "nonce": nonce, "exp": seconds() + 300,
           "iat": seconds(), "sid": format!("session of {subject}"), "preferred_username": name,
           "name": "佐藤 花子", "groups": ["all", "desk"]})
}
