//! Law 9: whatever is changed, added or taken away after sealing is named, row by row, and a kept leaf is
//! believed only as far as the root of its seal bears it out.

use diesel::prelude::*;
use galena::clock::{MINUTE, SECOND};
use galena::db::Backend;
use galena::db::schema::{audit_log, ledger_postings};
use galena::id::{AuditId, PostingId};

use super::scene::Scene;
use super::world::{START, World};
use crate::commands::galena;

impl Scene {
    /// A scene with three sealed entries in the audit log.
    fn audited() -> impl Iterator<Item = (Self, Vec<AuditId>)> {
        Self::all().map(|scene| {
            for _ in 0..3 {
                scene.audit();
            }
            scene.world.assert_laws(scene.now);
            let ids = scene.entries();
            (scene, ids)
        })
    }

    fn entries(&self) -> Vec<AuditId> {
        self.world
            .db
            .read_blocking(|conn| {
                Ok(audit_log::table
                    .order(audit_log::id)
                    .select(audit_log::id)
                    .load(conn)?)
            })
            .unwrap()
    }

    /// What the checker says of law 9, all of it.
    fn breaks(&self) -> Vec<String> {
        let outcomes = self.world.outcomes(self.now);
        outcomes[8].breaches.clone()
    }

    #[track_caller]
    fn assert_breaks(&self, expected: &[String]) {
        assert_eq!(self.breaks(), expected, "{}", self.world.name());
    }

    fn postings(&self) -> Vec<PostingId> {
        self.world
            .db
            .read_blocking(|conn| {
                Ok(ledger_postings::table
                    .order(ledger_postings::id)
                    .select(ledger_postings::id)
                    .load(conn)?)
            })
            .unwrap()
    }

    fn zeros(&self) -> &'static str {
        match self.world.db.backend() {
            Backend::Sqlite => "zeroblob(32)",
            Backend::Postgres => "decode(repeat('00', 32), 'hex')",
        }
    }
}

/// Every column of an audit entry that somebody might like to be otherwise.
const FORGERIES: &[&str] = &[
    "at = at + 1",
    "actor = 'visitor'",
    "account_id = NULL",
    "action = 'test.undone'",
    "subject = 'other'",
    "detail = '{\"other\": 1}'",
    "request_id = 'other-request'",
    "address = '203.0.113.9'",
];

#[test]
fn the_command_check_names_the_one_entry_that_was_changed_by_hand() {
    for (scene, ids) in Scene::audited() {
        let folder = tempfile::tempdir().unwrap();
        let run = || {
            let url = scene.world.url();
            let mut check = galena(folder.path(), &["check", "--database-url", url]);
            check.output().unwrap()
        };
        let sound = run();
        assert!(sound.status.success(), "{sound:?}");
        scene.tamper(&[&format!(
            "UPDATE audit_log SET detail = '{{\"other\": 1}}' WHERE id = {}",
            scene.literal(ids[1].0)
        )]);
        let broken = run();
        assert_eq!(broken.status.code(), Some(1), "{broken:?}");
        let said = String::from_utf8(broken.stdout).unwrap();
        let named = format!("audit seal 1: {} was changed after it was sealed", ids[1]);
        assert!(said.contains(&named), "{said}");
        assert!(!said.contains(&ids[0].to_string()) && !said.contains(&ids[2].to_string()));
    }
}

#[test]
fn every_column_of_an_entry_is_under_the_seal() {
    for (scene, ids) in Scene::audited() {
        scene.tamper(&["CREATE TABLE kept AS SELECT * FROM audit_log"]);
        let id = scene.literal(ids[1].0);
        for forgery in FORGERIES {
            // Put back from the copy, as a careful forger would.
            let (column, _) = forgery.split_once(" = ").unwrap();
            let back = format!(
                "UPDATE audit_log SET {column} = (SELECT {column} FROM kept WHERE id = {id}) WHERE id = {id}"
            );
            scene.tamper(&[&format!("UPDATE audit_log SET {forgery} WHERE id = {id}")]);
            let named = format!("audit seal 1: {} was changed after it was sealed", ids[1]);
            assert_eq!(scene.breaks(), [named], "{}: {forgery}", scene.world.name());
            scene.tamper(&[&back]);
            scene.assert_breaks(&[]);
        }
    }
}

#[test]
fn a_changed_posting_and_a_changed_entry_name_their_posting() {
    for scene in Scene::all() {
        let postings = scene.postings();
        let named = format!(
            "ledger seal 1: {} was changed after it was sealed",
            postings[2]
        );
        scene.tamper(&[&format!(
            "UPDATE ledger_postings SET note = 'other' WHERE id = {}",
            scene.literal(postings[2].0)
        )]);
        scene.assert_breaks(&[named]);
    }
    for scene in Scene::all() {
        let named = format!(
            "ledger seal 1: {} was changed after it was sealed",
            scene.deposit_posting
        );
        scene.tamper(&[&format!(
            "UPDATE ledger_entries SET balance_minor = balance_minor + 1 WHERE account_key LIKE 'wallet:%' AND posting_id = {}",
            scene.literal(scene.deposit_posting.0)
        )]);
        scene.assert_breaks(&[named]);
    }
}

#[test]
fn a_row_that_is_gone_or_was_slipped_in_is_named() {
    for (scene, ids) in Scene::audited() {
        scene.tamper(&[&format!(
            "DELETE FROM audit_log WHERE id = {}",
            scene.literal(ids[0].0)
        )]);
        scene.assert_breaks(&[format!("audit seal 1: {} is gone", ids[0])]);
    }
    // Gone from the log and from the seal: its place is empty.
    for (scene, ids) in Scene::audited() {
        let id = scene.literal(ids[1].0);
        scene.tamper(&[
            &format!("DELETE FROM audit_log WHERE id = {id}"),
            &format!("DELETE FROM seal_members WHERE item_id = {id}"),
        ]);
        scene.assert_breaks(&[format!(
            "audit seal 1: lacks 1 of its rows between {} and {}",
            ids[0], ids[2]
        )]);
    }
    // An entry of yesterday that nobody sealed.
    for (scene, ids) in Scene::audited() {
        let slipped = AuditId::new(START.minus(24 * 60 * MINUTE));
        scene.tamper(&[&format!(
            "INSERT INTO audit_log SELECT {}, at - 86400000000, actor, account_id, action, subject, \
             detail, request_id, address FROM audit_log WHERE id = {}",
            scene.literal(slipped.0),
            scene.literal(ids[0].0)
        )]);
        scene.world.seal_all(scene.now);
        scene.assert_breaks(&[format!("{slipped}: is not sealed")]);
    }
    // An entry added to a seal that was closed without it.
    for (mut scene, ids) in Scene::audited() {
        scene.audit();
        let added = *scene.entries().iter().find(|id| !ids.contains(id)).unwrap();
        scene.tamper(&[&format!(
            "INSERT INTO seal_members SELECT chain, {}, seq, 3, leaf FROM seal_members WHERE item_id = {}",
            scene.literal(added.0),
            scene.literal(ids[0].0)
        )]);
        scene.now = scene.now.plus(SECOND);
        scene.assert_breaks(&[
            format!("audit seal 1: {added} was added to it"),
            format!("audit seal 1: {added} was changed, or its leaf"),
        ]);
    }
}

#[test]
fn a_changed_leaf_neither_hides_a_row_nor_accuses_one() {
    // The leaf alone: the row is as it was.
    for (scene, ids) in Scene::audited() {
        let id = scene.literal(ids[1].0);
        let zeros = scene.zeros();
        scene.tamper(&[&format!(
            "UPDATE seal_members SET leaf = {zeros} WHERE item_id = {id}"
        )]);
        scene.assert_breaks(&[format!(
            "audit seal 1: {} is as it was sealed, but its leaf was changed",
            ids[1]
        )]);
    }
    // The row, and the leaf that another row has: still both are seen.
    for (scene, ids) in Scene::audited() {
        let (first, other) = (scene.literal(ids[0].0), scene.literal(ids[2].0));
        scene.tamper(&[
            &format!("UPDATE audit_log SET action = 'test.undone' WHERE id = {first}"),
            &format!(
                "UPDATE seal_members SET leaf = (SELECT m.leaf FROM seal_members m WHERE m.item_id = {other}) \
                 WHERE item_id = {first}"
            ),
        ]);
        scene.assert_breaks(&[format!("audit seal 1: {} was changed, or its leaf", ids[0])]);
    }
    // The row and its own leaf, as the changed row would have it: the root does not fit.
    for (scene, ids) in Scene::audited() {
        let id = scene.literal(ids[1].0);
        scene.tamper(&[
            "CREATE TABLE kept AS SELECT * FROM seals",
            &format!("UPDATE audit_log SET action = 'test.undone' WHERE id = {id}"),
            "DELETE FROM seal_members WHERE chain = 'audit'",
            "DELETE FROM seals WHERE chain = 'audit'",
        ]);
        scene.world.seal_all(scene.now.plus(SECOND));
        scene.tamper(&[
            "DELETE FROM seals WHERE chain = 'audit'",
            "INSERT INTO seals SELECT * FROM kept WHERE chain = 'audit'",
        ]);
        scene.assert_breaks(&[format!(
            "audit seal 1: a row between {} and {} was changed together with its leaf, or the seal itself was",
            ids[0], ids[2]
        )]);
    }
}

#[test]
fn seals_of_before_leaves_were_kept_still_tell_that_a_row_was_changed() {
    for (scene, ids) in Scene::audited() {
        scene.tamper(&["UPDATE seal_members SET leaf = NULL"]);
        scene.assert_breaks(&[]);
        scene.tamper(&[&format!(
            "UPDATE audit_log SET detail = '{{\"other\": 1}}' WHERE id = {}",
            scene.literal(ids[1].0)
        )]);
        scene.assert_breaks(&[format!(
            "audit seal 1: a row between {} and {} was changed together with its leaf, or the seal itself was",
            ids[0], ids[2]
        )]);
    }
}

#[test]
fn a_changed_seal_and_an_old_row_without_one_are_named() {
    for scene in Scene::all() {
        scene.tamper(&["UPDATE seals SET sealed_at = sealed_at + 1"]);
        scene.assert_broken(9, "ledger seal 1");
    }
    for scene in Scene::all() {
        let second = scene.postings()[1];
        scene.tamper(&["DELETE FROM seal_members WHERE position = 0"]);
        scene.assert_breaks(&[format!(
            "ledger seal 1: lacks 1 of its rows between its beginning and {second}"
        )]);
    }
    for world in World::all() {
        let mut scene = Scene::of(world, false);
        scene.now = START.plus(MINUTE);
        assert!(scene.world.outcomes(scene.now)[8].holds());
        scene.now = START.plus(MINUTE + 1);
        scene.assert_broken(9, &scene.deposit_posting.to_string());
    }
}
