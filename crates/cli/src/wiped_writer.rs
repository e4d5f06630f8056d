//! A buffered writer of values.

use std::io::{self, Write};

use zeroize::{Zeroize as _, Zeroizing};

/// Bytes that are written at once.
const SIZE: usize = 8 << 10;

/// A writer that keeps a few bytes back, as `BufWriter` does, in memory that is wiped after each
/// write and when it is dropped. What is not flushed by then is not written.
#[derive(Debug)]
pub(crate) struct WipedWriter<W> {
    to: W,
    /// It never grows: growing would leave a copy behind.
    kept: Zeroizing<Vec<u8>>,
}

impl<W: Write> WipedWriter<W> {
    pub(crate) fn new(to: W) -> Self {
        let kept = Zeroizing::new(Vec::with_capacity(SIZE));
        Self { to, kept }
    }

    fn write_kept(&mut self) -> io::Result<()> {
        let written = self.to.write_all(&self.kept);
        // The vector is empty then, and keeps its memory.
        self.kept.zeroize();
        written
    }
}

impl<W: Write> Write for WipedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > SIZE - self.kept.len() {
            self.write_kept()?;
        }
        if bytes.len() > SIZE {
            return self.to.write(bytes);
        }
        self.kept.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_kept()?;
        self.to.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_comes_in_order_and_the_buffer_never_grows() {
        let mut expected = Vec::new();
        let mut writer = WipedWriter::new(Vec::new());
        for length in [
            0,
            1,
            100,
            SIZE - 101,
            1,
            SIZE,
            SIZE + 1,
            3,
            3 * SIZE,
            5000,
            5000,
        ] {
            let bytes: Vec<u8> = (0..=250).cycle().take(length).collect();
            writer.write_all(&bytes).unwrap();
            expected.extend(bytes);
            assert_eq!(writer.kept.capacity(), SIZE);
        }
        assert!(writer.to.len() < expected.len(), "some is kept back");
        writer.flush().unwrap();
        assert!(writer.to == expected);
    }

    #[test]
    fn a_writer_that_fails_is_told() {
        let mut room = [0_u8; 4];
        let mut writer = WipedWriter::new(&mut room[..]);
        writer.write_all(b"five!").unwrap();
        assert!(writer.flush().is_err());
        assert!(writer.kept.is_empty());
    }

    /// The memory at the place of the buffer, as the operating system sees it.
    #[cfg(target_os = "linux")]
    fn memory(at: usize) -> Vec<u8> {
        use std::os::unix::fs::FileExt as _;
        let mut bytes = vec![0; 64];
        let file = std::fs::File::open("/proc/self/mem").unwrap();
        file.read_exact_at(&mut bytes, at as u64).unwrap();
        bytes
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_buffer_is_wiped_after_a_write() {
        let value = [b'v'; 64];
        let mut writer = WipedWriter::new(Vec::new());
        writer.write_all(&value).unwrap();
        let at = writer.kept.as_ptr() as usize;
        assert_eq!(memory(at), value, "the control: it is there");
        writer.flush().unwrap();
        assert_eq!(writer.kept.as_ptr() as usize, at);
        assert_eq!(memory(at), [0; 64]);
        // The control: the buffer of the standard library keeps it.
        let mut other = io::BufWriter::new(Vec::new());
        other.write_all(&value).unwrap();
        let at = other.buffer().as_ptr() as usize;
        other.flush().unwrap();
        assert_eq!(memory(at), value);
    }
}
