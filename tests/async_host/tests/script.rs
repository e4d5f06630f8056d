//! A secret service that answers by a script, and tells what it was asked.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// An answer to one request.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    /// The status and the body.
    Now(u16, String),
    /// The same, once the test gives a permit.
    Gated(u16, String),
    /// Nothing, with the connection open.
    Never,
    /// The connection is closed.
    Cut,
}

#[derive(Debug)]
pub(super) struct Script {
    pub(super) address: String,
    /// The requests, as they were sent.
    requests: Arc<Mutex<Vec<String>>>,
    pub(super) gate: Arc<Semaphore>,
    /// One permit for each connection that the other side closed before it was answered.
    pub(super) given_up: Arc<Semaphore>,
}

impl Script {
    /// Starts a server that gives these answers, the last one over and over.
    pub(super) async fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let script = Self {
            address: listener.local_addr().unwrap().to_string(),
            requests: Arc::default(),
            gate: Arc::new(Semaphore::new(0)),
            given_up: Arc::new(Semaphore::new(0)),
        };
        let (requests, gate) = (Arc::clone(&script.requests), Arc::clone(&script.gate));
        let given_up = Arc::clone(&script.given_up);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (requests, gate) = (Arc::clone(&requests), Arc::clone(&gate));
                let (answers, given_up) = (answers.clone(), Arc::clone(&given_up));
                tokio::spawn(async move {
                    serve(stream, &requests, &gate, &given_up, &answers).await;
                });
            }
        });
        script
    }

    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Waits until there were so many requests.
    pub(super) async fn until(&self, count: usize) {
        while self.requests().len() < count {
            tokio::task::yield_now().await;
        }
    }
}

async fn serve(
    mut stream: TcpStream,
    requests: &Mutex<Vec<String>>,
    gate: &Semaphore,
    given_up: &Semaphore,
    answers: &[Answer],
) {
    let Some(request) = read(&mut stream).await else {
        return;
    };
    let number = {
        let mut requests = requests.lock().unwrap();
        requests.push(request);
        requests.len() - 1
    };
    let answer = answers.get(number).or(answers.last()).unwrap().clone();
    let (status, body) = match answer {
        Answer::Cut => return,
        Answer::Now(status, body) => (status, body),
        Answer::Gated(status, body) => {
            let mut byte = [0];
            tokio::select! {
                permit = gate.acquire() => permit.unwrap().forget(),
                _ = stream.read(&mut byte) => return given_up.add_permits(1),
            }
            (status, body)
        }
        Answer::Never => {
            let mut byte = [0];
            let _ = stream.read(&mut byte).await;
            return given_up.add_permits(1);
        }
    };
    let head = format!(
        "HTTP/1.1 {status} Any\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all((head + &body).as_bytes()).await;
}

/// Reads a request whole; `None` if it is cut off.
async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    loop {
        let mut part = [0; 4096];
        let count = stream.read(&mut part).await.ok()?;
        if count == 0 {
            return None;
        }
        request.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&request).to_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            return Some(String::from_utf8(request).unwrap());
        }
    }
}
