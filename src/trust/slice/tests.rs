//! Tests of `slice`.

use proptest::prelude::*;

use super::*;

/// The input of Bao's vectors: a counter of four bytes, little-endian, from 1 on.
fn counting(bytes: usize) -> Vec<u8> {
    (1_u32..).flat_map(u32::to_le_bytes).take(bytes).collect()
}

fn id(text: &[u8]) -> ObjectId {
    ObjectId(*blake3::hash(text).as_bytes())
}

fn span(start: usize, end: usize) -> Span {
    Span::new(start, end).expect("a span")
}

fn range(start: u64, end: u64) -> SliceRange {
    SliceRange::new(start, end).expect("a range")
}

/// Every range of chunks of a text.
fn ranges(text_bytes: u64) -> Vec<SliceRange> {
    let borders: Vec<u64> = (0..text_bytes).step_by(1024).chain([text_bytes]).collect();
    let of = |start: usize| borders[start + 1..].iter().map(move |&end| (start, end));
    (0..borders.len() - 1)
        .flat_map(of)
        .map(|(start, end)| range(borders[start], end))
        .collect()
}

/// As Bao says: no bytes are as good as one, and past the end is the last byte.
fn wanted(start: u64, bytes: u64, text_bytes: u64) -> Wanted {
    let start = start.min(text_bytes.saturating_sub(1));
    let end = start.saturating_add(bytes.max(1));
    Wanted { start, end }
}

#[test]
fn the_slices_of_bao() {
    let Some(vectors) = super::super::vectors::read("bao.json") else {
        return;
    };
    let number = |value: &serde_json::Value| value.as_u64().expect("a number");
    let hex = |value: &serde_json::Value| {
        crate::words::id::parse_hex(value.as_str().expect("hex")).expect("hex")
    };
    let mut seen = 0;
    for case in vectors["slice"].as_array().expect("cases") {
        let bytes = number(&case["input_len"]);
        let text = counting(usize::try_from(bytes).expect("small"));
        assert_eq!(hex(&case["bao_hash"]), id(&text).0);
        for vector in case["slices"].as_array().expect("slices") {
            let (start, len) = (number(&vector["start"]), number(&vector["len"]));
            let name = format!("{len} from {start} on of {bytes}");
            let wanted = wanted(start, len, bytes);
            let mut slice = encode(&text, wanted);
            assert_eq!(slice.len() as u64, number(&vector["output_len"]), "{name}");
            assert_eq!(id(&slice).0, hex(&vector["output_blake3"]), "{name}");

            let chunks = decode(&slice, &id(&text), bytes, wanted).expect(&name);
            let from = usize::try_from(chunks.start).expect("small");
            let to = from + chunks.bytes.len();
            assert_eq!(chunks.bytes, text[from..to], "{name}");
            assert!(chunks.start <= wanted.start, "{name}");
            assert!(to as u64 >= wanted.end.min(bytes), "{name}");
            for at in vector["corruptions"].as_array().expect("offsets") {
                let at = usize::try_from(number(at)).expect("small");
                slice[at] ^= 1;
                assert!(decode(&slice, &id(&text), bytes, wanted).is_err(), "{name}");
                slice[at] ^= 1;
            }
            seen += 1;
        }
    }
    assert!(seen > 100);
    for case in vectors["encode"].as_array().expect("cases") {
        let bytes = number(&case["input_len"]);
        let text = counting(usize::try_from(bytes).expect("small"));
        let slice = encode(&text, wanted(0, bytes, bytes));
        assert_eq!(id(&slice).0, hex(&case["encoded_blake3"]));
    }
}

#[test]
fn every_slice_of_small_texts_shows_its_bytes_and_nothing_else() {
    for bytes in [1, 2, 1023, 1024, 1025, 2048, 2049, 4096, 4097, 7000, 11_264] {
        let text = counting(bytes);
        for range in ranges(bytes as u64) {
            let slice = make(&text, range).expect("a slice");
            let shown = verify(&slice, &id(&text), bytes as u64, range).expect("verifies");
            let at = |at: u64| usize::try_from(at).expect("small");
            assert_eq!(shown, text[at(range.start)..at(range.end)], "{range}");
            // What is not asked for costs at most the hashes of each level, on both sides.
            assert!(slice.len() <= 8 + shown.len() + 64 * (shown.len() / 1024 + 10));
            for other in ranges(bytes as u64) {
                if other != range {
                    assert!(verify(&slice, &id(&text), bytes as u64, other).is_err());
                }
            }
        }
    }
}

#[test]
fn every_flipped_bit_missing_byte_and_byte_too_many_is_refused() {
    for (bytes, shown) in [
        (1, (0, 1)),
        (700, (0, 700)),
        (1025, (1024, 1025)),
        (3000, (1024, 2048)),
    ] {
        let text = counting(bytes);
        let (id, bytes) = (id(&text), bytes as u64);
        let range = range(shown.0, shown.1);
        let slice = make(&text, range).expect("a slice");
        for bit in 0..slice.len() * 8 {
            let mut spoilt = slice.clone();
            spoilt[bit / 8] ^= 1 << (bit % 8);
            let error = verify(&spoilt, &id, bytes, range).expect_err("a bit flipped");
            assert_eq!(
                matches!(error, SliceError::Length { .. }),
                bit < 64,
                "{bit}: {error}"
            );
        }
        for length in 0..slice.len() {
            assert_eq!(
                verify(&slice[..length], &id, bytes, range),
                Err(SliceError::Short(length))
            );
        }
        let more = [slice.as_slice(), &[0]].concat();
        assert_eq!(
            verify(&more, &id, bytes, range),
            Err(SliceError::Trailing(1))
        );
        let mut other = id;
        other.0[31] ^= 1;
        assert!(matches!(
            verify(&slice, &other, bytes, range),
            Err(SliceError::Hash { start: 0, .. })
        ));
    }
}

#[test]
fn lengths_that_are_not_true_cost_nothing() {
    let id = id(b"a text");
    for bytes in [
        u64::MAX,
        u64::MAX - 1,
        1 << 63,
        (1 << 63) + 1,
        1 << 54,
        1025,
    ] {
        let mut slice = bytes.to_le_bytes().to_vec();
        slice.resize(4096, 7);
        for range in [range(0, 1024), range(0, bytes)] {
            assert_eq!(
                verify(&slice, &id, bytes, range),
                Err(SliceError::Hash {
                    start: 0,
                    end: bytes
                })
            );
            assert_eq!(
                verify(&slice[..8], &id, bytes, range),
                Err(SliceError::Short(8))
            );
            assert_eq!(
                verify(&slice, &id, bytes - 1, self::range(0, 1024)),
                Err(SliceError::Length {
                    stated: bytes,
                    known: bytes - 1
                })
            );
        }
    }
}

#[test]
fn a_true_tree_of_the_largest_length_is_read_down_to_its_first_chunk() {
    // A tree whose right halves are made up: only its left edge is ever asked for.
    let text = counting(1024);
    let mut below: Vec<u8> = text.clone();
    let mut hash = chaining_value(&text, 0);
    let mut root = [0; 32];
    for _ in 0..54 {
        let right = [9; 32];
        root = *merge_subtrees_root(&hash, &right, Mode::Hash).as_bytes();
        let parent = [hash, right].concat();
        hash = merge_subtrees_non_root(&hash, &right, Mode::Hash);
        below.splice(0..0, parent);
    }
    below.splice(0..0, u64::MAX.to_le_bytes());
    assert_eq!(
        verify(&below, &ObjectId(root), u64::MAX, range(0, 1024)),
        Ok(text)
    );
    assert!(matches!(
        verify(&below, &ObjectId(root), u64::MAX, range(0, u64::MAX)),
        Err(SliceError::Short(_))
    ));
}

#[test]
fn ranges_that_no_slice_has_are_refused_for_their_reason() {
    let text = counting(3000);
    assert_eq!(
        SliceRange::new(0, 0),
        Err(RangeError::Empty { start: 0, end: 0 })
    );
    assert_eq!(
        SliceRange::new(2048, 1024),
        Err(RangeError::Empty {
            start: 2048,
            end: 1024
        })
    );
    assert_eq!(SliceRange::new(1, 1024), Err(RangeError::Start(1)));
    for (end, error) in [
        (
            1500,
            RangeError::End {
                end: 1500,
                text: 3000,
            },
        ),
        (
            2999,
            RangeError::End {
                end: 2999,
                text: 3000,
            },
        ),
        (
            3001,
            RangeError::PastEnd {
                end: 3001,
                text: 3000,
            },
        ),
        (
            3072,
            RangeError::PastEnd {
                end: 3072,
                text: 3000,
            },
        ),
    ] {
        assert_eq!(make(&text, range(1024, end)), Err(error.clone()));
        assert_eq!(
            verify(&[], &id(&text), 3000, range(1024, end)),
            Err(SliceError::Range(error))
        );
    }
    for text in [
        "", "-", "0", "0-", "-1024", "0-01024", "00-1024", "0-1024 ", "+0-1024", "0-1-2",
    ] {
        assert_eq!(
            text.parse::<SliceRange>(),
            Err(RangeError::Syntax(text.to_owned()))
        );
    }
    assert_eq!("1024-3000".parse(), Ok(range(1024, 3000)));
    assert_eq!(range(1024, 3000).to_string(), "1024-3000");
}

#[test]
fn spans_are_widened_to_chunks_and_joined() {
    let covering = |spans: &[(usize, usize)], bytes| {
        let spans: Vec<Span> = spans.iter().map(|&(start, end)| span(start, end)).collect();
        SliceRange::covering(&spans, bytes)
    };
    for (spans, expected) in [
        (&[][..], &[][..]),
        (&[(0, 1)], &[(0, 1024)]),
        (&[(1023, 1025)], &[(0, 2048)]),
        (&[(1024, 2048)], &[(1024, 2048)]),
        (&[(9000, 9001)], &[(8192, 9216)]),
        (&[(9990, 10_000)], &[(9216, 10_000)]),
        (&[(9000, 9001), (5, 6)], &[(0, 1024), (8192, 9216)]),
        (&[(5, 6), (1024, 1025)], &[(0, 2048)]),
        (&[(5, 6), (2048, 2049)], &[(0, 1024), (2048, 3072)]),
        (&[(0, 5000), (7, 8), (4000, 6000)], &[(0, 6144)]),
    ] {
        let expected: Vec<_> = expected.iter().map(|&(a, b)| range(a, b)).collect();
        assert_eq!(covering(spans, 10_000), Ok(expected), "{spans:?}");
    }
    assert_eq!(
        covering(&[(0, 1), (9999, 10_001)], 10_000),
        Err(RangeError::PastEnd {
            end: 10_001,
            text: 10_000
        })
    );
    if let Ok(last) = usize::try_from(u64::MAX) {
        let last = span(last - 1, last);
        assert_eq!(
            SliceRange::covering(&[last], u64::MAX),
            Ok(vec![range(u64::MAX / 1024 * 1024, u64::MAX)])
        );
    }
}

proptest! {
    #[test]
    fn what_covers_spans_shows_them(
        bytes in 1_usize..20_000,
        picks in proptest::collection::vec((any::<usize>(), any::<usize>()), 1..5),
    ) {
        let text = counting(bytes);
        let spans: Vec<Span> = picks
            .iter()
            .map(|&(start, length)| {
                let start = start % bytes;
                span(start, start + 1 + length % (bytes - start))
            })
            .collect();
        let ranges = SliceRange::covering(&spans, bytes as u64).expect("in the text");
        prop_assert!(ranges.windows(2).all(|two| two[0].end < two[1].start));
        for range in &ranges {
            let slice = make(&text, *range).expect("a slice");
            let shown = verify(&slice, &id(&text), bytes as u64, *range).expect("verifies");
            let at = |at: u64| usize::try_from(at).expect("small");
            prop_assert_eq!(&shown, &text[at(range.start)..at(range.end)]);
        }
        for span in spans {
            let holding = ranges.iter().filter(|range| range.contains(span)).count();
            prop_assert_eq!(holding, 1);
        }
    }

    #[test]
    fn arbitrary_bytes_are_refused_and_never_panic(
        slice in proptest::collection::vec(any::<u8>(), 0..3000),
        bytes in any::<u64>(),
        start in any::<u64>(),
        end in any::<u64>(),
    ) {
        let mut slice = slice;
        if let Some(header) = slice.first_chunk_mut::<8>() {
            *header = bytes.to_le_bytes();
        }
        let wanted = wanted(start, end.saturating_sub(start), bytes);
        prop_assert!(decode(&slice, &id(b"a text"), bytes, wanted).is_err());
    }
}
