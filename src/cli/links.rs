//! Addresses that can be clicked: the escape sequence OSC 8, on terminals that are known to have it.

use std::env;
use std::io::{self, IsTerminal as _};
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::{AutoStream, ColorChoice};

/// Whether addresses on standard output are marked.
static WANTED: AtomicBool = AtomicBool::new(false);

/// Decides whether addresses are marked, by the setting `hyperlinks`.
pub(crate) fn choose(setting: Option<&str>) {
    let wanted = match setting {
        Some("always") => true,
        Some("never") => false,
        _ => is_known(),
    };
    // Where there are no styles, there is no other escape sequence either.
    let is_styled = AutoStream::choice(&io::stdout()) != ColorChoice::Never;
    WANTED.store(
        wanted && is_styled && io::stdout().is_terminal(),
        Ordering::Relaxed,
    );
}

/// Says whether addresses are marked.
pub(crate) fn are_wanted() -> bool {
    WANTED.load(Ordering::Relaxed)
}

/// Says whether the terminal is one of those that are known to have such links.
fn is_known() -> bool {
    const PROGRAMS: [&str; 6] = ["iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio"];
    /// The first version of VTE, which GNOME's terminals are made of, that has them as they are now.
    const VTE: u32 = 5000;
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let number = |name| {
        env::var(name)
            .ok()
            .and_then(|value| value.parse::<u32>().ok())
    };
    env::var("TERM_PROGRAM").is_ok_and(|name| PROGRAMS.contains(&name.as_str()))
        || number("VTE_VERSION").is_some_and(|version| version >= VTE)
        || is_set("KITTY_WINDOW_ID")
        || is_set("WT_SESSION")
        || is_set("DOMTERM")
}

/// Marks every address in a text that is harmless already.
pub(crate) fn linked(text: &str) -> String {
    const BEGIN: &str = "\u{1b}]8;;";
    const END: &str = "\u{1b}\\";
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest
        .find("https://")
        .into_iter()
        .chain(rest.find("http://"))
        .min()
    {
        shown.push_str(&rest[..at]);
        let after = &rest[at..];
        let end = after.find(|c: char| !c.is_ascii_graphic() || "\"<>`".contains(c));
        let address = &after[..end.unwrap_or(after.len())];
        let address = address.trim_end_matches(['.', ',', ';', ':', ')', ']', '!', '?', '\'']);
        shown.push_str(BEGIN);
        shown.push_str(address);
        shown.push_str(END);
        shown.push_str(address);
        shown.push_str(BEGIN);
        shown.push_str(END);
        rest = &after[address.len()..];
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_marked_and_nothing_else_changes() {
        let text = "see https://desk.example/a?b=1, (http://x.example) and \u{1b}[1mhttps://y.example\u{1b}[0m";
        let shown = linked(text);
        assert_eq!(shown.matches("\u{1b}]8;;\u{1b}\\").count(), 3, "{shown:?}");
        for address in [
            "https://desk.example/a?b=1",
            "http://x.example",
            "https://y.example",
        ] {
            let link = format!("\u{1b}]8;;{address}\u{1b}\\{address}\u{1b}]8;;\u{1b}\\");
            assert!(shown.contains(&link), "{address}: {shown:?}");
        }
        let plain = anstream::adapter::strip_str(&shown).to_string();
        assert_eq!(plain, anstream::adapter::strip_str(text).to_string());
        assert_eq!(linked("no address: https"), "no address: https");
    }
}
