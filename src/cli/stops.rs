//! Stops after named steps of an append, for tests and for the script that kills the program.
//!
//! | variable | does |
//! | --- | --- |
//! | `FACTLOG_STOP_AFTER=STEP[:N]` | aborts the program after the Nth time of the step |
//! | `FACTLOG_PAUSE_AFTER=STEP[:N]` | says `paused after STEP` on standard error and waits there, to be killed |
//!
//! The steps are those of [`Step`], such as `journal-synced`. Nothing is stopped without them.

use std::env;
use std::io::{self, Write as _};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use factlog::ledger::{OnStep, Step};

use super::exit::{Failure, Status};

const STOP: &str = "FACTLOG_STOP_AFTER";
const PAUSE: &str = "FACTLOG_PAUSE_AFTER";

/// How long a pause lasts if nobody kills the program.
const PAUSE_TIME: Duration = Duration::from_secs(30);

/// Returns what to do after each step, if the environment asks for anything.
pub(crate) fn from_environment() -> anyhow::Result<Option<OnStep>> {
    let (stop, pause) = (
        Point::from_environment(STOP)?,
        Point::from_environment(PAUSE)?,
    );
    if stop.is_none() && pause.is_none() {
        return Ok(None);
    }
    Ok(Some(Arc::new(move |step| {
        if pause.as_ref().is_some_and(|point| point.is_reached(step)) {
            let _ = writeln!(io::stderr(), "paused after {step}");
            thread::sleep(PAUSE_TIME);
        }
        if stop.as_ref().is_some_and(|point| point.is_reached(step)) {
            process::abort();
        }
    })))
}

/// The nth time of a step.
struct Point {
    step: Step,
    times: u64,
    seen: AtomicU64,
}

impl Point {
    fn from_environment(variable: &str) -> anyhow::Result<Option<Self>> {
        let Some(value) = env::var_os(variable).filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        let value = value.to_string_lossy();
        let point = Self::parse(&value).ok_or_else(|| {
            let steps: Vec<&str> = Step::ALL.iter().map(|step| step.name()).collect();
            Failure::new(
                Status::Usage,
                format!("{variable} is {value:?}, which is not STEP or STEP:N"),
            )
            .hint(format!("the steps are {}", steps.join(", ")))
        })?;
        Ok(Some(point))
    }

    fn parse(value: &str) -> Option<Self> {
        let (name, times) = match value.split_once(':') {
            Some((name, times)) => (name, times.parse().ok().filter(|times| *times > 0)?),
            None => (value, 1),
        };
        let step = Step::ALL.into_iter().find(|step| step.name() == name)?;
        Some(Self {
            step,
            times,
            seen: AtomicU64::new(0),
        })
    }

    fn is_reached(&self, step: Step) -> bool {
        step == self.step && self.seen.fetch_add(1, Ordering::Relaxed) + 1 == self.times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_a_step_and_how_often() {
        let point = Point::parse("journal-synced:2").expect("a point");
        assert!(!point.is_reached(Step::HeadWritten));
        assert!(!point.is_reached(Step::JournalSynced));
        assert!(point.is_reached(Step::JournalSynced));
        assert!(!point.is_reached(Step::JournalSynced));
        for bad in ["", "journal", "journal-synced:0", "journal-synced:x"] {
            assert!(Point::parse(bad).is_none(), "{bad}");
        }
    }
}
