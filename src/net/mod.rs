//! What speaks HTTP.
