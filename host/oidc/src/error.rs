//! Errors of single sign-on. Each has a stable code for logs, and none quotes a token, a code or a claim.
//!
//! `OidcError::Token(TokenFault::Audience).code()` → `"oidc.audience"`

/// The fault of an ID token or a logout token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// It is not three parts of base64url with JSON objects in the first two.
    #[error("the token is no signed JSON Web Token")]
    Malformed,
    /// It is not signed with RS256, PS256, ES256 or EdDSA, or its header asks for an extension.
    #[error("the token's algorithm is not RS256, PS256, ES256 or EdDSA")]
    Algorithm,
    /// It is of another type, by its header.
    #[error("the token is of another type")]
    Type,
    /// The provider publishes no key for it.
    #[error("the provider has no key of the token's kid and algorithm")]
    UnknownKey,
    /// Its signature is wrong.
    #[error("the token's signature is wrong")]
    Signature,
    /// It is of another issuer.
    #[error("the token is of another issuer")]
    Issuer,
    /// It is not for this client alone.
    #[error("the token is not for this client alone")]
    Audience,
    /// It was issued to another client.
    #[error("the token was issued to another client")]
    AuthorizedParty,
    /// It has no end, or has ended; a logout token is too old.
    #[error("the token has expired")]
    Expired,
    /// It has no moment of issue, or one in the future.
    #[error("the token was issued in the future")]
    IssuedInFuture,
    /// Its nonce is not that of the attempt; a logout token has one.
    #[error("the token's nonce is not that of the attempt")]
    Nonce,
    /// It names no subject of at most 255 characters.
    #[error("the token names no subject")]
    Subject,
    /// It is no logout token.
    #[error("the token asks for no logout")]
    NoLogout,
}

impl TokenFault {
    /// Returns the stable code.
    pub fn code(self) -> &'static str {
        match self {
            TokenFault::Malformed => "oidc.malformed_token",
            TokenFault::Algorithm => "oidc.algorithm",
            TokenFault::Type => "oidc.token_type",
            TokenFault::UnknownKey => "oidc.unknown_key",
            TokenFault::Signature => "oidc.signature",
            TokenFault::Issuer => "oidc.issuer",
            TokenFault::Audience => "oidc.audience",
            TokenFault::AuthorizedParty => "oidc.authorized_party",
            TokenFault::Expired => "oidc.expired",
            TokenFault::IssuedInFuture => "oidc.issued_in_future",
            TokenFault::Nonce => "oidc.nonce",
            TokenFault::Subject => "oidc.subject",
            TokenFault::NoLogout => "oidc.no_logout",
        }
    }
}

/// The reason why the provider identifies nobody.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// An address is neither https nor plain HTTP to this machine.
    #[error("{0} needs an https address (http is for loopback alone)")]
    Address(&'static str),
    /// The provider does not answer, or answers with an error or too much.
    #[error("the provider's {request} failed: {reason}")]
    Unreachable {
        /// The request.
        request: &'static str,
        /// The cause, without the address's query.
        reason: String,
    },
    /// The provider's description cannot be used.
    #[error("the provider's description is wrong: {0}")]
    Metadata(&'static str),
    /// The answer of the provider names another issuer, or none although its description promises one.
    #[error("the answer is of another issuer")]
    AnswerIssuer,
    /// The token endpoint refuses the code; the word is one of RFC 6749.
    #[error("the provider refuses the code: {0}")]
    CodeRefused(String),
    /// The token endpoint's answer has no ID token.
    #[error("the provider's answer has no ID token")]
    NoIdToken,
    /// The user info is of another subject.
    #[error("the provider's user info is of another subject")]
    UserInfo,
    /// A token is wrong.
    #[error(transparent)]
    Token(#[from] TokenFault),
}

impl OidcError {
    /// Returns the stable code.
    pub fn code(&self) -> &'static str {
        match self {
            OidcError::Address(_) => "oidc.address",
            OidcError::Unreachable { .. } => "oidc.unreachable",
            OidcError::Metadata(_) => "oidc.metadata",
            OidcError::AnswerIssuer => "oidc.answer_issuer",
            OidcError::CodeRefused(_) => "oidc.code_refused",
            OidcError::NoIdToken => "oidc.no_id_token",
            OidcError::UserInfo => "oidc.user_info",
            OidcError::Token(fault) => fault.code(),
        }
    }
}
