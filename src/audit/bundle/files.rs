//! The files of a publication, held against the list that its publisher signed.

use std::collections::BTreeMap;

use super::ShownReport;
use super::outcome::what;
use crate::audit::finding::{Code, Finding, Topic};
use crate::audit::report::Check;
use crate::trust::merkle::RootHash;
use crate::words::manifest::ManifestFile;

/// What stands at a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FoundFile {
    /// No plain file: a link, a device.
    NotPlain,
    /// A file of so many bytes, which need not be read: it is not listed, or of another length.
    OfLength(u64),
    /// A file that was read.
    Read(ManifestFile),
}

impl ShownReport {
    /// Compares the files that are there, by their paths, with the publication's list, which is closed.
    ///
    /// Nothing is compared where the list is not shown: a finding says why that is.
    pub fn take_files(&mut self, found: &BTreeMap<String, FoundFile>) {
        let publication = self.publication.as_ref();
        let Some(manifest) = publication.and_then(|shown| shown.manifest.as_ref()) else {
            return;
        };
        let mut wrong = Vec::new();
        for listed in &manifest.files {
            let changed = |what: String| {
                let signed = format!(
                    "the publisher signed {} with {}",
                    listed.bytes, listed.blake3
                );
                (Code::FileChanged, format!("it has {what}, but {signed}"))
            };
            let (code, message) = match found.get(&listed.path) {
                Some(FoundFile::Read(there)) if there == listed => continue,
                Some(FoundFile::Read(there)) => changed(format!(
                    "{} bytes with the BLAKE3 hash {}",
                    there.bytes, there.blake3
                )),
                Some(FoundFile::OfLength(bytes)) => changed(format!("{bytes} bytes")),
                Some(FoundFile::NotPlain) => (
                    Code::FileMissing,
                    "what is there is no plain file".to_owned(),
                ),
                None => (
                    Code::FileMissing,
                    "the publisher signed it, and it is not there".to_owned(),
                ),
            };
            wrong.push(Finding::new(code, message).of_file(listed.path.as_str()));
        }
        let is_listed = |path: &String| {
            let place = |file: &ManifestFile| file.path.as_str().cmp(path.as_str());
            manifest.files.binary_search_by(place).is_ok()
        };
        for path in found.keys().filter(|path| !is_listed(path)) {
            let message = "it is there, and the publisher did not sign it";
            wrong.push(Finding::new(Code::FileUnlisted, message).of_file(path.as_str()));
        }
        let count = manifest.files.len() as u64;
        self.check(Topic::Files).count += count;
        for finding in wrong {
            self.keep(finding);
        }
    }

    /// Takes in what the checks of verdicts' bundles found that are among the files, by their paths.
    pub fn take_bundles(&mut self, checked: impl IntoIterator<Item = (String, Self)>) {
        let mut roots: BTreeMap<u64, RootHash> = BTreeMap::new();
        roots.extend(self.checkpoint.iter().map(|shown| (shown.size, shown.root)));
        for (path, found) in checked {
            if found.publication.is_some() {
                let message = "it is about a publication, not about a verdict";
                self.keep(Finding::new(Code::BundleForm, message).of_file(path.as_str()));
            }
            if let Some(shown) = found.checkpoint {
                let known = *roots.entry(shown.size).or_insert(shown.root);
                if known != shown.root {
                    let message = format!(
                        "its checkpoint of size {} has the root {}, but another one has {known}: the \
                         log was forked",
                        shown.size, shown.root
                    );
                    self.keep(Finding::new(Code::CheckpointRoot, message).of_file(path.as_str()));
                }
            }
            for check in found.checks {
                self.check(check.topic).count += check.count;
            }
            for finding in found.findings {
                self.keep(finding.of_file(path.as_str()));
            }
        }
    }

    fn keep(&mut self, finding: Finding) {
        self.check(finding.topic).add(finding.severity);
        self.findings.push(finding);
    }

    fn check(&mut self, topic: Topic) -> &mut Check {
        let at = self
            .checks
            .binary_search_by_key(&topic, |check| check.topic);
        let at = at.unwrap_or_else(|at| {
            let mut check = Check::new(topic, 0);
            what(topic).clone_into(&mut check.what);
            self.checks.insert(at, check);
            at
        });
        &mut self.checks[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::bundle::ShownPublication;
    use crate::words::manifest::Manifest;

    const FILES: [(&str, &[u8]); 3] = [("a.html", b"a"), ("b/c.html", b"c"), ("d.json", b"{}")];

    fn report() -> ShownReport {
        let files = FILES.map(|(path, bytes)| ManifestFile::new(path, bytes));
        ShownReport {
            publication: Some(ShownPublication {
                size: 3,
                manifest: Some(Manifest {
                    files: files.into(),
                }),
            }),
            ..ShownReport::default()
        }
    }

    fn found() -> BTreeMap<String, FoundFile> {
        let files = FILES.map(|(path, bytes)| {
            (
                path.to_owned(),
                FoundFile::Read(ManifestFile::new(path, bytes)),
            )
        });
        files.into()
    }

    fn codes(found: &BTreeMap<String, FoundFile>) -> Vec<(Code, String)> {
        let mut report = report();
        report.take_files(found);
        let check = report
            .checks
            .iter()
            .find(|check| check.topic == Topic::Files);
        assert_eq!(check.expect("a line").count, 3);
        let findings = report.findings.into_iter();
        findings
            .map(|finding| (finding.code, finding.file.expect("a file")))
            .collect()
    }

    #[test]
    fn files_as_they_were_signed_are_right() {
        assert_eq!(codes(&found()), []);
    }

    #[test]
    fn each_other_file_is_named() {
        let file = |path: &str| path.to_owned();
        let mut gone = found();
        gone.remove("b/c.html");
        assert_eq!(codes(&gone), [(Code::FileMissing, file("b/c.html"))]);

        let mut link = found();
        link.insert(file("a.html"), FoundFile::NotPlain);
        assert_eq!(codes(&link), [(Code::FileMissing, file("a.html"))]);

        let mut changed = found();
        changed.insert(
            file("d.json"),
            FoundFile::Read(ManifestFile::new("d.json", b"[]")),
        );
        assert_eq!(codes(&changed), [(Code::FileChanged, file("d.json"))]);

        let mut more = found();
        more.insert(file("b/more.html"), FoundFile::OfLength(1));
        assert_eq!(codes(&more), [(Code::FileUnlisted, file("b/more.html"))]);
    }
}
