//! Pages of many templates, with the words and the metadata that are right for them.
//!
//! Each `tests/fixtures/intake/NAME.html` has a `NAME.txt`: lines of metadata, a line `---`, and
//! the text. The pages were written for this test; a changed text is read by a person before it is
//! accepted. One is not as it should be: Readability takes a table that is only there for the layout
//! whole, so `04-tables-and-fonts` keeps its menu.

mod made;
mod pdf;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use factlog::intake::{Hint, Intake, take_in};

fn described(intake: &Intake) -> String {
    let meta = &intake.meta;
    let mut description = String::new();
    let mut line = |name: &str, value: &str| {
        writeln!(description, "{name}: {value}").expect("a String takes what is written");
    };
    line("charset", intake.charset.as_deref().unwrap_or_default());
    for (name, value) in [
        ("title", &meta.title),
        ("publisher", &meta.publisher),
        ("language", &meta.language),
        ("url", &meta.url),
    ] {
        if let Some(value) = value {
            line(name, value);
        }
    }
    for author in &meta.authors {
        line("author", author);
    }
    if let Some(published) = meta.published {
        line("published", &published.to_string());
    }
    for warning in &intake.warnings {
        line("warning", &warning.to_string());
    }
    description + "---\n" + intake.text.as_deref().unwrap_or_default()
}

#[test]
fn each_page_gives_its_words_and_metadata() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/intake");
    let mut pages: Vec<_> = fs::read_dir(&folder)
        .expect("the folder of pages")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "html")
        })
        .collect();
    pages.sort();
    assert_eq!(pages.len(), 20);
    let mut wrong = String::new();
    for page in pages {
        let bytes = fs::read(&page).expect("a page");
        let hint = Hint {
            file_name: page.to_str(),
            ..Hint::default()
        };
        let found = described(&take_in(&bytes, &hint).expect("a page"));
        let right = fs::read_to_string(page.with_extension("txt")).unwrap_or_default();
        if found != right {
            write!(wrong, "\n{}\n{found}", page.display()).expect("a String takes what is written");
        }
    }
    assert!(wrong.is_empty(), "these differ from what is right:{wrong}");
}
