//! `ai-detect trail invite`: a one-time code with which a device joins.

use std::path::Path;
use std::time::Duration;

use ai_detect_trail_log::ids::ClientId;
use ai_detect_trail_server::operator::Invite;

use super::client::shown;
use super::folder::FolderArg;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure};

/// Whom to invite
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    folder: FolderArg,

    /// Let the device send as this client; without it, under a new random name
    #[arg(long, value_name = "CLIENT", value_parser = ClientId::parse)]
    client: Option<ClientId>,

    /// Name the person whose device it is, by an address or login; entries hold a random id
    #[arg(long, value_name = "PERSON")]
    person: Option<String>,

    /// Name the device, so that people find it in lists
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Let the code count for so long: a number and s, m, h or d
    #[arg(long, value_name = "TIME", default_value = "72h", value_parser = time)]
    valid: Duration,
}

/// A time such as `30m` or `7d`.
fn time(text: &str) -> Result<Duration, &'static str> {
    let wrong = "a number and s, m, h or d, such as 72h";
    let unit = text.chars().next_back().ok_or(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 24 * 3600,
        _ => return Err(wrong),
    };
    let number: u64 = text.strip_suffix(unit).and_then(|number| number.parse().ok()).ok_or(wrong)?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or(wrong)
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let trail = args.folder.operate(dir)?;
    let invited = trail.invite(&Invite {
        client: args.client.clone(),
        person: args.person.as_deref(),
        name: args.name.as_deref(),
        valid: args.valid,
    })?;
    // The code alone on standard output, so that a script can hand it on.
    out.print(&format!("{}\n", invited.code))?;
    out.say(&format!(
        "client {} can join once, until {}: ai-detect capture join URL --code CODE",
        invited.client,
        shown(invited.expires.get())
    ));
    if invited.replaces {
        out.say("the code that was made for this client before counts no more");
    }
    Ok(Exit::Analysed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_and_a_unit() {
        assert_eq!(time("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(time("7d"), Ok(Duration::from_secs(7 * 24 * 3600)));
        for wrong in
            ["", "h", "7", "-1h", "7 days", "1.5h", "99999999999999999999d", "18446744073709551615d", "7\u{65e5}"]
        {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
