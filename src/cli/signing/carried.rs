//! Entries that several sign: a threshold of roots, and the keys that an entry calls for.
//!
//! As many sign as are on this machine. What is complete is appended; what is not goes into the file
//! of `--out`, for `factlog sign` on the machines of the others, and nothing is signed without that.

use std::io::Write as _;

use factlog::entry::{Body, Draft, Entry, RootSet, Wanting};
use factlog::keys::HeldKey;
use factlog::ledger::{Ledger, Pending};
use factlog::trust::VerifierKey;
use factlog::trust::note::SignatureLine;
use factlog::words::id::EntryId;

use super::{ChosenKey, SigningArgs, choose_roots, find_key};
use crate::cli::context::Context;
use crate::cli::exit::{Failure, Status};
use crate::cli::prompt;
use crate::cli::record::{self, EntryLine};
use crate::cli::screen::{self, STRONG};

/// A key that signs an entry: one that is there, or one that is made once the person has agreed.
pub(crate) enum Hand<'a> {
    /// It is there, to be unlocked.
    There(ChosenKey),
    /// It is made: the public half is known, the file is written last.
    Made(
        VerifierKey,
        Box<dyn FnOnce() -> anyhow::Result<HeldKey> + 'a>,
    ),
}

impl Hand<'_> {
    /// Returns the public half, with the name.
    pub(crate) fn verifier(&self) -> &VerifierKey {
        match self {
            Self::There(key) => key.verifier(),
            Self::Made(key, _) => key,
        }
    }

    fn needs_person(&self) -> bool {
        match self {
            Self::There(key) => key.needs_person(),
            Self::Made(..) => true,
        }
    }

    fn held(self, context: &Context) -> anyhow::Result<HeldKey> {
        match self {
            Self::There(key) => key.unlock(context),
            Self::Made(_, make) => make(),
        }
    }
}

/// Entries of one author that several sign, with what belongs to them.
pub(crate) struct Carried<'a> {
    /// At least one. Each names the one before by its id, which all signatures are part of: several
    /// can be signed only where nobody is missing.
    pub(crate) bodies: Vec<Body>,
    /// The objects that it brings.
    pub(crate) objects: Vec<Vec<u8>>,
    /// Those who can sign here, the author first.
    pub(crate) hands: Vec<Hand<'a>>,
    /// What it does, in words, each on a line of its own.
    pub(crate) words: Vec<String>,
    /// The question before it is signed, such as "revoke the key".
    pub(crate) question: String,
}

/// What became of entries that several sign.
pub(crate) struct Delivered {
    /// The first entry's id; of an entry that still wants signatures, its id so far.
    pub(crate) id: EntryId,
    /// The last entry's index, if they were appended.
    pub(crate) index: Option<u64>,
    pub(crate) entries: Vec<EntryLine>,
    /// Whose signatures it still wants, in words.
    pub(crate) wanted: Vec<String>,
}

/// Returns the roots that sign here: the author, and as many more as the threshold asks for.
pub(crate) fn roots(
    context: &Context,
    args: &SigningArgs,
    ledger: &Ledger,
) -> anyhow::Result<Vec<Hand<'static>>> {
    let threshold = ledger.ledger_facts()?.roots.threshold as usize;
    let mut chosen = choose_roots(context, args, ledger)?;
    chosen.truncate(threshold.max(1));
    Ok(chosen.into_iter().map(Hand::There).collect())
}

/// Returns the key of another signer, if it is on this machine.
pub(crate) fn other(
    context: &Context,
    args: &SigningArgs,
    key: &VerifierKey,
) -> anyhow::Result<Option<Hand<'static>>> {
    Ok(find_key(context, args, key)?.map(Hand::There))
}

/// Shows the first of the entries, has them signed by all who are here, and appends them or writes them
/// to a file.
///
/// Returns `None` if the person said no. The ledger is closed while the person is asked.
pub(crate) fn sign(
    context: &Context,
    args: &SigningArgs,
    ledger: Ledger,
    carried: Carried<'_>,
) -> anyhow::Result<Option<Delivered>> {
    ledger.check_copy()?;
    let Carried {
        bodies,
        objects,
        hands,
        words,
        question,
    } = carried;
    let author = hands[0].verifier().clone();
    let mut composer = ledger.composer(&author)?;
    let at = context.now()?;
    let draft = composer.draft(at, bodies[0].clone())?;
    let roots = ledger.ledger_facts()?.roots;
    let hands = only_called_for(hands, &draft, &roots)?;
    if args.out.is_none() || bodies.len() > 1 {
        refuse_incomplete(&hands, &draft, &roots, bodies.len())?;
    }
    let asks = context.can_ask() && !args.yes;
    let mut ledger = Some(ledger);
    if asks || hands.iter().any(Hand::needs_person) {
        ledger = None;
    }
    if asks && !is_agreed(&hands, &draft, &words, &question)? {
        context.say("nothing was signed");
        return Ok(None);
    }
    if !asks {
        for line in &words {
            context.say(&screen::one_line(line));
        }
    }
    let mut held = Vec::with_capacity(hands.len());
    for hand in hands {
        held.push(hand.held(context)?);
    }
    let mut ledger = match ledger {
        Some(ledger) => ledger,
        None => context.open_ledger()?,
    };
    // What would be signed now was not shown, and two entries with one number are a fork.
    if ledger.composer(&author)?.chain() != composer.chain() {
        let message = format!("{} signed something else meanwhile", named(&author));
        return Err(Failure::new(Status::Failed, message)
            .hint("nothing was signed here: run the command again")
            .into());
    }
    let mut pending = Pending {
        objects,
        ..Pending::default()
    };
    for body in bodies {
        let draft = composer.draft(at, body)?;
        let text = draft.text()?;
        let lines = held.iter().map(|key| key.line(&text));
        let entry = composer.assemble(&draft, lines.collect::<Result<_, _>>()?)?;
        let wanting = entry.wanting(&roots);
        if !wanting.is_complete() {
            pending.wanted.push(wanted_line(&entry, &wanting));
        }
        pending.entries.push(entry);
    }
    let id = pending.entries[0].id();
    let wanted = pending.wanted.clone();
    let entries = record::deliver(context, args, &mut ledger, &pending)?;
    let index = entries.last().and_then(|entry| entry.index);
    Ok(Some(Delivered {
        id,
        index,
        entries,
        wanted,
    }))
}

/// Says in one line whose signatures an entry wants.
pub(crate) fn wanted_line(entry: &Entry, wanting: &Wanting) -> String {
    format!("the {} entry wants {wanting}", entry.kind())
}

/// Leaves out hands that the entry has no place for, such as a root beyond the threshold.
fn only_called_for<'a>(
    hands: Vec<Hand<'a>>,
    draft: &Draft,
    roots: &RootSet,
) -> anyhow::Result<Vec<Hand<'a>>> {
    let mut kept: Vec<Hand<'a>> = Vec::new();
    for hand in hands {
        let is_twice = kept.iter().any(|other| other.verifier() == hand.verifier());
        // A new key signs even where it need not: that is what its file is written for.
        let is_open = kept.is_empty()
            || matches!(hand, Hand::Made(..))
            || trial(&kept, draft)?
                .wanting(roots)
                .open()
                .contains(&hand.verifier());
        if !is_twice && is_open {
            kept.push(hand);
        }
    }
    Ok(kept)
}

/// Makes the entry with lines that nobody signed, to see what it would want.
fn trial(hands: &[Hand<'_>], draft: &Draft) -> anyhow::Result<Entry> {
    let line = |hand: &Hand<'_>| SignatureLine {
        name: hand.verifier().name().clone(),
        id: hand.verifier().id(),
        signature: vec![0; 64],
    };
    Ok(draft.assemble(hands.iter().map(line).collect())?)
}

fn refuse_incomplete(
    hands: &[Hand<'_>],
    draft: &Draft,
    roots: &RootSet,
    entries: usize,
) -> anyhow::Result<()> {
    let entry = trial(hands, draft)?;
    let wanting = entry.wanting(roots);
    if wanting.is_complete() {
        return Ok(());
    }
    let failure = Failure::new(
        Status::Key,
        format!("{}, and no such key is here", wanted_line(&entry, &wanting)),
    );
    Err(if entries > 1 {
        failure.hint(format!(
            "these are {entries} entries, each of which names the one before with all its signatures: \
             where others must sign, make them one at a time, each with --out FILE"
        ))
    } else {
        failure
            .hint("write it to a file with --out FILE; the others sign that with `factlog sign FILE`")
    }
    .into())
}

/// Shows what will be signed, in words and to the byte, and asks.
fn is_agreed(
    hands: &[Hand<'_>],
    draft: &Draft,
    words: &[String],
    question: &str,
) -> anyhow::Result<bool> {
    show(words, &draft.text()?)?;
    let names: Vec<String> = hands.iter().map(|hand| named(hand.verifier())).collect();
    let question = format!("{question}, signed by {}? [y,n] ", names.join(", "));
    Ok(prompt::choose(&question, &['y', 'n'])? == Some('y'))
}

/// Shows an entry in words, and the text that is signed.
pub(crate) fn show(words: &[String], text: &str) -> anyhow::Result<()> {
    let mut err = anstream::stderr().lock();
    for line in words {
        let line = screen::wrap(&screen::one_line(line), screen::columns(), "  ");
        writeln!(err, "{line}")?;
    }
    writeln!(
        err,
        "{}",
        screen::styled(STRONG, "\nThe entry that is signed:")
    )?;
    writeln!(err, "{}", screen::visible(text))?;
    Ok(())
}

fn named(key: &VerifierKey) -> String {
    format!("{}+{}", screen::one_line(key.name().as_str()), key.id())
}
