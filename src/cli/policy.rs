//! `factlog policy`: the rating scale and what a verdict needs, shown and changed.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Subcommand;
use factlog::audit::facts::SignerFacts;
use factlog::entry::{Body, PolicyEntry, Role};
use factlog::ledger::Ledger;
use factlog::words::id::{EntryId, ObjectId};
use factlog::words::object;
use factlog::words::policy::Policy;
use serde::Serialize;

use super::context::Context;
use super::exit::{Failure, Status};
use super::init;
use super::json_out;
use super::record::EntryLine;
use super::screen;
use super::signing::SigningArgs;
use super::signing::carried::{self, Carried};
use super::stdout;

/// Show or change the policy: the rating scale, and what a verdict needs to stand
#[derive(clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "\
Examples:
  factlog policy show
  factlog policy set --approvals 1
  factlog policy set policy.json

Exit status: 0 done; 1 not a policy, or you said no; 2 nothing to change; 4
too few roots are here and there is no --out."
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Show(ShowArgs),
    Set(SetArgs),
}

/// Show the policy in force
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog policy show
  factlog policy show --json | jq .policy > policy.json

What the second writes can be changed and given to `factlog policy set`.")]
pub(crate) struct ShowArgs {}

/// Change the policy, from the next entry on
///
/// Roots sign. A verdict is judged by the policy that was in force where it stands: those that are there
/// keep theirs. Give a whole policy in a file, or say what differs from the one in force.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  factlog policy set --approvals 1 --evidence-least 2
  factlog policy set policy.json
  factlog policy set --approvals 2 --out policy.pending

Exit status: 0 signed; 1 not a policy, or you said no; 2 nothing to change; 4
too few roots are here and there is no --out.")]
pub(crate) struct SetArgs {
    /// A policy as JSON; schemas/object-policy.schema.json describes one
    file: Option<PathBuf>,
    /// How many approvals by others a verdict needs to stand
    #[arg(long, value_name = "NUMBER")]
    approvals: Option<u32>,
    /// How many pieces of evidence a verdict needs
    #[arg(long, value_name = "NUMBER")]
    evidence_least: Option<u32>,
    /// Whether a reviewer may supersede another's verdict: true or false
    #[arg(long, value_name = "BOOL")]
    others_may_supersede: Option<bool>,
    /// How claims are chosen and checked, or the address where that is written
    #[arg(long, value_name = "TEXT")]
    methodology: Option<String>,
    #[command(flatten)]
    signing: SigningArgs,
}

#[derive(Serialize)]
struct Shown {
    id: ObjectId,
    policy: Policy,
}

#[derive(Serialize)]
struct Set {
    entry: EntryId,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    id: ObjectId,
    policy: Policy,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    wanted: Vec<String>,
    entries: Vec<EntryLine>,
}

pub(crate) fn run(args: &Args, context: &Context) -> anyhow::Result<Status> {
    match &args.command {
        Command::Show(_) => show(context),
        Command::Set(args) => set(args, context),
    }
}

fn show(context: &Context) -> anyhow::Result<Status> {
    let ledger = context.open_ledger()?;
    let (id, policy) = ledger.policy()?;
    drop(ledger);
    if context.global.json {
        json_out::print(&Shown { id, policy })?;
        return Ok(Status::Done);
    }
    let mut out = stdout::styled();
    for line in rules(&policy) {
        writeln!(out, "{}", screen::one_line(&line))?;
    }
    for rating in &policy.scale {
        let value = rating
            .value
            .map_or_else(|| "–".to_owned(), |value| value.to_string());
        let label = screen::one_line(rating.label());
        let text = format!(
            "{value:>3}  {label} ({}): {}",
            rating.code,
            screen::one_line(&rating.definition)
        );
        writeln!(out, "{}", screen::wrap(&text, screen::columns(), "     "))?;
    }
    Ok(Status::Done)
}

/// Says in words what a verdict needs.
fn rules(policy: &Policy) -> Vec<String> {
    let mut rules = vec![
        format!(
            "approvals by others, for a verdict to stand: {}",
            policy.approvals
        ),
        format!("pieces of evidence, at least: {}", policy.evidence_least),
        format!(
            "another reviewer may supersede a verdict: {}",
            if policy.others_may_supersede {
                "yes"
            } else {
                "no"
            }
        ),
    ];
    if let Some(methodology) = &policy.methodology {
        rules.push(format!("how claims are chosen and checked: {methodology}"));
    }
    let codes: Vec<&str> = policy
        .scale
        .iter()
        .map(|rating| rating.code.as_str())
        .collect();
    rules.push(format!(
        "ratings, from {} (best) to {} (worst): {}",
        policy.best,
        policy.worst,
        codes.join(", ")
    ));
    rules
}

fn set(args: &SetArgs, context: &Context) -> anyhow::Result<Status> {
    let given = args.file.as_deref().map(init::read_policy).transpose()?;
    let ledger = context.open_ledger()?;
    let (before, in_force) = ledger.policy()?;
    let mut policy = given.unwrap_or_else(|| in_force.clone());
    if let Some(approvals) = args.approvals {
        policy.approvals = approvals;
    }
    if let Some(least) = args.evidence_least {
        policy.evidence_least = least;
    }
    if let Some(others) = args.others_may_supersede {
        policy.others_may_supersede = others;
    }
    if let Some(methodology) = &args.methodology {
        policy.methodology = Some(methodology.clone()).filter(|text| !text.trim().is_empty());
    }
    let bytes = object::to_bytes(&policy)?;
    let id = ObjectId::of(&bytes);
    if id == before {
        return Err(
            Failure::new(Status::Usage, "that is the policy in force already")
                .hint("say what is to differ: --approvals, --evidence-least, or a file")
                .into(),
        );
    }
    let mut words = changes(Some(&in_force), &policy);
    words.extend(too_few_approvers(&ledger, &policy)?);
    let carried = Carried {
        bodies: vec![Body::Policy(PolicyEntry { policy: id })],
        // One that was in force before is there.
        objects: if ledger.object_bytes(&id)?.is_some() {
            vec![]
        } else {
            vec![bytes]
        },
        hands: carried::roots(context, &args.signing, &ledger)?,
        words,
        question: "set the policy".to_owned(),
    };
    let Some(done) = carried::sign(context, &args.signing, ledger, carried)? else {
        return Ok(Status::Failed);
    };
    if let Some(index) = done.index {
        context.say(&format!(
            "the policy applies to verdicts after entry {index}"
        ));
    }
    if context.global.json {
        json_out::print(&Set {
            entry: done.id,
            index: done.index,
            id,
            policy,
            wanted: done.wanted,
            entries: done.entries,
        })?;
    }
    Ok(Status::Done)
}

/// Warns of approvals that nobody could give.
fn too_few_approvers(ledger: &Ledger, policy: &Policy) -> anyhow::Result<Option<String>> {
    let keys = ledger.keys()?;
    let may_approve =
        |signer: &&SignerFacts| signer.ended.is_none() && signer.function.has_role(Role::Approver);
    let approvers = keys.iter().filter(may_approve).count();
    let needed = policy.approvals as usize;
    Ok((approvers < needed).then(|| {
        format!(
            "no new verdict can stand yet: {needed} approvers are needed, and {approvers} {} enrolled \
             (factlog key add NAME --role approver)",
            if approvers == 1 { "is" } else { "are" }
        )
    }))
}

/// Says what a policy changes; all that it says, where the one before is not known.
pub(super) fn changes(before: Option<&Policy>, after: &Policy) -> Vec<String> {
    let mut words =
        vec!["sets the policy, for verdicts after it; those before keep theirs:".to_owned()];
    let (old, new) = (before.map(rules).unwrap_or_default(), rules(after));
    let gone = old.iter().filter(|rule| !new.contains(rule));
    words.extend(gone.map(|rule| format!("  - {rule}")));
    let come = new.iter().filter(|rule| !old.contains(rule));
    words.extend(come.map(|rule| format!("  + {rule}")));
    for rating in &after.scale {
        if before.and_then(|before| before.rating(&rating.code)) != Some(rating) {
            words.push(format!(
                "  + {} ({}): {}",
                rating.label(),
                rating.code,
                rating.definition
            ));
        }
    }
    words
}
