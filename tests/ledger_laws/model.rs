//! The ledger told again in plain maps, from the table of events; it shares no code with the ledger.

use std::collections::BTreeMap;

/// An account of the model: its kind, the owner's number and the currency's.
pub type Key = (&'static str, usize, usize);

/// What one charge has come to.
#[derive(Debug, Clone, Default)]
pub struct Charge {
    pub buyer: usize,
    pub seller: usize,
    pub currency: usize,
    pub held: i64,
    pub captured: i64,
    pub released: i64,
    pub commission: i64,
    pub refunded: i64,
    pub commission_refunded: i64,
    pub pending: i64,
    pub disputed: i64,
    pub is_settled: bool,
}

impl Charge {
    pub fn is_open(&self) -> bool {
        self.captured == 0 && self.released == 0
    }
}

/// Money that is on its way out.
#[derive(Debug, Clone)]
pub struct Transfer {
    pub from: Key,
    pub transit: &'static str,
    pub amount: i64,
    pub state: TransferState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferState {
    Asked,
    Paid,
    Failed,
    Returned,
}

/// A posting that may be reversed: what it added to each account, in the account's own sense.
#[derive(Debug, Clone)]
pub struct Reversible {
    pub changes: Vec<(Key, i64)>,
    pub is_reversed: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Model {
    pub balances: BTreeMap<Key, i64>,
    pub charges: Vec<Charge>,
    pub transfers: Vec<Transfer>,
    pub reversibles: Vec<Reversible>,
}

/// The model's answer to an event: done, or refused with nothing changed.
pub type Answer = Result<(), &'static str>;

const SHORT: Answer = Err("insufficient_funds");
const CONFLICT: Answer = Err("state_conflict");

/// n / d for positive numbers, a half to the even neighbour.
fn half_even(n: i64, d: i64) -> i64 {
    let (quotient, rest) = (n / d, n % d);
    match (2 * rest).cmp(&d) {
        std::cmp::Ordering::Less => quotient,
        std::cmp::Ordering::Greater => quotient + 1,
        std::cmp::Ordering::Equal => quotient + quotient % 2,
    }
}

impl Model {
    pub fn get(&self, key: Key) -> i64 {
        self.balances.get(&key).copied().unwrap_or(0)
    }

    fn add(&mut self, key: Key, amount: i64) {
        *self.balances.entry(key).or_default() += amount;
    }

    fn add_all(&mut self, changes: &[(Key, i64)]) {
        for &(key, amount) in changes {
            self.add(key, amount);
        }
    }

    pub fn deposit(&mut self, buyer: usize, currency: usize, amount: i64, fee: i64) {
        let changes = vec![
            (("cash", 0, currency), amount),
            (("wallet", buyer, currency), amount),
        ];
        self.add_all(&changes);
        self.reversibles.push(Reversible {
            changes,
            is_reversed: false,
        });
        self.add(("exp:psp", 0, currency), fee);
        self.add(("cash", 0, currency), -fee);
    }

    pub fn adjust(&mut self, buyer: usize, currency: usize, amount: i64) {
        let changes = vec![
            (("exp:goodwill", 0, currency), amount),
            (("wallet", buyer, currency), amount),
        ];
        self.add_all(&changes);
        self.reversibles.push(Reversible {
            changes,
            is_reversed: false,
        });
    }

    pub fn reverse(&mut self, index: usize) -> Answer {
        let Reversible {
            changes,
            is_reversed,
        } = self.reversibles[index].clone();
        if is_reversed {
            return CONFLICT;
        }
        for &(key, amount) in &changes {
            if key.0 == "wallet" && self.get(key) < amount {
                return SHORT;
            }
            if key.0 == "buyer_recv" && self.get(key) < amount {
                return Err("internal_error");
            }
        }
        for (key, amount) in changes {
            self.add(key, -amount);
        }
        self.reversibles[index].is_reversed = true;
        Ok(())
    }

    pub fn hold(&mut self, buyer: usize, currency: usize, amount: i64) -> Answer {
        if self.get(("wallet", buyer, currency)) < amount {
            return SHORT;
        }
        self.add(("wallet", buyer, currency), -amount);
        self.add(("hold", buyer, currency), amount);
        self.charges.push(Charge {
            buyer,
            currency,
            held: amount,
            ..Charge::default()
        });
        Ok(())
    }

    pub fn capture(&mut self, index: usize, seller: usize, price: i64, commission: i64) -> Answer {
        let charge = &mut self.charges[index];
        if !charge.is_open() || price > charge.held {
            return CONFLICT;
        }
        charge.seller = seller;
        charge.captured = price;
        charge.commission = commission;
        charge.pending = price - commission;
        charge.released = charge.held - price;
        let (buyer, currency, rest) = (charge.buyer, charge.currency, charge.released);
        self.add(("hold", buyer, currency), -price - rest);
        self.add(("s_pending", seller, currency), price - commission);
        self.add(("rev:commission", 0, currency), commission);
        self.add(("wallet", buyer, currency), rest);
        Ok(())
    }

    pub fn release(&mut self, index: usize) -> Answer {
        let charge = &mut self.charges[index];
        if !charge.is_open() {
            return CONFLICT;
        }
        charge.released = charge.held;
        let (buyer, currency, held) = (charge.buyer, charge.currency, charge.held);
        self.add(("hold", buyer, currency), -held);
        self.add(("wallet", buyer, currency), held);
        Ok(())
    }

    pub fn settle(&mut self, index: usize, reserve: i64) -> Answer {
        let charge = &mut self.charges[index];
        if charge.captured == 0 || charge.is_settled || charge.disputed > 0 {
            return CONFLICT;
        }
        let (seller, currency, net) = (charge.seller, charge.currency, charge.pending);
        charge.is_settled = true;
        charge.pending = 0;
        self.add(("s_pending", seller, currency), -net);
        self.add(("s_reserve", seller, currency), reserve);
        self.add(("s_payable", seller, currency), net - reserve);
        Ok(())
    }

    pub fn dispute_hold(&mut self, index: usize, amount: i64) -> Answer {
        let charge = self.charges[index].clone();
        if charge.captured == 0 {
            return CONFLICT;
        }
        let (seller, currency) = (charge.seller, charge.currency);
        let pending = amount.min(charge.pending);
        let payable = if charge.is_settled {
            (amount - pending).min(self.get(("s_payable", seller, currency)))
        } else {
            0
        };
        self.charges[index].pending -= pending;
        self.charges[index].disputed += pending + payable;
        self.add(("s_pending", seller, currency), -pending);
        self.add(("s_payable", seller, currency), -payable);
        self.add(("s_disputed", seller, currency), pending + payable);
        Ok(())
    }

    pub fn dispute_release(&mut self, index: usize) -> Answer {
        let charge = self.charges[index].clone();
        if charge.captured == 0 {
            return CONFLICT;
        }
        let held = charge.disputed;
        self.charges[index].disputed = 0;
        self.add(("s_disputed", charge.seller, charge.currency), -held);
        if charge.is_settled {
            self.add(("s_payable", charge.seller, charge.currency), held);
        } else {
            self.charges[index].pending += held;
            self.add(("s_pending", charge.seller, charge.currency), held);
        }
        Ok(())
    }

    pub fn refund(&mut self, index: usize, amount: i64) -> Answer {
        let charge = self.charges[index].clone();
        if charge.captured == 0 || charge.refunded + amount > charge.captured {
            return CONFLICT;
        }
        let refunded = charge.refunded + amount;
        let commission =
            half_even(charge.commission * refunded, charge.captured) - charge.commission_refunded;
        let (seller, currency) = (charge.seller, charge.currency);
        let mut left = amount - commission;
        let disputed = left.min(charge.disputed);
        left -= disputed;
        let pending = left.min(charge.pending);
        left -= pending;
        let reserve = left.min(self.get(("s_reserve", seller, currency)));
        left -= reserve;
        let payable = left.min(self.get(("s_payable", seller, currency)));
        left -= payable;
        let changed = &mut self.charges[index];
        changed.refunded = refunded;
        changed.commission_refunded += commission;
        changed.disputed -= disputed;
        changed.pending -= pending;
        self.add_all(&[
            (("s_disputed", seller, currency), -disputed),
            (("s_pending", seller, currency), -pending),
            (("s_reserve", seller, currency), -reserve),
            (("s_payable", seller, currency), -payable),
            (("seller_recv", seller, currency), left),
            (("rev:commission", 0, currency), -commission),
            (("wallet", charge.buyer, currency), amount),
        ]);
        Ok(())
    }

    pub fn ask_payout(&mut self, seller: usize, currency: usize, amount: i64) -> Answer {
        let payable = self.get(("s_payable", seller, currency));
        let owed = self.get(("seller_recv", seller, currency)).min(payable);
        if payable - owed < amount {
            return SHORT;
        }
        self.add(("s_payable", seller, currency), -owed);
        self.add(("seller_recv", seller, currency), -owed);
        self.ask(("s_payable", seller, currency), "payout_transit", amount);
        Ok(())
    }

    pub fn ask_withdrawal(&mut self, buyer: usize, currency: usize, amount: i64) -> Answer {
        if self.get(("wallet", buyer, currency)) < amount {
            return SHORT;
        }
        self.ask(("wallet", buyer, currency), "refund_transit", amount);
        Ok(())
    }

    fn ask(&mut self, from: Key, transit: &'static str, amount: i64) {
        self.add(from, -amount);
        self.add((transit, 0, from.2), amount);
        self.transfers.push(Transfer {
            from,
            transit,
            amount,
            state: TransferState::Asked,
        });
    }

    pub fn end_transfer(&mut self, index: usize, state: TransferState) -> Answer {
        let transfer = self.transfers[index].clone();
        let expected = if state == TransferState::Returned {
            TransferState::Paid
        } else {
            TransferState::Asked
        };
        if transfer.state != expected {
            return CONFLICT;
        }
        let currency = transfer.from.2;
        if expected == TransferState::Asked {
            self.add((transfer.transit, 0, currency), -transfer.amount);
        }
        match state {
            TransferState::Paid => self.add(("cash", 0, currency), -transfer.amount),
            TransferState::Failed => self.add(transfer.from, transfer.amount),
            TransferState::Returned => {
                self.add(("cash", 0, currency), transfer.amount);
                self.add(transfer.from, transfer.amount);
            }
            TransferState::Asked => unreachable!("a transfer is asked for once"),
        }
        self.transfers[index].state = state;
        Ok(())
    }

    pub fn write_off(&mut self, seller: usize, currency: usize, amount: i64) -> Answer {
        let key = ("seller_recv", seller, currency);
        if self.get(key) < amount {
            return Err("internal_error");
        }
        let changes = vec![(("exp:bad_debt", 0, currency), amount), (key, -amount)];
        self.add_all(&changes);
        Ok(())
    }

    pub fn chargeback(&mut self, buyer: usize, currency: usize, amount: i64, fee: i64) -> Answer {
        let open: Vec<usize> = (0..self.charges.len())
            .filter(|&index| {
                let charge = &self.charges[index];
                charge.is_open() && charge.buyer == buyer && charge.currency == currency
            })
            .collect();
        for index in open {
            self.release(index)?;
        }
        let covered = amount.min(self.get(("wallet", buyer, currency)));
        let changes = vec![
            (("wallet", buyer, currency), -covered),
            (("buyer_recv", buyer, currency), amount - covered),
            (("cash", 0, currency), -amount),
        ];
        self.add_all(&changes);
        self.reversibles.push(Reversible {
            changes,
            is_reversed: false,
        });
        self.add(("exp:chargeback", 0, currency), fee);
        self.add(("cash", 0, currency), -fee);
        Ok(())
    }
}
