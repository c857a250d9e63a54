//! Tables that a snapshot shares with the next: only the pieces that change are copied.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

const SHARDS: usize = 1_024;
const SHARDS_MASK: u64 = 1_023;
const CHUNK: usize = 256;

/// A map by hashes that are made already, in pieces.
#[derive(Debug, Clone)]
pub struct Shards<V> {
    shards: Vec<Arc<Piece<V>>>,
}

type Piece<V> = HashMap<u64, V, BuildHasherDefault<AsItIs>>;

/// Takes a hash for what it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl<V> Default for Shards<V> {
    fn default() -> Self {
        let empty = Arc::new(Piece::default());
        Self {
            shards: vec![empty; SHARDS],
        }
    }
}

impl<V: Clone> Shards<V> {
    pub fn get(&self, hash: u64) -> Option<&V> {
        self.shards[shard(hash)].get(&hash)
    }

    /// The piece that holds a hash, its own to change.
    pub fn piece(&mut self, hash: u64) -> &mut Piece<V> {
        Arc::make_mut(&mut self.shards[shard(hash)])
    }

    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.shards.iter().flat_map(|piece| piece.values())
    }

    /// Gives back the room that growing left over.
    pub fn shrink(&mut self, each: fn(&mut V)) {
        for piece in &mut self.shards {
            let piece = Arc::make_mut(piece);
            piece.values_mut().for_each(each);
            piece.shrink_to_fit();
        }
    }
}

/// The middle of the hash, since a map's own places go by its ends.
fn shard(hash: u64) -> usize {
    usize::try_from((hash >> 24) & SHARDS_MASK).unwrap_or_default()
}

/// A numbered list in pieces, with holes that are filled again.
#[derive(Debug, Clone)]
pub struct Chunks<T> {
    chunks: Vec<Arc<Vec<Option<T>>>>,
    holes: Vec<u32>,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self {
            chunks: Vec::new(),
            holes: Vec::new(),
        }
    }
}

impl<T: Clone> Chunks<T> {
    pub fn get(&self, number: u32) -> Option<&T> {
        let (chunk, place) = split(number);
        self.chunks.get(chunk)?.get(place)?.as_ref()
    }

    pub fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        let (chunk, place) = split(number);
        Arc::make_mut(self.chunks.get_mut(chunk)?)
            .get_mut(place)?
            .as_mut()
    }

    pub fn add(&mut self, item: T) -> u32 {
        if let Some(number) = self.holes.pop() {
            let (chunk, place) = split(number);
            Arc::make_mut(&mut self.chunks[chunk])[place] = Some(item);
            return number;
        }
        if self.chunks.last().is_none_or(|last| last.len() == CHUNK) {
            self.chunks.push(Arc::new(Vec::with_capacity(CHUNK)));
        }
        let last = self.chunks.len() - 1;
        let chunk = Arc::make_mut(&mut self.chunks[last]);
        chunk.push(Some(item));
        u32::try_from(last * CHUNK + chunk.len() - 1).unwrap_or(u32::MAX)
    }

    pub fn remove(&mut self, number: u32) -> Option<T> {
        let (chunk, place) = split(number);
        let item = Arc::make_mut(self.chunks.get_mut(chunk)?)
            .get_mut(place)?
            .take()?;
        self.holes.push(number);
        Some(item)
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| chunk.iter()).flatten()
    }
}

fn split(number: u32) -> (usize, usize) {
    let number = usize::try_from(number).unwrap_or(usize::MAX);
    (number / CHUNK, number % CHUNK)
}
