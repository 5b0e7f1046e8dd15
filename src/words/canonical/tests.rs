//! Tests of `canonical`.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::super::json as slow;
use super::*;

fn fast(fields: &Map<String, Value>) -> Result<Vec<u8>, JsonError> {
    let mut written = Fields::default();
    written.add(fields)?;
    written.into_bytes()
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-9_007_199_254_740_993_i64..=-9_007_199_254_740_990).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_\"\\\\0-9]{0,3}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_what_a_tree_would_write(
        fields in prop::collection::btree_map("[a-z][a-z0-9_]{0,2}", values(), 0..6)
    ) {
        let fields: Map<String, Value> = fields.into_iter().collect();
        prop_assert_eq!(fast(&fields).ok(), slow::to_bytes(fields.clone()).ok());
    }
}

#[test]
fn fields_of_several_values_are_put_in_order_and_none_comes_twice() {
    let object = |value: Value| value.as_object().cloned().expect("an object");
    let (one, two) = (
        object(json!({"b": 1, "d": [true]})),
        object(json!({"a": {}, "c": "x"})),
    );
    let mut fields = Fields::default();
    fields.add(&one).expect("adds");
    fields.put("aa", "y").expect("puts");
    fields.add(&two).expect("adds");
    let bytes = fields.into_bytes().expect("writes");
    assert_eq!(bytes, br#"{"a":{},"aa":"y","b":1,"c":"x","d":[true]}"#);
    let mut fields = Fields::default();
    fields.add(&one).expect("adds");
    fields.put("a", "y").expect("puts");
    fields.add(&one).expect("adds");
    assert!(fields.into_bytes().is_err());
    assert!(Fields::default().add(&Value::from(3)).is_err());
    assert_eq!(
        Fields::default().into_bytes().expect("writes"),
        b"{}".as_slice()
    );
}

#[test]
fn depth_counts_as_in_a_tree() {
    for depth in 1..20 {
        let mut value = json!({});
        for _ in 1..depth {
            value = json!({ "a": value });
        }
        let fields = value.as_object().cloned().expect("an object");
        assert_eq!(fast(&fields).is_ok(), depth <= MAX_DEPTH, "{depth}");
        assert_eq!(fast(&fields).is_ok(), slow::to_bytes(fields).is_ok());
    }
}
