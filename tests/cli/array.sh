#!/bin/sh
# SPDX-License-Identifier: MIT
# The subcommands on state files: program, read, vmm; matrices as CSV and .npy.
. "$srcdir/tests/support/tap.sh"
syn() { "$SYNAPTOGEN" "$@"; }
cd "$tmp" || exit 99

# 12 x 7 targets from 6 to 48 kohm.
awk 'BEGIN { for (i = 0; i < 12; i++) for (j = 0; j < 7; j++)
    printf "%.7g%s", 1 / (6000 + 500 * (i + 12 * j)), j < 6 ? "," : "\n" }' >targets.csv

programs() {
    syn program --targets targets.csv --seed 4 --first 100 -o state --report cells.csv >report.csv && cat report.csv
    [ "$(sed -n 1p report.csv)" = cells,reached,pulses_mean,pulses_max,error_mean,error_rms,error_max ] &&
        awk -F, 'NR == 2 { exit !($1 == 84 && $2 == 84 && $7 <= 0.02) }' report.csv
}
check "program brings 84 cells to their targets and reports it" programs

cells() {
    [ "$(sed -n 1p cells.csv)" = cell,target,g,pulses,row,column,within ] && awk -F, 'NR > 1 { n++; d = $3 / $2 - 1
        if ($1 != 98 + NR || d > 0.0201 || d < -0.0201 || $4 < 1 || $5 + 12 * $6 != NR - 2 || $7 != 1) bad++ } END { exit !(n == 84 && !bad) }' cells.csv
}
check "the report by cell holds number, target and result, column by column" cells

# 1 kohm is below every LRS; 0 is as small as it gets.
beyond() {
    printf '1e-3,1e-4\n0,2e-4\n' >beyond.csv && syn program --targets beyond.csv --seed 4 -o far --report far.csv >/dev/null 2>err &&
        grep -q '^row 0, column 0: [0-9.e-]* S in place of 0.001 S$' err && grep -q '^1 of 4 cells are not within the tolerance' err &&
        syn read far --conductance | awk -F, 'NR == 1 { up = $1 > 1.5e-4 } NR == 2 { low = $1 < 8e-5 } END { exit !(up && low) }' &&
        awk -F, 'NR > 1 { w = w $7 } END { exit w != "0111" }' far.csv
}
check "a target out of reach is named, and the cell stays in LRS" beyond

# Its upper end is near the law's 1 % quantile of R_LRS, and more attempts widen it.
window() {
    syn info --window --seed 2 >wide && syn info --window --seed 2 --attempts 1 >narrow && cat wide &&
        grep -q '^99 % of the cells reach each of them from ' wide &&
        awk 'FNR == 1 { file++ } NF == 3 && $1 + 0 > 0 { share[file, $1] = $3 } END { for (key in share) { split(key, k, SUBSEP)
            if (k[1] == 2) { n++; if (share[2, k[2]] > share[1, k[2]] + 0.05) bad++ } } print n, bad + 0; exit !(n > 10 && !bad) }' wide narrow
}
check "info --window shows what cells reach, and more attempts reach more" window

# The spacing of levels: twice the tolerance, and with noise more. The figures of the spread are those of the description.
levels() {
    syn info --window --seed 2 --bandwidth 1e9 --error-rate 1e-6 >noisy && cat noisy &&
        awk '/^levels/ { n[++k] = $NF } END { exit !(k == 2 && n[1] > n[2] && n[2] > 3) }' noisy &&
        awk '/^99 %/ { split($12, a, ","); r = $12 + 0 } /^99 %/ { for (i = 1; i <= NF; i++) if ($i == "ratio") r = $(i + 2) }
            /do not overlap/ { n = $NF } END { print r, n; exit !(n == 1 + int(log(r) / log(1.02 / 0.98))) }' noisy &&
        syn info | awk '/^  R_LRS/ { d2d = $7; c2c = $8; print d2d, c2c }' >described &&
        awk '/^standard deviation of R_LRS/ { sub(",", "", $9); print $9, $NF }' noisy | diff - described
}
check "info --window counts the levels that reads tell apart, and has the spread of the cells" levels

# Draws by the definition are the library's test; here their number, and that the state file keeps them.
stuck() {
    syn program --targets targets.csv --seed 4 --first 100 --stuck-hrs 0.1 --stuck-lrs 0.2 -o faulty --report faulty.csv >out 2>err &&
        syn info faulty >held && cat held && syn info state >sound && grep -q '^stuck           0: HRS 0, LRS 0$' sound &&
        awk '/^stuck/ { all = $2 + 0; hrs = $4 + 0; lrs = $6 } /^modes/ { n = $3 + $5 + $7 } END { exit !(all == hrs + lrs && all > 12 && all < 40 && n == 84) }' held &&
        [ "$(awk -F, 'NR > 1 && !$7' faulty.csv | wc -l)" -ge "$(awk '/^stuck/ { print $2 - 2 }' held)" ] &&
        syn info --window --attempts 2 faulty >part &&
        awk 'NF == 3 && $1 + 0 > 0 && $3 > 0.9 { bad++ } END { exit bad > 0 }' part
}
check "stuck cells are drawn, kept in the state file, and told by info" stuck

reads() {
    syn read state --conductance >g.csv
    paste -d, targets.csv g.csv | awk -F, '{ for (j = 1; j <= 7; j++) { d = $(j + 7) / $j - 1; if (d > 0.0201 || d < -0.0201) bad++ }
        if (NF != 14) bad++ } END { exit !(NR == 12 && !bad) }'
}
check "read gives the matrix back in its shape" reads

# Both are differences of numbers up to 13 times as large, with some roundings of 6e-8 each.
currents() {
    syn read state >i.csv && paste -d, i.csv g.csv | awk -F, '{ for (j = 1; j <= 7; j++) { d = $j / (0.2 * $(j + 7)) - 1
        if (d > 3e-6 || d < -3e-6) bad++ } } END { exit bad > 0 }'
}
check "without options read gives currents at 0.2 V" currents

noisy() {
    syn read state --bandwidth 1e8 --index 3 >a.csv && syn read state --bandwidth 1e8 --index 3 >b.csv &&
        syn read state --bandwidth 1e8 --index 4 >c.csv && cmp a.csv b.csv && differ a.csv c.csv && differ a.csv i.csv
}
check "the number of a read decides its noise" noisy

# Each has nine digits, and the quotient of floats another rounding of 6e-8.
noisy_conductance() {
    syn read state --bandwidth 1e8 --index 3 --conductance >g.csv &&
        paste -d, a.csv g.csv | awk -F, '{ for (k = 1; k <= NF / 2; k++) { d = $(k + NF / 2) * 0.2 / $k - 1; n++
            if (d > 1e-6 || d < -1e-6) bad++ } } END { exit n != 84 || bad }'
}
check "a conductance read with noise is the current over 0.2 V" noisy_conductance

awk 'BEGIN { for (k = 0; k < 3; k++) for (j = 0; j < 7; j++) printf "%.3f%s", 0.05 * (k + 1) - 0.02 * j, j < 6 ? "," : "\n" }' >v.csv
multiplies() {
    syn vmm state --voltages v.csv >p.csv
    for k in 1 2 3; do # the second route: currents of all cells at each single voltage, summed by awk
        : >sum
        for j in 1 2 3 4 5 6 7; do
            syn read state --u "$(sed -n ${k}p v.csv | cut -d, -f$j)" | cut -d, -f$j | tr '\n' ' ' >>sum
            echo >>sum
        done
        awk '{ for (i = 1; i <= 12; i++) s[i] += $i } END { for (i = 1; i <= 12; i++) printf "%.9g\n", s[i] }' sum >expected
        sed -n ${k}p p.csv | tr , '\n' | paste -d' ' - expected |
            awk '{ d = $1 - $2; if (NF != 2 || d > 2e-9 || d < -2e-9) bad++ } END { exit !(NR == 12 && !bad) }' || return 1
    done
}
check "vmm is the sum of the cells' currents for each row of voltages" multiplies

npy() {
    syn read state -o i.npy && [ "$(head -c 6 i.npy | tail -c 5)" = NUMPY ] &&
        [ "$(wc -c <i.npy)" -eq $((128 + 4 * 84)) ] && head -c 127 i.npy | grep -a -q "'fortran_order': True, 'shape': (12, 7)" &&
        [ "$(od -An -t f4 -j 128 -N 8 i.npy | awk '{ printf "%.6g %.6g", $1, $2 }')" = \
            "$(awk -F, 'NR < 3 { printf "%s%.6g", (NR > 1 ? " " : ""), $1 }' i.csv)" ]
}
check ".npy output has the header of NumPy and the numbers column by column" npy

# The same voltages as float64 in row order, written here byte by byte: 0.25 and -0.5 have one significant byte each.
npy_in() {
    {
        printf '\223NUMPY\001\000\166\000'
        printf "%-117s\n" "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 7), }"
        for k in 1 2 3 4 5 6 7; do printf '\000\000\000\000\000\000\320\077'; done
        for k in 1 2 3 4 5 6 7; do printf '\000\000\000\000\000\000\340\277'; done
    } >v.npy
    printf '%s\n' .25,.25,.25,.25,.25,.25,.25 -.5,-.5,-.5,-.5,-.5,-.5,-.5 >w.csv
    syn vmm state --voltages v.npy >x.csv && syn vmm state --voltages w.csv >y.csv && cmp x.csv y.csv && [ "$(wc -l <x.csv)" -eq 2 ]
}
check "float64 .npy input in row order is read as the same CSV is" npy_in

continues() {
    syn program --targets targets.csv --state state -o again >report2.csv && awk -F, 'NR == 2 { exit !($3 == 0) }' report2.csv
}
check "cells that are on target already get no pulse" continues

order() {
    syn program --targets targets.csv --order 3 -o third >/dev/null && syn read third >/dev/null
}
check "the order of a state file need not be told again" order

refused() { # STATUS PATTERN ARGUMENT...
    wanted=$1 pattern=$2
    shift 2
    syn "$@" >out 2>err </dev/null
    [ $? -eq "$wanted" ] && [ "$(wc -l <err)" -eq 1 ] && grep -q "$pattern" err || { cat err; return 1; }
}
head -c 500 state >short
{ head -c 400 state; printf x; tail -c +402 state; } >altered
printf '1e-4,2e-4\n1e-4\n' >ragged.csv
printf '1e-4,-2e-4\n' >negative.csv
check "a truncated state file is refused with its lengths" refused 1 'short: expected .* bytes for 84 cells, found 500' read short
check "an altered state file is refused" refused 1 'altered: .*checksum' read altered
check "a foreign file is refused" refused 1 'targets.csv: expected a state file' read targets.csv
check "a missing state file is named" refused 1 'none: cannot read' vmm none --voltages v.csv
check "ragged rows are refused with file and line" refused 1 'ragged.csv:2: expected 2 numbers' program --targets ragged.csv -o x
check "a negative target is refused" refused 1 'negative.csv:1:6: expected a conductance of at least 0 S, found "-2e-4"' program --targets negative.csv -o x
tr -d - <v.csv >other.csv
check "targets of another shape are refused" refused 1 'expected 12 x 7 targets' program --targets other.csv --state state -o x
check "voltages of another length are refused" refused 1 'expected 7 voltages' vmm state --voltages negative.csv
check "vmm needs voltages" refused 2 'voltages: expected' vmm state
printf '01\n10\n' >bits
check "a pattern of another shape than the state is refused" refused 1 'bits: expected 12 x 7 bits as state has cells, found 2 x 2' \
    crossbar write --state state --pattern bits -o x
check "program needs a place for the state" refused 2 'output' program --targets targets.csv
check "shares of stuck cells above 1 in all are refused" refused 2 'stuck-lrs: the shares are 1.2 in all' program --targets targets.csv --stuck-hrs 0.6 --stuck-lrs 0.6 -o x
check "read needs a state file" refused 2 'expected a state file' read
check "a refused program leaves no file behind" sh -c '! ls x* 2>/dev/null | grep -v "x.csv"'
finish
