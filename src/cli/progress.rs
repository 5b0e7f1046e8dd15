//! How far long work has come, for a person who waits: it vanishes when it is done.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::context::Context;

/// Shows how many entries of `size` are done; nothing where nobody looks.
pub(crate) fn entries(doing: &str, size: u64, context: &Context) -> ProgressBar {
    of(doing, "entries", size, context)
}

/// Shows how many of `size` such things are done; nothing where nobody looks.
pub(crate) fn of(doing: &str, things: &str, size: u64, context: &Context) -> ProgressBar {
    if context.global.quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(size), ProgressDrawTarget::stderr());
    let template = format!("{doing} {{bar:30}} {{pos}} of {{len}} {things}");
    let style = ProgressStyle::with_template(&template);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
