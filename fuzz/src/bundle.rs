//! Proof bundles that are changed inside and put right again: hashes follow what they are of,
//! entries and the checkpoint are signed anew with test keys, and paths lead to the root.

use std::collections::{BTreeMap, HashMap};

use factlog::audit::bundle::{Bundle, BundleEntry};
use factlog::trust::merkle::{LeafHash, Tree};
use factlog::trust::note::SignedNote;
use factlog::trust::{Checkpoint, InclusionProof, SigningKey};
use factlog::words::id::{EntryId, ObjectId, Sha256Hash};
use serde_json::{Value, json};

use crate::{Pick, json, keys, mutate};

/// A log of more entries is not made: gaps have to be filled.
const MOST_ENTRIES: u64 = 1024;

/// Entries of every kind, to be put into a bundle.
const KINDS: [&str; 13] = [
    include_str!("../seeds/entry/approval"),
    include_str!("../seeds/entry/claim"),
    include_str!("../seeds/entry/erasure"),
    include_str!("../seeds/entry/key-add"),
    include_str!("../seeds/entry/key-revoke"),
    include_str!("../seeds/entry/key-rotate"),
    include_str!("../seeds/entry/log"),
    include_str!("../seeds/entry/policy"),
    include_str!("../seeds/entry/publication"),
    include_str!("../seeds/entry/reaffirmation"),
    include_str!("../seeds/entry/retraction"),
    include_str!("../seeds/entry/roots"),
    include_str!("../seeds/entry/verdict"),
];

/// An entry whose text may be changed still.
struct Held {
    index: u64,
    /// The id before the change.
    was: String,
    tag: String,
    fields: Value,
    signers: Vec<&'static SigningKey>,
    /// Which bit of its first signature is wrong.
    spoiled: Option<usize>,
}

impl Held {
    fn new(index: u64, note: &str) -> Option<Self> {
        let was = EntryId::from(LeafHash::of(note.as_bytes())).to_string();
        let note = SignedNote::parse(note.as_bytes()).ok()?;
        let (tag, line) = note.text().split_once('\n')?;
        Some(Self {
            index,
            was,
            tag: tag.to_owned(),
            fields: json::read(line.trim_end().as_bytes())?,
            signers: note.signatures().iter().filter_map(keys::named).collect(),
            spoiled: None,
        })
    }
}

/// A bundle in parts.
struct Parts {
    verdict: String,
    origin: String,
    size: u64,
    log: &'static SigningKey,
    is_cosigned: bool,
    entries: Vec<Held>,
    objects: BTreeMap<String, Vec<u8>>,
    slices: BTreeMap<(ObjectId, factlog::trust::SliceRange), Vec<u8>>,
    /// What hashes have become.
    renamed: HashMap<String, String>,
}

/// Changes a bundle in one or more places and puts all else right; `None` where it is not one.
pub fn change(bytes: &[u8], pick: &mut Pick) -> Option<Vec<u8>> {
    let mut parts = Parts::of(&Bundle::parse(bytes).ok()?)?;
    let times = if pick.one_in(2) { 1 } else { 1 + pick.below(3) };
    for _ in 0..times {
        parts.change(pick);
    }
    Some(parts.mended()?.to_bytes())
}

/// Puts a bundle right without a change to it.
pub fn mend(bundle: &Bundle) -> Option<Bundle> {
    Parts::of(bundle)?.mended()
}

/// Puts a bundle right but for one signature of an entry, in which a bit is changed: all hashes are
/// those of what then stands there.
pub fn unsigned(bundle: &Bundle, pick: &mut Pick) -> Option<Bundle> {
    let mut parts = Parts::of(bundle)?;
    let at = pick.below(parts.entries.len().max(1));
    parts.entries.get_mut(at)?.spoiled = Some(pick.below(512));
    parts.mended()
}

impl Parts {
    fn of(bundle: &Bundle) -> Option<Self> {
        let note = SignedNote::parse(bundle.checkpoint.as_bytes()).ok()?;
        let mut lines = note.text().lines();
        let origin = lines.next()?.to_owned();
        let size = lines.next()?.parse().ok()?;
        let entries = bundle.entries.iter();
        let entries = entries.map(|shown| Held::new(shown.index, &shown.note));
        let objects = bundle.objects.iter();
        Some(Self {
            verdict: bundle.about.entry().to_string(),
            origin,
            size,
            log: note
                .signatures()
                .iter()
                .find_map(keys::named)
                .unwrap_or(keys::log()),
            is_cosigned: note.signatures().len() > 1,
            entries: entries.collect::<Option<_>>()?,
            objects: objects
                .map(|(id, bytes)| (id.to_string(), bytes.clone()))
                .collect(),
            slices: bundle.slices.clone(),
            renamed: HashMap::new(),
        })
    }

    fn change(&mut self, pick: &mut Pick) {
        match pick.below(12) {
            0..=3 => {
                // Where genesis is wrong, so is all that follows.
                let from = usize::from(self.entries.len() > 1 && !pick.one_in(16));
                let at = from + pick.below(self.entries.len().saturating_sub(from).max(1));
                if let Some(entry) = self.entries.get_mut(at) {
                    json::change(&mut entry.fields, pick);
                }
            }
            4..=6 => self.change_object(pick),
            7 => {
                let at = pick.below(self.entries.len().max(1));
                if at < self.entries.len() {
                    self.entries.remove(at);
                }
            }
            8 | 9 => self.append(pick),
            10 => match pick.below(4) {
                0 => self.is_cosigned = !self.is_cosigned,
                1 => self.size = self.size.wrapping_add(pick.number() % 4),
                2 => self.log = pick.of(keys::all()).expect("there are keys"),
                _ => {
                    let at = pick.below(self.entries.len().max(1));
                    if let Some(entry) = self.entries.get(at) {
                        self.verdict.clone_from(&entry.was);
                    }
                }
            },
            _ => {
                let at = pick.below(self.slices.len().max(1));
                let key = self.slices.keys().nth(at).copied();
                if let Some(slice) = key.and_then(|key| self.slices.get_mut(&key)) {
                    *slice = mutate(slice);
                }
            }
        }
    }

    fn change_object(&mut self, pick: &mut Pick) {
        let at = pick.below(self.objects.len().max(1));
        let Some((id, bytes)) = self.objects.iter().nth(at) else {
            return;
        };
        let (id, bytes) = (id.clone(), bytes.clone());
        if pick.one_in(8) {
            self.objects.remove(&id);
            return;
        }
        let changed = match json::read(&bytes) {
            Some(mut value) if !pick.one_in(16) => {
                json::change(&mut value, pick);
                json::write(&value)
            }
            _ => mutate(&bytes),
        };
        self.rename(&id, changed);
    }

    fn rename(&mut self, id: &str, bytes: Vec<u8>) {
        self.objects.remove(id);
        let new = ObjectId::of(&bytes).to_string();
        self.renamed.remove(&new);
        self.renamed.insert(id.to_owned(), new.clone());
        self.objects.insert(new, bytes);
    }

    /// Appends an entry: one of the bundle again, or one of another ledger.
    fn append(&mut self, pick: &mut Pick) {
        let index = self
            .entries
            .last()
            .map_or(0, |last| last.index + 1)
            .max(self.size);
        let foreign = pick
            .one_in(2)
            .then(|| Held::new(index, KINDS[pick.below(KINDS.len())]));
        let mut entry = match foreign.flatten() {
            Some(entry) => entry,
            None => {
                let at = pick.below(self.entries.len().max(1));
                let Some(entry) = self.entries.get(at) else {
                    return;
                };
                Held {
                    index,
                    was: entry.was.clone(),
                    tag: entry.tag.clone(),
                    fields: entry.fields.clone(),
                    signers: entry.signers.clone(),
                    spoiled: None,
                }
            }
        };
        // What it says of its place, as its author would write it; what it is about, by chance.
        if pick.one_in(2)
            && let Some(other) = pick.of(&self.entries)
            && let Some(by) = entry.fields.get_mut("by")
        {
            // Someone who is enrolled.
            by.clone_from(&other.fields["by"]);
        }
        let by = entry.fields["by"].clone();
        let mut before = self.entries.iter().filter(|other| other.fields["by"] == by);
        let chain = match before.next_back() {
            Some(last) => json!({
                "n": last.fields["chain"]["n"].as_u64().unwrap_or(0).saturating_add(1),
                "prev": last.was,
            }),
            None => json!({ "n": 0 }),
        };
        let at = self.entries.last().map(|last| last.fields["at"].clone());
        let kind = entry.fields["kind"].as_str().unwrap_or("").to_owned();
        let Some(fields) = entry.fields.as_object_mut() else {
            return;
        };
        fields.insert("chain".into(), chain);
        fields.insert("at".into(), at.unwrap_or_default());
        if let Some(after) = fields.get_mut("after").and_then(Value::as_object_mut) {
            after.insert("size".into(), json!(index));
        }
        if let (true, Some(first)) = (fields.contains_key("ledger"), self.entries.first()) {
            fields.insert("ledger".into(), json!(first.was));
        }
        if pick.one_in(4) {
            fields.remove("supersedes");
            fields.remove("change");
        }
        for (field, value) in &mut *fields {
            let chosen = match field.as_str() {
                "supersedes" => self.id_of(&kind, pick),
                "claim" | "source" | "verdict" if kind != *field => self.id_of(field, pick),
                "note" => self.object_of("note", pick),
                "claim" | "policy" | "verdict" => self.object_of(field, pick),
                "object" => self.objects.keys().next().cloned(),
                _ => None,
            };
            if let Some(chosen) = chosen {
                *value = json!(chosen);
            }
        }
        entry.was = format!("appended {index}");
        self.size = index + 1;
        self.entries.push(entry);
    }

    /// Returns an entry of a kind, more often the last.
    fn id_of(&self, kind: &str, pick: &mut Pick) -> Option<String> {
        let entries = self.entries.iter();
        let ids: Vec<&String> = entries
            .filter(|entry| entry.fields["kind"] == kind)
            .map(|entry| &entry.was)
            .collect();
        let id = if pick.one_in(2) {
            ids.last()
        } else {
            pick.of(&ids)
        };
        id.map(|id| (*id).clone())
    }

    /// Returns an object of a type; makes a note where there is none.
    fn object_of(&mut self, name: &str, pick: &mut Pick) -> Option<String> {
        let wanted = format!("factlog/{name}@v1");
        let is_one =
            |bytes: &[u8]| json::read(bytes).is_some_and(|object| object["type"] == *wanted);
        let objects = self.objects.iter().filter(|(_, bytes)| is_one(bytes));
        let ids: Vec<String> = objects.map(|(id, _)| id.clone()).collect();
        if let (true, "note") = (ids.is_empty(), name) {
            let note = json!({"salt": "0".repeat(32), "text": "Because.", "type": wanted});
            let bytes = json::write(&note);
            let id = ObjectId::of(&bytes).to_string();
            self.objects.insert(id.clone(), bytes);
            return Some(id);
        }
        pick.of(&ids).cloned()
    }

    /// Writes a bundle of which as much is right as can be.
    fn mended(mut self) -> Option<Bundle> {
        self.entries.sort_by_key(|entry| entry.index);
        self.entries.dedup_by_key(|entry| entry.index);
        let last = self.entries.last()?.index;
        let size = self.size.max(last.checked_add(1)?);
        if size > MOST_ENTRIES {
            return None;
        }
        let mut notes: Vec<(u64, SignedNote)> = Vec::new();
        for mut entry in std::mem::take(&mut self.entries) {
            self.follow(&mut entry.fields);
            self.measure(&mut entry.fields);
            let text = format!(
                "{}\n{}\n",
                entry.tag,
                String::from_utf8(json::write(&entry.fields)).ok()?
            );
            let mut note = SignedNote::sign(&text, &signers(&entry)).ok()?;
            if let Some(bit) = entry.spoiled {
                let mut lines = note.signatures().to_vec();
                lines[0].signature[bit / 8] ^= 1 << (bit % 8);
                note = SignedNote::assemble(note.text(), lines).ok()?;
            }
            let id = EntryId::from(LeafHash::of(note.bytes())).to_string();
            self.renamed.insert(entry.was, id);
            notes.push((entry.index, note));
        }
        let mut tree = Tree::new();
        let mut next = notes.iter().peekable();
        for index in 0..size {
            let leaf = match next.next_if(|(at, _)| *at == index) {
                Some((_, note)) => LeafHash::of(note.bytes()),
                None => LeafHash::of(format!("gap {index}").as_bytes()),
            };
            tree.push(leaf);
        }
        let mut entries = Vec::new();
        for (index, note) in &notes {
            entries.push(BundleEntry {
                index: *index,
                note: note.as_str().to_owned(),
                path: InclusionProof::prove(*index, size, &tree).ok()?.hashes,
            });
        }
        let verdict = self.now(&self.verdict);
        let slices = std::mem::take(&mut self.slices);
        let slices = slices.into_iter().map(|((text, range), bytes)| {
            let now = self.now(&text.to_string());
            ((now.parse().unwrap_or(text), range), bytes)
        });
        Some(Bundle {
            verdict: verdict.parse().ok()?,
            checkpoint: self.checkpoint(&tree)?,
            entries,
            slices: slices.collect(),
            objects: self
                .objects
                .values()
                .map(|bytes| (ObjectId::of(bytes), bytes.clone()))
                .collect(),
        })
    }

    fn checkpoint(&self, tree: &Tree) -> Option<String> {
        let origin = self.origin.parse().ok()?;
        let checkpoint = Checkpoint {
            origin,
            head: tree.head(),
        };
        let note = SignedNote::sign(&checkpoint.to_text(), &[self.log]).ok()?;
        if !self.is_cosigned {
            return Some(note.as_str().to_owned());
        }
        let verified = note.verify(&[self.log.verifier()]).ok()?;
        let witness = keys::witness(0);
        let cosignature = witness.cosign(&verified, 1_795_346_012).ok()?;
        let line = cosignature.to_line(witness.witness());
        Some(note.with_lines(&[line]).ok()?.as_str().to_owned())
    }

    /// Has every hash in a value be of what it was of, and every object in it likewise.
    fn follow(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => {
                let id = self.now(text);
                if let Some(mut inner) = self.objects.get(&id).and_then(|bytes| json::read(bytes)) {
                    self.follow_ids(&mut inner);
                    self.rename(&id, json::write(&inner));
                }
                *text = self.now(&id);
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.follow(item)),
            Value::Object(fields) => fields.values_mut().for_each(|item| self.follow(item)),
            _ => {}
        }
    }

    /// Returns what a hash has become.
    fn now(&self, text: &str) -> String {
        let mut now = text;
        while let Some(next) = self.renamed.get(now).filter(|next| *next != now) {
            now = next;
        }
        now.to_owned()
    }

    fn follow_ids(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.now(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.follow_ids(item)),
            Value::Object(fields) => fields.values_mut().for_each(|item| self.follow_ids(item)),
            _ => {}
        }
    }

    /// States the length and the other hash of what a source keeps.
    fn measure(&self, fields: &mut Value) {
        for part in ["raw", "text"] {
            let id = fields
                .get(part)
                .and_then(|kept| kept.get("blake3"))
                .and_then(Value::as_str);
            if let Some(bytes) = id.and_then(|id| self.objects.get(id)) {
                let kept = json!({
                    "blake3": id,
                    "bytes": bytes.len(),
                    "sha256": Sha256Hash::of(bytes).to_string(),
                });
                fields[part] = kept;
            }
        }
    }
}

/// Returns who signs an entry: its author, and whoever signed before, or is enrolled by it.
fn signers(entry: &Held) -> Vec<&'static SigningKey> {
    let field = |name: &str| entry.fields.get(name).and_then(Value::as_str);
    let author = field("by").and_then(keys::by_vkey);
    let added = field("key")
        .filter(|_| field("op") != Some("revoke"))
        .and_then(keys::by_vkey);
    let before = entry.signers.iter().skip(1).copied();
    let mut all: Vec<&'static SigningKey> = Vec::new();
    for key in author.into_iter().chain(before).chain(added) {
        if all.iter().all(|known| known.verifier() != key.verifier()) {
            all.push(key);
        }
    }
    if all.is_empty() {
        all.extend(entry.signers.first());
    }
    all
}
