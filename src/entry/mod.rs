//! What is appended: one file a kind, one byte encoding.
