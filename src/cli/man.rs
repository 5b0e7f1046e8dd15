//! `factlog man`: the help as manual pages, one a command and one a topic.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use serde::Serialize;

use super::Cli;
use super::context::Context;
use super::exit::Status;
use super::help;
use super::json_out;
use super::screen;

/// Write manual pages: one a command, and one a topic of `factlog help`
///
/// Pages of commands are of section 1 (factlog-verdict.1), those of topics of section 7
/// (factlog-keys.7). Pages that are there already are replaced.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog man --out ~/.local/share/man/man1
  man factlog-verdict")]
pub(crate) struct Args {
    /// The folder to write into; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Output {
    folder: String,
    pages: Vec<String>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    fs::create_dir_all(&args.out).with_context(|| format!("making {}", screen::path(&args.out)))?;
    let mut pages = Vec::new();
    let mut command = Cli::command();
    command.build();
    for (name, page) in of_commands(&command, "factlog")? {
        pages.push(write(&args.out, name, &page)?);
    }
    for (topic, text) in help::TOPICS {
        let page = of_topic(topic, text);
        pages.push(write(
            &args.out,
            format!("factlog-{topic}.7"),
            page.as_bytes(),
        )?);
    }
    let folder = screen::path(&args.out);
    let count = screen::counted(pages.len() as u64, "page", "pages");
    context.say(&format!("wrote {count} into {folder}"));
    if context.global.json {
        json_out::print(&Output { folder, pages })?;
    }
    Ok(Status::Done)
}

fn write(folder: &Path, name: String, page: &[u8]) -> anyhow::Result<String> {
    let path = folder.join(&name);
    fs::write(&path, page).with_context(|| format!("writing {}", screen::path(&path)))?;
    Ok(name)
}

/// Returns the page of a command, and those of the commands below it.
fn of_commands(command: &Command, name: &str) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    let mut page = Vec::new();
    let shown = command.clone().name(name.to_owned()).display_name(name);
    Man::new(shown).render(&mut page)?;
    let page = with_columns_kept(&String::from_utf8_lossy(&page));
    let mut pages = vec![(format!("{name}.1"), page.into_bytes())];
    for below in command
        .get_subcommands()
        .filter(|below| !below.is_hide_set())
    {
        pages.extend(of_commands(below, &format!("{name}-{}", below.get_name()))?);
    }
    Ok(pages)
}

/// Has lines that are indented, such as examples and tables, stay as they are: troff would fill them, and
/// go on with the text after them on the last one.
fn with_columns_kept(page: &str) -> String {
    let mut kept = String::with_capacity(page.len() + 64);
    let mut is_as_is = false;
    for line in page.lines() {
        let is_indented = line.starts_with(' ');
        if is_indented != is_as_is {
            kept.push_str(if is_indented { ".nf\n" } else { ".fi\n" });
            is_as_is = is_indented;
        }
        kept.push_str(line);
        kept.push('\n');
    }
    if is_as_is {
        kept.push_str(".fi\n");
    }
    kept
}

/// Returns the page of a topic: its text as it stands in a terminal.
fn of_topic(topic: &str, text: &str) -> String {
    let mut page = Roff::new();
    let title = format!("factlog-{topic}");
    page.control("TH", [title.as_str(), "7"]);
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    page.control("SH", ["NAME"]);
    page.text([roman(format!("{title} - {}", first.trim().to_lowercase()))]);
    page.control("SH", ["DESCRIPTION"]);
    page.control("nf", []);
    for line in rest.trim_matches('\n').lines() {
        page.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
    }
    page.control("fi", []);
    page.to_roff()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_in_a_command_s_help_is_not_filled() {
        let mut command = Cli::command();
        command.build();
        let pages = of_commands(&command, "factlog").expect("pages");
        let page = |wanted: &str| {
            let found = pages.iter().find(|(name, _)| name == wanted);
            String::from_utf8(found.expect("a page").1.clone()).expect("text")
        };
        let page = page("factlog-reanchor.1");
        let states = page.find("  exact  ").expect("the states");
        let after = page.find("The first three").expect("what follows");
        let before = page[..states].rfind(".nf\n").expect("kept as it is");
        assert!(!page[before..states].contains(".fi\n"));
        assert!(page[..after].ends_with(".fi\n"));
        assert!(with_columns_kept("a\n  b\n").ends_with("  b\n.fi\n"));
    }
}
