//! A small HTTP server in threads of this process, which answers as a test wants.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(found, _)| found == name);
        header.map(|(_, value)| value.as_str())
    }
}

/// An answer.
pub(crate) enum Reply {
    Status(u16, String),
    /// Bytes, then the end of the connection.
    Raw(Vec<u8>),
    /// Bytes, then nothing until the other side ends the connection.
    Stuck(Vec<u8>),
    /// Bytes, then the same bytes again and again until the other side ends the connection.
    Endless(Vec<u8>, Vec<u8>),
    /// Bytes, then a byte at a time until the other side ends the connection.
    Drops(Vec<u8>),
}

/// A server, and what came in so far.
pub(crate) struct Server {
    pub(crate) address: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// A server that runs until the test program ends.
    pub(crate) fn new(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (own, answer) = (Arc::clone(&seen), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (seen, answer) = (Arc::clone(&own), Arc::clone(&answer));
                thread::spawn(move || {
                    let stream = stream.unwrap();
                    serve(&stream, &stream, |request| {
                        seen.lock().unwrap().push(request.clone());
                        answer(request)
                    });
                });
            }
        });
        Self { address, seen }
    }

    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

/// Reads one request and answers it.
pub(crate) fn serve(
    input: impl Read,
    mut output: impl Write,
    answer: impl FnOnce(&Request) -> Reply,
) {
    let mut input = BufReader::new(input);
    let Some(request) = read(&mut input) else {
        return;
    };
    // The other side may be gone.
    let _ = write(&mut output, answer(&request));
    let _ = output.flush();
}

fn read(input: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    let mut next = |input: &mut dyn BufRead| {
        line.clear();
        input.read_line(&mut line).ok()?;
        Some(line.trim_end().to_owned())
    };
    let first = next(input)?;
    let path = first.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    while let Some((name, value)) = next(input)?.split_once(':') {
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length?.1.parse().ok()?];
    input.read_exact(&mut body).ok()?;
    Some(Request {
        path,
        headers,
        body,
    })
}

fn write(output: &mut impl Write, reply: Reply) -> std::io::Result<()> {
    match reply {
        Reply::Status(status, body) => {
            let length = body.len();
            let head = format!("HTTP/1.1 {status} Any\r\nContent-Length: {length}\r\n\r\n");
            output.write_all(head.as_bytes())?;
            output.write_all(body.as_bytes())
        }
        Reply::Raw(bytes) => output.write_all(&bytes),
        Reply::Stuck(bytes) => {
            output.write_all(&bytes)?;
            output.flush()?;
            wait(output)
        }
        Reply::Endless(bytes, again) => {
            output.write_all(&bytes)?;
            loop {
                output.write_all(&again)?;
            }
        }
        Reply::Drops(bytes) => {
            output.write_all(&bytes)?;
            loop {
                output.write_all(b" ")?;
                output.flush()?;
                thread::sleep(std::time::Duration::from_millis(5));
            }
        }
    }
}

/// Keeps the connection open for longer than any test waits.
fn wait(_: &mut impl Write) -> std::io::Result<()> {
    thread::sleep(std::time::Duration::from_secs(600));
    Ok(())
}

/// An address at which nobody listens.
pub(crate) fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// A connection to a server that is encrypted by the test itself.
pub(crate) fn listen(work: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || listener.incoming().for_each(|stream| work(stream.unwrap())));
    port
}
