#!/bin/sh
# SPDX-License-Identifier: MIT
# Every netlist runs with plain `ngspice -b`, warns of nothing, and its figures are what its heading says to expect.
. "$srcdir/tests/support/tap.sh"
netlists=$builddir/netlists
cd "$tmp" || exit 99

# ngspice says these in every batch run.
warnings() {
    grep -i -E 'warning|error|too small|not converge|beyond the fitted range' "$1" | grep -v -E 'Interpolated raw file data'
}

run() {
    "$NGSPICE" -b "$netlists/$1.cir" >"$1.log" 2>&1 </dev/null || {
        cat "$1.log"
        return 1
    }
    if warnings "$1.log"; then return 1; fi
}

drawn() {
    if command -v gnuplot >/dev/null; then
        [ "$(head -c 4 "$1.png" | tail -c 3)" = PNG ]
    else
        grep -q 'gnuplot is not installed' "$1.log"
    fi
}

for n in iv_loop iv_transient pulse_program monte_carlo read_noise small_signal crossbar_16x16 crossbar_full_16x16; do
    check "$n.cir runs, exits with 0 and warns of nothing" run $n
    check "$n.cir draws its picture, or says why not" drawn $n
done

value() { # NAME LOG: the value that ngspice printed
    awk -v name="$1" '$1 == name { print $3 }' "$2"
}

# Columns: sweep, V, A, cycles. At -1.2 V on the way down every loop is in LRS, at -0.2 V in HRS.
loops_switch() {
    awk '{ step = int($1 * 50 + 0.5) % 200 }
         step == 40 { if ($3 < -1.5e-4) n++ } step == 10 { if ($3 > -3e-5) m++ }
         END { print n, m, $4; exit !(n == 50 && m == 50 && $4 == 50) }' iv_loop.data
}
check "iv_loop.cir: fifty loops SET and RESET fifty times" loops_switch

# The device at the end, by the library: the same pulses on the same cell. 1.65 V behind 1 kohm RESETs fully.
transient_agrees() {
    printf '%s\n' -1.5 1.65 -1.5 1.65 | "$SYNAPTOGEN" pulse --voltages - --seed 1 --name acell | tail -n 1 >last.csv
    awk -F, -v r="$(awk 'END { print $5 }' iv_transient.data)" \
        '{ print r, $6; exit !($5 == 2 && (r - $6) ^ 2 < 1e-12) }' last.csv
}
check "iv_transient.cir ends in the state that the library computes" transient_agrees

staircase_climbs() {
    awk 'NR == 1 { for (k = 2; k <= 9; k++) { before[k] = first[k] = $k } next }
         { for (k = 2; k <= 9; k++) { if ($k < before[k] * (1 - 1e-6)) bad++; before[k] = $k } }
         END { for (k = 2; k <= 9; k++) if (before[k] < 2 * first[k]) bad++; print bad + 0; exit bad > 0 }' pulse_program.data
}
check "pulse_program.cir: the resistance never falls during the staircase and at least doubles" staircase_climbs

# The second route: the features that the library draws for the same 256 cells and 20 cycles.
monte_carlo_agrees() {
    "$SYNAPTOGEN" sample --cells 256 --cycles 21 --seed 1 >sample.csv
    awk 'NR == FNR { if (FNR > 1) { split($0, f, ","); hrs[f[1], f[2]] = 10 ^ f[4]; lrs[f[1], f[2]] = f[6]; us[f[1], f[2]] = f[5] }; next }
         { t = int($1 * 1e6 + 0.5); n = int((t - 1) / 4)
           for (k = 0; k < 256 && t > 0 && t % 2 == 0; k++) {
               expected = t % 4 ? lrs[k, n] : hrs[k, n + 1]
               if (us[k, n] < -1.5) continue
               d = $(k + 2) / expected - 1; compared++
               if (d > 1e-5 || d < -1e-5) bad++ } }
         END { print compared, bad + 0; exit !(compared > 10000 && bad == 0) }' sample.csv monte_carlo.data
}
check "monte_carlo.cir: every LRS and HRS of 256 cells and 20 cycles is the library's" monte_carlo_agrees

# Print of the first cycle, from the rows at 2 us and 4 us of the data. wrdata has nine digits, print has seven.
first_cycle_printed() {
    for s in 'lrs 2e-6' 'hrs 4e-6'; do
        state=${s% *}
        awk -v t="${s#* }" -v low="$(value "vecmin($state)" monte_carlo.log)" -v mean="$(value "${state}_mean" monte_carlo.log)" \
            -v high="$(value "vecmax($state)" monte_carlo.log)" 'function differs(a, b) { return (a / b - 1) ^ 2 > 1e-12 }
            ($1 / t - 1) ^ 2 < 1e-6 { least = most = $2
                for (k = 2; k <= NF; k++) { sum += log($k); if ($k < least) least = $k; if ($k > most) most = $k }
                found = NF == 257 && !differs(low, least) && !differs(mean, exp(sum / 256)) && !differs(high, most)
                print least, exp(sum / 256), most }
            END { exit !found }' monte_carlo.data || return 1
    done
}
check "monte_carlo.cir prints the lowest, the mean and the highest resistance of its first cycle" first_cycle_printed

# 2000 independent slots: the standard error of a standard deviation is 1 / sqrt(4000) = 1.6 %; 5 of them are 8 %.
noise_agrees() {
    for s in hrs lrs; do
        awk -v a="$(value ${s}_found read_noise.log)" -v b="$(value ${s}_expected read_noise.log)" \
            'BEGIN { print a, b; exit !(b > 0 && a / b > 0.92 && a / b < 1.08) }' || return 1
    done
}
check "read_noise.cir: both standard deviations are the formula's within 5 standard errors" noise_agrees

# At 1 MHz the divider of 5 kohm and the cell; dI/dU at 0.2 V is not I/U, but near it.
divider_holds() {
    awk -v g="$(value ac1.slope small_signal.log)" 'NR == 1 {
        expected = -20 * log(1 + 5e3 * g) / log(10); print $3, expected; exit !(($3 - expected) ^ 2 < 0.09) }' small_signal.data
}
check "small_signal.cir: the low-frequency level is the divider with dI/dU" divider_holds

# Row 5, column 0 has seen the half of 1.1 V before its own row was written: it SET, and was RESET again with its row.
crossbar_written() {
    cat crossbar_16x16.log
    grep -q '^  wrong bits               0$' crossbar_16x16.log && grep -q '^  disturbed by other rows  1$' crossbar_16x16.log &&
        [ "$(awk '$6 > 0 { print $2 + 0, $1 + 0, $6 + 0 }' crossbar_16x16.map)" = '5 0 1' ]
}
check "crossbar_16x16.cir: every bit is right, and the one cell that half-select disturbed is RESET again" crossbar_written
crossbar_full() {
    cat crossbar_full_16x16.log
    grep -q '^  wrong bits               0$' crossbar_full_16x16.log && grep -q '^  disturbed by other rows  0$' crossbar_full_16x16.log
}
check "crossbar_full_16x16.cir: every bit is right, and no cell is disturbed" crossbar_full

without_gnuplot() {
    mkdir -p bin && for c in sh dirname; do ln -sf "$(command -v $c)" bin/$c; done
    PATH=$tmp/bin sh "$netlists/plot.sh" iv_loop | grep 'iv_loop.png is not drawn: gnuplot is not installed'
}
check "without gnuplot plot.sh says so and names the data" without_gnuplot

subcircuits() {
    cat >sub.cir <<DECK
subcircuits with parameters of the instance
.include $netlists/synaptogen.lib
vte te 0 0.2
vg g 0 2.5
x1 te 0 reram seed=5 lrs=1
x2 te sl g reram_1t1r seed=5
x3 0 te reram seed=5 lrs=1 polarity=-1
vsl sl 0 0
.control
op
print @a.x1.acell[mode] @a.x2.xcell.acell[mode] @a.x3.acell[i] i(vsl)
quit
.endc
.end
DECK
    "$NGSPICE" -b sub.cir >sub.log 2>&1 </dev/null || return 1
    cat sub.log
    [ "$(value '@a.x1.acell[mode]' sub.log)" = 1.000000e+00 ] &&
        [ "$(value '@a.x2.xcell.acell[mode]' sub.log)" = 0.000000e+00 ] &&
        awk -v i="$(value '@a.x3.acell[i]' sub.log)" -v j="$(value 'i(vsl)' sub.log)" \
            'BEGIN { exit !(i < -1e-5 && j > 1e-7 && j < 1e-5) }'
}
check "synaptogen.lib: reram and reram_1t1r take parameters per instance" subcircuits
finish
