//! Output of the program on its way to ours, masked.

use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};

use keyslot::Redactor;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use zeroize::Zeroizing;

/// Bytes that are read at once.
const PART: usize = 128 << 10;

/// The longest beginning of a value that is shown while the program is silent, in bytes: without
/// it, typed letters would wait for the next one.
const SHOWN: usize = 3;

/// Time without output after which such a beginning is shown.
const SILENCE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 20_000_000,
};

/// Time without output after which a terminal is left whose program has ended.
const REST: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 100_000_000,
};

/// The most bytes that are read of a terminal whose program has ended, where others go on to write:
/// more than a terminal keeps, so that nothing of the program is missing.
const LEFT: usize = 256 << 10;

/// One output of the program.
pub(crate) struct Output {
    /// The end that we read.
    pub(crate) from: OwnedFd,
    /// A pipe that closes when the program has ended. Of a terminal no more is read then than what
    /// is there; without one, output goes on until nobody has it open.
    pub(crate) ended: Option<OwnedFd>,
}

impl Output {
    /// Writes what is read, as soon as it is sure to hold no secret, until it ends.
    ///
    /// # Errors
    ///
    /// Those of `to`.
    pub(crate) fn pass_on(self, mut to: impl Write, masks: &Redactor) -> io::Result<()> {
        let mut stream = masks.stream();
        let mut part = Zeroizing::new(vec![0; PART]);
        let mut clean = Zeroizing::new(Vec::with_capacity(2 * PART));
        let mut left = LEFT;
        while left > 0 {
            let count = if self.is_silent()? {
                stream.release(SHOWN, &mut clean);
                to.write_all(&clean)?;
                to.flush()?;
                clean.clear();
                if !self.has_more()? {
                    break;
                }
                read(&self.from, &mut part)?
            } else {
                read(&self.from, &mut part)?
            };
            let Some(bytes) = part.get(..count).filter(|bytes| !bytes.is_empty()) else {
                break;
            };
            stream.feed(bytes, &mut clean);
            stream.settle(&mut clean);
            to.write_all(&clean)?;
            to.flush()?;
            clean.clear();
            if self.has_ended()? {
                left = left.saturating_sub(count);
            }
        }
        stream.finish(&mut clean);
        to.write_all(&clean)?;
        to.flush()
    }

    /// Returns true if a terminal shows nothing for a moment. Pipes have nobody who waits.
    fn is_silent(&self) -> io::Result<bool> {
        if self.ended.is_none() {
            return Ok(false);
        }
        let mut fds = [PollFd::new(&self.from, PollFlags::IN)];
        Ok(wait(&mut fds, Some(&SILENCE))? == 0)
    }

    /// Returns true if the program behind a terminal has ended.
    fn has_ended(&self) -> io::Result<bool> {
        let Some(ended) = &self.ended else {
            return Ok(false);
        };
        let mut fds = [PollFd::from_borrowed_fd(ended.as_fd(), PollFlags::IN)];
        Ok(wait(&mut fds, Some(&Timespec::default()))? > 0)
    }

    /// Waits for more, and returns false if the program has ended and left a terminal silent.
    fn has_more(&self) -> io::Result<bool> {
        let Some(ended) = &self.ended else {
            return Ok(true);
        };
        let mut fds = [
            PollFd::new(&self.from, PollFlags::IN),
            PollFd::from_borrowed_fd(ended.as_fd(), PollFlags::IN),
        ];
        wait(&mut fds, None)?;
        let [output, _] = &fds;
        if !output.revents().is_empty() {
            return Ok(true);
        }
        let mut fds = [PollFd::new(&self.from, PollFlags::IN)];
        Ok(wait(&mut fds, Some(&REST))? > 0)
    }
}

/// Waits as `poll` does, also when a signal comes meanwhile.
pub(super) fn wait(fds: &mut [PollFd<'_>], most: Option<&Timespec>) -> io::Result<usize> {
    loop {
        match poll(fds, most) {
            Err(Errno::INTR) => {}
            other => return Ok(other?),
        }
    }
}

/// Reads a part; nothing at the end, which a terminal tells by an error.
pub(super) fn read(from: impl AsFd, part: &mut [u8]) -> io::Result<usize> {
    loop {
        match rustix::io::read(&from, &mut *part) {
            Err(Errno::INTR) => {}
            Err(Errno::IO) => return Ok(0),
            other => return Ok(other?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::sync::mpsc::{Sender, channel};
    use std::thread;

    /// Tells of each write.
    struct Told(Sender<Vec<u8>>);

    impl Write for Told {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.send(bytes.to_vec()).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn masks() -> Redactor {
        let secret = "TOKEN".parse().unwrap();
        Redactor::builder()
            .secret(secret, "t0ken-of-ada")
            .build()
            .unwrap()
    }

    /// Gives parts one after another, each after the output that the one before has brought.
    fn shown(parts: &[(&[u8], &str)], terminal: bool) -> String {
        let (from, to) = io::pipe().unwrap();
        let (ended, end) = io::pipe().unwrap();
        let output = Output {
            from: from.into(),
            ended: terminal.then(|| ended.into()),
        };
        let (told, tells) = channel();
        let running = thread::spawn(move || output.pass_on(Told(told), &masks()));
        let mut all = String::new();
        for (part, seen) in parts {
            (&to).write_all(part).unwrap();
            let mut now = String::new();
            while now.len() < seen.len() {
                now.push_str(std::str::from_utf8(&tells.recv().unwrap()).unwrap());
            }
            assert_eq!(&now, seen);
            all += &now;
        }
        drop((to, end));
        running.join().unwrap().unwrap();
        for rest in tells {
            all.push_str(std::str::from_utf8(&rest).unwrap());
        }
        all
    }

    #[test]
    fn a_value_that_spans_writes_is_masked() {
        let parts: [(&[u8], &str); 3] = [(b"is t0k", "is "), (b"en-of", ""), (b"-ada", "")];
        assert_eq!(shown(&parts, false), "is <<$secret.TOKEN>>");
    }

    #[test]
    fn prompts_come_at_once() {
        let parts: [(&[u8], &str); 2] = [(b"Password: ", "Password: "), (b"\r\n", "\r\n")];
        assert_eq!(shown(&parts, false), "Password: \r\n");
    }

    #[test]
    fn letters_that_begin_a_value_do_not_wait_at_a_terminal() {
        let parts: [(&[u8], &str); 2] = [(b"$ t", "$ t"), (b"0", "0")];
        assert_eq!(shown(&parts, true), "$ t0");
        // The rest of a value is masked behind them.
        let parts: [(&[u8], &str); 2] = [(b"$ t", "$ t"), (b"0ken-of-ada!", "<<$secret.TOKEN>>!")];
        assert_eq!(shown(&parts, true), "$ t<<$secret.TOKEN>>!");
    }

    #[test]
    fn a_terminal_whose_program_has_ended_is_left_when_it_is_silent() {
        let (from, to) = io::pipe().unwrap();
        let (ended, end) = io::pipe().unwrap();
        (&to).write_all(b"last").unwrap();
        drop(end);
        let output = Output {
            from: from.into(),
            ended: Some(ended.into()),
        };
        let (told, tells) = channel();
        output.pass_on(Told(told), &masks()).unwrap();
        assert_eq!(tells.iter().flatten().collect::<Vec<_>>(), b"last");
        // Somebody still has it open.
        drop(to);
    }

    #[test]
    fn a_terminal_whose_program_has_ended_is_left_while_others_write_on() {
        let (from, to) = io::pipe().unwrap();
        let (ended, end) = io::pipe().unwrap();
        let output = Output {
            from: from.into(),
            ended: Some(ended.into()),
        };
        drop(end);
        // It ends when nobody reads any more.
        let others = thread::spawn(move || while (&to).write_all(&[b'y'; 1 << 10]).is_ok() {});
        let mut out = Vec::new();
        output.pass_on(&mut out, &masks()).unwrap();
        assert!((LEFT..LEFT + PART).contains(&out.len()), "{}", out.len());
        others.join().unwrap();
    }

    #[test]
    fn bytes_that_are_no_text_pass() {
        let (from, to) = io::pipe().unwrap();
        (&to).write_all(b"\xff\x00\xfe t0ken-of-ada \x80").unwrap();
        drop(to);
        let mut out = Vec::new();
        let output = Output {
            from: from.into(),
            ended: None,
        };
        output.pass_on(&mut out, &masks()).unwrap();
        assert_eq!(out, b"\xff\x00\xfe <<$secret.TOKEN>> \x80");
    }

    #[test]
    fn an_output_that_nobody_reads_any_more_is_an_error() {
        let (from, to) = io::pipe().unwrap();
        (&to).write_all(b"x").unwrap();
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = Output {
            from: from.into(),
            ended: None,
        };
        let error = output.pass_on(full, &masks()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
}
