//! Values to and from the signing profile without a tree of JSON in between.
//!
//! What [`super::json`] defines over trees, this does over a value's own fields, several times faster:
//! an audit reads hundreds of thousands of entries. [`Fields`] writes values in canonical form, and
//! [`read`] reads one. Who reads must write again and compare, which is the profile's one rule; where
//! the bytes differ, `super::json` says what is wrong with them.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::value::CowStrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, Visitor};
use serde::ser::{self, Impossible};
use serde::{Deserializer, Serialize, Serializer, forward_to_deserialize_any};

use super::json::{JsonError, MAX_DEPTH, MAX_INTEGER, is_key};

/// Reads a value from the object in `bytes`, passing over the keys in `beside`; `None` if it is not a
/// value of this type. Says nothing of the bytes' form: see [`Fields`].
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8], beside: &[&str]) -> Option<T> {
    let mut input = serde_json::Deserializer::from_slice(bytes);
    let value = T::deserialize(Beside {
        inner: &mut input,
        beside,
    })
    .ok()?;
    input.end().ok()?;
    Some(value)
}

/// The fields of one object, gathered from several values and written in canonical form.
pub(crate) struct Fields {
    out: Vec<u8>,
    parts: Parts,
}

impl Default for Fields {
    fn default() -> Self {
        let mut out = Vec::with_capacity(1024);
        let parts = Parts::begin(&mut out);
        Self { out, parts }
    }
}

impl Fields {
    /// Adds the fields of a value that is an object.
    pub(crate) fn add<T: Serialize>(&mut self, value: &T) -> Result<(), JsonError> {
        let Self { out, parts } = self;
        value.serialize(Writer {
            out,
            depth: 0,
            joined: Some(parts),
        })?;
        // What is no object has left something that is no field.
        let end = self.parts.fields.last().map_or(1, |last| last.range.end);
        if end == self.out.len() {
            Ok(())
        } else {
            Err(JsonError::NotAnObject)
        }
    }

    /// Adds a field.
    pub(crate) fn put(&mut self, key: &str, value: &str) -> Result<(), JsonError> {
        Ok(self.parts.field(&mut self.out, 1, key, value)?)
    }

    /// Writes them.
    pub(crate) fn into_bytes(mut self) -> Result<Vec<u8>, JsonError> {
        self.parts.end(&mut self.out)?;
        Ok(self.out)
    }
}

/// Why a value could not be written.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
struct WriteError(JsonError);

impl From<WriteError> for JsonError {
    fn from(error: WriteError) -> Self {
        error.0
    }
}

impl ser::Error for WriteError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(JsonError::Fields(ser::Error::custom(message)))
    }
}

/// Says that a value is of a kind that the profile has no form for.
fn no_form<T>() -> Result<T, WriteError> {
    Err(ser::Error::custom(
        "neither text, integer, boolean, list nor object",
    ))
}

/// Writes one value.
struct Writer<'o> {
    out: &'o mut Vec<u8>,
    /// How many objects and lists it stands in.
    depth: usize,
    /// The object that the fields of this one go into, instead of one of its own.
    joined: Option<&'o mut Parts>,
}

impl Writer<'_> {
    fn text(self, text: &str) -> Result<(), WriteError> {
        serde_json::to_writer(self.out, text).map_err(|error| WriteError(JsonError::Fields(error)))
    }

    fn deeper(&self) -> Result<usize, WriteError> {
        if self.depth < MAX_DEPTH {
            Ok(self.depth + 1)
        } else {
            Err(WriteError(JsonError::Depth))
        }
    }
}

/// The fields of an object as they are written: each with its key, in the order in which they came.
#[derive(Default)]
struct Parts {
    /// Each field's key and value, without what parts it from its neighbours.
    fields: Vec<Part>,
    start: usize,
    /// Whether some key came after a greater one.
    unsorted: bool,
}

/// Where a field is written.
struct Part {
    range: Range<usize>,
    /// How long its key is, which has no character that is escaped.
    key: usize,
}

impl Part {
    fn key<'o>(&self, out: &'o [u8]) -> &'o [u8] {
        &out[self.range.start + 1..][..self.key]
    }
}

impl Parts {
    fn begin(out: &mut Vec<u8>) -> Self {
        let start = out.len();
        out.push(b'{');
        Self {
            start,
            ..Self::default()
        }
    }

    fn field<T: Serialize + ?Sized>(
        &mut self,
        out: &mut Vec<u8>,
        depth: usize,
        key: &str,
        value: &T,
    ) -> Result<(), WriteError> {
        if !is_key(key) {
            return Err(WriteError(JsonError::Key(key.to_owned())));
        }
        if let Some(last) = self.fields.last() {
            self.unsorted |= last.key(out) >= key.as_bytes();
            out.push(b',');
        }
        let start = out.len();
        out.push(b'"');
        out.extend_from_slice(key.as_bytes());
        out.extend_from_slice(b"\":");
        value.serialize(Writer {
            out,
            depth,
            joined: None,
        })?;
        self.fields.push(Part {
            range: start..out.len(),
            key: key.len(),
        });
        Ok(())
    }

    fn end(&mut self, out: &mut Vec<u8>) -> Result<(), WriteError> {
        if self.unsorted {
            self.fields.sort_by(|a, b| a.key(out).cmp(b.key(out)));
            let twice = self
                .fields
                .windows(2)
                .find(|pair| pair[0].key(out) == pair[1].key(out));
            if let Some([field, ..]) = twice {
                let key = String::from_utf8_lossy(field.key(out)).into_owned();
                return Err(WriteError(JsonError::Key(key)));
            }
            let mut sorted = Vec::with_capacity(out.len() - self.start);
            for field in &self.fields {
                sorted.push(if sorted.is_empty() { b'{' } else { b',' });
                sorted.extend_from_slice(&out[field.range.clone()]);
            }
            out.truncate(self.start);
            out.extend_from_slice(&sorted);
        }
        out.push(b'}');
        Ok(())
    }
}

/// An object that is being written.
struct Object<'o> {
    out: &'o mut Vec<u8>,
    depth: usize,
    parts: Whose<'o>,
    /// Of a map, the key whose value comes next.
    key: String,
}

/// Whose fields they are.
enum Whose<'o> {
    Own(Parts),
    Joined(&'o mut Parts),
}

impl Object<'_> {
    fn field<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), WriteError> {
        let parts = match &mut self.parts {
            Whose::Own(parts) => parts,
            Whose::Joined(parts) => parts,
        };
        parts.field(self.out, self.depth, key, value)
    }

    fn end(self) -> Result<(), WriteError> {
        match self.parts {
            Whose::Own(mut parts) => parts.end(self.out),
            Whose::Joined(_) => Ok(()),
        }
    }
}

/// A list that is being written.
struct List<'o> {
    out: &'o mut Vec<u8>,
    depth: usize,
    first: bool,
}

macro_rules! integers {
    ($($method:ident $type:ty),*) => {$(
        fn $method(self, value: $type) -> Result<(), WriteError> {
            match i64::try_from(value) {
                Ok(n) if n.unsigned_abs() <= MAX_INTEGER.unsigned_abs() => {
                    self.out.extend_from_slice(n.to_string().as_bytes());
                    Ok(())
                }
                _ => Err(WriteError(JsonError::Number(value.to_string()))),
            }
        }
    )*};
}

impl<'o> Serializer for Writer<'o> {
    type Ok = ();
    type Error = WriteError;
    type SerializeSeq = List<'o>;
    type SerializeTuple = List<'o>;
    type SerializeTupleStruct = Impossible<(), WriteError>;
    type SerializeTupleVariant = Impossible<(), WriteError>;
    type SerializeMap = Object<'o>;
    type SerializeStruct = Object<'o>;
    type SerializeStructVariant = Impossible<(), WriteError>;

    integers!(serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64,
        serialize_u8 u8, serialize_u16 u16, serialize_u32 u32, serialize_u64 u64);

    fn serialize_bool(self, value: bool) -> Result<(), WriteError> {
        let text: &[u8] = if value { b"true" } else { b"false" };
        self.out.extend_from_slice(text);
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), WriteError> {
        Err(WriteError(JsonError::Number(value.to_string())))
    }

    fn serialize_f64(self, value: f64) -> Result<(), WriteError> {
        Err(WriteError(JsonError::Number(value.to_string())))
    }

    fn serialize_char(self, value: char) -> Result<(), WriteError> {
        self.text(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), WriteError> {
        self.text(value)
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), WriteError> {
        no_form()
    }

    fn serialize_none(self) -> Result<(), WriteError> {
        Err(WriteError(JsonError::Null))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), WriteError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), WriteError> {
        Err(WriteError(JsonError::Null))
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), WriteError> {
        Err(WriteError(JsonError::Null))
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), WriteError> {
        self.text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), WriteError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), WriteError> {
        no_form()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List<'o>, WriteError> {
        let depth = self.deeper()?;
        self.out.push(b'[');
        Ok(List {
            out: self.out,
            depth,
            first: true,
        })
    }

    fn serialize_tuple(self, length: usize) -> Result<List<'o>, WriteError> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, WriteError> {
        no_form()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, WriteError> {
        no_form()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Object<'o>, WriteError> {
        let depth = self.deeper()?;
        let parts = match self.joined {
            Some(parts) => Whose::Joined(parts),
            None => Whose::Own(Parts::begin(self.out)),
        };
        Ok(Object {
            out: self.out,
            depth,
            parts,
            key: String::new(),
        })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object<'o>, WriteError> {
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, WriteError> {
        no_form()
    }
}

impl ser::SerializeStruct for Object<'_> {
    type Ok = ();
    type Error = WriteError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), WriteError> {
        self.field(key, value)
    }

    fn end(self) -> Result<(), WriteError> {
        Object::end(self)
    }
}

impl ser::SerializeMap for Object<'_> {
    type Ok = ();
    type Error = WriteError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), WriteError> {
        let mut written = Vec::new();
        key.serialize(Writer {
            out: &mut written,
            depth: self.depth,
            joined: None,
        })?;
        // A key that is escaped, or no text, is none of the profile's.
        let key = String::from_utf8_lossy(&written);
        key.trim_matches('"').clone_into(&mut self.key);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WriteError> {
        let key = std::mem::take(&mut self.key);
        self.field(&key, value)
    }

    fn end(self) -> Result<(), WriteError> {
        Object::end(self)
    }
}

impl ser::SerializeSeq for List<'_> {
    type Ok = ();
    type Error = WriteError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WriteError> {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        value.serialize(Writer {
            out: self.out,
            depth: self.depth,
            joined: None,
        })
    }

    fn end(self) -> Result<(), WriteError> {
        self.out.push(b']');
        Ok(())
    }
}

impl ser::SerializeTuple for List<'_> {
    type Ok = ();
    type Error = WriteError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), WriteError> {
        ser::SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<(), WriteError> {
        ser::SerializeSeq::end(self)
    }
}

/// An object without some of its keys.
struct Beside<'b, D> {
    inner: D,
    beside: &'b [&'b str],
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Beside<'_, D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_map(Beside {
            inner: visitor,
            beside: self.beside,
        })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Beside<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(Beside {
            inner: map,
            beside: self.beside,
        })
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Beside<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        while let Some(key) = self.inner.next_key_seed(Key)? {
            if self.beside.contains(&&*key) {
                self.inner.next_value::<IgnoredAny>()?;
                continue;
            }
            let key = CowStrDeserializer::new(key);
            return seed.deserialize(key).map(Some);
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.next_value_seed(seed)
    }
}

/// Reads a key, borrowed where it can be.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}

#[cfg(test)]
mod tests;
