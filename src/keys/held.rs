//! A key that can sign now: unlocked here, or held by an agent.

use super::agent::{AgentError, AgentKey};
use crate::trust::note::SignatureLine;
use crate::trust::{KeyName, SigningKey, VerifierKey};

/// A key that can sign now.
#[derive(Debug, Clone)]
pub enum HeldKey {
    /// Unlocked here.
    Here(SigningKey),
    /// Held by an agent: the private half never enters this program.
    Agent(AgentKey),
}

impl HeldKey {
    /// Returns the public half, with the name.
    pub fn verifier(&self) -> &VerifierKey {
        match self {
            Self::Here(key) => key.verifier(),
            Self::Agent(key) => key.verifier(),
        }
    }

    /// Returns its name.
    pub fn name(&self) -> &KeyName {
        self.verifier().name()
    }

    /// Signs the text of a note; returns the line that stands below it.
    ///
    /// # Errors
    /// The agent did not sign. A key that is unlocked here always does.
    pub fn line(&self, text: &str) -> Result<SignatureLine, AgentError> {
        match self {
            Self::Here(key) => Ok(SignatureLine {
                name: key.name().clone(),
                id: key.verifier().id(),
                signature: key.sign(text).0.to_vec(),
            }),
            Self::Agent(key) => key.line(text),
        }
    }
}

impl From<SigningKey> for HeldKey {
    fn from(key: SigningKey) -> Self {
        Self::Here(key)
    }
}
