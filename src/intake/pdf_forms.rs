//! What a page draws with, as `pdf-extract` can read it.
//!
//! That crate passes over the two operators that begin a line and show text in one, and draws a form
//! (a part that is drawn by its name) at the page's corner, whatever moved, scaled or turned it. So the
//! two are written as those that they stand for, and each form begins with what it is moved by. A form
//! that is drawn at several places is read at the first of them.

use std::collections::HashSet;

use pdf_extract::content::{Content, Operation};
use pdf_extract::{Dictionary, Document, Object, ObjectId};

use super::pdf_guard::{dictionary, find};

/// A matrix's six numbers, as a file writes them.
type Matrix = [f32; 6];

const UNMOVED: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// Forms that were written anew, and where a page's new content is kept while it is read.
#[derive(Default)]
pub(super) struct Forms {
    done: HashSet<ObjectId>,
    page: Option<ObjectId>,
}

impl Forms {
    /// Writes a page's content anew, and the forms' that it draws.
    pub(super) fn write_out(&mut self, document: &mut Document, page: ObjectId) {
        let Ok(content) = document.get_page_content(page) else {
            return;
        };
        let resources = inherited(document, page);
        let Some((written, mut drawn)) = read(document, &content, resources.as_ref(), UNMOVED)
        else {
            return;
        };
        if let Some(written) = written {
            let kept = *self.page.get_or_insert_with(|| document.new_object_id());
            let stream = pdf_extract::Stream::new(Dictionary::new(), written);
            document.objects.insert(kept, Object::Stream(stream));
            if let Ok(page) = document.get_dictionary_mut(page) {
                page.set("Contents", Object::Reference(kept));
            }
        }
        while let Some((id, place)) = drawn.pop() {
            if self.done.insert(id) {
                drawn.extend(form(document, id, place).unwrap_or_default());
            }
        }
    }
}

/// Writes a form anew, and says what it draws.
fn form(document: &mut Document, id: ObjectId, place: Matrix) -> Option<Vec<(ObjectId, Matrix)>> {
    let stream = document.get_object(id).and_then(Object::as_stream).ok()?;
    let kind = stream.dict.get(b"Subtype").and_then(Object::as_name);
    if !kind.is_ok_and(|kind| kind == b"Form") {
        return None;
    }
    let own = stream.dict.get(b"Matrix").ok();
    let own = own.and_then(|own| matrix(document.dereference(own).ok()?.1.as_array().ok()?));
    let place = product(own.unwrap_or(UNMOVED), place);
    let content = stream.get_plain_content().ok()?;
    let resources = stream.dict.get(b"Resources").ok();
    let resources = resources.and_then(|found| dictionary(document, found));
    let (written, drawn) = read(document, &content, resources, place).unwrap_or_default();
    let moved: Vec<String> = place.iter().map(ToString::to_string).collect();
    let mut begun = format!("{} cm\n", moved.join(" ")).into_bytes();
    begun.extend(written.unwrap_or(content));
    if let Ok(Object::Stream(stream)) = document.get_object_mut(id) {
        stream.set_plain_content(begun);
    }
    Some(drawn)
}

/// A content without the two operators, where it has them, and what it draws where.
type Read = (Option<Vec<u8>>, Vec<(ObjectId, Matrix)>);

/// Reads what draws something.
fn read(
    document: &Document,
    content: &[u8],
    resources: Option<&Dictionary>,
    start: Matrix,
) -> Option<Read> {
    let signs: [&[u8]; 3] = [b"Do", b"'", b"\""];
    if !signs.iter().any(|sign| find(content, sign).is_some()) {
        return None;
    }
    let operations = Content::decode(content).ok()?.operations;
    let forms = resources
        .and_then(|resources| resources.get(b"XObject").ok())
        .and_then(|found| dictionary(document, found));
    let (mut place, mut kept, mut drawn) = (start, Vec::new(), Vec::new());
    for operation in &operations {
        match operation.operator.as_str() {
            "q" => kept.push(place),
            "Q" => place = kept.pop().unwrap_or(place),
            "cm" => {
                place = matrix(&operation.operands).map_or(place, |by| product(by, place));
            }
            "Do" => {
                let name = operation
                    .operands
                    .first()
                    .and_then(|name| name.as_name().ok());
                let id = forms
                    .zip(name)
                    .and_then(|(forms, name)| forms.get(name).ok());
                drawn.extend(
                    id.and_then(|id| id.as_reference().ok())
                        .map(|id| (id, place)),
                );
            }
            _ => {}
        }
    }
    let is_line = |operation: &Operation| matches!(operation.operator.as_str(), "'" | "\"");
    if !operations.iter().any(is_line) {
        return Some((None, drawn));
    }
    let operations: Vec<Operation> = operations.into_iter().flat_map(plain).collect();
    Some((Content { operations }.encode().ok(), drawn))
}

/// Writes an operator as those that it stands for. Pictures within a content have no words.
fn plain(operation: Operation) -> Vec<Operation> {
    match (operation.operator.as_str(), operation.operands.as_slice()) {
        ("'", [text]) => vec![
            Operation::new("T*", Vec::new()),
            Operation::new("Tj", vec![text.clone()]),
        ],
        ("\"", [word, letter, text]) => vec![
            Operation::new("Tw", vec![word.clone()]),
            Operation::new("Tc", vec![letter.clone()]),
            Operation::new("T*", Vec::new()),
            Operation::new("Tj", vec![text.clone()]),
        ],
        ("BI" | "ID" | "EI", _) => Vec::new(),
        _ => vec![operation],
    }
}

/// The resources of a page, or of what it is in.
fn inherited(document: &Document, page: ObjectId) -> Option<Dictionary> {
    let mut at = document.get_dictionary(page).ok()?;
    for _ in 0..64 {
        if let Ok(found) = at.get(b"Resources") {
            return dictionary(document, found).cloned();
        }
        at = dictionary(document, at.get(b"Parent").ok()?)?;
    }
    None
}

fn matrix(numbers: &[Object]) -> Option<Matrix> {
    let numbers: Vec<f32> = numbers
        .iter()
        .filter_map(|number| number.as_float().ok())
        .collect();
    let matrix = Matrix::try_from(numbers).ok()?;
    matrix
        .iter()
        .all(|number| number.is_finite())
        .then_some(matrix)
}

/// What first one matrix moves, then the other.
fn product(first: Matrix, then: Matrix) -> Matrix {
    // A row of the first, with what its third column would be.
    let row = |x: f32, y: f32, w: f32| {
        [
            x * then[0] + y * then[2] + w * then[4],
            x * then[1] + y * then[3] + w * then[5],
        ]
    };
    let across = row(first[0], first[1], 0.0);
    let upwards = row(first[2], first[3], 0.0);
    let moved = row(first[4], first[5], 1.0);
    [
        across[0], across[1], upwards[0], upwards[1], moved[0], moved[1],
    ]
}
