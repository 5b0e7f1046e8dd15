//! Prints what the network reads, for training: a JSON line for each JSON line `{"text": …}` of
//! standard input, with the normalised text's pieces.
//!
//! ```text
//! {"pieces": [[first, end, "norm", word, prefix, suffix, shape, flags], …]}
//! ```
//!
//! `first` and `end` count the text's characters that are no white space, so that annotations of the
//! text as it was before normalisation can be laid over them. The rest is described in
//! `factlog::extract::model::pieces`.

use std::io::{BufRead as _, Write as _, stdin, stdout};

use factlog::extract::layout;
use factlog::extract::model::pieces::{normalize, pieces};
use factlog::intake::text1;
use serde_json::{Value, json};

fn main() -> anyhow::Result<()> {
    let mut out = std::io::BufWriter::new(stdout().lock());
    let mut norm = String::new();
    for line in stdin().lock().lines() {
        let line: Value = serde_json::from_str(&line?)?;
        let text = line["text"].as_str().unwrap_or_default();
        let text = text1::normalize(text).text;
        let mut counted = (0, 0);
        let mut count = |to: usize| {
            let more = text[counted.0..to].chars().filter(|c| !c.is_whitespace());
            counted = (to, counted.1 + more.count());
            counted.1
        };
        let rows: Vec<Value> = pieces(&text, &layout::blocks(&text))
            .iter()
            .map(|piece| {
                normalize(&text[piece.start..piece.end], &mut norm);
                let f = piece.features;
                let (first, end) = (count(piece.start), count(piece.end));
                json!([
                    first, end, norm, f.word, f.prefix, f.suffix, f.shape, f.flags
                ])
            })
            .collect();
        serde_json::to_writer(&mut out, &json!({ "pieces": rows }))?;
        writeln!(out)?;
    }
    out.flush()?;
    Ok(())
}
