#!/usr/bin/env bash
# Refreshes static/vendor from npm by the names and versions of static/vendor/lock.json,
# and writes each file's SHA-256 back. `scripts/vendor.sh --check` only compares.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# npm name, version, then the files to keep
packages=(
  "bootstrap 5.3.9 dist/css/bootstrap.min.css LICENSE"
  "htmx.org 4.0.1 dist/htmx.min.js LICENSE"
)
out="$work/vendor"
lock="$out/lock.json"
mkdir -p "$out"
{
  printf '{\n'
  comma=''
  for package in "${packages[@]}"; do
    read -r name version files <<<"$package"
    archive=$(npm pack --silent --pack-destination "$work" "$name@$version")
    mkdir -p "$work/$name" "$out/$name-$version"
    tar xzf "$work/$archive" -C "$work/$name" --strip-components=1
    printf '%s  "%s-%s": { "npm": "%s", "version": "%s", "sha256": {' "$comma" "$name" "$version" "$name" "$version"
    inner=''
    for file in $files; do
      kept="$out/$name-$version/$(basename "$file")"
      cp "$work/$name/$file" "$kept"
      chmod 644 "$kept"
      printf '%s\n    "%s": "%s"' "$inner" "$(basename "$file")" "$(sha256sum "$kept" | cut -d' ' -f1)"
      inner=','
    done
    printf '\n  } }'
    comma=$',\n'
  done
  printf '\n}\n'
} >"$lock"
if [ "${1:-}" = "--check" ]; then
  diff -r "$out" static/vendor
else
  rm -rf static/vendor
  cp -r "$out" static/vendor
fi
