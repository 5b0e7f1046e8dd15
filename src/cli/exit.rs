//! Exit statuses, and errors that know theirs.
//!
//! | status | meaning |
//! | --- | --- |
//! | 0 | done, and every check passed |
//! | 1 | a check failed, or the work could not be done |
//! | 2 | usage |
//! | 3 | not found, or ambiguous |
//! | 4 | a key or trust |
//! | 5 | valid but incomplete |
//! | 130 | interrupted |

use std::borrow::Cow;
use std::fmt;
use std::process::ExitCode;

use super::faults;
use super::stdout;

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Status {
    /// Done, and every check passed.
    Done,
    /// A check failed, or the work could not be done.
    Failed,
    /// The command line is wrong.
    Usage,
    /// Something was not found, or its name fits two things.
    NotFound,
    /// A key is missing, locked, or not entitled; or a ledger is not to be trusted.
    Key,
    /// Valid, but something that is needed for all checks is not there.
    Incomplete,
    /// The person stopped it.
    Interrupted,
}

impl Status {
    /// Returns the number that the shell sees.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Key => 4,
            Self::Incomplete => 5,
            Self::Interrupted => 130,
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status.code())
    }
}

/// An error that knows its exit status and, at most, one thing to try.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit status.
    pub(crate) status: Status,
    message: String,
    hint: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Failure {
    /// Makes an error with a message that names the thing and what is wrong with it.
    pub(crate) fn new(status: Status, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            hint: None,
            source: None,
        }
    }

    /// Adds what to try, such as the next command to type.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the error underneath.
    pub(crate) fn because(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Says whether an error is only that nobody reads our output any more.
pub(crate) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(stdout::is_closed)
}

/// Returns the exit status that an error calls for, and its hint.
pub(crate) fn of(error: &anyhow::Error) -> (Status, Option<String>) {
    for cause in error.chain() {
        if let Some(failure) = cause.downcast_ref::<Failure>() {
            return (failure.status, failure.hint.clone());
        }
        if let Some(calls) = faults::of(cause) {
            return (calls.status, calls.hint.map(Cow::into_owned));
        }
    }
    (Status::Failed, None)
}
