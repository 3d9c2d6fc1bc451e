//! The accept loop. Its own, since headers must arrive in time: without a timer, one client could hold all connections for nothing.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use crate::log::{self, Event};
use crate::metrics::Counters;

/// How long headers and the handshake of TLS may take.
const HEADER_TIME: Duration = Duration::from_secs(5);
/// The most bytes of headers.
const MAX_HEADERS_BYTES: usize = 16 * 1024;
/// The most headers.
const MAX_HEADERS: usize = 64;
/// How long requests that are under way may take when the server ends.
const ENDING_TIME: Duration = Duration::from_secs(20);
/// What a connection beyond the limit hears.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/// The address that a request came from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Serves until `stop`, then ends what is under way. `at_once` ends without waiting for it.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    tls: Option<TlsAcceptor>,
    connections: usize,
    counters: Arc<Counters>,
    stop: impl Future<Output = ()>,
    at_once: impl Future<Output = ()>,
) {
    let room = Arc::new(Semaphore::new(connections));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Too many open files, mostly: it passes when others end.
                log::line(Event::Connection, &error.to_string());
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        counters.connections.add(1);
        let Ok(permit) = Arc::clone(&room).try_acquire_owned() else {
            counters.connections_refused.add(1);
            turn_away(&stream);
            continue;
        };
        // Answers are small: none waits for the next.
        drop(stream.set_nodelay(true));
        let (router, tls, watcher) = (router.clone(), tls.clone(), graceful.watcher());
        tokio::spawn(async move {
            match tls {
                None => connection(stream, peer, router, watcher).await,
                Some(tls) => {
                    if let Ok(Ok(stream)) = tokio::time::timeout(HEADER_TIME, tls.accept(stream)).await {
                        connection(stream, peer, router, watcher).await;
                    }
                }
            }
            drop(permit);
        });
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(ENDING_TIME) => {}
        () = at_once => {}
    }
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    peer: SocketAddr,
    router: Router,
    watcher: Watcher,
) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer.ip()));
        router.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(MAX_HEADERS_BYTES)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    // A client that ends in the middle is nobody's concern.
    drop(watcher.watch(connection).await);
}

/// Tells a client that there is no room, without waiting for it.
fn turn_away(stream: &TcpStream) {
    // What it has sent so far is read, so that its end does not take the answer for a reset.
    let mut sent = [0; 4096];
    drop(stream.try_read(&mut sent));
    drop(stream.try_write(FULL));
}
