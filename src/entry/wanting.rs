//! What an entry still wants: whose signatures are missing before it may be appended.
//!
//! `docs/format.md`, section 2.2, "Who signs what". An entry that several people sign goes from one
//! to the other in a pending file (section 8); each time what is missing is computed anew, from the
//! entry and the roots in force.
//!
//! Not here: whether the signatures hold ([`Entry::verify_so_far`]), and whether the author may sign
//! at all, which replay says.

use std::fmt;

use super::{Body, Entry, RootSet};
use crate::trust::key::VerifierKey;

/// Whose signatures an entry lacks.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wanting {
    /// Keys that must sign and have not.
    pub keys: Vec<VerifierKey>,
    /// The roots in force, where too few of them signed.
    pub roots: Option<Short>,
    /// The roots that the entry puts in their place, where too few of them signed.
    pub new_roots: Option<Short>,
}

/// A threshold that is not met.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Short {
    /// How many signed.
    pub signed: usize,
    /// How many must.
    pub threshold: u32,
    /// Those that have not signed.
    pub open: Vec<VerifierKey>,
}

impl Short {
    fn of(entry: &Entry, keys: &[VerifierKey], threshold: u32) -> Option<Self> {
        let (there, open): (Vec<_>, Vec<_>) = keys.iter().partition(|key| has_signed(entry, key));
        (there.len() < threshold as usize).then(|| Self {
            signed: there.len(),
            threshold,
            open: open.into_iter().cloned().collect(),
        })
    }

    fn write(&self, called: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = self.threshold as usize - self.signed;
        let names: Vec<String> = self.open.iter().map(named).collect();
        write!(f, "{more} more of the {called} {}", names.join(", "))
    }
}

fn has_signed(entry: &Entry, key: &VerifierKey) -> bool {
    let lines = entry.note().signatures();
    lines.iter().any(|line| line.names(key))
}

fn named(key: &VerifierKey) -> String {
    format!("{}+{}", key.name(), key.id())
}

impl Entry {
    /// Says whose signatures are missing, by the roots in force where it would be appended.
    ///
    /// Lines are taken at their word: [`Self::verify_so_far`] verifies them.
    pub fn wanting(&self, roots: &RootSet) -> Wanting {
        let must = std::iter::once(&self.header().by).chain(self.body().required_signers());
        let mut keys: Vec<VerifierKey> = Vec::new();
        for key in must {
            if !has_signed(self, key) && !keys.contains(key) {
                keys.push(key.clone());
            }
        }
        let is_carried = self.body().takes_roots() && roots.keys.contains(&self.header().by);
        let new_roots = match self.body() {
            Body::Roots(new) => Short::of(self, &new.keys, new.threshold),
            _ => None,
        };
        Wanting {
            keys,
            roots: is_carried
                .then(|| Short::of(self, &roots.keys, roots.threshold))
                .flatten(),
            new_roots,
        }
    }
}

impl Wanting {
    /// Says whether no signature is missing.
    pub fn is_complete(&self) -> bool {
        self.keys.is_empty() && self.roots.is_none() && self.new_roots.is_none()
    }

    /// Returns the keys whose signatures would bring the entry nearer to being complete.
    pub fn open(&self) -> Vec<&VerifierKey> {
        let mut open: Vec<&VerifierKey> = self.keys.iter().collect();
        let short = self.roots.iter().chain(&self.new_roots);
        for key in short.flat_map(|short| &short.open) {
            if !open.contains(&key) {
                open.push(key);
            }
        }
        open
    }
}

impl fmt::Display for Wanting {
    /// Names those who are missing, in one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<String> = self.keys.iter().map(named).collect();
        f.write_str(&keys.join(", "))?;
        let mut comma = if keys.is_empty() { "" } else { "; " };
        for (short, called) in [(&self.roots, "roots"), (&self.new_roots, "new roots")] {
            if let Some(short) = short {
                f.write_str(comma)?;
                short.write(called, f)?;
                comma = "; ";
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{Chain, Draft, Header, KeyEntry, Role, Roots};
    use crate::trust::SigningKey;
    use crate::trust::note::{SignatureLine, signing_order};
    use crate::words::id::EntryId;

    fn key(name: &str, seed: u8) -> SigningKey {
        let name = format!("desk.example/{name}").parse().expect("a name");
        SigningKey::from_seed(name, &[seed; 32])
    }

    fn line(key: &SigningKey, text: &str) -> SignatureLine {
        SignatureLine {
            name: key.name().clone(),
            id: key.verifier().id(),
            signature: key.sign(text).0.to_vec(),
        }
    }

    fn begun(by: &SigningKey, body: Body) -> Entry {
        let header = Header {
            by: by.verifier().clone(),
            ledger: Some(EntryId([1; 32])),
            at: "2026-11-22T10:00:00Z".parse().expect("a time"),
            after: Some(crate::trust::merkle::TreeHead {
                size: 1,
                ..crate::trust::merkle::TreeHead::empty()
            }),
            chain: Chain { n: 0, prev: None },
        };
        let draft = Draft { header, body };
        let text = draft.text().expect("a text");
        draft.assemble(vec![line(by, &text)]).expect("an entry")
    }

    fn set(keys: &[&SigningKey], threshold: u32) -> RootSet {
        let mut keys: Vec<VerifierKey> = keys.iter().map(|key| key.verifier().clone()).collect();
        keys.sort_by(signing_order);
        RootSet { keys, threshold }
    }

    #[test]
    fn lines_are_added_in_their_place_until_none_is_wanted() {
        let (zoe, bob, ann) = (key("zoe", 1), key("bob", 2), key("ann", 3));
        let roots = set(&[&zoe, &ann], 2);
        let added = begun(
            &zoe,
            Body::Key(KeyEntry::add(bob.verifier().clone(), vec![Role::Reviewer])),
        );
        let wanting = added.wanting(&roots);
        assert_eq!(wanting.keys, [bob.verifier().clone()]);
        assert_eq!(wanting.open(), [bob.verifier(), ann.verifier()]);
        let said = format!(
            "desk.example/bob+{}; 1 more of the roots desk.example/ann+{}",
            bob.verifier().id(),
            ann.verifier().id()
        );
        assert_eq!(wanting.to_string(), said);
        assert!(added.verify(&roots.keys).is_err());
        assert!(added.verify_so_far(&roots.keys).is_ok());
        let text = added.note().text().to_owned();
        let more = added.with_line(line(&bob, &text)).expect("an entry");
        let whole = more.with_line(line(&ann, &text)).expect("an entry");
        assert!(whole.wanting(&roots).is_complete());
        // The author first, the others by name.
        let signers = whole.verify(&roots.keys).expect("it holds");
        assert_eq!(
            signers,
            [&zoe, &ann, &bob].map(|key| key.verifier().clone())
        );
        assert!(whole.with_line(line(&ann, &text)).is_err(), "twice");
        let forged = added.with_line(line(&ann, "another\n")).expect("an entry");
        let forged = forged.with_line(line(&bob, &text)).expect("an entry");
        assert!(forged.verify_so_far(&roots.keys).is_err());
    }

    #[test]
    fn new_roots_have_a_threshold_of_their_own() {
        let (old, new) = (key("old", 1), key("new", 2));
        let next = set(&[&old, &new], 2);
        let entry = begun(
            &old,
            Body::Roots(Roots {
                keys: next.keys.clone(),
                threshold: 2,
                from: None,
            }),
        );
        let wanting = entry.wanting(&set(&[&old], 1));
        assert_eq!(wanting.roots, None);
        let short = wanting.new_roots.as_ref().expect("too few");
        assert_eq!((short.signed, short.threshold), (1, 2));
        assert_eq!(wanting.open(), [new.verifier()]);
    }
}
