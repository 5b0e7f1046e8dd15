//! Reviewers' key files.
