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
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: MAX_BYTES,
            connect: Duration::from_secs(10),
            read: Duration::from_secs(20),
            overall: Duration::from_mins(2),
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
    if !status.is_success() {
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
    let bytes = read(response, limits.bytes)
        .map_err(|error| classify(ureq::Error::from(error), &url_of_answer, limits.bytes))?;
    Ok(Fetched {
        url: url_of_answer,
        redirects: passed,
        bytes,
        charset: content_type.as_deref().and_then(charset_parameter),
        content_type,
        last_modified,
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
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::{TcpListener, TcpStream};
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    /// Serves answers on loopback, one connection after the other, and returns the address; the
    /// request lines and headers come through the channel.
    fn serve(
        answer: impl Fn(&str, TcpStream) + Send + 'static,
        connections: usize,
    ) -> (String, mpsc::Receiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            for _ in 0..connections {
                let Ok((stream, _)) = listener.accept() else {
                    return;
                };
                let mut request = String::new();
                let mut lines = BufReader::new(stream.try_clone().expect("a stream"));
                while lines.read_line(&mut request).unwrap_or(0) > 2 {}
                let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                let _ = sender.send(request);
                answer(&path, stream);
            }
        });
        (format!("http://{address}"), receiver)
    }

    fn serve_bytes(answer: Vec<u8>) -> String {
        let (url, _) = serve(
            move |_, mut stream| {
                let _ = stream.write_all(&answer);
            },
            1,
        );
        url
    }

    fn short() -> Limits {
        Limits {
            bytes: 1000,
            connect: Duration::from_secs(5),
            read: Duration::from_millis(300),
            overall: Duration::from_secs(5),
        }
    }

    #[test]
    fn a_host_that_is_not_reached_is_said_in_plain_words() {
        let lookup = "failed to lookup address information: Name or service not known";
        for error in [
            ureq::Error::HostNotFound,
            ureq::Error::Io(io::Error::other(lookup)),
        ] {
            let error = unreached(error, "news.example").expect("known");
            assert_eq!(
                error.to_string(),
                "no host named \"news.example\" was found: its name is wrong, or there is no network"
            );
        }
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        let error = unreached(ureq::Error::Io(refused), "news.example").expect("known");
        assert_eq!(
            error.to_string(),
            "no connection to \"news.example\" could be made"
        );
        let other = io::Error::from(io::ErrorKind::InvalidData);
        assert!(unreached(ureq::Error::Io(other), "news.example").is_err());
    }

    #[test]
    fn a_page_comes_with_its_headers_and_the_server_learns_who_asks() {
        let (url, requests) = serve(
            |_, mut stream| {
                let _ = stream.write_all(
                    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; Charset=\"utf-8\"\r\n\
                      Last-Modified: Tue, 26 Mar 2024 10:00:00 GMT\r\nContent-Length: 5\r\n\r\n<p>ok",
                );
            },
            1,
        );
        let asked = format!(" {url}/Straße?a=b c#part ");
        let fetched = fetch(&asked, short()).expect("a page");
        assert_eq!(
            fetched,
            Fetched {
                url: format!("{url}/Stra%C3%9Fe?a=b%20c"),
                redirects: vec![],
                bytes: b"<p>ok".to_vec(),
                content_type: Some("text/html; Charset=\"utf-8\"".into()),
                charset: Some("utf-8".into()),
                last_modified: Some("Tue, 26 Mar 2024 10:00:00 GMT".into()),
            }
        );
        let request = requests.recv().expect("a request");
        assert!(request.starts_with("GET /Stra%C3%9Fe?a=b%20c HTTP/1.1\r\n"));
        assert!(
            request
                .to_ascii_lowercase()
                .contains("user-agent: factlog/0.1.0 (+fact-checking)\r\n")
        );
    }

    #[test]
    fn redirects_are_followed_and_listed() {
        let (url, _requests) = serve(
            |path, mut stream| {
                let answer = match path {
                    "/a" => "HTTP/1.1 301 x\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n",
                    "/b" => "HTTP/1.1 302 x\r\nLocation: c?d\r\nContent-Length: 0\r\n\r\n",
                    "/c?d" => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                    _ => "HTTP/1.1 302 x\r\nLocation: /round\r\nContent-Length: 0\r\n\r\n",
                };
                let _ = stream.write_all(answer.as_bytes());
            },
            40,
        );
        let fetched = fetch(&format!("{url}/a"), short()).expect("a page");
        assert_eq!(fetched.url, format!("{url}/c?d"));
        assert_eq!(fetched.redirects, [format!("{url}/a"), format!("{url}/b")]);
        let error = fetch(&format!("{url}/round"), short()).expect_err("a circle");
        assert!(
            matches!(error, FetchError::TooManyRedirects { .. }),
            "{error:?}"
        );
    }

    #[test]
    fn a_redirect_leaves_the_web_nowhere() {
        for (target, named) in [
            ("file:///etc/passwd", "file:"),
            ("FTP://127.0.0.1/", "ftp:"),
            ("javascript:alert(1)", "javascript:"),
            ("data:text/plain,x", "data:"),
            ("gopher://x", "gopher:"),
            ("http://me:secret@127.0.0.1/", "a user name or password"),
            ("//me:secret@127.0.0.1/", "a user name or password"),
            ("http:///etc/passwd", "not an address"),
        ] {
            let url = serve_bytes(
                format!("HTTP/1.1 302 x\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n")
                    .into_bytes(),
            );
            let error = fetch(&url, short()).expect_err(target);
            let FetchError::Redirect { source, .. } = &error else {
                panic!("{target}: {error:?}");
            };
            assert!(source.to_string().contains(named), "{source}");
            assert!(!format!("{error:?}").contains("secret"), "{error:?}");
        }
    }

    #[test]
    fn anything_but_success_is_an_error_that_names_the_status() {
        for status in [304, 404, 410, 500, 503] {
            let url = serve_bytes(
                format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n").into_bytes(),
            );
            let error = fetch(&url, short()).expect_err("no page");
            assert_eq!(
                error.to_string(),
                format!("\"{url}/\" answered with status {status}")
            );
        }
    }

    #[test]
    fn too_many_bytes_are_refused_announced_or_not() {
        let long = "x".repeat(1001);
        let chunked = format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n{long}\r\n0\r\n\r\n"
        );
        let announced = "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n".to_owned();
        let closed = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{long}");
        for answer in [chunked, announced, closed] {
            let error = fetch(&serve_bytes(answer.into_bytes()), short()).expect_err("too much");
            assert!(
                matches!(error, FetchError::TooLarge { limit: 1000, .. }),
                "{error:?}"
            );
        }
        let just = format!(
            "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{}",
            "x".repeat(1000)
        );
        let fetched = fetch(&serve_bytes(just.into_bytes()), short()).expect("just enough");
        assert_eq!(fetched.bytes.len(), 1000);
    }

    /// 100,000 zero bytes, packed by gzip.
    fn packed() -> Vec<u8> {
        // A stored gzip member would not be a bomb; this is one fixed Huffman block that repeats
        // one zero byte: literal 0, then 387 matches of 258 bytes at distance 1, and one of 153.
        let mut bits = Bits::default();
        bits.push(1, 1);
        bits.push(1, 2);
        bits.push_reversed(0b0011_0000, 8);
        for _ in 0..387 {
            bits.push_reversed(0b1100_0101, 8);
            bits.push_reversed(0, 5);
        }
        // Lengths from 131 to 162 have the code 281 and five more bits.
        bits.push_reversed(0b1100_0001, 8);
        bits.push(153 - 131, 5);
        bits.push_reversed(0, 5);
        bits.push_reversed(0, 7);
        let mut packed = b"\x1F\x8B\x08\0\0\0\0\0\0\x03".to_vec();
        packed.extend(bits.finish());
        packed.extend(crc32_of_zeros(100_000).to_le_bytes());
        packed.extend(100_000_u32.to_le_bytes());
        packed
    }

    #[derive(Default)]
    struct Bits {
        bytes: Vec<u8>,
        used: u32,
    }

    impl Bits {
        fn push(&mut self, value: u32, count: u32) {
            for bit in 0..count {
                if self.used.is_multiple_of(8) {
                    self.bytes.push(0);
                }
                let last = self.bytes.last_mut().expect("a byte");
                *last |= u8::try_from((value >> bit) & 1).expect("a bit") << (self.used % 8);
                self.used += 1;
            }
        }

        fn push_reversed(&mut self, code: u32, count: u32) {
            self.push(code.reverse_bits() >> (32 - count), count);
        }

        fn finish(self) -> Vec<u8> {
            self.bytes
        }
    }

    fn crc32_of_zeros(count: usize) -> u32 {
        let mut crc = u32::MAX;
        for _ in 0..count * 8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
        }
        !crc
    }

    #[test]
    fn a_packed_page_is_unpacked_within_the_limit() {
        let packed = packed();
        assert!(packed.len() < 1000);
        let mut answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
            packed.len()
        )
        .into_bytes();
        answer.extend(&packed);
        let error = fetch(&serve_bytes(answer.clone()), short()).expect_err("a bomb");
        assert!(matches!(error, FetchError::TooLarge { .. }), "{error:?}");
        let wide = Limits {
            bytes: 100_000,
            ..short()
        };
        let fetched = fetch(&serve_bytes(answer), wide).expect("a page");
        assert_eq!(fetched.bytes, vec![0; 100_000]);
    }

    #[test]
    fn a_packing_that_was_not_asked_for_is_refused() {
        let url = serve_bytes(
            b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx".to_vec(),
        );
        let error = fetch(&url, short()).expect_err("packed");
        assert!(matches!(error, FetchError::Encoding { .. }), "{error:?}");
    }

    #[test]
    fn a_page_that_breaks_off_is_not_taken_for_a_whole_one() {
        for answer in [
            &b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf"[..],
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n32\r\nhalf",
            b"HTTP/1.1 200",
            b"not HTTP at all\r\n\r\n",
            b"",
        ] {
            let error = fetch(&serve_bytes(answer.to_vec()), short()).expect_err("half a page");
            assert!(matches!(error, FetchError::Failed { .. }), "{error:?}");
        }
    }

    #[test]
    fn a_server_that_falls_silent_is_left() {
        let (url, _requests) = serve(
            |path, mut stream| {
                if path == "/body" {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx");
                }
                thread::sleep(Duration::from_secs(2));
            },
            2,
        );
        for path in ["/body", "/nothing"] {
            let error = fetch(&format!("{url}{path}"), short()).expect_err("silence");
            assert!(matches!(error, FetchError::Timeout { .. }), "{error:?}");
        }
    }

    #[test]
    fn only_addresses_of_the_web_are_asked() {
        for (bad, scheme) in [
            ("file:///etc/passwd", "file"),
            ("ftp://x.example/", "ftp"),
            ("javascript:alert(1)", "javascript"),
        ] {
            let error = fetch(bad, short()).expect_err(bad);
            let FetchError::Address(AddressError::Scheme { scheme: found }) = error else {
                panic!("{bad}: {error:?}");
            };
            assert_eq!(found, scheme);
        }
        for bad in [
            "",
            "x",
            "/etc/passwd",
            "http://",
            "http:///a",
            "news.example/a",
            "http://ex\u{1B}[0mample/",
            "http://b\u{FC}cher.example/",
        ] {
            let error = fetch(bad, short()).expect_err(bad);
            assert!(
                matches!(error, FetchError::Address(AddressError::NotWeb { .. })),
                "{bad}: {error:?}"
            );
            assert!(!error.to_string().chars().any(char::is_control));
        }
        for url in ["https://me:secret@x.example/", "https://me:secret@/\u{1B}"] {
            let error = fetch(url, short()).expect_err("credentials");
            let refused = FetchError::Address(AddressError::Credentials);
            assert_eq!(error.to_string(), refused.to_string());
            assert!(!format!("{error} {error:?}").contains("secret"));
        }
        let closed = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = closed.local_addr().expect("an address");
        drop(closed);
        let error = fetch(&format!("http://{address}/"), short()).expect_err("nobody there");
        assert!(
            matches!(error, FetchError::NoConnection { .. }),
            "{error:?}"
        );
    }
}
