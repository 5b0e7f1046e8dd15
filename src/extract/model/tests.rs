use super::*;
use crate::extract::layout;

/// What the network that was trained said of three short texts, in floating point; `training/`
/// writes it with the weights.
const VECTORS: &str = include_str!("../../../tests/vectors/model.json");

#[derive(serde::Deserialize)]
struct Vector {
    text: String,
    features: Vec<[u32; 5]>,
    sentence: Vec<f32>,
    emissions: Vec<[f32; 7]>,
    tags: Vec<u8>,
    links: Vec<[Option<[usize; 2]>; 3]>,
}

fn model() -> Model<'static> {
    Model::new(WEIGHTS).expect("the weights load")
}

fn features(text: &str) -> Vec<Features> {
    let pieces = pieces::pieces(text, &layout::blocks(text));
    pieces.iter().map(|piece| piece.features).collect()
}

#[test]
fn training_and_use_say_the_same() {
    let model = model();
    let vectors: Vec<Vector> = serde_json::from_str(VECTORS).unwrap();
    for vector in vectors {
        let found = features(&vector.text);
        let rows = found
            .iter()
            .map(|f| [f.word, f.prefix, f.suffix, f.shape, f.flags.into()]);
        assert_eq!(rows.collect::<Vec<_>>(), vector.features);
        let states = model.encoder.encode(&found);
        let near = |found: &[f32], expected: &[f32], what: &str| {
            assert_eq!(found.len(), expected.len());
            for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
                assert!(
                    (found - expected).abs() < 0.02,
                    "{what} {at}: {found} {expected}"
                );
            }
        };
        near(
            &model.sentence.apply(&states.low),
            &vector.sentence,
            "sentence",
        );
        let scores = model.tags.apply(&states.high);
        near(&scores, vector.emissions.as_flattened(), "tag");
        assert_eq!(model.crf.decode(scores.as_chunks().0), vector.tags);
        let pieces = pieces::pieces(&vector.text, &layout::blocks(&vector.text));
        let (_, linked) = model.section(&pieces, &model.encode(&pieces));
        let pair = |range: &Range<usize>| [range.start, range.end];
        let links = linked.iter().map(|l| {
            [
                Some(pair(&l.content)),
                l.source.as_ref().map(pair),
                l.cue.as_ref().map(pair),
            ]
        });
        assert_eq!(links.collect::<Vec<_>>(), vector.links, "{}", vector.text);
    }
}

#[test]
fn windows_in_step_say_what_each_says_alone() {
    let model = model();
    let text = "The mayor said that 12 of the 30 bridges were closed in May. ".repeat(150);
    let found = features(&text);
    let together = model.encoder.encode(&found);
    for windows in [1, 3] {
        let other = model.encoder.encode_together(&found, windows);
        assert!(
            together.low == other.low && together.high == other.high,
            "{windows}"
        );
    }
}

#[test]
fn a_long_text_is_read_in_sections() {
    let paragraph = "A short paragraph is here.\n\n";
    let count = SECTION / 6;
    let text = paragraph.repeat(count);
    let blocks = layout::blocks(&text);
    let pieces = pieces::pieces(&text, &blocks);
    let end = section_end(&pieces);
    assert!(is_border(pieces[end]) && end <= SECTION);
    let reading = read(&text, &blocks);
    let words: usize = reading.sentences.iter().map(|(span, _)| span.len()).sum();
    assert_eq!(words, paragraph.trim_end().len() * count);
    assert_eq!(reading.sentences.last().unwrap().1, blocks.len() - 1);
}

#[test]
fn a_text_without_words_has_nothing() {
    assert_eq!(read("", &[]), Reading::default());
    assert_eq!(read("\n\n", &layout::blocks("\n\n")), Reading::default());
}
