// How a checker says what it found: a line a check, `ok` or `FAILED`, which run.sh counts.
let failed = 0;

/** Says that a check passed, or what it found: `faults` is a list of words for people. */
export function tell(name, faults = []) {
  if (faults.length === 0) {
    console.log(`ok ${name}`);
    return;
  }
  failed += 1;
  const more = faults.length > 5 ? `\n    and ${faults.length - 5} more` : "";
  console.log(`FAILED ${name}${faults.slice(0, 5).map((fault) => `\n    ${fault}`).join("")}${more}`);
}

/** Ends the program, with the status that the checks ask for. */
export function finish() {
  process.exit(failed ? 1 : 0);
}
