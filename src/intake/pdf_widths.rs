//! How wide a font's letters are, as `pdf-extract` can read it.
//!
//! That crate passes over widths that are given for a range of letters (browsers write them so), over
//! a default width with a fraction, and over the unit of a font that is drawn in the file. A letter
//! whose width is wrong moves all that follow it in its string: they then stand over one another, or
//! apart, and no layout can tell their words. So widths are written out one by one before it reads.

use pdf_extract::{Dictionary, Document, Object, ObjectId};

/// The most widths that are written out in one file.
const MOST_WIDTHS: usize = 1_000_000;

/// The last letter that a font of this kind can have.
const LAST_LETTER: i64 = 0xFFFF;

/// Writes out the widths of all fonts.
pub(super) fn write_out(document: &mut Document) {
    let mut left = MOST_WIDTHS;
    let mut mended: Vec<(ObjectId, Dictionary)> = Vec::new();
    for (id, object) in &document.objects {
        let Object::Dictionary(font) = object else {
            continue;
        };
        let found = match subtype(font) {
            Some(b"CIDFontType0" | b"CIDFontType2") => Some(by_number(document, font, &mut left)),
            Some(b"Type0") => within(document, font, &mut left),
            Some(b"Type3") => drawn(document, font),
            _ => None,
        };
        mended.extend(found.map(|font| (*id, font)));
    }
    for (id, font) in mended {
        document.objects.insert(id, Object::Dictionary(font));
    }
}

fn subtype(font: &Dictionary) -> Option<&[u8]> {
    font.get(b"Subtype").and_then(Object::as_name).ok()
}

fn get<'a>(document: &'a Document, font: &'a Dictionary, key: &[u8]) -> Option<&'a Object> {
    let (_, object) = document.dereference(font.get(key).ok()?).ok()?;
    Some(object)
}

fn number(document: &Document, object: &Object) -> Option<f32> {
    let (_, object) = document.dereference(object).ok()?;
    object.as_float().ok().filter(|number| number.is_finite())
}

/// A font whose letters have numbers and that stands within another, not by itself.
fn within(document: &Document, font: &Dictionary, left: &mut usize) -> Option<Dictionary> {
    let Object::Array(descendants) = get(document, font, b"DescendantFonts")? else {
        return None;
    };
    let Object::Dictionary(inner) = descendants.first()? else {
        return None;
    };
    let inner = by_number(document, inner, left);
    let mut font = font.clone();
    font.set("DescendantFonts", vec![Object::Dictionary(inner)]);
    Some(font)
}

/// A font whose letters have numbers: its widths by letter, and its default width as a whole number.
fn by_number(document: &Document, font: &Dictionary, left: &mut usize) -> Dictionary {
    let mut mended = font.clone();
    if let Some(Object::Real(width)) = get(document, font, b"DW") {
        #[expect(clippy::cast_possible_truncation, reason = "a width, and bounded")]
        let width = width.round().clamp(-10_000.0, 10_000.0) as i64;
        mended.set("DW", width);
    }
    if let Some(Object::Array(given)) = get(document, font, b"W") {
        mended.set("W", by_letter(document, given, left));
    }
    mended
}

/// Writes out `first [width …]` and `first last width` as the former alone. What is neither ends it.
fn by_letter(document: &Document, given: &[Object], left: &mut usize) -> Vec<Object> {
    let at = |at: usize| Some(document.dereference(given.get(at)?).ok()?.1);
    let letter = |object: &Object| {
        #[expect(clippy::cast_possible_truncation, reason = "bounded by the filter")]
        number(document, object)
            .map(|letter| letter as i64)
            .filter(|letter| (0..=LAST_LETTER).contains(letter))
    };
    let mut written = Vec::new();
    let mut next = 0;
    while let (Some(first), Some(second)) = (at(next).and_then(letter), at(next + 1)) {
        let widths: Vec<Object> = if let Object::Array(widths) = second {
            next += 2;
            widths
                .iter()
                .map(|width| number(document, width).unwrap_or_default().into())
                .collect()
        } else {
            let (Some(last), Some(width)) = (
                number(document, second),
                at(next + 2).and_then(|width| number(document, width)),
            ) else {
                break;
            };
            next += 3;
            #[expect(clippy::cast_possible_truncation, reason = "bounded by the minimum")]
            let last = (last as i64).min(LAST_LETTER);
            (first..=last).map(|_| width.into()).collect()
        };
        let Some(rest) = left.checked_sub(widths.len()) else {
            break;
        };
        *left = rest;
        written.extend([first.into(), widths.into()]);
    }
    written
}

/// A font that is drawn in the file: its widths in thousandths, as those of all others.
fn drawn(document: &Document, font: &Dictionary) -> Option<Dictionary> {
    let Object::Array(matrix) = get(document, font, b"FontMatrix")? else {
        return None;
    };
    let unit = number(document, matrix.first()?)? * 1000.0;
    if (unit - 1.0).abs() < 1e-4 {
        return None;
    }
    let Object::Array(widths) = get(document, font, b"Widths")? else {
        return None;
    };
    let widths: Vec<Object> = widths
        .iter()
        .map(|width| (number(document, width).unwrap_or_default() * unit).into())
        .collect();
    let mut font = font.clone();
    font.set("Widths", widths);
    Some(font)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_written_out_by_letter() {
        let document = Document::new();
        let widths = |given: Vec<Object>| by_letter(&document, &given, &mut 10);
        assert_eq!(
            widths(vec![
                3.into(),
                5.into(),
                250.into(),
                9.into(),
                vec![400.into(), 0.5.into()].into()
            ]),
            [
                3.into(),
                vec![Object::Real(250.0); 3].into(),
                9.into(),
                vec![Object::Real(400.0), Object::Real(0.5)].into()
            ]
        );
        // What can't be meant, or is too much, ends them.
        for given in [
            vec![3.into(), 5.into()],
            vec![3.into()],
            vec![(-1).into(), 5.into(), 1.into()],
            vec![3.into(), Object::Null, 1.into()],
            vec![0.into(), 65_535.into(), 1.into()],
        ] {
            assert_eq!(widths(given), []);
        }
    }

    #[test]
    fn a_drawn_fonts_unit_is_that_of_all_others() {
        let mut document = Document::new();
        let font = |unit: f32, widths: Vec<Object>| {
            let mut font = Dictionary::new();
            font.set("Subtype", Object::Name(b"Type3".to_vec()));
            let zero = || Object::Integer(0);
            let matrix = vec![unit.into(), zero(), zero(), unit.into(), zero(), zero()];
            font.set("FontMatrix", matrix);
            font.set("Widths", widths);
            font
        };
        let id = document.add_object(font(0.125, vec![4.into(), 8.into()]));
        let plain = document.add_object(font(0.001, vec![500.into()]));
        write_out(&mut document);
        let widths = |id| document.get_dictionary(id).unwrap().get(b"Widths").unwrap();
        let wide = vec![Object::Real(500.0), Object::Real(1000.0)];
        assert_eq!(widths(id), &Object::Array(wide));
        assert_eq!(widths(plain), &Object::Array(vec![500.into()]));
    }
}
