//! The tree of a copy's entries, by hashes alone, on all cores.
//!
//! It says which entries the copy has, in which order, and nothing else: not that they are entries, nor
//! who signed them. [`super::verify`] looks at each.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::files::{FileError, Files};
use super::read::Copy;
use crate::trust::merkle::{self, HashReader, LeafHash, MissingHash, Tree, TreeHead, node_hash};
use crate::trust::tile::{EntryBundle, FULL_WIDTH, TileError};

/// A full bundle is a perfect subtree of this level.
const BUNDLE_LEVEL: u8 = 8;

/// Bundles that are planned at a time.
const TOGETHER: usize = 1024;

/// Says why the entries of a copy have no tree.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// A file could not be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A bundle is not there.
    #[error("{0} is missing")]
    Missing(String),
    /// A bundle is damaged.
    #[error("{path} is damaged")]
    Damaged {
        /// The bundle.
        path: String,
        /// Why.
        #[source]
        source: TileError,
    },
    /// A subtree was not computed.
    #[error(transparent)]
    Hash(#[from] MissingHash),
}

impl<F: Files> Copy<'_, F> {
    /// Returns the head of the tree of the entries, hashed from their bundles as they are there, on the
    /// threads of the pool that the caller is in.
    ///
    /// `progress` is told of how many entries are hashed, and of how many there are.
    pub fn tree_head(&self, progress: Option<&dyn Fn(u64, u64)>) -> Result<TreeHead, TreeError> {
        // Whatever size a checkpoint states: no more are planned than may be there.
        let mut bundles = EntryBundle::for_size(self.size);
        let mut trees: Vec<Hashed> = Vec::new();
        loop {
            let next: Vec<EntryBundle> = bundles.by_ref().take(TOGETHER).collect();
            if next.is_empty() {
                break;
            }
            let hashed = next.into_par_iter().map(|bundle| self.hash(bundle));
            trees.extend(hashed.collect::<Result<Vec<_>, _>>()?);
            if let Some(progress) = progress {
                let done = trees.len() as u64 * u64::from(FULL_WIDTH);
                progress(done.min(self.size), self.size);
            }
        }
        let last = match trees.pop_if(|last| matches!(last, Hashed::Part(_))) {
            Some(Hashed::Part(tree)) => tree,
            _ => Tree::new(),
        };
        let whole = trees.into_iter().filter_map(|hashed| match hashed {
            Hashed::Whole(root) => Some(root),
            Hashed::Part(_) => None,
        });
        let above = Above::of(whole.collect(), last);
        Ok(TreeHead {
            root: merkle::root(self.size, &above)?,
            size: self.size,
        })
    }

    fn hash(&self, bundle: EntryBundle) -> Result<Hashed, TreeError> {
        let path = bundle.to_string();
        let Some((bytes, is_full)) = self.read_tile(&path)? else {
            return Err(TreeError::Missing(path));
        };
        let found = if is_full {
            EntryBundle::new(bundle.index(), FULL_WIDTH).unwrap_or(bundle)
        } else {
            bundle
        };
        let entries = found
            .parse_bytes(&bytes)
            .map_err(|source| TreeError::Damaged { path, source })?;
        let mut tree = Tree::new();
        for entry in entries.into_iter().take(usize::from(bundle.width())) {
            tree.push(LeafHash::of(entry));
        }
        Ok(if bundle.width() == FULL_WIDTH {
            Hashed::Whole(tree.hash(BUNDLE_LEVEL, 0)?)
        } else {
            Hashed::Part(tree)
        })
    }
}

/// What the entries of a bundle hash to.
enum Hashed {
    Whole([u8; 32]),
    Part(Tree),
}

/// The hashes of all perfect subtrees that are no smaller than a bundle, and the tree of what is left.
struct Above {
    levels: Vec<Vec<[u8; 32]>>,
    last: Tree,
}

impl Above {
    fn of(bundles: Vec<[u8; 32]>, last: Tree) -> Self {
        let mut levels = vec![bundles];
        while let Some(below) = levels.last().filter(|below| below.len() > 1) {
            let (pairs, _) = below.as_chunks::<2>();
            let above = pairs.iter().map(|[left, right]| node_hash(left, right));
            levels.push(above.collect());
        }
        Self { levels, last }
    }
}

impl HashReader for Above {
    type Error = MissingHash;

    fn hash(&self, level: u8, index: u64) -> Result<[u8; 32], MissingHash> {
        let missing = MissingHash { level, index };
        let Some(above) = level.checked_sub(BUNDLE_LEVEL) else {
            let whole = (self.levels[0].len() as u64) << (BUNDLE_LEVEL - level);
            let index = index.checked_sub(whole).ok_or(missing)?;
            return self.last.hash(level, index);
        };
        let row = self.levels.get(usize::from(above));
        let at = usize::try_from(index).ok();
        row.and_then(|row| row.get(at?).copied()).ok_or(missing)
    }
}
