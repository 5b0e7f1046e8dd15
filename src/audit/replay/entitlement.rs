//! Who was entitled: signatures, roles, thresholds, and keys that serve one function for all time.

use std::collections::BTreeSet;

use super::Placed;
use crate::audit::facts::{Facts, Function};
use crate::audit::finding::{Code, causes};
use crate::entry::{Genesis, Role, SignatureError};
use crate::trust::key::{PublicKey, VerifierKey};

impl<F: Facts> Placed<'_, F> {
    /// Checks the signatures; returns who signed, if all of them hold.
    pub(super) fn check_signatures(
        &mut self,
        signed: Option<Result<Vec<VerifierKey>, SignatureError>>,
    ) -> Option<Vec<VerifierKey>> {
        let signed = signed.unwrap_or_else(|| {
            let roots = self
                .ledger
                .as_ref()
                .map_or(&[][..], |ledger| &ledger.roots.keys);
            self.entry.verify(roots)
        });
        match signed {
            Ok(signers) => Some(signers),
            Err(error) => {
                let code = match &error {
                    SignatureError::NotCalledFor(_) => Code::SignatureNotCalledFor,
                    SignatureError::Missing(_) => Code::SignatureMissing,
                    SignatureError::Verify(_) => Code::SignatureInvalid,
                };
                self.find(code, causes(&error));
                None
            }
        }
    }

    /// Returns the author's function if the key is enrolled as it calls itself, and in force.
    pub(super) fn function(&mut self) -> Option<Function> {
        let by = &self.entry.header().by;
        let Some(signer) = self.signer.clone() else {
            self.find(Code::KeyUnknown, format!("the key {by} is not enrolled"));
            return None;
        };
        if signer.key != *by {
            let message = format!("the key {by} is enrolled as {}", signer.key.name());
            self.find(Code::KeyOtherName, message);
            return None;
        }
        if let Some(ended) = signer.ended {
            let message = format!("the key {by} was ended by entry {}", ended.at);
            self.find(Code::KeyEnded, message);
            return None;
        }
        Some(signer.function.clone())
    }

    /// Checks that the author has a role.
    pub(super) fn check_role(&mut self, role: Role) {
        if let Some(function) = self.function()
            && !function.has_role(role)
        {
            self.find_not_entitled(&function, with_article(role));
        }
    }

    /// Checks that a threshold of roots signed, and that the author is one of them.
    pub(super) fn check_threshold(&mut self, signers: Option<&[VerifierKey]>) {
        let Some(function) = self.function() else {
            return;
        };
        if function != Function::Root {
            self.find_not_entitled(&function, "a root");
            return;
        }
        let (Some(signers), Some(ledger)) = (signers, self.ledger.clone()) else {
            return;
        };
        self.check_signed_by(&ledger.roots.keys, ledger.roots.threshold, signers, "roots");
    }

    /// Checks that a threshold of these roots signed.
    pub(super) fn check_signed_by(
        &mut self,
        roots: &[VerifierKey],
        threshold: u32,
        signers: &[VerifierKey],
        called: &str,
    ) {
        // Thresholds count distinct public keys.
        let roots: BTreeSet<&PublicKey> = roots.iter().map(VerifierKey::public).collect();
        let signed: BTreeSet<&PublicKey> = signers
            .iter()
            .map(VerifierKey::public)
            .filter(|key| roots.contains(key))
            .collect();
        if (signed.len() as u64) < u64::from(threshold) {
            let message = format!(
                "{} of {} {called} signed, but {threshold} must",
                signed.len(),
                roots.len(),
            );
            self.find(Code::ThresholdNotMet, message);
        }
    }

    pub(super) fn find_not_entitled(&mut self, function: &Function, wanted: &str) {
        let by = self.entry.header().by.name();
        let kind = self.entry.kind();
        let message = format!("{by} is {function}, but a {kind} entry is signed by {wanted}");
        self.find(Code::KeyNotEntitled, message);
    }

    /// Checks that a key may be enrolled: neither it, nor its name and key id, were before.
    pub(super) fn check_enrolment(&mut self, key: &VerifierKey) -> Result<(), F::Error> {
        if let Some(known) = self.facts.signer(key.public())? {
            let message = format!(
                "the key {key} was enrolled by entry {} as {}, {}",
                known.since,
                known.key.name(),
                known.function
            );
            self.find(Code::KeyEnrolledBefore, message);
        } else if self.facts.named(key.name(), key.id())?.is_some() {
            let message = format!("{} ({}) names another key already", key.name(), key.id());
            self.find(Code::KeyIdTaken, message);
        }
        Ok(())
    }

    /// Checks the keys that genesis enrols, among themselves and against what there is.
    pub(super) fn check_genesis(&mut self, genesis: &Genesis) -> Result<(), F::Error> {
        for key in genesis.roots.keys.iter().chain([&genesis.log]) {
            self.check_enrolment(key)?;
        }
        // That the public keys differ is a matter of form; two keys may still share name and key id.
        let log = &genesis.log;
        let shares = |root: &&VerifierKey| root.name() == log.name() && root.id() == log.id();
        if genesis.roots.keys.iter().any(|root| shares(&root)) {
            let message = format!(
                "{} ({}) names a root and the log's key",
                log.name(),
                log.id()
            );
            self.find(Code::KeyIdTaken, message);
        }
        Ok(())
    }
}

const fn with_article(role: Role) -> &'static str {
    match role {
        Role::Reviewer => "a reviewer",
        Role::Approver => "an approver",
        Role::Publisher => "a publisher",
    }
}

impl Function {
    /// Says whether it has this role.
    pub fn has_role(&self, role: Role) -> bool {
        matches!(self, Self::Roles(roles) if roles.contains(&role))
    }
}

impl std::fmt::Display for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self::Roles(roles) = self else {
            return f.write_str(if *self == Self::Root {
                "a root"
            } else {
                "the log's key"
            });
        };
        for (at, role) in roles.iter().enumerate() {
            let role = with_article(*role);
            write!(f, "{}{role}", if at == 0 { "" } else { " and " })?;
        }
        Ok(())
    }
}
