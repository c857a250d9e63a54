//! Sealing of personal data: a data key for each record, wrapped by a master key, and keyed blind hashes.
//!
//! Destroying a wrapped key makes its record unreadable for ever, in the database and in every copy of it.

use anyhow::{Context as _, anyhow};
use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::signature::Ed25519KeyPair;
use aws_lc_rs::{digest, hmac, rand};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::{ExposeSecret, SecretBox};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;

/// The secret that everything sealed hangs on; 32 random bytes, never in the database.
pub struct MasterKey(SecretBox<[u8; KEY_BYTES]>);

impl MasterKey {
    pub fn generate() -> anyhow::Result<Self> {
        Ok(Self(SecretBox::new(Box::new(random()?))))
    }

    /// Reads 32 bytes from base64, as the key file and the environment carry them.
    pub fn from_base64(text: &str) -> anyhow::Result<Self> {
        let bytes = BASE64
            .decode(text.trim())
            .context("the master key is not base64")?;
        let key: [u8; KEY_BYTES] = bytes
            .try_into()
            .map_err(|_| anyhow!("the master key must be 32 bytes in base64"))?;
        Ok(Self(SecretBox::new(Box::new(key))))
    }

    pub fn to_base64(&self) -> String {
        BASE64.encode(self.0.expose_secret())
    }
}

/// A sealed record: what the database keeps of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Which master key wrapped the data key.
    pub master_key_id: String,
    pub wrapped_key: Vec<u8>,
    pub sealed: Vec<u8>,
}

/// Seals and unseals; holds the keys derived from the master key.
pub struct Vault {
    master_key_id: String,
    wrapping: LessSafeKey,
    index: hmac::Key,
    csrf: hmac::Key,
    links: hmac::Key,
    signing_seed: SecretBox<[u8; KEY_BYTES]>,
}

impl Vault {
    pub fn new(master: &MasterKey) -> anyhow::Result<Self> {
        let master = master.0.expose_secret();
        let id = digest::digest(&digest::SHA256, &derive(master, b"galena key id")?);
        Ok(Self {
            master_key_id: hex(&id.as_ref()[..8]),
            wrapping: aead_key(&derive(master, b"galena wrapping")?)?,
            index: hmac::Key::new(hmac::HMAC_SHA256, &derive(master, b"galena blind index")?),
            csrf: hmac::Key::new(hmac::HMAC_SHA256, &derive(master, b"galena csrf")?),
            links: hmac::Key::new(hmac::HMAC_SHA256, &derive(master, b"galena links")?),
            signing_seed: SecretBox::new(Box::new(derive(master, b"galena access tokens")?)),
        })
    }

    /// Names the master key without telling it.
    pub fn master_key_id(&self) -> &str {
        &self.master_key_id
    }

    /// Seals `plain` for the place `context` (table and row); elsewhere it does not open.
    pub fn seal(&self, context: &str, plain: &[u8]) -> anyhow::Result<Sealed> {
        let data_key: [u8; KEY_BYTES] = random()?;
        Ok(Sealed {
            master_key_id: self.master_key_id.clone(),
            wrapped_key: encrypt(&self.wrapping, context, &data_key)?,
            sealed: encrypt(&aead_key(&data_key)?, context, plain)?,
        })
    }

    /// Opens what was sealed for `context`.
    pub fn unseal(&self, context: &str, record: &Sealed) -> anyhow::Result<Vec<u8>> {
        if record.master_key_id != self.master_key_id {
            return Err(anyhow!(
                "sealed under master key {}, this server has {}",
                record.master_key_id,
                self.master_key_id
            ));
        }
        let data_key: [u8; KEY_BYTES] = decrypt(&self.wrapping, context, &record.wrapped_key)?
            .try_into()
            .map_err(|_| anyhow!("a wrapped key has the wrong length"))?;
        decrypt(&aead_key(&data_key)?, context, &record.sealed)
    }

    /// A keyed hash by which equal values are found without being readable.
    pub fn blind(&self, kind: &str, value: &str) -> Vec<u8> {
        let mut signer = hmac::Context::with_key(&self.index);
        signer.update(kind.as_bytes());
        signer.update(&[0]);
        signer.update(value.as_bytes());
        signer.sign().as_ref().to_vec()
    }

    /// The CSRF token of a session cookie.
    pub fn csrf_token(&self, cookie: &str) -> String {
        hex(hmac::sign(&self.csrf, cookie.as_bytes()).as_ref())
    }

    pub fn csrf_matches(&self, cookie: &str, token: &str) -> bool {
        unhex(token).is_some_and(|tag| hmac::verify(&self.csrf, cookie.as_bytes(), &tag).is_ok())
    }

    /// A text that only this server can have written, with its signature: `text.5f3a..`.
    pub fn sign_link(&self, text: &str) -> String {
        let tag = hmac::sign(&self.links, text.as_bytes());
        format!("{text}.{}", hex(tag.as_ref()))
    }

    /// The text of what `sign_link` made; `None` for anything else.
    pub fn read_link<'a>(&self, signed: &'a str) -> Option<&'a str> {
        let (text, tag) = signed.rsplit_once('.')?;
        let tag = unhex(tag)?;
        hmac::verify(&self.links, text.as_bytes(), &tag).ok()?;
        Some(text)
    }

    /// The key pair that signs access tokens.
    pub fn signing_key(&self) -> anyhow::Result<Ed25519KeyPair> {
        Ed25519KeyPair::from_seed_unchecked(self.signing_seed.expose_secret())
            .map_err(|_| anyhow!("the signing key cannot be derived"))
    }
}

/// `N` bytes from the operating system's generator.
pub fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| anyhow!("no randomness"))?;
    Ok(bytes)
}

/// SHA-256, for tokens and documents that are compared but not kept.
pub fn sha256(data: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, data).as_ref().to_vec()
}

pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok())
        .collect()
}

struct OneKey;

impl KeyType for OneKey {
    fn len(&self) -> usize {
        KEY_BYTES
    }
}

fn derive(master: &[u8], label: &[u8]) -> anyhow::Result<[u8; KEY_BYTES]> {
    let mut key = [0; KEY_BYTES];
    Salt::new(HKDF_SHA256, b"galena")
        .extract(master)
        .expand(&[label], OneKey)
        .and_then(|okm| okm.fill(&mut key))
        .map_err(|_| anyhow!("a key cannot be derived"))?;
    Ok(key)
}

fn aead_key(bytes: &[u8]) -> anyhow::Result<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM_SIV, bytes)
        .map(LessSafeKey::new)
        .map_err(|_| anyhow!("a key has the wrong length"))
}

/// Nonce, then ciphertext and tag.
fn encrypt(key: &LessSafeKey, context: &str, plain: &[u8]) -> anyhow::Result<Vec<u8>> {
    let nonce: [u8; NONCE_BYTES] = random()?;
    let mut text = plain.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(context.as_bytes()),
        &mut text,
    )
    .map_err(|_| anyhow!("sealing failed"))?;
    Ok([&nonce[..], &text].concat())
}

fn decrypt(key: &LessSafeKey, context: &str, sealed: &[u8]) -> anyhow::Result<Vec<u8>> {
    let (nonce, text) = sealed
        .split_first_chunk::<NONCE_BYTES>()
        .ok_or_else(|| anyhow!("a sealed record is too short"))?;
    let mut text = text.to_vec();
    let plain = key
        .open_in_place(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from(context.as_bytes()),
            &mut text,
        )
        .map_err(|_| anyhow!("a sealed record does not open: wrong key, place or content"))?;
    Ok(plain.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_link_is_read_by_its_server_alone() {
        let vault = vault();
        let signed = vault.sign_link("conv_1.3.acc_2");
        assert_eq!(vault.read_link(&signed), Some("conv_1.3.acc_2"));
        assert_eq!(vault.read_link(&signed.replace(".3.", ".4.")), None);
        assert_eq!(vault.read_link("conv_1.3.acc_2"), None);
        assert_eq!(self::vault().read_link(&signed), None);
    }

    fn vault() -> Vault {
        Vault::new(&MasterKey::generate().unwrap()).unwrap()
    }

    #[test]
    fn opens_only_in_its_place_under_its_key() {
        let vault = vault();
        let record = vault.seal("lead_contacts/1", b"+37120000000").unwrap();
        assert_eq!(
            vault.unseal("lead_contacts/1", &record).unwrap(),
            b"+37120000000"
        );
        assert!(vault.unseal("lead_contacts/2", &record).is_err());
        assert!(self::vault().unseal("lead_contacts/1", &record).is_err());
        let mut broken = record.clone();
        broken.sealed[20] ^= 1;
        assert!(vault.unseal("lead_contacts/1", &broken).is_err());
    }

    #[test]
    fn blind_hashes_are_keyed_and_typed() {
        let vault = vault();
        assert_eq!(
            vault.blind("email", "a@b.lv"),
            vault.blind("email", "a@b.lv")
        );
        assert_ne!(
            vault.blind("email", "a@b.lv"),
            vault.blind("phone", "a@b.lv")
        );
        assert_ne!(
            vault.blind("email", "a@b.lv"),
            self::vault().blind("email", "a@b.lv")
        );
    }

    #[test]
    fn csrf_tokens_belong_to_one_cookie() {
        let vault = vault();
        let token = vault.csrf_token("one");
        assert!(vault.csrf_matches("one", &token));
        assert!(!vault.csrf_matches("two", &token));
        assert!(!vault.csrf_matches("one", ""));
    }

    #[test]
    fn master_keys_read_back() {
        let key = MasterKey::generate().unwrap();
        let again = MasterKey::from_base64(&key.to_base64()).unwrap();
        assert_eq!(again.to_base64(), key.to_base64());
        assert!(MasterKey::from_base64("c2hvcnQ=").is_err());
    }
}
