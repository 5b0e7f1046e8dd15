//! A ledger's files as an audit reads them: what stands where in the journal and in the folder of
//! objects.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::verify::VerifyError;
use crate::audit::finding::{Code, Finding, causes};
use crate::audit::objects::{ObjectState, Objects};
use crate::audit::run::{PresentObject, StoredCheckpoint, StoredEntry};
use crate::mirror::withheld::{self, MAX_WITHHELD_BYTES};
use crate::store::{self, FrameKind, JournalReader, ObjectFile, Piece};
use crate::words::id::ObjectId;

/// Where in a file something lies.
#[derive(Clone, Copy)]
pub(super) struct Place {
    offset: u64,
    bytes: u32,
}

/// What stands where in the journal and in the folder of objects.
pub(super) struct Layout {
    journal: PathBuf,
    /// Each entry's place, or where the damage is that held it.
    pub(super) entries: Vec<Result<Place, u64>>,
    pub(super) objects: HashMap<ObjectId, Place>,
    pub(super) files: HashMap<ObjectId, String>,
    pub(super) checkpoints: Vec<StoredCheckpoint>,
    pub(super) damages: Vec<Finding>,
    /// What the copy withheld that the ledger was restored from.
    unrestored: BTreeSet<ObjectId>,
}

/// The list of what the copy withheld that a ledger was restored from, in the ledger's folder.
pub(super) const UNRESTORED_FILE: &str = "withheld";

impl Layout {
    pub(super) fn of(folder: &Path) -> Self {
        Self {
            journal: folder.join("journal"),
            entries: Vec::new(),
            objects: HashMap::new(),
            files: HashMap::new(),
            checkpoints: Vec::new(),
            damages: Vec::new(),
            unrestored: BTreeSet::new(),
        }
    }

    pub(super) fn read(folder: &Path, mut reader: JournalReader<'_>) -> Result<Self, VerifyError> {
        let mut layout = Self::of(folder);
        while let Some(piece) = reader.next_piece()? {
            layout.add(piece);
        }
        for file in store::object_files(folder)? {
            match file {
                ObjectFile::Object(id) => {
                    let path = store::object_path(folder, &id);
                    let file = label(folder, &path);
                    if layout.objects.contains_key(&id) {
                        layout.damages.push(second_copy(folder, id, file));
                    } else {
                        layout.files.insert(id, file);
                    }
                }
                ObjectFile::Stray(path) => layout.damages.push(
                    Finding::new(
                        Code::ObjectUnreferenced,
                        "it is no object's file: its name is not an object's id, or it is not a plain file",
                    )
                    .of_file(label(folder, &path)),
                ),
            }
        }
        layout.read_unrestored(folder)?;
        Ok(layout)
    }

    fn read_unrestored(&mut self, folder: &Path) -> Result<(), VerifyError> {
        let path = folder.join(UNRESTORED_FILE);
        let mut bytes = Vec::new();
        let read = File::open(&path)
            .and_then(|file| file.take(MAX_WITHHELD_BYTES + 1).read_to_end(&mut bytes));
        match read {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(VerifyError::File { path, source }),
        }
        match withheld::parse(&bytes) {
            Ok(list) => self.unrestored = list,
            Err(error) => {
                let message = format!("no list of what did not come back: {}", causes(&error));
                let finding = Finding::new(Code::WithheldForm, message);
                self.damages.push(finding.of_file(UNRESTORED_FILE));
            }
        }
        Ok(())
    }

    /// Says where an object lies, or should lie.
    pub(super) fn file_of(&self, id: &ObjectId) -> Option<String> {
        let place = self
            .objects
            .get(id)
            .map(|place| format!("journal, byte {}", place.offset));
        place.or_else(|| self.files.get(id).cloned())
    }

    fn add(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Frame(frame) => {
                let length = u32::try_from(frame.bytes.len()).unwrap_or(u32::MAX);
                let header = (crate::store::FRAME_OVERHEAD - crate::store::CHECK_BYTES) as u64;
                let place = Place {
                    offset: frame.offset + header,
                    bytes: length,
                };
                match frame.kind {
                    FrameKind::Entry => {
                        self.fill(frame.index);
                        self.entries.push(Ok(place));
                    }
                    FrameKind::Object => {
                        self.objects.insert(ObjectId::of(frame.bytes), place);
                    }
                    FrameKind::Checkpoint => self.checkpoints.push(StoredCheckpoint {
                        bytes: frame.bytes.to_vec(),
                        file: format!("journal, byte {}", frame.offset),
                    }),
                    FrameKind::Journal | FrameKind::Erased => {}
                }
            }
            Piece::Damage(damage) => {
                if let Some(index) = damage.index {
                    self.fill(Some(index));
                    self.entries.push(Err(damage.offset));
                } else {
                    let what = damage.kind.map_or("bytes".to_owned(), |kind| {
                        format!("bytes of an {kind:?} frame").to_lowercase()
                    });
                    self.damages.push(
                        Finding::new(
                            Code::JournalDamaged,
                            format!("{} {what} are not as they were written", damage.length),
                        )
                        .of_file(format!("journal, byte {}", damage.offset)),
                    );
                }
            }
        }
    }

    /// Notes entries that damage hid before `index`.
    fn fill(&mut self, index: Option<u64>) {
        while index.is_some_and(|index| (self.entries.len() as u64) < index) {
            self.entries.push(Err(0));
        }
    }

    pub(super) fn present(&self) -> impl Iterator<Item = PresentObject> {
        let small = self.objects.iter().map(|(id, place)| PresentObject {
            id: *id,
            file: Some(format!("journal, byte {}", place.offset)),
        });
        let large = self.files.iter().map(|(id, file)| PresentObject {
            id: *id,
            file: Some(file.clone()),
        });
        small.chain(large)
    }
}

/// Says of an object that is in the journal what its file, which should not be there, holds.
fn second_copy(folder: &Path, id: ObjectId, file: String) -> Finding {
    let same = store::object_file(folder, &id)
        .is_ok_and(|bytes| bytes.is_some_and(|bytes| ObjectId::of(&bytes) == id));
    let (code, message) = if same {
        (
            Code::ObjectUnreferenced,
            format!("object {id} is kept in the journal; this second copy belongs to nothing"),
        )
    } else {
        (
            Code::ObjectHash,
            format!("object {id} is kept in the journal; this file of its name has other bytes"),
        )
    };
    Finding::new(code, message).of_object(id).of_file(file)
}

/// Names a file of the ledger for people: its path inside the ledger's folder.
fn label(folder: &Path, path: &Path) -> String {
    path.strip_prefix(folder)
        .unwrap_or(path)
        .display()
        .to_string()
}

/// Reads the entries in their order.
pub(super) struct Entries<'l> {
    places: std::slice::Iter<'l, Result<Place, u64>>,
    file: io::Result<io::BufReader<File>>,
    at: u64,
}

impl<'l> Entries<'l> {
    pub(super) fn new(layout: &'l Layout) -> Self {
        Self {
            places: layout.entries.iter(),
            file: File::open(&layout.journal)
                .map(|file| io::BufReader::with_capacity(1 << 20, file)),
            at: 0,
        }
    }

    fn bytes(&mut self, place: Place) -> Result<Vec<u8>, String> {
        let file = self.file.as_mut().map_err(|error| error.to_string())?;
        let skip = i64::try_from(place.offset).unwrap_or(i64::MAX)
            - i64::try_from(self.at).unwrap_or(i64::MAX);
        let mut bytes = vec![0; place.bytes as usize];
        file.seek_relative(skip)
            .and_then(|()| file.read_exact(&mut bytes))
            .map_err(|error| error.to_string())?;
        self.at = place.offset + u64::from(place.bytes);
        Ok(bytes)
    }
}

impl Iterator for Entries<'_> {
    type Item = StoredEntry;

    fn next(&mut self) -> Option<StoredEntry> {
        Some(match *self.places.next()? {
            Ok(place) => StoredEntry {
                bytes: self.bytes(place),
                file: None,
            },
            Err(offset) => StoredEntry {
                bytes: Err("its frame in the journal is damaged".to_owned()),
                file: Some(Arc::from(format!("journal, byte {offset}"))),
            },
        })
    }
}

/// Hands out objects from the journal and from their files.
pub(super) struct Files<'l> {
    layout: &'l Layout,
    folder: &'l Path,
    journal: Option<File>,
}

impl<'l> Files<'l> {
    pub(super) fn open(folder: &'l Path, layout: &'l Layout) -> Self {
        Self {
            layout,
            folder,
            journal: File::open(&layout.journal).ok(),
        }
    }

    fn in_journal(&self, id: &ObjectId) -> Option<Vec<u8>> {
        let place = self.layout.objects.get(id)?;
        let mut bytes = vec![0; place.bytes as usize];
        read_at(self.journal.as_ref()?, place.offset, &mut bytes).ok()?;
        Some(bytes)
    }
}

/// Reads at a place of a file that several threads read.
#[cfg(unix)]
fn read_at(file: &File, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

/// Reads at a place of a file that several threads read.
#[cfg(windows)]
fn read_at(file: &File, mut offset: u64, mut bytes: &mut [u8]) -> io::Result<()> {
    use std::os::windows::fs::FileExt as _;
    while !bytes.is_empty() {
        let read = file.seek_read(bytes, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        offset += read as u64;
        bytes = &mut bytes[read..];
    }
    Ok(())
}

impl Objects for Files<'_> {
    fn object(&self, id: &ObjectId) -> ObjectState {
        if let Some(bytes) = self.in_journal(id) {
            return ObjectState::Present(bytes);
        }
        if !self.layout.files.contains_key(id) {
            return if self.layout.unrestored.contains(id) {
                ObjectState::Unrestored
            } else {
                ObjectState::Missing
            };
        }
        match store::object_file(self.folder, id) {
            Ok(Some(bytes)) => ObjectState::Present(bytes),
            Ok(None) => ObjectState::Missing,
            Err(error) => ObjectState::Unreadable(error.source.to_string()),
        }
    }
}
