// What of a claim's page can be changed and "Check this page" does not tell: what is done, and the last three elements
// that hold it, with the reason. What is not here must be found.

const LINK = "a link to a page that not every site has";
const OTHERS = "another reviewer's verdict, which the page says is not in its proof";
const REVIEW = "what the ClaimReview says of another reviewer's verdict, as far as the page shows none of it";
const STEP = "a step of the history that the page says is not in its proof";

export const UNCOVERED = new Map([
  ["ClaimReview with another associatedClaimReview.0.identifier.0.value: html body script", REVIEW],
  ["ClaimReview with another associatedClaimReview.0.reviewRating.bestRating: html body script", REVIEW],
  ["ClaimReview with another associatedClaimReview.0.reviewRating.ratingValue: html body script", REVIEW],
  ["ClaimReview with another associatedClaimReview.0.reviewRating.worstRating: html body script", REVIEW],
  ["ClaimReview without associatedClaimReview.0.reviewRating.bestRating: html body script", REVIEW],
  ["ClaimReview without associatedClaimReview.0.reviewRating.ratingExplanation: html body script", REVIEW],
  ["ClaimReview without associatedClaimReview.0.reviewRating.ratingValue: html body script", REVIEW],
  ["ClaimReview without associatedClaimReview.0.reviewRating.worstRating: html body script", REVIEW],
  ["ClaimReview without dateModified: html body script", REVIEW],
  ["emptied: div p bdi.label", STEP],
  ["emptied: div p.said span", STEP],
  ["emptied: li.other p.muted time", OTHERS],
  ["emptied: li.other p.rating bdi.label", OTHERS],
  ["emptied: p span.by bdi", STEP],
  ["emptied: p.muted a bdi", OTHERS],
  ["emptied: ul.pieces li.other p", OTHERS],
  ["gone: div.piece-body p.more a", LINK],
  ["gone: li.piece div.piece-body p.more", LINK],
  ["gone: li.step div p.said", STEP],
  ["gone: section.history ol.steps li.step", STEP],
  ["gone: section.history ul li", LINK],
  ["gone: ul.pieces li.other p", OTHERS],
  ["other: div p bdi.label", STEP],
  ["other: div p.said span", STEP],
  ["other: li.other p.muted time", OTHERS],
  ["other: li.other p.rating bdi.label", OTHERS],
  ["other: p span.by bdi", STEP],
  ["other: p.muted a bdi", OTHERS],
  ["other: ul.pieces li.other p", OTHERS],
  ["twice: section.history ol.steps li.step", STEP],
]);
