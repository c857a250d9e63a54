//! Tables that a snapshot shares with the next: only the pieces that change are copied.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

const SHARDS: usize = 1_024;
const SHARDS_MASK: u64 = 1_023;
const CHUNK: usize = 128;

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
    pieces: Vec<Arc<[Option<T>]>>,
    /// Numbers that were given.
    given: usize,
    holes: Vec<u32>,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self {
            pieces: Vec::new(),
            given: 0,
            holes: Vec::new(),
        }
    }
}

impl<T: Clone> Chunks<T> {
    pub fn get(&self, number: u32) -> Option<&T> {
        let (chunk, place) = split(number);
        self.pieces.get(chunk)?.get(place)?.as_ref()
    }

    pub fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.place(number)?.as_mut()
    }

    pub fn add(&mut self, item: T) -> u32 {
        let number = self.holes.pop().unwrap_or_else(|| {
            if self.given == self.pieces.len() * CHUNK {
                self.pieces.push((0..CHUNK).map(|_| None).collect());
            }
            self.given += 1;
            u32::try_from(self.given - 1).unwrap_or(u32::MAX)
        });
        if let Some(place) = self.place(number) {
            *place = Some(item);
        }
        number
    }

    pub fn remove(&mut self, number: u32) -> Option<T> {
        let item = self.place(number)?.take()?;
        self.holes.push(number);
        Some(item)
    }

    /// A place of a piece that is this list's own to change.
    fn place(&mut self, number: u32) -> Option<&mut Option<T>> {
        let (chunk, place) = split(number);
        Arc::make_mut(self.pieces.get_mut(chunk)?).get_mut(place)
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.pieces.iter().flat_map(|chunk| chunk.iter()).flatten()
    }
}

fn split(number: u32) -> (usize, usize) {
    let number = usize::try_from(number).unwrap_or(usize::MAX);
    (number / CHUNK, number % CHUNK)
}
