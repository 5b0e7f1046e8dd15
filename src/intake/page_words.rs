//! Words by which pages show what stands around an article, in the languages of many desks.
//!
//! Classes and ids are split into tokens (`relatedArticles`, `related-articles`); headings and labels
//! are compared in lower case, without figures and punctuation.

/// Tokens of what stands around an article. Each counts only as a whole token.
pub(super) const AROUND: &[&str] = &[
    "ad",
    "ads",
    "advert",
    "adverts",
    "advertisement",
    "advertising",
    "adslot",
    "aktuell",
    "banner",
    "bookmark",
    "breadcrumb",
    "breadcrumbs",
    "carousel",
    "cmp",
    "consent",
    "cookie",
    "cookies",
    "donate",
    "donation",
    "follow",
    "gdpr",
    "infobox",
    "mailinglist",
    "masthead",
    "megamenu",
    "menu",
    "metabox",
    "modal",
    "mostread",
    "nav",
    "navbar",
    "navbox",
    "navigation",
    "newsletter",
    "onetrust",
    "outbrain",
    "overlay",
    "pager",
    "pagination",
    "partner",
    "popular",
    "popup",
    "promo",
    "promoted",
    "promotion",
    "recirc",
    "recommend",
    "recommendation",
    "recommendations",
    "recommended",
    "reflist",
    "related",
    "relatedposts",
    "share",
    "sharedaddy",
    "sharebar",
    "sharing",
    "sidebar",
    "signup",
    "skiplink",
    "skip",
    "social",
    "sponsor",
    "sponsored",
    "subscribe",
    "subscription",
    "taboola",
    "tags",
    "taglist",
    "teaser",
    "teasers",
    "toc",
    "toolbar",
    "topbar",
    "trending",
    "upsell",
    "widget",
    "widgets",
    "references",
    "editsection",
    "donatebox",
    "weather",
    "ticker",
    "preheader",
    "unsubscribe",
    "printlink",
    "rail",
    "siteheader",
    "sitefooter",
    "colophon",
    "similar",
    "furtherreading",
    "nextup",
    "readnext",
    "morestories",
];

/// Tokens that say of an element what else is on the page, not what it is.
pub(super) const ABOUT_PAGE: &[&str] = &[
    "has", "no", "with", "without", "open", "closed", "enabled", "disabled", "off", "count",
];

/// Tokens of readers' comments.
pub(super) const COMMENTS: &[&str] = &[
    "comment",
    "comments",
    "commentlist",
    "commentsection",
    "disqus",
    "respond",
    "discussion",
    "kommentar",
    "kommentare",
    "leserkommentare",
    "commentaire",
    "commentaires",
    "comentario",
    "comentarios",
    "usercomments",
    "livefyre",
    "coral",
    "utterances",
    "giscus",
    "responses",
    "feedback",
];

/// Tokens of lines about who wrote it and when.
pub(super) const BYLINES: &[&str] = &[
    "byline",
    "bylines",
    "author",
    "authors",
    "autor",
    "auteur",
    "meta",
    "entrymeta",
    "postmeta",
    "published",
    "pubdate",
    "timestamp",
    "date",
    "datetime",
    "dateline",
    "readtime",
    "readingtime",
    "updated",
    "bio",
    "authorbio",
    "kicker",
    "rubrik",
    "eyebrow",
    "credit",
    "credits",
    "credentials",
];

/// Tokens of the paragraph below a headline.
pub(super) const STANDFIRSTS: &[&str] = &[
    "standfirst",
    "dek",
    "lead",
    "lede",
    "subtitle",
    "subhead",
    "subheadline",
    "subheading",
    "summary",
    "intro",
    "introduction",
    "teaser",
    "chapo",
    "vorspann",
    "excerpt",
    "deck",
    "description",
    "abstract",
    "perex",
    "entradilla",
    "bajada",
    "strap",
    "strapline",
];

/// Tokens of sentences of the article that are shown again.
pub(super) const PULLED: &[&str] = &[
    "pullquote",
    "pull",
    "pulled",
    "highlight",
    "callout",
    "quote",
];

/// Headings of readers' comments.
pub(super) const COMMENT_HEADINGS: &[&str] = &[
    "comment",
    "comments",
    "reader comments",
    "readers comments",
    "your comments",
    "user comments",
    "leave a comment",
    "leave a reply",
    "join the discussion",
    "join the conversation",
    "discussion",
    "responses",
    "what do you think",
    "have your say",
    "what readers say",
    "kommentare",
    "leserkommentare",
    "kommentare der leser",
    "ihre meinung",
    "diskussion",
    "commentaires",
    "vos commentaires",
    "réactions",
    "les commentaires",
    "comentarios",
    "deja un comentario",
    "opiniones de los lectores",
    "komentáře",
    "diskuse",
    "komentarze",
    "комментарии",
    "σχόλια",
    "التعليقات",
    "تعليقات",
    "תגובות",
    "コメント",
    "reacties",
    "commenti",
    "comentários",
];

/// Headings of what leads elsewhere.
pub(super) const AROUND_HEADINGS: &[&str] = &[
    "related",
    "related articles",
    "related stories",
    "related content",
    "related links",
    "related coverage",
    "related news",
    "related topics",
    "more on this story",
    "more on this topic",
    "more on this",
    "more stories",
    "more news",
    "more like this",
    "read more",
    "read next",
    "read also",
    "also read",
    "up next",
    "next up",
    "you may also like",
    "you might also like",
    "you may have missed",
    "dont miss",
    "recommended",
    "recommended for you",
    "recommended reading",
    "most read",
    "most popular",
    "most viewed",
    "popular",
    "popular now",
    "popular stories",
    "trending",
    "trending now",
    "trending stories",
    "latest",
    "latest news",
    "latest stories",
    "top stories",
    "in other news",
    "also in the news",
    "elsewhere",
    "more from us",
    "from our partners",
    "around the web",
    "sponsored",
    "sponsored content",
    "newsletter",
    "our newsletter",
    "share",
    "share this",
    "share this story",
    "share this article",
    "follow us",
    "about the author",
    "advertisement",
    "tags",
    "topics",
    "topics in this story",
    "see also",
    "external links",
    "references",
    "support us",
    "mehr zum thema",
    "zum thema",
    "lesen sie auch",
    "auch interessant",
    "das könnte sie auch interessieren",
    "meistgelesen",
    "weitere artikel",
    "verwandte artikel",
    "weitere meldungen",
    "neueste meldungen",
    "empfohlen",
    "mehr aus dem ressort",
    "anzeige",
    "à lire aussi",
    "lire aussi",
    "sur le même sujet",
    "les plus lus",
    "articles liés",
    "vous aimerez aussi",
    "dans la même rubrique",
    "à voir aussi",
    "à ne pas manquer",
    "lea también",
    "le puede interesar",
    "te puede interesar",
    "noticias relacionadas",
    "más leídas",
    "lo más leído",
    "artículos relacionados",
    "más noticias",
    "le recomendamos",
    "čtěte také",
    "související články",
    "nejčtenější",
    "czytaj także",
    "czytaj też",
    "zobacz też",
    "читайте также",
    "διαβάστε επίσης",
    "اقرأ أيضا",
    "קראו גם",
    "leggi anche",
    "lees ook",
    "leia também",
];

/// What a line begins with that leads elsewhere, and lines that stand over an advertisement.
pub(super) const LABELS: &[&str] = &[
    "read more",
    "read also",
    "also read",
    "see also",
    "related",
    "more",
    "watch",
    "listen",
    "must read",
    "lesen sie auch",
    "lesen sie",
    "mehr dazu",
    "mehr zum thema",
    "siehe auch",
    "lire aussi",
    "à lire aussi",
    "à lire",
    "voir aussi",
    "lea también",
    "lee también",
    "le puede interesar",
    "más información",
    "čtěte také",
    "czytaj także",
    "czytaj też",
    "читайте также",
    "διαβάστε επίσης",
    "اقرأ أيضا",
    "קראו גם",
    "advertisement",
    "anzeige",
    "werbung",
    "publicité",
    "publicidad",
    "reklama",
    "sponsored",
    "article continues below",
    "story continues below",
];

/// Splits class and id names into tokens in lower case: at anything but letters and figures, and
/// before a capital. Joined neighbours count too, so that `pull-quote` is `pullquote` as well.
pub(super) fn tokens(names: &str) -> Vec<String> {
    /// More names than any element of an honest page.
    const MOST: usize = 64;
    let mut found: Vec<String> = Vec::new();
    for name in names.split_whitespace().take(MOST) {
        let first = found.len();
        let mut was_lower = false;
        let mut token = String::new();
        for c in name.chars().take(100) {
            if !c.is_alphanumeric() || (c.is_uppercase() && was_lower) {
                found.extend((!token.is_empty()).then(|| std::mem::take(&mut token)));
            }
            was_lower = c.is_lowercase();
            if c.is_alphanumeric() {
                token.extend(c.to_lowercase());
            }
        }
        found.extend((!token.is_empty()).then_some(token));
        let joined: Vec<String> = found[first..].windows(2).map(<[String]>::concat).collect();
        found.extend(joined);
    }
    found
}

/// Brings a heading or label into the form of these lists: lower case, words with single spaces.
pub(super) fn plain(text: &str) -> String {
    let lower = text.to_lowercase().replace(['’', '\''], "");
    let words = lower.split(|c: char| !c.is_alphabetic());
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_tokens() {
        assert_eq!(
            tokens("relatedArticles pull-quote"),
            [
                "related",
                "articles",
                "relatedarticles",
                "pull",
                "quote",
                "pullquote"
            ]
        );
        assert_eq!(tokens("header_2x"), ["header", "2x", "header2x"]);
        assert_eq!(tokens(""), [""; 0]);
    }

    #[test]
    fn labels_are_compared_without_figures_and_marks() {
        assert_eq!(plain("Comments (12)"), "comments");
        assert_eq!(plain(" You  might also like: "), "you might also like");
        assert_eq!(plain("Don’t miss"), "dont miss");
        for list in [COMMENT_HEADINGS, AROUND_HEADINGS, LABELS] {
            for entry in list {
                assert_eq!(plain(entry), *entry);
            }
        }
    }
}
