//! Rules about blocks, types, properties and texts, wherever they stand.

use super::{Rule, Severity, rules};

rules! { MARKUP;
NO_CLAIM_REVIEW Error "no-claim-review" "there is no ClaimReview in it"
    "a consumer takes it for a page without a fact-check" "add a ClaimReview, with \"@type\": \"ClaimReview\"";
SCRIPT_TYPE Error "script-type" "a ClaimReview stands in a script that is not of the type application/ld+json"
    "consumers of JSON-LD read scripts of that type alone" "write <script type=\"application/ld+json\">";
SCRIPT_UNCLOSED Error "script-unclosed" "the script element has no end tag"
    "the rest of the page belongs to the block, so that it is not JSON" "write </script> behind the document";
MICRODATA Warning "microdata-unread" "a ClaimReview is described in Microdata or RDFa, which is not read here"
    "Google reads them, recommends JSON-LD and checks them by the same rules" "describe it in a script of the type application/ld+json";
CONTEXT_MISSING Error "context-missing" "no @context says that the words are schema.org's"
    "without it a name has no meaning in JSON-LD, and consumers pass the block over" "add \"@context\": \"https://schema.org\"";
CONTEXT_OTHER Error "context-other" "the @context is not schema.org's"
    "its words then mean something else or nothing, and consumers pass the block over" "write \"@context\": \"https://schema.org\"";
CONTEXT_FORM Advice "context-http" "the @context is written otherwise than https://schema.org"
    "it is understood; https://schema.org is the form that schema.org asks for" "write \"@context\": \"https://schema.org\"";
TYPE_MISSING Error "type-missing" "an object with claimReviewed has no @type"
    "a consumer looks for \"@type\": \"ClaimReview\" and passes this over" "add \"@type\": \"ClaimReview\"";
TYPE_CASE Error "type-misspelled" "the @type is almost ClaimReview"
    "types are compared letter by letter, so that it is no fact-check to anybody" "write \"@type\": \"ClaimReview\"";
TYPE_OTHER Error "type-not-claim-review" "an object with claimReviewed is of another type"
    "a consumer looks for \"@type\": \"ClaimReview\" and passes this over" "write \"@type\": \"ClaimReview\"";
TYPE_ALIAS Warning "type-alias" "the type is named by type and not by @type"
    "that is an alias of schema.org's context, which few consumers fetch" "write @type";
REFERENCE Warning "reference-unresolved" "an @id refers to something that the document does not describe"
    "a consumer that reads this page alone finds nothing there" "describe it here, or put the node with that @id on the page";
DUPLICATE Warning "duplicate-review" "the same ClaimReview is there twice"
    "a consumer counts one; the profile wants a review once, on one page" "keep one of them";
SEVERAL Warning "several-per-page" "several ClaimReviews are of the same page"
    "Google shows a page's rich result only where it has one ClaimReview" "give each fact-check a page of its own, with its own url";
VALUE_LIST Warning "value-list" "a list stands where one value is expected"
    "a consumer takes any one of them, or none" "keep the one that is meant";
VALUE_NULL Advice "value-null" "a property is null"
    "that says the same as leaving it out" "leave the property out";
REQUIRED_EMPTY Error "required-empty" "a required property is empty"
    "to a consumer it is as if it were not there" "fill it in";
VALUE_EMPTY Warning "value-empty" "a property is empty"
    "it says nothing, and some consumers take it for a value" "fill it in, or leave the property out";
PLACEHOLDER Error "placeholder" "a template's mark or a filler stands in the place of a value"
    "a consumer shows it to readers as it is" "put the value there, or leave the property out";
PROPERTY_CASE Error "property-case" "a property is written with other capitals than schema.org's"
    "names are compared letter by letter, so that no consumer reads it" "write it as schema.org does";
PROPERTY_MISSPELLED Error "property-misspelled" "a property is almost one of schema.org's"
    "names are compared letter by letter, so that no consumer reads it" "write it as schema.org does";
PROPERTY_MISPLACED Error "property-misplaced" "a property belongs to another object of the markup"
    "a consumer looks for it there and not here" "move it into the object that it belongs to";
PROPERTY_UNKNOWN Warning "property-unknown" "schema.org 30.0 has no such property for this type"
    "no consumer reads it" "take it out, or say the same with a property of schema.org";
TEXT_TYPE Error "text-expected" "something else stands where a text is expected"
    "consumers read a text here, and nothing else" "write a text";
TEXT_TAGS Warning "text-html-tags" "there are HTML tags in a text"
    "consumers show the text as it is, with its tags" "take the tags out";
TEXT_ENTITIES Warning "text-html-entities" "there are HTML character references in a text"
    "in JSON they are letters like any others, and readers see &amp;" "write the characters themselves";
TEXT_MOJIBAKE Warning "text-mojibake" "a text was read with the wrong charset"
    "readers see garbled letters, and no search finds the words" "read the database or file as UTF-8 where the markup is made";
TEXT_SPACE Warning "text-whitespace" "a text has spaces at its ends, several in a row, or line breaks"
    "they come from a template, and keep the same words from being recognised" "trim the text and put single spaces into it";
TEXT_INVISIBLE Warning "text-invisible" "a text has characters in it that nobody sees"
    "they keep the same words from being recognised, and can mislead readers" "take them out";
LINK_FORM Warning "link-form" "a property for addresses holds something that is no full address"
    "a consumer cannot follow it" "write the whole address, with https://";
LANGUAGE_TAG Error "language-tag" "inLanguage is no language tag"
    "consumers compare tags of BCP 47: en, pt-BR, not English or en_US" "write a tag of BCP 47";
DATE_FORM Error "date-format" "a date is not written as ISO 8601 has it"
    "consumers read ISO 8601, and would have to guess which number is the month" "write 2024-03-26, or 2024-03-26T08:00:00+01:00";
DATE_IMPOSSIBLE Error "date-impossible" "there is no such day or time"
    "a consumer drops the date" "look where the date comes from";
DATE_FILLER Warning "date-placeholder" "a date is the zero of some clock"
    "it says that there was no date, and consumers take it for one" "leave the property out where the date is not known";
MEDIA_CATEGORY_MISSING Error "media-category-missing" "a MediaReview has no mediaAuthenticityCategory"
    "it is what a MediaReview says" "add one of schema.org's six categories";
MEDIA_CATEGORY Error "media-category-unknown" "mediaAuthenticityCategory is none of schema.org's"
    "consumers know OriginalMediaContent, DecontextualizedContent, EditedOrCroppedContent, TransformedContent, StagedContent and SatireOrParodyContent"
    "write one of the six";
MEDIA_LINK Error "media-link-form" "originalMediaLink is no full address"
    "it leads to the medium as it was before it was changed" "write the whole address, with https://";
MEDIA_ITEM_MISSING Warning "media-item-missing" "a MediaReview does not say which medium it is about"
    "a consumer matches it by the medium" "add itemReviewed, a MediaReviewItem";
}
