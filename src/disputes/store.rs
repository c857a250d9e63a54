//! Disputes in the database.

pub mod entries;
pub mod figures;

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::{
    DecisionHow, Dispute, DisputeSide, DisputeState, DisputedCharge, Finding, FindingName,
    FindingVerdict,
};
use crate::clock::Ts;
use crate::db::Conn;
use crate::db::schema::{
    dispute_decisions, dispute_findings, disputes, lead_contacts, purchases, verticals,
};
use crate::db::types::{from_json, json};
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, ContractId, DisputeId, PurchaseId, UserId};
use crate::leads::SealedContact;
use crate::purchases::Purchase;

/// Writes a dispute down; refused as `already_disputed` when the charge has one.
pub fn insert(conn: &mut Conn, dispute: &Dispute) -> Result<()> {
    let inserted = diesel::insert_into(disputes::table)
        .values(dispute)
        .execute(conn);
    match inserted {
        Ok(_) => Ok(()),
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            Err(Error::refused(Code::AlreadyDisputed))
        }
        Err(error) => Err(error.into()),
    }
}

pub fn by_id(conn: &mut Conn, id: DisputeId) -> Result<Option<Dispute>> {
    Ok(disputes::table
        .find(id)
        .select(Dispute::as_select())
        .first(conn)
        .optional()?)
}

/// Every dispute of a purchase, the oldest first.
pub fn of_purchase(conn: &mut Conn, purchase: PurchaseId) -> Result<Vec<Dispute>> {
    Ok(disputes::table
        .filter(disputes::purchase_id.eq(purchase))
        .order((disputes::opened_at, disputes::id))
        .select(Dispute::as_select())
        .load(conn)?)
}

pub fn of_charge(
    conn: &mut Conn,
    purchase: PurchaseId,
    kind: DisputedCharge,
) -> Result<Option<Dispute>> {
    Ok(disputes::table
        .filter(disputes::purchase_id.eq(purchase))
        .filter(disputes::charge_kind.eq(kind))
        .select(Dispute::as_select())
        .first(conn)
        .optional()?)
}

/// Writes the next step of a dispute that is still at the version that was seen.
pub fn advance(conn: &mut Conn, seen: &Dispute, next: &Dispute) -> Result<()> {
    let changed = diesel::update(disputes::table.find(seen.id))
        .filter(disputes::version.eq(seen.version))
        .filter(disputes::closed_at.is_null())
        .set((
            disputes::state.eq(next.state),
            disputes::refund_minor.eq(next.refund_minor),
            disputes::round.eq(next.round),
            disputes::version.eq(next.version),
            disputes::due_at.eq(next.due_at),
            disputes::answered_at.eq(next.answered_at),
            disputes::appealed_by.eq(next.appealed_by),
            disputes::decided_at.eq(next.decided_at),
            disputes::closed_at.eq(next.closed_at),
        ))
        .execute(conn)?;
    if changed == 1 {
        return Ok(());
    }
    Err(Error::refused_because(
        Code::StateConflict,
        "the dispute has moved on meanwhile",
    ))
}

/// Notes what a dispute without merit cost.
pub fn set_fee(conn: &mut Conn, id: DisputeId, fee_minor: i64) -> Result<()> {
    diesel::update(disputes::table.find(id))
        .set(disputes::fee_minor.eq(fee_minor))
        .execute(conn)?;
    Ok(())
}

/// Locks an open dispute until the end of the transaction.
pub fn touch(conn: &mut Conn, dispute: &Dispute) -> Result<()> {
    let touched = diesel::update(disputes::table.find(dispute.id))
        .filter(disputes::closed_at.is_null())
        .set(disputes::version.eq(disputes::version))
        .execute(conn)?;
    if touched == 1 {
        return Ok(());
    }
    Err(Error::refused_because(
        Code::StateConflict,
        "the dispute is closed",
    ))
}

/// Disputes whose deadline has passed, the longest first.
pub fn due(conn: &mut Conn, now: Ts, limit: i64) -> Result<Vec<Dispute>> {
    Ok(disputes::table
        .filter(disputes::due_at.le(now))
        .order((disputes::due_at, disputes::id))
        .limit(limit)
        .select(Dispute::as_select())
        .load(conn)?)
}

/// Purchases under a contract since then, and how many of them are disputed; what was withdrawn does
/// not count.
pub fn cap_use(conn: &mut Conn, contract: ContractId, since: Ts) -> Result<(i64, i64)> {
    use crate::db::schema::contract_versions;
    let bought = purchases::table
        .inner_join(contract_versions::table)
        .filter(contract_versions::contract_id.eq(contract))
        .filter(purchases::purchased_at.ge(since))
        .count()
        .get_result(conn)?;
    let disputed = disputes::table
        .inner_join(purchases::table)
        .filter(disputes::contract_id.eq(contract))
        .filter(disputes::is_late.eq(false))
        .filter(disputes::state.ne(DisputeState::Withdrawn))
        .filter(purchases::purchased_at.ge(since))
        .count()
        .get_result(conn)?;
    Ok((bought, disputed))
}

/// What a buyer bought before a purchase, the newest first, each with the lead's contact.
pub fn earlier_purchases(
    conn: &mut Conn,
    purchase: &Purchase,
    limit: i64,
) -> Result<Vec<(PurchaseId, SealedContact)>> {
    Ok(purchases::table
        .inner_join(lead_contacts::table.on(lead_contacts::lead_id.eq(purchases::lead_id)))
        .filter(purchases::buyer_id.eq(purchase.buyer_id))
        .filter(purchases::purchased_at.le(purchase.purchased_at))
        .filter(purchases::id.ne(purchase.id))
        .order((purchases::purchased_at.desc(), purchases::id.desc()))
        .limit(limit)
        .select((purchases::id, SealedContact::as_select()))
        .load(conn)?)
}

/// A decision as it was made; it never changes.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = dispute_decisions)]
pub struct Decision {
    pub round: i32,
    pub outcome: DisputeState,
    pub refund_minor: i64,
    pub how: DecisionHow,
    pub decided_by: Option<UserId>,
    pub decided_at: Ts,
}

pub fn insert_decision(
    conn: &mut Conn,
    dispute: &Dispute,
    how: DecisionHow,
    by: Option<UserId>,
    now: Ts,
) -> Result<()> {
    diesel::insert_into(dispute_decisions::table)
        .values((
            dispute_decisions::dispute_id.eq(dispute.id),
            dispute_decisions::round.eq(dispute.round),
            dispute_decisions::outcome.eq(dispute.state),
            dispute_decisions::refund_minor.eq(dispute.refund_minor),
            dispute_decisions::how.eq(how),
            dispute_decisions::decided_by.eq(by),
            dispute_decisions::decided_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// The decisions of a dispute in their order.
pub fn decisions(conn: &mut Conn, id: DisputeId) -> Result<Vec<Decision>> {
    Ok(dispute_decisions::table
        .filter(dispute_decisions::dispute_id.eq(id))
        .order(dispute_decisions::round)
        .select(Decision::as_select())
        .load(conn)?)
}

pub fn insert_findings(conn: &mut Conn, id: DisputeId, findings: &[Finding]) -> Result<()> {
    for finding in findings {
        diesel::insert_into(dispute_findings::table)
            .values((
                dispute_findings::dispute_id.eq(id),
                dispute_findings::name.eq(finding.name),
                dispute_findings::verdict.eq(finding.verdict),
                dispute_findings::detail.eq(json(&finding.detail)?),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// What was found when the dispute was opened.
pub fn findings(conn: &mut Conn, id: DisputeId) -> Result<Vec<Finding>> {
    let rows: Vec<(FindingName, FindingVerdict, String)> = dispute_findings::table
        .filter(dispute_findings::dispute_id.eq(id))
        .order(dispute_findings::name)
        .select((
            dispute_findings::name,
            dispute_findings::verdict,
            dispute_findings::detail,
        ))
        .load(conn)?;
    rows.into_iter()
        .map(|(name, verdict, detail)| {
            Ok(Finding {
                name,
                verdict,
                detail: from_json(&detail)?,
            })
        })
        .collect()
}

/// Which disputes a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Whose; `None` for all, which only the exchange sees.
    pub party: Option<(DisputeSide, AccountId)>,
    pub states: Vec<DisputeState>,
    /// Only what was opened before this, or at the same time with a smaller id.
    pub before: Option<(Ts, DisputeId)>,
    /// Those whose deadline comes first, in place of the newest.
    pub by_deadline: bool,
    pub limit: i64,
}

/// A dispute in a list.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = disputes)]
pub struct DisputeRow {
    #[diesel(embed)]
    pub dispute: Dispute,
    #[diesel(select_expression = verticals::name)]
    pub vertical: String,
}

pub fn list(conn: &mut Conn, filter: &Filter) -> Result<Vec<DisputeRow>> {
    let mut query = disputes::table
        .inner_join(verticals::table)
        .limit(filter.limit)
        .select(DisputeRow::as_select())
        .into_boxed();
    query = match filter.party {
        Some((DisputeSide::Seller, seller)) => query.filter(disputes::seller_id.eq(seller)),
        Some((_, buyer)) => query.filter(disputes::buyer_id.eq(buyer)),
        None => query,
    };
    if !filter.states.is_empty() {
        query = query.filter(disputes::state.eq_any(filter.states.clone()));
    }
    if let Some((at, id)) = filter.before {
        query = query.filter(
            disputes::opened_at
                .lt(at)
                .or(disputes::opened_at.eq(at).and(disputes::id.lt(id))),
        );
    }
    query = if filter.by_deadline {
        query.order((disputes::due_at.asc(), disputes::id.asc()))
    } else {
        query.order((disputes::opened_at.desc(), disputes::id.desc()))
    };
    Ok(query.load(conn)?)
}

/// How many disputes somebody has in each state.
pub fn counts(
    conn: &mut Conn,
    party: Option<(DisputeSide, AccountId)>,
) -> Result<Vec<(DisputeState, i64)>> {
    let mut query = disputes::table
        .group_by(disputes::state)
        .select((disputes::state, diesel::dsl::count_star()))
        .into_boxed();
    query = match party {
        Some((DisputeSide::Seller, seller)) => query.filter(disputes::seller_id.eq(seller)),
        Some((_, buyer)) => query.filter(disputes::buyer_id.eq(buyer)),
        None => query,
    };
    Ok(query.load(conn)?)
}
