//! The people of a desk: whose keys are on this machine, and whom a name means.

use std::collections::BTreeSet;
use std::env;

use factlog::audit::facts::{Function, SignerFacts};
use factlog::entry::Role;
use factlog::ledger::Ledger;
use factlog::trust::{PublicKey, VerifierKey};

use crate::cli::context::Context;
use crate::cli::exit::{Failure, Status};
use crate::cli::screen;
use crate::cli::signing::{self, answers_to};

/// A name has at most so many characters, as that of a key has.
const LONGEST_NAME: usize = 255;

/// One who signs entries of a ledger.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// The name of the key.
    pub(crate) name: String,
    /// The first key of the line that it carries on.
    pub(crate) holder: PublicKey,
    /// What it may do.
    roles: Vec<Role>,
}

impl Person {
    fn of(signer: SignerFacts) -> Option<Self> {
        let Function::Roles(roles) = signer.function else {
            return None;
        };
        signer.ended.is_none().then(|| Self {
            name: signer.key.name().to_string(),
            holder: signer.holder,
            roles,
        })
    }

    /// Says whether they may record claims and verdicts.
    pub(crate) fn is_reviewer(&self) -> bool {
        self.roles.contains(&Role::Reviewer)
    }

    /// Says whether they may approve verdicts.
    pub(crate) fn is_approver(&self) -> bool {
        self.roles.contains(&Role::Approver)
    }
}

/// The names that the holders of a ledger's keys have had: a key that takes the place of another may
/// have another name, and it is the same person who holds it.
#[derive(Default)]
pub(crate) struct Names(Vec<(PublicKey, String)>);

impl Names {
    /// Reads the names of all keys that were ever enrolled.
    pub(crate) fn of(ledger: &Ledger) -> anyhow::Result<Self> {
        let keys = ledger.keys()?.into_iter();
        let names = keys.map(|key| (key.holder, key.key.name().to_string()));
        Ok(Self(names.collect()))
    }

    /// Returns all names of the one who holds a key.
    pub(crate) fn of_key(
        &self,
        ledger: &Ledger,
        key: &VerifierKey,
    ) -> anyhow::Result<BTreeSet<String>> {
        let signer = ledger.signer(key.public())?;
        let mut names = BTreeSet::from([key.name().to_string()]);
        names.extend(signer.into_iter().flat_map(|s| self.of_holder(s.holder)));
        Ok(names)
    }

    /// Says whether a name is one that the holder of a key has or had: theirs is one person's.
    pub(crate) fn has(&self, holder: &PublicKey, name: &str) -> bool {
        let mut own = self.0.iter().filter(|(other, _)| other == holder);
        own.any(|(_, own)| own == name)
    }

    /// Returns all names of those who have had a name, and the name itself.
    pub(crate) fn beside(&self, name: &str) -> BTreeSet<String> {
        let own = self.0.iter().filter(|(_, own)| own == name);
        let mut names = BTreeSet::from([name.to_owned()]);
        names.extend(own.flat_map(|(holder, _)| self.of_holder(holder.clone())));
        names
    }

    fn of_holder(&self, holder: PublicKey) -> impl Iterator<Item = String> {
        let own = self.0.iter().filter(move |(other, _)| *other == holder);
        own.map(|(_, name)| name.clone())
    }
}

/// Returns all who may sign now, in order of enrolment.
pub(crate) fn all(ledger: &Ledger) -> anyhow::Result<Vec<Person>> {
    Ok(ledger.keys()?.into_iter().filter_map(Person::of).collect())
}

/// Returns the names of those who may approve a verdict of somebody's: whoever may approve, and is
/// neither the same holder nor one of a name of theirs.
pub(crate) fn approvers_of(
    ledger: &Ledger,
    author: &PublicKey,
) -> anyhow::Result<BTreeSet<String>> {
    let names = Names::of(ledger)?;
    let others = all(ledger)?.into_iter().filter(|person| {
        person.is_approver() && person.holder != *author && !names.has(author, &person.name)
    });
    Ok(others.map(|person| person.name).collect())
}

/// Returns those of them whose keys are on this machine: in the folder of keys, or in an agent.
pub(crate) fn here(context: &Context, ledger: &Ledger) -> anyhow::Result<Vec<Person>> {
    let mut keys: Vec<PublicKey> = Vec::new();
    for file in context.keyring()?.list()?.keys {
        keys.push(file.public().clone());
    }
    keys.extend(signing::agent_keys());
    let mut people: Vec<Person> = Vec::new();
    for key in keys {
        let person = ledger.signer(&key)?.and_then(Person::of);
        let is_known = |person: &Person| people.iter().any(|p| p.holder == person.holder);
        people.extend(person.filter(|person| !is_known(person)));
    }
    people.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(people)
}

/// Returns their names: several keys of one name are one person's.
pub(crate) fn names_here(context: &Context, ledger: &Ledger) -> anyhow::Result<Vec<String>> {
    let here = here(context, ledger)?.into_iter();
    let mut names: Vec<String> = here.map(|person| person.name).collect();
    names.dedup();
    Ok(names)
}

/// Returns the people that a name means, be it that of an earlier key of theirs; none where nobody has
/// it.
pub(crate) fn named(ledger: &Ledger, name: &str) -> anyhow::Result<Vec<Person>> {
    let mut people = all(ledger)?;
    if people.iter().any(|person| person.name == name) {
        people.retain(|person| person.name == name);
        return Ok(people);
    }
    if people.iter().any(|person| is_called(&person.name, name)) {
        people.retain(|person| is_called(&person.name, name));
        return Ok(people);
    }
    let names = Names::of(ledger)?;
    people.retain(|person| {
        let mut names = names.of_holder(person.holder.clone());
        names.any(|earlier| is_called(&earlier, name))
    });
    Ok(people)
}

/// Says whether a name is one that a person typed: all of it, or its part after the last slash.
pub(crate) fn is_called(name: &str, typed: &str) -> bool {
    name == typed || factlog::trust::KeyName::new(name).is_ok_and(|name| answers_to(&name, typed))
}

/// Returns the whole name of the one whom a name means, and whether a key has it; a name that none has
/// is taken as it is.
///
/// # Errors
/// It fits several names, or is none.
pub(crate) fn whole_name(ledger: &Ledger, typed: &str) -> anyhow::Result<(String, bool)> {
    let typed = typed.trim();
    if typed.is_empty() || typed.chars().count() > LONGEST_NAME || typed.contains(char::is_control)
    {
        return Err(Failure::new(
            Status::Usage,
            format!("{typed:?} is no name: 1 to {LONGEST_NAME} characters on one line"),
        )
        .hint("a key's name, such as desk.example/bob, its last part, or any other name")
        .into());
    }
    let names: BTreeSet<String> = named(ledger, typed)?.into_iter().map(|p| p.name).collect();
    let mut names = names.into_iter();
    match (names.next(), names.next()) {
        (None, _) => Ok((typed.to_owned(), false)),
        (Some(name), None) => Ok((name, true)),
        (Some(one), Some(other)) => {
            let all: Vec<String> = [one, other].into_iter().chain(names).collect();
            let message = format!("{typed:?} fits {} names", all.len());
            let hint = format!("give one of them whole: {}", all.join(", "));
            Err(Failure::new(Status::NotFound, message).hint(hint).into())
        }
    }
}

/// Returns the name of the one who writes: whom `--as` names, else the one whose key is here, else the
/// user of this machine.
///
/// # Errors
/// Keys of several people are here, and nobody says which.
pub(crate) fn writer(
    context: &Context,
    ledger: &Ledger,
    given: Option<&str>,
) -> anyhow::Result<String> {
    if let Some(given) = given {
        return Ok(whole_name(ledger, given)?.0);
    }
    if let Some(signer) = context.settings()?.of_file("signer") {
        return Ok(whole_name(ledger, signer)?.0);
    }
    let names = names_here(context, ledger)?;
    match names.as_slice() {
        [one] => Ok(one.clone()),
        [] => Ok(["USER", "LOGNAME", "USERNAME"]
            .into_iter()
            .filter_map(|name| env::var(name).ok())
            .find(|name| !name.trim().is_empty())
            .unwrap_or_else(|| "somebody".to_owned())),
        [first, ..] => {
            let message = format!(
                "keys of {} people are here: {}",
                names.len(),
                names.join(", ")
            );
            Err(Failure::new(Status::Key, message)
                .hint(format!(
                    "say who writes with --as {}",
                    screen::shell_word(first)
                ))
                .into())
        }
    }
}
