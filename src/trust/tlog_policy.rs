//! Trust policies: which logs and witnesses a reader knows, and which cosignatures are enough.
//!
//! Follows C2SP tlog-policy. Logs and witnesses are known by their public keys, a policy's own
//! names stand only in it, and a checkpoint is good if one of the logs signed it and the quorum of
//! witnesses cosigned it. This policy is the reader's: nothing in a ledger names witnesses.
//!
//! Departures: [`MAX_BYTES`] and [`MAX_EACH`] bound a policy; keys are Ed25519 (a policy that names
//! others is refused, not read in part), and as strict as in `key`; no public key stands twice,
//! be it a log's or a witness's; URLs are UTF-8; and the last line may lack its line feed, which is
//! wider than the specification.
//!
//! What a policy says of a checkpoint is an [`Evaluation`].
//!
//! Not here: whether a cosignature is old, or of the future: an evaluation has the times.

use std::collections::{HashMap, HashSet};
use std::fmt;

use super::checkpoint::parse_decimal;
use super::cosignature::WitnessKey;
use super::key::{KeyError, KeyId, KeyName, PublicKey, VerifierKey};

mod evaluation;

pub use evaluation::{Evaluation, EvaluationError};

/// The most bytes a policy has: a thousand lines of each kind with long URLs fit well.
pub const MAX_BYTES: usize = 1 << 20;

/// The most logs, witnesses and groups, of each, that a policy has. C2SP asks for 32 at least.
pub const MAX_EACH: usize = 1000;

/// The name that stands for no witness at all, in the quorum and only there.
const NONE: &[u8] = b"none";

/// Says why bytes are not a trust policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The policy is longer than [`MAX_BYTES`].
    #[error("a trust policy has at most {MAX_BYTES} bytes, this has {0}")]
    TooLong(usize),
    /// No line says what the quorum is.
    #[error("the trust policy has no quorum line")]
    NoQuorum,
    /// A line is wrong.
    #[error("line {line} of the trust policy is wrong")]
    Line {
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        source: LineError,
    },
}

/// Says what is wrong with a line of a trust policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// A byte that may not stand in a policy.
    #[error("byte {0:#04x} may not stand in a trust policy")]
    Byte(u8),
    /// The first word is none of the four.
    #[error("a line begins with log, witness, group or quorum, not {0}")]
    Keyword(PolicyName),
    /// The line has too few or too many words.
    #[error("such a line is {0}")]
    Form(&'static str),
    /// There are more than [`MAX_EACH`] such lines.
    #[error("a trust policy has at most {MAX_EACH} {0}")]
    TooMany(&'static str),
    /// A key or URL is not UTF-8.
    #[error("{0} is not UTF-8")]
    Utf8(PolicyName),
    /// A key is none that a log or a witness has here.
    #[error("the key is not one that we can verify with")]
    Key(#[from] KeyError),
    /// A public key stands twice.
    #[error("the public key of {0} stands in an earlier line")]
    KeyTwice(KeyName),
    /// Two different keys share name and key id.
    #[error("another key in an earlier line is called {name} ({id}) too")]
    Ambiguous {
        /// The name of both.
        name: KeyName,
        /// The id of both.
        id: KeyId,
    },
    /// A name is defined twice, or is `none`.
    #[error("the name {0} is taken")]
    Taken(PolicyName),
    /// A name is used that no line before defines.
    #[error("no line before names a witness or group {0}")]
    Unknown(PolicyName),
    /// A name is listed as a member twice.
    #[error("{0} is a member of a group already")]
    MemberTwice(PolicyName),
    /// A threshold is no number, or not one from 1 to that of the members.
    #[error("{threshold} is neither all nor any nor a number from 1 to {members}")]
    Threshold {
        /// What stands there.
        threshold: PolicyName,
        /// How many members are listed.
        members: usize,
    },
    /// There is a second quorum line.
    #[error("the quorum is named in an earlier line")]
    SecondQuorum,
}

/// What a policy calls a witness or a group: bytes, compared as they are, which mean nothing
/// outside of the policy.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyName(Vec<u8>);

impl PolicyName {
    fn new(word: &[u8]) -> Self {
        Self(word.to_vec())
    }

    /// Returns the bytes: not empty, no white space, no control character, not always UTF-8.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Writes the name, with U+FFFD for what is not UTF-8.
impl fmt::Display for PolicyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl fmt::Debug for PolicyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PolicyName({})", self.0.escape_ascii())
    }
}

/// A log that the policy knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyLog {
    /// Its key, whose name is the origin of its checkpoints.
    pub key: VerifierKey,
    /// Where it can be reached.
    pub url: Option<String>,
}

/// A witness that the policy knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWitness {
    /// What the policy calls it.
    pub name: PolicyName,
    /// Its key.
    pub key: WitnessKey,
    /// Where checkpoints can be submitted to it.
    pub url: Option<String>,
}

/// Witnesses and groups, so many of which must have witnessed a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyGroup {
    /// What the policy calls it.
    pub name: PolicyName,
    /// How many of its members are enough.
    pub threshold: usize,
    members: Vec<Party>,
}

impl PolicyGroup {
    /// Returns how many members the group has.
    pub fn size(&self) -> usize {
        self.members.len()
    }
}

/// A witness or a group, by its place among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Party {
    Witness(usize),
    Group(usize),
}

/// Who must have witnessed a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quorum {
    /// No cosignature is asked for.
    Nobody,
    /// This witness, or enough of this group.
    Party(Party),
}

/// A trust policy: logs, witnesses, groups, and which of them is the quorum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustPolicy {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    /// Each group's members stand before it.
    groups: Vec<PolicyGroup>,
    quorum: Quorum,
}

impl TrustPolicy {
    /// Reads a policy.
    pub fn parse(bytes: &[u8]) -> Result<Self, PolicyError> {
        if bytes.len() > MAX_BYTES {
            return Err(PolicyError::TooLong(bytes.len()));
        }
        let mut reader = Reader::default();
        for (index, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
            reader.line(line).map_err(|source| PolicyError::Line {
                line: index + 1,
                source,
            })?;
        }
        Ok(Self {
            quorum: reader.quorum.ok_or(PolicyError::NoQuorum)?,
            logs: reader.logs,
            witnesses: reader.witnesses,
            groups: reader.groups,
        })
    }

    /// Returns the logs, in their order in the policy.
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// Returns the witnesses, in their order in the policy.
    pub fn witnesses(&self) -> &[PolicyWitness] {
        &self.witnesses
    }

    /// Returns the groups, in their order in the policy: members stand before their group.
    pub fn groups(&self) -> &[PolicyGroup] {
        &self.groups
    }

    /// Returns the name of the witness or group that is the quorum; `None` if none is needed.
    pub fn quorum(&self) -> Option<&PolicyName> {
        match self.quorum {
            Quorum::Nobody => None,
            Quorum::Party(Party::Witness(index)) => Some(&self.witnesses[index].name),
            Quorum::Party(Party::Group(index)) => Some(&self.groups[index].name),
        }
    }
}

/// A policy that is being read.
#[derive(Default)]
struct Reader {
    logs: Vec<PolicyLog>,
    witnesses: Vec<PolicyWitness>,
    groups: Vec<PolicyGroup>,
    quorum: Option<Quorum>,
    names: HashMap<PolicyName, Party>,
    members: HashSet<Party>,
    keys: HashSet<PublicKey>,
    /// The (name, key id) of the keys: two with the same could not be told apart on a note.
    ids: HashSet<(KeyName, KeyId)>,
}

impl Reader {
    fn line(&mut self, line: &[u8]) -> Result<(), LineError> {
        // "the allowed octet values are 0x09 (tab), 0x0A (newline), 0x20-0x7E, and 0x80-0xFF."
        let allowed = |byte: u8| byte == b'\t' || byte >= 0x20 && byte != 0x7f;
        if let Some(&byte) = line.iter().find(|&&byte| !allowed(byte)) {
            return Err(LineError::Byte(byte));
        }
        let words: Vec<&[u8]> = line
            .split(|&byte| byte == b' ' || byte == b'\t')
            .filter(|word| !word.is_empty())
            .collect();
        match words.as_slice() {
            [] => Ok(()),
            [word, ..] if word[0] == b'#' => Ok(()),
            [b"log", words @ ..] => self.log(words),
            [b"witness", words @ ..] => self.witness(words),
            [b"group", words @ ..] => self.group(words),
            [b"quorum", words @ ..] => self.quorum(words),
            [word, ..] => Err(LineError::Keyword(PolicyName::new(word))),
        }
    }

    fn log(&mut self, words: &[&[u8]]) -> Result<(), LineError> {
        let (vkey, url) = match words {
            [vkey] => (vkey, None),
            [vkey, url] => (vkey, Some(text(url)?.to_owned())),
            _ => return Err(LineError::Form("log <vkey> [<url>]")),
        };
        let key: VerifierKey = text(vkey)?.parse()?;
        self.enter(key.name(), key.id(), key.public())?;
        push(&mut self.logs, PolicyLog { key, url }, "logs").map(|_| ())
    }

    fn witness(&mut self, words: &[&[u8]]) -> Result<(), LineError> {
        let (name, vkey, url) = match words {
            [name, vkey] => (name, vkey, None),
            [name, vkey, url] => (name, vkey, Some(text(url)?.to_owned())),
            _ => return Err(LineError::Form("witness <name> <vkey> [<url>]")),
        };
        let name = self.untaken(name)?;
        let key: WitnessKey = text(vkey)?.parse()?;
        self.enter(key.name(), key.id(), key.public())?;
        let witness = PolicyWitness {
            name: name.clone(),
            key,
            url,
        };
        let index = push(&mut self.witnesses, witness, "witnesses")?;
        self.names.insert(name, Party::Witness(index));
        Ok(())
    }

    fn group(&mut self, words: &[&[u8]]) -> Result<(), LineError> {
        let [name, threshold, listed @ ..] = words else {
            return Err(LineError::Form("group <name> all|any|<k> <member>..."));
        };
        if listed.is_empty() {
            return Err(LineError::Form("group <name> all|any|<k> <member>..."));
        }
        let name = self.untaken(name)?;
        let mut members = Vec::new();
        for word in listed {
            let member = self.defined(word)?;
            // "Each defined name can be listed as a group member at most once."
            if !self.members.insert(member) {
                return Err(LineError::MemberTwice(PolicyName::new(word)));
            }
            members.push(member);
        }
        let threshold = match *threshold {
            b"all" => members.len(),
            b"any" => 1,
            // "it must be written in decimal, and it is required that 1 <= k <= n."
            word => std::str::from_utf8(word)
                .ok()
                .and_then(parse_decimal)
                .and_then(|number| usize::try_from(number).ok())
                .filter(|number| (1..=members.len()).contains(number))
                .ok_or_else(|| LineError::Threshold {
                    threshold: PolicyName::new(word),
                    members: members.len(),
                })?,
        };
        let group = PolicyGroup {
            name: name.clone(),
            threshold,
            members,
        };
        let index = push(&mut self.groups, group, "groups")?;
        self.names.insert(name, Party::Group(index));
        Ok(())
    }

    fn quorum(&mut self, words: &[&[u8]]) -> Result<(), LineError> {
        let [name] = words else {
            return Err(LineError::Form("quorum <name>|none"));
        };
        if self.quorum.is_some() {
            return Err(LineError::SecondQuorum);
        }
        self.quorum = Some(if *name == NONE {
            Quorum::Nobody
        } else {
            Quorum::Party(self.defined(name)?)
        });
        Ok(())
    }

    /// Notes a key, which may stand in no earlier line.
    fn enter(&mut self, name: &KeyName, id: KeyId, public: &PublicKey) -> Result<(), LineError> {
        let name = name.clone();
        if !self.keys.insert(public.clone()) {
            return Err(LineError::KeyTwice(name));
        }
        if !self.ids.insert((name.clone(), id)) {
            return Err(LineError::Ambiguous { name, id });
        }
        Ok(())
    }

    fn untaken(&self, word: &[u8]) -> Result<PolicyName, LineError> {
        let name = PolicyName::new(word);
        if word == NONE || self.names.contains_key(&name) {
            return Err(LineError::Taken(name));
        }
        Ok(name)
    }

    fn defined(&self, word: &[u8]) -> Result<Party, LineError> {
        let name = PolicyName::new(word);
        self.names
            .get(&name)
            .copied()
            .ok_or(LineError::Unknown(name))
    }
}

fn text(word: &[u8]) -> Result<&str, LineError> {
    std::str::from_utf8(word).map_err(|_| LineError::Utf8(PolicyName::new(word)))
}

/// Appends to a list of at most [`MAX_EACH`], and returns the place.
fn push<T>(list: &mut Vec<T>, item: T, what: &'static str) -> Result<usize, LineError> {
    if list.len() == MAX_EACH {
        return Err(LineError::TooMany(what));
    }
    list.push(item);
    Ok(list.len() - 1)
}

#[cfg(test)]
mod tests;
