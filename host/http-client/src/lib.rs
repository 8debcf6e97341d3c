//! Outgoing HTTP/1.1, plain or over TLS.
//!
//! `HttpClient::new(&ClientOptions::default())?.send(request).await` → a [`Response`], or a [`ClientError`]
//!
//! Connections are kept and used again. Redirects are returned and not followed: none of the services that the program calls needs
//! one, and a followed one could carry a secret to another host. No environment variable chooses a proxy.
//!
//! - [`HttpClient`], [`ClientOptions`]: the client
//! - [`Addresses`]: the addresses that it connects to
//! - [`RequestBody`], [`empty`], [`full`], [`file`], [`FileBody`]: bodies
//! - [`read_body`]: a response's body, up to a limit
//! - [`roots`]: the trusted authorities

#![forbid(unsafe_code)]

mod addresses;
mod client;
mod error;
mod file_body;
pub mod roots;
#[cfg(test)]
mod tests;

pub use addresses::{Addresses, PrivateAddress, is_public};
pub use client::{ClientOptions, HttpClient, RequestBody, Response, empty, file, full, read_body};
pub use error::{ClientError, RootsError};
pub use file_body::FileBody;
pub use hyper::http::Error as RequestError;
pub use hyper::http::request::Builder as RequestBuilder;
pub use hyper::{HeaderMap, Method, Request, StatusCode, Uri, body, header};
