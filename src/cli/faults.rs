//! Which exit status, and which hint, an error of the library calls for.

use std::borrow::Cow;
use std::error::Error;
use std::io;

use factlog::audit::finding::{Code, Topic};
use factlog::keys::KeyFileError;
use factlog::keys::keyring::KeyringError;
use factlog::keys::passphrase::PassphraseError;
use factlog::ledger::{
    AppendError, ComposeError, InitError, LedgerError, PendingError, Refusal, SeekError,
};
use factlog::store::{FileError, HeadError, LockError, StoreError};

use super::exit::Status;

/// What to try where the ledger's own files contradict each other.
const RESTORE: &str =
    "bring back the ledger's folder from a full backup; nothing is signed until then";

/// What to try where `head` alone is damaged.
const RESTORE_HEAD: &str = "bring `head` back: its copy in $FACTLOG_HOME/heads, in a file named by the ledger's id, has the \
     same bytes, if it is as new; nothing is signed until then";

/// What an error calls for.
pub(crate) struct Calls {
    /// The exit status.
    pub(crate) status: Status,
    /// What to try.
    pub(crate) hint: Option<Cow<'static, str>>,
}

/// Returns what an error of the library calls for; `None` if it is none that we know.
pub(crate) fn of(error: &(dyn Error + 'static)) -> Option<Calls> {
    if let Some(error) = error.downcast_ref::<AppendError>() {
        return of_append(error);
    }
    if let Some(error) = error.downcast_ref::<InitError>() {
        return match error {
            InitError::Store(error) => of_store(error),
            InitError::Ledger(error) => of_ledger(error),
            InitError::Append(error) => of_append(error),
            _ => None,
        };
    }
    if let Some(error) = error.downcast_ref::<LedgerError>() {
        return of_ledger(error);
    }
    if let Some(error) = error.downcast_ref::<SeekError>() {
        return of_seek(error);
    }
    if let Some(error) = error.downcast_ref::<StoreError>() {
        return of_store(error);
    }
    if let Some(error) = error.downcast_ref::<KeyFileError>() {
        return calls(Status::Key, of_key_file(error));
    }
    if error.is::<PassphraseError>() || error.is::<KeyringError>() {
        return calls(Status::Key, None);
    }
    if error.is::<PendingError>() {
        return calls(
            Status::Failed,
            Some("a pending file is what `--out FILE` writes"),
        );
    }
    if let Some(ComposeError::Time { .. }) = error.downcast_ref() {
        return calls(Status::Failed, Some("set a later time with --at TIME"));
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return of_io(error.kind()).and_then(|hint| calls(Status::Failed, Some(hint)));
    }
    None
}

/// Says whether an error is that the log's key was needed and not given.
pub(crate) fn is_log_key_missing(error: &(dyn Error + 'static)) -> bool {
    let ledger = match (error.downcast_ref(), error.downcast_ref()) {
        (Some(AppendError::Ledger(error)), _) | (_, Some(error)) => Some(error),
        _ => None,
    };
    let store = match ledger {
        Some(LedgerError::Store(error)) => Some(error),
        _ => error.downcast_ref(),
    };
    matches!(store, Some(StoreError::LogKeyMissing { .. }))
}

/// Says whether an append failed after its entries could no longer be lost.
pub(crate) fn is_unfinished(error: &AppendError) -> bool {
    matches!(
        error,
        AppendError::Ledger(LedgerError::Store(
            StoreError::Unfinished { .. } | StoreError::ErasureUnfinished { .. }
        ))
    )
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it ends the functions here that may know nothing"
)]
fn calls(status: Status, hint: Option<&'static str>) -> Option<Calls> {
    let hint = hint.map(Cow::Borrowed);
    Some(Calls { status, hint })
}

fn of_append(error: &AppendError) -> Option<Calls> {
    match error {
        AppendError::Refused { refusal, .. } => of_refusal(refusal),
        AppendError::HeadGoneOn { .. } => calls(
            Status::Failed,
            Some("make and sign the change of the log's key anew: factlog key log"),
        ),
        AppendError::Ledger(error) => of_ledger(error),
    }
}

fn of_refusal(refusal: &Refusal) -> Option<Calls> {
    let keys = |topic| matches!(topic, Topic::Signatures | Topic::Entitlement);
    let has = |code| refusal.findings.iter().any(|finding| finding.code == code);
    if has(Code::LedgerOther) {
        return calls(
            Status::Key,
            Some(
                "append it where it belongs, with --ledger DIR: an entry names its ledger for good",
            ),
        );
    }
    if refusal.findings.iter().any(|finding| keys(finding.topic)) {
        return calls(Status::Key, Some(of_keys(has)));
    }
    let hint = if has(Code::SupersedesMissing) {
        Some("change your earlier verdict with --supersedes VERDICT --change … --reason …")
    } else if has(Code::ApprovalOwn) {
        return calls(
            Status::Key,
            Some("another approver than its author signs: `factlog key list` shows them"),
        );
    } else if has(Code::AtEarlier) || has(Code::AfterSize) || has(Code::AfterRoot) {
        Some(
            "sign it anew, on a machine whose clock is right, and after a copy of this ledger as it is now",
        )
    } else if has(Code::ChainFork) || has(Code::ChainGap) || has(Code::ChainPrevious) {
        Some("the same reviewer signed something else meanwhile: sign it anew")
    } else {
        None
    };
    calls(Status::Failed, hint)
}

/// Says what to try where a key may not sign what it signed.
fn of_keys(has: impl Fn(Code) -> bool) -> &'static str {
    if has(Code::KeyEnded) {
        "sign it anew with a key in force: `factlog key list` shows them, and `factlog key add` adds one"
    } else if has(Code::ApprovalOwn) {
        "another approver than its author signs: `factlog key list` shows them"
    } else if has(Code::SignatureMissing) || has(Code::ThresholdNotMet) {
        "more have to sign: factlog sign FILE"
    } else if has(Code::KeyEnrolledBefore) || has(Code::KeyIdTaken) {
        "a key serves one function for all time: `factlog key new NAME` makes another"
    } else {
        "`factlog key list` shows who may sign here"
    }
}

fn of_seek(error: &SeekError) -> Option<Calls> {
    match error {
        SeekError::Form(_) => calls(
            Status::Usage,
            Some(
                "an id is 4 to 64 digits of 0-9a-f, as `factlog log` and `factlog claims` print it",
            ),
        ),
        SeekError::Nothing(_) => calls(
            Status::NotFound,
            Some("`factlog log` lists the entries, `factlog claims` the claims"),
        ),
        SeekError::Ambiguous { .. } => calls(Status::NotFound, Some("give more digits of the id")),
        SeekError::Ledger(error) => of_ledger(error),
    }
}

fn of_ledger(error: &LedgerError) -> Option<Calls> {
    match error {
        LedgerError::Store(error) => of_store(error),
        LedgerError::NoEntry(_) | LedgerError::NoIndex(_) | LedgerError::OtherKind { .. } => {
            calls(Status::NotFound, None)
        }
        _ => calls(
            Status::Failed,
            Some("`factlog verify` says what is wrong with the ledger"),
        ),
    }
}

fn of_store(error: &StoreError) -> Option<Calls> {
    if let StoreError::Unfinished { .. } = error {
        let hint = if error.is_storage_full() {
            "make room on the disk; then `factlog log` records and shows them: don't sign them again"
        } else {
            "put right what failed; then `factlog log` records and shows them: don't sign them again"
        };
        return calls(Status::Failed, Some(hint));
    }
    if let StoreError::ErasureUnfinished { .. } = error {
        return calls(
            Status::Failed,
            Some(
                "put right what failed; then `factlog log` takes away what is left: don't sign it again",
            ),
        );
    }
    if error.is_storage_full() {
        return calls(Status::Failed, of_io(io::ErrorKind::StorageFull));
    }
    match error {
        StoreError::NoLedger { .. } => calls(
            Status::NotFound,
            Some("start one with `factlog init`, or name one with --ledger DIR"),
        ),
        StoreError::OldBackup { .. } | StoreError::OtherHistory { .. } => calls(
            Status::Key,
            Some("bring back the newest copy of the ledger's folder; nothing is signed until then"),
        ),
        StoreError::HeadMissing { .. }
        | StoreError::JournalMissing { .. }
        | StoreError::JournalFormat { .. }
        | StoreError::JournalShort { .. }
        | StoreError::JournalCut { .. }
        | StoreError::OtherRoot { .. }
        | StoreError::EntryDamaged { .. }
        | StoreError::JournalDamaged { .. } => calls(Status::Key, Some(RESTORE)),
        StoreError::TailRefused {
            journal, offset, ..
        } => Some(Calls {
            status: Status::Key,
            hint: Some(Cow::Owned(format!(
                "`factlog verify` shows all that is wrong with it; to go on without it and what \
                 follows it, copy the ledger's folder, then cut the journal there: \
                 truncate -s {offset} {}",
                journal.display()
            ))),
        }),
        StoreError::Link { .. } => calls(
            Status::Key,
            Some(
                "put the file or folder itself in the link's place; the ledger's folder as a whole may \
                 be a link",
            ),
        ),
        StoreError::NoFile { .. } => calls(
            Status::Key,
            Some(
                "take it away; if a part of the ledger stood there, bring back a full copy of the folder",
            ),
        ),
        StoreError::Head(error) => of_head(error),
        StoreError::File(error) => of_file(error),
        StoreError::ReadOnly { .. } => calls(
            Status::Failed,
            Some("it can be read all the same; to append, see who may write the folder"),
        ),
        StoreError::Lock(LockError::Busy { .. }) => calls(
            Status::Failed,
            Some("another command is at work in this ledger: try again when it is done"),
        ),
        StoreError::LogKeyMissing { .. } | StoreError::OtherLogKey { .. } => calls(
            Status::Key,
            Some(
                "only the ledger's keeper appends: write a file with --out FILE and send it there",
            ),
        ),
        _ => calls(Status::Failed, None),
    }
}

fn of_head(error: &HeadError) -> Option<Calls> {
    let (path, restore) = match error {
        HeadError::File(error) => return of_file(error),
        HeadError::TooLong { path }
        | HeadError::Note { path, .. }
        | HeadError::NoTreeHead { path }
        | HeadError::Changed { path, .. } => (path, RESTORE_HEAD),
        HeadError::Signature { path, .. }
        | HeadError::Checkpoint { path, .. }
        | HeadError::Extended { path, .. } => (path, RESTORE),
    };
    if path.file_name().is_some_and(|name| name == "head") {
        return calls(Status::Key, Some(restore));
    }
    calls(
        Status::Key,
        Some(
            "this copy of the head is damaged, the ledger is not: run `factlog verify`, compare the \
             ledger's size with what you remember, then move the copy away",
        ),
    )
}

fn of_file(error: &FileError) -> Option<Calls> {
    calls(Status::Failed, of_io(error.source.kind()))
}

/// Returns what to try about what the operating system said.
const fn of_io(kind: io::ErrorKind) -> Option<&'static str> {
    match kind {
        io::ErrorKind::PermissionDenied => {
            Some("see who may read and write that file; nothing in it is damaged")
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Some("make room on the disk, and try again")
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            Some("the file system can only be read: mount it for writing, and try again")
        }
        _ => None,
    }
}

fn of_key_file(error: &KeyFileError) -> Option<&'static str> {
    match error {
        KeyFileError::PassphraseNeeded { .. } => {
            Some("put the passphrase in a file, and name the file in FACTLOG_PASSPHRASE_FILE")
        }
        KeyFileError::WrongPassphrase { .. } => Some(
            "see whether Caps Lock is on, and what FACTLOG_PASSPHRASE_FILE names; `ssh-keygen -y -f FILE` \
             tries a passphrase, and nobody can recover one that is lost",
        ),
        KeyFileError::Missing { .. } => Some("`factlog key list` shows the keys on this machine"),
        _ => None,
    }
}
