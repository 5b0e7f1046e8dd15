//! What was learned: a small network that reads a text once, and its weights.
//!
//! `training/` makes the weights; `docs/model.md` says from what, and what they reach.

pub mod pieces;
