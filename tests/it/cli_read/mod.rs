//! The commands that read, run as a person runs them, on a ledger with fixed keys.

mod demo;
mod desk;
mod export;
mod listing;
mod output;
mod show;
mod verify;
