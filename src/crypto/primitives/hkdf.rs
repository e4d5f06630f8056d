//! HKDF-SHA256 over a kept key of HMAC.

use zeroize::Zeroizing;

use super::hmac::Mac;
use crate::error::{Error, ErrorKind, Result};

/// A pseudorandom key of HKDF-SHA256 (RFC 5869). Wiped on drop.
pub(in crate::crypto) struct Prk(Mac);

impl Prk {
    /// HKDF-Extract: makes a uniform key of input that may not be uniform.
    pub(in crate::crypto) fn extract(salt: &[u8], material: &[u8]) -> Self {
        let prk = Zeroizing::new(Mac::new(salt).tag(|hash| hash.update(material)));
        Self::new(&prk)
    }

    /// Takes a key that is uniform already.
    pub(in crate::crypto) fn new(key: &[u8; 32]) -> Self {
        Self(Mac::new(key))
    }

    /// HKDF-Expand: fills `output`, 8,160 bytes at most.
    pub(in crate::crypto) fn expand(&self, info: &[u8], output: &mut [u8]) -> Result<()> {
        if output.len() > 32 * usize::from(u8::MAX) {
            return Err(Error::new(
                ErrorKind::TooLarge,
                "a derived key has 8160 bytes at most",
            ));
        }
        let mut block = Zeroizing::new([0; 32]);
        for (number, part) in (1..=u8::MAX).zip(output.chunks_mut(32)) {
            *block = self.block(number, &block, info);
            part.copy_from_slice(block.split_at(part.len()).0);
        }
        Ok(())
    }

    /// The first two blocks of HKDF-Expand.
    #[inline]
    pub(in crate::crypto) fn two_blocks(&self, info: &[u8]) -> [[u8; 32]; 2] {
        let first = self.block(1, &[0; 32], info);
        let second = self.block(2, &first, info);
        [first, second]
    }

    /// A block of HKDF-Expand, which is hashed from the block before it; from none for number 1.
    #[inline]
    fn block(&self, number: u8, before: &[u8; 32], info: &[u8]) -> [u8; 32] {
        self.0.tag(|hash| {
            if number > 1 {
                hash.update(before);
            }
            hash.update(info);
            hash.update(&[number]);
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_blocks_are_the_start_of_what_is_expanded() {
        let prk = Prk::new(&[7; 32]);
        let mut long = [0; 96];
        prk.expand(b"info", &mut long).unwrap();
        let blocks = prk.two_blocks(b"info");
        assert_eq!(blocks.concat(), long[..64]);
        assert_ne!(blocks[0], blocks[1]);
    }
}
