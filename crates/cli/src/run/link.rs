//! The link to the helper that holds a terminal: what each side says to the other.

use std::ffi::{OsStr, OsString};
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::net::UnixStream;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use zeroize::Zeroizing;

use super::child::{Child, Exit};

/// The most bytes of arguments and environment together: more than any system takes.
const MAX_ORDER: u32 = 64 << 20;

/// Number of streams that go with an order: those of the program, and the terminal.
const STREAMS: usize = 4;

/// A program that the helper is to run, and its streams.
#[derive(Debug)]
pub(super) struct Order {
    /// The program, without its input: that is a stream by now.
    pub(super) child: Child,
    /// Its standard input, output and error output.
    pub(super) streams: [OwnedFd; 3],
    /// The side of the pseudo-terminal that programs see.
    pub(super) terminal: OwnedFd,
}

/// News of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// A signal stopped it.
    Stopped,
    /// It ended.
    Ended(Exit),
}

impl News {
    /// Writes the news.
    pub(super) fn send(self, mut to: &UnixStream) -> io::Result<()> {
        to.write_all(&match self {
            Self::Stopped => [b's', 0],
            Self::Ended(Exit::Code(code)) => [b'c', code],
            Self::Ended(Exit::Signal(signal)) => [b'k', signal],
        })
    }

    /// Waits for the next news; there are none if the helper has ended.
    pub(super) fn receive(mut from: &UnixStream) -> Option<Self> {
        let mut bytes = [0; 2];
        from.read_exact(&mut bytes).ok()?;
        match bytes {
            [b's', _] => Some(Self::Stopped),
            [b'c', code] => Some(Self::Ended(Exit::Code(code))),
            [b'k', signal] => Some(Self::Ended(Exit::Signal(signal))),
            _ => None,
        }
    }
}

/// Sends the program and its streams.
pub(super) fn send(
    mut to: &UnixStream,
    child: &Child,
    streams: [BorrowedFd<'_>; STREAMS],
) -> io::Result<()> {
    let order = written(child)?;
    let len = u32::try_from(order.len()).ok();
    let len = len.filter(|&len| len <= MAX_ORDER);
    let len = len.ok_or(io::ErrorKind::ArgumentListTooLong)?.to_le_bytes();

    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(STREAMS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    control.push(SendAncillaryMessage::ScmRights(&streams));
    let sent = sendmsg(to, &[IoSlice::new(&len)], &mut control, SendFlags::empty())?;
    to.write_all(len.get(sent..).unwrap_or_default())?;
    to.write_all(&order)
}

/// Receives the program and its streams.
pub(super) fn receive(mut from: &UnixStream) -> io::Result<Order> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(STREAMS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut len = [0; 4];
    let flags = RecvFlags::CMSG_CLOEXEC;
    let got = recvmsg(from, &mut [IoSliceMut::new(&mut len)], &mut control, flags)?.bytes;
    let mut streams = Vec::new();
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(fds) = message {
            streams.extend(fds);
        }
    }
    from.read_exact(len.get_mut(got..).unwrap_or_default())?;
    let len = u32::from_le_bytes(len);
    let Ok([input, output, errors, terminal]) = <[OwnedFd; STREAMS]>::try_from(streams) else {
        return Err(io::ErrorKind::InvalidData.into());
    };
    if len > MAX_ORDER {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut order = Zeroizing::new(vec![0; usize::try_from(len).unwrap_or_default()]);
    from.read_exact(&mut order)?;
    Ok(Order {
        child: read(&order).ok_or(io::ErrorKind::InvalidData)?,
        streams: [input, output, errors],
        terminal,
    })
}

/// Writes a program: the number of its arguments, and then all with a NUL behind each.
fn written(child: &Child) -> io::Result<Zeroizing<Vec<u8>>> {
    let count = child.arguments.len().to_string();
    let words = [count.as_bytes(), child.program.as_bytes()];
    let words = words.into_iter();
    let words = words.chain(child.arguments.iter().map(|one| one.as_bytes()));
    let variables = child.environment.iter();
    let variables = variables.flat_map(|(name, value)| [name.as_bytes(), value.as_slice()]);
    let all: Vec<&[u8]> = words.chain(variables).collect();
    if all.iter().any(|one| one.contains(&0)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // Written at once: a buffer that grows leaves copies of values.
    let len = all.iter().map(|one| one.len() + 1).sum();
    let mut order = Zeroizing::new(Vec::with_capacity(len));
    for one in all {
        order.extend_from_slice(one);
        order.push(0);
    }
    Ok(order)
}

fn read(order: &[u8]) -> Option<Child> {
    let mut words = order.strip_suffix(&[0])?.split(|&byte| byte == 0);
    let count: usize = std::str::from_utf8(words.next()?).ok()?.parse().ok()?;
    let mut word = || words.next();
    let owned = |word: &[u8]| OsString::from_vec(word.to_vec());
    let program = owned(word()?);
    let mut arguments = Vec::new();
    for _ in 0..count {
        arguments.push(owned(word()?));
    }
    let mut environment = Vec::new();
    while let Some(name) = word() {
        let value = Zeroizing::new(word()?.to_vec());
        environment.push((OsStr::from_bytes(name).to_owned(), value));
    }
    Some(Child {
        program,
        arguments,
        environment,
        input: None,
    })
}

/// Returns our standard input as the link that it is in the helper.
pub(super) fn of_standard_input() -> io::Result<UnixStream> {
    Ok(io::stdin().as_fd().try_clone_to_owned()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn child() -> Child {
        let value = |value: &[u8]| Zeroizing::new(value.to_vec());
        Child {
            program: "sh".into(),
            arguments: vec!["".into(), "a b".into(), OsString::from_vec(vec![0xff])],
            environment: vec![
                ("A".into(), value(b"t0ken\n-of-\xff")),
                ("EMPTY".into(), value(b"")),
            ],
            input: None,
        }
    }

    #[test]
    fn an_order_arrives_as_it_was_sent() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let (from, to) = io::pipe().unwrap();
        let fds = [from.as_fd(), to.as_fd(), to.as_fd(), to.as_fd()];
        send(&ours, &child(), fds).unwrap();
        let Order {
            child: got,
            streams,
            terminal,
        } = receive(&theirs).unwrap();
        let sent = child();
        assert_eq!(
            (&got.program, &got.arguments),
            (&sent.program, &sent.arguments)
        );
        assert_eq!(got.environment, sent.environment);

        // The streams are those that were sent, and close with a program that is started.
        rustix::io::write(&streams[1], b"x").unwrap();
        rustix::io::write(&terminal, b"y").unwrap();
        let mut both = [0; 2];
        (&from).read_exact(&mut both).unwrap();
        assert_eq!(&both, b"xy");
        let flags = rustix::io::fcntl_getfd(&streams[0]).unwrap();
        assert!(flags.contains(rustix::io::FdFlags::CLOEXEC));
    }

    #[test]
    fn bytes_that_are_no_order_are_refused() {
        assert!(read(&written(&child()).unwrap()).is_some(), "the control");
        for bytes in [
            &b""[..],
            b"0",
            b"x\0sh\0",
            b"2\0sh\0a\0",
            b"0\0sh\0NAME\0",
            b"9",
        ] {
            assert!(read(bytes).is_none(), "{bytes:?}");
        }
        let (ours, theirs) = UnixStream::pair().unwrap();
        (&ours).write_all(&[1, 0, 0, 0, b'0']).unwrap();
        assert!(receive(&theirs).is_err(), "without streams");
    }

    #[test]
    fn a_nul_is_refused() {
        let mut child = child();
        child.environment[0].1 = Zeroizing::new(b"a\0b".to_vec());
        let error = written(&child).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn news_arrive_until_the_helper_ends() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let all = [
            News::Stopped,
            News::Ended(Exit::Code(7)),
            News::Ended(Exit::Signal(15)),
        ];
        for news in all {
            news.send(&theirs).unwrap();
            assert_eq!(News::receive(&ours), Some(news));
        }
        drop(theirs);
        assert_eq!(News::receive(&ours), None);
    }
}
