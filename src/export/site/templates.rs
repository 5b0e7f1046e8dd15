//! Templates: HTML, Atom and the site map, each of which a desk can put its own in place of.
//!
//! Everything that a template prints is escaped, but for what stands in [`Frame`] and in pages as
//! ready-made: the style sheet, scripts, and JSON that is safe inside `<script>`.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use minijinja::value::{Serde, ValueKind};
use minijinja::{AutoEscape, Environment, Error, Output, State, Value};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// The templates that come with the program, by their file names.
pub const BUILT_IN: [(&str, &str); 13] = [
    ("atom.xml", include_str!("templates/atom.xml")),
    ("base.html", include_str!("templates/base.html")),
    ("check.js", include_str!("check.js")),
    ("claim.html", include_str!("templates/claim.html")),
    (
        "corrections.html",
        include_str!("templates/corrections.html"),
    ),
    ("index.html", include_str!("templates/index.html")),
    ("macros.html", include_str!("templates/macros.html")),
    ("methods.html", include_str!("templates/methods.html")),
    ("reviewer.html", include_str!("templates/reviewer.html")),
    ("search.js", include_str!("templates/search.js")),
    ("sitemap.xml", include_str!("templates/sitemap.xml")),
    ("source.html", include_str!("templates/source.html")),
    ("style.css", include_str!("templates/style.css")),
];

/// What a desk adds after the style sheet: other values for its variables.
pub const OWN_STYLE: &str = "custom.css";

/// What a claim's page is made with.
const PAGE_TEMPLATES: [&str; 3] = ["base.html", "claim.html", "macros.html"];

/// How `check.js` knows that the page is made with the built-in templates, so that it can say of every
/// element what it should be.
const BUILT_IN_PAGES: &str = "const TEMPLATES = \"built-in\";";
/// How it knows that the page is made with others: it then compares what is marked.
const OWN_PAGES: &str = "const TEMPLATES = \"own\";";

/// Says why templates can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// It is no template.
    #[error("the template {name} can't be read")]
    Syntax {
        /// Its file name.
        name: String,
        /// Why.
        #[source]
        source: Error,
    },
    /// What is rendered with it can't be.
    #[error("the template {name} can't be filled in")]
    Render {
        /// Its file name.
        name: String,
        /// Why.
        #[source]
        source: Error,
    },
    /// A file that no page is made with.
    #[error("{0:?} is the name of no template: see --write-templates")]
    Unknown(String),
    /// A style sheet or script that would end its element.
    #[error("{0} has {1:?}, which would end the element that it stands in")]
    EndsElement(String, &'static str),
}

/// The script that a page has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Script {
    /// None.
    None,
    /// The one that checks a claim's page.
    Check,
    /// The search among what is on the page.
    Search,
    /// The search that loads an index beside the page.
    SearchOfIndex,
}

impl Script {
    const ALL: [Self; 4] = [Self::None, Self::Check, Self::Search, Self::SearchOfIndex];
}

/// The templates of a site.
pub struct Templates {
    environment: Environment<'static>,
    pub(super) css: String,
    check: String,
    search: String,
    /// The content security policies of pages, by their scripts.
    policies: [String; 4],
    /// Of all of them together.
    pub(super) digest: blake3::Hash,
}

impl Templates {
    /// Takes the built-in templates, and a desk's own in their place, by file name.
    ///
    /// # Panics
    /// Never: what is taken out is built in.
    pub fn new(own: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let known = |name: &str| name == OWN_STYLE || BUILT_IN.iter().any(|(n, _)| *n == name);
        if let Some(name) = own.keys().find(|name| !known(name)) {
            return Err(TemplateError::Unknown(name.clone()));
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
        let mut environment = Environment::new();
        environment.set_formatter(format);
        let mut plain = BTreeMap::new();
        let mut has_own_pages = false;
        for (name, built_in) in BUILT_IN {
            let text = own.get(name).map_or(built_in, String::as_str);
            has_own_pages |= PAGE_TEMPLATES.contains(&name) && text != built_in;
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
            if matches!(extension(name), "html" | "xml") {
                let added = environment.add_template_owned(name, text.to_owned());
                added.map_err(|source| TemplateError::Syntax {
                    name: name.to_owned(),
                    source,
                })?;
            } else {
                plain.insert(name, text.to_owned());
            }
        }
        let mut take = |name: &str| {
            let text = plain.remove(name).expect("it is built in");
            if own.contains_key(name) {
                return text;
            }
            let text = without_comments(&text);
            if name == "check.js" && has_own_pages {
                text.replacen(BUILT_IN_PAGES, OWN_PAGES, 1)
            } else {
                text
            }
        };
        let (mut css, check, search) = (take("style.css"), take("check.js"), take("search.js"));
        if let Some(own) = own.get(OWN_STYLE) {
            hasher.update(own.as_bytes());
            css.push('\n');
            css.push_str(own);
        }
        for (name, text, end) in [
            ("style.css", &css, "</style"),
            ("check.js", &check, "</script"),
            ("search.js", &search, "</script"),
        ] {
            if text.to_ascii_lowercase().contains(end) {
                return Err(TemplateError::EndsElement(name.to_owned(), end));
            }
        }
        Ok(Self {
            environment,
            policies: Script::ALL.map(|script| match script {
                Script::None => content_security_policy(&css, None, false),
                Script::Check => content_security_policy(&css, Some(&check), false),
                Script::Search => content_security_policy(&css, Some(&search), false),
                Script::SearchOfIndex => content_security_policy(&css, Some(&search), true),
            }),
            css,
            check,
            search,
            digest: hasher.finalize(),
        })
    }

    /// Returns a page's script.
    pub(super) fn script(&self, script: Script) -> Option<&str> {
        match script {
            Script::None => None,
            Script::Check => Some(&self.check),
            Script::Search | Script::SearchOfIndex => Some(&self.search),
        }
    }

    /// Returns the policy of a page with this script.
    pub(super) fn policy(&self, script: Script) -> &str {
        &self.policies[script as usize]
    }

    /// Fills a template in.
    pub(super) fn render<T: Serialize>(
        &self,
        name: &'static str,
        context: &T,
    ) -> Result<String, TemplateError> {
        let template = self.environment.get_template(name);
        let rendered = template.and_then(|template| template.render(Serde(context)));
        rendered.map_err(|source| TemplateError::Render {
            name: name.to_owned(),
            source,
        })
    }
}

/// Writes a value into a page so that a reader of the page has the same characters again.
pub(in crate::export) fn format(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    let text = value.as_str().filter(|_| {
        value.kind() == ValueKind::String
            && !value.is_safe()
            && matches!(state.auto_escape(), AutoEscape::Html)
    });
    // A carriage return would be read as a line feed; other control characters XML has no form for.
    match text {
        Some(text) if text.contains(is_special) => {
            let is_xml = extension(state.name()) == "xml";
            for c in text.chars() {
                match c {
                    '\r' => out.write_str("&#13;")?,
                    c if is_xml && is_special(c) => {
                        out.write_str("\u{fffd}")?;
                    }
                    c => minijinja::escape_formatter(out, state, &Value::from(c.to_string()))?,
                }
            }
            Ok(())
        }
        _ => minijinja::escape_formatter(out, state, value),
    }
}

/// Returns what a template's name ends with after its dot.
fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// Says whether a character is none of XML's (XML 1.0, section 2.2), or a carriage return.
const fn is_special(c: char) -> bool {
    (c < ' ' && !matches!(c, '\n' | '\t')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Leaves out lines that are comments, and what lines are indented by, of a text of ours: every page has
/// it. A desk's own stays as it is.
///
/// Only whole lines go, so a comment beside code stays, and no text of a script may have a line that
/// looks like a comment.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_comment = false;
    for line in text.lines() {
        let line = line.trim();
        if in_comment {
            in_comment = !line.contains("*/");
            continue;
        }
        if line.starts_with("/*") && !line.contains("*/") {
            in_comment = true;
            continue;
        }
        if line.starts_with("/*") && line.ends_with("*/") {
            continue;
        }
        if line.is_empty() || line.starts_with("//") {
            continue;
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// The policy by which a page takes nothing from elsewhere: its style sheet and its script by their
/// hashes, and nothing else (CSP Level 3).
pub(in crate::export) fn content_security_policy(
    css: &str,
    script: Option<&str>,
    own: bool,
) -> String {
    let hash = |text: &str| format!("'sha256-{}'", BASE64.encode(Sha256::digest(text)));
    let mut scripts = String::new();
    if let Some(script) = script {
        scripts = format!(" script-src {}", hash(script));
        if own {
            scripts.push_str(" 'self'");
        }
        scripts.push(';');
    }
    format!(
        "default-src 'none'; style-src {};{scripts} img-src 'self' data:; base-uri 'none'; form-action 'none'",
        hash(css)
    )
}
