//! Notes to a person at a terminal that the command waits: for standard input, or for another program.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::context::Context;
use super::screen;

/// What ends standard input at a terminal.
const ENDS: &str = if cfg!(windows) {
    "Ctrl-Z and Enter"
} else {
    "Ctrl-D"
};

/// How long somebody waits without wondering.
const PATIENCE: Duration = Duration::from_secs(5);

/// Says that standard input is read, where a person has to type it.
pub(crate) fn for_input(context: &Context) {
    if io::stdin().is_terminal() && io::stderr().is_terminal() {
        context.say(&format!("reading standard input; end with {ENDS}"));
    }
}

/// Says that what was said is read from standard input, where a person has to type it.
pub(crate) fn for_statement(context: &Context) {
    if io::stdin().is_terminal() && io::stderr().is_terminal() {
        context.say(&format!("type what was said; end with {ENDS}"));
    }
}

/// Does `work`; tells a person at a terminal what is waited for, once that has taken some seconds.
pub(crate) fn noting<T>(context: &Context, note: &str, work: impl FnOnce() -> T) -> T {
    if context.global.quiet || !io::stderr().is_terminal() {
        return work();
    }
    let (done, ended) = mpsc::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            if ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                let _ = writeln!(anstream::stderr(), "{}", screen::message(note));
            }
        });
        let result = work();
        drop(done);
        result
    })
}
