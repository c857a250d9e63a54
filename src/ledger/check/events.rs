//! Law 8: every business event that moves money has its posting, and every posting its event.

use super::laws::{Probe, by_id};

pub const EVENTS_AND_POSTINGS: &[Probe] = &[
    by_id(
        "SELECT 'deposit' AS kind, d.id AS id, 'is approved, but was not posted' AS detail \
         FROM deposits d WHERE d.state = 'approved' AND NOT EXISTS (SELECT 1 \
         FROM ledger_postings p JOIN ledger_entries e ON e.posting_id = p.id \
         WHERE p.source_type = 'deposit' AND p.source_id = d.id AND p.event = 'deposit' \
         AND e.account_key LIKE 'wallet:%' AND e.credit_minor = d.amount_minor \
         AND e.currency = d.currency)",
    ),
    by_id(
        "SELECT 'posting' AS kind, p.id AS id, 'is of no approved deposit' AS detail \
         FROM ledger_postings p WHERE p.event = 'deposit' AND NOT EXISTS \
         (SELECT 1 FROM deposits d WHERE d.id = p.source_id AND d.state = 'approved')",
    ),
    by_id(
        "SELECT h.source_type AS kind, h.source_id AS id, 'has not the postings of its hold' AS detail \
         FROM holds h LEFT JOIN (SELECT p.source_type, p.source_id, \
         SUM(CASE WHEN p.event IN ('hold', 'top_up') THEN e.credit_minor ELSE 0 END) AS held, \
         SUM(CASE WHEN p.event = 'capture' THEN e.debit_minor ELSE 0 END) AS captured, \
         SUM(CASE WHEN p.event = 'release' THEN e.debit_minor ELSE 0 END) AS released \
         FROM ledger_postings p JOIN ledger_entries e ON e.posting_id = p.id \
         WHERE p.event IN ('hold', 'top_up', 'capture', 'release') AND e.account_key LIKE 'hold:%' \
         GROUP BY p.source_type, p.source_id) t \
         ON t.source_type = h.source_type AND t.source_id = h.source_id \
         WHERE COALESCE(t.held, 0) <> h.held_minor OR COALESCE(t.captured, 0) <> h.captured_minor \
         OR COALESCE(t.released, 0) <> h.released_minor",
    ),
    by_id(
        "SELECT 'posting' AS kind, p.id AS id, 'is of no hold' AS detail FROM ledger_postings p \
         WHERE p.event IN ('hold', 'top_up', 'capture', 'release') AND NOT EXISTS (SELECT 1 FROM holds h \
         WHERE h.source_type = p.source_type AND h.source_id = p.source_id)",
    ),
    by_id(
        "SELECT h.source_type AS kind, h.source_id AS id, 'is settled without a posting' AS detail \
         FROM holds h WHERE h.settled_at IS NOT NULL AND h.refunded_minor = 0 \
         AND h.captured_minor > h.commission_minor AND NOT EXISTS (SELECT 1 FROM ledger_postings p \
         WHERE p.source_type = h.source_type AND p.source_id = h.source_id AND p.event = 'settle')",
    ),
    by_id(
        "SELECT 'posting' AS kind, p.id AS id, 'settles what is not settled' AS detail \
         FROM ledger_postings p WHERE p.event = 'settle' AND NOT EXISTS (SELECT 1 FROM holds h \
         WHERE h.source_type = p.source_type AND h.source_id = p.source_id \
         AND h.settled_at IS NOT NULL)",
    ),
    by_id(
        "SELECT 'purchase' AS kind, u.id AS id, 'is ' || u.state || ', but was not charged' AS detail \
         FROM purchases u WHERE u.price_minor > 0 \
         AND NOT EXISTS (SELECT 1 FROM holds h \
         WHERE h.source_type = 'purchase' AND h.source_id = u.id \
         AND h.captured_minor = u.price_minor AND h.commission_minor = u.commission_minor \
         AND h.currency = u.currency AND h.buyer_id = u.buyer_id AND h.seller_id = u.seller_id) \
         AND NOT (u.state IN ('awaiting_outcome', 'lapsed') AND EXISTS (SELECT 1 FROM holds h \
         WHERE h.source_type = 'purchase' AND h.source_id = u.id AND h.captured_minor = 0))",
    ),
    by_id(
        "SELECT 'purchase' AS kind, h.source_id AS id, 'was charged, but is no purchase' AS detail \
         FROM holds h WHERE h.source_type = 'purchase' \
         AND NOT EXISTS (SELECT 1 FROM purchases u WHERE u.id = h.source_id)",
    ),
    by_id(
        "SELECT 'purchase' AS kind, u.id AS id, 'is ' || u.state || ', but its share is ' \
         || CASE WHEN h.settled_at IS NULL THEN 'not final' ELSE 'final' END AS detail \
         FROM purchases u JOIN holds h ON h.source_type = 'purchase' AND h.source_id = u.id \
         WHERE (u.state = 'settled' AND h.settled_at IS NULL) \
         OR (u.state = 'delivered' AND h.settled_at IS NOT NULL)",
    ),
    by_id(
        "SELECT 'purchase' AS kind, u.id AS id, 'is refunded, but not in full' AS detail \
         FROM purchases u JOIN holds h ON h.source_type = 'purchase' AND h.source_id = u.id \
         WHERE u.state = 'refunded' AND h.refunded_minor <> h.captured_minor",
    ),
    by_id(
        "SELECT 'charge' AS kind, g.id AS id, 'is ' || g.state || ', but its hold says otherwise' AS detail \
         FROM charges g LEFT JOIN holds h ON h.source_type = 'charge' AND h.source_id = g.id \
         WHERE (g.state = 'held' AND (h.held_minor IS NULL OR h.held_minor <> g.held_minor \
         OR h.captured_minor + h.released_minor > 0)) \
         OR (g.state = 'released' AND (h.held_minor IS NULL OR h.released_minor <> h.held_minor)) \
         OR (g.state IN ('owed', 'written_off') AND h.held_minor IS NOT NULL) \
         OR (g.state IN ('captured', 'settled') AND g.seller_id IS NOT NULL AND g.price_minor > 0 \
         AND (h.captured_minor IS NULL OR h.captured_minor <> g.price_minor \
         OR h.commission_minor <> g.commission_minor OR h.seller_id <> g.seller_id)) \
         OR (g.state = 'settled' AND g.seller_id IS NOT NULL AND g.price_minor > 0 AND h.settled_at IS NULL) \
         OR (g.state = 'captured' AND h.settled_at IS NOT NULL)",
    ),
    by_id(
        "SELECT 'charge' AS kind, g.id AS id, 'is a fee without its posting' AS detail FROM charges g \
         WHERE g.seller_id IS NULL AND g.state IN ('captured', 'settled') AND NOT EXISTS (SELECT 1 \
         FROM ledger_postings p JOIN ledger_entries e ON e.posting_id = p.id \
         WHERE p.source_type = 'charge' AND p.source_id = g.id AND p.event = 'fee' \
         AND e.account_key LIKE 'rev:fees:%' AND e.credit_minor = g.price_minor)",
    ),
    by_id(
        "SELECT 'posting' AS kind, p.id AS id, 'is of no charge' AS detail FROM ledger_postings p \
         WHERE p.source_type = 'charge' AND NOT EXISTS (SELECT 1 FROM charges g WHERE g.id = p.source_id)",
    ),
    by_id(
        "SELECT 'charge' AS kind, g.id AS id, 'was charged, but no outcome is confirmed' AS detail \
         FROM charges g WHERE g.kind IN ('appointment', 'sale') \
         AND g.state IN ('captured', 'settled', 'disputed', 'refunded') AND NOT EXISTS (SELECT 1 \
         FROM conversions v WHERE v.purchase_id = g.purchase_id AND v.kind = g.kind \
         AND v.state = 'confirmed' AND v.outcome IN ('held', 'sold'))",
    ),
    by_id(
        "SELECT 'conversion' AS kind, v.id AS id, 'is confirmed, but was not charged' AS detail \
         FROM conversions v WHERE v.state = 'confirmed' AND v.outcome IN ('held', 'sold') \
         AND NOT EXISTS (SELECT 1 FROM charges g WHERE g.purchase_id = v.purchase_id \
         AND g.kind = v.kind AND g.state IN ('captured', 'settled', 'disputed', 'refunded'))",
    ),
    by_id(
        "SELECT 'dispute' AS kind, d.id AS id, 'is closed with a refund of ' || CAST(d.refund_minor AS TEXT) \
         || ', but ' || CAST(COALESCE(r.minor, 0) AS TEXT) || ' was posted' AS detail FROM disputes d \
         LEFT JOIN (SELECT p.source_id, SUM(e.credit_minor) AS minor FROM ledger_postings p \
         JOIN ledger_entries e ON e.posting_id = p.id AND e.account_key LIKE 'wallet:%' \
         WHERE p.source_type = 'dispute' AND p.event = 'refund' GROUP BY p.source_id) r \
         ON r.source_id = d.id WHERE COALESCE(r.minor, 0) <> \
         CASE WHEN d.closed_at IS NULL THEN 0 ELSE d.refund_minor END",
    ),
    by_id(
        "SELECT 'dispute' AS kind, d.id AS id, 'has another fee than was posted' AS detail FROM disputes d \
         LEFT JOIN (SELECT p.source_id, SUM(e.credit_minor) AS minor FROM ledger_postings p \
         JOIN ledger_entries e ON e.posting_id = p.id AND e.account_key LIKE 'rev:fees:%' \
         WHERE p.source_type = 'dispute' AND p.event = 'fee' GROUP BY p.source_id) r \
         ON r.source_id = d.id WHERE COALESCE(r.minor, 0) <> d.fee_minor",
    ),
    by_id(
        "SELECT 'posting' AS kind, p.id AS id, 'is of no dispute' AS detail FROM ledger_postings p \
         WHERE p.source_type = 'dispute' AND NOT EXISTS (SELECT 1 FROM disputes d WHERE d.id = p.source_id)",
    ),
    by_id(
        "SELECT 'charge' AS kind, g.id AS id, 'is ' || g.state || ', against its dispute' AS detail \
         FROM charges g LEFT JOIN disputes d ON d.charge_id = g.id \
         WHERE (g.state = 'disputed') <> (d.id IS NOT NULL AND d.closed_at IS NULL)",
    ),
    by_id(
        "SELECT 'purchase' AS kind, u.id AS id, 'is disputed, but has no open dispute' AS detail \
         FROM purchases u WHERE u.state = 'disputed' AND NOT EXISTS (SELECT 1 FROM disputes d \
         WHERE d.purchase_id = u.id AND d.charge_kind = 'lead' AND d.closed_at IS NULL)",
    ),
    by_id(
        "SELECT 'ping' AS kind, g.id AS id, 'is ' || g.state || ', but its hold says otherwise' AS detail \
         FROM pings g LEFT JOIN holds h ON h.source_type = 'ping' AND h.source_id = g.id \
         WHERE COALESCE(g.held_minor, 0) <> COALESCE(h.held_minor, 0) OR COALESCE(h.captured_minor, 0) <> 0 \
         OR (h.held_minor IS NOT NULL AND (h.buyer_id <> g.buyer_id OR h.currency <> g.currency \
         OR h.released_minor <> CASE WHEN g.state = 'bid' THEN 0 ELSE h.held_minor END))",
    ),
    by_id(
        "SELECT 'posting' AS kind, p.id AS id, 'is of no ping' AS detail FROM ledger_postings p \
         WHERE p.source_type = 'ping' AND NOT EXISTS (SELECT 1 FROM pings g WHERE g.id = p.source_id)",
    ),
    by_id(
        "SELECT 'request' AS kind, r.id AS id, 'holds room for ' || CAST(r.held AS TEXT) || ' leads and ' \
         || CAST(r.held_minor AS TEXT) || ', its pings make ' || CAST(COALESCE(g.pings, 0) AS TEXT) \
         || ' and ' || CAST(COALESCE(g.minor, 0) AS TEXT) AS detail FROM purchase_requests r \
         LEFT JOIN (SELECT request_id, COUNT(*) AS pings, CAST(SUM(held_minor) AS BIGINT) AS minor FROM pings \
         WHERE state = 'bid' GROUP BY request_id) g ON g.request_id = r.id \
         WHERE r.held <> COALESCE(g.pings, 0) OR r.held_minor <> COALESCE(g.minor, 0)",
    ),
    by_id(
        "SELECT r.source_type AS kind, r.source_id AS id, 'has another reserve than was posted' AS detail \
         FROM reserves r LEFT JOIN (SELECT p.source_type, p.source_id, \
         SUM(CASE WHEN p.event = 'settle' THEN e.credit_minor ELSE 0 END) AS kept, \
         SUM(CASE WHEN p.event = 'reserve_release' THEN e.debit_minor ELSE 0 END) AS released \
         FROM ledger_postings p JOIN ledger_entries e ON e.posting_id = p.id \
         AND e.account_key LIKE 's_reserve:%' WHERE p.event IN ('settle', 'reserve_release') \
         GROUP BY p.source_type, p.source_id) t \
         ON t.source_type = r.source_type AND t.source_id = r.source_id \
         WHERE COALESCE(t.kept, 0) <> r.amount_minor \
         OR COALESCE(t.released, 0) <> COALESCE(r.released_minor, 0)",
    ),
    by_id(
        "SELECT 'posting' AS kind, p.id AS id, 'pays out what was not kept back' AS detail \
         FROM ledger_postings p WHERE p.event = 'reserve_release' AND NOT EXISTS (SELECT 1 \
         FROM reserves r WHERE r.source_type = p.source_type AND r.source_id = p.source_id \
         AND r.released_at IS NOT NULL)",
    ),
    by_id(
        "SELECT 'payout' AS kind, o.id AS id, 'was asked for, but not taken out of the payable' AS detail \
         FROM payouts o WHERE NOT EXISTS (SELECT 1 \
         FROM ledger_postings p JOIN ledger_entries e ON e.posting_id = p.id \
         WHERE p.source_type = 'payout' AND p.source_id = o.id AND p.event = 'payout_asked' \
         AND e.account_key LIKE 'payout_transit:%' AND e.credit_minor = o.amount_minor \
         AND e.currency = o.currency)",
    ),
    by_id(
        "SELECT 'posting' AS kind, p.id AS id, 'is of no payout' AS detail FROM ledger_postings p \
         WHERE p.source_type = 'payout' AND NOT EXISTS (SELECT 1 FROM payouts o WHERE o.id = p.source_id)",
    ),
    by_id(
        "SELECT 'payout' AS kind, t.id AS id, 'is ' || t.state || ', but the ledger says otherwise' AS detail \
         FROM (SELECT o.id, o.state, \
         SUM(CASE WHEN p.event = 'payout_paid' THEN 1 ELSE 0 END) AS paid, \
         SUM(CASE WHEN p.event = 'payout_failed' THEN 1 ELSE 0 END) AS failed, \
         SUM(CASE WHEN p.event = 'payout_returned' THEN 1 ELSE 0 END) AS returned \
         FROM payouts o LEFT JOIN ledger_postings p ON p.source_type = 'payout' AND p.source_id = o.id \
         GROUP BY o.id, o.state) t \
         WHERE t.paid <> CASE WHEN t.state IN ('paid', 'returned') THEN 1 ELSE 0 END \
         OR t.failed <> CASE WHEN t.state IN ('failed', 'cancelled', 'refused') THEN 1 ELSE 0 END \
         OR t.returned <> CASE WHEN t.state = 'returned' THEN 1 ELSE 0 END",
    ),
    by_id(
        "SELECT 'batch' AS kind, b.id AS id, 'was made of ' || CAST(b.payouts AS TEXT) || ' payouts of ' \
         || CAST(b.total_minor AS TEXT) || ', and holds others' AS detail FROM payout_batches b \
         LEFT JOIN (SELECT batch_id, COUNT(*) AS payouts, CAST(SUM(amount_minor) AS BIGINT) AS total \
         FROM payouts WHERE batch_id IS NOT NULL GROUP BY batch_id) o ON o.batch_id = b.id \
         WHERE b.state <> 'dissolved' \
         AND (COALESCE(o.payouts, 0) <> b.payouts OR COALESCE(o.total, 0) <> b.total_minor)",
    ),
];
