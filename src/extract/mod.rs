//! A text in, its claims out.
