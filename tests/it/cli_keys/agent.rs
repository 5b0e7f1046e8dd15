//! Signing with a key that OpenSSH's agent holds.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::desk::{Desk, said, verdict};

/// An ssh-agent, ended when this is dropped.
struct SshAgent(Child);

impl Drop for SshAgent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn is_public(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "pub")
}

fn start(desk: &Desk) -> Option<SshAgent> {
    let socket = desk.path("agent");
    let agent = Command::new("ssh-agent")
        .arg("-D")
        .arg("-a")
        .arg(&socket)
        .stdout(Stdio::null())
        .spawn();
    let Ok(agent) = agent else {
        eprintln!("skipped: there is no ssh-agent");
        return None;
    };
    for _ in 0..200 {
        if socket.exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    Some(SshAgent(agent))
}

#[test]
fn a_key_in_the_agent_signs_where_no_file_has_it() {
    let desk = Desk::new();
    let Some(_agent) = start(&desk) else { return };
    let keys = fs::read_dir(desk.path("home/keys")).unwrap();
    let alice: Vec<_> = keys
        .map(|file| file.unwrap().path())
        .filter(|path| path.to_string_lossy().contains("alice"))
        .collect();
    let private = alice.iter().find(|path| !is_public(path)).unwrap();
    let added = Command::new("ssh-add")
        .arg("-q")
        .arg(private)
        .env("SSH_AUTH_SOCK", desk.path("agent"))
        .status();
    assert!(added.unwrap().success());
    for path in &alice {
        fs::remove_file(path).unwrap();
    }
    let err = desk.refused(&verdict("1"), 4);
    assert!(err.contains("may sign as a reviewer"), "{err}");
    let with_agent = |arguments: &[&str]| {
        let mut command = desk.factlog(arguments);
        command.env("SSH_AUTH_SOCK", desk.path("agent"));
        let output = command.output().unwrap();
        (output.status.code(), said(&output))
    };
    let (status, said) = with_agent(&verdict("1"));
    assert_eq!(status, Some(0), "{said:?}");
    let named = [&verdict("2")[..], &["--agent", "--as", "alice"]].concat();
    let (status, said) = with_agent(&named);
    assert_eq!(status, Some(0), "{said:?}");
    let (_, (list, _)) = with_agent(&["key", "list"]);
    assert!(list.contains("in the ssh-agent"), "{list}");
    desk.done(&["verify"]);
    // An agent that was asked for and is not there is told of.
    let err = desk.refused(&[&verdict("3")[..], &["--agent"]].concat(), 4);
    assert!(err.contains("SSH_AUTH_SOCK"), "{err}");
}
