//! The terminal while another program has it: Ctrl-C is that program's, not ours.
//!
//! A terminal sends Ctrl-C to everything that runs in front. An editor or a pager makes of it what it
//! wants; if we ended, it would go on without us and share the terminal with the shell.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::SIGINT;
use signal_hook::flag;

/// Says whether Ctrl-C ends this program, as it does unless somebody else has the terminal; `None`
/// where that could not be arranged.
static ENDS: OnceLock<Option<Arc<AtomicBool>>> = OnceLock::new();

/// Lends the terminal until it is dropped.
pub(crate) struct Lent(());

impl Lent {
    /// Leaves Ctrl-C to the program that is started now.
    pub(crate) fn start() -> Self {
        let ends = ENDS.get_or_init(|| {
            let ends = Arc::new(AtomicBool::new(true));
            let kept = flag::register_conditional_default(SIGINT, Arc::clone(&ends));
            kept.is_ok().then_some(ends)
        });
        if let Some(ends) = ends {
            ends.store(false, Ordering::SeqCst);
        }
        Self(())
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(Some(ends)) = ENDS.get() {
            ends.store(true, Ordering::SeqCst);
        }
    }
}
