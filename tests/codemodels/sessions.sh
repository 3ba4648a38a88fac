#!/bin/sh
# SPDX-License-Identifier: MIT
# Several circuits in one session of ngspice, each of which loads the plug-in: no order of them crashes.
. "$srcdir/tests/support/tap.sh"
cd "$tmp" || exit 99
if ! echo quit | "$NGSPICE" -p >probe.log 2>&1; then
    skip "several circuits in a session of ngspice -p" "this ngspice crashes with -p"
    finish
    exit 0
fi

# cell NAME SEED: a cell that is SET and read; it ends with the resistance r.
cell() {
    cat >"$1.cir" <<DECK
cell $1
.include $builddir/netlists/synaptogen.lib
vin te 0 pwl(0 0 1u -1.5 2u 0)
a1 %gd(te 0) mycell
.model mycell synaptogen(seed=$2)
.end
DECK
}
cell a 7
cell b 8
cat >plain.cir <<'DECK'
plain
v1 a 0 pwl(0 0 1u 1)
r1 a b 1k
c1 b 0 1n
.end
DECK
cat >tile.cir <<DECK
tile
.include $builddir/netlists/synaptogen.lib
vin te 0 pwl(0 0 1u -1.5 2u 0)
a1 [ te te 0 0 ] mytile
.model mytile synaptogen_tile(rows=2 cols=2 seed=7 first=0)
.end
DECK
cat >array.cir <<DECK
array
.include $builddir/netlists/synaptogen.lib
vin te 0 pwl(0 0 1u -1.5 2u 0)
a1 null null [ te te 0 0 ] mybank
.model mybank synaptogen_array(array="x" at="left:0+left:1+bottom:0+bottom:1" rows=2 cols=2 seed=7 first=0)
.end
DECK

# session COMMANDS...: runs them; `run` is an analysis that prints its result. Fails unless ngspice ends well.
session() {
    for line; do
        case $line in
            run*) printf 'tran 10n 2u\necho result %s\nprint i(%s)[length(time)/2]\n' "${line#run }" v${line##*v} ;;
            *) printf '%s\n' "$line" ;;
        esac
    done >commands
    echo quit >>commands
    "$NGSPICE" -p <commands >raw.log 2>&1 || { tail -n 5 raw.log; return 1; }
    sed 's/^\(ngspice [0-9]* -> \)*//' raw.log >session.log # ngspice 42 prints its prompt also if nobody types
    grep 'ngspice.* done' session.log
}
a='run vin' p='run v1'

# results NAME: the results of the session, in order, are those of circuits that ran alone.
results() {
    grep '^i(v.*\]* = ' session.log >found
    for name; do cat "$name.alone"; done >expected
    cat found expected
    test -s expected && cmp found expected
}
alone() {
    session "source $1.cir" "$2" && grep '^i(v.*\]* = ' session.log >"$1.alone" && test -s "$1.alone"
}
check "a cell runs alone" alone a "$a"
check "another cell runs alone" alone b "$a"
check "they are different" differ a.alone b.alone
check "a circuit without cells runs alone" alone plain "$p"

check "a tile runs alone" alone tile "$a"
check "an array runs alone" alone array "$a"

check "two circuits with cells; back to the first, remove both" \
    session 'source a.cir' "$a" 'source b.cir' "$a" 'setcirc 2' "$a" remcirc "$a" remcirc
check "and each run gives what it gives alone" results a b a b
check "the devices are in the simulator's table once" session 'source a.cir' "$a" 'source b.cir' "$a" devhelp
check "although each circuit loads the plug-in" sh -c 'test "$(grep -c "^synaptogen  *:" session.log)" = 1'
check "five loads before the first run" session 'source a.cir' 'source b.cir' 'source a.cir' 'source b.cir' "$a" \
    'setcirc 4' "$a" remcirc remcirc remcirc remcirc
check "and each run gives what it gives alone" results b a
check "first without cells, then with; back to the first, remove both" \
    session 'source plain.cir' "$p" 'source a.cir' "$a" 'setcirc 2' "$p" show inventory remcirc "$a" remcirc
check "and each run gives what it gives alone" results plain a plain a
check "a circuit without cells that is never used again" session 'source plain.cir' 'source a.cir' "$a"
check "and the run gives what it gives alone" results a
check "two circuits without cells, then one with; back to both, remove all" session 'source plain.cir' "$p" \
    'source plain.cir' 'source a.cir' "$a" 'setcirc 3' "$p" 'setcirc 2' "$p" remcirc remcirc remcirc
check "and each run gives what it gives alone" results plain a plain plain
check "a circuit without cells between two with" session 'source a.cir' "$a" 'source plain.cir' "$p" \
    'source b.cir' "$a" 'setcirc 3' "$a" 'setcirc 2' "$p" remcirc remcirc remcirc
check "and each run gives what it gives alone" results a plain b a plain
check "a stopped run goes on after the plug-in has been loaded" session 'source plain.cir' 'stop when time=0.5u' \
    'tran 10n 2u' 'source a.cir' "$a" 'setcirc 2' 'delete all' resume 'print i(v1)[length(time)/2]' remcirc remcirc

# A noisy cell that is SET after a stop: with and without another circuit that is loaded during the stop. When it is loaded,
# ngspice tells all code models that the analysis is a "DC" one.
cat >noisy.cir <<DECK
noisy
.include $builddir/netlists/synaptogen.lib
vin te 0 pwl(0 0 1u -1.5 2u -0.2)
a1 %gd(te 0) mycell
.model mycell synaptogen(seed=7 noise=1)
.end
DECK
stopped() { # COMMANDS.. during the stop
    session 'source noisy.cir' 'save i(vin) @a1[mode]' 'stop when time=0.2u' 'tran 10n 2u' "$@" 'delete all' resume 'setplot tran1' \
        'print @a1[mode][length(time)-1] i(vin)[length(time)-1] mean(i(vin))' && grep -E '^(@a1|i|mean)' session.log >found && cat found
}
stopped_alone() {
    stopped status && grep '^@a1.*= 1.0*e+00' found && mv found noisy.alone
}
stopped_beside() {
    stopped 'source plain.cir' 'setcirc 2' && cmp found noisy.alone
}
check "a stopped run of a noisy cell goes on, and the cell is SET" stopped_alone
check "and it goes on the same way if another circuit has been loaded in between" stopped_beside
check "reset of the older circuit" session 'source plain.cir' "$p" 'source a.cir' "$a" 'setcirc 2' reset "$p" remcirc "$a"
check "and each run gives what it gives alone" results plain a plain a
for kind in tile array; do
    check "the plug-in is loaded again after a circuit with synaptogen_$kind" \
        session "source $kind.cir" "$a" 'source a.cir' "$a" "source $kind.cir" "$a" 'setcirc 3' "$a" devhelp
    check "and each run gives what it gives alone" results $kind a $kind $kind
    check "and the devices are in the simulator's table once" \
        sh -c 'test "$(grep -c "^synaptogen_'$kind'  *:" session.log)" = 1'
done
finish
