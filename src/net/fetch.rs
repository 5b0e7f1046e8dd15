//! Fetching one page or file, within limits.
//!
//! A plain GET over HTTP/1.1 or HTTPS, by `ureq`, that says who asks. Redirects are followed and
//! listed. What comes back is kept as the server sent it, but for a gzip encoding of the transfer.
//! No cookies, no scripts, no cache, and no retries: what is fetched is what a stranger would have
//! got at that moment. A proxy is taken from the environment (`ALL_PROXY`, `HTTPS_PROXY`,
//! `HTTP_PROXY`, `NO_PROXY`), but never for an address on this machine.
//!
//! It does not stop a page from redirecting into the local network: the address is the user's, and
//! every redirect is listed for the user to see.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use ureq::http::{HeaderMap, HeaderName, StatusCode, Uri, header};
use ureq::{Agent, Body, http};

use super::address::{self, AddressError};

/// The most bytes of one page or file, unpacked: 64 MiB, as much as a source may have.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The most redirects that are followed; browsers follow 20, honest pages need fewer than 5.
pub const MAX_REDIRECTS: usize = 10;

/// The longest header value that is kept.
const MAX_HEADER_VALUE: usize = 1024;

/// The most headers that are kept; servers send 10 to 30.
const MAX_HEADERS: usize = 100;

/// Who asks.
const USER_AGENT: &str = concat!("factlog/", env!("CARGO_PKG_VERSION"), " (+fact-checking)");

/// How much and how long is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes, unpacked.
    pub bytes: u64,
    /// The longest time to find the host and connect to it.
    pub connect: Duration,
    /// The longest time without a byte from the server.
    pub read: Duration,
    /// The longest time for everything, redirects included.
    pub overall: Duration,
    /// Whether what a server sends with an error (a status from 400 on) is taken as well.
    pub any_status: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: MAX_BYTES,
            connect: Duration::from_secs(10),
            read: Duration::from_secs(20),
            overall: Duration::from_mins(2),
            any_status: false,
        }
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// The address that the bytes came from, after redirects.
    pub url: String,
    /// The addresses that led there, in order, the one asked for first; empty without a redirect.
    pub redirects: Vec<String>,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The `Content-Type`, with its parameters.
    pub content_type: Option<String>,
    /// The `charset` parameter of the `Content-Type`.
    pub charset: Option<String>,
    /// The `Last-Modified`, as the server wrote it.
    pub last_modified: Option<String>,
    /// The HTTP status.
    pub status: u16,
    /// The answer's headers, as the server wrote them, but for cookies: what it wants remembered is
    /// nobody else's business.
    pub headers: Vec<(String, String)>,
}

/// Says why nothing was fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// It is not an address that is fetched.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// It redirects to what is not fetched.
    #[error("{url:?} redirects to where nothing is fetched")]
    Redirect {
        /// The address that redirects.
        url: String,
        /// Why its target is not fetched.
        #[source]
        source: AddressError,
    },
    /// There were too many redirects.
    #[error("{url:?} redirects more than {MAX_REDIRECTS} times")]
    TooManyRedirects {
        /// The address asked for.
        url: String,
    },
    /// The server did not give the page.
    #[error("{url:?} answered with status {status}")]
    Status {
        /// The address that answered.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// There is too much of it.
    #[error("{url:?} has more than {limit} bytes")]
    TooLarge {
        /// The address that answered.
        url: String,
        /// The limit.
        limit: u64,
    },
    /// It is packed in a way that was not asked for.
    #[error("{url:?} is packed as {encoding:?}, which was not asked for")]
    Encoding {
        /// The address that answered.
        url: String,
        /// The content encoding.
        encoding: String,
    },
    /// It took too long.
    #[error("{url:?} took too long")]
    Timeout {
        /// The address asked for.
        url: String,
        /// Which limit was passed.
        #[source]
        source: Box<ureq::Error>,
    },
    /// Nobody knows the host.
    #[error("no host named {host:?} was found: its name is wrong, or there is no network")]
    NoHost {
        /// The host's name.
        host: String,
    },
    /// There is no way to the host, or it does not answer.
    #[error("no connection to {host:?} could be made")]
    NoConnection {
        /// The host's name.
        host: String,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// The connection failed, or what came is not HTTP.
    #[error("{url:?} could not be fetched")]
    Failed {
        /// The address asked for.
        url: String,
        /// Why.
        #[source]
        source: Box<ureq::Error>,
    },
}

/// Fetches one page or file.
///
/// # Errors
/// The address is not of the web, the server cannot be reached or answers with anything but
/// success, or a limit is passed.
pub fn fetch(url: &str, limits: Limits) -> Result<Fetched, FetchError> {
    let mut address = address::parse(url)?;
    let until = Instant::now() + limits.overall;
    let mut passed = Vec::new();
    let response = loop {
        let left = until.saturating_duration_since(Instant::now());
        let response = agent(&address, limits, left)
            .get(address.clone())
            .call()
            .map_err(|error| {
                let host = address.host().unwrap_or_default();
                unreached(error, host).unwrap_or_else(|error| classify(error, url, limits.bytes))
            })?;
        let Some(location) = redirection(&response) else {
            break response;
        };
        let redirects = address.to_string();
        if passed.len() >= MAX_REDIRECTS {
            return Err(FetchError::TooManyRedirects {
                url: url.to_owned(),
            });
        }
        address = match address::resolve(&address, &location) {
            Ok(target) => target,
            Err(source) => {
                let url = redirects;
                return Err(FetchError::Redirect { url, source });
            }
        };
        passed.push(redirects);
    };
    let url_of_answer = address.to_string();
    let status = response.status();
    let is_taken = limits.any_status && status.as_u16() >= 400;
    if !status.is_success() && !is_taken {
        return Err(FetchError::Status {
            url: url_of_answer,
            status: status.as_u16(),
        });
    }
    if let Some(encoding) = value(response.headers(), &header::CONTENT_ENCODING)
        && !encoding.eq_ignore_ascii_case("identity")
    {
        return Err(FetchError::Encoding {
            url: url_of_answer,
            encoding,
        });
    }
    let content_type = value(response.headers(), &header::CONTENT_TYPE);
    let last_modified = value(response.headers(), &header::LAST_MODIFIED);
    let headers = kept(response.headers());
    let bytes = read(response, limits.bytes)
        .map_err(|error| classify(ureq::Error::from(error), &url_of_answer, limits.bytes))?;
    Ok(Fetched {
        url: url_of_answer,
        redirects: passed,
        bytes,
        charset: content_type.as_deref().and_then(charset_parameter),
        content_type,
        last_modified,
        status: status.as_u16(),
        headers,
    })
}

/// Returns where a response redirects to; `None` where it does not.
fn redirection(response: &http::Response<Body>) -> Option<String> {
    let is_redirect = matches!(
        response.status(),
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    );
    let location = response.headers().get(header::LOCATION)?;
    // Servers write UTF-8 where they should write %xx.
    is_redirect.then(|| String::from_utf8_lossy(location.as_bytes()).into_owned())
}

/// Makes what asks for one address; `left` is what is left of the time for everything.
pub(super) fn agent(address: &Uri, limits: Limits, left: Duration) -> Agent {
    let config = Agent::config_builder()
        .user_agent(USER_AGENT)
        .accept("text/html, application/xhtml+xml, text/markdown, text/plain, */*;q=0.8")
        .http_status_as_error(false)
        // They are followed here, where it is seen what they lead to.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_idle_connections(0)
        .timeout_resolve(Some(limits.connect))
        .timeout_connect(Some(limits.connect))
        .timeout_recv_response(Some(limits.read))
        .timeout_per_read(Some(limits.read))
        .timeout_global(Some(left));
    let config = if address::is_on_this_machine(address) {
        config.proxy(None)
    } else {
        config
    };
    config.build().new_agent()
}

/// Reads the body, at most `limit` bytes of it after unpacking, and no more memory than it needs.
pub(super) fn read(response: http::Response<Body>, limit: u64) -> io::Result<Vec<u8>> {
    let announced = response.body().content_length();
    if announced.is_some_and(|bytes| bytes > limit) {
        return Err(io::Error::other(ureq::Error::BodyExceedsLimit(limit)));
    }
    let mut bytes = Vec::new();
    response
        .into_body()
        .into_with_config()
        .limit(limit)
        .reader()
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Lists the headers that are kept: no cookies, no more than a few, none that is long.
fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| **name != header::SET_COOKIE)
        .filter(|(_, value)| value.len() <= MAX_HEADER_VALUE)
        .take(MAX_HEADERS)
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect()
}

fn value(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    (!value.is_empty() && value.len() <= MAX_HEADER_VALUE).then(|| value.to_owned())
}

fn charset_parameter(content_type: &str) -> Option<String> {
    content_type
        .split(';')
        .skip(1)
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
        .map(|(_, value)| value.trim().trim_matches(['"', '\'']).to_owned())
        .filter(|value| !value.is_empty())
}

/// Says in plain words that a host was not reached; gives back an error that says something else.
pub(super) fn unreached(error: ureq::Error, host: &str) -> Result<FetchError, ureq::Error> {
    let host = host.to_owned();
    match error {
        ureq::Error::HostNotFound => Ok(FetchError::NoHost { host }),
        // The standard library has no kind for it.
        ureq::Error::Io(error) if error.to_string().contains("lookup address information") => {
            Ok(FetchError::NoHost { host })
        }
        ureq::Error::Io(source)
            if matches!(
                source.kind(),
                io::ErrorKind::ConnectionRefused
                    | io::ErrorKind::HostUnreachable
                    | io::ErrorKind::NetworkUnreachable
                    | io::ErrorKind::NetworkDown
            ) =>
        {
            Ok(FetchError::NoConnection { host, source })
        }
        error => Err(error),
    }
}

pub(super) fn classify(error: ureq::Error, url: &str, limit: u64) -> FetchError {
    let url = url.to_owned();
    let is_timeout = match &error {
        ureq::Error::Timeout(_) => true,
        ureq::Error::Io(error) => error.kind() == io::ErrorKind::TimedOut,
        _ => false,
    };
    match error {
        ureq::Error::BodyExceedsLimit(_) => FetchError::TooLarge { url, limit },
        error if is_timeout => FetchError::Timeout {
            url,
            source: Box::new(error),
        },
        error => FetchError::Failed {
            url,
            source: Box::new(error),
        },
    }
}

#[cfg(test)]
mod tests;
