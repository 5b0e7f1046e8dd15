//! Asking a witness: one request, one answer, nothing believed.

use std::time::Duration;

use ureq::http::StatusCode;

use crate::net::address::{self, AddressError};
use crate::net::fetch::{self, FetchError, Limits};
use crate::trust::entry_proof::WitnessRequest;
use crate::trust::note;

/// Says why a witness gave no answer that can be used.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Its address is none.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// It could not be reached, or took too long.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// It refused.
    #[error("it answered with status {status}: {reason}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What it said.
        reason: String,
    },
    /// It says that it knows another size, and not which.
    #[error("it answered with status 409, and not with the size that it knows")]
    NoSize,
    /// Its answer is not text.
    #[error("its answer is not UTF-8")]
    Utf8,
}

/// What a witness answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Signature lines, none of them verified.
    Cosigned(String),
    /// The size that it says it cosigned last: the request's is another.
    Size(u64),
}

/// So many characters of what a witness says are repeated.
const SHOWN: usize = 200;

/// Asks a witness to cosign a checkpoint; `url` is its submission prefix.
///
/// Redirects are not followed: a submission prefix is where submissions go.
///
/// # Errors
///
/// If it can't be reached within `limit`, refuses, or answers with what is neither.
pub fn ask(url: &str, request: &WitnessRequest, limit: Duration) -> Result<Answer, AskError> {
    let prefix = url.trim().trim_end_matches('/');
    let address = address::parse(&format!("{prefix}/add-checkpoint"))?;
    let limits = Limits {
        any_status: false,
        bytes: note::MAX_BYTES as u64,
        connect: limit,
        read: limit,
        overall: limit,
    };
    let host = address.host().unwrap_or_default();
    let response = fetch::agent(&address, limits, limit)
        .post(address.clone())
        .header("accept", "text/plain, text/x.tlog.size")
        .content_type("text/plain; charset=utf-8")
        .send(request.to_string())
        .map_err(|error| {
            fetch::unreached(error, host)
                .unwrap_or_else(|error| fetch::classify(error, url, limits.bytes))
        })?;
    let status = response.status();
    let body = fetch::read(response, limits.bytes)
        .map_err(|error| fetch::classify(ureq::Error::from(error), url, limits.bytes))?;
    match status {
        StatusCode::OK => match String::from_utf8(body) {
            Ok(lines) => Ok(Answer::Cosigned(lines)),
            Err(_) => Err(AskError::Utf8),
        },
        // "The response body MUST consist of the tree size of the latest cosigned checkpoint in
        // decimal, followed by a newline (U+000A)."
        StatusCode::CONFLICT => size_in(&body).map(Answer::Size).ok_or(AskError::NoSize),
        status => Err(AskError::Refused {
            status: status.as_u16(),
            reason: String::from_utf8_lossy(&body)
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .chars()
                .take(SHOWN)
                .collect(),
        }),
    }
}

fn size_in(body: &[u8]) -> Option<u64> {
    let digits = std::str::from_utf8(body).ok()?.strip_suffix('\n')?;
    let size: u64 = digits.parse().ok()?;
    (size.to_string() == digits).then_some(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_decimal_and_a_line() {
        assert_eq!(size_in(b"0\n"), Some(0));
        assert_eq!(size_in(b"20852163\n"), Some(20_852_163));
        for bad in [
            "", "\n", "7", "07\n", "+7\n", " 7\n", "7\n\n", "7\r\n", "x\n",
        ] {
            assert_eq!(size_in(bad.as_bytes()), None, "{bad:?}");
        }
    }
}
