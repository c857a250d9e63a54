//! Reading a report: the few elements that decide, wherever the bank puts others. No entity is expanded but
//! XML's own five, and a document type is refused.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::MAX_BYTES;
use crate::error::{FieldError, Reason};
use crate::payouts::MAX_REASON;

const NAMESPACE: &[u8] = b"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10";
const MAX_DEPTH: usize = 32;
const MAX_LINES: usize = 10_000;

/// What the bank says of a transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Paid,
    /// With the bank's code and words.
    Failed(String),
    Waits,
}

/// What the bank says of one transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub end_to_end_id: String,
    pub verdict: Verdict,
}

/// A report about one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The id of the file that it answers.
    pub message_id: String,
    /// What holds for every transfer that is not named.
    pub all: Option<Verdict>,
    pub lines: Vec<Line>,
}

impl Report {
    /// A line for each transfer that is named, and for all others when the report is about the whole file.
    pub fn lines_for(&self, ids: impl Iterator<Item = String>) -> Vec<Line> {
        let mut lines = self.lines.clone();
        if let Some(verdict) = &self.all {
            for end_to_end_id in ids {
                if !self
                    .lines
                    .iter()
                    .any(|line| line.end_to_end_id == end_to_end_id)
                {
                    lines.push(Line {
                        end_to_end_id,
                        verdict: verdict.clone(),
                    });
                }
            }
        }
        lines
    }
}

fn wrong(reason: Reason, accepted: impl Into<String>) -> FieldError {
    FieldError::new("file", reason, accepted)
}

fn not_a_report() -> FieldError {
    wrong(
        Reason::FileType,
        "an XML file of the kind pain.002.001.10, as the bank gives it",
    )
}

/// Reads a file; what it is not is said by its field.
pub fn read(bytes: &[u8]) -> Result<Report, FieldError> {
    if bytes.is_empty() {
        return Err(wrong(Reason::FileEmpty, "a report of the bank"));
    }
    if bytes.len() > MAX_BYTES {
        return Err(wrong(
            Reason::TooLarge,
            format!("at most {MAX_BYTES} bytes"),
        ));
    }
    let mut reader = Reader::from_reader(bytes);
    let mut walk = Walk::default();
    loop {
        match reader.read_event().map_err(|_| not_a_report())? {
            Event::Start(start) => walk.open(&start)?,
            Event::Empty(start) => {
                walk.open(&start)?;
                walk.close()?;
            }
            Event::End(_) => walk.close()?,
            Event::Text(text) => {
                let text = text.xml10_content().map_err(|_| not_a_report())?;
                walk.text.push_str(&text);
            }
            Event::CData(text) => {
                let text = text.xml10_content().map_err(|_| not_a_report())?;
                walk.text.push_str(&text);
            }
            Event::GeneralRef(entity) => {
                let letter = entity.resolve_char_ref().map_err(|_| not_a_report())?;
                let name = entity.decode().map_err(|_| not_a_report())?;
                match (letter, resolve_predefined_entity(&name)) {
                    (Some(letter), _) => walk.text.push(letter),
                    (None, Some(text)) => walk.text.push_str(text),
                    (None, None) => return Err(not_a_report()),
                }
            }
            Event::DocType(_) => return Err(not_a_report()),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
    }
    walk.finish()
}

/// The statuses and reasons met at one level: the file, the payment, the transfer.
#[derive(Debug, Default, Clone)]
struct Said {
    status: String,
    code: String,
    words: String,
}

impl Said {
    /// Settled or credited is paid; rejected or cancelled failed; all else is on its way.
    fn verdict(&self) -> Option<Verdict> {
        match self.status.as_str() {
            "" => None,
            "ACSC" | "ACCC" => Some(Verdict::Paid),
            "RJCT" | "CANC" | "BLCK" => {
                let said = format!("{} {}", self.code, self.words);
                let said: String = said.trim().chars().take(MAX_REASON).collect();
                let reason = if said.is_empty() {
                    self.status.clone()
                } else {
                    said
                };
                Some(Verdict::Failed(reason))
            }
            _ => Some(Verdict::Waits),
        }
    }
}

/// Where in the document the reader is, and what it has read.
#[derive(Default)]
struct Walk {
    path: Vec<String>,
    text: String,
    message_id: String,
    group: Said,
    payment: Said,
    transfer: Said,
    end_to_end_id: String,
    /// Whether the payment that is open names transfers.
    has_transfers: bool,
    all: Option<Verdict>,
    lines: Vec<Line>,
    is_closed: bool,
}

impl Walk {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), FieldError> {
        let local = start.local_name();
        let name = std::str::from_utf8(local.as_ref()).map_err(|_| not_a_report())?;
        if self.path.is_empty() {
            let is_ours = start.attributes().flatten().any(|attribute| {
                attribute.key.as_ref().starts_with(b"xmlns")
                    && attribute.value.as_ref() == NAMESPACE
            });
            if name != "Document" || !is_ours || self.is_closed {
                return Err(not_a_report());
            }
        }
        if self.path.len() >= MAX_DEPTH {
            return Err(not_a_report());
        }
        match name {
            "OrgnlPmtInfAndSts" => {
                self.payment = Said::default();
                self.has_transfers = false;
            }
            "TxInfAndSts" => {
                self.transfer = Said::default();
                self.end_to_end_id.clear();
                self.has_transfers = true;
            }
            _ => {}
        }
        self.path.push(name.to_owned());
        self.text.clear();
        Ok(())
    }

    fn close(&mut self) -> Result<(), FieldError> {
        let Some(name) = self.path.pop() else {
            return Err(not_a_report());
        };
        let text = std::mem::take(&mut self.text).trim().to_owned();
        match name.as_str() {
            "OrgnlMsgId" => self.message_id = text,
            "GrpSts" => self.group.status = text,
            "PmtInfSts" => self.payment.status = text,
            "TxSts" => self.transfer.status = text,
            "OrgnlEndToEndId" => self.end_to_end_id = text,
            "Cd" | "Prtry" if self.path.ends_with(&["StsRsnInf".into(), "Rsn".into()]) => {
                self.level().code = text;
            }
            "AddtlInf" if self.path.ends_with(&["StsRsnInf".into()]) => {
                let said = self.level();
                let words = format!("{} {text}", said.words);
                words.trim().clone_into(&mut said.words);
            }
            "TxInfAndSts" => self.end_transfer()?,
            "OrgnlPmtInfAndSts" if !self.has_transfers => {
                self.all = self.payment.verdict().or_else(|| self.all.take());
            }
            "Document" => self.is_closed = true,
            _ => {}
        }
        Ok(())
    }

    /// What a reason that is met here belongs to.
    fn level(&mut self) -> &mut Said {
        let is_in = |name: &str| self.path.iter().any(|element| element == name);
        if is_in("TxInfAndSts") {
            &mut self.transfer
        } else if is_in("OrgnlPmtInfAndSts") {
            &mut self.payment
        } else {
            &mut self.group
        }
    }

    /// A transfer without a status has that of its payment, or that of the file.
    fn end_transfer(&mut self) -> Result<(), FieldError> {
        let verdict = [&self.transfer, &self.payment, &self.group]
            .into_iter()
            .find_map(Said::verdict)
            .unwrap_or(Verdict::Waits);
        if self.lines.len() >= MAX_LINES {
            let accepted = format!("at most {MAX_LINES} transfers");
            return Err(wrong(Reason::TooMany, accepted));
        }
        self.lines.push(Line {
            end_to_end_id: std::mem::take(&mut self.end_to_end_id),
            verdict,
        });
        Ok(())
    }

    fn finish(self) -> Result<Report, FieldError> {
        if !self.is_closed || self.message_id.is_empty() {
            return Err(not_a_report());
        }
        let group = self.group.verdict();
        Ok(Report {
            message_id: self.message_id,
            all: self.all.or(group.filter(|_| self.lines.is_empty())),
            lines: self.lines,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(inside: &str) -> String {
        format!(
            r#"<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>R1</MsgId></GrpHdr>{inside}</CstmrPmtStsRpt></Document>"#
        )
    }

    const ORIGINAL: &str =
        "<OrgnlMsgId>BAT1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>";

    fn read_inside(inside: &str) -> Report {
        read(report(inside).as_bytes()).unwrap()
    }

    #[test]
    fn each_level_has_its_say() {
        let whole = read_inside(&format!(
            "<OrgnlGrpInfAndSts>{ORIGINAL}<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>FF01</Cd></Rsn><AddtlInf>not a file</AddtlInf></StsRsnInf></OrgnlGrpInfAndSts>"
        ));
        assert_eq!(
            whole.all,
            Some(Verdict::Failed("FF01 not a file".to_owned()))
        );
        let payment = read_inside(&format!(
            "<OrgnlGrpInfAndSts>{ORIGINAL}<GrpSts>PART</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>BAT1</OrgnlPmtInfId><PmtInfSts>ACSC</PmtInfSts></OrgnlPmtInfAndSts>"
        ));
        assert_eq!(payment.all, Some(Verdict::Paid));
        let lines = read_inside(&format!(
            "<OrgnlGrpInfAndSts>{ORIGINAL}<GrpSts>PART</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><PmtInfSts>ACCC</PmtInfSts>\
             <TxInfAndSts><OrgnlEndToEndId>PAY1</OrgnlEndToEndId></TxInfAndSts>\
             <TxInfAndSts><OrgnlEndToEndId>PAY2</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed &amp; gone</AddtlInf></StsRsnInf></TxInfAndSts>\
             <TxInfAndSts><OrgnlEndToEndId>PAY3</OrgnlEndToEndId><TxSts>PDNG</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>"
        ));
        let said: Vec<_> = lines
            .lines
            .iter()
            .map(|line| (line.end_to_end_id.as_str(), line.verdict.clone()))
            .collect();
        assert_eq!(
            said,
            [
                ("PAY1", Verdict::Paid),
                ("PAY2", Verdict::Failed("AC04 closed & gone".to_owned())),
                ("PAY3", Verdict::Waits),
            ]
        );
        assert_eq!(lines.all, None);
    }

    #[test]
    fn what_is_no_report_is_refused() {
        let head = format!("<OrgnlGrpInfAndSts>{ORIGINAL}</OrgnlGrpInfAndSts>");
        let good = report(&head);
        assert!(read(good.as_bytes()).is_ok());
        let deep = report(&"<A>".repeat(40));
        for bad in [
            "",
            "%PDF-1.7",
            "<Document/>",
            &good.replace("pain.002.001.10", "pain.001.001.09"),
            &good.replace("</Document>", ""),
            &good.replace(
                "<?xml version=\"1.0\"?>",
                "<!DOCTYPE a [<!ENTITY b \"c\">]>",
            ),
            &good.replace("BAT1", "&b;"),
            &good.replace("BAT1", ""),
            &deep,
        ] {
            let refused = read(bad.as_bytes()).unwrap_err();
            assert_eq!(refused.field, "file", "{bad:.60}");
        }
        let huge = vec![b' '; MAX_BYTES + 1];
        assert_eq!(read(&huge).unwrap_err().reason, Reason::TooLarge);
    }
}
