//! The verticals in memory: every lead and ping is read by one of them, and they seldom change.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::{Vertical, store};
use crate::db::Conn;
use crate::error::Result;

/// Every vertical, by name.
pub type Shared = Arc<[Arc<Vertical>]>;

/// Where handlers find them.
pub type CatalogueData = actix_web::web::Data<Arc<Catalogue>>;

/// The verticals as of a number of changes. A server reads them anew after any change, also after one that another
/// server made; a transaction that changes one reads them from the database itself.
#[derive(Debug)]
pub struct Catalogue(ArcSwap<(Option<i64>, Shared)>);

impl Default for Catalogue {
    fn default() -> Self {
        Self(ArcSwap::from_pointee((None, Shared::from([]))))
    }
}

impl Catalogue {
    /// Every vertical as this transaction sees it.
    pub fn all(&self, conn: &mut Conn) -> Result<Shared> {
        // First the number: verticals that are newer than it are read once more, older ones never stay.
        let changes = store::changes(conn)?;
        let known = self.0.load();
        if known.0 == Some(changes) {
            return Ok(Arc::clone(&known.1));
        }
        let fresh: Shared = store::all(conn)?.into_iter().map(Arc::new).collect();
        self.0.store(Arc::new((Some(changes), Arc::clone(&fresh))));
        Ok(fresh)
    }
}
