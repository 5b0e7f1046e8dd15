//! Addresses of the web, as people paste them and as servers redirect to them.
//!
//! RFC 3986 says what a reference is and how it is resolved (section 5.2). Departing from it, a
//! fragment is dropped, and nothing but `http` and `https` with a host is an address: what would
//! leave the web is refused by its scheme, never read as a path.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::net::IpAddr;

use ureq::http::Uri;

/// The longest address, in bytes: what servers and browsers agree to take.
const MAX_ADDRESS: usize = 8 * 1024;

/// So many characters of what is no address are repeated.
const SHOWN: usize = 200;

/// Says why a text is no address that is fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is not an address of the web.
    #[error("{url:?} is not an address that begins with http:// or https:// and a host")]
    NotWeb {
        /// The address, without a user name or password.
        url: String,
    },
    /// It is an address of another kind.
    #[error("an address that begins with {scheme}: is not fetched: only http:// and https:// are")]
    Scheme {
        /// The scheme.
        scheme: String,
    },
    /// A user name or password stands in the address, which would be recorded with it.
    #[error("the address has a user name or password in it, which would be recorded for ever")]
    Credentials,
}

/// Returns the scheme of an address, in lower case: `ftp` of `ftp://host/`; `None` where it has none.
pub fn scheme(address: &str) -> Option<String> {
    let (scheme, _) = address.trim_start().split_once(':')?;
    let fits = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let is_scheme =
        scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(fits);
    is_scheme.then(|| scheme.to_ascii_lowercase())
}

/// Says whether an address has a user name or password in it.
pub fn has_credentials(address: &str) -> bool {
    matches!(masked(address), Cow::Owned(_))
}

/// Returns a text with `…` in the place of the user names and passwords of all addresses in it.
pub fn masked(text: &str) -> Cow<'_, str> {
    const MARK: &str = "://";
    let mut shown = String::new();
    let mut is_masked = false;
    let mut rest = text;
    while let Some(at) = rest.find(MARK) {
        let (before, after) = rest.split_at(at + MARK.len());
        shown.push_str(before);
        let ends = |c: char| c.is_whitespace() || "/\\?#\"“”<>".contains(c);
        let authority = &after[..after.find(ends).unwrap_or(after.len())];
        // A password may itself have an @ in it: the host stands after the last.
        if let Some(host) = authority.rfind('@') {
            shown.push('…');
            is_masked = true;
            rest = &after[host..];
        } else {
            rest = after;
        }
    }
    if is_masked {
        shown.push_str(rest);
        Cow::Owned(shown)
    } else {
        Cow::Borrowed(text)
    }
}

/// Reads an address as people paste it: without its fragment, and with characters beyond ASCII and
/// spaces in path and query as `%xx`.
pub(super) fn parse(url: &str) -> Result<Uri, AddressError> {
    let not_web = || AddressError::NotWeb {
        url: masked(url).chars().take(SHOWN).collect(),
    };
    let whole = url.trim();
    let whole = whole.split('#').next().unwrap_or_default();
    if has_credentials(whole) {
        return Err(AddressError::Credentials);
    }
    if whole.len() > MAX_ADDRESS || whole.chars().any(char::is_control) {
        return Err(not_web());
    }
    match scheme(whole) {
        Some(scheme) if scheme != "http" && scheme != "https" => {
            return Err(AddressError::Scheme { scheme });
        }
        _ => {}
    }
    let mut escaped = String::with_capacity(whole.len());
    for character in whole.chars() {
        if character.is_ascii_graphic() {
            escaped.push(character);
        } else {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                write!(escaped, "%{byte:02X}").expect("a String takes what is written");
            }
        }
    }
    let address: Uri = escaped.parse().map_err(|_| not_web())?;
    let authority = address.authority().ok_or_else(not_web)?;
    if authority.as_str().contains('@') {
        return Err(AddressError::Credentials);
    }
    let is_web = matches!(address.scheme_str(), Some("http" | "https"));
    // A host with "%" came from beyond ASCII; names like that have an ASCII form of their own.
    if !is_web || authority.host().is_empty() || authority.host().contains('%') {
        return Err(not_web());
    }
    Ok(address)
}

/// Resolves what a server redirects to, as RFC 3986, section 5.2.2 does.
pub(super) fn resolve(base: &Uri, location: &str) -> Result<Uri, AddressError> {
    let location = location.trim();
    let location = location.split('#').next().unwrap_or_default();
    if scheme(location).is_some() {
        return parse(location);
    }
    let web = base.scheme_str().unwrap_or("https");
    if location.starts_with("//") {
        return parse(&format!("{web}:{location}"));
    }
    let host = base.authority().map_or("", |authority| authority.as_str());
    let (path, query) = match location.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (location, None),
    };
    let (path, query) = if path.is_empty() {
        (base.path().to_owned(), query.or(base.query()))
    } else if path.starts_with('/') {
        (without_dots(path), query)
    } else {
        let folder = base
            .path()
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        (without_dots(&format!("{folder}/{path}")), query)
    };
    let query = query.map_or_else(String::new, |query| format!("?{query}"));
    parse(&format!("{web}://{host}{path}{query}"))
}

/// Takes the segments `.` and `..` out of a path, as RFC 3986, section 5.2.4 does.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." => {}
            ".." => {
                kept.pop();
            }
            segment => {
                kept.push(segment);
                continue;
            }
        }
        if is_last {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}

/// Says whether an address is on this machine.
pub(super) fn is_on_this_machine(address: &Uri) -> bool {
    let host = address.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_is_resolved_against_the_address_before() {
        // RFC 3986, section 5.4, as far as it has addresses of the web.
        let base: Uri = "http://a/b/c/d;p?q".parse().expect("an address");
        for (location, expected) in [
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g/"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q"),
            ("g#s", "http://a/b/c/g"),
            (";x", "http://a/b/c/;x"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            ("g;x=1/../y", "http://a/b/c/y"),
            ("g?y/../x", "http://a/b/c/g?y/../x"),
            ("https://h/x y", "https://h/x%20y"),
            ("/Straße", "http://a/Stra%C3%9Fe"),
        ] {
            let found = resolve(&base, location).map(|uri| uri.to_string());
            assert_eq!(found.as_deref(), Ok(expected), "{location}");
        }
        for (location, expected) in [
            ("file:///etc/passwd", "file"),
            ("FTP://x/", "ftp"),
            ("javascript:alert(1)", "javascript"),
        ] {
            let scheme = expected.to_owned();
            assert_eq!(
                resolve(&base, location),
                Err(AddressError::Scheme { scheme })
            );
        }
        let error = resolve(&base, "//me:secret@host/");
        assert_eq!(error, Err(AddressError::Credentials));
    }

    #[test]
    fn user_names_and_passwords_are_masked() {
        for (text, expected) in [
            ("http://me:secret@host/a@b", "http://…@host/a@b"),
            (
                "see ftp://me@host and https://b:c@d@e?f",
                "see ftp://…@host and https://…@e?f",
            ),
            ("“http://secret@host”", "“http://…@host”"),
        ] {
            assert_eq!(masked(text), expected);
            assert!(has_credentials(text));
        }
        for plain in [
            "http://host/a@b",
            "me@host",
            "http://host?a@b",
            "a://b c@d",
            "",
            "://",
        ] {
            assert_eq!(masked(plain), plain);
            assert!(!has_credentials(plain));
        }
    }

    #[test]
    fn a_scheme_stands_before_a_colon() {
        assert_eq!(scheme("FTP://x").as_deref(), Some("ftp"));
        assert_eq!(scheme("a+b-c.9:x").as_deref(), Some("a+b-c.9"));
        for none in ["", "x", ":x", "9a:x", "/a:b", "a b:c", "?a:b"] {
            assert_eq!(scheme(none), None, "{none}");
        }
    }
}
