//! Objects, as the auditor meets them: there, erased, withheld, missing or unreadable.
//!
//! [`Objects`] is what hands out bytes; nothing it says is trusted: bytes are hashed, and an erasure
//! is looked for in the log. [`Texts`] keeps the texts that consecutive claims point into.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use crate::trust::slice::SliceRange;
use crate::words::id::{ObjectId, Sha256Hash};
use crate::words::span::CountedText;

/// How an object was met.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ObjectState {
    /// Its bytes, unchecked.
    Present(Vec<u8>),
    /// Taken away, as whoever keeps objects says; an `erasure` entry must say so too.
    Erased,
    /// Not published.
    Withheld,
    /// Not there, and nothing says why.
    Missing,
    /// Not there, for the copy that the ledger was restored from withheld it, as the ledger's keeper
    /// says.
    Unrestored,
    /// It could not be read; the text says why.
    Unreadable(String),
}

/// Hands out objects.
pub trait Objects: Sync {
    /// Returns an object, or why there is none.
    fn object(&self, id: &ObjectId) -> ObjectState;

    /// Returns a slice of a text that is withheld, unchecked; `None` where there is none.
    fn slice(&self, _text: &ObjectId, _range: SliceRange) -> Option<Vec<u8>> {
        None
    }
}

impl<O: Objects + ?Sized> Objects for &O {
    fn object(&self, id: &ObjectId) -> ObjectState {
        (**self).object(id)
    }

    fn slice(&self, text: &ObjectId, range: SliceRange) -> Option<Vec<u8>> {
        (**self).slice(text, range)
    }
}

/// Objects in memory: those of a pending append, or of a test.
impl Objects for BTreeMap<ObjectId, Vec<u8>> {
    fn object(&self, id: &ObjectId) -> ObjectState {
        self.get(id)
            .cloned()
            .map_or(ObjectState::Missing, ObjectState::Present)
    }
}

/// Why there is no text to check against.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoText {
    /// It was erased.
    #[error("the text is erased")]
    Erased,
    /// It is not published.
    #[error("the text is withheld")]
    Withheld,
    /// It is missing.
    #[error("the text is missing")]
    Missing,
    /// It did not come back.
    #[error("the copy that the ledger was restored from withheld the text")]
    Unrestored,
    /// It can't be read.
    #[error("the text can't be read")]
    Unreadable,
    /// Its bytes are others, or no text.
    #[error("the text is damaged")]
    Damaged,
}

/// At most this many bytes of texts are kept at hand, one larger text aside: claims of one source
/// stand together, so a few articles suffice.
const CACHED_BYTES: usize = 8 * 1024 * 1024;
/// At most this many texts are kept at hand, so that looking through them stays cheap.
const CACHED_TEXTS: usize = 32;

/// The texts met last, each checked against its id once.
#[derive(Default)]
pub struct Texts(Mutex<Cache>);

/// A text that many claims may quote.
pub(super) type Text = CountedText<String>;

#[derive(Default)]
struct Cache {
    texts: VecDeque<(ObjectId, Arc<Text>)>,
    bytes: usize,
    /// What was found of the bytes that sources keep: many may keep the same.
    measured: HashMap<ObjectId, Measured>,
}

/// What is known of bytes that are those of their id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Measured {
    pub(super) bytes: u64,
    pub(super) sha256: Sha256Hash,
    /// Whether they were found to be a good text.
    pub(super) is_text: bool,
}

impl Texts {
    /// Returns a text whose bytes are those of its id.
    pub(super) fn get(&self, id: &ObjectId, objects: &impl Objects) -> Result<Arc<Text>, NoText> {
        if let Some(known) = self.cached(id) {
            return Ok(known);
        }
        match objects.object(id) {
            ObjectState::Present(bytes) if ObjectId::of(&bytes) != *id => Err(NoText::Damaged),
            ObjectState::Present(bytes) => String::from_utf8(bytes)
                .map(|text| self.keep(*id, text))
                .map_err(|_| NoText::Damaged),
            ObjectState::Erased => Err(NoText::Erased),
            ObjectState::Withheld => Err(NoText::Withheld),
            ObjectState::Missing => Err(NoText::Missing),
            ObjectState::Unrestored => Err(NoText::Unrestored),
            ObjectState::Unreadable(_) => Err(NoText::Unreadable),
        }
    }

    /// Returns what was found of an object's bytes before.
    pub(super) fn measured(&self, id: &ObjectId) -> Option<Measured> {
        let cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cache.measured.get(id).copied()
    }

    /// Keeps what was found of an object's bytes.
    pub(super) fn measure(&self, id: ObjectId, measured: Measured) {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = cache.measured.entry(id).or_insert(measured);
        known.is_text |= measured.is_text;
    }

    fn cached(&self, id: &ObjectId) -> Option<Arc<Text>> {
        let cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cache.text(id)
    }

    /// Puts a text first, its bytes having been checked against its id, and lets the last ones go.
    pub(super) fn keep(&self, id: ObjectId, text: String) -> Arc<Text> {
        if let Some(known) = self.cached(&id) {
            return known;
        }
        // Others need not wait while its code points are counted.
        let text = Arc::new(CountedText::new(text));
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = cache.text(&id) {
            return known;
        }
        cache.bytes += text.as_str().len();
        cache.texts.push_front((id, Arc::clone(&text)));
        while cache.texts.len() > CACHED_TEXTS
            || (cache.bytes > CACHED_BYTES && cache.texts.len() > 1)
        {
            let gone = cache.texts.pop_back();
            cache.bytes -= gone.map_or(0, |(_, text)| text.as_str().len());
        }
        text
    }
}

impl Cache {
    fn text(&self, id: &ObjectId) -> Option<Arc<Text>> {
        let found = self.texts.iter().find(|(known, _)| known == id);
        found.map(|(_, text)| Arc::clone(text))
    }
}
