#!/bin/sh
# SPDX-License-Identifier: MIT
# load-check.sh PLUG-IN PROGRAM: loads the plug-in into $NGSPICE and, with the program, into libngspice. Solves one cell
# in each. Prints the message below and returns 1 if the result is not a current, also after a crash.
plugin=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
unset SPICE_ASCIIRAWFILE
HOME=$work # without the user's .spiceinit; ngspice 39 crashes if HOME is not set
export HOME
ASAN_OPTIONS=detect_leaks=0 # for a sanitized build: the simulator frees nothing at its end
export ASAN_OPTIONS
cat >"$work/deck.cir" <<'DECK'
one cell at its read voltage
a1 %gd(te 0) cell
.model cell synaptogen
v1 te 0 0.2
.end
DECK
cat >"$work/batch.cir" <<DECK
the same in the stand-alone simulator
.control
codemodel $plugin
source $work/deck.cir
op
print v1#branch
.endc
.end
DECK
# Currents at 0.2 V lie between 1e-4 A (2 kohm) and 1e-9 A (200 Mohm).

failed() {
    cat >&2 <<MESSAGE
$plugin does not work in $1:
$(tail -n 5 "$work/output")
It was built with the headers in $NGSPICE_SOURCE.
They must have the version and the configure options of the ngspice in use. If codemodels/prepare-ngspice made this
folder, remove it and run ./bootstrap again. Otherwise give ./configure the source tree of your ngspice, configured with
its options: --with-ngspice-source=FOLDER.
MESSAGE
    exit 1
}

# The inner shells write to the output too, because they report a crash.
("$NGSPICE" -b "$work/batch.cir"; exit $?) >"$work/output" 2>&1 </dev/null
grep -q '^v1#branch = -[0-9.]*e-0[4-9]$' "$work/output" || failed "$NGSPICE"
("$2" "$plugin" "$work/deck.cir"; exit $?) >"$work/output" 2>&1 </dev/null || failed libngspice
