//! Tests of `fetch`.

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
        any_status: false,
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
            status: 200,
            headers: fetched.headers.clone(),
        }
    );
    let names: Vec<&str> = fetched
        .headers
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert!(names.contains(&"last-modified"), "{names:?}");
    assert!(!names.contains(&"set-cookie"), "{names:?}");
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
        let url =
            serve_bytes(format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n").into_bytes());
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
    let chunked =
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n{long}\r\n0\r\n\r\n");
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
