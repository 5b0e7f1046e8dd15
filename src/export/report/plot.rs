//! Plots: from values to the coordinates of an SVG's marks.
//!
//! All coordinates are whole numbers in the units of the plot's own `viewBox`. The words beside a mark
//! say its value, so that nothing is told by length or colour alone.

use serde::Serialize;

/// A value with what it is of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Point {
    /// What it is of.
    pub label: String,
    /// The value.
    pub value: u64,
}

/// A plot, ready to be drawn.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Plot {
    /// Its width.
    pub width: u64,
    /// Its height.
    pub height: u64,
    /// Its marks, in the order of the values.
    pub marks: Vec<Mark>,
    /// Where the line is that marks stand on, from one end to the other.
    pub base: [u64; 4],
    /// All values in words, for who can't see it.
    pub words: String,
}

/// A bar with its words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Mark {
    /// The left of the bar.
    pub x: u64,
    /// The top of the bar.
    pub y: u64,
    /// Its width; 0 where the value is 0.
    pub width: u64,
    /// Its height.
    pub height: u64,
    /// What it is of, cut to what has room; empty where its words have none.
    pub label: String,
    /// Where the label stands.
    pub label_at: [u64; 2],
    /// The value; empty where it has no room.
    pub value: String,
    /// Where the value stands.
    pub value_at: [u64; 2],
}

/// The width of all plots.
const WIDTH: u64 = 720;

/// The height of a row of bars, and of a bar in it.
const ROW: u64 = 28;
const BAR: u64 = 18;

/// Room for the labels at the left of bars, and for a value at the right.
const LABELS: u64 = 220;
const VALUES: u64 = 60;

/// So many characters of a label have room beside a bar.
const LABEL_CHARS: usize = 28;

/// The height of columns, and of the lines of words above and below them.
const HEIGHT: u64 = 150;
const ABOVE: u64 = 22;
const BELOW: u64 = 26;

/// A label below columns, and a value above them, need so much room.
const LABEL_ROOM: u64 = 72;
const VALUE_ROOM: u64 = 24;

/// Draws a bar for each value, one below the other.
pub fn bars(points: &[Point]) -> Plot {
    let most = largest(points);
    let room = WIDTH - LABELS - VALUES;
    let mark = |(n, point): (u64, &Point)| {
        let top = n * ROW;
        let width = scaled(point.value, most, room);
        Mark {
            x: LABELS,
            y: top + (ROW - BAR) / 2,
            width,
            height: BAR,
            label: cut(&point.label),
            label_at: [LABELS - 10, top + ROW / 2 + 5],
            value: point.value.to_string(),
            value_at: [LABELS + width + 8, top + ROW / 2 + 5],
        }
    };
    let height = ROW * points.len() as u64;
    Plot {
        width: WIDTH,
        height,
        marks: (0..).zip(points).map(mark).collect(),
        base: [LABELS, 0, LABELS, height],
        words: words(points),
    }
}

/// Draws a column for each value, one beside the other: of many, only every so-many-th has its words.
pub fn columns(points: &[Point]) -> Plot {
    let most = largest(points);
    let step = (WIDTH / (points.len() as u64).max(1)).clamp(1, 96);
    let every = LABEL_ROOM.div_ceil(step).max(1);
    let mark = |(n, point): (u64, &Point)| {
        let left = n * step;
        let height = scaled(point.value, most, HEIGHT);
        let middle = left + step / 2;
        let has_label = n.is_multiple_of(every);
        let has_value = step >= VALUE_ROOM && point.value > 0;
        Mark {
            x: left + step / 8,
            y: ABOVE + HEIGHT - height,
            width: if height == 0 {
                0
            } else {
                (step - step / 4).max(1)
            },
            height,
            label: if has_label {
                point.label.clone()
            } else {
                String::new()
            },
            label_at: [middle, ABOVE + HEIGHT + 18],
            value: if has_value {
                point.value.to_string()
            } else {
                String::new()
            },
            value_at: [middle, ABOVE + HEIGHT - height - 6],
        }
    };
    let width = (step * points.len() as u64).max(1);
    Plot {
        width: WIDTH.max(width),
        height: ABOVE + HEIGHT + BELOW,
        marks: (0..).zip(points).map(mark).collect(),
        base: [0, ABOVE + HEIGHT, width, ABOVE + HEIGHT],
        words: words(points),
    }
}

fn largest(points: &[Point]) -> u64 {
    points.iter().map(|point| point.value).max().unwrap_or(0)
}

/// Returns a value's part of the room that the largest one has: at least 1 of what is not 0.
fn scaled(value: u64, most: u64, room: u64) -> u64 {
    if value == 0 || most == 0 {
        return 0;
    }
    let part = u128::from(value) * u128::from(room) / u128::from(most);
    u64::try_from(part).unwrap_or(room).clamp(1, room)
}

fn cut(label: &str) -> String {
    if label.chars().count() <= LABEL_CHARS {
        return label.to_owned();
    }
    label.chars().take(LABEL_CHARS - 1).chain(['…']).collect()
}

fn words(points: &[Point]) -> String {
    let words: Vec<String> = points
        .iter()
        .map(|point| format!("{}: {}", point.label, point.value))
        .collect();
    words.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(values: &[u64]) -> Vec<Point> {
        let point = |(n, value): (usize, &u64)| Point {
            label: format!("2026-{n:02}"),
            value: *value,
        };
        values.iter().enumerate().map(point).collect()
    }

    #[test]
    fn bars_are_as_long_as_their_values() {
        let plot = bars(&points(&[10, 5, 0, 1, 10_000_000_000]));
        let room = WIDTH - LABELS - VALUES;
        let widths: Vec<u64> = plot.marks.iter().map(|mark| mark.width).collect();
        assert_eq!(widths, [1, 1, 0, 1, room]);
        let plot = bars(&points(&[10, 5, 0]));
        let widths: Vec<u64> = plot.marks.iter().map(|mark| mark.width).collect();
        assert_eq!(widths, [room, room / 2, 0]);
        assert_eq!(plot.height, 3 * ROW);
        assert_eq!(plot.words, "2026-00: 10; 2026-01: 5; 2026-02: 0");
    }

    #[test]
    fn nothing_leaves_the_plot() {
        for number in [0_usize, 1, 2, 7, 12, 60, 600, 2000] {
            let values: Vec<u64> = (0..number as u64).map(|n| n * n % 17).collect();
            let points = points(&values);
            for plot in [bars(&points), columns(&points)] {
                assert_eq!(plot.marks.len(), number);
                for mark in &plot.marks {
                    assert!(mark.x + mark.width <= plot.width, "{number}: {mark:?}");
                    assert!(mark.y + mark.height <= plot.height, "{number}: {mark:?}");
                    assert!(mark.label_at[0] <= plot.width, "{number}: {mark:?}");
                    assert!(mark.value_at[1] <= plot.height, "{number}: {mark:?}");
                }
            }
        }
    }

    #[test]
    fn the_words_of_columns_have_room() {
        for number in [3_usize, 24, 60, 240] {
            let plot = columns(&points(&vec![4; number]));
            let places: Vec<u64> = plot
                .marks
                .iter()
                .filter(|mark| !mark.label.is_empty())
                .map(|mark| mark.label_at[0])
                .collect();
            assert!(!places.is_empty());
            for pair in places.windows(2) {
                assert!(pair[1] - pair[0] >= LABEL_ROOM, "{number}: {pair:?}");
            }
        }
    }

    #[test]
    fn a_column_stands_on_the_line() {
        let plot = columns(&points(&[3, 0, 6]));
        for mark in &plot.marks {
            assert_eq!(mark.y + mark.height, plot.base[1]);
        }
        assert_eq!(plot.marks[2].height, HEIGHT);
        assert_eq!(plot.marks[0].height, HEIGHT / 2);
        assert_eq!((plot.marks[1].width, plot.marks[1].height), (0, 0));
    }

    #[test]
    fn a_long_label_is_cut() {
        let plot = bars(&[Point {
            label: "é".repeat(100),
            value: 1,
        }]);
        assert_eq!(plot.marks[0].label.chars().count(), LABEL_CHARS);
        assert!(plot.words.starts_with(&"é".repeat(100)));
    }
}
