//! Rules about `itemReviewed`: the claim, who made it, where and when.

use super::{Rule, Severity, rules};

rules! { CLAIM;
ITEM_MISSING Warning "item-missing" "there is no itemReviewed"
    "Google recommends it: who made the claim, where and when" "add itemReviewed, a Claim";
ITEM_TEXT Error "item-is-text" "itemReviewed is no object"
    "consumers read a Claim" "write {\"@type\": \"Claim\", …}";
ITEM_TYPE Error "item-type" "itemReviewed is no Claim"
    "Google reads a Claim, or a CreativeWork as it was before" "write \"@type\": \"Claim\"";
ITEM_LEGACY Advice "item-legacy" "itemReviewed is a CreativeWork"
    "Google still reads it; a Claim can say where the claim was made" "write a Claim, with appearance";
CLAIMANT_MISSING Advice "claimant-missing" "the claim has no author"
    "Google recommends it where somebody made the claim" "add author to the claim, unless nobody is known";
CLAIMANT_TEXT Error "claimant-is-text" "the claim's author is a text"
    "consumers read an Organization or a Person" "write {\"@type\": \"Person\", \"name\": \"…\"}";
CLAIMANT_TYPE Warning "claimant-type" "the claim's author is neither an Organization nor a Person"
    "Google reads those two types and their kinds" "write \"@type\": \"Person\" or \"Organization\"";
CLAIMANT_NAMELESS Error "claimant-nameless" "the claim's author has no name"
    "Google requires the name where there is an author" "add the name, or leave the author out";
CLAIMANT_SAME_AS Error "claimant-same-as" "the claimant's sameAs is no full address"
    "it says who the claimant is, and leads there" "write the whole address, with https://";
CLAIMANT_PUBLISHER Error "claimant-is-publisher" "the claim's author is the fact-check's own publisher"
    "Google asks for claims of an origin outside the site; author of the review and of the claim were mixed up" "name who made the claim in itemReviewed.author, and who checked it in author";
APPEARANCE_MISSING Warning "appearance-missing" "nothing says where the claim was made"
    "Google recommends appearance or firstAppearance; without it nobody can look the claim up" "add appearance, the address or a CreativeWork with its url";
APPEARANCE_FORM Error "appearance-form" "where the claim was made is no full address"
    "a consumer cannot follow it" "write the whole address, with https://";
APPEARANCE_EMPTY Warning "appearance-empty" "a work where the claim was made has no address and no name"
    "nobody can find it" "add its url";
APPEARANCE_TYPE Warning "appearance-type" "what the claim was made in is no CreativeWork"
    "schema.org has a CreativeWork there, such as an Article, a VideoObject or a SocialMediaPosting" "name its type";
APPEARANCE_REVIEW Error "appearance-is-review" "the fact-check itself is given as where the claim was made"
    "the claim was made elsewhere, before it was checked" "give the address of the claim's own source";
CLAIM_DATE_MISSING Warning "claim-date-missing" "nothing says when the claim was made"
    "Google recommends datePublished of the Claim: when it entered public discourse" "add datePublished to the claim";
CLAIM_LATER Error "claim-after-review" "the claim is dated after its review"
    "one of the two dates is wrong" "mend the one that is wrong: the claim's is when it was made";
}
