//! Requests compiled many at a time: what they share is read once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::shares::{self, Share};
use super::{PurchaseRequest, Rule};
use crate::access::AccountKind;
use crate::contracts::{self, Odds};
use crate::db::Conn;
use crate::error::Result;
use crate::id::{AccountId, VerticalId};
use crate::money::Currency;
use crate::verticals::{Model, Vertical};
use crate::{accounts, standing};

/// What a buyer's odds depend on.
type OddsKey = (AccountId, VerticalId, Model, Currency);

/// Compiles requests against these verticals; for the work of one transaction.
pub struct Compiler {
    verticals: HashMap<VerticalId, Vertical>,
    odds: HashMap<OddsKey, Odds>,
    /// What each buyer is called, and what its standing adds in basis points.
    buyers: HashMap<AccountId, (String, i32)>,
    shares: HashMap<(AccountId, VerticalId), Share>,
}

impl Compiler {
    pub fn new(verticals: Vec<Vertical>) -> Self {
        let verticals = verticals
            .into_iter()
            .map(|vertical| (vertical.id, vertical));
        Self {
            verticals: verticals.collect(),
            odds: HashMap::new(),
            buyers: HashMap::new(),
            shares: HashMap::new(),
        }
    }

    /// The rule of a request; `None` when its vertical is not there or its filter does not compile.
    pub fn rule(&mut self, conn: &mut Conn, request: Arc<PurchaseRequest>) -> Result<Option<Rule>> {
        let Some(vertical) = self.verticals.get(&request.vertical_id) else {
            return Ok(None);
        };
        let buyer = request.buyer_id;
        let (model, currency) = (request.agreement.terms().model, request.bid.currency);
        let odds = match self.odds.entry((buyer, vertical.id, model, currency)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(room) => {
                *room.insert(contracts::odds(conn, vertical, buyer, (model, currency))?)
            }
        };
        let (name, rank_bps) = match self.buyers.entry(buyer) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(room) => {
                let name = accounts::account(conn, buyer)?.name;
                let step = standing::step_of(conn, buyer, AccountKind::Buyer)?;
                room.insert((name, step.rank_bps))
            }
        };
        let share = match self.shares.entry((buyer, vertical.id)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(room) => *room.insert(shares::of(conn, vertical.id, buyer)?),
        };
        let rule = Rule::compile(request, vertical, odds).ok();
        Ok(rule.map(|rule| {
            let rule = rule.of_standing(*rank_bps).of_share(share);
            rule.of_buyer(name.clone())
        }))
    }
}
