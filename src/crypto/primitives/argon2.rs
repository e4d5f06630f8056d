//! Argon2id (RFC 9106).

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::Zeroize;

use crate::error::{Error, ErrorKind, Result};

/// The memory of a derivation. The last blocks determine the key, and the library wipes none, so
/// all are wiped when this is dropped, also after a panic.
struct Memory(Vec<Block>);

impl Memory {
    fn new(blocks: usize) -> Result<Self> {
        let mut memory = Vec::new();
        memory.try_reserve_exact(blocks).map_err(|cause| {
            Error::new(
                ErrorKind::Io,
                "the operating system gave no memory for the passphrase of the vault",
            )
            .with_source(cause)
        })?;
        memory.resize(blocks, Block::new());
        Ok(Self(memory))
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(Zeroize::zeroize);
    }
}

/// Fills `key` with the Argon2id (version 1.3) of a password: memory in KiB, passes, lanes. All of
/// them are within bounds.
pub(in crate::crypto) fn argon2id(
    password: &[u8],
    salt: &[u8],
    [memory, passes, lanes]: [u32; 3],
    key: &mut [u8; 32],
) -> Result<()> {
    let refused = |cause: argon2::Error| {
        let message = "a passphrase of this length cannot be used; take a shorter one";
        Error::new(ErrorKind::TooLarge, message).with_source(cause)
    };
    let params = Params::new(memory, passes, lanes, Some(key.len())).map_err(refused)?;
    let mut blocks = Memory::new(params.block_count())?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password, salt, key, &mut *blocks.0)
        .map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of RFC 9106, section 5.3, has a secret and associated data, which no vault uses,
    /// so the library is called here as it is above.
    #[test]
    fn rfc_9106() {
        let params = argon2::ParamsBuilder::new()
            .m_cost(32)
            .t_cost(3)
            .p_cost(4)
            .output_len(32)
            .data(argon2::AssociatedData::new(&[4; 12]).unwrap())
            .build()
            .unwrap();
        let mut memory = Memory::new(params.block_count()).unwrap();
        let mut key = [0; 32];
        Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params)
            .unwrap()
            .hash_password_into_with_memory(&[1; 32], &[2; 16], &mut key, &mut *memory.0)
            .unwrap();
        assert_eq!(
            base16ct::lower::encode_string(&key),
            "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
        );
    }

    #[test]
    fn every_argument_counts() {
        let derived = |password: &[u8], salt: &[u8], cost| {
            let mut key = [0; 32];
            argon2id(password, salt, cost, &mut key).unwrap();
            key
        };
        let key = derived(b"password", b"0123456789abcdef", [64, 3, 4]);
        assert_eq!(
            key,
            derived(b"password", b"0123456789abcdef", [64, 3, 4]),
            "the control"
        );
        for other in [
            derived(b"Password", b"0123456789abcdef", [64, 3, 4]),
            derived(b"password\0", b"0123456789abcdef", [64, 3, 4]),
            derived(b"password", b"0123456789abcdeF", [64, 3, 4]),
            derived(b"password", b"0123456789abcdef", [72, 3, 4]),
            derived(b"password", b"0123456789abcdef", [64, 2, 4]),
            derived(b"password", b"0123456789abcdef", [64, 3, 2]),
        ] {
            assert_ne!(key, other);
        }
    }
}
