#!/bin/sh
# SPDX-License-Identifier: MIT
# demo.sh BUILD: the main job, from the build tree: I-V loops of 64 cells, and a 16 x 16 crossbar written by half-select
# and read in the stock ngspice. Leaves its files in BUILD/demo.
set -e
build=$1
rm -rf "$build/demo"
mkdir -p "$build/demo"
cd "$build/demo"
started=$(date +%s)

fail() {
    cat "$1" >&2
    echo "demo: $2" >&2
    exit 1
}

echo "I-V loops of 64 cells, 20 cycles each"
plot="--plot iv_64.png"
command -v gnuplot >/dev/null 2>&1 || plot=
# shellcheck disable=SC2086
"$build/synaptogen" iv --cells 64 --cycles 20 --seed 1 $plot -o iv_64.csv
echo "A 16 x 16 crossbar in $("$NGSPICE" --version </dev/null | sed -n 's/.*\(ngspice-[0-9.]*\).*/\1/p' | sed 1q)"
"$NGSPICE" -b "$build/netlists/crossbar_16x16.cir" >crossbar.log 2>&1 || fail crossbar.log "ngspice failed"
grep -q '^crossbar' crossbar.log || fail crossbar.log "ngspice read no crossbar"
sed -n '/^crossbar/,/disturbed/p' crossbar.log
printf '  %-24s %s\n' "I-V loops" "64 cells x 20 cycles" "run time" "$(($(date +%s) - started)) s"
echo "files:"
for f in iv_64.csv iv_64.png crossbar_16x16.map crossbar_16x16.png; do
    [ ! -e "$f" ] || echo "  $build/demo/$f"
done
[ -n "$plot" ] || echo "no pictures: gnuplot is not installed (Debian package gnuplot-nox)"
