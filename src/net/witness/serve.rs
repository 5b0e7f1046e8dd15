//! A witness on the network: HTTP/1.1 without TLS, which a proxy in front adds.
//!
//! Two addresses: `POST /add-checkpoint` and `GET /<hex sha256(origin)>/checkpoint`. Everything that
//! a stranger could use up is bounded by [`ServeLimits`]. The work itself, which waits for the disk,
//! is done on threads of its own.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::header::{self, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{sleep, timeout};

use super::Witness;
use super::answer::Response;
use crate::trust::entry_proof;

/// How long accepting rests after the system refused a connection, as it does where too many files
/// are open.
const REST: Duration = Duration::from_millis(100);

/// How many threads wait for the disk: each origin has a lock, so more would mostly wait for it.
const THREADS: usize = 8;

/// What strangers may use up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServeLimits {
    /// The most connections at a time; further ones wait to be accepted.
    pub connections: usize,
    /// The longest time for the head of a request, the wait for the next one included.
    pub head: Duration,
    /// The longest time for the body of a request.
    pub body: Duration,
    /// The longest time for a connection.
    pub connection: Duration,
    /// The longest time for what is under way once the witness is told to stop.
    pub stop: Duration,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self {
            connections: 256,
            head: Duration::from_secs(20),
            body: Duration::from_secs(20),
            connection: Duration::from_mins(10),
            stop: Duration::from_secs(5),
        }
    }
}

/// One request that was answered, for the witness's own account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// Who asked: the proxy, if there is one.
    pub peer: SocketAddr,
    /// The request's method.
    pub method: String,
    /// The path that was asked for.
    pub path: String,
    /// The status that was answered.
    pub status: u16,
    /// How long it took.
    pub took: Duration,
    /// The origin and size that it was about, and evidence of a fork, if there is any.
    pub about: String,
}

/// What serving needs from its caller.
pub struct Serving {
    /// The witness.
    pub witness: Witness,
    /// What strangers may use up.
    pub limits: ServeLimits,
    /// Tells the time, in seconds since 1970-01-01T00:00:00Z.
    pub clock: Box<dyn Fn() -> u64 + Send + Sync>,
    /// Is told of each request.
    pub on_request: Box<dyn Fn(&Served) + Send + Sync>,
}

/// Serves until the process is told to stop, by Ctrl-C or a signal to end; what is under way then is
/// answered. `ready` is called once a signal is heeded; if it says no, nothing is served.
///
/// # Errors
///
/// If the listener can't be used.
pub fn serve(
    listener: TcpListener,
    serving: Serving,
    ready: impl FnOnce() -> bool,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(THREADS)
        .build()?;
    runtime.block_on(accept(listener, Arc::new(serving), ready))
}

async fn accept(
    listener: TcpListener,
    serving: Arc<Serving>,
    ready: impl FnOnce() -> bool,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let all = serving.limits.connections;
    let slots = Arc::new(Semaphore::new(all));
    let (stop, stopping) = watch::channel(false);
    let mut told = pin!(told_to_stop()?);
    if !ready() {
        return Ok(());
    }
    loop {
        let next = async {
            let slot = Arc::clone(&slots).acquire_owned().await;
            let slot = slot.expect("the slots are never closed");
            (listener.accept().await, slot)
        };
        let (accepted, slot) = tokio::select! {
            () = &mut told => break,
            next = next => next,
        };
        match accepted {
            Ok((stream, peer)) => {
                // An answer is a packet or two; waiting to fill one only costs time.
                let _ = stream.set_nodelay(true);
                let connection = connection(stream, peer, Arc::clone(&serving), stopping.clone());
                tokio::spawn(hold(connection, slot));
            }
            Err(_) => sleep(REST).await,
        }
    }
    drop(listener);
    let _ = stop.send(true);
    let all = u32::try_from(all).unwrap_or(u32::MAX);
    let _ = timeout(serving.limits.stop, slots.acquire_many(all)).await;
    Ok(())
}

/// Holds a slot while a connection lasts.
async fn hold(connection: impl Future<Output = ()>, _slot: OwnedSemaphorePermit) {
    connection.await;
}

/// Waits for Ctrl-C, or the signal that asks a service to end; from this call on they are heeded.
fn told_to_stop() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let (mut interrupt, mut end) = {
        use tokio::signal::unix::{SignalKind, signal};
        (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        )
    };
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = end.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    })
}

async fn connection(
    stream: tokio::net::TcpStream,
    peer: SocketAddr,
    serving: Arc<Serving>,
    mut stopping: watch::Receiver<bool>,
) {
    let limits = serving.limits;
    let service = service_fn(move |request| answer(request, peer, Arc::clone(&serving)));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // What goes wrong on a connection is the other side's affair.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopping.changed() => {}
        () = sleep(limits.connection) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(limits.stop, connection).await;
}

async fn answer(
    request: Request<Incoming>,
    peer: SocketAddr,
    serving: Arc<Serving>,
) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
    let start = Instant::now();
    let method = request.method().to_string();
    let path = request.uri().path().to_owned();
    let response = respond(request, &path, Arc::clone(&serving)).await;
    (serving.on_request)(&Served {
        peer,
        method,
        path,
        status: response.status,
        took: start.elapsed(),
        about: response.about.clone(),
    });
    Ok(into_http(response))
}

async fn respond(request: Request<Incoming>, path: &str, serving: Arc<Serving>) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if path == "/add-checkpoint" {
        if *request.method() != Method::POST {
            return Response::refused(405, "checkpoints are submitted with POST");
        }
        let body = match body_of(request, serving.limits.body).await {
            Ok(body) => body,
            Err(refused) => return refused,
        };
        return on_thread(move || {
            let now = (serving.clock)();
            serving.witness.add_checkpoint(&body, now)
        })
        .await;
    }
    let hash = path
        .strip_prefix('/')
        .and_then(|path| path.strip_suffix("/checkpoint"));
    match hash {
        Some(_) if !is_read => Response::refused(405, "a checkpoint is read with GET"),
        Some(hash) => {
            let hash = hash.to_owned();
            on_thread(move || serving.witness.latest(&hash)).await
        }
        None => Response::refused(404, "there is nothing here"),
    }
}

/// Reads the body of a request, no more of it than a request may have.
async fn body_of(request: Request<Incoming>, limit: Duration) -> Result<Bytes, Response> {
    let too_long = || Response::refused(413, "the request is too long");
    let most = entry_proof::MAX_BYTES;
    if request.body().size_hint().lower() > most as u64 {
        return Err(too_long());
    }
    let body = Limited::new(request.into_body(), most);
    match timeout(limit, body.collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_long()),
        Ok(Err(_)) => Err(Response::refused(400, "the request broke off")),
        Err(_) => Err(Response::refused(408, "the request took too long")),
    }
}

/// Does what waits for a lock or the disk on a thread where waiting is fine.
async fn on_thread(work: impl FnOnce() -> Response + Send + 'static) -> Response {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Response::refused(500, "the witness failed"))
}

fn into_http(response: Response) -> hyper::Response<Full<Bytes>> {
    let status = response.status;
    let mut answer = hyper::Response::new(Full::from(response.body));
    *answer.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or_default();
    let headers = answer.headers_mut();
    let content_type = HeaderValue::from_static(response.content_type);
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == 405 {
        headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    }
    answer
}
