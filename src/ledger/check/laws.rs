//! The laws as queries for what breaks them; law 9, the seals, is walked by code.
//!
//! The checker is the one place that reads the tables of other slices: it has to compare what they
//! say with what the ledger says.

/// How a breaking row is named: by `kind` and `id`, or by `name`; both with `detail`.
#[derive(Debug, Clone, Copy)]
pub enum Named {
    ById,
    ByName,
}

pub struct Probe {
    pub named: Named,
    pub sql: &'static str,
}

pub struct Law {
    pub number: u8,
    /// A query for the number of rows under the law.
    pub counted: &'static str,
    pub probes: &'static [Probe],
}

pub const fn by_id(sql: &'static str) -> Probe {
    Probe {
        named: Named::ById,
        sql,
    }
}

const fn by_name(sql: &'static str) -> Probe {
    Probe {
        named: Named::ByName,
        sql,
    }
}

pub const LAWS: &[Law] = &[
    Law {
        number: 1,
        counted: "SELECT COUNT(*) FROM ledger_postings",
        probes: &[
            by_id(
                "SELECT 'posting' AS kind, p.id AS id, 'has fewer than two entries' AS detail \
                 FROM ledger_postings p LEFT JOIN ledger_entries e ON e.posting_id = p.id \
                 GROUP BY p.id HAVING COUNT(e.line) < 2",
            ),
            by_id(
                "SELECT 'posting' AS kind, posting_id AS id, 'debits less credits make ' \
                 || CAST(SUM(debit_minor - credit_minor) AS TEXT) || ' ' || currency AS detail \
                 FROM ledger_entries GROUP BY posting_id, currency \
                 HAVING SUM(debit_minor) <> SUM(credit_minor)",
            ),
            by_id(
                "SELECT 'posting' AS kind, e.posting_id AS id, 'line ' || CAST(e.line AS TEXT) \
                 || ' has no posting' AS detail FROM ledger_entries e \
                 WHERE NOT EXISTS (SELECT 1 FROM ledger_postings p WHERE p.id = e.posting_id)",
            ),
            by_id(
                "SELECT 'posting' AS kind, posting_id AS id, 'line ' || CAST(line AS TEXT) \
                 || ' has not one positive side' AS detail FROM ledger_entries \
                 WHERE debit_minor < 0 OR credit_minor < 0 OR (debit_minor = 0) = (credit_minor = 0)",
            ),
        ],
    },
    Law {
        number: 2,
        counted: "SELECT COUNT(*) FROM ledger_accounts",
        probes: &[
            by_name(
                "SELECT a.key AS name, 'keeps ' || CAST(a.balance_minor AS TEXT) || ' at version ' \
                 || CAST(a.version AS TEXT) || ', its entries make ' || CAST(COALESCE(s.balance, 0) AS TEXT) \
                 || ' in ' || CAST(COALESCE(s.entries, 0) AS TEXT) AS detail FROM ledger_accounts a \
                 LEFT JOIN (SELECT account_key, CAST(SUM(CASE WHEN account_key LIKE 'seller_recv:%' \
                 OR account_key LIKE 'buyer_recv:%' THEN debit_minor - credit_minor \
                 ELSE credit_minor - debit_minor END) AS BIGINT) AS balance, COUNT(*) AS entries \
                 FROM ledger_entries GROUP BY account_key) s ON s.account_key = a.key \
                 WHERE a.balance_minor <> COALESCE(s.balance, 0) OR a.version <> COALESCE(s.entries, 0)",
            ),
            by_id(
                "SELECT 'posting' AS kind, posting_id AS id, 'line ' || CAST(line AS TEXT) \
                 || ' does not follow the entry before it on ' || account_key AS detail FROM (\
                 SELECT posting_id, line, account_key, balance_minor, version, \
                 CASE WHEN account_key LIKE 'seller_recv:%' OR account_key LIKE 'buyer_recv:%' \
                 THEN debit_minor - credit_minor ELSE credit_minor - debit_minor END AS change, \
                 LAG(balance_minor, 1, CAST(0 AS BIGINT)) OVER account AS balance_before, \
                 LAG(version, 1, CAST(0 AS BIGINT)) OVER account AS version_before \
                 FROM ledger_entries WHERE version IS NOT NULL \
                 WINDOW account AS (PARTITION BY account_key ORDER BY version, posting_id, line)) chain \
                 WHERE version <> version_before + 1 OR balance_minor IS NULL \
                 OR balance_minor <> balance_before + change",
            ),
            by_id(
                "SELECT 'posting' AS kind, e.posting_id AS id, 'line ' || CAST(e.line AS TEXT) \
                 || ' is on ' || e.account_key || ', which keeps no such entry' AS detail \
                 FROM ledger_entries e WHERE (e.version IS NULL) <> (e.account_key LIKE 'cash:%' \
                 OR e.account_key LIKE 'rev:%' OR e.account_key LIKE 'exp:%') \
                 OR (e.version IS NOT NULL AND NOT EXISTS \
                 (SELECT 1 FROM ledger_accounts a WHERE a.key = e.account_key))",
            ),
        ],
    },
    Law {
        number: 3,
        counted: "SELECT COUNT(*) FROM ledger_accounts",
        probes: &[
            by_name(
                "SELECT key AS name, 'is at ' || CAST(balance_minor AS TEXT) AS detail \
                 FROM ledger_accounts WHERE balance_minor < 0",
            ),
            by_id(
                "SELECT 'posting' AS kind, posting_id AS id, 'left ' || account_key || ' at ' \
                 || CAST(balance_minor AS TEXT) AS detail FROM ledger_entries WHERE balance_minor < 0",
            ),
        ],
    },
    Law {
        number: 4,
        counted: "SELECT COUNT(*) FROM holds",
        probes: &[
            by_id(
                "SELECT source_type AS kind, source_id AS id, 'held ' || CAST(held_minor AS TEXT) \
                 || ', captured ' || CAST(captured_minor AS TEXT) || ', released ' \
                 || CAST(released_minor AS TEXT) AS detail FROM holds WHERE captured_minor < 0 \
                 OR released_minor < 0 OR captured_minor + released_minor > held_minor",
            ),
            by_name(
                "SELECT a.key AS name, 'keeps ' || CAST(a.balance_minor AS TEXT) \
                 || ', the open holds make ' || CAST(COALESCE(h.total, 0) AS TEXT) AS detail \
                 FROM ledger_accounts a LEFT JOIN (SELECT buyer_id, currency, \
                 CAST(SUM(held_minor - captured_minor - released_minor) AS BIGINT) AS total \
                 FROM holds GROUP BY buyer_id, currency) h \
                 ON h.buyer_id = a.owner_id AND h.currency = a.currency \
                 WHERE a.kind = 'hold' AND a.balance_minor <> COALESCE(h.total, 0)",
            ),
            by_id(
                "SELECT h.source_type AS kind, h.source_id AS id, \
                 'is open, but its buyer has no hold account' AS detail FROM holds h \
                 WHERE h.captured_minor + h.released_minor < h.held_minor AND NOT EXISTS \
                 (SELECT 1 FROM ledger_accounts a WHERE a.kind = 'hold' \
                 AND a.owner_id = h.buyer_id AND a.currency = h.currency)",
            ),
        ],
    },
    Law {
        number: 5,
        counted: "SELECT COUNT(*) FROM ledger_accounts WHERE kind IN \
                  ('s_pending', 's_disputed', 'payout_transit', 'refund_transit')",
        probes: &[
            by_name(
                "SELECT a.key AS name, 'keeps ' || CAST(a.balance_minor AS TEXT) \
                 || ', the charges make ' || CAST(COALESCE(CASE a.kind WHEN 's_pending' \
                 THEN h.pending ELSE h.disputed END, 0) AS TEXT) AS detail FROM ledger_accounts a \
                 LEFT JOIN (SELECT seller_id, currency, CAST(SUM(pending_minor) AS BIGINT) AS pending, \
                 CAST(SUM(disputed_minor) AS BIGINT) AS disputed FROM holds GROUP BY seller_id, currency) h \
                 ON h.seller_id = a.owner_id AND h.currency = a.currency \
                 WHERE a.kind IN ('s_pending', 's_disputed') AND a.balance_minor <> \
                 COALESCE(CASE a.kind WHEN 's_pending' THEN h.pending ELSE h.disputed END, 0)",
            ),
            by_name(
                "SELECT COALESCE(a.key, 'payout_transit:' || c.currency) AS name, 'keeps ' \
                 || CAST(COALESCE(a.balance_minor, 0) AS TEXT) || ', the open payouts make ' \
                 || CAST(COALESCE(o.total, 0) AS TEXT) AS detail \
                 FROM (SELECT currency FROM ledger_accounts WHERE kind = 'payout_transit' \
                 UNION SELECT currency FROM payouts) c \
                 LEFT JOIN ledger_accounts a ON a.kind = 'payout_transit' AND a.currency = c.currency \
                 LEFT JOIN (SELECT currency, CAST(SUM(amount_minor) AS BIGINT) AS total FROM payouts \
                 WHERE state IN ('requested', 'approved', 'sent') GROUP BY currency) o \
                 ON o.currency = c.currency \
                 WHERE COALESCE(a.balance_minor, 0) <> COALESCE(o.total, 0)",
            ),
            by_id(
                "SELECT h.source_type AS kind, h.source_id AS id, 'is set aside, but nobody disputes it' \
                 AS detail FROM holds h WHERE h.disputed_minor > 0 AND NOT EXISTS (SELECT 1 \
                 FROM disputes d WHERE d.closed_at IS NULL AND ((h.source_type = 'purchase' \
                 AND d.charge_id IS NULL AND d.purchase_id = h.source_id) \
                 OR (h.source_type = 'charge' AND d.charge_id = h.source_id)))",
            ),
            by_id(
                "SELECT p.source_type AS kind, p.source_id AS id, 'asked for ' \
                 || CAST(SUM(e.credit_minor) AS TEXT) || ', ended with ' \
                 || CAST(SUM(e.debit_minor) AS TEXT) AS detail \
                 FROM ledger_entries e JOIN ledger_postings p ON p.id = e.posting_id \
                 WHERE e.account_key LIKE 'payout_transit:%' OR e.account_key LIKE 'refund_transit:%' \
                 GROUP BY p.source_type, p.source_id \
                 HAVING SUM(e.debit_minor) > 0 AND SUM(e.debit_minor) <> SUM(e.credit_minor)",
            ),
        ],
    },
    Law {
        number: 6,
        counted: "SELECT COUNT(*) FROM holds WHERE captured_minor > 0",
        probes: &[
            by_id(
                "SELECT source_type AS kind, source_id AS id, 'was captured ' \
                 || CAST(COUNT(*) AS TEXT) || ' times' AS detail FROM ledger_postings \
                 WHERE event = 'capture' GROUP BY source_type, source_id HAVING COUNT(*) > 1",
            ),
            by_id(
                "SELECT source_type AS kind, source_id AS id, 'refunded ' \
                 || CAST(refunded_minor AS TEXT) || ' of ' || CAST(captured_minor AS TEXT) \
                 || ', commission ' || CAST(commission_refunded_minor AS TEXT) || ' of ' \
                 || CAST(commission_minor AS TEXT) AS detail FROM holds \
                 WHERE refunded_minor > captured_minor OR commission_refunded_minor > commission_minor",
            ),
            by_id(
                "SELECT h.source_type AS kind, h.source_id AS id, \
                 'the postings took commission ' || CAST(COALESCE(taken.commission, 0) AS TEXT) \
                 || ', gave back ' || CAST(COALESCE(given.commission, 0) AS TEXT) \
                 || ' and refunded ' || CAST(COALESCE(given.refunded, 0) AS TEXT) AS detail \
                 FROM holds h JOIN ledger_postings c ON c.source_type = h.source_type \
                 AND c.source_id = h.source_id AND c.event = 'capture' \
                 LEFT JOIN (SELECT posting_id, CAST(SUM(credit_minor) AS BIGINT) AS commission \
                 FROM ledger_entries WHERE account_key LIKE 'rev:commission:%' GROUP BY posting_id) taken \
                 ON taken.posting_id = c.id \
                 LEFT JOIN (SELECT r.reverses AS capture, CAST(SUM(CASE WHEN e.account_key \
                 LIKE 'wallet:%' THEN e.credit_minor ELSE 0 END) AS BIGINT) AS refunded, \
                 CAST(SUM(CASE WHEN e.account_key LIKE 'rev:commission:%' THEN e.debit_minor ELSE 0 END) \
                 AS BIGINT) AS commission FROM ledger_postings r \
                 JOIN ledger_entries e ON e.posting_id = r.id \
                 WHERE r.event = 'refund' GROUP BY r.reverses) given ON given.capture = c.id \
                 WHERE COALESCE(taken.commission, 0) <> h.commission_minor \
                 OR COALESCE(given.commission, 0) <> h.commission_refunded_minor \
                 OR COALESCE(given.refunded, 0) <> h.refunded_minor",
            ),
        ],
    },
    Law {
        number: 7,
        counted: "SELECT (SELECT COUNT(*) FROM idempotency_keys) \
                  + (SELECT COUNT(*) FROM ledger_postings)",
        probes: &[
            by_id(
                "SELECT source_type AS kind, source_id AS id, 'has ' || CAST(COUNT(*) AS TEXT) \
                 || ' postings for ' || event AS detail FROM ledger_postings \
                 GROUP BY source_type, source_id, event HAVING COUNT(*) > 1",
            ),
            by_id(
                "SELECT 'account' AS kind, account_id AS id, 'used a key ' \
                 || CAST(COUNT(*) AS TEXT) || ' times for ' || endpoint AS detail \
                 FROM idempotency_keys GROUP BY account_id, endpoint, key HAVING COUNT(*) > 1",
            ),
            by_id(
                "SELECT 'account' AS kind, account_id AS id, 'has a key without its body''s hash for ' \
                 || endpoint AS detail FROM idempotency_keys WHERE LENGTH(body_hash) <> 32",
            ),
        ],
    },
    Law {
        number: 8,
        counted: "SELECT (SELECT COUNT(*) FROM deposits WHERE state = 'approved') \
                  + (SELECT COUNT(*) FROM holds) + (SELECT COUNT(*) FROM purchases) \
                  + (SELECT COUNT(*) FROM charges) + (SELECT COUNT(*) FROM conversions) \
                  + (SELECT COUNT(*) FROM payouts) + (SELECT COUNT(*) FROM pings)",
        probes: super::events::EVENTS_AND_POSTINGS,
    },
    Law {
        number: 10,
        counted: "SELECT (SELECT COUNT(*) FROM purchases) + (SELECT COUNT(*) FROM charges)",
        probes: &[by_id(
            "SELECT t.kind AS kind, t.id AS id, 'the buyer paid ' || CAST(t.paid AS TEXT) \
             || ', the seller earned ' || CAST(t.seller AS TEXT) || ', commission ' \
             || CAST(t.commission AS TEXT) || ', refunds ' || CAST(t.refunds AS TEXT) AS detail FROM (\
             SELECT c.source_type AS kind, c.source_id AS id, \
             CAST(SUM(CASE WHEN m.capture = m.posting AND e.account_key LIKE 'hold:%' \
             THEN e.debit_minor ELSE 0 END) AS BIGINT) AS paid, \
             CAST(SUM(CASE WHEN substr(e.account_key, 1, 2) = 's_' OR e.account_key LIKE 'seller\\_recv:%' ESCAPE '\\' \
             THEN e.credit_minor - e.debit_minor ELSE 0 END) AS BIGINT) AS seller, \
             CAST(SUM(CASE WHEN e.account_key LIKE 'rev:commission:%' \
             THEN e.credit_minor - e.debit_minor ELSE 0 END) AS BIGINT) AS commission, \
             CAST(SUM(CASE WHEN m.capture <> m.posting AND e.account_key LIKE 'wallet:%' \
             THEN e.credit_minor ELSE 0 END) AS BIGINT) AS refunds \
             FROM (SELECT id AS capture, id AS posting FROM ledger_postings WHERE event = 'capture' \
             UNION ALL SELECT reverses, id FROM ledger_postings WHERE event = 'refund') m \
             JOIN ledger_postings c ON c.id = m.capture \
             JOIN ledger_entries e ON e.posting_id = m.posting \
             WHERE c.source_type IN ('purchase', 'charge') GROUP BY c.source_type, c.source_id) t \
             LEFT JOIN purchases u ON t.kind = 'purchase' AND u.id = t.id \
             LEFT JOIN charges g ON t.kind = 'charge' AND g.id = t.id \
             WHERE t.paid <> t.seller + t.commission + t.refunds \
             OR COALESCE(u.price_minor, g.price_minor) <> t.paid",
        )],
    },
];
