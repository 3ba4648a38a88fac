#!/bin/sh
# SPDX-License-Identifier: MIT
# Stock `ngspice -b` and the plug-in: exit status and messages.
. "$srcdir/tests/support/tap.sh"
cd "$tmp" || exit 99

# netlist NAME PARAMETERS CARDS: the analyses as cards of the netlist.
netlist() {
    cat >"$1.cir" <<DECK
cell
x1 te s
.subckt s t
a7 %gd(t 0) m
.ends
v1 te 0 dc 0.2 ac 1
.model m synaptogen($2)
.control
pre_codemodel $PLUGIN
.endc
$3
.end
DECK
}

# script NAME PARAMETERS COMMANDS: the analyses in the netlist's .control section.
script() {
    netlist "$1" "$2" ".control
$3
echo reached the end
quit
.endc"
}

runs() {
    "$NGSPICE" -b "$1.cir" >"$1.log" 2>&1 </dev/null || {
        cat "$1.log"
        return 1
    }
    ! grep Instance: "$1.log"
}

# fails NAME TEXT: exit status 1 after one line of ours, which names the instance and holds the text.
fails() {
    "$NGSPICE" -b "$1.cir" >"$1.log" 2>&1 </dev/null
    status=$?
    cat "$1.log"
    [ $status -eq 1 ] || return 1
    [ "$(grep -c Instance: "$1.log")" -eq 1 ] || return 1
    grep '^Instance: a\.x1\.a7 ' "$1.log" | grep -F -q -e "$2" || return 1
    ! grep 'reached the end' "$1.log"
}

op='.op
.print op v(te)'
tran='.tran 1n 10n
.print tran v(te)'

netlist good '' "$op"
check "a good netlist with cards exits with 0" runs good
script good '' 'op
tran 1n 10n
dc v1 0 1 0.1
ac dec 1 1 10'
check "a good netlist with a .control section exits with 0" runs good
check "and gets to its end" grep 'reached the end' good.log

sed 's/"u0": 0.2/"u0": 9.2/' "$srcdir/params/hfo2-1t1r.json" >value.json
sed 's/"u0": 0.2/"u0": -.2/' "$srcdir/params/hfo2-1t1r.json" >syntax.json
sed '/"2": {/,$d' "$srcdir/params/hfo2-1t1r.json" | sed '$s/},/} } }/' >one.json

while IFS='|' read -r parameters text; do
    netlist bad "$parameters" "$op"
    check "$parameters: with .op the status is 1, one line says $text" fails bad "$text"
    netlist bad "$parameters" "$tran"
    check "$parameters: with .tran the status is 1, one line says $text" fails bad "$text"
    script bad "$parameters" 'op
tran 1n 10n'
    check "$parameters: with .control the status is 1, one line says $text" fails bad "$text"
done <<'CASES'
init="foo"|init = "foo" is neither "hrs" (0) nor "lrs" (1)
start="warm"|start = "warm" is neither "cold" (0) nor "stationary" (1)
params="missing.json"|missing.json
params="value.json"|value.json
params="syntax.json"|syntax.json:13
params="one.json" order=2|2 is not among the orders
bandwidth=-1|bandwidth = -1 Hz is not in [0.001, 1e+15]
order=11|order = 11 is not a whole number in [1, 10]
order=2.5|order = 2.5 is not a whole number in [1, 10]
seed=-1|seed = -1 is not a whole number in [0,
seed=1.5|seed = 1.5 is not a whole number in [0,
seed=1152921504606846976|is not a whole number in [0,
index=2|index = 2 is not a whole number in [0, 1]
polarity=0|polarity = 0 is neither 1 nor -1
noise=2|noise = 2 is not a whole number in [0, 1]
r_init=10|10 ohm is outside [1000,
r_init=-5|-5 ohm is outside [1000,
r_init=20k init="lrs"|init and r_init are both given
CASES

script late '' 'stop when time = 5n
tran 1n 10n
altermod m noise = 2
resume'
check "a failure in the middle of a .control section ends ngspice with status 1" fails late 'noise = 2'

# However batch mode is asked for.
netlist bad order=11 "$op"
for options in -b --batch --bat -nb '-n -b' '-o log -b' '-r raw -b' '-bo log' '-D x=1 -b'; do
    # shellcheck disable=SC2086
    check "ngspice $options tells the failure and ends with status 1" sh -c 'rm -f log
        "$@" >out 2>&1 </dev/null
        [ $? -eq 1 ] && cat out log | grep "^Instance: a.x1.a7 .*order = 11"' sh "$NGSPICE" $options bad.cir
done

# Without it the session goes on.
script bad order=11 op
sed -i '/^quit/d; /reached the end/d' bad.cir
sed 's/order=11//; s/^op$/echo/' bad.cir >good.cir
cat >session <<'COMMANDS'
source bad.cir
echo first $sim_status
source good.cir
op
echo second $sim_status
print v(te)
quit 0
COMMANDS
for options in -p '-p -D b=1' '-p -r b' '-np'; do
    if ! echo quit | "$NGSPICE" -p >probe.log 2>&1; then
        skip "ngspice $options tells the failure and goes on" "this ngspice crashes with -p"
        continue
    fi
    # shellcheck disable=SC2086
    check "ngspice $options tells the failure and goes on" sh -c '"$@" <session >session.log 2>&1
        cat session.log
        [ $(grep -c "^Instance: a.x1.a7 .*order = 11" session.log) -eq 1 ] && grep -q "first 1" session.log &&
            grep -q "second 0" session.log && grep -q "v(te) = 2.0" session.log' sh "$NGSPICE" $options
done

# Parameter files belong to the netlist.
mkdir -p Deck/Params
cp one.json Deck/Params/One.JSON
cp value.json one.json
(
    cd Deck && script deck 'params="Params/One.JSON"' 'op'
    script wrong 'params="Params/One.JSON" order=2' 'op'
)
check "a parameter file is looked for beside the netlist, ignoring case" runs Deck/deck
check "the same by the absolute path of the netlist" runs "$tmp/Deck/deck"
check "and it is that file" fails Deck/wrong '2 is not among the orders'

# Crossbars: the last accepted states are in the file at the end, however ngspice is run.
crossbar() {
    cat >"$1.cir" <<DECK
crossbar
.control
pre_codemodel $PLUGIN
.endc
vx x 0 0
bl0 l0 0 v=$2
vl1 l1 0 0
rb0 b0 0 10
rb1 b1 0 10
a1 [ l0 l1 b0 b1 ] m
.model m synaptogen_tile(rows=2 cols=2 seed=1 first=0 state_out="$1.state")
aw [ l0 l1 ] null null w
as null [ s0 s1 ] null s
.model w synaptogen_array(array="x" side="left" rows=2 cols=2 seed=2 r_bottom=10 state_out="$1.array")
.model s synaptogen_array(array="x" side="bottom")
$3
.end
DECK
}

# The first word line is SET in both.
states_are_written() {
    runs "$1" || return 1
    for file in "$1.state" "$1.array"; do
        "$SYNAPTOGEN" read "$file" --conductance -o "$file.csv" && cat "$file.csv" || return 1
        awk -F, 'NR == 1 && ($1 < 1e-4 || $2 < 1e-4) || NR == 2 && ($1 > 1e-4 || $2 > 1e-4) { exit 1 }' "$file.csv" ||
            return 1
    done
}

ramp='time<1u ? -1.5e6*time : -1.5+1.5e6*(time-1u)'
crossbar cards "$ramp" '.tran 10n 2u
.print tran v(l0)'
check "crossbars write their states after a .tran card" states_are_written cards
crossbar sweep '-1.5*v(x)' '.dc vx 0 1 0.05
.print dc v(l0)'
check "crossbars write their states after a .dc card" states_are_written sweep
crossbar quits "$ramp" '.control
tran 10n 2u
quit
.endc'
check "crossbars write their states in a .control section that quits" states_are_written quits
crossbar sweepquits '-1.5*v(x)' '.control
dc vx 0 1 0.05
quit
.endc'
check "crossbars write their states after a sweep in one that quits" states_are_written sweepquits
crossbar halted "$ramp" '.control
stop when time = 1.5u
tran 10n 2u
quit
.endc'
check "crossbars write their states when a run is stopped and ngspice quits" states_are_written halted
crossbar points "$ramp" '.op
.print op v(l0)'
check "an operating point alone" runs points
check "writes no states" sh -c '[ ! -e points.state ] && [ ! -e points.array ]'
crossbar late "$ramp" '.control
stop when time = 1.5u
tran 10n 2u
resume
quit
.endc'
check "a run that goes on writes its last states" states_are_written late
finish
