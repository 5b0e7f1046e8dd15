// What a reader of a claim's page sees that differs between pages, and that "Check this page" does not compare: by
// the last three elements that hold it, with the reason. What is not here must be marked on the page.

const LABEL = "a word of the template's, not of the ledger's";
const STANDING = "it follows from the standing, which the result of the check says itself";
const ELSEWHERE = "it is of another entry than this page's proof, which shows itself where it stands";
const ADDRESS = "it is where the site puts its own pages";

export const UNCOVERED = new Map([
  ["article.claim p.notice", STANDING],
  ["section.verdict p.word span.tag", STANDING],
  ["div.margin section.cite p", STANDING],
  ["div p span.tag", STANDING],
  ["header.claim-head p.changed strong", ELSEWHERE],
  ["article.claim header.claim-head p.changed", ELSEWHERE],
  ["p span.by bdi", ELSEWHERE],
  ["header.claim-head p.byline span.part", "it says that no claimant was recorded; a recorded one must be on the page"],
  ["div.story section.evidence p", "it says that there is no evidence; how many pieces there are is compared"],
  ["div dd p.muted", "how many approvals the policy asks for; whether they are met is in the standing"],
  ["div p strong", LABEL],
  ["div p span.muted", LABEL],
  ["dl dt span.muted", LABEL],
  ["dl.apparatus div dd", LABEL],
  ["dl.apparatus div dt", LABEL],
  ["dl.facts div dd", LABEL],
  ["dl.facts div dt", LABEL],
  ["section.record p a", LABEL],
  ["section.verdict p.changed strong", LABEL],
  ["section.cite p span", ADDRESS],
  ["div.piece-body p.more a (where it leads)", ADDRESS],
  ["figure figcaption a (where it leads)", ADDRESS],
  ["section.record p a (where it leads)", ADDRESS],
  ["section.verdict p.signed a (where it leads)", ADDRESS],
]);
