//! The place of parts in an S3-compatible storage, as `--evidence-url` names it.
//!
//! `s3://evidence/desk?endpoint=https://s3.example.jp&region=jp-1` → bucket `evidence`, keys below `desk/`, at that address
//!
//! Without `endpoint` it is Amazon's address of the region.

use std::fmt;

use url::Url;

use crate::near::is_near;

/// The region where an address is given without one; most storages ignore it.
const REGION: &str = "us-east-1";
/// The longest name of a bucket.
const BUCKET_MAX: usize = 63;
/// The longest prefix; a key has at most 1024 bytes.
const PREFIX_MAX: usize = 512;

/// The place of parts: an address, a bucket in it, and the beginning of its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Location {
    /// `https` or `http`.
    pub(super) scheme: &'static str,
    /// Host and port of the requests.
    pub(super) host: String,
    /// The path of the bucket: empty, or `/BUCKET`.
    pub(super) path: String,
    /// The beginning of every key: empty, or ends with a slash.
    pub(super) prefix: String,
    /// The region that requests are signed for.
    pub(super) region: String,
    bucket: String,
}

/// A URL that names no place of parts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum S3LocationError {
    /// It is not of the form `s3://BUCKET/PREFIX?…`.
    #[error("it has the form s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION")]
    Form,
    /// Somebody can read it in the list of processes and in logs.
    #[error(
        "a key does not belong into it: use AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or --evidence-credentials"
    )]
    Credentials,
    /// The bucket's name has another character or length.
    #[error("a bucket has 1 to {BUCKET_MAX} of the characters A–Z, a–z, 0–9, dot, hyphen and underscore")]
    Bucket,
    /// The prefix has another character or an empty, `.` or `..` part.
    #[error("a prefix has at most {PREFIX_MAX} of the characters A–Z, a–z, 0–9, dot, hyphen, underscore and slash")]
    Prefix,
    /// A parameter is unknown, or there twice.
    #[error("it has the parameters endpoint, region, path-style and allow-http, each at most once")]
    Parameter,
    /// A switch is neither true nor false.
    #[error("path-style and allow-http are true or false")]
    Switch,
    /// The region has another character.
    #[error("a region has the characters a–z, A–Z, 0–9 and hyphen")]
    Region,
    /// Amazon's address depends on the region.
    #[error("region is missing, on which the address of Amazon S3 depends; another storage needs endpoint")]
    NoRegion,
    /// The endpoint is not of the form `https://HOST`.
    #[error("endpoint has the form https://HOST or https://HOST:PORT")]
    Endpoint,
    /// Others on the way could change the requests.
    #[error("endpoint is http and neither a loopback nor a private address: use https, or add allow-http=true")]
    PlainHttp,
}

/// The parameters of the URL.
#[derive(Default)]
struct Parameters {
    endpoint: Option<String>,
    region: Option<String>,
    path_style: Option<String>,
    allow_http: Option<String>,
}

impl S3Location {
    /// Reads the URL of `--evidence-url`.
    ///
    /// # Errors
    /// [`S3LocationError`], which quotes nothing of the URL.
    pub fn parse(url: &str) -> Result<S3Location, S3LocationError> {
        let url = Url::parse(url).map_err(|_| S3LocationError::Form)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(S3LocationError::Credentials);
        }
        if url.scheme() != "s3" || url.port().is_some() || url.fragment().is_some() {
            return Err(S3LocationError::Form);
        }
        let bucket = url.host_str().ok_or(S3LocationError::Form)?.to_owned();
        if bucket.len() > BUCKET_MAX || !is_plain(&bucket) {
            return Err(S3LocationError::Bucket);
        }
        let parameters = Parameters::of(&url)?;
        let region = parameters.region()?;
        let endpoint = parameters.endpoint(region.as_deref())?;
        let is_of_amazon = parameters.endpoint.is_none();
        // A dot in the bucket's name is not covered by Amazon's certificate.
        let is_path_style = switch(parameters.path_style.as_deref())?.unwrap_or(!is_of_amazon || bucket.contains('.'));
        let host = endpoint.host_str().ok_or(S3LocationError::Endpoint)?;
        let port = endpoint.port().map(|port| format!(":{port}")).unwrap_or_default();
        Ok(S3Location {
            scheme: if endpoint.scheme() == "http" { "http" } else { "https" },
            host: if is_path_style { format!("{host}{port}") } else { format!("{bucket}.{host}{port}") },
            path: if is_path_style { format!("/{bucket}") } else { String::new() },
            prefix: prefix(url.path())?,
            region: region.unwrap_or_else(|| REGION.to_owned()),
            bucket,
        })
    }

    /// Reports whether requests are sent without TLS.
    pub fn is_plain_http(&self) -> bool {
        self.scheme == "http"
    }
}

impl fmt::Display for S3Location {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "s3://{}/{} at {}://{}", self.bucket, self.prefix, self.scheme, self.host)
    }
}

impl Parameters {
    fn of(url: &Url) -> Result<Parameters, S3LocationError> {
        let mut parameters = Parameters::default();
        for (name, value) in url.query_pairs() {
            let parameter = match &*name {
                "endpoint" => &mut parameters.endpoint,
                "region" => &mut parameters.region,
                "path-style" => &mut parameters.path_style,
                "allow-http" => &mut parameters.allow_http,
                _ => return Err(S3LocationError::Parameter),
            };
            if parameter.replace(value.into_owned()).is_some() {
                return Err(S3LocationError::Parameter);
            }
        }
        Ok(parameters)
    }

    fn region(&self) -> Result<Option<String>, S3LocationError> {
        let Some(region) = &self.region else { return Ok(None) };
        let is_region = !region.is_empty() && region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if is_region { Ok(Some(region.clone())) } else { Err(S3LocationError::Region) }
    }

    fn endpoint(&self, region: Option<&str>) -> Result<Url, S3LocationError> {
        let endpoint = match (&self.endpoint, region) {
            (Some(endpoint), _) => endpoint.clone(),
            (None, Some(region)) => format!("https://s3.{region}.amazonaws.com"),
            (None, None) => return Err(S3LocationError::NoRegion),
        };
        let endpoint = Url::parse(&endpoint).map_err(|_| S3LocationError::Endpoint)?;
        if !endpoint.username().is_empty() || endpoint.password().is_some() {
            return Err(S3LocationError::Credentials);
        }
        let is_bare = endpoint.path() == "/" && endpoint.query().is_none() && endpoint.fragment().is_none();
        if !matches!(endpoint.scheme(), "http" | "https") || !is_bare {
            return Err(S3LocationError::Endpoint);
        }
        let is_allowed = switch(self.allow_http.as_deref())?.unwrap_or(false);
        if endpoint.scheme() == "http" && !is_allowed && !endpoint.host().is_some_and(|host| is_near(&host)) {
            return Err(S3LocationError::PlainHttp);
        }
        Ok(endpoint)
    }
}

fn switch(value: Option<&str>) -> Result<Option<bool>, S3LocationError> {
    match value {
        None => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(_) => Err(S3LocationError::Switch),
    }
}

/// Reports whether a part of a path is the same encoded and decoded, and no step.
fn is_plain(part: &str) -> bool {
    let is_character = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !matches!(part, "" | "." | "..") && part.bytes().all(is_character)
}

/// Reads the prefix of all keys, and ends it with a slash.
fn prefix(path: &str) -> Result<String, S3LocationError> {
    let path = path.trim_start_matches('/').trim_end_matches('/');
    if path.is_empty() {
        return Ok(String::new());
    }
    if path.len() > PREFIX_MAX || !path.split('/').all(is_plain) {
        return Err(S3LocationError::Prefix);
    }
    Ok(format!("{path}/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<S3Location, S3LocationError> {
        S3Location::parse(url)
    }

    #[test]
    fn addresses_follow_the_parameters() {
        let rows = [
            ("s3://b?region=ap-northeast-1", "https", "b.s3.ap-northeast-1.amazonaws.com", "", "", "ap-northeast-1"),
            ("s3://a.b/x?region=eu-1", "https", "s3.eu-1.amazonaws.com", "/a.b", "x/", "eu-1"),
            ("s3://b/desk/1/?endpoint=https://s3.example.jp", "https", "s3.example.jp", "/b", "desk/1/", "us-east-1"),
            (
                "s3://b?endpoint=https://s3.example.jp:9000&path-style=false",
                "https",
                "b.s3.example.jp:9000",
                "",
                "",
                REGION,
            ),
            ("s3://b?endpoint=http://127.0.0.1:9000&region=jp", "http", "127.0.0.1:9000", "/b", "", "jp"),
            ("s3://b?endpoint=http://[::1]:9000", "http", "[::1]:9000", "/b", "", REGION),
            ("s3://b?endpoint=http%3A%2F%2F192.168.1.2%2F", "http", "192.168.1.2", "/b", "", REGION),
            ("s3://b?endpoint=http://s3.example.jp&allow-http=true", "http", "s3.example.jp", "/b", "", REGION),
        ];
        for (url, scheme, host, path, prefix, region) in rows {
            let found = parse(url).unwrap();
            let found = (found.scheme, &*found.host, &*found.path, &*found.prefix, &*found.region);
            assert_eq!(found, (scheme, host, path, prefix, region), "{url}");
        }
    }

    #[test]
    fn other_urls_are_refused_and_not_quoted() {
        use S3LocationError as E;
        let rows = [
            ("/srv/evidence", E::Form),
            ("https://b?region=a", E::Form),
            ("s3:b", E::Form),
            ("s3://b:9000?region=a", E::Form),
            ("s3://AKIA:hush@b?region=a", E::Credentials),
            ("s3://b?endpoint=https://AKIA:hush@host", E::Credentials),
            ("s3://b%2Fc?region=a", E::Bucket),
            ("s3://b/x//y?region=a", E::Prefix),
            ("s3://b/x%20y?region=a", E::Prefix),
            ("s3://b?region=a&secret=hush", E::Parameter),
            ("s3://b?region=a&region=b", E::Parameter),
            ("s3://b?region=a&path-style=1", E::Switch),
            ("s3://b?region=a%20b", E::Region),
            ("s3://b", E::NoRegion),
            ("s3://b?endpoint=ftp://host", E::Endpoint),
            ("s3://b?endpoint=https://host/path", E::Endpoint),
            ("s3://b?endpoint=host", E::Endpoint),
            ("s3://b?endpoint=http://s3.example.jp", E::PlainHttp),
            ("s3://b?endpoint=http://203.0.113.7", E::PlainHttp),
            ("s3://b?endpoint=http://169.254.169.254", E::PlainHttp),
            ("s3://b?endpoint=http://[::ffff:203.0.113.7]", E::PlainHttp),
            ("s3://b?endpoint=http://127.0.0.1.example.jp&allow-http=false", E::PlainHttp),
        ];
        for (url, why) in rows {
            let error = parse(url).unwrap_err();
            assert!(!error.to_string().contains("hush"), "{error}");
            assert_eq!(error, why, "{url}");
        }
    }
}
