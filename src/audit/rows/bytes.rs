//! The bytes of a row: each fact's fields in order, nothing between them.
//!
//! A text is a length in one byte and UTF-8; an optional number is a byte 0, or a byte 1 and the
//! number; a choice is one byte.

use std::sync::Arc;

use super::super::facts::{
    ApprovalFacts, Carried, ChainEnd, ClaimFacts, Detail, Ended, EntryFacts, ErasedFacts, Function,
    LedgerFacts, ObjectFacts, SignerFacts, SourceFacts, Taint, TextFacts, VerdictFacts,
};
use crate::entry::{Basis, Decision, Kind, Role, RootSet};
use crate::trust::key::{KeyName, PublicKey, VerifierKey};
use crate::words::id::{EntryId, ObjectId};
use crate::words::policy::RatingCode;
use crate::words::source::Rights;
use crate::words::time::Timestamp;

/// Says why bytes are not a row of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// The row ends too soon.
    #[error("it ends too soon")]
    Short,
    /// Something follows the last field.
    #[error("{0} bytes follow its last field")]
    Trailing(usize),
    /// A field has a value that is never written.
    #[error("its {0} is none")]
    Value(&'static str),
}

const ROLES: [Role; 3] = [Role::Reviewer, Role::Approver, Role::Publisher];
const BASES: [Basis; 5] = [
    Basis::Court,
    Basis::Privacy,
    Basis::Copyright,
    Basis::Safety,
    Basis::Other,
];

impl LedgerFacts {
    /// Writes the row.
    ///
    /// # Panics
    /// If there are more than 255 roots; genesis has room for about a dozen.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        out.extend_from_slice(self.id.as_bytes());
        put_text(&mut out, self.origin.as_str());
        put_key(&mut out, &self.log);
        out.extend_from_slice(&self.log_since.to_be_bytes());
        out.extend_from_slice(&self.roots.threshold.to_be_bytes());
        let count = u8::try_from(self.roots.keys.len()).expect("genesis fits 4,096 bytes");
        out.push(count);
        for root in &self.roots.keys {
            put_key(&mut out, root);
        }
        out.extend_from_slice(self.policy.as_bytes());
        put_index(&mut out, self.taint_changed);
        out
    }

    /// Reads the row.
    pub fn parse(row: &[u8]) -> Result<Self, RowError> {
        read(row, |fields| {
            let id = EntryId(fields.hash()?);
            let origin = fields.name()?;
            let log = fields.key()?;
            let log_since = fields.number()?;
            let threshold = u32::from_be_bytes(fields.take()?);
            let [count] = fields.take()?;
            let keys = (0..count).map(|_| fields.key()).collect::<Result<_, _>>()?;
            let roots = RootSet { keys, threshold };
            let policy = ObjectId(fields.hash()?);
            Ok(Self {
                id,
                origin,
                log,
                log_since,
                roots,
                policy,
                taint_changed: fields.index()?,
            })
        })
    }
}

impl SignerFacts {
    /// Writes the row.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(128);
        put_key(&mut out, &self.key);
        out.push(match &self.function {
            Function::Root => 0,
            Function::Log => 1,
            // The three roles are bits 1, 2 and 3.
            Function::Roles(roles) => ROLES
                .iter()
                .zip([2, 4, 8])
                .filter(|(role, _)| roles.contains(role))
                .map(|(_, bit)| bit)
                .sum(),
        });
        out.extend_from_slice(self.holder.as_bytes());
        out.extend_from_slice(&self.since.to_be_bytes());
        put_index(&mut out, self.ended.map(|ended| ended.at));
        let tainted = self.ended.and_then(|ended| ended.tainted);
        put_index(&mut out, tainted.map(|taint| taint.from));
        put_index(&mut out, tainted.map(|taint| taint.until));
        out
    }

    /// Reads the row.
    pub fn parse(row: &[u8]) -> Result<Self, RowError> {
        read(row, |fields| {
            let key = fields.key()?;
            let [function] = fields.take()?;
            let function = match function {
                0 => Function::Root,
                1 => Function::Log,
                bits if bits & !0b1110 == 0 => Function::Roles(
                    ROLES
                        .into_iter()
                        .zip([2, 4, 8])
                        .filter(|(_, bit)| bits & bit != 0)
                        .map(|(role, _)| role)
                        .collect(),
                ),
                _ => return Err(RowError::Value("function")),
            };
            let holder = fields.public()?;
            let since = fields.number()?;
            let ended = match (fields.index()?, fields.index()?, fields.index()?) {
                (Some(at), Some(from), Some(until)) => Some(Ended {
                    at,
                    tainted: Some(Taint { from, until }),
                }),
                (Some(at), None, None) => Some(Ended { at, tainted: None }),
                (None, None, None) => None,
                _ => return Err(RowError::Value("end")),
            };
            Ok(Self {
                key,
                function,
                holder,
                since,
                ended,
            })
        })
    }
}

impl ChainEnd {
    /// Writes the row.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64);
        out.extend_from_slice(&self.n.to_be_bytes());
        out.extend_from_slice(self.id.as_bytes());
        out.extend_from_slice(&self.at.seconds().to_be_bytes());
        out.extend_from_slice(&self.index.to_be_bytes());
        out.extend_from_slice(&self.whole.to_be_bytes());
        out
    }

    /// Reads the row.
    pub fn parse(row: &[u8]) -> Result<Self, RowError> {
        read(row, |fields| {
            let n = fields.number()?;
            let id = EntryId(fields.hash()?);
            let at = chrono::DateTime::from_timestamp(i64::from_be_bytes(fields.take()?), 0)
                .and_then(Timestamp::new)
                .ok_or(RowError::Value("time"))?;
            Ok(Self {
                n,
                id,
                at,
                index: fields.number()?,
                whole: fields.number()?,
            })
        })
    }
}

impl EntryFacts {
    /// Writes the row.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(192);
        out.extend_from_slice(self.id.as_bytes());
        out.extend_from_slice(self.author.as_bytes());
        out.extend_from_slice(&self.n.to_be_bytes());
        put_index(&mut out, self.previous);
        put_index(&mut out, self.reaffirmed_by);
        out.push(u8::from(self.is_void));
        put_carried(&mut out, self.carried.as_deref());
        out.push(kind_byte(self.detail.kind()));
        // An entry that leads nowhere is told by this byte from one of its kind that does.
        out.push(u8::from(!matches!(self.detail, Detail::Other(_))));
        match &self.detail {
            Detail::Source(source) => {
                out.push(match source.rights {
                    Rights::Public => 0,
                    Rights::Quoted => 1,
                    Rights::Withheld => 2,
                });
                match source.text {
                    None => out.push(0),
                    Some(text) => {
                        out.push(1);
                        out.extend_from_slice(text.id.as_bytes());
                        out.extend_from_slice(&text.bytes.to_be_bytes());
                    }
                }
            }
            Detail::Claim(claim) => {
                out.extend_from_slice(&claim.source.to_be_bytes());
                out.extend_from_slice(&claim.line.to_be_bytes());
                put_index(&mut out, claim.superseded_by);
            }
            Detail::Verdict(verdict) => {
                out.extend_from_slice(&verdict.claim.to_be_bytes());
                put_text(&mut out, verdict.rating.as_str());
                out.extend_from_slice(verdict.policy.as_bytes());
                put_index(&mut out, verdict.supersedes);
                put_index(&mut out, verdict.superseded_by);
                put_index(&mut out, verdict.retracted_by);
                put_index(&mut out, verdict.last_decision);
            }
            Detail::Approval(approval) => {
                out.push(match approval.decision {
                    Decision::Approve => 0,
                    Decision::Dispute => 1,
                });
                put_index(&mut out, approval.previous);
            }
            Detail::Other(_) => {}
        }
        out
    }

    /// Reads the row.
    pub fn parse(row: &[u8]) -> Result<Self, RowError> {
        read(row, |fields| {
            let id = EntryId(fields.hash()?);
            let author = fields.public()?;
            let n = fields.number()?;
            let previous = fields.index()?;
            let reaffirmed_by = fields.index()?;
            let is_void = fields.flag("void mark")?;
            let carried = fields.carried()?;
            let [kind] = fields.take()?;
            let kind = Kind::ALL
                .get(usize::from(kind))
                .ok_or(RowError::Value("kind"))?;
            let has_detail = fields.flag("mark of detail")?;
            let detail = match kind {
                kind if !has_detail => Detail::Other(*kind),
                Kind::Source => Detail::Source(SourceFacts {
                    rights: match fields.take()? {
                        [0] => Rights::Public,
                        [1] => Rights::Quoted,
                        [2] => Rights::Withheld,
                        _ => return Err(RowError::Value("rights")),
                    },
                    text: fields.text()?,
                }),
                Kind::Claim => Detail::Claim(ClaimFacts {
                    source: fields.number()?,
                    line: fields.number()?,
                    superseded_by: fields.index()?,
                }),
                Kind::Verdict => Detail::Verdict(VerdictFacts {
                    claim: fields.number()?,
                    rating: fields.rating()?,
                    policy: ObjectId(fields.hash()?),
                    supersedes: fields.index()?,
                    superseded_by: fields.index()?,
                    retracted_by: fields.index()?,
                    last_decision: fields.index()?,
                }),
                Kind::Approval => Detail::Approval(ApprovalFacts {
                    decision: match fields.take()? {
                        [0] => Decision::Approve,
                        [1] => Decision::Dispute,
                        _ => return Err(RowError::Value("decision")),
                    },
                    previous: fields.index()?,
                }),
                _ => return Err(RowError::Value("mark of detail")),
            };
            Ok(Self {
                id,
                author,
                n,
                previous,
                reaffirmed_by,
                is_void,
                carried,
                detail,
            })
        })
    }
}

impl ObjectFacts {
    /// Writes the row.
    ///
    /// # Panics
    /// Never: the grounds are all in the list.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(18);
        out.extend_from_slice(&self.introduced_by.to_be_bytes());
        out.push(u8::from(self.is_policy));
        put_index(&mut out, self.erased.map(|erased| erased.by));
        if let Some(erased) = self.erased {
            let basis = BASES.iter().position(|basis| *basis == erased.basis);
            out.push(
                basis
                    .and_then(|at| u8::try_from(at).ok())
                    .expect("there are 5 grounds"),
            );
        }
        out
    }

    /// Reads the row.
    pub fn parse(row: &[u8]) -> Result<Self, RowError> {
        read(row, |fields| {
            let introduced_by = fields.number()?;
            let is_policy = fields.flag("policy mark")?;
            let erased = match fields.index()? {
                None => None,
                Some(by) => {
                    let [basis] = fields.take()?;
                    let basis = BASES.get(usize::from(basis));
                    Some(ErasedFacts {
                        by,
                        basis: *basis.ok_or(RowError::Value("ground"))?,
                    })
                }
            };
            Ok(Self {
                introduced_by,
                is_policy,
                erased,
            })
        })
    }
}

fn kind_byte(kind: Kind) -> u8 {
    let at = Kind::ALL.iter().position(|other| *other == kind);
    at.and_then(|at| u8::try_from(at).ok())
        .expect("there are 13 kinds")
}

/// Reads a row that is an index.
pub(super) fn parse_index(row: &[u8]) -> Result<u64, RowError> {
    read(row, Fields::number)
}

/// Reads a row that is a public key.
pub(super) fn parse_public(row: &[u8]) -> Result<PublicKey, RowError> {
    read(row, Fields::public)
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.push(u8::try_from(text.len()).expect("names and codes have at most 255 bytes"));
    out.extend_from_slice(text.as_bytes());
}

fn put_key(out: &mut Vec<u8>, key: &VerifierKey) {
    put_text(out, key.name().as_str());
    out.extend_from_slice(key.public().as_bytes());
}

fn put_index(out: &mut Vec<u8>, index: Option<u64>) {
    match index {
        None => out.push(0),
        Some(index) => {
            out.push(1);
            out.extend_from_slice(&index.to_be_bytes());
        }
    }
}

fn put_carried(out: &mut Vec<u8>, carried: Option<&Carried>) {
    let Some(carried) = carried else {
        out.push(0);
        return;
    };
    out.push(1);
    out.extend_from_slice(&carried.threshold.to_be_bytes());
    out.push(u8::try_from(carried.signers.len()).expect("an entry has fewer than 256 signatures"));
    for signer in &carried.signers {
        out.extend_from_slice(signer.as_bytes());
    }
}

/// What is left to read of a row.
struct Fields<'r>(&'r [u8]);

fn read<'r, T>(
    row: &'r [u8],
    parse: impl FnOnce(&mut Fields<'r>) -> Result<T, RowError>,
) -> Result<T, RowError> {
    let mut fields = Fields(row);
    let fact = parse(&mut fields)?;
    match fields.0.len() {
        0 => Ok(fact),
        more => Err(RowError::Trailing(more)),
    }
}

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], RowError> {
        let (field, rest) = self.0.split_first_chunk().ok_or(RowError::Short)?;
        self.0 = rest;
        Ok(*field)
    }

    fn hash(&mut self) -> Result<[u8; 32], RowError> {
        self.take()
    }

    fn number(&mut self) -> Result<u64, RowError> {
        self.take().map(u64::from_be_bytes)
    }

    fn flag(&mut self, field: &'static str) -> Result<bool, RowError> {
        match self.take()? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(RowError::Value(field)),
        }
    }

    fn index(&mut self) -> Result<Option<u64>, RowError> {
        if self.flag("optional index")? {
            self.number().map(Some)
        } else {
            Ok(None)
        }
    }

    fn str(&mut self, field: &'static str) -> Result<&str, RowError> {
        let [length] = self.take()?;
        if self.0.len() < usize::from(length) {
            return Err(RowError::Short);
        }
        let (text, rest) = self.0.split_at(usize::from(length));
        self.0 = rest;
        std::str::from_utf8(text).map_err(|_| RowError::Value(field))
    }

    fn name(&mut self) -> Result<KeyName, RowError> {
        KeyName::new(self.str("name")?).map_err(|_| RowError::Value("name"))
    }

    fn rating(&mut self) -> Result<RatingCode, RowError> {
        self.str("rating")?
            .parse()
            .map_err(|_| RowError::Value("rating"))
    }

    fn public(&mut self) -> Result<PublicKey, RowError> {
        PublicKey::new(&self.take()?).map_err(|_| RowError::Value("public key"))
    }

    fn key(&mut self) -> Result<VerifierKey, RowError> {
        let name = self.name()?;
        Ok(VerifierKey::new(name, self.public()?))
    }

    fn carried(&mut self) -> Result<Option<Arc<Carried>>, RowError> {
        if !self.flag("mark of roots")? {
            return Ok(None);
        }
        let threshold = u32::from_be_bytes(self.take()?);
        let [count] = self.take()?;
        let signers = (0..count)
            .map(|_| self.public())
            .collect::<Result<_, _>>()?;
        Ok(Some(Arc::new(Carried { signers, threshold })))
    }

    fn text(&mut self) -> Result<Option<TextFacts>, RowError> {
        if !self.flag("text mark")? {
            return Ok(None);
        }
        let id = ObjectId(self.hash()?);
        Ok(Some(TextFacts {
            id,
            bytes: self.number()?,
        }))
    }
}
