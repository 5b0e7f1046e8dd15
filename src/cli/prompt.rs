//! Questions to a person, answered by a line each, or by a key where a person asked for that.
//!
//! Answers come from standard input, terminal or not, so that a sitting can be scripted. Questions
//! go to standard error.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};

use anyhow::Context as _;
use console::{Key, Term};

use super::screen;
use super::terminal;

/// An answer has at most this many bytes: more is no answer to a question here.
const LONGEST_ANSWER: u64 = 4096;

/// What Ctrl-D types.
const END_OF_INPUT: char = '\u{4}';

/// Asks, and returns the answer without white space around it; `None` where there is none any more.
pub(crate) fn ask(question: &str) -> anyhow::Result<Option<String>> {
    let mut err = anstream::stderr();
    let asked = write!(err, "{}", shown(question)).and_then(|()| err.flush());
    asked.context("asking")?;
    let line = read_answer(&mut io::stdin().lock()).context("reading the answer")?;
    if line.is_empty() {
        let _ = writeln!(err);
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&line).trim().to_owned()))
}

/// Reads a line, of which what is too long for an answer is left out; empty where there is none any more.
fn read_answer(input: &mut impl io::BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    let mut read = input.take(LONGEST_ANSWER).read_until(b'\n', &mut line)?;
    // The rest would be the answer to the next question.
    let mut rest = Vec::new();
    while read as u64 == LONGEST_ANSWER && !line.ends_with(b"\n") && !rest.ends_with(b"\n") {
        rest.clear();
        read = input.take(LONGEST_ANSWER).read_until(b'\n', &mut rest)?;
    }
    Ok(line)
}

/// Makes a question harmless, for a name in it may hold anything that a key's name may; at a terminal,
/// breaks it between words.
fn shown(question: &str) -> String {
    screen::at_width(&screen::visible(question)).into_owned()
}

/// Asks, and returns the key that was pressed, without waiting for Enter; `None` for Ctrl-D.
///
/// Ctrl-C ends the program as everywhere. Where there is no terminal, an answer is a line.
pub(crate) fn key(question: &str) -> anyhow::Result<Option<String>> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return ask(question);
    }
    let mut err = anstream::stderr();
    let asked = write!(err, "{}", shown(question)).and_then(|()| err.flush());
    asked.context("asking")?;
    loop {
        // A signal stops the waiting; which one it was is for `changed_while` to say.
        let pressed = terminal::changed_while(|| Term::stderr().read_key_raw());
        if let Err(error) = &pressed
            && error.kind() == io::ErrorKind::Interrupted
        {
            terminal::end_by_interrupt();
        }
        match pressed.context("reading the answer")? {
            Key::CtrlC => terminal::end_by_interrupt(),
            Key::Char(END_OF_INPUT) => {
                let _ = writeln!(err);
                return Ok(None);
            }
            Key::Char(key) if !key.is_control() && !key.is_whitespace() => {
                let _ = writeln!(err, "{}", screen::visible(&key.to_string()));
                return Ok(Some(key.to_string()));
            }
            _ => {}
        }
    }
}

/// Asks until the answer is one of `answers`, by its first letter; `None` where there is no answer
/// any more.
pub(crate) fn choose(question: &str, answers: &[char]) -> anyhow::Result<Option<char>> {
    loop {
        let Some(answer) = ask(question)? else {
            return Ok(None);
        };
        let mut letters = answer.chars().flat_map(char::to_lowercase);
        if let Some(letter) = letters.next().filter(|letter| answers.contains(letter)) {
            return Ok(Some(letter));
        }
        let answers: Vec<String> = answers.iter().map(char::to_string).collect();
        let answers = answers.join(", ");
        let _ = writeln!(anstream::stderr(), "answer with one of {answers}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_a_long_answer_is_not_the_next_one() {
        let most = usize::try_from(LONGEST_ANSWER).expect("small");
        for length in [most - 1, most, most + 1, 2 * most, 3 * most + 7] {
            let typed = format!("{}\nn\n", "y".repeat(length));
            let mut input = typed.as_bytes();
            let first = read_answer(&mut input).expect("read");
            assert!(first.starts_with(b"yy") && first.len() <= most, "{length}");
            assert_eq!(read_answer(&mut input).expect("read"), b"n\n", "{length}");
            assert_eq!(read_answer(&mut input).expect("read"), b"");
        }
    }
}
