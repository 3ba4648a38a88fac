#!/bin/sh
# SPDX-License-Identifier: MIT
# load-check.sh PLUG-IN [PROGRAM]: loads the plug-in into $NGSPICE and, with the program, into libngspice. Compares the
# resistances of a cell, of a tile's and of an array's, all with seeds and numbers, with what $SYNAPTOGEN draws for them.
# Prints the message below and returns 1 if one differs, also after a crash.
plugin=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
unset SPICE_ASCIIRAWFILE
HOME=$work # without the user's .spiceinit; ngspice 39 crashes if HOME is not set
export HOME
ASAN_OPTIONS=detect_leaks=0 # for a sanitized build: the simulator frees nothing at its end
export ASAN_OPTIONS

# A cell at its read voltage of 0.2 V has the resistance that the library draws.
cat >"$work/deck.cir" <<'DECK'
a cell, a tile of two and an array of two at their read voltage
a1 %gd(te 0) cell
a2 [ te b0 b1 ] tile
a3 [ te ] null null rows
a4 null [ i0 i1 ] null columns
.model cell synaptogen(seed=7)
.model tile synaptogen_tile(rows=1 cols=2 seed=7 first=5)
.model rows synaptogen_array(array="x" side="left" rows=1 cols=2 seed=8 first=12)
.model columns synaptogen_array(array="x" side="bottom" gain=1meg)
v1 te 0 0.2
vb0 b0 0 0
vb1 b1 0 0
.end
DECK
cat >"$work/load.cir" <<DECK
load the plug-in and solve
.control
codemodel $plugin
source $work/deck.cir
set numdgt=10
op
print @a1[resistance]
print 0.2/i(vb0) 0.2/i(vb1) 2e5/v(i0) 2e5/v(i1)
.endc
.end
DECK
{
    "$SYNAPTOGEN" sample --name a1 --seed 7
    "$SYNAPTOGEN" sample --first 5 --cells 2 --seed 7
    "$SYNAPTOGEN" sample --first 12 --cells 2 --seed 8
} | awk -F, '/^[0-9]/ { printf "%.9e\n", 10 ^ $4 }' >"$work/expected"

failed() {
    cat >&2 <<MESSAGE
$plugin does not work in $1:
$(tail -n 7 "$work/output")
The library draws these resistances [ohm]:
$(cat "$work/expected")
It was built with the headers in $NGSPICE_SOURCE.
They must have the version and the configure options of the ngspice in use. Remove this folder and run ./bootstrap
again, or ./bootstrap --with-ngspice-source=TREE with the source tree of your ngspice.
MESSAGE
    exit 1
}

# Whether the output has the expected resistances, in their order, and no others. Arrays keep states in single precision.
right() {
    sed -n 's/^\(@a1\[resistance\]\|0\.2\/i(vb[01])\|2e5\/v(i[01])\) = //p' "$work/output" |
        paste -d ' ' - "$work/expected" |
        awk 'NF != 2 || !($1 / $2 - 1 < 1e-5 && 1 - $1 / $2 < 1e-5) { wrong = 1 } END { exit wrong || NR != 5 }'
}

# The inner shells write to the output too, because they report a crash.
("$NGSPICE" -b "$work/load.cir"; exit $?) >"$work/output" 2>&1 </dev/null
right || failed "$NGSPICE"
[ $# -gt 1 ] || exit 0
("$2" "$work/load.cir"; exit $?) >"$work/output" 2>&1 </dev/null
right || failed libngspice
