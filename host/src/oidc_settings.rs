//! Settings of the identity provider, in the settings file alone.
//!
//! ```toml
//! [oidc]
//! issuer = "https://login.example.jp"
//! client_id = "kakekomi"
//! client_secret = "/etc/kakekomi/oidc.secret"
//! role_claim = "groups"
//! [oidc.roles]
//! operator = ["desk"]
//! ```

use std::fs;
use std::io;
use std::path::PathBuf;

use kakekomi_accounts::{Role, RoleRules, SingleSignOn};
use kakekomi_http_client::{ClientOptions, HttpClient};
use kakekomi_oidc::{Provider, ProviderOptions};
use serde::Deserialize;

use crate::error::CliError;

/// The registration at the provider, and the rules for roles.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcSettings {
    /// The issuer, exactly as the provider's description has it.
    pub issuer: String,
    /// The ID of the desk at the provider.
    pub client_id: String,
    /// The file with the secret of the desk; without it the desk is a public client.
    pub client_secret: Option<PathBuf>,
    /// The scopes beside `openid`.
    #[serde(default = "default_scopes")]
    pub scopes: Vec<String>,
    /// The claim with the roles: a name, or a JSON Pointer such as `/realm_access/roles`.
    pub role_claim: String,
    /// The values of the claim for each role.
    pub roles: RoleValues,
    /// False if nobody may sign in with a password.
    pub local_accounts: Option<bool>,
    /// A file of private authorities, PEM, that are trusted beside those of the system.
    pub authority: Option<PathBuf>,
}

/// The values of the claim for each role; a role without values is given to nobody.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RoleValues {
    /// Values of operators.
    pub operator: Vec<String>,
    /// Values of leads.
    pub lead: Vec<String>,
    /// Values of auditors.
    pub auditor: Vec<String>,
    /// Values of administrators.
    pub admin: Vec<String>,
}

fn default_scopes() -> Vec<String> {
    vec!["profile".to_owned()]
}

impl OidcSettings {
    /// Makes the provider for a desk at an address, without asking it anything.
    ///
    /// # Errors
    /// [`CliError`]: the issuer or the roles cannot be used, or a file cannot be read.
    pub fn single_sign_on(&self, desk_url: &str) -> Result<SingleSignOn, CliError> {
        self.check_texts()?;
        let RoleValues { operator, lead, auditor, admin } = self.roles.clone();
        let values =
            vec![(Role::Operator, operator), (Role::Lead, lead), (Role::Auditor, auditor), (Role::Admin, admin)];
        if values.iter().all(|(_, values)| values.is_empty()) {
            return Err(CliError::Usage("[oidc.roles]: no role has a value, so nobody could sign in".to_owned()));
        }
        let authorities = self.authority.clone();
        let client = HttpClient::new(&ClientOptions { authorities, ..ClientOptions::default() })?;
        let desk_url = desk_url.trim_end_matches('/');
        let options = ProviderOptions {
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            client_secret: self.secret()?,
            scopes: self.scopes.clone(),
            redirect_uri: format!("{desk_url}/oidc/callback"),
            after_logout: format!("{desk_url}/login?signed_out=1"),
        };
        let provider = Provider::new(options, client);
        let provider = provider.map_err(|error| CliError::Usage(format!("[oidc] issuer: {error}")))?;
        Ok(SingleSignOn { provider, roles: RoleRules { claim: self.role_claim.clone(), values } })
    }

    /// Refuses empty texts: a claim or a value that is empty is a mistake, and could match the empty claim of any person.
    fn check_texts(&self) -> Result<(), CliError> {
        let RoleValues { operator, lead, auditor, admin } = &self.roles;
        let texts = [("[oidc] client_id", &self.client_id), ("[oidc] role_claim", &self.role_claim)];
        let scopes = self.scopes.iter().map(|scope| ("[oidc] scopes", scope));
        let values = [operator, lead, auditor, admin].into_iter().flatten().map(|value| ("[oidc.roles]", value));
        match texts.into_iter().chain(scopes).chain(values).find(|(_, text)| text.trim().is_empty()) {
            Some((key, _)) => Err(CliError::Usage(format!("{key}: a text is empty"))),
            None => Ok(()),
        }
    }

    fn secret(&self) -> Result<Option<String>, CliError> {
        let Some(file) = &self.client_secret else { return Ok(None) };
        let secret = fs::read_to_string(file).map_err(CliError::io(file))?;
        let secret = secret.trim();
        if secret.is_empty() {
            return Err(CliError::io(file)(io::Error::other("it has no secret")));
        }
        Ok(Some(secret.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use clap::{Args as _, FromArgMatches as _};

    use super::*;
    use crate::config::Settings;

    const TABLE: &str = "[oidc]\nissuer = \"https://login.example\"\nclient_id = \"desk\"\nrole_claim = \"groups\"\n";

    fn settings(more: &str) -> Settings {
        toml::from_str(&format!("{TABLE}{more}")).unwrap()
    }

    #[test]
    fn a_provider_needs_a_role_and_a_safe_issuer() {
        let oidc = |more: &str| *settings(more).oidc.unwrap();
        assert!(oidc("[oidc.roles]\n").single_sign_on("https://desk.example").is_err());
        let roles = "[oidc.roles]\noperator = [\"desk\"]\n";
        let made = oidc(roles).single_sign_on("https://desk.example/").unwrap();
        assert_eq!(made.provider.redirect_uri(), "https://desk.example/oidc/callback");
        for values in ["lead = [\"\"]", "lead = [\"leads\", \" \"]", "admin = [\"\"]"] {
            let refused = oidc(&format!("{roles}{values}\n")).single_sign_on("https://desk.example").err().unwrap();
            assert!(refused.to_string().contains("[oidc.roles]: a text is empty"), "{values}: {refused}");
        }
        let unnamed = OidcSettings { role_claim: String::new(), ..oidc(roles) };
        assert!(unnamed.single_sign_on("https://desk.example").err().unwrap().to_string().contains("role_claim"));
        let plain = OidcSettings { issuer: "http://login.example".to_owned(), ..oidc(roles) };
        assert!(plain.single_sign_on("https://desk.example").is_err());
        let missing = OidcSettings { client_secret: Some("/nowhere/secret".into()), ..oidc(roles) };
        assert!(missing.single_sign_on("https://desk.example").is_err());
        assert!(toml::from_str::<Settings>(&format!("{TABLE}password = \"a\"\n{roles}")).is_err());
    }

    #[test]
    fn local_accounts_take_the_usual_words() {
        let read = |word: &str| {
            let command = Settings::augment_args(clap::Command::new("kakekomi"));
            let matches = command.try_get_matches_from(["kakekomi", &format!("--local-accounts{word}")]);
            matches.ok().map(|matches| Settings::from_arg_matches(&matches).unwrap().local_accounts)
        };
        for (word, expected) in
            [("=1", true), ("=true", true), ("=on", true), ("", true), ("=0", false), ("=false", false)]
        {
            assert_eq!(read(word), Some(Some(expected)), "{word}");
        }
        assert_eq!((read("=2"), read("=")), (None, None));
    }

    #[test]
    fn the_flag_overrides_the_file_and_passwords_stay_without_a_provider() {
        let off = settings("local_accounts = false\n[oidc.roles]\n");
        assert!(!off.allows_local_accounts());
        let emergency = Settings { local_accounts: Some(true), ..Settings::default() }.or(off);
        assert!(emergency.allows_local_accounts());
        assert!(settings("[oidc.roles]\n").allows_local_accounts());
        let alone = Settings { local_accounts: Some(false), ..Settings::default() };
        assert!(alone.allows_local_accounts(), "nobody could sign in");
    }
}
