//! Answers of a provider to the desk, right unless a test changes them.
//!
//! `Exchange::of(&provider, &signer, &attempt, "1", "sato").finish(&desk, &provider)` → the page of the callback

use kakekomi_tests::wire::{Answer, Request};
use serde_json::{Value, json};

use crate::provider::TestProvider;
use crate::signer::Signer;
use crate::visit::{Attempt, CLIENT, Desk, claims, seconds};

/// The answer of a provider, which a row of the table changes.
pub struct Exchange {
    pub claims: Value,
    /// The token instead of the signed claims.
    pub token: Option<String>,
    pub signer: Signer,
    /// The answer of the token endpoint instead of a token.
    pub answer: Option<Value>,
    pub user_info: Value,
    pub query: Vec<(String, String)>,
    pub cookie: String,
}

impl Exchange {
    pub fn of(provider: &TestProvider, signer: &Signer, attempt: &Attempt, subject: &str, name: &str) -> Exchange {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Exchange {
            claims: claims(provider, &attempt.nonce, subject, name),
            token: None,
            signer: signer.clone(),
            answer: None,
            user_info: json!({}),
            query: vec![
                pair("code", "code-of-the-test"),
                pair("state", &attempt.state),
                pair("iss", &provider.issuer()),
            ],
            cookie: attempt.cookie.clone(),
        }
    }

    pub fn set_query(&mut self, name: &str, value: &str) {
        self.query.retain(|(found, _)| found != name);
        self.query.push((name.to_owned(), value.to_owned()));
    }

    pub fn without_query(&mut self, name: &str) {
        self.query.retain(|(found, _)| found != name);
    }

    /// Comes back to the desk with the answer.
    pub fn finish(&self, desk: &Desk, provider: &TestProvider) -> Answer {
        let token = self.token.clone().unwrap_or_else(|| self.signer.sign(&self.claims));
        let mut answers = provider.answers();
        let answer = json!({"access_token": "access-of-the-test", "token_type": "Bearer", "id_token": token});
        answers.token = self.answer.clone().unwrap_or(answer);
        answers.user_info = self.user_info.clone();
        drop(answers);
        desk.finish(&self.query, &self.cookie)
    }
}

/// The claims of a logout token that is issued now, with those that name what ends.
pub fn logout_claims(provider: &TestProvider, more: &Value) -> Value {
    let event = json!({"http://schemas.openid.net/event/backchannel-logout": {}});
    let mut claims = json!({"iss": provider.issuer(), "aud": CLIENT, "iat": seconds(), "exp": seconds() + 60, "jti": "1",
                            "events": event});
    claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    claims
}

/// Sends a logout token to the desk; returns the status.
pub fn send_logout(desk: &Desk, claims: &Value, by: &Signer) -> u16 {
    let body = format!("logout_token={}", by.sign_typed(claims, "logout+jwt"));
    let request = Request::post("/oidc/logout").body(body.as_bytes());
    request.header("content-type", "application/x-www-form-urlencoded").send(desk.address).status
}
