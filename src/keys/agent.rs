//! Keys that an ssh-agent holds: which there are, and having one sign.
//!
//! Follows draft-ietf-sshm-ssh-agent: messages 11 and 12 (list), 13 and 14 (sign), on the Unix socket
//! that `SSH_AUTH_SOCK` names; the caller passes its path. A private key never enters this program,
//! and every signature that comes back is verified before it is used.
//!
//! Departures: only plain Ed25519 keys sign. FIDO keys (`sk-…`) sign another text and are listed by
//! their type, to be refused by name, as all other types are. One connection a request.
//!
//! Written here because it is two messages: `ssh-agent-lib` brings an asynchronous runtime, and
//! `ssh-agent-client-rs` a second reader of keys beside ours.
//!
//! Not here: adding keys to an agent, and agents on Windows' named pipes.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::trust::note::SignatureLine;
use crate::trust::{KeyName, PublicKey, Signature, VerifierKey};

/// An agent's answer has at most so many bytes: what OpenSSH's own client takes.
const MAX_ANSWER: u32 = 256 * 1024;

/// An agent lists at most so many keys here: OpenSSH's own client takes 2,048.
const MAX_KEYS: u32 = 2048;

/// So long an answer is waited for: whoever keeps the agent may have to be asked at each use.
const PATIENCE: Duration = Duration::from_mins(2);

const FAILURE: u8 = 5;
const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES_ANSWER: u8 = 12;
const SIGN_REQUEST: u8 = 13;
const SIGN_RESPONSE: u8 = 14;

/// The type of key that signs here.
const ED25519: &[u8] = b"ssh-ed25519";

/// Says why an agent was of no help.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// It can't be reached, or went away.
    #[error("the ssh-agent at {} can't be used", socket.display())]
    Connection {
        /// Its socket.
        socket: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Its answer is none of the protocol.
    #[error("the ssh-agent at {} gave an answer that is none", socket.display())]
    Answer {
        /// Its socket.
        socket: PathBuf,
    },
    /// It does not sign with this key: it is locked, or whoever keeps it said no.
    #[error("the ssh-agent refused to sign with {key}")]
    Refused {
        /// The key's name.
        key: KeyName,
    },
    /// What it signed does not verify.
    #[error("the ssh-agent's signature by {key} does not verify")]
    Signature {
        /// The key's name.
        key: KeyName,
    },
}

/// A key that an agent listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// A plain Ed25519 key, which may sign here.
    Ed25519 {
        /// The key.
        public: PublicKey,
        /// What it is called there.
        comment: String,
    },
    /// A key of another type, which can't.
    Other {
        /// The type as OpenSSH names it, such as `sk-ssh-ed25519@openssh.com`.
        algorithm: String,
        /// What it is called there.
        comment: String,
    },
}

/// An ssh-agent, by its socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    socket: PathBuf,
}

/// A key that an agent holds and signs with, under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentKey {
    agent: Agent,
    verifier: VerifierKey,
}

impl Agent {
    /// Names an agent. Nothing is connected yet.
    pub fn new(socket: impl Into<PathBuf>) -> Self {
        Self {
            socket: socket.into(),
        }
    }

    /// Returns its socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Lists the keys that it holds.
    pub fn list(&self) -> Result<Vec<Identity>, AgentError> {
        let answer = self.ask(&[REQUEST_IDENTITIES])?;
        listed(&answer).ok_or_else(|| self.no_answer())
    }

    /// Returns a key that it is to sign with, under a name.
    pub fn key(&self, name: KeyName, public: PublicKey) -> AgentKey {
        AgentKey {
            agent: self.clone(),
            verifier: VerifierKey::new(name, public),
        }
    }

    fn no_answer(&self) -> AgentError {
        let socket = self.socket.clone();
        AgentError::Answer { socket }
    }

    /// Sends a message; returns the answer, its type first.
    fn ask(&self, message: &[u8]) -> Result<Vec<u8>, AgentError> {
        let failed = |source| AgentError::Connection {
            socket: self.socket.clone(),
            source,
        };
        let mut stream = connect(&self.socket).map_err(failed)?;
        let mut framed = Vec::with_capacity(message.len() + 4);
        put(&mut framed, message);
        stream.write_all(&framed).map_err(failed)?;
        let mut length = [0; 4];
        stream.read_exact(&mut length).map_err(failed)?;
        let length = u32::from_be_bytes(length);
        if !(1..=MAX_ANSWER).contains(&length) {
            return Err(self.no_answer());
        }
        let mut answer = vec![0; length as usize];
        stream.read_exact(&mut answer).map_err(failed)?;
        Ok(answer)
    }
}

impl AgentKey {
    /// Returns the public half, with the name.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Has the agent sign the text of a note, and verifies what comes back.
    pub fn line(&self, text: &str) -> Result<SignatureLine, AgentError> {
        let name = || self.verifier.name().clone();
        let mut message = vec![SIGN_REQUEST];
        put(&mut message, &blob(self.verifier.public()));
        put(&mut message, text.as_bytes());
        message.extend(0_u32.to_be_bytes());
        let answer = self.agent.ask(&message)?;
        if answer.first() == Some(&FAILURE) {
            return Err(AgentError::Refused { key: name() });
        }
        let signature = signed(&answer).ok_or_else(|| self.agent.no_answer())?;
        signature
            .verify(self.verifier.public(), text.as_bytes())
            .map_err(|_| AgentError::Signature { key: name() })?;
        Ok(SignatureLine {
            name: name(),
            id: self.verifier.id(),
            signature: signature.0.to_vec(),
        })
    }
}

#[cfg(unix)]
fn connect(socket: &Path) -> io::Result<impl Read + Write + use<>> {
    let stream = std::os::unix::net::UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

#[cfg(not(unix))]
fn connect(_: &Path) -> io::Result<std::net::TcpStream> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Returns a public key as SSH writes it.
fn blob(public: &PublicKey) -> Vec<u8> {
    let mut blob = Vec::with_capacity(51);
    put(&mut blob, ED25519);
    put(&mut blob, public.as_bytes());
    blob
}

/// Adds a string of SSH: its length, then its bytes.
fn put(to: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("an entry's text is short");
    to.extend(length.to_be_bytes());
    to.extend(bytes);
}

fn take_u32(from: &mut &[u8]) -> Option<u32> {
    let (number, rest) = from.split_first_chunk::<4>()?;
    *from = rest;
    Some(u32::from_be_bytes(*number))
}

fn take<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = take_u32(from)? as usize;
    let (bytes, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(bytes)
}

/// Reads a list of keys; `None` if it is none.
fn listed(answer: &[u8]) -> Option<Vec<Identity>> {
    let (&IDENTITIES_ANSWER, mut rest) = answer.split_first()? else {
        return None;
    };
    let count = take_u32(&mut rest).filter(|count| *count <= MAX_KEYS)?;
    let mut keys = Vec::new();
    for _ in 0..count {
        let mut blob = take(&mut rest)?;
        let comment = String::from_utf8_lossy(take(&mut rest)?).into_owned();
        let algorithm = take(&mut blob)?;
        let plain = (algorithm == ED25519).then(|| take(&mut blob)).flatten();
        let public = plain
            .filter(|_| blob.is_empty())
            .and_then(|bytes| PublicKey::new(bytes.try_into().ok()?).ok());
        keys.push(match public {
            Some(public) => Identity::Ed25519 { public, comment },
            None => Identity::Other {
                algorithm: String::from_utf8_lossy(algorithm).into_owned(),
                comment,
            },
        });
    }
    rest.is_empty().then_some(keys)
}

/// Reads a signature; `None` if it is none of Ed25519.
fn signed(answer: &[u8]) -> Option<Signature> {
    let (&SIGN_RESPONSE, mut rest) = answer.split_first()? else {
        return None;
    };
    let mut signature = take(&mut rest).filter(|_| rest.is_empty())?;
    let algorithm = take(&mut signature)?;
    let bytes = take(&mut signature).filter(|_| signature.is_empty())?;
    (algorithm == ED25519)
        .then(|| bytes.try_into().ok().map(Signature))
        .flatten()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::net::UnixListener;
    use std::process::{Command, Stdio};

    use super::super::create::{self, Protection};
    use super::super::seed::Seed;
    use super::*;

    fn name() -> KeyName {
        KeyName::new("desk.example/test").expect("a name")
    }

    fn seed() -> Seed {
        Seed::new([42; 32])
    }

    /// Runs an agent that gives one answer, whatever it is asked; returns what `of` gives then.
    fn answering<T>(answer: &[u8], of: impl FnOnce(&Agent) -> T) -> T {
        let folder = tempfile::tempdir().expect("a folder");
        let socket = folder.path().join("agent");
        let listener = UnixListener::bind(&socket).expect("a socket");
        let answer = answer.to_vec();
        let thread = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut length = [0; 4];
            stream.read_exact(&mut length).expect("a length");
            let mut message = vec![0; u32::from_be_bytes(length) as usize];
            stream.read_exact(&mut message).expect("a message");
            let _ = stream.write_all(&answer);
            message
        });
        let done = of(&Agent::new(&socket));
        thread.join().expect("an agent");
        done
    }

    fn framed(message: &[u8]) -> Vec<u8> {
        let mut framed = Vec::new();
        put(&mut framed, message);
        framed
    }

    fn list_of(keys: &[(&[u8], &str)]) -> Vec<u8> {
        let mut message = vec![IDENTITIES_ANSWER];
        message.extend(u32::try_from(keys.len()).expect("few").to_be_bytes());
        for (blob, comment) in keys {
            put(&mut message, blob);
            put(&mut message, comment.as_bytes());
        }
        message
    }

    #[test]
    fn plain_keys_are_listed_and_others_named_by_their_type() {
        let public = seed().signing_key(name()).verifier().public().clone();
        let mut sk = Vec::new();
        put(&mut sk, b"sk-ssh-ed25519@openssh.com");
        put(&mut sk, public.as_bytes());
        put(&mut sk, b"ssh:");
        let answer = framed(&list_of(&[(&blob(&public), "alice"), (&sk, "token")]));
        let keys = answering(&answer, Agent::list).expect("a list");
        let plain = Identity::Ed25519 {
            public,
            comment: "alice".into(),
        };
        let other = Identity::Other {
            algorithm: "sk-ssh-ed25519@openssh.com".into(),
            comment: "token".into(),
        };
        assert_eq!(keys, [plain, other]);
    }

    #[test]
    fn answers_that_are_none_are_refused() {
        let mut more = list_of(&[]);
        more[4] = 1;
        let mut many = list_of(&[]);
        many[1..5].copy_from_slice(&u32::MAX.to_be_bytes());
        let mut trailing = list_of(&[]);
        trailing.push(0);
        for answer in [
            framed(&[]),
            framed(&[FAILURE]),
            framed(&more),
            framed(&many),
            framed(&trailing),
            (MAX_ANSWER + 1).to_be_bytes().to_vec(),
        ] {
            let error = answering(&answer, Agent::list).expect_err("no list");
            assert!(matches!(error, AgentError::Answer { .. }), "{answer:?}");
        }
        // It goes away in the middle.
        let error = answering(&[0, 0, 0, 9, 12], Agent::list).expect_err("no list");
        assert!(matches!(error, AgentError::Connection { .. }), "{error:?}");
        let error = Agent::new("/nowhere/agent").list().expect_err("none");
        assert!(error.to_string().contains("/nowhere/agent"));
    }

    #[test]
    fn what_it_signs_is_verified() {
        let key = seed().signing_key(name());
        let response = |algorithm: &[u8], signature: &[u8]| {
            let mut inner = Vec::new();
            put(&mut inner, algorithm);
            put(&mut inner, signature);
            let mut message = vec![SIGN_RESPONSE];
            put(&mut message, &inner);
            framed(&message)
        };
        let sign = |answer: &[u8]| {
            answering(answer, |agent| {
                let public = key.verifier().public().clone();
                agent.key(name(), public).line("a text\n")
            })
        };
        let good = key.sign("a text\n").0;
        let line = sign(&response(ED25519, &good)).expect("a line");
        assert!(line.names(key.verifier()));
        assert_eq!(line.signature, good);
        let other = key.sign("another\n").0;
        assert!(matches!(
            sign(&response(ED25519, &other)),
            Err(AgentError::Signature { .. })
        ));
        assert!(matches!(
            sign(&framed(&[FAILURE])),
            Err(AgentError::Refused { .. })
        ));
        for answer in [
            response(b"ssh-rsa", &good),
            response(ED25519, &good[..63]),
            framed(&[SIGN_RESPONSE]),
        ] {
            assert!(matches!(sign(&answer), Err(AgentError::Answer { .. })));
        }
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "a test says that it was skipped")]
    fn openssh_s_own_agent_signs() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("key");
        create::create(&file, &name(), &seed(), Protection::Unencrypted).expect("made");
        let socket = folder.path().join("agent");
        let Ok(mut agent) = Command::new("ssh-agent")
            .arg("-D")
            .arg("-a")
            .arg(&socket)
            .stdout(Stdio::null())
            .spawn()
        else {
            eprintln!("skipped: there is no ssh-agent");
            return;
        };
        for _ in 0..200 {
            if socket.exists() {
                break;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        let added = Command::new("ssh-add")
            .arg("-q")
            .arg(&file)
            .env("SSH_AUTH_SOCK", &socket)
            .status();
        let there = Agent::new(&socket);
        let listed = there.list();
        let public = seed().signing_key(name()).verifier().public().clone();
        let line = there.key(name(), public.clone()).line("a text\n");
        let _ = agent.kill();
        let _ = agent.wait();
        assert!(added.expect("ssh-add").success());
        let is_ours = |key: &Identity| matches!(key, Identity::Ed25519 { public: listed, .. } if *listed == public);
        assert!(listed.expect("a list").iter().any(is_ours));
        assert_eq!(
            line.expect("a line").signature,
            seed().signing_key(name()).sign("a text\n").0
        );
    }
}
