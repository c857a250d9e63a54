//! Files for the bank: a credit transfer initiation of ISO 20022 (pain.001.001.09) for SEPA, or a table.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::batch::{Batch, Debtor, Transfer};
use super::sepa::text;
use crate::error::{Code, Error, Result};
use crate::web::export::Table;

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09";
const MAX_NAME: usize = 70;
const MAX_REMITTANCE: usize = 140;

/// Elements written one after the other.
struct Xml(Writer<Vec<u8>>);

impl Xml {
    fn write<'a>(&mut self, event: impl Into<Event<'a>>) -> Result<()> {
        self.0
            .write_event(event)
            .map_err(|error| Error::Internal(error.into()))
    }

    /// An element with others inside.
    fn within(&mut self, name: &str, inside: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        self.write(Event::Start(BytesStart::new(name)))?;
        inside(self)?;
        self.write(Event::End(BytesEnd::new(name)))
    }

    /// An element with a text; what XML reserves is escaped.
    fn leaf(&mut self, name: &str, text: &str) -> Result<()> {
        self.leaf_with(BytesStart::new(name), text)
    }

    fn leaf_with(&mut self, start: BytesStart<'_>, text: &str) -> Result<()> {
        let end = start.to_end().into_owned();
        self.write(Event::Start(start))?;
        self.write(Event::Text(BytesText::new(text)))?;
        self.write(Event::End(end))
    }

    /// Elements of which each holds the next, the last a text.
    fn nested(&mut self, path: &[&str], text: &str) -> Result<()> {
        match path {
            [] => Ok(()),
            [last] => self.leaf(last, text),
            [first, rest @ ..] => self.within(first, |xml| xml.nested(rest, text)),
        }
    }
}

/// The file of a SEPA batch.
pub fn initiation(batch: &Batch, transfers: &[Transfer]) -> Result<Vec<u8>> {
    let Some(debtor) = &batch.debtor else {
        return Err(Error::refused_because(
            Code::StateConflict,
            "this batch does not go by SEPA",
        ));
    };
    let mut xml = Xml(Writer::new_with_indent(Vec::new(), b' ', 2));
    xml.write(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut document = BytesStart::new("Document");
    document.push_attribute(("xmlns", NAMESPACE));
    xml.write(Event::Start(document))?;
    xml.within("CstmrCdtTrfInitn", |xml| {
        group(xml, batch, debtor)?;
        xml.within("PmtInf", |xml| {
            payment(xml, batch, debtor)?;
            transfers
                .iter()
                .try_for_each(|transfer| credit(xml, transfer))
        })
    })?;
    xml.write(Event::End(BytesEnd::new("Document")))?;
    Ok(xml.0.into_inner())
}

/// Who sends how many transfers, and what they add up to.
fn group(xml: &mut Xml, batch: &Batch, debtor: &Debtor) -> Result<()> {
    xml.within("GrpHdr", |xml| {
        xml.leaf("MsgId", &batch.message_id())?;
        let made = batch.made_at.utc().format("%Y-%m-%dT%H:%M:%SZ");
        xml.leaf("CreDtTm", &made.to_string())?;
        xml.leaf("NbOfTxs", &batch.payouts.to_string())?;
        xml.leaf("CtrlSum", &batch.total.amount())?;
        xml.nested(&["InitgPty", "Nm"], &text(&debtor.name, MAX_NAME))
    })
}

/// From which account, and how.
fn payment(xml: &mut Xml, batch: &Batch, debtor: &Debtor) -> Result<()> {
    xml.leaf("PmtInfId", &batch.message_id())?;
    xml.leaf("PmtMtd", "TRF")?;
    xml.leaf("BtchBookg", "true")?;
    xml.leaf("NbOfTxs", &batch.payouts.to_string())?;
    xml.leaf("CtrlSum", &batch.total.amount())?;
    xml.nested(&["PmtTpInf", "SvcLvl", "Cd"], "SEPA")?;
    let day = batch.made_at.utc().format("%Y-%m-%d").to_string();
    xml.nested(&["ReqdExctnDt", "Dt"], &day)?;
    xml.nested(&["Dbtr", "Nm"], &text(&debtor.name, MAX_NAME))?;
    xml.nested(&["DbtrAcct", "Id", "IBAN"], &debtor.iban)?;
    match &debtor.bic {
        Some(bic) => xml.nested(&["DbtrAgt", "FinInstnId", "BICFI"], bic)?,
        None => xml.nested(&["DbtrAgt", "FinInstnId", "Othr", "Id"], "NOTPROVIDED")?,
    }
    xml.leaf("ChrgBr", "SLEV")
}

fn credit(xml: &mut Xml, transfer: &Transfer) -> Result<()> {
    let (payout, to) = (&transfer.payout, &transfer.to);
    xml.within("CdtTrfTxInf", |xml| {
        xml.nested(&["PmtId", "EndToEndId"], &payout.end_to_end_id())?;
        xml.within("Amt", |xml| {
            let mut amount = BytesStart::new("InstdAmt");
            amount.push_attribute(("Ccy", payout.amount.currency.code()));
            xml.leaf_with(amount, &payout.amount.amount())
        })?;
        if let Some(bic) = &to.bic {
            xml.nested(&["CdtrAgt", "FinInstnId", "BICFI"], bic)?;
        }
        xml.nested(&["Cdtr", "Nm"], &text(&to.holder, MAX_NAME))?;
        xml.nested(&["CdtrAcct", "Id", "IBAN"], &to.iban)?;
        xml.nested(&["RmtInf", "Ustrd"], &remittance(transfer))
    })
}

/// What the transfer says to the seller.
fn remittance(transfer: &Transfer) -> String {
    let day = transfer.payout.asked_at.utc().format("%Y-%m-%d");
    text(
        &format!("Payout {day} {}", transfer.payout.id),
        MAX_REMITTANCE,
    )
}

/// The same transfers as a table, for a bank's own form.
pub fn table(transfers: &[Transfer]) -> Table {
    let columns = [
        "reference",
        "name",
        "iban",
        "bic",
        "amount",
        "currency",
        "text",
    ];
    Table {
        columns: columns.map(str::to_owned).to_vec(),
        rows: transfers
            .iter()
            .map(|transfer| {
                vec![
                    transfer.payout.end_to_end_id(),
                    text(&transfer.to.holder, MAX_NAME),
                    transfer.to.iban.clone(),
                    transfer.to.bic.clone().unwrap_or_default(),
                    transfer.payout.amount.amount(),
                    transfer.payout.amount.currency.to_string(),
                    remittance(transfer),
                ]
            })
            .collect(),
    }
}
