//! The order of the modules, checked: each uses only what stands before it, and no slice uses
//! another's `store`, `api` or `pages`.

use std::fs;
use std::path::{Path, PathBuf};

/// The layers from the ground up; a line of several is one layer whose members may use each other.
const LAYERS: &[&[&str]] = &[
    &[
        "text", "error", "clock", "money", "id", "vault", "bank", "db",
    ],
    &["access"],
    &["audit"],
    &["jobs"],
    &["mail"],
    &["outbound"],
    &["config"],
    &["sms"],
    &["web"],
    &["ledger"],
    &["accounts"],
    &["events"],
    &["notices"],
    &["verticals"],
    &["standing"],
    &["scoring"],
    &["verification"],
    &["suppression"],
    &["calls"],
    &["leads"],
    &["conditions"],
    &["icps"],
    &["contracts"],
    &["charges"],
    &["requests"],
    &["matching"],
    &["backtests"],
    &["purchases"],
    &["pings"],
    &["privacy"],
    &["conversions"],
    &["delivery"],
    &["disputes"],
    &["audits"],
    &["payouts"],
    &["check"],
    &["reports"],
    &["demo"],
    &["routes"],
    &["app"],
    &["cli"],
];
const PRIVATE_PARTS: &[&str] = &["store", "api", "pages"];
const DIESEL_HOMES: &[&str] = &["store", "db", "audit", "seals"];
const MAX_LINES: usize = 500;

struct Source {
    path: PathBuf,
    slice: String,
    text: String,
}

fn sources() -> Vec<Source> {
    files_under("src")
}

fn files_under(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    assert!(found.len() > 30, "only {} files found", found.len());
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let relative = path.strip_prefix(root).unwrap().to_owned();
            let first = relative.components().next().unwrap();
            let slice = Path::new(first.as_os_str())
                .with_extension("")
                .to_string_lossy()
                .into_owned();
            let text = fs::read_to_string(&path).unwrap();
            found.push(Source {
                path: relative,
                slice,
                text,
            });
        }
    }
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// Every `crate::a::b` of the code, also within `use crate::{..}`, as lists of path segments.
fn crate_paths(text: &str) -> Vec<Vec<String>> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut paths = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let inside = group.split('}').next().unwrap_or_default();
            paths.extend(inside.split(',').map(|item| segments(item.trim())));
        } else {
            paths.push(segments(rest));
        }
    }
    paths
}

fn segments(path: &str) -> Vec<String> {
    let end = path
        .find(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == ':'))
        .unwrap_or(path.len());
    path[..end]
        .split("::")
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

fn breaches(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    let shown = source.path.display();
    if matches!(source.slice.as_str(), "lib" | "main") {
        return found;
    }
    let Some(own) = layer_of(&source.slice) else {
        return vec![format!("{shown}: {} stands in no layer", source.slice)];
    };
    for path in crate_paths(&source.text) {
        let Some(module) = path.first() else { continue };
        if *module == source.slice {
            continue;
        }
        match layer_of(module) {
            Some(theirs) if theirs > own => {
                found.push(format!("{shown} uses {module}, which stands after it"));
            }
            _ => {}
        }
        if layer_of(module).is_some_and(|theirs| theirs > 5)
            && !matches!(source.slice.as_str(), "routes" | "app")
            && let Some(part) = path.get(1)
            && PRIVATE_PARTS.contains(&part.as_str())
        {
            found.push(format!(
                "{shown} uses {module}::{part}, which is {module}'s own"
            ));
        }
    }
    let stem = source.path.with_extension("");
    let at_home = source.slice == "db"
        || stem
            .components()
            .any(|part| DIESEL_HOMES.contains(&part.as_os_str().to_string_lossy().as_ref()));
    if source.text.contains("diesel::prelude") && !at_home {
        found.push(format!("{shown} speaks diesel outside a store"));
    }
    found.extend(too_long(source));
    found
}

fn too_long(source: &Source) -> Option<String> {
    let lines = source.text.lines().count();
    let path = source.path.display();
    (lines > MAX_LINES).then(|| format!("{path} has {lines} lines; split it by concept"))
}

#[test]
fn no_test_file_is_too_long() {
    let found: Vec<String> = files_under("tests").iter().filter_map(too_long).collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn modules_use_only_what_stands_before_them() {
    let found: Vec<String> = sources().iter().flat_map(breaches).collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn breaches_are_seen() {
    let source = |path: &str, text: &str| Source {
        path: PathBuf::from(path),
        slice: path.split(['/', '.']).next().unwrap().to_owned(),
        text: text.to_owned(),
    };
    for (path, text) in [
        ("leads/verify.rs", "use crate::purchases::sell;"),
        ("leads.rs", "use crate::{clock::Ts, matching::Market};"),
        ("purchases/api.rs", "crate::leads::store::insert(conn)"),
        ("leads/pages.rs", "use diesel::prelude::*;"),
        ("surprise.rs", ""),
        ("leads/long.rs", &"x\n".repeat(MAX_LINES + 1)),
    ] {
        assert_eq!(breaches(&source(path, text)).len(), 1, "{path}: {text:.40}");
    }
    for (path, text) in [
        ("leads/verify.rs", "use crate::verticals::Vertical;"),
        ("routes.rs", "crate::leads::api::create"),
        ("leads/store.rs", "use diesel::prelude::*;"),
    ] {
        assert!(breaches(&source(path, text)).is_empty(), "{path}: {text}");
    }
}
