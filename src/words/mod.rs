//! The fact-checker's nouns, as plain values.
//!
//! Everything here is a value that stands in an entry or an object: ids, spans, quotes, times,
//! claims, verdicts, policies. The JSON profile that all of them are written in is [`json`]; the
//! bytes are specified in `docs/format.md`. Nothing here does I/O, reads a clock or draws a random
//! number.

pub(crate) mod canonical;
pub mod claim;
pub mod id;
pub mod json;
pub mod manifest;
pub mod note;
pub mod object;
pub mod policy;
pub mod salt;
pub mod source;
pub mod span;
pub mod time;
pub mod verdict;
