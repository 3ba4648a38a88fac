#!/bin/sh
# SPDX-License-Identifier: MIT
# Measurements as a laboratory makes them, simulated in ngspice: cells behind a resistor and a current limit, the voltage
# measured across the cell, the other polarity, a file for each cell in an instrument's form. Then import, extract, fit, validate.
. "$srcdir/tests/support/tap.sh"
syn() { "$SYNAPTOGEN" "$@"; }
cd "$tmp" || exit 99

cells="0 1 2 3 4 5 6 7 8 9"
{
    echo "loops of ten cells behind a resistor and a current limit"
    echo ".include $builddir/netlists/synaptogen.lib"
    echo "vt t 0 0"
    echo "rt t 0 1"
    grep '^bu ' "$srcdir/netlists/iv_loop.cir" | sed 's/1\.5/1.6/'
    # 50 ohm, which let at most 120 uA through in the direction of the SET, and 500 ohm.
    for k in $cells; do
        echo "vi$k u m$k 0"
        echo "bl$k m$k p$k i=v(m$k,p$k) > 0 ? v(m$k,p$k)/50 : 120u*tanh(v(m$k,p$k)/(50*120u))"
        echo "rs$k p$k c$k 500"
        echo "acell$k %gd(c$k 0) cell"
    done
    echo '.model cell synaptogen(seed=8 index=1 start="stationary")'
    echo ".control"
    echo "save v(u)$(for k in $cells; do printf ' v(c%d) i(vi%d)' "$k" "$k"; done)"
    echo "dc vt 0 240 0.02"
    echo "set wr_singlescale"
    for k in $cells; do echo "wrdata cell$k.data v(c$k) i(vi$k)"; done
    echo "quit"
    echo ".endc"
    echo ".end"
} >circuit.cir
simulates() {
    "$NGSPICE" -b circuit.cir >log 2>&1 </dev/null || { cat log; return 1; }
    for k in $cells; do
        awk 'BEGIN { printf "Index\tV_cell (V)\tI_smu (uA)\r\n" } { printf "%d\t%s\t%.12g\r\n", NR, -$2, -1e6 * $3 }' \
            "cell$k.data" >"pad$k.txt"
    done
    [ "$(wc -l <pad9.txt)" -eq 12001 ]
}
check "ngspice sweeps ten cells behind a resistor and a current limit" simulates

looks() {
    syn import --look pad0.txt >look && cat look && grep -q '^loops  *60 of 1 cells' look && grep -q '^SET  *at positive voltages$' look &&
        grep -q '^compliance  *0.00012 A; the voltage stands still there' look
}
check "import sees the loops, the polarity, and the compliance of a measured voltage" looks

extracts() {
    syn extract pad?.txt -o features.csv 2>notes && cat notes && grep -q '^600 cycles of 10 cells, 590 with all four figures$' notes &&
        grep -q '^no log10_r_hrs in 10 cycles: unseen' notes && sed -n 2p features.csv | grep -q ',pad0$'
}
check "extract finds all features but the R_HRS before the first loop" extracts

# The second route: what the library draws for the same cells. A voltage step is 32 mV at the driver; U_S is found to half a
# step, and later by up to one more where the cell's share of the driver's voltage has bent.
true_features() {
    syn sample --cells 10 --cycles 60 --seed 8 --start stationary >truth.csv
    awk -F, 'NR == FNR { for (k = 4; k <= 7; k++) t[$1, $2, k] = $k; next }
             FNR > 1 { for (k = 4; k <= 7; k++) if ($(k - 1) != "") { d = $(k - 1) - t[$1, $2, k]; n++; s[k] += d * d
                 limit = k == 4 ? 3e-4 : k == 5 ? 0.033 : k == 6 ? 4 : 0.033
                 if (d > limit || d < -limit) bad++ } }
             END { u = sqrt(s[5] / 600); v = sqrt(s[7] / 600); print n, bad + 0, u, v
                 exit !(n == 2390 && !bad && u < 0.0325 / sqrt(12) * 1.2 && v < 0.005) }' truth.csv features.csv
}
check "the features are those of the cells: R to 0.1 %, U_S and U_R to the step" true_features

fits() {
    syn import pad?.txt -o sweeps.csv && syn fit features.csv --sweeps sweeps.csv --order 1 --components 1 -o own.json >summary && cat summary &&
        sed -n 's/.*"u_max": \([0-9.]*\),.*/\1/p; s/.*"eta": \([0-9.]*\),.*/\1/p' own.json | paste -d' ' - - |
        awk 'NR == 1 { print; exit !($1 > 1.45 && $1 < 1.47 && $2 > 3 && $2 < 3.12) }'
}
check "fit finds the curves of the cells in spite of compliance and resistor" fits

validates() { syn validate own.json features.csv -o text.md; status=$?; grep 'NO' text.md; [ $status -eq 0 ]; }
check "the set agrees with the measurement" validates
finish
