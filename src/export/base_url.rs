//! The address under which an export is published, and the addresses of what is in it.
//!
//! An address never changes while its claim's entry is the same: it is made of the claim's id
//! alone. No word of a claim stands in it, so an erased claim leaves none behind in links.

use std::fmt;
use std::str::FromStr;

use super::web_address;
use crate::words::id::{ClaimId, SourceId};

/// Hex digits of a claim's id in its address: 64 bits.
pub(super) const SHORT_DIGITS: usize = 16;

/// An `http` or `https` address without query and fragment, kept without its final slashes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BaseUrl(String);

/// Says why a text is not a base address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// Not an address of the web.
    #[error("{0:?} is not an address such as https://desk.example/facts")]
    Form(String),
    /// A query or a fragment.
    #[error("a base address has no '?' and no '#', but {0:?} has")]
    Query(String),
    /// A user name or password.
    #[error("a base address that is published has no user name in it")]
    UserName,
}

impl BaseUrl {
    /// Returns the address, without a final slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the address of a page of the site, given its path in it.
    pub fn page(&self, path: &str) -> String {
        format!("{}/{path}", self.0)
    }

    /// Returns the address of a source's page.
    pub fn source(&self, source: SourceId) -> String {
        let id = source.to_string();
        format!("{}/sources/{}/", self.0, &id[..SHORT_DIGITS])
    }

    /// Returns the address of a claim's page, in the form that no server redirects.
    pub fn claim(&self, claim: ClaimId) -> String {
        let id = claim.to_string();
        format!("{}/claims/{}/", self.0, &id[..SHORT_DIGITS])
    }
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        if web_address(text).is_none() {
            return Err(BaseUrlError::Form(text.to_owned()));
        }
        if text.contains(['?', '#']) {
            return Err(BaseUrlError::Query(text.to_owned()));
        }
        let host = text.split('/').nth(2).unwrap_or_default();
        if host.contains('@') {
            return Err(BaseUrlError::UserName);
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_address_is_plain() {
        for (good, kept) in [
            ("https://desk.example", "https://desk.example"),
            ("https://desk.example/facts/", "https://desk.example/facts"),
            ("http://127.0.0.1:8000//", "http://127.0.0.1:8000"),
        ] {
            assert_eq!(good.parse::<BaseUrl>().expect(good).as_str(), kept);
        }
        for bad in [
            "",
            "desk.example",
            "https://",
            "javascript:alert(1)//",
            "https://desk.example/?a=b",
            "https://desk.example/#a",
            "https://user:secret@desk.example/",
            "https://desk.example/a b",
            "file:///tmp",
        ] {
            assert!(bad.parse::<BaseUrl>().is_err(), "{bad}");
        }
        let secret = "https://user:secret@desk.example/".parse::<BaseUrl>();
        assert!(!secret.expect_err("refused").to_string().contains("secret"));
    }
}
