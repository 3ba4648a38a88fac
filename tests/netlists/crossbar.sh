#!/bin/sh
# SPDX-License-Identifier: MIT
# `synaptogen netlist crossbar`: the netlists run as they are, and their cells end as the library says.
. "$srcdir/tests/support/tap.sh"
cd "$tmp" || exit 99
syn() { "$SYNAPTOGEN" "$@"; }

# run NAME ARGUMENT...: generates NAME.cir and runs it; any warning fails.
run() {
    name=$1
    shift
    syn netlist crossbar "$@" -o "$name.cir" && simulate "$name"
}
simulate() {
    "$NGSPICE" -b "$1.cir" >"$1.out" 2>&1 </dev/null || { cat "$1.out"; return 1; }
    grep -v 'Interpolated raw file data' "$1.out" >said
    lacks said -i -E 'warning|error|too small|not converge|no such'
}
count() { # WORDS NAME: the figure behind these words
    sed -n "s/^  $1  *\([0-9]*\)\$/\1/p" "$2.out"
}

# Corner voltages of every cell in order of time, by the definition of the schemes: of a selected cell all, of one that
# shares a line with it a part, of others nothing (half) or the opposite part (third).
cat >volts.awk <<'AWK'
BEGIN {
    part = scheme == "half" ? 0.5 : 1 / 3
    for (j = 0; j < cols; j++) for (i = 0; i < rows; i++) {
        file = "volts_" i + rows * j
        for (row = 0; row < rows; row++) for (step = 0; step < 2; step++) {
            u = step ? v_reset : v_set
            on_word = i == row
            on_bit = bits == "ones" ? step == 0 : (row + j) % 2 == step
            printf "%.17g\n", on_word && on_bit ? u : on_word || on_bit ? part * u : scheme == "half" ? 0 : -part * u >file
        }
        close(file)
    }
}
AWK
predicted() { # ROWS COLS SCHEME V_SET V_RESET BITS INIT: row, col, ohm at 0.2 V, mode, cycle
    rm -f volts_*
    awk -v rows="$1" -v cols="$2" -v scheme="$3" -v v_set="$4" -v v_reset="$5" -v bits="$6" -f volts.awk
    k=0
    while [ $k -lt $(($1 * $2)) ]; do
        echo 0.2 >>volts_$k # a read
        syn pulse --seed 1 --first $k --init "$7" --voltages volts_$k | tail -n 1 |
            awk -F, -v k=$k -v rows="$1" '{ printf "%d %d %.12g %s %d\n", k % rows, k / rows, 0.2 / $8, $4, $5 }'
        k=$((k + 1))
    done
}
# Columns of a map: column, row, bit, ohm, mode, cycle. wrdata prints nine digits.
same_states() { # MAP PREDICTION
    awk 'BEGIN { number["HRS"] = 0; number["LRS"] = 1; number["IRS"] = 2 }
        NR == FNR { r[$1, $2] = $3; mode[$1, $2] = number[$4]; cycle[$1, $2] = $5; known++; next }
        { i = int($2); j = int($1); d = $4 / r[i, j] - 1; n++
          if ($5 != mode[i, j] || $6 != cycle[i, j] || d > 2e-8 || d < -2e-8) { print; bad++ } }
        END { print n + 0, "cells"; exit !(n == known && n > 0 && !bad) }' "$2" "$1"
}
agrees() { # ROWS COLS SCHEME V_SET V_RESET BITS INIT [ARGUMENT...]
    rows=$1 cols=$2 scheme=$3 v_set=$4 v_reset=$5 bits=$6 init=$7
    shift 7
    run w --rows $rows --cols $cols --scheme $scheme --v-set $v_set --v-reset $v_reset --pattern $bits --init $init --seed 1 "$@" &&
        predicted $rows $cols $scheme $v_set $v_reset $bits $init >w.predicted && same_states w.map w.predicted
}
# Voltages at which a good part of the half-selected cells switch as well.
check "1 x 1: the cell is in the state that the library computes" agrees 1 1 half -1.1 1.2 ones hrs
check "2 x 2, half-select: so are all four" agrees 2 2 half -1.3 1.45 checkerboard hrs
check "1 x 4, third: so is a single row" agrees 1 4 third -2 2.2 checkerboard lrs
check "7 x 5, half-select: states, modes and cycles are the library's, disturbed or not" agrees 7 5 half -1.35 1.47 checkerboard lrs
disturb() { [ "$(count 'disturbed by other rows' w)" -gt 5 ]; }
check "and some of these cells were disturbed" disturb
check "5 x 7, third: states, modes and cycles are the library's" agrees 5 7 third -2 2.2 checkerboard hrs

check "steps, 6 x 5: so do they" agrees 6 5 half -1.35 1.47 checkerboard lrs --drive step
check "steps, 5 x 6, third: in nanoseconds as well" agrees 5 6 third -2 2.2 checkerboard hrs --drive step --pulse 1e-9
steps() { # every pulse of 40 rows has its point, and no two more
    run w --rows 40 --cols 3 --seed 1 --drive step && points=$(sed -n 's/^Transient timepoints = //p' w.out) && echo "$points points" &&
        [ "$points" -ge 80 ] && [ "$points" -le 110 ]
}
check "steps: little more than one time point per pulse" steps

# The time points of the netlist w with pulses so small that no cell switches: those that ngspice, of any version, needs for
# the corners of the pulses alone.
points_of() { # NAME
    sed -n 's/^Transient timepoints = //p' "$1.out"
}
corners() { # OPTIONS of the netlist...
    run idle "$@" --v-set -0.01 --v-reset 0.01 && floor=$(points_of idle) && echo "$floor points without switching" && [ "$floor" -gt 30 ]
}
# The same transient in steps of a hundredth of a ramp.
no_event_lost() { # SCHEME V_SET V_RESET
    corners --rows 16 --cols 16 --pattern random --scheme "$1" --seed 1 || return 1
    run w --rows 16 --cols 16 --pattern random --scheme "$1" --v-set "$2" --v-reset "$3" --seed 1 || return 1
    sed 's/^tran 1u 33u 0 1u/tran 1u 33u 0 10n/; s/w\.map/fine.map/' w.cir >fine.cir && simulate fine || return 1
    points=$(points_of w) fine=$(points_of fine)
    echo "$points and $fine points"
    [ "$fine" -gt 3000 ] && [ "$points" -le $((floor + 16)) ] && cmp w.map fine.map
}
check "half-select: a time point per row more than the corners need loses no event of 300 per row" no_event_lost half -1.3 1.4
check "third: a time point per row more than the corners need loses no event of 300 per row" no_event_lost third -2 2.2

# The counts, from the map alone.
counted() {
    run w --rows 16 --cols 16 --pattern random --v-set -1.0 --v-reset 1.3 --seed 1 &&
        awk '{ lrs = $5 == 1; wrong += ($4 < 7000) != $3; never += $3 && $5 == 0 && $6 == 0; other += !($3 && $5 == 0 && $6 == 0) && (lrs != $3 || $6 > 0) }
            END { print wrong + 0, never + 0, other + 0 }' w.map >expected &&
        echo "$(count 'wrong bits' w) $(count 'never switched' w) $(count 'disturbed by other rows' w)" >found && cat expected found && cmp expected found
}
check "the printed counts are those of the map" counted

# Behind the transistors a cell sees enough to SET, and to RESET fully, and otherwise nothing.
transistors() { # ROWS COLS INIT DRIVER
    run t --rows "$1" --cols "$2" --cells 1t1r --init "$3" --driver "$4" --pattern random --seed 3 &&
        syn sample --cells $(($1 * $2)) --cycles 2 --seed 3 >features && [ "$(count 'disturbed by other rows' t)" = 0 ] &&
        awk -v rows="$1" -v lrs="$([ "$3" = lrs ] && echo 1 || echo 0)" '
            NR == FNR { split($0, f, ","); r_hrs[f[1], f[2]] = 10 ^ f[4]; r_lrs[f[1], f[2]] = f[6]; next }
            { k = $2 + rows * $1; r = $3 ? r_lrs[k, 0] : r_hrs[k, lrs]; d = $4 / r - 1; n++
              if ($5 != $3 || d > 2e-8 || d < -2e-8) { print; bad++ } }
            END { print n; exit !(n > 0 && !bad) }' features t.map
}
check "1T1R, 1 x 1: the gate lets the cell be written" transistors 1 1 hrs 0
check "1T1R, 6 x 9: every bit is right and its resistance the cell's own, from HRS" transistors 6 9 hrs 50
check "1T1R, 9 x 6: and from LRS, after one RESET" transistors 9 6 lrs 0
few_points() {
    corners --rows 9 --cols 6 --cells 1t1r --init lrs --pattern random --seed 3 && echo "$(points_of t) points" &&
        [ "$(points_of t)" -le $((floor + 9)) ]
}
check "1T1R: a time point per row more than the corners need is enough" few_points

verified() {
    run v --mode write-verify --pattern random --seed 2 "$@" && [ "$(count 'wrong bits' v)" = 0 ] &&
        awk '($4 < 7000) != $3 { bad++ } END { exit !(NR > 0 && !bad) }' v.map
}
check "write-verify, third: 16 x 12 bits are right" verified --rows 16 --cols 12 --scheme third
check "write-verify, half-select: 8 x 9 bits are right, from LRS" verified --rows 8 --cols 9 --init lrs
check "write-verify, 1T1R: 5 x 8 bits are right" verified --rows 5 --cols 8 --cells 1t1r
check "write-verify: one row, one column" verified --rows 1 --cols 1 --scheme third
hard_cells() { # at -0.95 V many cells stay in HRS in the first round; each further round is stronger
    verified --rows 12 --cols 12 --scheme third --v-set -0.7 && [ "$(count rounds v)" -gt 2 ]
}
check "write-verify comes back to cells that did not SET" hard_cells

# Ideal wires: a column's current is the sum of its cells' at 0.2 V, which is 0.2 V over their drawn resistances.
reads() { # OPTION...: of the devices
    run r --mode read --rows 9 --cols 5 --seed 4 --pattern random "$@" && syn sample --cells 45 --seed 4 "$@" >features
    syn netlist crossbar --rows 9 --cols 5 --seed 4 --pattern random | grep '^compose want' >bits
    awk 'FILENAME == ARGV[1] { for (j = 4; j <= NF; j++) bit[FNR - 1, j - 4] = $j; next }
        FILENAME == ARGV[2] { split($0, f, ","); if (FNR > 1) { i = f[1] % 9; j = int(f[1] / 9); sum[j] += 0.2 / (bit[i, j] ? f[6] : 10 ^ f[4]) } next }
        { n++; d = $2 / sum[int($1)] - 1; if (d > 1e-7 || d < -1e-7) { print; bad++ } } END { exit !(n == 5 && !bad) }' bits features r.data
}
check "read: column currents are the sums over the library's resistances" reads
other_devices() {
    syn sample --cells 12 --cycles 60 --start stationary --seed 2 -o sample.csv &&
        syn fit sample.csv --order 1 --components 1 -o set.json >/dev/null && reads --params set.json --order 1 --start stationary &&
        grep -q 'seed=4 start="stationary" order=1 params="set.json"' r.cir
}
check "read: also with another parameter set, order and history" other_devices

# One cell behind 100 + 3 + 7 + 50 ohm: its current at what remains of 0.5 V, by the library.
series() {
    echo 0.5 >volt
    run r --mode read --rows 1 --cols 1 --pattern ones --seed 5 --driver 100 --r-wl 3 --r-bl 7 --sense 50 --voltages volt || return 1
    i=$(awk '{ print $2 }' r.data)
    awk -v i="$i" 'BEGIN { printf "%.12g\n", 0.5 - 160 * i }' >u
    syn pulse --seed 5 --init lrs --voltages u | awk -F, -v i="$i" 'NR == 2 { print i, $8; d = i / $8 - 1; exit !(d < 1e-6 && d > -1e-6) }'
}
check "read: driver, wires and sense resistance are in series with the cell" series

# Along a row of three: what flows beyond a segment drops voltage in it, and each cell has the library's current at what
# remains for it.
ladder() {
    run r --mode read --rows 1 --cols 3 --pattern ones --seed 5 --r-wl 200 --r-bl 90 --v-read 0.4 || return 1
    awk '{ i[$1 + 0] = $2 } END { w = 0.4; for (k = 0; k < 3; k++) { s = 0; for (j = k; j < 3; j++) s += i[j]
        w -= 200 * s; printf "%.12g\n", w - 90 * i[k] >"u" k; print i[k] >"i" k } }' r.data
    for k in 0 1 2; do
        syn pulse --seed 5 --first $k --init lrs --voltages u$k | awk -F, -v i="$(cat i$k)" 'NR == 2 { print i, $8; d = i / $8 - 1
            exit !(d < 1e-6 && d > -1e-6) }' || return 1
    done
}
check "read: wires of a row and of its columns obey Ohm and Kirchhoff" ladder

# Blocks keep their states in single precision, which is 1e-7 in r and up to some 1e-6 in the current of an HRS cell.
close_to() { # FILE FILE COLUMN: this column of both
    paste "$1" "$2" | awk -v c="$3" '{ d = $c / $(c + NF / 2) - 1; if (d > 1e-5 || d < -1e-5) { print; bad++ } } END { exit !(NR > 0 && !bad) }'
}
same_read() { # KIND ARGUMENT...
    cells=$1
    shift
    run r --mode read --seed 6 --pattern random "$@" && cp r.data single && run r --mode read --seed 6 --pattern random "$@" --cells $cells &&
        close_to r.data single 2
}
check "read: an array draws the currents of its single cells" same_read array --rows 6 --cols 9
check "read: also with wires, drivers and sense resistances" same_read array --rows 9 --cols 6 --r-wl 20 --r-bl 10 --driver 30 --sense 40
check "read: an array in several banks does" same_read array --rows 130 --cols 250
check "read: so does a tile" same_read tile --rows 6 --cols 9 --r-wl 20 --r-bl 10 --driver 30 --sense 40
check "read: and tiles that continue a word line" same_read tile --rows 1 --cols 7 --tile 2 --r-wl 20 --r-bl 10 --driver 30
check "read: and tiles that continue a bit line" same_read tile --rows 7 --cols 1 --tile 3 --r-wl 20 --r-bl 10 --sense 40
check "read: and tiles that share ideal lines" same_read tile --rows 1 --cols 7 --tile 3 --driver 30

same_write() { # KIND ARGUMENT...
    cells=$1
    shift
    run w --rows 7 --cols 5 --seed 1 "$@" && cp w.map single && run w --rows 7 --cols 5 --seed 1 "$@" --cells $cells &&
        awk '{ print $1, $2, $3, $4 }' single | sort >columns && sort w.map >blocks && close_to blocks columns 4
}
check "write: an array ends as its single cells do, disturbed or not" same_write array --init lrs --v-set -1.35 --v-reset 1.47
check "write: also by steps" same_write array --drive step --init lrs --v-set -1.35 --v-reset 1.47
check "write: a tile does by steps, with a third of the voltage" same_write tile --drive step --scheme third --v-set -2 --v-reset 2.2
check "write: a tile does, with a third of the voltage" same_write tile --scheme third --v-set -2 --v-reset 2.2

# With wires what is read at the end has their resistance in it; the states themselves are in the state file.
state_out() {
    run w --rows 6 --cols 5 --seed 1 --r-wl 20 --r-bl 10 --driver 50 --pattern random && cp w.map single &&
        run w --rows 6 --cols 5 --seed 1 --r-wl 20 --r-bl 10 --driver 50 --pattern random --cells array --state-out out.state &&
        syn read out.state --conductance | awk -F, '{ for (j = 1; j <= NF; j++) print j - 1, NR - 1, 1 / $j }' | sort -n -k2 -k1 >states &&
        awk '{ print $1, $2, $4 }' single >columns && close_to states columns 3
}
check "write: an array with wires and drivers leaves a state file with the states of its single cells" state_out
state_in() {
    run r --mode read --cells array --state out.state && cp r.data first && run r --mode read --cells tile --state out.state && close_to r.data first 2 &&
        syn read out.state | awk -F, '{ for (j = 1; j <= NF; j++) i[j] += $j } END { for (j = 1; j <= NF; j++) print j - 1, i[j] }' >sums &&
        close_to r.data sums 2
}
check "read: a state file gives size and states, to arrays and tiles" state_in
check "write-verify: 9 x 8 bits of an array are right" verified --rows 9 --cols 8 --cells array --scheme third
check "write-verify: so are those of tiles" verified --rows 5 --cols 8 --cells tile --tile 3

one_order() { # NAME COLUMN-MAJOR
    awk -v by_column="$2" 'function number(s) { gsub(/[^0-9]/, "", s); return s + 0 }
        /^v[wbs][0-9]/ { kind = substr($1, 2, 1); k = number($1); if (k != next_of[kind]++) bad++; if (cells) bad++ }
        /^acell/ { k = number($1); i = k % 5; j = int(k / 5); place = by_column ? i + 5 * j : j + 4 * i
                   if (place != 19 - cells++) bad++ }
        END { exit !(cells == 20 && next_of["w"] == 5 && next_of["b"] == 4 && !bad) }' "$1"
}
ordered() {
    syn netlist crossbar --rows 5 --cols 4 -o o.cir && one_order o.cir 0 &&
        syn netlist crossbar --rows 5 --cols 4 --cells 1t1r -o o.cir && one_order o.cir 1
}
check "sources come in ascending order, cells in descending, with transistors column by column" ordered

again() {
    syn netlist crossbar --rows 3 --cols 4 --seed 9 --scheme third -o again.cir
    cp again.cir before.cir
    eval "$(sed -n 's/^\* Made by: synaptogen/syn/p' again.cir)" && cmp again.cir before.cir
}
check "the command in the heading makes the same netlist again" again

printf '#.#\n.##\n' >p.txt
printf '1,0,1\n0,1,1\n' >p.csv
patterns() {
    syn netlist crossbar --pattern p.txt | grep -v 'Made by' >a && syn netlist crossbar --pattern p.csv | grep -v 'Made by' >b &&
        cmp a b && grep -q '^compose want1 values 0 1 1$' a && ! grep -q want2 a
}
check "a pattern's file gives bits and size, as text or CSV" patterns
random_bits() {
    for s in 1 01 2; do
        syn netlist crossbar --rows 40 --cols 40 --pattern random --seed $s | grep -A1 '^compose' | tr -cd '01\n' >bits_$s
    done
    test -s bits_1 && cmp bits_1 bits_01 && differ bits_1 bits_2 && syn netlist crossbar --rows 100 --cols 100 --pattern random | sed -n '/^compose/,/^let/p' |
        sed 's/^compose want[0-9]* values//; /^let/d' | tr -cd 01 |
        awk '{ n = gsub(/1/, ""); print n; exit !(n > 4750 && n < 5250) }' # 5 standard deviations of 50
}
check "random bits follow the seed, half of them ones" random_bits
other_names() {
    mkdir -p "Some Folder" && (cd "Some Folder" && syn netlist crossbar --rows 2 --cols 2 -o "My.Net 1.cir" &&
        "$NGSPICE" -b "My.Net 1.cir" >log 2>&1 </dev/null && cat log && [ "$(wc -l <My_Net_1.map)" -eq 4 ])
}
check "a netlist's data files have its name, made harmless" other_names

refused() { # STATUS PATTERN ARGUMENT...
    wanted=$1 pattern=$2
    shift 2
    syn netlist "$@" >out 2>err </dev/null
    [ $? -eq "$wanted" ] && [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] && grep -q -e "$pattern" err || { cat err; return 1; }
}
printf '101\n10\n' >ragged
printf '101\n1x1\n' >letters
printf '0.1\n0.2\n' >two
check "no kind of netlist is refused" refused 2 'expected "synaptogen netlist crossbar", found no word'
check "another kind is refused" refused 2 'found "tree"' tree --rows 2 --cols 2
check "zero rows are refused with the range" refused 2 '--rows: .*\[1, 65536\], found "0"' crossbar --rows 0
check "a missing size is refused" refused 2 '--cols: expected a number' crossbar --rows 4
check "more cells than a netlist can have are refused" refused 2 '--rows, --cols: .*found 65536 x 65536' crossbar --rows 65536 --cols 65536
check "a read at 0 V is refused" refused 2 '--v-read: ' crossbar --rows 2 --cols 2 --v-read 0
check "an unknown scheme is refused with the words" refused 2 'half|third|full, found "quarter"' crossbar --scheme quarter
check "full-select without transistors is refused" refused 2 '--scheme: expected half or third with --cells discrete, found full' \
    crossbar --rows 2 --cols 2 --scheme full
check "half-select with transistors is refused" refused 2 '--scheme: expected full with --cells 1t1r' crossbar --rows 2 --cols 2 \
    --cells 1t1r --scheme half
check "wires on gates are refused" refused 2 '--r-wl: ' crossbar --rows 2 --cols 2 --cells 1t1r --r-wl 1
check "a negative resistance is refused" refused 2 '--driver: .*found "-1"' crossbar --driver -1
check "a positive SET voltage is refused" refused 2 '--v-set: .*\[-10, -0.01\], found "1"' crossbar --v-set 1
check "a seed beyond ngspice's numbers is refused" refused 2 '--seed: .*2^53' crossbar --rows 1 --cols 1 --seed 9007199254740993
check "a pattern of another size is refused" refused 1 'p.txt: expected 3 x 3 bits .* found 2 x 3' crossbar --rows 3 --pattern p.txt
check "a ragged pattern is refused with its line" refused 1 'ragged:2: expected 3 bits' crossbar --pattern ragged
check "another character is refused with its line" refused 1 'letters:2:2: .*found "x1' crossbar --pattern letters
check "a missing pattern is named" refused 1 'none: cannot read' crossbar --pattern none
check "voltages for another number of rows are refused" refused 1 'two: expected 3 voltages' crossbar --rows 3 --cols 3 --mode read \
    --voltages two
check "voltages without a read are refused" refused 2 '--voltages: ' crossbar --rows 2 --cols 2 --voltages two
check "a state file of another size is refused" refused 1 'out.state: expected 9 x 5 .* found 6 x 5' crossbar --cells array --rows 9 --state out.state
check "a state file for many tiles is refused" refused 2 '--state-out: expected a single tile .* found 4 tiles' crossbar --cells tile \
    --rows 4 --cols 4 --tile 2 --state-out x
check "states of a pattern need a place" refused 2 '--output: ' crossbar --cells array --mode read --rows 4 --cols 4
check "a picture of a read is refused" refused 2 '--picture: ' crossbar --rows 2 --cols 2 --mode read --picture
check "a state file for single cells is refused" refused 2 '--state-out: ' crossbar --rows 2 --cols 2 --state-out x
check "too large tiles are refused with the limit" refused 2 '--tile: expected at most 240 nodes .* found 480' crossbar --rows 200 \
    --cols 200 --cells tile --tile 120 --r-wl 1 --r-bl 1
# The same pattern with the same voltages by both routes; the state files must agree byte for byte. With wires and
# half-select a cell may lie so near to its threshold that the ramp of the simulation decides otherwise: not at V/3.
same_bytes() {
    "$SYNAPTOGEN" netlist crossbar --rows 24 --cols 19 --cells array --pattern random --seed 3 --scheme "$1" --r-wl "$2" \
        --r-bl "$2" --driver "$3" --v-set=-1.3 --v-reset 1.3 --state-out both.state -o both.cir &&
        "$NGSPICE" -b both.cir >both.log 2>&1 &&
        "$SYNAPTOGEN" crossbar write --rows 24 --cols 19 --pattern random --seed 3 --scheme "$1" --r-wl "$2" --r-bl "$2" \
            --driver "$3" --v-set=-1.3 --v-reset 1.3 -o library.state && cmp both.state library.state
}
check "a half-select write in ngspice and in the library leaves the same bytes" same_bytes half 0 0
check "a V/3 write in ngspice and in the library leaves the same bytes" same_bytes third 0 0
check "a V/3 write through wires in ngspice and in the library leaves the same bytes" same_bytes third 1 10
# Both go on from a state file with stuck cells, which they must leave as they are. The last digits of voltages differ, and so those
# of the states after partial RESETs; modes, cycles and wrong bits do not.
stuck() {
    "$SYNAPTOGEN" crossbar write --rows 24 --cols 19 --pattern checkerboard --seed 3 --stuck-hrs 0.1 --stuck-lrs 0.1 -o stuck.state &&
        "$SYNAPTOGEN" netlist crossbar --cells array --state stuck.state --pattern random --seed 5 --scheme third --r-wl 1 --r-bl 1 \
            --driver 10 --v-set=-1.3 --v-reset 1.3 --state-out both.state -o both.cir && "$NGSPICE" -b both.cir >both.log 2>&1 &&
        "$SYNAPTOGEN" crossbar write --state stuck.state --pattern random --seed 5 --scheme third --r-wl 1 --r-bl 1 --driver 10 \
            --v-set=-1.3 --v-reset 1.3 -o library.state >written && cat written &&
        for state in stuck both library; do "$SYNAPTOGEN" info $state.state >$state.info; done && cat both.info && diff both.info library.info &&
        for state in stuck both; do grep '^stuck' $state.info; done | uniq -c | awk '$1 == 2 && $3 > 50 { good++ } END { exit !(NR == 1 && good) }' &&
        [ "$(sed -n 's/^  wrong bits  *//p' both.log)" = "$(sed -n 2p written | cut -d, -f7)" ]
}
check "stuck cells are stuck in ngspice, too" stuck
finish
