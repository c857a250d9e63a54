//! What goes to the bank and what comes back: the file against its schema, the report line by line.

use std::process::Command;

use galena::ledger::Kind;
use galena::payouts::PayoutState;
use reqwest::multipart::{Form, Part};

use super::people::{Desk, IBAN, money_of};
use crate::harness::{Browser, TestApp};
use crate::market as trade;

const SCHEMA: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/fixtures/iso20022/pain.001.001.09.xsd"
);

/// Fails unless the file is valid. Without `xmllint` the test says so; where tests are asked to be thorough,
/// that is a failure too.
fn validate(xml: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pain.001.xml");
    std::fs::write(&file, xml).unwrap();
    let checked = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema", SCHEMA])
        .arg(&file)
        .output();
    match checked {
        Ok(output) => assert!(
            output.status.success(),
            "{}\n{xml}",
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) => {
            let is_thorough = std::env::var_os("TEST_DATABASE_URL").is_some()
                || std::env::var_os("TEST_BROWSER").is_some();
            assert!(
                !is_thorough,
                "xmllint (apt-get install libxml2-utils): {error}"
            );
            println!("skipped: no xmllint (apt-get install libxml2-utils)");
        }
    }
}

/// Every text between two marks.
fn all<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    text.split(start)
        .skip(1)
        .filter_map(|rest| rest.split(end).next())
        .collect()
}

/// A report of the bank: a status for each id, with a reason where it failed.
fn report(message: &str, lines: &[(&str, &str, &str)]) -> String {
    let lines: Vec<String> = lines
        .iter()
        .map(|(id, status, reason)| {
            let reason = if reason.is_empty() {
                String::new()
            } else {
                format!("<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>")
            };
            format!("<TxInfAndSts><OrgnlEndToEndId>{id}</OrgnlEndToEndId><TxSts>{status}</TxSts>{reason}</TxInfAndSts>")
        })
        .collect();
    let lines = lines.concat();
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt><GrpHdr><MsgId>R1</MsgId><CreDtTm>2026-11-29T09:00:00Z</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{message}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>{message}</OrgnlPmtInfId>{lines}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"#
    )
}

fn upload(bytes: impl Into<Vec<u8>>, name: &str) -> Form {
    Form::new().part("file", Part::bytes(bytes.into()).file_name(name.to_owned()))
}

/// Asks for all of each seller's money, has it approved by the first, and batched on the page by the second.
async fn batched(
    app: &TestApp,
    desk: &Desk,
    sellers: &[crate::harness::Trader],
) -> (Browser, String) {
    let first = app.sign_in(&desk.first.email).await;
    for seller in sellers {
        let payout = desk.try_ask(app, seller, None).await.unwrap();
        let approve = format!("/operator/payouts/{}/approve", payout.id);
        first.post_form(&approve, &[]).await.expect(303);
    }
    let own = first
        .post_form(
            "/operator/payouts/batches",
            &[("currency", "EUR"), ("method", "sepa")],
        )
        .await
        .expect(409);
    assert!(
        own.text.contains("somebody else makes the batch"),
        "{}",
        own.text
    );
    let second = app.sign_in(&desk.second.email).await;
    let made = second
        .post_form(
            "/operator/payouts/batches",
            &[("currency", "EUR"), ("method", "sepa")],
        )
        .await
        .expect(303);
    let batch = made.location().to_owned();
    (second, batch)
}

on_both!(async fn a_batch_goes_to_the_bank_and_its_answer_comes_back(app) with |options| {
    options.payout_name = Some("Galena Exchange SIA".to_owned());
    options.payout_iban = Some("LV97 HABA 0012 3456 7891 0".to_owned());
    options.payout_bic = Some("HABALV22".to_owned());
} {
    let desk = Desk::open(app).await;
    let mut sellers = Vec::new();
    for (name, leads) in [("Riga Leads", 3), ("Baltic Leads", 1), ("Ogre Leads", 2)] {
        sellers.push(desk.earned(app, name, leads).await);
    }
    let (second, batch) = batched(app, &desk, &sellers).await;

    let file = second.get(&format!("{batch}/file/xml")).await.expect(200);
    assert_eq!(file.header("content-type"), "application/xml");
    validate(&file.text);
    let xml = &file.text;
    assert_eq!(all(xml, "<NbOfTxs>", "<"), ["3", "3"]);
    assert_eq!(all(xml, "<CtrlSum>", "<"), ["510.00", "510.00"]);
    let of = |amount: &str| {
        let amounts = all(xml, "<InstdAmt Ccy=\"EUR\">", "<");
        let place = amounts.iter().position(|one| *one == amount).unwrap();
        all(xml, "<EndToEndId>", "<")[place].to_owned()
    };
    let ids = ["255.00", "85.00", "170.00"].map(of);
    assert_eq!(all(xml, "<IBAN>", "<"), ["LV97HABA0012345678910", IBAN, IBAN, IBAN]);
    assert!(xml.contains("<Nm>Rigas Lidi SIA</Nm>"), "{xml}");
    assert_eq!(file.text, second.get(&format!("{batch}/file/xml")).await.text, "each download is the same");
    let csv = second.get(&format!("{batch}/file/csv")).await.expect(200);
    assert_eq!(csv.text.lines().count(), 4);
    let message = all(xml, "<MsgId>", "<")[0].to_owned();

    // The answer to a file that was not sent is refused.
    let answer = report(&message, &[(&ids[0], "ACSC", ""), (&ids[1], "RJCT", "AC04"), ("PAYNOBODY", "ACSC", ""), (&ids[2], "PDNG", "")]);
    let to = format!("{batch}/report");
    second.upload(&to, upload(answer.clone(), "report.xml")).await.expect(409);
    second.post_form(&format!("{batch}/sent"), &[]).await.expect(303);

    // What is no report, too large, or about another file changes nothing.
    let other = report("BAT0", &[(&ids[0], "RJCT", "AC04")]);
    for (bytes, words) in [
        (b"%PDF-1.7 nothing".to_vec(), "pain.002.001.10"),
        (xml.clone().into_bytes(), "pain.002.001.10"),
        (Vec::new(), "f-file-error"),
        (vec![b' '; 4 * 1024 * 1024 + 1], "at most 4194304 bytes"),
        (other.into_bytes(), "a report about the file"),
    ] {
        let refused = second.upload(&to, upload(bytes, "report.xml")).await.expect(422);
        assert!(refused.text.contains(words), "{words}: {}", refused.text);
    }
    assert_eq!(money_of(app, &sellers[0], Kind::PayoutTransit).await, 51_000);

    let done = second.upload(&to, upload(answer.clone(), "report.xml")).await.expect(200);
    for words in ["Failed: AC04", "Not in this batch", "Still on its way"] {
        assert!(done.text.contains(words), "{words}: {}", done.text);
    }
    assert_eq!(money_of(app, &sellers[0], Kind::SellerPayable).await, 0);
    assert_eq!(money_of(app, &sellers[1], Kind::SellerPayable).await, 8_500, "the money came back");
    assert_eq!(money_of(app, &sellers[0], Kind::PayoutTransit).await, 17_000);
    trade::assert_laws(app).await;

    // The same answer once more changes nothing; a later one ends the rest.
    let again = second.upload(&to, upload(answer, "report.xml")).await.expect(200);
    assert!(again.text.contains("Was Failed before") && again.text.contains("Was Paid before"), "{}", again.text);
    let rest = report(&message, &[(&ids[2], "ACCC", "")]);
    second.upload(&to, upload(rest, "report.xml")).await.expect(200);
    assert_eq!(money_of(app, &sellers[0], Kind::PayoutTransit).await, 0);
    let states = app.read(galena::payouts::counts).await;
    assert_eq!(states.len(), 2, "{states:?}");
    assert!(states.contains(&(PayoutState::Paid, 2)) && states.contains(&(PayoutState::Failed, 1)));
    trade::assert_laws(app).await;
    let auditor = app.operator(galena::access::Role::Auditor).await;
    let auditor = app.sign_in(&auditor.email).await;
    auditor.get(&batch).await.expect(200);
    auditor.get(&format!("{batch}/file/xml")).await.expect(403);
});
