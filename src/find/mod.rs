//! Finding claims again: a full-text index beside the ledger, and how alike two claims are.
//!
//! The index says which claims fit, never what they say: whoever shows one reads it from the ledger.
//! So nothing that is wrong with the index can put words into the ledger's mouth, no signature covers
//! it, and it may be thrown away at any time. [`Index`] notices when it is damaged, behind, or of
//! another ledger ([`State`]); whoever opened it then adds what is new, or builds it anew.
//!
//! What is deliberately absent: reading a ledger. Claims come in as [`FoundClaim`] and leave as ids.
//! Meaning is absent, too: [`likeness`] compares words, names and figures, and knows no language
//! model.

pub mod figures;
mod index;
pub mod likeness;
pub mod profile;
mod query;
mod schema;
mod search;
mod similar;
pub mod sketch;
mod stamp;
pub mod stems;
pub mod tokens;

pub use self::index::{FOLDER, FindError, Index, Stale, State, Writing};
pub use self::query::{FIELDS, Filter, Query, QueryError, QueryFault, STATUSES};
pub use self::schema::FoundClaim;
pub use self::search::{Hits, marks};
pub use self::similar::{LEAST_LIKENESS, MOST_CANDIDATES, Match};
pub use self::stamp::Stamp;
