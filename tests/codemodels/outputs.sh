#!/bin/sh
# SPDX-License-Identifier: MIT
# State files that tiles and arrays cannot write: a message, and a batch run that ends with status 1, also in .control.
. "$srcdir/tests/support/tap.sh"
cd "$tmp" || exit 99

# deck STATE_OUT ANALYSIS: a tile of 2 x 2 cells, and the analysis in .control.
deck() {
    printf '%s\n' outputs ".include $builddir/netlists/synaptogen.lib" 'vr r 0 -1.5' 'a1 [ r 0 0 0 ] t' \
        ".model t synaptogen_tile(rows=2 cols=2 seed=1 state_out=\"$1\")" .control "$2" 'echo went on' .endc .end >deck.cir
}
# fails MESSAGE: the run says it, goes no further and has status 1.
fails() {
    "$NGSPICE" -b deck.cir >run.log 2>&1 </dev/null
    status=$?
    cat run.log
    [ $status -eq 1 ] && grep -F "synaptogen: $1" run.log && lacks run.log '^went on'
}
mkdir folder
for analysis in 'tran 1n 10n' 'dc vr 0 -1.5 -0.1'; do
    deck folder "$analysis"
    check "$analysis: a folder as state_out" fails 'state_out = "folder" is a folder'
    deck "$(printf 'n%.0s' $(seq 300))" "$analysis"
    check "$analysis: a name of 300 characters" fails 'state_out: a name of 300 characters is longer than 248'
done
deck /dev/full 'tran 1n 10n'
check "a device that is full, after a transient analysis" fails 'state_out: /dev/full: cannot write: No space left on device'
full_after_dc() {
    "$NGSPICE" -b deck.cir >run.log 2>&1 </dev/null
    [ $? -eq 1 ] && cat run.log && grep -F 'synaptogen: state_out: /dev/full: cannot write' run.log
}
deck /dev/full 'dc vr 0 -1.5 -0.1'
check "a device that is full, at the end of a run with a DC sweep" full_after_dc

deck one.state 'tran 1n 10n'
sed -i 's/^a1 .*/&\na2 [ r 0 0 0 ] t/' deck.cir
check "two tiles with one state_out" fails 'state_out = "one.state": a'
printf '%s\n' twice ".include $builddir/netlists/synaptogen.lib" 'vr r 0 -1.5' '.subckt part r' 'a1 [ r 0 0 0 ] t' \
    '.model t synaptogen_tile(rows=2 cols=2 state_out="one.state")' .ends 'x1 r part' 'x2 r part' .control 'tran 1n 10n' \
    'echo went on' .endc .end >deck.cir
check "a subcircuit with state_out that is used twice" fails 'state_out = "one.state": a'
again() {
    deck one.state 'tran 1n 10n' && sed -i 's/^echo went on/source deck2.cir\ntran 1n 10n\necho went on/' deck.cir &&
        sed '/^.control/,/^.endc/d' deck.cir >deck2.cir && "$NGSPICE" -b deck.cir >run.log 2>&1 </dev/null
    cat run.log
    grep '^went on' run.log && [ -s one.state ]
}
check "two circuits of one session may have one state_out" again
finish
