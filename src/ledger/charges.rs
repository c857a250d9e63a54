//! The life of a charge: held, captured, released, settled, disputed, refunded.

use anyhow::anyhow;

use super::account::LedgerAccount;
use super::posting::{Event, Line, Posting, Source, post, post_one};
use super::store::{self, HoldRow};
use crate::clock::Ts;
use crate::db::Conn;
use crate::error::{Code, Error, Result};
use crate::id::{AccountId, DisputeId, PurchaseId};
use crate::money::{Currency, Money, divide_half_even};

/// A purchase that is paid on delivery.
#[derive(Debug, Clone, Copy)]
pub struct Sale {
    pub purchase: PurchaseId,
    pub buyer: AccountId,
    pub seller: AccountId,
    pub price: Money,
    pub commission: Money,
    pub at: Ts,
}

/// Holds and captures the price in one go; a lead that costs nothing leaves no posting.
///
/// Refused with `insufficient_funds` when the wallet does not cover it; the transaction is then as
/// it was before.
pub fn sale(conn: &mut Conn, sale: &Sale) -> Result<()> {
    charge(conn, sale.buyer, &sale.capture())
}

impl Sale {
    const fn capture(&self) -> Capture {
        Capture {
            source: Source::Purchase(self.purchase),
            seller: self.seller,
            price: self.price,
            commission: self.commission,
            at: self.at,
        }
    }
}

/// Holds and captures the prices of many purchases at once, all or none.
///
/// Refused with `insufficient_funds` when one wallet does not cover its part; the transaction is then as it was
/// before.
pub fn sales(conn: &mut Conn, sales: &[Sale]) -> Result<()> {
    let (mut postings, mut holds) = (Vec::new(), Vec::new());
    for sale in sales {
        check_commission(sale.price, sale.commission)?;
        if sale.price.minor == 0 {
            continue;
        }
        let capture = sale.capture();
        postings.push(hold_posting(
            capture.source,
            sale.buyer,
            sale.price,
            sale.at,
        ));
        postings.push(capture.posting(sale.buyer));
        holds.push(capture.hold(sale.buyer));
    }
    post(conn, &postings)?;
    store::insert_holds(conn, &holds)
}

/// Holds and captures at once what is due, like `sale`, for any source.
pub fn charge(conn: &mut Conn, buyer: AccountId, capture: &Capture) -> Result<()> {
    check_commission(capture.price, capture.commission)?;
    if capture.price.minor == 0 {
        return Ok(());
    }
    let postings = [
        hold_posting(capture.source, buyer, capture.price, capture.at),
        capture.posting(buyer),
    ];
    post(conn, &postings)?;
    store::insert_holds(conn, &[capture.hold(buyer)])
}

impl Capture {
    fn posting(&self, buyer: AccountId) -> Posting {
        let (price, commission) = (self.price, self.commission);
        capture_posting(self.source, buyer, self.seller, price, commission, self.at)
    }

    /// The hold of a price that is captured at once.
    fn hold(&self, buyer: AccountId) -> HoldRow {
        HoldRow {
            seller_id: Some(self.seller),
            captured_minor: self.price.minor,
            commission_minor: self.commission.minor,
            pending_minor: self.price.minor - self.commission.minor,
            ..fresh_hold(self.source, buyer, self.price, self.at)
        }
    }
}

/// A fee that the buyer owes the exchange itself; refused with `insufficient_funds` like a sale.
pub fn fee(conn: &mut Conn, source: Source, buyer: AccountId, amount: Money, at: Ts) -> Result<()> {
    let lines = [
        Line::debit(LedgerAccount::Wallet(buyer), amount),
        Line::credit(LedgerAccount::FeeRevenue, amount),
    ];
    post_one(conn, Posting::new(Event::Fee, source, at, lines))?;
    Ok(())
}

/// Adds to an open hold, once, when more is due than was set aside.
pub fn top_up(conn: &mut Conn, source: Source, amount: Money, at: Ts) -> Result<()> {
    let hold = store::top_up_hold(conn, source, amount)?
        .ok_or_else(|| conflict("the hold is not open"))?;
    let lines = [
        Line::debit(LedgerAccount::Wallet(hold.buyer_id), amount),
        Line::credit(LedgerAccount::Hold(hold.buyer_id), amount),
    ];
    post_one(conn, Posting::new(Event::TopUp, source, at, lines))?;
    Ok(())
}

/// What a buyer may spend, locked until the end of the transaction.
pub fn lock_available(conn: &mut Conn, buyer: AccountId, currency: Currency) -> Result<Money> {
    store::lock_balance(conn, LedgerAccount::Wallet(buyer), currency)
}

/// A buyer's money set aside for a charge that has not happened yet.
#[derive(Debug, Clone, Copy)]
pub struct Hold {
    pub source: Source,
    pub buyer: AccountId,
    pub amount: Money,
    pub at: Ts,
}

pub fn hold(conn: &mut Conn, hold: &Hold) -> Result<()> {
    let posting = hold_posting(hold.source, hold.buyer, hold.amount, hold.at);
    post_one(conn, posting)?;
    let row = fresh_hold(hold.source, hold.buyer, hold.amount, hold.at);
    store::insert_holds(conn, &[row])
}

/// The charge that a hold was made for.
#[derive(Debug, Clone, Copy)]
pub struct Capture {
    pub source: Source,
    pub seller: AccountId,
    pub price: Money,
    pub commission: Money,
    pub at: Ts,
}

/// Charges a hold, once, and lets its rest go.
pub fn capture(conn: &mut Conn, capture: &Capture) -> Result<()> {
    let Capture {
        source,
        seller,
        price,
        commission,
        at,
    } = *capture;
    check_commission(price, commission)?;
    if price.minor == 0 {
        return release(conn, &[source], at);
    }
    let hold = store::capture_hold(conn, source, seller, price, commission)?
        .ok_or_else(|| conflict("the hold is not open or does not cover the price"))?;
    let charge = capture_posting(source, hold.buyer_id, seller, price, commission, at);
    if hold.released_minor == 0 {
        post_one(conn, charge)?;
    } else {
        post(conn, &[charge, release_posting(&hold, at)])?;
    }
    Ok(())
}

/// Gives holds back, whole, when what they were made for does not happen.
pub fn release(conn: &mut Conn, sources: &[Source], at: Ts) -> Result<()> {
    let mut releases = Vec::with_capacity(sources.len());
    for source in sources {
        let hold = store::release_hold(conn, *source)?;
        let hold = hold.ok_or_else(|| conflict("the hold is not open"))?;
        releases.push(release_posting(&hold, at));
    }
    post(conn, &releases).map(drop)
}

/// A seller's share that becomes final.
#[derive(Debug, Clone, Copy)]
pub struct Settlement {
    pub source: Source,
    pub seller: AccountId,
    /// All of the charge's share that is still pending.
    pub net: Money,
    /// The part of it that is kept back for later refunds.
    pub reserve: Money,
    pub at: Ts,
}

/// Makes a seller's pending share payable, less a part that goes to its reserve.
pub fn settle(conn: &mut Conn, settlement: &Settlement) -> Result<()> {
    let Settlement {
        source,
        seller,
        net,
        reserve,
        at,
    } = *settlement;
    let payable = net.checked_sub(reserve).map_err(anyhow::Error::from)?;
    if net.minor < 0 || reserve.minor < 0 || payable.minor < 0 {
        return Err(Error::Internal(anyhow!("{source} cannot settle {net}")));
    }
    if !store::settle_hold(conn, source, seller, net, at)? {
        // A lead that cost nothing was never charged.
        if net.minor == 0 && store::lock_hold(conn, source)?.is_none() {
            return Ok(());
        }
        return Err(conflict("the share is not pending, or another amount is"));
    }
    if net.minor == 0 {
        return Ok(());
    }
    let lines = [
        Line::debit(LedgerAccount::SellerPending(seller), net),
        Line::credit(LedgerAccount::SellerPayable(seller), payable),
        Line::credit(LedgerAccount::SellerReserve(seller), reserve),
    ];
    post_one(conn, Posting::new(Event::Settle, source, at, lines))?;
    Ok(())
}

/// Makes payable what was kept back of a charge's share, as far as refunds have left it; answers how much.
pub fn release_reserve(
    conn: &mut Conn,
    source: Source,
    seller: AccountId,
    kept: Money,
    at: Ts,
) -> Result<Money> {
    let reserve = LedgerAccount::SellerReserve(seller);
    let left = store::lock_balance(conn, reserve, kept.currency)?;
    let released = Money::new(kept.minor.min(left.minor), kept.currency);
    if released.minor > 0 {
        let lines = [
            Line::debit(reserve, released),
            Line::credit(LedgerAccount::SellerPayable(seller), released),
        ];
        post_one(conn, Posting::new(Event::ReserveRelease, source, at, lines))?;
    }
    Ok(released)
}

/// What of a charge's share is still pending, locked until the end of the transaction.
pub fn lock_pending(conn: &mut Conn, charge: Source) -> Result<Money> {
    let row = locked(conn, charge)?;
    Ok(row.money(row.pending_minor))
}

/// A dispute that stops a charge's share from being paid out.
#[derive(Debug, Clone, Copy)]
pub struct DisputeHold {
    pub dispute: DisputeId,
    /// The source of the disputed charge.
    pub charge: Source,
    pub amount: Money,
    pub at: Ts,
}

/// Sets the seller's share aside, up to what is pending of the charge, or payable once it is
/// settled; answers how much that was.
pub fn dispute_hold(conn: &mut Conn, dispute: &DisputeHold) -> Result<Money> {
    let row = locked(conn, dispute.charge)?;
    let seller = row.seller()?;
    let mut left = dispute.amount.minor;
    let pending = left.min(row.pending_minor);
    left -= pending;
    let payable = if row.settled_at.is_some() && left > 0 {
        left.min(
            store::lock_balance(conn, LedgerAccount::SellerPayable(seller), row.currency)?.minor,
        )
    } else {
        0
    };
    let held = row.money(pending + payable);
    if held.minor > 0 {
        store::move_shares(conn, dispute.charge, -pending, held.minor, 0)?;
        let lines = [
            Line::debit(LedgerAccount::SellerPending(seller), row.money(pending)),
            Line::debit(LedgerAccount::SellerPayable(seller), row.money(payable)),
            Line::credit(LedgerAccount::SellerDisputed(seller), held),
        ];
        let source = Source::Dispute(dispute.dispute);
        post_one(
            conn,
            Posting::new(Event::DisputeHold, source, dispute.at, lines),
        )?;
    }
    Ok(held)
}

/// Gives the disputed share back: to pending while the charge is not settled, else to payable.
pub fn dispute_release(conn: &mut Conn, dispute: DisputeId, charge: Source, at: Ts) -> Result<()> {
    let row = locked(conn, charge)?;
    let (seller, held) = (row.seller()?, row.money(row.disputed_minor));
    if held.minor == 0 {
        return Ok(());
    }
    let (pending, target) = if row.settled_at.is_none() {
        (held.minor, LedgerAccount::SellerPending(seller))
    } else {
        (0, LedgerAccount::SellerPayable(seller))
    };
    store::move_shares(conn, charge, pending, -held.minor, 0)?;
    let lines = [
        Line::debit(LedgerAccount::SellerDisputed(seller), held),
        Line::credit(target, held),
    ];
    let source = Source::Dispute(dispute);
    post_one(conn, Posting::new(Event::DisputeRelease, source, at, lines))?;
    Ok(())
}

/// Money that goes back to a buyer, for all or a part of a charge.
#[derive(Debug, Clone, Copy)]
pub struct Refund {
    /// What decided it: the dispute, or the purchase itself.
    pub source: Source,
    pub charge: Source,
    pub amount: Money,
    pub at: Ts,
}

/// Where a refund came from; the parts add up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundParts {
    pub disputed: Money,
    pub pending: Money,
    pub reserve: Money,
    pub payable: Money,
    /// What the seller now owes.
    pub claim: Money,
    pub commission: Money,
}

/// Refunds a buyer; refunds of one charge never add up to more than its price, and the commission
/// goes back in proportion, exactly whole with the whole price.
pub fn refund(conn: &mut Conn, refund: &Refund) -> Result<RefundParts> {
    if refund.amount.minor <= 0 {
        return Err(Error::Internal(anyhow!("a refund of {}", refund.amount)));
    }
    let row = store::refund_hold(conn, refund.charge, refund.amount)?
        .ok_or_else(|| conflict("refunds would be more than the charge"))?;
    let capture = store::posting_of(conn, refund.charge, Event::Capture)?
        .ok_or_else(|| Error::Internal(anyhow!("{} has no capture", refund.charge)))?;
    let seller = row.seller()?;
    let parts = refund_parts(conn, &row, seller, refund.amount)?;
    store::move_shares(
        conn,
        refund.charge,
        -parts.pending.minor,
        -parts.disputed.minor,
        parts.commission.minor,
    )?;
    let lines = [
        Line::debit(LedgerAccount::SellerDisputed(seller), parts.disputed),
        Line::debit(LedgerAccount::SellerPending(seller), parts.pending),
        Line::debit(LedgerAccount::SellerReserve(seller), parts.reserve),
        Line::debit(LedgerAccount::SellerPayable(seller), parts.payable),
        Line::debit(LedgerAccount::SellerReceivable(seller), parts.claim),
        Line::debit(LedgerAccount::CommissionRevenue, parts.commission),
        Line::credit(LedgerAccount::Wallet(row.buyer_id), refund.amount),
    ];
    let posting = Posting::new(Event::Refund, refund.source, refund.at, lines).correcting(capture);
    post_one(conn, posting)?;
    Ok(parts)
}

fn refund_parts(
    conn: &mut Conn,
    row: &HoldRow,
    seller: AccountId,
    amount: Money,
) -> Result<RefundParts> {
    let due = i128::from(row.commission_minor) * i128::from(row.refunded_minor);
    let commission =
        divide_half_even(due, i128::from(row.captured_minor)) - row.commission_refunded_minor;
    let mut left = amount.minor - commission;
    let mut take = |available: i64| {
        let part = left.min(available);
        left -= part;
        row.money(part)
    };
    let disputed = take(row.disputed_minor);
    let pending = take(row.pending_minor);
    let mut parts = RefundParts {
        disputed,
        pending,
        reserve: row.money(0),
        payable: row.money(0),
        claim: row.money(0),
        commission: row.money(commission),
    };
    if left > 0 {
        // In the order in which `post` takes them, so that no two refunds wait for each other.
        let mut balances = Vec::with_capacity(5);
        for account in [
            LedgerAccount::Wallet(row.buyer_id),
            LedgerAccount::SellerPending(seller),
            LedgerAccount::SellerDisputed(seller),
            LedgerAccount::SellerReserve(seller),
            LedgerAccount::SellerPayable(seller),
        ] {
            balances.push(store::lock_balance(conn, account, row.currency)?);
        }
        if let [.., reserve, payable] = balances.as_slice() {
            let from_reserve = left.min(reserve.minor);
            let from_payable = (left - from_reserve).min(payable.minor);
            parts.reserve = row.money(from_reserve);
            parts.payable = row.money(from_payable);
            parts.claim = row.money(left - from_reserve - from_payable);
        }
    }
    Ok(parts)
}

fn locked(conn: &mut Conn, charge: Source) -> Result<HoldRow> {
    store::lock_hold(conn, charge)?
        .filter(|row| row.captured_minor > 0)
        .ok_or_else(|| conflict("this was never charged"))
}

fn conflict(detail: &str) -> Error {
    Error::refused_because(Code::StateConflict, detail)
}

fn check_commission(price: Money, commission: Money) -> Result<()> {
    if price.currency == commission.currency && (0..=price.minor).contains(&commission.minor) {
        return Ok(());
    }
    Err(Error::Internal(anyhow!(
        "commission {commission} of price {price}"
    )))
}

fn hold_posting(source: Source, buyer: AccountId, amount: Money, at: Ts) -> Posting {
    let lines = [
        Line::debit(LedgerAccount::Wallet(buyer), amount),
        Line::credit(LedgerAccount::Hold(buyer), amount),
    ];
    Posting::new(Event::Hold, source, at, lines)
}

fn capture_posting(
    source: Source,
    buyer: AccountId,
    seller: AccountId,
    price: Money,
    commission: Money,
    at: Ts,
) -> Posting {
    let net = Money::new(price.minor - commission.minor, price.currency);
    let lines = [
        Line::debit(LedgerAccount::Hold(buyer), price),
        Line::credit(LedgerAccount::SellerPending(seller), net),
        Line::credit(LedgerAccount::CommissionRevenue, commission),
    ];
    Posting::new(Event::Capture, source, at, lines)
}

fn release_posting(hold: &HoldRow, at: Ts) -> Posting {
    let rest = hold.money(hold.released_minor);
    let lines = [
        Line::debit(LedgerAccount::Hold(hold.buyer_id), rest),
        Line::credit(LedgerAccount::Wallet(hold.buyer_id), rest),
    ];
    Posting::new(Event::Release, hold.source(), at, lines)
}

fn fresh_hold(source: Source, buyer: AccountId, amount: Money, at: Ts) -> HoldRow {
    HoldRow {
        source_type: source.kind(),
        source_id: source.id(),
        buyer_id: buyer,
        seller_id: None,
        currency: amount.currency,
        held_minor: amount.minor,
        captured_minor: 0,
        released_minor: 0,
        commission_minor: 0,
        refunded_minor: 0,
        commission_refunded_minor: 0,
        pending_minor: 0,
        disputed_minor: 0,
        created_at: at,
        settled_at: None,
    }
}
