//! Addresses in markup: whether they are ones of the web, whose they are, and where they lead.

/// An address of the web, divided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Link {
    /// The host, in lower case, without a port.
    pub(super) host: String,
    /// What follows: path and query, without the fragment.
    pub(super) path: String,
}

/// Says why a text is no address of the web.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LinkFault {
    /// It does not say of which site.
    Relative,
    /// It has another scheme than `http` and `https`.
    Scheme,
    /// It has no form of an address.
    Form,
}

/// Hosts that only lead elsewhere.
const SHORTENERS: [&str; 34] = [
    "bit.ly",
    "t.co",
    "tinyurl.com",
    "goo.gl",
    "ow.ly",
    "is.gd",
    "buff.ly",
    "lnkd.in",
    "fb.me",
    "dlvr.it",
    "rb.gy",
    "cutt.ly",
    "wp.me",
    "trib.al",
    "shorturl.at",
    "tiny.cc",
    "bitly.com",
    "t.ly",
    "rebrand.ly",
    "ift.tt",
    "adf.ly",
    "v.gd",
    "tr.im",
    "soo.gd",
    "s.id",
    "shor.by",
    "bl.ink",
    "short.io",
    "urlz.fr",
    "n9.cl",
    "lc.chat",
    "l.facebook.com",
    "youtu.be",
    "g.co",
];

/// Hosts where anybody has a page: such a page says nothing of whose a site is.
const SOCIAL: [&str; 20] = [
    "facebook.com",
    "twitter.com",
    "x.com",
    "instagram.com",
    "youtube.com",
    "linkedin.com",
    "t.me",
    "wikipedia.org",
    "wikidata.org",
    "tiktok.com",
    "threads.net",
    "bsky.app",
    "mastodon.social",
    "telegram.me",
    "reddit.com",
    "vk.com",
    "truthsocial.com",
    "archive.org",
    "archive.ph",
    "google.com",
];

/// Second-level names under which countries give names away.
const SHARED: [&str; 14] = [
    "co", "com", "org", "net", "gov", "ac", "edu", "gob", "or", "ne", "go", "nom", "info", "web",
];

/// Reads an address of the web.
pub(super) fn parse(text: &str) -> Result<Link, LinkFault> {
    let Some((scheme, rest)) = text.split_once(':') else {
        return Err(LinkFault::Relative);
    };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    if !is_scheme || (scheme.contains('.') && !rest.starts_with("//")) {
        return Err(LinkFault::Relative);
    }
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return Err(LinkFault::Scheme);
    }
    let rest = rest.strip_prefix("//").ok_or(LinkFault::Form)?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, port)| {
        if port.bytes().all(|b| b.is_ascii_digit()) {
            host
        } else {
            authority
        }
    });
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '[' | ']' | ':');
    let is_host = !host.is_empty() && !host.starts_with('.') && host.chars().all(is_name);
    let is_dotted =
        host.trim_end_matches('.').contains('.') || host == "localhost" || host.starts_with('[');
    let is_written =
        |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '"');
    if !is_host || !is_dotted || host.contains("..") || !text.chars().all(is_written) {
        return Err(LinkFault::Form);
    }
    Ok(Link {
        host: host.trim_end_matches('.').to_lowercase(),
        path: path.split('#').next().unwrap_or_default().to_owned(),
    })
}

impl Link {
    /// Returns the host without `www.`.
    fn bare_host(&self) -> &str {
        self.host.strip_prefix("www.").unwrap_or(&self.host)
    }

    /// Says whether the host is one of a list, or below one.
    fn is_below(&self, hosts: &[&str]) -> bool {
        let host = self.bare_host();
        hosts.iter().any(|known| {
            let above = host.strip_suffix(known);
            above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
        })
    }

    /// Says whether it only leads elsewhere.
    pub(super) fn is_short(&self) -> bool {
        SHORTENERS.contains(&self.bare_host())
    }

    /// Says whether its host is one where anybody has a page.
    pub(super) fn is_social(&self) -> bool {
        self.is_below(&SOCIAL)
    }

    /// Says whether it leads nowhere but inside a house.
    pub(super) fn is_local(&self) -> bool {
        let host = &self.host;
        let numbers: Vec<u8> = host
            .split('.')
            .filter_map(|part| part.parse().ok())
            .collect();
        host == "localhost"
            || [".localhost", ".local", ".internal", ".lan"]
                .iter()
                .any(|end| host.ends_with(end))
            || matches!(
                numbers.as_slice(),
                [10 | 127, _, _, _] | [192, 168, _, _] | [172, 16..=31, _, _]
            )
            || host == "[::1]"
    }

    /// Says whether it is a site's first page.
    pub(super) fn is_home(&self) -> bool {
        matches!(self.path.as_str(), "" | "/")
    }

    /// Returns the part of the host that somebody owns, as far as its form shows it.
    fn owned(&self) -> &str {
        let host = self.bare_host();
        let ends: Vec<usize> = host.rmatch_indices('.').map(|(at, _)| at).collect();
        let labels: Vec<&str> = host.rsplit('.').collect();
        let is_shared = labels.first().is_some_and(|top| top.len() == 2)
            && labels.get(1).is_some_and(|second| SHARED.contains(second));
        let at = ends.get(if is_shared { 2 } else { 1 });
        at.map_or(host, |at| &host[at + 1..])
    }

    /// Says whether two addresses are of one owner's hosts.
    pub(super) fn is_same_site(&self, other: &Self) -> bool {
        self.owned() == other.owned()
    }

    /// Says whether two addresses are of the same page, whatever the scheme and the fragment.
    pub(super) fn is_same_page(&self, other: &Self) -> bool {
        self.bare_host() == other.bare_host()
            && self.path.trim_end_matches('/') == other.path.trim_end_matches('/')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_divided() {
        let link = parse("HTTPS://WWW.Desk.example:8080/a/b?c#d").expect("an address");
        assert_eq!(
            (link.host.as_str(), link.path.as_str()),
            ("www.desk.example", "/a/b?c")
        );
        for text in [
            "https://desk.example",
            "http://müller.example/ä",
            "https://1.2.3.4/x",
            "http://localhost/",
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
        for (text, fault) in [
            ("/a/b", LinkFault::Relative),
            ("desk.example/a", LinkFault::Relative),
            ("//desk.example/a", LinkFault::Relative),
            ("", LinkFault::Relative),
            ("www.desk.example:80/a", LinkFault::Relative),
            ("ftp://desk.example/", LinkFault::Scheme),
            ("javascript:alert(1)", LinkFault::Scheme),
            ("urn:uuid:1", LinkFault::Scheme),
            ("https:/desk.example", LinkFault::Form),
            ("https://", LinkFault::Form),
            ("https://desk", LinkFault::Form),
            ("https://https://desk.example", LinkFault::Form),
            ("https://desk.example/a b", LinkFault::Form),
        ] {
            assert_eq!(parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn whose_a_page_is() {
        let same = |a: &str, b: &str| parse(a).expect(a).is_same_site(&parse(b).expect(b));
        assert!(same(
            "https://www.desk.example/a",
            "http://facts.desk.example/"
        ));
        assert!(same("https://news.co.uk/a", "https://facts.news.co.uk"));
        assert!(!same("https://one.co.uk/a", "https://two.co.uk/a"));
        assert!(!same("https://one.example", "https://two.example"));
        let page = |a: &str, b: &str| parse(a).expect(a).is_same_page(&parse(b).expect(b));
        assert!(page(
            "http://www.desk.example/a/",
            "https://desk.example/a#x"
        ));
        assert!(!page(
            "https://desk.example/a?p=1",
            "https://desk.example/a?p=2"
        ));
        for (text, is) in [
            ("http://10.0.0.1/", true),
            ("http://127.0.0.1:80/", true),
            ("https://8.8.8.8/", false),
        ] {
            assert_eq!(parse(text).expect(text).is_local(), is, "{text}");
        }
        assert!(
            parse("https://en.wikipedia.org/wiki/X")
                .expect("one")
                .is_social()
        );
        assert!(!parse("https://max.com/").expect("one").is_social());
    }
}
