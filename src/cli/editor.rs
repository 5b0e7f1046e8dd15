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
use super::drafts::FORM;
use super::exit::{Failure, Status};
use super::screen;
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

/// What begins a line that says what is wrong with a form.
const FAULT: &str = "#!";

/// Puts what is wrong at the top of a form, in the place of what was said before; and before the line that
/// it is about, where it names one by its number or its field.
pub(crate) fn with_fault(form: &str, fault: &str) -> String {
    let fault = screen::visible(fault);
    let mut marked = String::new();
    for line in fault.lines() {
        marked.extend([FAULT, " ", line, "\n"]);
    }
    let numbered = fault.strip_prefix("line ").and_then(|rest| {
        let (number, rest) = rest.split_once(": ")?;
        Some((number.parse::<usize>().ok()?, rest))
    });
    let field = fault.split_once(':').map(|(field, _)| field);
    let is_about = |n: usize, line: &str| match (numbered, field) {
        (Some((number, _)), _) => n + 1 == number,
        (None, Some(field)) => line
            .split_once(':')
            .is_some_and(|(name, _)| name.trim_end() == field),
        _ => false,
    };
    let at = form
        .lines()
        .enumerate()
        .position(|(n, line)| is_about(n, line));
    let mut text = marked.clone();
    for (n, line) in form.lines().enumerate() {
        if at == Some(n) {
            text.push_str(&marked);
        }
        if !line.starts_with(FAULT) {
            text.extend([line, "\n"]);
        }
    }
    text
}

/// Leaves out what was said to be wrong with a form.
pub(crate) fn without_fault(form: &str) -> String {
    form.lines()
        .filter(|line| !line.starts_with(FAULT))
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// Reads a form that a person wrote; `None` where there is none.
///
/// # Errors
/// It is not UTF-8: nothing is written over it.
pub(crate) fn form(path: &Path) -> anyhow::Result<Option<String>> {
    let Some(bytes) = FORM.bytes(path)? else {
        return Ok(None);
    };
    let text = String::from_utf8(bytes).map_err(|error| {
        let message = format!("the form {} is not in UTF-8", screen::path(path));
        Failure::new(Status::Failed, message)
            .because(error.utf8_error())
            .hint("it is kept as it is: have your editor write it in UTF-8, and go on")
    })?;
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_stands_at_the_top_and_beside_its_field() {
        let form = "# x\nrating: maybe\nsummary: s\n";
        let marked = with_fault(form, "rating: it is none");
        assert_eq!(
            marked,
            "#! rating: it is none\n# x\n#! rating: it is none\nrating: maybe\nsummary: s\n"
        );
        assert_eq!(without_fault(&marked), form);
        // What was wrong before is not said any more, and the lines are still counted with it.
        let again = with_fault(&marked, "line 5: summary: is there twice");
        assert_eq!(
            again,
            "#! line 5: summary: is there twice\n# x\nrating: maybe\n\
             #! line 5: summary: is there twice\nsummary: s\n"
        );
        assert_eq!(
            with_fault(form, "no such source"),
            format!("#! no such source\n{form}")
        );
    }

    #[test]
    fn a_form_that_is_not_utf_8_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("form.txt");
        assert_eq!(form(&path).expect("none"), None);
        std::fs::write(&path, b"summary: caf\xe9\n").expect("written");
        assert!(
            form(&path)
                .expect_err("not UTF-8")
                .to_string()
                .contains("UTF-8")
        );
    }
}
