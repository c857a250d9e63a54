//! Sealing of personal data: a data key for each record, wrapped by a master key, and keyed blind hashes.
//!
//! Destroying a wrapped key makes its record unreadable for ever, in the database and in every copy of it.

mod bytes;
mod index;

use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use arc_swap::ArcSwap;
use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::signature::Ed25519KeyPair;
use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use secrecy::{ExposeSecret, SecretBox};

pub use bytes::{hex, random, sha256, unhex};
pub use index::IndexKey;
use index::IndexKeys;

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

impl Sealed {
    /// Whether its data key was destroyed.
    pub fn is_erased(&self) -> bool {
        self.wrapped_key.is_empty()
    }
}

/// The keys derived from one master key.
struct Keys {
    id: String,
    wrapping: LessSafeKey,
    csrf: hmac::Key,
    links: hmac::Key,
}

impl Keys {
    fn new(master: &[u8]) -> anyhow::Result<Self> {
        let id = digest::digest(&digest::SHA256, &derive(master, b"galena key id")?);
        Ok(Self {
            id: hex(&id.as_ref()[..8]),
            wrapping: aead_key(&derive(master, b"galena wrapping")?)?,
            csrf: hmac::Key::new(hmac::HMAC_SHA256, &derive(master, b"galena csrf")?),
            links: hmac::Key::new(hmac::HMAC_SHA256, &derive(master, b"galena links")?),
        })
    }
}

/// Seals and unseals; holds the keys derived from the master keys.
pub struct Vault {
    /// The one that seals, then those that only open what they sealed before.
    keys: Vec<Keys>,
    first_index: [u8; KEY_BYTES],
    index: ArcSwap<IndexKeys>,
    signing_seed: SecretBox<[u8; KEY_BYTES]>,
}

impl Vault {
    pub fn new(master: &MasterKey) -> anyhow::Result<Self> {
        Self::with_old(master, &[])
    }

    /// Seals under `master`, and opens what was sealed under `old` ones too.
    pub fn with_old(master: &MasterKey, old: &[MasterKey]) -> anyhow::Result<Self> {
        let keys = std::iter::once(master)
            .chain(old)
            .map(|key| Keys::new(key.0.expose_secret()))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let master = master.0.expose_secret();
        let first_index = derive(master, b"galena blind index")?;
        Ok(Self {
            keys,
            first_index,
            index: ArcSwap::from_pointee(IndexKeys {
                write: vec![IndexKey::new(&first_index)],
                read: vec![IndexKey::new(&first_index)],
            }),
            signing_seed: SecretBox::new(Box::new(derive(master, b"galena access tokens")?)),
        })
    }

    /// Names the master key that seals, without telling it.
    pub fn master_key_id(&self) -> &str {
        self.keys.first().map_or("", |key| &key.id)
    }

    /// Whether what was sealed under this master key can be opened.
    pub fn knows(&self, master_key_id: &str) -> bool {
        self.keys.iter().any(|key| key.id == master_key_id)
    }

    /// The master keys that only open what they sealed before.
    pub fn old_master_key_ids(&self) -> Vec<String> {
        let old = self.keys.iter().skip(1);
        old.map(|key| key.id.clone()).collect()
    }

    fn current(&self) -> anyhow::Result<&Keys> {
        self.keys.first().ok_or_else(|| anyhow!("no master key"))
    }

    /// Seals `plain` for a place, `table/row`; in another table, column or row it does not open.
    pub fn seal(&self, place: &str, plain: &[u8]) -> anyhow::Result<Sealed> {
        let data_key: [u8; KEY_BYTES] = random()?;
        let master = self.current()?;
        Ok(Sealed {
            master_key_id: master.id.clone(),
            wrapped_key: encrypt(&master.wrapping, &bound(place, "wrapped_key"), &data_key)?,
            sealed: encrypt(&aead_key(&data_key)?, &bound(place, "sealed"), plain)?,
        })
    }

    /// Opens what was sealed for a place.
    pub fn unseal(&self, place: &str, record: &Sealed) -> anyhow::Result<Vec<u8>> {
        let data_key = self.data_key(place, record)?;
        decrypt(
            &aead_key(&data_key)?,
            &bound(place, "sealed"),
            &record.sealed,
        )
    }

    /// Opens what was sealed for a place; `None` when its key was destroyed.
    pub fn unseal_kept(&self, place: &str, record: &Sealed) -> anyhow::Result<Option<Vec<u8>>> {
        if record.is_erased() {
            return Ok(None);
        }
        self.unseal(place, record).map(Some)
    }

    /// Seals another column of a record's row, under its data key.
    pub fn seal_beside(
        &self,
        (place, column): (&str, &str),
        record: &Sealed,
        plain: &[u8],
    ) -> anyhow::Result<Vec<u8>> {
        let data_key = self.data_key(place, record)?;
        encrypt(&aead_key(&data_key)?, &bound(place, column), plain)
    }

    /// Opens another column of a record's row; `None` when its key was destroyed.
    pub fn unseal_beside(
        &self,
        (place, column): (&str, &str),
        record: &Sealed,
        sealed: &[u8],
    ) -> anyhow::Result<Option<Vec<u8>>> {
        if record.is_erased() {
            return Ok(None);
        }
        let data_key = self.data_key(place, record)?;
        decrypt(&aead_key(&data_key)?, &bound(place, column), sealed).map(Some)
    }

    /// The same data key, wrapped by the current master key.
    pub fn rewrap(&self, place: &str, record: &Sealed) -> anyhow::Result<Sealed> {
        let data_key = self.data_key(place, record)?;
        let master = self.current()?;
        Ok(Sealed {
            master_key_id: master.id.clone(),
            wrapped_key: encrypt(&master.wrapping, &bound(place, "wrapped_key"), &data_key)?,
            sealed: record.sealed.clone(),
        })
    }

    fn data_key(&self, place: &str, record: &Sealed) -> anyhow::Result<[u8; KEY_BYTES]> {
        let master = self
            .keys
            .iter()
            .find(|key| key.id == record.master_key_id)
            .ok_or_else(|| {
                anyhow!(
                    "sealed under master key {}, which this server does not have",
                    record.master_key_id
                )
            })?;
        decrypt(
            &master.wrapping,
            &bound(place, "wrapped_key"),
            &record.wrapped_key,
        )?
        .try_into()
        .map_err(|_| anyhow!("a wrapped key has the wrong length"))
    }

    /// What the first key of the blind hashes is, where the database has none yet.
    pub fn first_index_key(&self) -> [u8; KEY_BYTES] {
        self.first_index
    }

    /// Sets the keys of the blind hashes: those to write under, the current one first, and those to look up.
    pub fn set_index_keys(&self, write: Vec<IndexKey>, read: Vec<IndexKey>) {
        if !write.is_empty() {
            self.index.store(Arc::new(IndexKeys { write, read }));
        }
    }

    /// A keyed hash by which equal values are found without being readable.
    pub fn blind(&self, kind: &str, value: &str) -> Vec<u8> {
        self.blind_digest(kind, &sha256(value.as_bytes()))
    }

    /// The same for a value of which only the SHA-256 is known.
    pub fn blind_digest(&self, kind: &str, digest: &[u8]) -> Vec<u8> {
        let index = self.index.load();
        index
            .write
            .first()
            .map(|key| key.blind(kind, digest))
            .unwrap_or_default()
    }

    /// The hashes to write: one, or two while the key is being changed.
    pub fn blinds_to_write(&self, kind: &str, value: &str) -> Vec<Vec<u8>> {
        let (index, digest) = (self.index.load(), sha256(value.as_bytes()));
        let keys = index.write.iter();
        keys.map(|key| key.blind(kind, &digest)).collect()
    }

    /// The hashes under every key that is still looked up.
    pub fn blinds(&self, kind: &str, value: &str) -> Vec<Vec<u8>> {
        self.blinds_of_digest(kind, &sha256(value.as_bytes()))
    }

    /// The same for a value of which only the SHA-256 is known.
    pub fn blinds_of_digest(&self, kind: &str, digest: &[u8]) -> Vec<Vec<u8>> {
        let index = self.index.load();
        let keys = index.read.iter();
        keys.map(|key| key.blind(kind, digest)).collect()
    }

    /// The CSRF token of a session cookie.
    pub fn csrf_token(&self, cookie: &str) -> String {
        self.keys.first().map_or_else(String::new, |key| {
            hex(hmac::sign(&key.csrf, cookie.as_bytes()).as_ref())
        })
    }

    pub fn csrf_matches(&self, cookie: &str, token: &str) -> bool {
        unhex(token).is_some_and(|tag| {
            self.keys
                .iter()
                .any(|key| hmac::verify(&key.csrf, cookie.as_bytes(), &tag).is_ok())
        })
    }

    /// A text that only this server can have written, with its signature: `text.5f3a..`.
    pub fn sign_link(&self, text: &str) -> String {
        let tag = self.keys.first().map_or_else(String::new, |key| {
            hex(hmac::sign(&key.links, text.as_bytes()).as_ref())
        });
        format!("{text}.{tag}")
    }

    /// The text of what `sign_link` made, also under an old master key; `None` for anything else.
    pub fn read_link<'a>(&self, signed: &'a str) -> Option<&'a str> {
        let (text, tag) = signed.rsplit_once('.')?;
        let tag = unhex(tag)?;
        self.keys
            .iter()
            .any(|key| hmac::verify(&key.links, text.as_bytes(), &tag).is_ok())
            .then_some(text)
    }

    /// The key pair that signs access tokens.
    pub fn signing_key(&self) -> anyhow::Result<Ed25519KeyPair> {
        Ed25519KeyPair::from_seed_unchecked(self.signing_seed.expose_secret())
            .map_err(|_| anyhow!("the signing key cannot be derived"))
    }
}

/// What binds a part of a sealed record to its table, column and row.
fn bound(place: &str, column: &str) -> String {
    let (table, row) = place.split_once('/').unwrap_or((place, ""));
    format!("{table}.{column}/{row}")
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
        let place = "lead_contacts/1";
        let record = vault.seal(place, b"+37120000000").unwrap();
        assert_eq!(vault.unseal(place, &record).unwrap(), b"+37120000000");
        for elsewhere in ["lead_contacts/2", "refused_leads/1"] {
            assert!(vault.unseal(elsewhere, &record).is_err());
        }
        assert!(self::vault().unseal(place, &record).is_err());
        let mut broken = record.clone();
        broken.sealed[20] ^= 1;
        assert!(vault.unseal(place, &broken).is_err());
    }

    #[test]
    fn a_wrapped_key_is_no_content_and_content_is_no_key() {
        let vault = vault();
        let place = "lead_contacts/1";
        let record = vault.seal(place, &[7; KEY_BYTES]).unwrap();
        let swapped = Sealed {
            sealed: record.wrapped_key.clone(),
            ..record.clone()
        };
        assert!(vault.unseal(place, &swapped).is_err());
        let erased = Sealed {
            master_key_id: String::new(),
            wrapped_key: Vec::new(),
            sealed: Vec::new(),
        };
        assert!(vault.unseal(place, &erased).is_err());
        assert_eq!(vault.unseal_kept(place, &erased).unwrap(), None);
    }

    #[test]
    fn a_column_beside_opens_as_itself_and_no_longer_than_its_record() {
        let vault = vault();
        let place = "lead_contacts/1";
        let record = vault.seal(place, b"+37120000000").unwrap();
        let wanted = (place, "wanted");
        let beside = vault.seal_beside(wanted, &record, b"glasses").unwrap();
        let open = |at, sealed| vault.unseal_beside(at, &record, sealed);
        assert_eq!(open(wanted, &beside).unwrap().unwrap(), b"glasses");
        assert!(open((place, "sealed"), &beside).is_err());
        assert!(open(("lead_contacts/2", "wanted"), &beside).is_err());
        assert!(open(wanted, &record.sealed).is_err());
        let erased = Sealed {
            wrapped_key: Vec::new(),
            ..record.clone()
        };
        let opened = vault.unseal_beside(wanted, &erased, &beside).unwrap();
        assert_eq!(opened, None);
    }

    #[test]
    fn a_new_master_key_opens_what_the_old_one_sealed_and_wraps_it_anew() {
        let (old, new) = (
            MasterKey::generate().unwrap(),
            MasterKey::generate().unwrap(),
        );
        let place = "lead_contacts/1";
        let before = Vault::new(&old).unwrap();
        let record = before.seal(place, b"anna@example.org").unwrap();
        let link = before.sign_link("lead_1");
        let both = Vault::with_old(&new, std::slice::from_ref(&old)).unwrap();
        assert_eq!(both.unseal(place, &record).unwrap(), b"anna@example.org");
        assert_eq!(both.read_link(&link), Some("lead_1"));
        let moved = both.rewrap(place, &record).unwrap();
        assert_eq!(moved.sealed, record.sealed);
        let after = Vault::new(&new).unwrap();
        assert!(after.unseal(place, &record).is_err());
        assert_eq!(after.unseal(place, &moved).unwrap(), b"anna@example.org");
        assert!(both.knows(before.master_key_id()) && !after.knows(before.master_key_id()));
    }

    #[test]
    fn blind_hashes_are_keyed_and_typed() {
        let vault = vault();
        let email = vault.blind("email", "a@b.lv");
        assert_eq!(vault.blind("email", "a@b.lv"), email);
        assert_ne!(vault.blind("phone", "a@b.lv"), email);
        assert_ne!(self::vault().blind("email", "a@b.lv"), email);
        let (next, first) = (
            IndexKey::new(&[1; KEY_BYTES]),
            IndexKey::new(&vault.first_index_key()),
        );
        vault.set_index_keys(vec![next.clone()], vec![next, first]);
        let now = vault.blind("email", "a@b.lv");
        assert_ne!(now, email);
        assert_eq!(vault.blinds("email", "a@b.lv"), [now, email]);
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
