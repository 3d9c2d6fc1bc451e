//! Running a collector, until somebody ends it.

use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ai_detect_trail_store::error::SegmentProblem;
use ai_detect_trail_store::keys::Keys;
use ai_detect_trail_store::reserve;
use ai_detect_trail_store::segments;
use ai_detect_trail_store::writer::Writer;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::collector::Collector;
use crate::commands::Hook;
use crate::metrics::Counters;
use crate::sealing::{Sealing, after_seal};
use crate::setup::{self, SetupError};
use crate::signing::{AfterCheckpoint, Signing};
use crate::tls::TlsError;
use crate::{accept, routes, silence, tls};

/// Held by the one process that serves a folder.
const LOCK: &str = "serve.lock";
/// How long the command of `after_checkpoint` may run.
const AFTER_CHECKPOINT_TIME: Duration = Duration::from_secs(60);
/// How many threads wait for the disk. More requests wait for a thread.
const BLOCKING_THREADS: usize = 64;

/// How a collector is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder.
    pub dir: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// A certificate and its key.
    pub tls: Option<TlsFiles>,
    /// Somebody else encrypts the connections.
    pub behind_proxy: bool,
}

/// The files of a certificate.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate, with those that vouch for it.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// What somebody at the terminal should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The folder was made.
    Created(PathBuf),
    /// The configuration names nobody who answers for the trail.
    NoOwner(PathBuf),
    /// It names nobody who does if the owner is away.
    NoDeputy(PathBuf),
    /// The disk has no room to set aside.
    NoReserve(String),
    /// A sealed file is missing, or has another length than was sealed. Entries in it cannot be read.
    SealedFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: SegmentProblem,
    },
    /// It takes requests.
    Listening {
        /// `https`, or `http`.
        scheme: &'static str,
        /// The address.
        address: SocketAddr,
    },
}

/// Why a collector could not be run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The folder or its configuration.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The address can be reached from other machines.
    #[error(
        "{0} can be reached from other machines, which would send their tokens in clear: name --tls-cert and \
         --tls-key, or --behind-proxy if a proxy on this machine or network encrypts the connections"
    )]
    NotEncrypted(SocketAddr),
    /// Another process serves the folder.
    #[error("{}: another process serves this trail: end it first", .0.display())]
    Served(PathBuf),
    /// The lock cannot be made.
    #[error("{}: {source}", path.display())]
    Lock {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Nobody can listen there.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The system gives no threads or signals.
    #[error("the server cannot be started: {0}")]
    System(#[from] std::io::Error),
}

/// Serves a folder until the process gets SIGTERM or SIGINT.
///
/// # Errors
///
/// When it cannot start.
pub fn serve(options: &Options, mut notice: impl FnMut(Notice)) -> Result<(), ServeError> {
    if !options.listen.ip().is_loopback() && options.tls.is_none() && !options.behind_proxy {
        return Err(ServeError::NotEncrypted(options.listen));
    }
    let acceptor = options.tls.as_ref().map(|files| tls::acceptor(&files.certificate, &files.key)).transpose()?;
    let trail = setup::open_or_create(&options.dir)?;
    let _lock = lock(&options.dir)?;
    if trail.is_new {
        notice(Notice::Created(options.dir.clone()));
    }
    let file = options.dir.join(ai_detect_trail_store::folder::CONFIGURATION);
    if trail.configuration.owner.is_none() {
        notice(Notice::NoOwner(file.clone()));
    }
    if trail.configuration.deputy.is_none() {
        notice(Notice::NoDeputy(file));
    }
    let folder = &trail.folder;
    // It starts all the same: what clients send now must not be lost for what is missing of the past.
    for (path, problem) in segments::absent(folder).map_err(SetupError::from)? {
        notice(Notice::SealedFile { path, problem });
    }
    if let Err(error) = reserve::set_aside(folder, trail.configuration.limits.reserve_bytes) {
        notice(Notice::NoReserve(error.to_string()));
    }
    let mut keys = Keys::open(folder).map_err(SetupError::from)?;
    let writer = Writer::start(folder).map_err(SetupError::from)?;
    trail.record_configuration(&mut keys, &writer)?;
    let counters = Arc::new(Counters::default());
    let after = trail.configuration.after_checkpoint.as_ref().map(|command| AfterCheckpoint {
        hook: Hook { setting: "after_checkpoint", command: command.clone(), limit: AFTER_CHECKPOINT_TIME },
        between: Duration::from_secs(trail.configuration.after_checkpoint_seconds),
    });
    let signing = Signing::start(folder, after, &counters).map_err(SetupError::from)?;
    let after_seal = after_seal(&trail.configuration);
    let sealing = Sealing::start(folder, trail.configuration.seal_after_days, after_seal, &counters);
    let limits = trail.configuration.limits;
    let open_metrics = options.listen.ip().is_loopback() && !options.behind_proxy;
    let collector = Collector::new(folder, keys, writer, signing, limits, Arc::clone(&counters), open_metrics);
    let collector = Arc::new(collector.map_err(SetupError::from)?);
    let silence = silence::watch(&collector, trail.configuration.patience());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .max_blocking_threads(BLOCKING_THREADS)
        .enable_io()
        .enable_time()
        .build()?;
    let router = routes::router(Arc::clone(&collector));
    let served = runtime.block_on(async {
        let listen = |source| ServeError::Listen { address: options.listen, source };
        let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let (first, second) = signals()?;
        let scheme = if acceptor.is_some() { "https" } else { "http" };
        notice(Notice::Listening { scheme, address });
        accept::serve(listener, router, acceptor, limits.connections, counters, first, second).await;
        Ok::<_, ServeError>(())
    });
    silence.finish();
    sealing.finish();
    served?;
    // What is with the writer is written before it ends.
    runtime.shutdown_timeout(Duration::from_secs(5));
    collector.signing.finish();
    Ok(())
}

/// Takes the lock that the one process holds which serves a folder.
pub(crate) fn lock(dir: &std::path::Path) -> Result<File, ServeError> {
    let path = dir.join(LOCK);
    let failed = |source| ServeError::Lock { path: path.clone(), source };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(ServeError::Served(dir.to_owned())),
        Err(std::fs::TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// The first signal that asks to end, and the second, which asks to end at once.
fn signals() -> Result<(impl Future<Output = ()>, impl Future<Output = ()>), std::io::Error> {
    let (count, counted) = watch::channel(0_u32);
    let mut signal = Signals::new()?;
    tokio::spawn(async move {
        loop {
            signal.next().await;
            count.send_modify(|count| *count += 1);
        }
    });
    let reached = |mut counted: watch::Receiver<u32>, times: u32| async move {
        // It ends only with the task above, which ends only with this.
        drop(counted.wait_for(|count| *count >= times).await);
    };
    Ok((reached(counted.clone(), 1), reached(counted, 2)))
}

#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Where nobody can be heard, only the end of the process ends the server.
        drop(tokio::signal::ctrl_c().await);
    }
}
