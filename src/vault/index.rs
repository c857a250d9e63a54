//! Keys of the blind hashes, by which equal values are found without being readable.

use aws_lc_rs::hmac;

use super::KEY_BYTES;

/// A key of the blind hashes; 32 bytes, kept in the database under the master key.
#[derive(Clone)]
pub struct IndexKey(hmac::Key);

impl IndexKey {
    pub fn new(bytes: &[u8; KEY_BYTES]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// Over the value's SHA-256, so that whoever has that alone can be answered too.
    pub(super) fn blind(&self, kind: &str, digest: &[u8]) -> Vec<u8> {
        let mut signer = hmac::Context::with_key(&self.0);
        signer.update(kind.as_bytes());
        signer.update(&[0]);
        signer.update(digest);
        signer.sign().as_ref().to_vec()
    }
}

/// The keys of the blind hashes.
pub(super) struct IndexKeys {
    /// Those that hashes are written under; two while one takes over from the other.
    pub write: Vec<IndexKey>,
    /// Those that are looked up.
    pub read: Vec<IndexKey>,
}
