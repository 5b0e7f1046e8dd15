//! Pages of small ledgers, and what must never be on one.

use std::collections::BTreeMap;

use super::*;
use crate::export::samples;
use crate::words::source::Rights;

const BUNDLE: &str = "{\"type\":\"factlog/bundle@v1\"}\n";

fn templates() -> Templates {
    Templates::new(&BTreeMap::new()).expect("the built-in ones")
}

fn input<'a>(ledger: &'a PublishedLedger, claims: &'a [PublishedClaim]) -> Input<'a> {
    let shown = claims
        .iter()
        .filter_map(|claim| Some((claim.id, shown_verdict(claim)?.id)));
    Input {
        ledger,
        claims,
        shown: shown.collect(),
        reviewers: vec![Reviewer {
            name: "desk.example/alice".into(),
            roles: vec!["Reviewer".into()],
            since: "2026-11-22T08:00:00Z".parse().expect("a time"),
            key: "desk.example/alice+00000000+AA".into(),
            ended: None,
        }],
        policies: vec![(
            "2026-11-22T08:00:00Z".parse().expect("a time"),
            Policy::default(),
        )],
        texts: BTreeMap::new(),
        as_of: AsOf {
            size: 9,
            root: ledger.checkpoint.root.clone(),
        },
        revised: 1,
    }
}

/// Returns all files of a site, by path.
fn files(ledger: &PublishedLedger, claims: &[PublishedClaim]) -> BTreeMap<String, String> {
    let templates = templates();
    let site = Site::new(input(ledger, claims), &templates);
    let mut files = site.other_pages().expect("rendered");
    for page in site.claim_pages() {
        files.extend(page.render(BUNDLE).expect("rendered"));
    }
    let text = |file: File| (file.path, String::from_utf8(file.bytes).expect("text"));
    files.into_iter().map(text).collect()
}

/// Returns a page without the script that checks it, which has words of its own.
fn without_script(page: &str) -> String {
    let (before, rest) = page.split_once("<script>").expect("a script");
    let (_, after) = rest.split_once("</script>").expect("its end");
    format!("{before}{after}")
}

fn claim_page(ledger: &PublishedLedger, claim: PublishedClaim) -> String {
    let path = format!("claims/{}/index.html", short(&claim.id));
    let mut files = files(ledger, &[claim]);
    without_script(&files.remove(&path).expect("a page"))
}

#[test]
fn a_claims_page_says_what_was_recorded() {
    let (ledger, claim) = samples::judged();
    let page = claim_page(&ledger, claim);
    for words in [
        samples::CLAIM,
        "John Kirby",
        "Security Council decisions bind.",
        "Refutes",
        "Article 25",
        "desk.example/alice",
        &ObjectId([8; 32]).to_string(),
    ] {
        assert!(page.contains(words), "{words} is not on the page");
    }
    assert_eq!(
        page.matches("\"@type\": \"ClaimReview\"").count(),
        1,
        "one ClaimReview a page"
    );
    assert!(
        page.contains(r#"{\"type\":\"factlog/bundle@v1\"}"#),
        "its bundle is not on the page"
    );
}

#[test]
fn a_correction_is_told_on_the_page_and_among_the_corrections() {
    let (ledger, claim) = samples::corrected();
    let files = files(&ledger, &[claim]);
    let page = files
        .iter()
        .find(|(path, _)| path.starts_with("claims/") && path.ends_with("html"));
    let (_, page) = page.expect("a page");
    let page = without_script(page);
    let struck = page
        .split("<s>")
        .skip(1)
        .filter_map(|rest| rest.split("</s>").next());
    assert!(
        struck.clone().any(|words| words.contains("False")),
        "the old rating is not struck out"
    );
    assert!(page.contains(samples::REASON));
    for path in [
        "corrections/index.html",
        "corrections.atom",
        "corrections.json",
    ] {
        assert!(
            files[path].contains(samples::REASON),
            "{path} does not give the reason"
        );
    }
}

#[test]
fn a_retracted_verdict_stays_and_is_said_to_be_retracted() {
    let (ledger, claim) = samples::retracted();
    let page = claim_page(&ledger, claim);
    assert!(page.contains("This verdict was retracted."));
    assert!(page.contains(samples::RETRACTED));
    assert!(
        !page.contains("\"@type\": \"ClaimReview\""),
        "a retracted verdict is no ClaimReview"
    );
}

#[test]
fn an_erased_verdict_says_so() {
    let (ledger, mut claim) = samples::judged();
    claim.verdicts[0].verdict = None;
    let page = claim_page(&ledger, claim);
    assert!(page.contains("The reasons and the evidence were erased."));
}

#[test]
fn text_of_strangers_stays_text() {
    for hostile in [
        "</script><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\"><svg onload=alert(1)>",
        "{{ 7 * 7 }} {% raw %}",
        "<!-- <![CDATA[ ]]> -->",
    ] {
        let (mut ledger, mut claim) = samples::judged();
        ledger.desk = hostile.into();
        for source in ledger.sources.values_mut() {
            let meta = source.meta.as_mut().expect("there");
            meta.title = Some(hostile.into());
            meta.publisher = Some(hostile.into());
            meta.url = Some(format!("javascript:{hostile}"));
        }
        let words = claim.claim.as_mut().expect("there");
        words.text = hostile.into();
        words.claimant.as_mut().expect("there").name = hostile.into();
        words.claimant.as_mut().expect("there").same_as = Some("javascript:alert(1)".into());
        words.language = "en\" onload=\"alert(1)".into();
        let verdict = claim.verdicts[0].verdict.as_mut().expect("there");
        verdict.summary = hostile.into();
        verdict.evidence[0].note = Some(hostile.into());
        for (path, text) in files(&ledger, &[claim]) {
            for live in [
                "<img",
                "<svg onload",
                "alert(1)</script",
                "<![CDATA[",
                "href=\"javascript:",
                "\" onload=\"",
            ] {
                assert!(
                    !text.contains(live),
                    "{path}: {live} in a page of {hostile}"
                );
            }
        }
    }
}

#[test]
fn nothing_of_a_withheld_source_leaves_the_house() {
    let (mut ledger, claim) = samples::judged();
    ledger
        .sources
        .get_mut(&SourceId([3; 32]))
        .expect("there")
        .rights = Rights::Withheld;
    let files = files(&ledger, &[claim]);
    assert!(
        files.keys().all(|path| !path.starts_with("claims/")),
        "{:?}",
        files.keys()
    );
    for (path, text) in files {
        for secret in [samples::CLAIM, samples::WORDS, "John Kirby", "news.example"] {
            assert!(!text.contains(secret), "{path} has {secret}");
        }
    }
}

#[test]
fn what_quotes_a_withheld_source_is_left_out_of_the_page() {
    let (mut ledger, claim) = samples::judged();
    ledger
        .sources
        .get_mut(&SourceId([4; 32]))
        .expect("there")
        .rights = Rights::Withheld;
    let page = claim_page(&ledger, claim);
    assert!(page.contains("they quote a withheld source"));
    for secret in [
        "charter.example",
        "Security Council decisions bind.",
        "Article 25",
    ] {
        assert!(!page.contains(secret), "{secret}");
    }
}

#[test]
fn a_page_shows_the_latest_verdict_that_stands() {
    let (_, mut claim) = samples::corrected();
    let (first, second) = (claim.verdicts[0].id, claim.verdicts[1].id);
    assert_eq!(shown_verdict(&claim).expect("one").id, second);
    claim.verdicts[1].standing = Standing::Proposed;
    claim.verdicts[1].has_stood = false;
    assert_eq!(
        shown_verdict(&claim).expect("one").id,
        first,
        "a proposed one takes no place yet"
    );
    claim.verdicts[0].standing = Standing::Standing;
    claim.verdicts[1].standing = Standing::Disputed;
    claim.verdicts[1].has_stood = true;
    assert_eq!(shown_verdict(&claim).expect("one").id, first);
    claim.verdicts.remove(0);
    claim.verdicts[0].standing = Standing::Proposed;
    assert_eq!(
        shown_verdict(&claim).expect("one").id,
        second,
        "where there is no other"
    );
    claim.verdicts.clear();
    assert!(shown_verdict(&claim).is_none());
}

#[test]
fn a_page_is_written_anew_when_what_it_says_changes() {
    let digest = |ledger: &PublishedLedger, claim: &PublishedClaim, templates: &Templates| {
        let claims = [claim.clone()];
        let site = Site::new(input(ledger, &claims), templates);
        site.claim_pages().next().expect("a page").digest()
    };
    let templates = templates();
    let (mut ledger, claim) = samples::judged();
    let first = digest(&ledger, &claim, &templates);
    ledger.checkpoint.size += 1;
    assert_eq!(
        digest(&ledger, &claim, &templates),
        first,
        "a later checkpoint changes no page"
    );
    let changes: [fn(&mut PublishedClaim); 4] = [
        |claim| claim.verdicts[0].standing = Standing::Tainted,
        |claim| claim.verdicts[0].rating = "true".parse().expect("a code"),
        |claim| claim.claim = None,
        |claim| claim.is_tainted = true,
    ];
    for change in changes {
        let mut other = claim.clone();
        change(&mut other);
        assert_ne!(digest(&ledger, &other, &templates), first);
    }
    let own = BTreeMap::from([(OWN_STYLE.to_owned(), ":root { --ink: navy; }".to_owned())]);
    let own = Templates::new(&own).expect("templates");
    assert_ne!(digest(&ledger, &claim, &own), first);
    ledger.base_url = None;
    assert_ne!(digest(&ledger, &claim, &templates), first);
}

#[test]
fn templates_of_a_desk_take_the_place_of_the_built_in_ones() {
    let own = |name: &str, text: &str| {
        Templates::new(&BTreeMap::from([(name.to_owned(), text.to_owned())]))
    };
    let (ledger, claim) = samples::judged();
    let claims = [claim];
    let templates = own("claim.html", "our page of {{ claim.text }}").expect("a template");
    let site = Site::new(input(&ledger, &claims), &templates);
    let [page, _] = site
        .claim_pages()
        .next()
        .expect("a page")
        .render(BUNDLE)
        .expect("rendered");
    assert_eq!(
        page.bytes,
        format!("our page of {}", samples::CLAIM).into_bytes()
    );

    let built_in = BUILT_IN.iter().find(|(name, _)| *name == "check.js");
    let told = |templates: &Templates| templates.script(Script::Check).map(str::to_owned);
    assert!(
        built_in
            .expect("it is there")
            .1
            .contains("const TEMPLATES = \"built-in\";")
    );
    assert!(
        told(&templates)
            .expect("a script")
            .contains("const TEMPLATES = \"own\";")
    );
    let styled = own(OWN_STYLE, ":root { --ink: navy; }").expect("a style");
    assert!(
        told(&styled)
            .expect("a script")
            .contains("const TEMPLATES = \"built-in\";")
    );

    let unknown = own("claims.html", "").err().expect("refused");
    assert!(matches!(unknown, TemplateError::Unknown(name) if name == "claims.html"));
    let syntax = own("claim.html", "{% if %}").err().expect("refused");
    assert!(matches!(syntax, TemplateError::Syntax { name, .. } if name == "claim.html"));
    let ends = own(OWN_STYLE, "</STYLE><script>").err().expect("refused");
    assert!(matches!(ends, TemplateError::EndsElement(..)));
    let templates = own("claim.html", "{{ claim.text.nothing.here }}").expect("a template");
    let site = Site::new(input(&ledger, &claims), &templates);
    let failed = site.claim_pages().next().expect("a page").render(BUNDLE);
    assert!(matches!(failed, Err(TemplateError::Render { name, .. }) if name == "claim.html"));
}

#[test]
fn pages_name_the_hashes_of_the_only_script_and_style_that_they_may_have() {
    let (ledger, claim) = samples::judged();
    for (path, text) in files(&ledger, &[claim]) {
        let html = |path: &str| {
            std::path::Path::new(path)
                .extension()
                .is_some_and(|e| e == "html")
        };
        if !html(&path) {
            continue;
        }
        let policy = text
            .split("Content-Security-Policy")
            .nth(1)
            .expect("a policy");
        let policy = policy.split('>').next().expect("an element");
        assert!(
            policy.contains("default-src &#x27;none&#x27;")
                || policy.contains("default-src 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
    }
}

#[test]
fn feeds_need_an_address() {
    let (mut ledger, claim) = samples::judged();
    let with = files(&ledger, std::slice::from_ref(&claim));
    for path in [
        "feed.atom",
        "feed.json",
        "corrections.atom",
        "corrections.json",
        "sitemap.xml",
        "claimreview.jsonld",
    ] {
        assert!(with.contains_key(path), "{path}");
    }
    let feed: serde_json::Value = serde_json::from_str(&with["feed.json"]).expect("JSON");
    assert_eq!(feed["items"].as_array().expect("a list").len(), 1);
    ledger.base_url = None;
    let without = files(&ledger, &[claim]);
    assert!(
        without
            .keys()
            .all(|path| path.starts_with("claims/") || path.ends_with("index.html")),
        "{:?}",
        without.keys()
    );
}
