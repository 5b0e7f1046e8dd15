//! Catches panics of the database at the store's edge, without their noise.
//!
//! sled panics on some damaged files, in our thread or in its own. Neither the panic nor its
//! message may reach the user (`DESIGN.md` section 5): our callers get an error that says what to
//! do.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static CATCHING: Cell<u32> = const { Cell::new(0) };
}

static HOOK: Once = Once::new();

/// The database panicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Panicked;

/// Runs `work`; turns a panic into an error and keeps its message back.
pub(super) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    HOOK.call_once(install_hook);
    CATCHING.with(|catching| catching.set(catching.get() + 1));
    // What a panic leaves behind is not looked at again: the database is given up.
    let result = panic::catch_unwind(AssertUnwindSafe(work)).map_err(|_| Panicked);
    CATCHING.with(|catching| catching.set(catching.get() - 1));
    result
}

/// Wraps the panic hook: silent while we catch, and in the database's own threads.
fn install_hook() {
    let previous = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let caught = CATCHING.try_with(|catching| catching.get() > 0);
        let in_database = std::thread::current()
            .name()
            .is_some_and(|name| name.starts_with("sled-io"));
        if !caught.unwrap_or(false) && !in_database {
            previous(info);
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error() {
        assert_eq!(catch(|| 7), Ok(7));
        assert_eq!(catch(|| panic!("damaged")), Err::<(), _>(Panicked));
    }
}
