//! Rules about the `ClaimReview` itself.

use super::{Rule, Severity, rules};

rules! { REVIEW;
CLAIM_MISSING Error "claim-reviewed-missing" "there is no claimReviewed"
    "Google requires it: it is the claim that search results show" "add claimReviewed, the claim in a short sentence";
CLAIM_IS_ADDRESS Error "claim-reviewed-is-address" "claimReviewed is an address"
    "readers are shown it as the claim" "write the claim in words, and the address into itemReviewed.appearance";
CLAIM_LONG Warning "claim-reviewed-long" "claimReviewed has 75 characters or more"
    "Google asks for less than 75, and cuts what is longer" "say the claim in a shorter sentence; all of it may stand in itemReviewed.text";
CLAIM_HAS_RATING Warning "claim-reviewed-has-rating" "claimReviewed contains the rating"
    "Google asks for the claim alone: with the verdict in it readers take the claim for another one" "take the rating out of the claim";
CLAIM_LABEL Warning "claim-reviewed-label" "claimReviewed begins with a label such as \"Fact check:\""
    "it is shown as part of the claim" "begin with the claim's own words";
CLAIM_QUESTION Advice "claim-reviewed-question" "claimReviewed is a question"
    "a rating such as false fits a statement" "write what was claimed as a statement";
URL_MISSING Error "url-missing" "there is no url"
    "Google requires it: the page with the whole fact-check" "add url, the page's own address";
URL_RELATIVE Error "url-relative" "url does not say on which site the page is"
    "in a feed or a copy it leads nowhere" "write the whole address, with https://";
URL_SCHEME Error "url-scheme" "url is no address of the web"
    "a consumer follows http and https alone" "write the page's address, with https://";
URL_FORM Error "url-malformed" "url has not the form of an address"
    "a consumer cannot follow it" "write the page's address as a browser shows it";
URL_LOCAL Error "url-local" "url leads into a house's own network"
    "nobody outside can open it; it comes from a test system" "write the public address";
URL_SHORT Warning "url-short-link" "url is a short link"
    "Google asks for the page's own address, without redirects" "write the address that the short link leads to";
URL_SITE Error "url-other-site" "url is on another site than the page that the markup stands on"
    "Google asks for the same domain or a subdomain: a review belongs to who publishes it" "write the address of the publisher's own page, or take the markup off this one";
URL_HOME Warning "url-home-page" "url is a site's first page"
    "it must lead to the page with the whole fact-check" "write that page's own address";
URL_PUBLISHER Warning "url-publisher-site" "url is on another site than the author's"
    "the author is who publishes the fact-check, and publishes it on its own site" "name the publisher of the page as author, or mend one of the addresses";
AUTHOR_MISSING Warning "author-missing" "there is no author"
    "Google recommends it: who publishes the fact-check" "add author, an Organization with its name and url";
AUTHOR_TEXT Error "author-is-text" "author is a text"
    "consumers read an Organization or a Person" "write {\"@type\": \"Organization\", \"name\": \"…\", \"url\": \"…\"}";
AUTHOR_TYPE Warning "author-type" "author is neither an Organization nor a Person"
    "Google reads those two types and their kinds" "write \"@type\": \"Organization\"";
AUTHOR_NAMELESS Error "author-nameless" "author has neither name nor url"
    "Google requires one of the two" "add the publisher's name and url";
DATE_MISSING Advice "date-missing" "there is no datePublished"
    "readers and researchers want to know when it was checked" "add datePublished";
DATE_FUTURE Error "date-future" "a date of the review or of its claim is in the future"
    "a consumer drops it, or shows it as a mistake" "write the day on which it was published or said";
MODIFIED_EARLIER Error "modified-before-published" "dateModified is before datePublished"
    "one of the two is wrong" "mend the one that is wrong";
MODIFIED_SILENT Advice "modified-without-correction" "dateModified says that it changed, and nothing says how"
    "readers can't tell a typing error from another verdict" "tell it in correction, a CorrectionComment";
CORRECTION_FORM Warning "correction-form" "correction is not a CorrectionComment with its text and date"
    "readers want to know what was wrong, and since when it is mended" "write {\"@type\": \"CorrectionComment\", \"text\": \"…\", \"datePublished\": \"…\"}";
CORRECTION_EARLIER Warning "correction-before-review" "a correction is dated before the review"
    "one of the two dates is wrong" "mend the one that is wrong";
}
