//! What keeps a PDF file from being followed round in circles, and its pictures from being read.

use std::collections::{BTreeSet, HashMap, HashSet};

use pdf_extract::{Dictionary, Document, Object, ObjectId};

/// Finds where some bytes begin.
pub(super) fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes
        .windows(needle.len())
        .position(|window| window == needle)
}

/// Empties the pictures: they have no words, and would be read as if they drew something.
pub(super) fn empty_pictures(document: &mut Document) {
    for object in document.objects.values_mut() {
        if let Object::Stream(stream) = object
            && stream
                .dict
                .get(b"Subtype")
                .and_then(Object::as_name)
                .is_ok_and(|kind| kind == b"Image")
        {
            stream.set_content(Vec::new());
            for key in [&b"Filter"[..], b"DecodeParms"] {
                stream.dict.remove(key);
            }
        }
    }
}

/// Empties forms that draw themselves, by whatever way round: who draws them would never end.
pub(super) fn empty_circles(document: &mut Document) {
    let mut drawn: HashMap<ObjectId, Vec<ObjectId>> = HashMap::new();
    let mut circles: Vec<ObjectId> = Vec::new();
    for (id, object) in &document.objects {
        let Object::Stream(stream) = object else {
            continue;
        };
        if !stream
            .dict
            .get(b"Subtype")
            .and_then(Object::as_name)
            .is_ok_and(|kind| kind == b"Form")
        {
            continue;
        }
        match stream
            .dict
            .get(b"Resources")
            .ok()
            .and_then(|found| dictionary(document, found))
        {
            Some(resources) => {
                drawn.insert(*id, forms_of(document, resources));
            }
            // Its names are those of whoever draws it, and may lead back to it.
            None => circles.push(*id),
        }
    }
    let has_drawing = |content: &[u8]| find(content, b"Do").is_some();
    circles.retain(|id| {
        let stream = document.get_object(*id).and_then(Object::as_stream);
        stream.is_ok_and(|stream| {
            let plain = stream.decompressed_content();
            has_drawing(&plain.unwrap_or_else(|_| stream.content.clone()))
        })
    });
    let mut done: HashSet<ObjectId> = HashSet::new();
    let starts: BTreeSet<ObjectId> = drawn.keys().copied().collect();
    for start in starts {
        let mut path: Vec<ObjectId> = Vec::new();
        let mut steps = vec![(start, false)];
        while let Some((id, is_left)) = steps.pop() {
            if is_left {
                path.pop();
                done.insert(id);
            } else if path.contains(&id) || path.len() > 32 {
                circles.push(id);
            } else if !done.contains(&id) {
                path.push(id);
                steps.push((id, true));
                steps.extend(
                    drawn
                        .get(&id)
                        .into_iter()
                        .flatten()
                        .map(|next| (*next, false)),
                );
            }
        }
    }
    for id in circles {
        if let Ok(Object::Stream(stream)) = document.get_object_mut(id) {
            stream.set_content(Vec::new());
            stream.dict.remove(b"Filter");
        }
    }
}

/// Returns a dictionary, wherever it stands.
pub(super) fn dictionary<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Dictionary> {
    let (_, object) = document.dereference(object).ok()?;
    object.as_dict().ok()
}

/// Lists what a dictionary of resources has to draw.
fn forms_of(document: &Document, resources: &Dictionary) -> Vec<ObjectId> {
    let drawn = resources
        .get(b"XObject")
        .ok()
        .and_then(|found| dictionary(document, found));
    let values = drawn.into_iter().flat_map(Dictionary::iter);
    values
        .filter_map(|(_, value)| value.as_reference().ok())
        .collect()
}

/// Says whether a page's parents lead round in a circle.
pub(super) fn is_in_circle(document: &Document, page: ObjectId) -> bool {
    let mut at = page;
    for _ in 0..64 {
        let parent = document
            .get_dictionary(at)
            .and_then(|found| found.get(b"Parent"));
        match parent.and_then(Object::as_reference) {
            Ok(parent) => at = parent,
            Err(_) => return false,
        }
    }
    true
}
