//! All diesel of the invoices and of their numbers.

use diesel::prelude::*;

use crate::clock::Ts;
use crate::db::schema::{accounts, commission_invoices, invoice_months, invoice_series};
use crate::db::{Conn, each};
use crate::error::Result;
use crate::id::{AccountId, InvoiceId};
use crate::money::{Currency, Money};
use crate::payouts::invoices::{Invoice, Month};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = commission_invoices)]
struct Row {
    id: InvoiceId,
    series: String,
    number: i32,
    seller_id: AccountId,
    seller_name: String,
    seller_country: String,
    month_start: Ts,
    month_end: Ts,
    currency: Currency,
    taken_minor: i64,
    given_back_minor: i64,
    issued_at: Ts,
}

impl From<Row> for Invoice {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            series: row.series,
            number: row.number,
            seller_id: row.seller_id,
            seller_name: row.seller_name,
            seller_country: row.seller_country,
            month: Month {
                start: row.month_start,
                end: row.month_end,
            },
            taken: Money::new(row.taken_minor, row.currency),
            given_back: Money::new(row.given_back_minor, row.currency),
            issued_at: row.issued_at,
        }
    }
}

/// The next number of a series; its row stays locked until the transaction ends.
pub fn next_number(conn: &mut Conn, series: &str) -> Result<i32> {
    let fresh = (
        invoice_series::series.eq(series),
        invoice_series::last_number.eq(0),
    );
    each!(conn, |inner| diesel::insert_into(invoice_series::table)
        .values(&fresh)
        .on_conflict_do_nothing()
        .execute(inner))?;
    Ok(diesel::update(invoice_series::table.find(series))
        .set(invoice_series::last_number.eq(invoice_series::last_number + 1))
        .returning(invoice_series::last_number)
        .get_result(conn)?)
}

pub fn insert(conn: &mut Conn, invoice: &Invoice) -> Result<()> {
    let row = Row {
        id: invoice.id,
        series: invoice.series.clone(),
        number: invoice.number,
        seller_id: invoice.seller_id,
        seller_name: invoice.seller_name.clone(),
        seller_country: invoice.seller_country.clone(),
        month_start: invoice.month.start,
        month_end: invoice.month.end,
        currency: invoice.taken.currency,
        taken_minor: invoice.taken.minor,
        given_back_minor: invoice.given_back.minor,
        issued_at: invoice.issued_at,
    };
    diesel::insert_into(commission_invoices::table)
        .values(row)
        .execute(conn)?;
    Ok(())
}

/// Name and country of a seller.
pub fn seller(conn: &mut Conn, id: AccountId) -> Result<(String, String)> {
    Ok(accounts::table
        .find(id)
        .select((accounts::name, accounts::country))
        .first(conn)?)
}

/// Notes that a month is closed; false when it was.
pub fn close(conn: &mut Conn, start: Ts, now: Ts) -> Result<bool> {
    let row = (
        invoice_months::month_start.eq(start),
        invoice_months::closed_at.eq(now),
    );
    let inserted = each!(conn, |inner| diesel::insert_into(invoice_months::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(inner))?;
    Ok(inserted == 1)
}

pub fn find(conn: &mut Conn, id: InvoiceId) -> Result<Option<Invoice>> {
    let row: Option<Row> = commission_invoices::table
        .find(id)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Into::into))
}

/// A seller's newest invoices.
pub fn of_seller(conn: &mut Conn, seller: AccountId, limit: i64) -> Result<Vec<Invoice>> {
    let rows: Vec<Row> = commission_invoices::table
        .filter(commission_invoices::seller_id.eq(seller))
        .order((
            commission_invoices::month_start.desc(),
            commission_invoices::id.desc(),
        ))
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}
