//! The person's editor: `$VISUAL`, else `$EDITOR`, else the one in the settings, else `vi`.
//!
//! It is run by the shell, as git does, so that the variable may hold arguments. It gets the
//! terminal even where our standard input or output is a pipe.

use std::env;
use std::fs::File;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::process::{Command, Stdio};

use super::context::Context;
use super::exit::{Failure, Status};
use super::terminal::Lent;

/// Opens a file in the person's editor and waits until it is closed.
pub(crate) fn edit(context: &Context, path: &Path) -> anyhow::Result<()> {
    let editor = editor(context)?;
    let mut command = if cfg!(unix) {
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg(format!("{editor} \"$1\""))
            .arg("editor")
            .arg(path);
        command
    } else {
        let mut command = Command::new(&editor);
        command.arg(path);
        command
    };
    if !io::stdin().is_terminal() {
        let terminal = File::open("/dev/tty").map_or_else(|_| Stdio::null(), Stdio::from);
        command.stdin(terminal);
    }
    if !io::stdout().is_terminal() {
        command.stdout(Stdio::from(io::stderr()));
    }
    let failed = |message: String| {
        Failure::new(Status::Failed, message).hint(format!(
            "what you wrote is kept in {}; choose an editor with EDITOR",
            path.display()
        ))
    };
    let _lent = Lent::start();
    let ended = command.status().map_err(|error| {
        failed(format!("the editor {editor:?} could not be started")).because(error)
    })?;
    if ended.success() {
        Ok(())
    } else {
        Err(failed(format!("the editor {editor:?} ended with {ended}")).into())
    }
}

fn editor(context: &Context) -> anyhow::Result<String> {
    let named = ["VISUAL", "EDITOR"]
        .into_iter()
        .filter_map(env::var_os)
        .map(|editor| editor.to_string_lossy().into_owned())
        .find(|editor| !editor.trim().is_empty());
    let set = context.settings()?.of_file("editor").map(str::to_owned);
    match named.or(set) {
        Some(editor) if !context.global.no_input => Ok(editor),
        None if context.can_ask() => Ok("vi".to_owned()),
        _ => Err(
            Failure::new(Status::Usage, "there is no editor to open a form in")
                .hint("set EDITOR; `factlog verdict` takes it all by flags, too: --rating … --summary …")
                .into(),
        ),
    }
}
