#!/usr/bin/env bash
# Makes a ledger with every kind of thing that a site shows: ledger.sh FACTLOG DIR.
#
# DIR/desk is the ledger, DIR/pages.tsv says by what each claim is there to show which page it has. It begins
# with the demo's, whose times and salts are fixed, and goes on with its own, so that it is the same each time.
set -euo pipefail
factlog=$(realpath "$1")
mkdir -p "$2"
folder=$(realpath "$2")
desk=$folder/desk
pages=$folder/pages.tsv
: >"$pages"

"$factlog" demo --dir "$desk" >"$folder/demo.log" 2>&1
export FACTLOG_HOME=$desk/home
cd "$desk"

# run ARGS...: the program at the next minute, its JSON on standard output.
step=0
run() {
    step=$((step + 1))
    printf -v at '2026-11-22T%02d:%02d:00Z' $((11 + step / 60)) $((step % 60))
    if ! "$factlog" "$@" --json --no-input --at "$at" --seed "site $step" >"$folder/out.json" 2>"$folder/err"; then
        printf 'factlog %s\n' "$1" >&2
        cat "$folder/err" >&2
        exit 1
    fi
}

# first NAME: the first hash of that name in what `run` printed.
first() { grep -o "\"$1\": *\"[0-9a-f]\{64\}\"" "$folder/out.json" | grep -o '[0-9a-f]\{64\}' | sed -n 1p; }

# show NAME CLAIM: the page of this claim is one to look at.
show() { printf '%s\tclaims/%s/index.html\n' "$1" "${2:0:16}" >>"$pages"; }

# add FILE ARGS...: takes a file in; $source is its entry.
add() {
    run add "$@"
    source=$(first source)
}

# claim WORDS ARGS...: records a claim of $source; $claim is its entry.
claim() {
    run claim "$source" --quote "$@"
    claim=$(first claim)
}

# judge ARGS...: a verdict on $claim; $verdict is its entry.
judge() {
    run verdict "$claim" "$@"
    verdict=$(first verdict)
}

# ---- People ----

run key add desk.example/bob --role reviewer,approver --unencrypted-keys
run key add desk.example/carol --role approver --unencrypted-keys
run key add desk.example/dan --role reviewer --unencrypted-keys
alice=(--as desk.example/alice) bob=(--as desk.example/bob) carol=(--as desk.example/carol) dan=(--as desk.example/dan)

# ---- Sources ----

cat >council.txt <<'TEXT'
Minutes of the council

The council met on 3 May. São Paulo has more trees in its streets than any other city of the country, said Ana Lima, who plans them.

The mayor said that the bridge cost twelve million. "The bridge is safe," said Ben Ode, the engineer, at its opening in Northport.

The library opens every day of the year. The harbour was never dredged. The tram runs every four minutes. The school has no roof. The well is dry. The museum was given away. The park is lit all night.
TEXT
cat >report.txt <<'TEXT'
Report of the auditors

The bridge cost nineteen million, of which seven were paid in the second year. The library is closed on Sundays and on holidays.

The tram ran every six minutes in the year of this report, and every nine minutes at night.
TEXT
cat >letter.txt <<'TEXT'
A letter that may not be shown

We never dredged the harbour, and nobody asked us to.
TEXT
add council.txt "${alice[@]}" --title "Minutes of the council" --publisher "Northport Council" --author "Ana Lima" --author "Ben Ode" \
    --url https://council.example/minutes --published 2026-05-03 --rights public --language en
council=$source
add report.txt "${alice[@]}" --title "Report of the auditors" --publisher "Court of Audit" --url https://audit.example/report \
    --published 2026-06-01 --rights quoted --language en
report=$source
add letter.txt "${alice[@]}" --title "A letter" --rights withheld --language en
letter=$source

# ---- Many ----

{
    echo "The benches"
    for n in {1..104}; do printf '\nThe council painted bench number %d in the year 2021.\n' "$n"; done
} >benches.txt
add benches.txt "${alice[@]}" --title "The benches" --rights quoted --language en
"$factlog" claims "$source" --json --no-input >"$folder/claims.json"
tr -d '\n' <"$folder/claims.json" | grep -o '"number": *[0-9]*' | grep -o '[0-9]*' \
    | sed 's/.*/{"claim": &, "rating": "true", "summary": "It was."}/' >"$folder/verdicts.jsonl"
"$factlog" verdict --from "$folder/verdicts.jsonl" "${alice[@]}" --no-input --json --at 2026-11-22T11:30:00Z --seed "benches" >"$folder/out.json" 2>"$folder/err" \
    || { cat "$folder/err" >&2; exit 1; }

step=30

# ---- What stands, and what does not ----

source=$council
claim "the bridge cost twelve million" "${alice[@]}" --claimant "The mayor" --role "Mayor of Northport" \
    --same-as https://people.example/mayor --said-date 2026-05-03 --said-at "A meeting of the council" --said-in Northport
judge "${alice[@]}" --rating false --summary "It cost eighteen million." --rationale "So the newspapers said."
run approve "$verdict" "${carol[@]}" --note "Agreed."
judge "${alice[@]}" --rating false --summary "It cost nineteen million." \
    --rationale $'The auditors give the whole sum.\n\nThe mayor’s office named no other source when it was asked.' \
    --conflict "The reviewer’s sister works for the Court of Audit." \
    --refutes "$report" --quote "The bridge cost nineteen million" --primary --locator "page 2" --note "The sum is without interest." \
    --context "$council" --quote "The council met on 3 May" \
    --supersedes "$verdict" --change correction --reason "The report of the auditors was overlooked."
show corrected "$claim"
judge_again=$verdict
run approve "$judge_again" "${bob[@]}" --note "Agreed."

claim "The bridge is safe" "${alice[@]}" --claimant "Ben Ode" --role engineer --manner direct
judge "${alice[@]}" --rating unproven --summary "No inspection was published." \
    --refutes https://safety.example/inspection-2025 --unavailable "The office sent no copy."
show standing "$claim"

claim "The library opens every day of the year" "${alice[@]}"
judge "${alice[@]}" --rating true --summary "It does." --supports "$report" --quote "The library is closed on Sundays"
run retract "$verdict" "${alice[@]}" --reason "The report says the contrary."
show retracted "$claim"

claim "The tram runs every four minutes" "${alice[@]}"
judge "${alice[@]}" --rating half-true --summary "Every six, and every nine at night." --refutes "$report" --quote "The tram ran every six minutes"
run dispute "$verdict" "${carol[@]}" --note "The report is of another year."
show disputed "$claim"

claim "The harbour was never dredged" "${alice[@]}"
judge "${alice[@]}" --rating true --summary "Those who would have done it say so." --supports "$letter" --quote "We never dredged the harbour"
show withheld "$claim"

claim "The school has no roof" "${dan[@]}"
judge "${dan[@]}" --rating false --summary "It has two."
show tainted "$claim"

claim "The museum was given away" "${alice[@]}"
judge "${alice[@]}" --rating false --summary "A private person’s words stood here." --rationale "And here."
show erased "$claim"
museum=$verdict

claim "The well is dry" "${alice[@]}"
judge "${alice[@]}" --rating true --summary "It was dry in May."
show erased-claim "$claim"
well=$claim

claim "The park is lit all night" "${alice[@]}"
judge "${alice[@]}" --rating true --summary "Each lamp was counted."
judge "${bob[@]}" --rating missing-context --summary "Not in winter."
show two-reviewers "$claim"

claim "São Paulo has more trees in its streets than any other city of the country" "${alice[@]}" --claimant "Ana Lima"
judge "${alice[@]}" --rating unproven --summary "No list of all cities is known."
show sao-paulo "$claim"

claim "The tram runs every four minutes. The school has no roof" "${alice[@]}" --text "The trams run every four minutes."
judge "${alice[@]}" --rating false --summary "Every six." --refutes "$report" --quote "The tram ran every six minutes"
show earlier-form "$claim"
claim "The tram runs every four minutes" "${alice[@]}" --text "Trams run every four minutes." --claimant "The tram company" \
    --supersedes "$claim" --change attribution
judge "${alice[@]}" --rating false --summary "Every six." --refutes "$report" --quote "The tram ran every six minutes"
show later-form "$claim"

# ---- Words that are not only words ----

# word NAME LANGUAGE WORDS: a source of these words, a claim of all of them by one who is named so, and a verdict.
word() {
    printf 'Before it. %s After it.\n' "$3" >"word-$1.txt"
    add "word-$1.txt" "${alice[@]}" --title "$3" --publisher "$3" --url "https://words.example/$1" --rights "${4:-public}" --language "$2" --again
    claim "$3" "${alice[@]}" --claimant "${3:0:80}" --role "${3:0:80}" --language "$2"
    judge "${alice[@]}" --rating mostly-false --summary "$3" --rationale "$3" --context "$source" --quote "$3" --note "$3" --locator "${3:0:80}"
    show "word-$1" "$claim"
}
word script en '</script><script>alert(1)</script><!-- <script> said the page.'
word image en '<img src=x onerror=alert(1)> & &amp; "quoted" '"'single'"' {{ 7 * 7 }} ${7*7} said the page.'
word bidi en $'The sum is \u202e000,1\u202c not \u2067123\u2069 and \u202dno more.'
long=$(printf 'The list goes on, and number %d of it is as true as the last. ' {1..180})
word long en "${long:0:9999}." quoted
word unbroken en "$(printf 'x%.0s' {1..600})"
word arabic-rtl ar 'قال الوزير إن الجسر كلّف 12 مليون دينار في عام 2024.'
word hebrew-rtl he 'ראש העיר אמר שהגשר עלה 12 מיליון שקלים בשנת 2024.'
word chinese zh '市長說，這座橋在2024年花費了一千二百萬元。'
word japanese ja '市長は、橋の建設費は1200万円だったと述べた。'

# ---- Approvals, revocation, erasure ----

run policy set --approvals 1
claim=
source=$council
claim "The council met on 3 May" "${alice[@]}"
judge "${alice[@]}" --rating true --summary "It did."
run approve "$verdict" "${bob[@]}" --note "Agreed."
run approve "$verdict" "${carol[@]}" --note "Agreed, too."
show approved "$claim"
claim "who plans them" "${alice[@]}" --text "Ana Lima plans the trees."
judge "${alice[@]}" --rating true --summary "She does."
show waiting "$claim"
run key revoke desk.example/dan --reason compromised --from 0
run erase "$museum" --basis privacy --yes
run erase "$well" --basis court --yes
