//! A proxy that counts flights, cuts connections around a commit, lies, and is slow.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Fate of the next connection that sends a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// It is cut, and the commit never arrives.
    Before,
    /// The commit arrives and is answered, and the answer is lost.
    After,
    /// The commit arrives, and it is cut at the same moment.
    With,
}

/// An answer that the server never gave.
#[derive(Clone, Debug)]
pub(crate) struct Lie {
    /// Bytes that are sent instead of the next answer.
    pub(crate) bytes: Vec<u8>,
    /// True if zeros without end follow.
    pub(crate) is_endless: bool,
}

/// Proxy between a store and its server.
pub(crate) struct Proxy {
    /// The address to connect to.
    pub(crate) address: String,
    line: Arc<Line>,
}

struct Line {
    server: String,
    flights: AtomicU32,
    /// Microseconds for which each flight is held.
    delay: AtomicU32,
    connections: AtomicU32,
    open: Mutex<Vec<TcpStream>>,
    cuts: Mutex<Vec<Cut>>,
    cut: AtomicU32,
    /// True while new connections wait.
    is_held: AtomicBool,
    lies: Mutex<Vec<Lie>>,
    lied: AtomicU64,
}

impl Proxy {
    pub(crate) fn before(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let line = Arc::new(Line {
            server: server.to_owned(),
            flights: AtomicU32::new(0),
            delay: AtomicU32::new(0),
            connections: AtomicU32::new(0),
            open: Mutex::default(),
            cuts: Mutex::default(),
            cut: AtomicU32::new(0),
            is_held: AtomicBool::new(false),
            lies: Mutex::default(),
            lied: AtomicU64::new(0),
        });
        let of_thread = Arc::clone(&line);
        // It ends with the process.
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let line = Arc::clone(&of_thread);
                line.connections.fetch_add(1, Ordering::SeqCst);
                line.open.lock().unwrap().push(client.try_clone().unwrap());
                thread::spawn(move || carry(client, &line));
            }
        });
        Self { address, line }
    }

    /// The flights of `work`: messages to the server that followed one from it.
    pub(crate) fn flights<T>(&self, work: impl FnOnce() -> T) -> (T, u32) {
        let before = self.line.flights.load(Ordering::SeqCst);
        let done = work();
        (done, self.line.flights.load(Ordering::SeqCst) - before)
    }

    /// Holds each flight for a time from now on, as a network does.
    pub(crate) fn delay(&self, micros: u32) {
        self.line.delay.store(micros, Ordering::SeqCst);
    }

    /// Cuts the connections of the next commits, the last one first.
    pub(crate) fn cut(&self, cuts: &[Cut]) {
        self.line.cuts.lock().unwrap().extend_from_slice(cuts);
    }

    /// Cuts all connections now.
    pub(crate) fn cut_all(&self) {
        for stream in self.line.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// The number of cuts.
    pub(crate) fn cuts(&self) -> u32 {
        self.line.cut.load(Ordering::SeqCst)
    }

    /// Holds connections that are made once something was cut, until it is told to let go.
    pub(crate) fn hold_after_cut(&self, hold: bool) {
        self.line.is_held.store(hold, Ordering::SeqCst);
    }

    /// Answers the next flights itself, the last lie first, and ends their connections.
    pub(crate) fn lie(&self, lies: &[Lie]) {
        self.line.lies.lock().unwrap().extend_from_slice(lies);
    }

    /// Forgets the lies that were not told.
    pub(crate) fn lie_no_more(&self) {
        self.line.lies.lock().unwrap().clear();
    }

    /// The number of bytes of lies that were taken.
    pub(crate) fn lied(&self) -> u64 {
        self.line.lied.load(Ordering::SeqCst)
    }

    /// The number of connections that were made.
    pub(crate) fn connections(&self) -> u32 {
        self.line.connections.load(Ordering::SeqCst)
    }
}

fn carry(client: TcpStream, line: &Arc<Line>) {
    while line.is_held.load(Ordering::SeqCst) && line.cut.load(Ordering::SeqCst) > 0 {
        thread::sleep(Duration::from_millis(1));
    }
    let Ok(server) = TcpStream::connect(&line.server) else {
        return;
    };
    for stream in [&client, &server] {
        stream.set_nodelay(true).unwrap();
    }
    // The number of messages of the server that were passed on.
    let answered = Arc::new(AtomicU32::new(1));
    // True once no answer may pass any more.
    let is_deaf = Arc::new(Mutex::new(false));
    let back = {
        let (mut client, mut server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
        let (answered, is_deaf) = (Arc::clone(&answered), Arc::clone(&is_deaf));
        thread::spawn(move || {
            let mut bytes = vec![0; 1 << 16];
            while let Ok(read @ 1..) = server.read(&mut bytes) {
                if *is_deaf.lock().unwrap() {
                    break;
                }
                answered.fetch_add(1, Ordering::SeqCst);
                if client.write_all(&bytes[..read]).is_err() {
                    break;
                }
            }
            let _ = client.shutdown(Shutdown::Both);
            let _ = server.shutdown(Shutdown::Both);
        })
    };
    forward(&client, &server, line, &answered, &is_deaf);
    let _ = back.join();
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

fn forward(
    mut client: &TcpStream,
    mut server: &TcpStream,
    line: &Line,
    answered: &AtomicU32,
    is_deaf: &Mutex<bool>,
) {
    let mut bytes = vec![0; 1 << 16];
    let mut tail = Vec::new();
    let mut flights = 0;
    while let Ok(read @ 1..) = client.read(&mut bytes) {
        let sent = &bytes[..read];
        // A flight is what follows an answer; the startup counts as one.
        if answered.swap(0, Ordering::SeqCst) > 0 {
            line.flights.fetch_add(1, Ordering::SeqCst);
            flights += 1;
            let delay = line.delay.load(Ordering::SeqCst);
            if delay > 0 {
                thread::sleep(Duration::from_micros(delay.into()));
            }
        }
        // The first words of a connection are not lied about.
        let lie = if flights > 1 {
            line.lies.lock().unwrap().pop()
        } else {
            None
        };
        if let Some(lie) = lie {
            tell(client, &lie, &line.lied);
            break;
        }
        tail.extend_from_slice(sent);
        let is_commit = tail.windows(7).any(|window| window == b"COMMIT\0");
        let keep = tail.len().saturating_sub(6);
        tail.drain(..keep);
        let cut = if is_commit {
            line.cuts.lock().unwrap().pop()
        } else {
            None
        };
        match cut {
            None => {
                if server.write_all(sent).is_err() {
                    break;
                }
                continue;
            }
            Some(Cut::Before) => {}
            Some(Cut::After) => {
                *is_deaf.lock().unwrap() = true;
                server.write_all(sent).unwrap();
                line.cut.fetch_add(1, Ordering::SeqCst);
                // The other thread reads the answer and ends both.
                return;
            }
            Some(Cut::With) => {
                *is_deaf.lock().unwrap() = true;
                server.write_all(sent).unwrap();
            }
        }
        line.cut.fetch_add(1, Ordering::SeqCst);
        break;
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

fn tell(mut client: &TcpStream, lie: &Lie, lied: &AtomicU64) {
    let zeros = vec![0; 1 << 16];
    let mut bytes = &lie.bytes[..];
    while client.write_all(bytes).is_ok() {
        lied.fetch_add(bytes.len() as u64, Ordering::SeqCst);
        if !lie.is_endless {
            // Until the client has read it and ends the connection by itself.
            let _ = client.read(&mut [0]);
            return;
        }
        bytes = &zeros;
    }
}
