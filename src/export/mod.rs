//! Plain values in, published forms out.
