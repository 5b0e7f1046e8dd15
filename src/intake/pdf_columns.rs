//! Which pieces of lines stand in one column, and in which order columns are read.

use super::pdf_lines::Piece;

/// Columns stand beside each other for at least so many lines.
const COLUMN_LINES: usize = 4;

/// The lines of columns have at least so many words in the middle: those of a table have fewer.
const COLUMN_WORDS: usize = 3;

/// How deep columns are looked for within columns.
const COLUMN_DEPTH: usize = 4;

/// Puts pieces in the order of reading, as columns of pieces from the top.
pub(super) fn columns(pieces: Vec<Piece>, depth: usize) -> Vec<Vec<Piece>> {
    let Some(gutter) = (depth < COLUMN_DEPTH).then(|| gutter(&pieces)).flatten() else {
        return vec![pieces];
    };
    // What goes across parts the page into bands.
    let mut bands: Vec<(Vec<Piece>, bool)> = Vec::new();
    for row in rows(pieces) {
        let crosses = row
            .iter()
            .any(|piece| piece.left < gutter && piece.right > gutter);
        match bands.last_mut().filter(|(_, across)| *across == crosses) {
            Some((band, _)) => band.extend(row),
            None => bands.push((row, crosses)),
        }
    }
    let mut found = Vec::new();
    for (band, crosses) in bands {
        if crosses {
            found.push(band);
        } else {
            let (left, right): (Vec<Piece>, Vec<Piece>) =
                band.into_iter().partition(|piece| piece.right <= gutter);
            for side in [left, right] {
                if !side.is_empty() {
                    found.extend(columns(side, depth + 1));
                }
            }
        }
    }
    found
}

/// Puts pieces into rows of the same height, from the top.
pub(super) fn rows(mut pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    pieces.sort_by(|a, b| b.y.total_cmp(&a.y).then(a.left.total_cmp(&b.left)));
    let mut rows: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        let is_same =
            |row: &Vec<Piece>| (row[0].y - piece.y).abs() <= 0.35 * row[0].size.max(piece.size);
        match rows.last_mut().filter(|row| is_same(row)) {
            Some(row) => row.push(piece),
            None => rows.push(vec![piece]),
        }
    }
    rows
}

/// Finds where two columns part: a place that few lines go across, with running text on both sides.
fn gutter(pieces: &[Piece]) -> Option<f64> {
    let left = pieces
        .iter()
        .map(|piece| piece.left)
        .min_by(f64::total_cmp)?;
    let right = pieces
        .iter()
        .map(|piece| piece.right)
        .max_by(f64::total_cmp)?;
    let width = right - left;
    let mut best: Option<(usize, f64)> = None;
    // Gaps end where a piece begins: nothing else need be tried.
    let mut starts: Vec<f64> = pieces.iter().map(|piece| piece.left).collect();
    starts.sort_by(f64::total_cmp);
    starts.dedup_by(|a, b| (*a - *b).abs() < 1.0);
    for start in starts {
        let at = start - 0.3 * median(pieces.iter().map(|piece| piece.size).collect());
        let share = (at - left) / width.max(1.0);
        if !(0.12..=0.88).contains(&share) {
            continue;
        }
        let on_left: Vec<&Piece> = pieces.iter().filter(|piece| piece.right <= at).collect();
        let on_right: Vec<&Piece> = pieces.iter().filter(|piece| piece.left >= at).collect();
        let across = pieces.len() - on_left.len() - on_right.len();
        // A table above or below columns says nothing of them.
        let is_text = |side: &[&Piece], width: f64, other: &[&Piece]| {
            let (bottom, top) = span(other);
            let beside: Vec<&Piece> = side
                .iter()
                .copied()
                .filter(|piece| (bottom - piece.size..=top + piece.size).contains(&piece.y))
                .collect();
            // Wide gaps of a line that is justified don't make it a row of a table.
            let widest: Vec<&Piece> = beside
                .chunk_by(|a, b| (a.y - b.y).abs() <= 0.35 * a.size.max(b.size))
                .filter_map(|row| row.iter().copied().max_by_key(|piece| piece.words()))
                .collect();
            let words = median_of(widest.iter().map(|piece| piece.words()).collect());
            let widths = widest.iter().map(|piece| piece.right - piece.left);
            widest.len() >= COLUMN_LINES
                && words >= COLUMN_WORDS
                && median(widths.collect()) >= 0.5 * width
        };
        let inner = |side: &[&Piece]| {
            let from = side
                .iter()
                .map(|piece| piece.left)
                .min_by(f64::total_cmp)
                .unwrap_or(0.0);
            let to = side
                .iter()
                .map(|piece| piece.right)
                .max_by(f64::total_cmp)
                .unwrap_or(0.0);
            to - from
        };
        let fits = is_text(&on_left, inner(&on_left), &on_right)
            && is_text(&on_right, inner(&on_right), &on_left)
            && across * 2 <= on_left.len().min(on_right.len())
            && overlap(&on_left, &on_right);
        if fits && best.is_none_or(|(fewest, _)| across < fewest) {
            best = Some((across, at));
        }
    }
    best.map(|(_, at)| at)
}

/// Returns the heights of a side's lowest and highest lines.
fn span(side: &[&Piece]) -> (f64, f64) {
    let top = side.iter().map(|piece| piece.y).fold(f64::MIN, f64::max);
    let bottom = side.iter().map(|piece| piece.y).fold(f64::MAX, f64::min);
    (bottom, top)
}

/// Says whether two sides stand beside each other for some lines, not one below the other.
fn overlap(left: &[&Piece], right: &[&Piece]) -> bool {
    let (left, right) = (span(left), span(right));
    let shared = left.1.min(right.1) - left.0.max(right.0);
    shared > 0.3 * (left.1 - left.0).min(right.1 - right.0)
}

pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

fn median_of(mut values: Vec<usize>) -> usize {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}
