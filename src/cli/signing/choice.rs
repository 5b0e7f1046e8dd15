//! Which key signs: among the files in the folder of keys, and those that an ssh-agent holds.

use std::env;
use std::path::Path;

use factlog::audit::facts::{Function, SignerFacts};
use factlog::entry::Role;
use factlog::keys::agent::Identity;
use factlog::keys::{Agent, HeldKey, KeyFileError, PrivateKeyFile};
use factlog::ledger::Ledger;
use factlog::trust::{KeyName, PublicKey, VerifierKey};

use super::{PASSPHRASE_FILE, SigningArgs, unlock};
use crate::cli::config::settings;
use crate::cli::context::Context;
use crate::cli::desk::people::Names;
use crate::cli::exit::{Failure, Status};
use crate::cli::screen;

/// The variable that names an ssh-agent's socket, as OpenSSH has it.
const AGENT_SOCKET: &str = "SSH_AUTH_SOCK";

/// What a key must be entitled to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wanted {
    /// It has this role.
    Role(Role),
    /// It has a role, whichever.
    AnyRole,
    /// It is a root.
    Root,
}

impl Wanted {
    fn fits(self, signer: &SignerFacts) -> bool {
        match (self, &signer.function) {
            (Self::Role(role), function) => function.has_role(role),
            (Self::AnyRole, Function::Roles(_)) | (Self::Root, Function::Root) => true,
            _ => false,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Role(Role::Reviewer) => "a reviewer",
            Self::Role(Role::Approver) => "an approver",
            Self::Role(Role::Publisher) => "a publisher",
            Self::AnyRole => "a reviewer, an approver or a publisher",
            Self::Root => "a root",
        }
    }
}

/// Where a key is.
enum Place {
    File(Box<PrivateKeyFile>),
    Agent(Agent),
}

/// A key that may sign in this ledger, not unlocked yet.
pub(crate) struct ChosenKey {
    place: Place,
    verifier: VerifierKey,
}

impl ChosenKey {
    /// Returns the public key, under the name that it is enrolled with.
    pub(crate) fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Says whether unlocking it needs an answer from a person.
    pub(crate) fn needs_person(&self) -> bool {
        match &self.place {
            Place::File(file) => file.is_encrypted() && env::var_os(PASSPHRASE_FILE).is_none(),
            // An agent may ask its keeper at each use.
            Place::Agent(_) => true,
        }
    }

    /// Unlocks it, asking for the passphrase if it must. A key in an agent stays there.
    pub(crate) fn unlock(&self, context: &Context) -> anyhow::Result<HeldKey> {
        match &self.place {
            Place::File(file) => Ok(unlock(context, file, self.verifier.name())?.into()),
            Place::Agent(agent) => {
                let (name, public) = (self.verifier.name().clone(), self.verifier.public().clone());
                Ok(HeldKey::Agent(agent.key(name, public)))
            }
        }
    }

    fn warn_of_exposure(&self, context: &Context) {
        if let Place::File(file) = &self.place
            && let Some(exposure) = file.exposure()
        {
            context.warn(&exposure.to_string());
        }
    }
}

/// Chooses the key of a reviewer, which must be enrolled in the ledger and not have ended.
pub(crate) fn choose(
    context: &Context,
    args: &SigningArgs,
    ledger: &Ledger,
) -> anyhow::Result<ChosenKey> {
    let args = as_set(context, args)?;
    choose_to(context, &args, ledger, Wanted::Role(Role::Reviewer), None)
}

/// Refuses where several keys here may sign as a reviewer, and nobody says which; that there is none is
/// found when one is needed.
///
/// # Errors
/// There are several: exit status 4.
pub(crate) fn refuse_several(
    context: &Context,
    args: &SigningArgs,
    ledger: &Ledger,
) -> anyhow::Result<()> {
    let args = as_set(context, args)?;
    if args.key.is_some() {
        return Ok(());
    }
    let choice = Choice {
        context,
        ledger,
        wanted: Wanted::Role(Role::Reviewer),
        name: args.name.as_deref(),
        agent: args.agent,
    };
    let keys = choice.found().map_or_else(|_| vec![], |found| found.keys);
    if keys.len() > 1 && choice.exact(&keys).is_none() {
        return Err(several(&keys));
    }
    Ok(())
}

/// Takes the key that the settings name, where the command names none.
fn as_set(context: &Context, args: &SigningArgs) -> anyhow::Result<SigningArgs> {
    let mut args = args.clone();
    let is_named = args.key.is_some() || args.name.is_some() || args.agent;
    let set = context.settings()?.of_file("signer");
    match set.filter(|_| !is_named) {
        Some(path) if path.contains(['/', '\\']) && settings::path(path).is_file() => {
            args.key = Some(settings::path(path));
        }
        Some(name) => args.name = Some(name.to_owned()),
        None => {}
    }
    Ok(args)
}

/// Chooses a key that is entitled to what is wanted. Where several are, one of another person than the
/// holder `but` is chosen before one of theirs.
pub(crate) fn choose_to(
    context: &Context,
    args: &SigningArgs,
    ledger: &Ledger,
    wanted: Wanted,
    but: Option<&PublicKey>,
) -> anyhow::Result<ChosenKey> {
    context.warn_of_future();
    let chosen = match (&args.key, &args.name) {
        (Some(path), name) => from_file(path, name.as_deref(), ledger, wanted)?,
        (None, name) => {
            let choice = Choice {
                context,
                ledger,
                wanted,
                name: name.as_deref(),
                agent: args.agent,
            };
            choice.one(but)?
        }
    };
    chosen.warn_of_exposure(context);
    Ok(chosen)
}

/// Chooses all roots in force whose keys are here, the one that `--key` or `--as` names first.
///
/// # Errors
/// There is none: exit status 4.
pub(crate) fn choose_roots(
    context: &Context,
    args: &SigningArgs,
    ledger: &Ledger,
) -> anyhow::Result<Vec<ChosenKey>> {
    context.warn_of_future();
    let choice = Choice {
        context,
        ledger,
        wanted: Wanted::Root,
        name: None,
        agent: args.agent,
    };
    let mut chosen = Vec::new();
    if args.key.is_some() || args.name.is_some() {
        chosen.push(choose_to(context, args, ledger, Wanted::Root, None)?);
    }
    let found = choice.found()?;
    let more = found.keys.into_iter();
    let known: Vec<PublicKey> = chosen
        .iter()
        .map(|key| key.verifier.public().clone())
        .collect();
    chosen.extend(more.filter(|key| !known.contains(key.verifier.public())));
    if chosen.is_empty() {
        return Err(choice.none(found.refused, found.faults, found.strange));
    }
    for key in &chosen {
        key.warn_of_exposure(context);
    }
    Ok(chosen)
}

/// Finds a key on this machine by its public half, enrolled or not: in the file that `--key` names,
/// in the folder of keys, or in an agent.
pub(crate) fn find_key(
    context: &Context,
    args: &SigningArgs,
    key: &VerifierKey,
) -> anyhow::Result<Option<ChosenKey>> {
    let verifier = key.clone();
    if let Some(path) = &args.key {
        let file = PrivateKeyFile::read(path)?;
        if file.public() == key.public() {
            let place = Place::File(Box::new(file));
            return Ok(Some(ChosenKey { place, verifier }));
        }
    }
    if !args.agent
        && let Some(file) = context.keyring()?.find_by_public(key.public())?
    {
        let place = Place::File(Box::new(file));
        return Ok(Some(ChosenKey { place, verifier }));
    }
    let held = in_agent(args.agent)?;
    let found = held.keys.iter().any(|(public, _)| public == key.public());
    Ok(held.agent.filter(|_| found).map(|agent| ChosenKey {
        place: Place::Agent(agent),
        verifier,
    }))
}

fn from_file(
    path: &Path,
    name: Option<&str>,
    ledger: &Ledger,
    wanted: Wanted,
) -> anyhow::Result<ChosenKey> {
    let file = PrivateKeyFile::read(path)?;
    let signer = ledger.signer(file.public())?;
    let what = format!("the key in {}", path.display());
    let verifier = entitled(&what, signer, wanted)?;
    if let Some(name) = name.filter(|name| !answers_to(verifier.name(), name)) {
        return Err(Failure::new(
            Status::Key,
            format!("{what} is {}, not {name}", verifier.name()),
        )
        .hint("leave --as out: the ledger knows the key's name")
        .into());
    }
    let place = Place::File(Box::new(file));
    Ok(ChosenKey { place, verifier })
}

/// A search for keys on this machine.
struct Choice<'a> {
    context: &'a Context,
    ledger: &'a Ledger,
    wanted: Wanted,
    name: Option<&'a str>,
    /// Only keys that the agent holds.
    agent: bool,
}

/// What a search found.
#[derive(Default)]
struct FoundKeys {
    keys: Vec<ChosenKey>,
    /// Why one that was found may not sign.
    refused: Option<anyhow::Error>,
    faults: Vec<KeyFileError>,
    /// A key in the agent of a type that does not sign here.
    strange: Option<String>,
}

impl Choice<'_> {
    fn one(&self, but: Option<&PublicKey>) -> anyhow::Result<ChosenKey> {
        let FoundKeys {
            mut keys,
            refused,
            faults,
            strange,
        } = self.found()?;
        if keys.len() > 1
            && let Some(but) = but
        {
            let names = Names::of(self.ledger)?;
            let mut others = Vec::new();
            for (n, key) in keys.iter().enumerate() {
                let signer = self.ledger.signer(key.verifier.public())?;
                let is_named = names.has(but, key.verifier.name().as_str());
                if !is_named && signer.is_none_or(|signer| signer.holder != *but) {
                    others.push(n);
                }
            }
            if let [other] = others.as_slice() {
                return Ok(keys.swap_remove(*other));
            }
        }
        match (self.exact(&keys), keys.len()) {
            (Some(at), _) => Ok(keys.swap_remove(at)),
            (None, 1) => Ok(keys.swap_remove(0)),
            (None, 0) => Err(self.none(refused, faults, strange)),
            _ => Err(several(&keys)),
        }
    }

    /// Returns the place of the first key that has all of the name.
    fn exact(&self, keys: &[ChosenKey]) -> Option<usize> {
        let mut names = keys.iter().map(|key| key.verifier.name().as_str());
        names.position(|name| Some(name) == self.name)
    }

    /// Looks among the files, and where none fits there, asks the agent.
    fn found(&self) -> anyhow::Result<FoundKeys> {
        let mut found = FoundKeys::default();
        if !self.agent {
            let list = self.context.keyring()?.list()?;
            found.faults = list.faults;
            for file in list.keys {
                let what = format!("the key in {}", file.path().display());
                let (public, name) = (file.public().clone(), file.name().cloned());
                self.take(
                    &mut found,
                    Place::File(Box::new(file)),
                    &public,
                    name,
                    &what,
                )?;
            }
        }
        if found.keys.is_empty() {
            let held = in_agent(self.agent)?;
            found.strange = held.strange;
            if let Some(agent) = held.agent {
                for (public, name) in held.keys {
                    let what = format!("the key {name} in the ssh-agent");
                    let place = Place::Agent(agent.clone());
                    let name = KeyName::new(name).ok();
                    self.take(&mut found, place, &public, name, &what)?;
                }
            }
        }
        Ok(found)
    }

    /// Takes a key if it is asked for and entitled.
    fn take(
        &self,
        found: &mut FoundKeys,
        place: Place,
        public: &PublicKey,
        name: Option<KeyName>,
        what: &str,
    ) -> anyhow::Result<()> {
        let signer = self.ledger.signer(public)?;
        let enrolled = signer.as_ref().map(|signer| signer.key.name().clone());
        match self.name {
            Some(wanted) => {
                let named = |key: &KeyName| answers_to(key, wanted);
                if !enrolled.or(name).as_ref().is_some_and(named) {
                    return Ok(());
                }
            }
            None if !signer.as_ref().is_some_and(|s| self.wanted.fits(s)) => return Ok(()),
            None => {}
        }
        match entitled(what, signer, self.wanted) {
            Ok(verifier) => found.keys.push(ChosenKey { place, verifier }),
            Err(error) => found.refused = Some(error),
        }
        Ok(())
    }

    fn none(
        &self,
        refused: Option<anyhow::Error>,
        mut faults: Vec<KeyFileError>,
        strange: Option<String>,
    ) -> anyhow::Error {
        if let Some(refused) = refused {
            return refused;
        }
        let place = match self.context.keyring() {
            Ok(keyring) if !self.agent => keyring.folder().display().to_string(),
            _ => "the ssh-agent".to_owned(),
        };
        let message = match self.name {
            Some(name) => format!("there is no key named {name} in {place}"),
            None => format!(
                "no key in {place} may sign as {} in this ledger",
                self.wanted.words()
            ),
        };
        let mut failure = Failure::new(Status::Key, message);
        if !faults.is_empty() {
            failure = failure.because(faults.swap_remove(0));
        } else if let Some(strange) = strange {
            failure = failure.because(strange);
        }
        let enrol = match self.wanted {
            Wanted::Role(role) => {
                format!(
                    "; roots enrol one: factlog key add NAME --role {}",
                    role.as_str()
                )
            }
            Wanted::AnyRole | Wanted::Root => String::new(),
        };
        failure
            .hint(format!(
                "name a key file with --key FILE; `factlog key list` shows who may sign here{enrol}"
            ))
            .into()
    }
}

/// What an agent holds.
#[derive(Default)]
struct InAgent {
    agent: Option<Agent>,
    keys: Vec<(PublicKey, String)>,
    strange: Option<String>,
}

/// Asks the agent that the environment names; one that can't be reached counts only where the person
/// asked for it.
fn in_agent(is_asked_for: bool) -> anyhow::Result<InAgent> {
    let Some(socket) = env::var_os(AGENT_SOCKET).filter(|socket| !socket.is_empty()) else {
        if is_asked_for {
            let message = format!("{AGENT_SOCKET} names no ssh-agent");
            return Err(Failure::new(Status::Key, message)
                .hint("start one with `eval $(ssh-agent)`, and `ssh-add FILE` adds a key")
                .into());
        }
        return Ok(InAgent::default());
    };
    let agent = Agent::new(socket);
    let listed = match agent.list() {
        Ok(listed) => listed,
        Err(error) if is_asked_for => return Err(error.into()),
        Err(_) => return Ok(InAgent::default()),
    };
    let mut held = InAgent {
        agent: Some(agent),
        ..InAgent::default()
    };
    for key in listed {
        match key {
            Identity::Ed25519 { public, comment } => held.keys.push((public, comment)),
            Identity::Other { algorithm, comment } => {
                held.strange = Some(format!(
                    "the ssh-agent holds {} of type {}, and only ssh-ed25519 signs here: a FIDO key \
                     (sk-) signs another text",
                    screen::one_line(&comment),
                    screen::one_line(&algorithm)
                ));
            }
        }
    }
    Ok(held)
}

/// Returns the names of the public keys that an agent holds, where one can be asked.
pub(crate) fn agent_keys() -> Vec<PublicKey> {
    let held = in_agent(false).unwrap_or_default();
    held.keys.into_iter().map(|(public, _)| public).collect()
}

/// Says whether a key's name is the one that a person wrote: all of it, or its part after the last
/// slash.
pub(crate) fn answers_to(key: &KeyName, name: &str) -> bool {
    key.as_str() == name || key.as_str().rsplit('/').next() == Some(name)
}

/// Returns a key as it is enrolled, if it is entitled to what is wanted now.
fn entitled(
    what: &str,
    signer: Option<SignerFacts>,
    wanted: Wanted,
) -> anyhow::Result<VerifierKey> {
    let hint = "`factlog key list` shows who may sign here";
    let Some(signer) = signer else {
        return Err(Failure::new(
            Status::Key,
            format!("{what} is not enrolled in this ledger"),
        )
        .hint(hint)
        .into());
    };
    let name = signer.key.name();
    if !wanted.fits(&signer) {
        let message = format!("{what} is {name}, which is not that of {}", wanted.words());
        return Err(Failure::new(Status::Key, message).hint(hint).into());
    }
    if let Some(ended) = signer.ended {
        let message = format!("{what} is {name}, which ended at entry {}", ended.at);
        return Err(Failure::new(Status::Key, message).hint(hint).into());
    }
    Ok(signer.key)
}

fn several(found: &[ChosenKey]) -> anyhow::Error {
    let names: Vec<&str> = found
        .iter()
        .map(|key| key.verifier.name().as_str())
        .collect();
    Failure::new(
        Status::Key,
        format!(
            "{} keys here may sign in this ledger: {}",
            found.len(),
            names.join(", ")
        ),
    )
    .hint(format!(
        "say which with --as {}",
        screen::shell_word(names[0])
    ))
    .into()
}
