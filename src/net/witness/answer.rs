//! What a witness answers: the checks of C2SP tlog-witness, in their order.

use super::fork::{Contradiction, contradiction};
use super::state::{Cosigned, Stage};
use super::{Log, Witness};
use crate::trust::checkpoint;
use crate::trust::entry_proof::WitnessRequest;
use crate::trust::key::{KeyName, VerifierKey};
use crate::trust::merkle::TreeHead;
use crate::trust::note::SignedNote;

/// A cosignature must not be earlier than one before. A clock that was put right by so many seconds
/// is waited for by saying the earlier time again; beyond that, the clock is wrong.
const CLOCK_SLACK: u64 = 60;

/// An answer, as HTTP has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The media type of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
    /// The origin and size that the request was about, once its log is known; and whether evidence of
    /// a fork was kept. For the witness's own account.
    pub about: String,
}

impl Response {
    const TEXT: &'static str = "text/plain; charset=utf-8";

    pub(super) fn refused(status: u16, reason: &str) -> Self {
        Self {
            status,
            content_type: Self::TEXT,
            body: format!("{reason}\n").into_bytes(),
            about: String::new(),
        }
    }

    fn done(body: Vec<u8>) -> Self {
        Self {
            status: 200,
            content_type: Self::TEXT,
            body,
            about: String::new(),
        }
    }

    /// "The response body MUST consist of the tree size of the latest cosigned checkpoint in decimal,
    /// followed by a newline (U+000A). The response MUST have a Content-Type of text/x.tlog.size."
    fn conflict(size: u64) -> Self {
        Self {
            status: 409,
            content_type: "text/x.tlog.size",
            body: format!("{size}\n").into_bytes(),
            about: String::new(),
        }
    }
}

/// What was asked, once it is known to be of a log that we know and signed by it.
struct Submitted<'r> {
    origin: &'r KeyName,
    head: TreeHead,
    request: &'r WitnessRequest,
}

impl Witness {
    /// Answers a request to cosign a checkpoint, `now` being the time in seconds since
    /// 1970-01-01T00:00:00Z.
    ///
    /// With status 200, what was cosigned is on the disk when this returns.
    pub fn add_checkpoint(&self, body: &[u8], now: u64) -> Response {
        let request = match WitnessRequest::parse(body) {
            Ok(request) => request,
            Err(error) => return Response::refused(400, &error.to_string()),
        };
        let (origin, head) = match checkpoint::stated(request.checkpoint().text()) {
            Ok(stated) => stated,
            Err(error) => return Response::refused(400, &error.to_string()),
        };
        // "If the checkpoint origin is unknown, the witness MUST respond with a 404".
        let Some(log) = self.logs.get(&origin) else {
            return Response::refused(404, "no log of this origin is known here");
        };
        let submitted = Submitted {
            origin: &origin,
            head,
            request: &request,
        };
        let mut response = self.decide(log, &submitted, now);
        let about = format!("{origin} {}", head.size);
        response.about = match response.about.as_str() {
            "" => about,
            more => format!("{about} {more}"),
        };
        response
    }

    fn decide(&self, log: &Log, submitted: &Submitted<'_>, now: u64) -> Response {
        let Submitted { head, request, .. } = submitted;
        let note = request.checkpoint();
        // "If none of the signatures verify against a trusted public key, the witness MUST respond
        // with a 403". One by a trusted key that fails refuses the note, too, as signed-note has it.
        let keys: Vec<&VerifierKey> = log.keys.iter().collect();
        let verified = match note.verify(&keys) {
            Ok(verified) => verified,
            Err(error) => return Response::refused(403, &error.to_string()),
        };
        // "The old size MUST be equal to or lower than the checkpoint size."
        if request.old() > head.size {
            return Response::refused(400, "the old size is larger than the checkpoint's");
        }
        // What was checked last stays true until it is recorded: "checking the old size against the
        // latest checkpoint and persisting the new checkpoint must be performed atomically".
        let Ok(mut latest) = log.latest.lock() else {
            return Response::refused(500, "the witness failed earlier, and must be started again");
        };
        let known = latest.as_ref();
        let known_head = known.map_or_else(TreeHead::empty, |known| known.head);
        let forked = known.and_then(|known| self.keep_evidence(submitted, known));
        let with_evidence = |mut response: Response| {
            response.about = forked.clone().unwrap_or_default();
            response
        };
        // "The witness MUST check that the old size matches the size of the latest checkpoint it
        // cosigned for the checkpoint's origin (or zero if it never cosigned a checkpoint)."
        if request.old() != known_head.size {
            return with_evidence(Response::conflict(known_head.size));
        }
        // "If the Merkle Consistency Proof doesn't verify, the witness MUST respond with a 422". That
        // covers the root of the empty tree, a proof from it, which is empty, and another root at the
        // same size.
        if let Err(error) = request.verify(&known_head, head) {
            return with_evidence(Response::refused(422, &error.to_string()));
        }
        let before = known.map_or(0, |known| known.time);
        if before.saturating_sub(now) > CLOCK_SLACK {
            return Response::refused(503, "the witness's clock went back: ask again later");
        }
        let time = now.max(before);
        let cosignature = match self.key.cosign(&verified, time) {
            Ok(cosignature) => cosignature,
            Err(error) => return Response::refused(500, &error.to_string()),
        };
        let line = cosignature.to_line(self.key());
        // Of the lines that came along, only those that were verified are kept.
        let by_log = note
            .signatures()
            .iter()
            .filter(|line| verified.signers().iter().any(|key| line.names(key)));
        let lines = by_log.cloned().chain([line.clone()]).collect();
        let cosigned = match SignedNote::assemble(note.text(), lines) {
            Ok(cosigned) => cosigned,
            Err(error) => return Response::refused(400, &error.to_string()),
        };
        self.stage(Stage::Checked);
        // "The witness MUST persist the new checkpoint before responding."
        if log.file.replace(&cosigned).is_err() {
            return Response::refused(500, "the witness can't write: nothing was cosigned");
        }
        *latest = Some(Cosigned {
            note: cosigned,
            head: *head,
            time,
        });
        drop(latest);
        self.stage(Stage::Persisted);
        Response::done(format!("{line}\n").into_bytes())
    }

    /// Keeps a checkpoint that contradicts what was cosigned; says so, if it does.
    fn keep_evidence(&self, submitted: &Submitted<'_>, known: &Cosigned) -> Option<String> {
        let Submitted {
            origin,
            head,
            request,
        } = submitted;
        let proof = match contradiction(&known.head, head, request.proof())? {
            Contradiction::Roots => None,
            Contradiction::Proof => Some(request.proof()),
        };
        let kept = self
            .forks
            .keep(origin, &known.note, request.checkpoint(), proof);
        Some(match kept {
            Ok(true) => "FORK: evidence kept".to_owned(),
            Ok(false) => "FORK: evidence enough was kept before".to_owned(),
            Err(error) => format!("FORK: evidence could not be kept: {error}"),
        })
    }

    /// Answers a request for the last cosigned checkpoint of the origin with this SHA-256 hash, in
    /// hex.
    pub fn latest(&self, hash: &str) -> Response {
        let log = self.logs.iter().find(|(_, log)| log.hash == hash);
        let Some((origin, log)) = log else {
            return Response::refused(404, "no log of this origin is known here");
        };
        let Ok(latest) = log.latest.lock() else {
            return Response::refused(500, "the witness failed earlier, and must be started again");
        };
        let mut response = match &*latest {
            Some(cosigned) => Response::done(cosigned.note.bytes().to_vec()),
            None => Response::refused(404, "nothing of this origin was cosigned yet"),
        };
        response.about = origin.to_string();
        response
    }
}
