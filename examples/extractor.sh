#!/bin/sh
# An extractor for `factlog split article.txt --extractor examples/extractor.sh`, as small as one can
# be: every sentence of the text with a figure in it is a claim. It reads the normalised text from
# standard input and writes a JSON line a claim. `parts` alone must be there; here it has the claim's
# words, which must stand in the text once. A program that can count writes their range in bytes:
# {"parts": [{"start": 0, "end": 29}], "claimant": {"name": "Ada Venn"}, "score": 0.9, ...}
# Words that complete a claim are marked: {"parts": ["was closed in 2019"], "text": "The bridge was
# closed in 2019", "added": [{"at": 0, "text": "The bridge", "why": "carried"}]}
# `factlog split --jsonl` shows every field.
awk '
{
    line = $0
    gsub(/\. /, ".\n", line)
    count = split(line, sentences, "\n")
    for (i = 1; i <= count; i++) {
        if (sentences[i] !~ /[0-9]/) continue
        words = sentences[i]
        sub(/[.!?]$/, "", words)
        gsub(/\\/, "\\\\", words)
        gsub(/"/, "\\\"", words)
        printf "{\"parts\": [\"%s\"], \"score\": 0.8, \"reason\": \"a number\"}\n", words
    }
}'
