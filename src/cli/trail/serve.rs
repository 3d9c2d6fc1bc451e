//! `ai-detect trail serve`: the collector.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ai_detect_trail_server::{Notice, Options, ServeError, TlsFiles, serve};

use super::folder::FolderArg;
use crate::cli::output::Output;
use crate::cli::{Exit, Failure};

/// How the collector runs
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    folder: FolderArg,

    /// Listen on this address; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8470")]
    listen: SocketAddr,

    /// Encrypt connections with this certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,

    /// Private key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,

    /// Listen without TLS on an address that other machines reach, because a proxy encrypts the connections
    #[arg(long)]
    behind_proxy: bool,
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        match error {
            ServeError::Setup(error) => error.into(),
            ServeError::NotEncrypted(_) | ServeError::Tls(_) => Failure::usage(error),
            ServeError::Served(_) | ServeError::Lock { .. } | ServeError::Listen { .. } | ServeError::System(_) => {
                Failure::failed(error)
            }
        }
    }
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let files = args.tls_cert.as_ref().zip(args.tls_key.as_ref());
    let tls = files.map(|(certificate, key)| TlsFiles { certificate: dir.join(certificate), key: dir.join(key) });
    let options = Options { dir: args.folder.path(dir), listen: args.listen, tls, behind_proxy: args.behind_proxy };
    let mut unheard = None;
    serve(&options, |notice| match notice {
        Notice::Created(folder) => out.say(&format!(
            "made a new trail in {0}. Create a token for each client: ai-detect trail token create --dir {0} --role \
             writer --name NAME",
            folder.display()
        )),
        Notice::NoOwner(file) => {
            out.say(&format!("{}: no `owner` is named: nobody answers for this trail", file.display()));
        }
        Notice::NoDeputy(file) => {
            out.say(&format!("{}: no `deputy` is named, who answers if the owner is away", file.display()));
        }
        Notice::NoReserve(problem) => {
            out.say(&format!("no room could be set aside for entries about access on a full disk: {problem}"));
        }
        Notice::SealedFile { path, problem } => out.error(&format!(
            "{} {problem}: its entries cannot be read or proved. Copy it from a backup to the same place, then run \
             `ai-detect trail verify`",
            path.display()
        )),
        Notice::Listening { scheme, address } => {
            unheard = out.print(&format!("listening on {scheme}://{address}\n")).err();
        }
    })?;
    unheard.map_or(Ok(Exit::Analysed), Err)
}
