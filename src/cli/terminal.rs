//! The terminal while it is not as the shell left it: another program has it, or a prompt reads keys.
//!
//! A terminal sends Ctrl-C to everything that runs in front. An editor or a pager makes of it what it
//! wants; if we ended, it would go on without us and share the terminal with the shell. A prompt that
//! reads single keys turns off line editing and echo; if a signal ended us then, the shell would find
//! the terminal so. There the signal waits until the terminal is as it was.

use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

/// The signals that end a program from outside; the first is what Ctrl-C sends.
#[cfg(unix)]
const ENDING: [i32; 3] = [SIGINT, SIGTERM, signal_hook::consts::SIGHUP];
#[cfg(not(unix))]
const ENDING: [i32; 2] = [SIGINT, SIGTERM];

/// A signal that ends this program, unless it is told to wait.
struct Ending {
    signal: i32,
    /// Whether it does, as unless somebody else has the terminal.
    ends: Arc<AtomicBool>,
    /// Whether it came.
    came: Arc<AtomicBool>,
}

impl Ending {
    /// Takes the signal over; `None` where that could not be arranged.
    fn of(signal: i32) -> Option<Self> {
        let ending = Self {
            signal,
            ends: Arc::new(AtomicBool::new(true)),
            came: Arc::new(AtomicBool::new(false)),
        };
        flag::register_conditional_default(signal, Arc::clone(&ending.ends)).ok()?;
        flag::register(signal, Arc::clone(&ending.came)).ok()?;
        Some(ending)
    }
}

/// What Ctrl-C sends, once it was taken over.
static INTERRUPT: OnceLock<Option<Ending>> = OnceLock::new();

/// The other signals, once they were taken over.
static OTHERS: OnceLock<Vec<Ending>> = OnceLock::new();

fn interrupt() -> Option<&'static Ending> {
    INTERRUPT.get_or_init(|| Ending::of(SIGINT)).as_ref()
}

/// Lends the terminal until it is dropped.
pub(crate) struct Lent(());

impl Lent {
    /// Leaves Ctrl-C to the program that is started now.
    pub(crate) fn start() -> Self {
        if let Some(ending) = interrupt() {
            ending.ends.store(false, Ordering::SeqCst);
        }
        Self(())
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(ending) = interrupt() {
            ending.came.store(false, Ordering::SeqCst);
            ending.ends.store(true, Ordering::SeqCst);
        }
    }
}

/// Reads from a terminal that is changed meanwhile: a signal that would end this program waits until it
/// is put back, and then does.
pub(crate) fn changed_while<T>(read: impl FnOnce() -> T) -> T {
    let others = OTHERS.get_or_init(|| {
        let others = ENDING.into_iter().skip(1);
        others.filter_map(Ending::of).collect()
    });
    let all = || interrupt().into_iter().chain(others);
    for ending in all() {
        ending.came.store(false, Ordering::SeqCst);
        ending.ends.store(false, Ordering::SeqCst);
    }
    let read = read();
    for ending in all() {
        ending.ends.store(true, Ordering::SeqCst);
        if ending.came.swap(false, Ordering::SeqCst) {
            end_by(ending.signal);
        }
    }
    read
}

/// Ends this program as Ctrl-C does.
pub(crate) fn end_by_interrupt() -> ! {
    end_by(SIGINT)
}

fn end_by(signal: i32) -> ! {
    let _ = low_level::emulate_default_handler(signal);
    // Where the signal was ignored when we were started, that may have returned.
    process::exit(128 + signal);
}
