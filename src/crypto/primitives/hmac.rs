//! HMAC-SHA256, its key hashed once.

use std::slice;

use sha2::block_api::compress256;
use zeroize::Zeroizing;

use super::hash::{BLOCK, INITIAL, Sha, sha256};

/// A key of HMAC-SHA256 (RFC 2104): the states after its two blocks. Lives on the heap and is wiped
/// on drop.
///
/// The states are all that is kept, so that a tag costs no more than its message: two compressions
/// fewer than from the key, and no copies of buffers.
pub(in crate::crypto) struct Mac(Box<Zeroizing<States>>);

/// The inner state, then the outer one.
type States = [[u32; 8]; 2];

impl Mac {
    /// Takes a key of any length. Parts of it stay on the stack: call it in
    /// [`wiped`](crate::crypto::stack::wiped).
    pub(in crate::crypto) fn new(key: &[u8]) -> Self {
        let mut block = Zeroizing::new([0; BLOCK]);
        match block.get_mut(..key.len()) {
            Some(start) => start.copy_from_slice(key),
            None => block.split_at_mut(32).0.copy_from_slice(&sha256(key)),
        }
        // Made in place, because a copy would stay where it was made.
        let mut states = Box::new(Zeroizing::new([INITIAL; 2]));
        for (state, pad) in states.iter_mut().zip([0x36, 0x5C]) {
            let mut padded = Zeroizing::new([0; BLOCK]);
            for (byte, key) in padded.iter_mut().zip(block.iter()) {
                *byte = key ^ pad;
            }
            compress256(state, slice::from_ref(&*padded));
        }
        Self(states)
    }

    /// The tag of what `feed` writes.
    #[inline]
    pub(in crate::crypto) fn tag(&self, feed: impl FnOnce(&mut Sha)) -> [u8; 32] {
        let [inner, outer] = &**self.0;
        let mut message = Sha::new(inner, 1);
        feed(&mut message);
        let mut tag = Sha::new(outer, 1);
        tag.update(&message.finish());
        tag.finish()
    }
}
