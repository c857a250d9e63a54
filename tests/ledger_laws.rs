//! The laws of the ledger: random sequences of events against an independent model, on every database
//! there is; and a breach of each law, made on purpose, that the checker must name.

mod breaches;
mod model;
mod op;
mod run;
mod scene;
mod seals;
mod world;

use std::cell::Cell;

use galena::clock::SECOND;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use op::op;
use run::Run;
use world::{START, World};

const SEQUENCES: u32 = 2_000;
/// The whole checker runs after so many sequences, and at the end.
const CHECK_EVERY: i64 = 500;

#[test]
fn random_sequences_agree_with_the_model_and_keep_the_laws_on_sqlite() {
    random_sequences(&World::sqlite());
}

#[test]
fn random_sequences_agree_with_the_model_and_keep_the_laws_on_postgres() {
    if let Some(world) = World::postgres() {
        random_sequences(&world);
    }
}

fn random_sequences(world: &World) {
    let ground = world.ground();
    let (ran, steps) = (Cell::new(0_i64), Cell::new(0_usize));
    let config = Config {
        cases: SEQUENCES,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&prop::collection::vec(op(), 1..14), |ops| {
        ran.set(ran.get() + 1);
        steps.set(steps.get() + ops.len());
        let (ground, start) = (ground.clone(), START.plus(ran.get() * SECOND));
        world
            .write(move |conn| {
                let mut run = Run::new(conn, &ground, start)?;
                ops.iter().try_for_each(|op| run.step(conn, op))
            })
            .map_err(|error| TestCaseError::fail(error.to_string()))?;
        if ran.get() % CHECK_EVERY == 0 {
            world.assert_laws(start.plus(SECOND));
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{}: {failure}", world.name()));
    assert!(ran.get() >= i64::from(SEQUENCES));
    world.assert_laws(START.plus((ran.get() + 1) * SECOND));
    println!(
        "{}: {} events in {} sequences",
        world.name(),
        steps.get(),
        ran.get()
    );
}
