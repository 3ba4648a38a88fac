#!/bin/sh
# SPDX-License-Identifier: MIT
# crossbar_report.sh NAME VOLT SEED: compares the read of NAME.data with pattern.txt and with what the library predicts
# for every single cell; writes NAME.map: row, column, bit wanted, current read (A), current predicted (A).
here=$(dirname "$0")
command=$here/../synaptogen
[ -x "$command" ] || command=synaptogen
prediction=$(mktemp) || exit 1
trap 'rm -f "$prediction"' EXIT
cells=$(awk 'length($0) { rows++; columns = length($0) } END { print rows * columns }' "$here/pattern.txt")
"$command" sample --cells "$cells" --seed "$3" >"$prediction" 2>/dev/null
awk -v volt="$2" -v map="$1.map" '
function median(v, n,    k, m, t) {
    for (k = 2; k <= n; k++)
        for (m = k; m > 1 && v[m - 1] > v[m]; m--) {
            t = v[m]; v[m] = v[m - 1]; v[m - 1] = t
        }
    return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2
}
BEGIN { rows = 0 }
FILENAME == ARGV[1] && length($0) {
    columns = length($0)
    for (j = 0; j < columns; j++)
        bit[rows, j] = substr($0, j + 1, 1) == "#"
    rows++
}
FILENAME == ARGV[2] && $1 ~ /^[0-9]/ {
    split($0, f, ",")
    known++; r_hrs[f[1]] = 10 ^ f[4]; u_set[f[1]] = f[5]; r_lrs[f[1]] = f[6]
}
# The read of word line i has its peak at rows + i + 0.5 microseconds.
FILENAME == ARGV[3] {
    slot = $1 * 1e6 - rows
    i = int(slot)
    if (slot > 0 && slot - i > 0.4 && slot - i < 0.6)
        for (j = 0; j < columns; j++)
            current[i, j] = $(j + 2)
}
END {
    for (i = 0; i < rows; i++)
        for (j = 0; j < columns; j++) {
            k = i + rows * j
            lowest = -volt / 2 * (1 + bit[i, j]) # on its own word line
            predicted = 0.2 / (lowest <= u_set[k] ? r_lrs[k] : r_hrs[k])
            for (s = 0; s < rows; s++)           # and half-selected through its bit line
                if (bit[s, j] && -volt / 2 <= u_set[k])
                    predicted = 0.2 / r_lrs[k]
            read = current[i, j] > 1e-5
            wrong += read != bit[i, j]
            wrong_predicted += (predicted > 1e-5) != bit[i, j]
            off = current[i, j] / predicted - 1
            differ += off > 1e-5 || off < -1e-5 # ngspice solves currents to abstol = 1 pA
            if (read) lrs[++n_lrs] = 0.2 / current[i, j]
            else hrs[++n_hrs] = 0.2 / current[i, j]
            printf "%d %d %d %.9g %s\n", i, j, bit[i, j], current[i, j], known ? sprintf("%.9g", predicted) : "nan" >map
        }
    printf "crossbar %d x %d\n", rows, columns
    printf "  cells written and read      %d\n  wrong bits                  %d\n", rows * columns, wrong
    if (known) {
        printf "  wrong bits, predicted       %d\n", wrong_predicted
        printf "  currents off the prediction %d (by more than 1e-5)\n", differ
    } else
        print "  no prediction: the command synaptogen is not installed"
    printf "  median HRS                  %.0f ohm (%d cells)\n", median(hrs, n_hrs), n_hrs
    printf "  median LRS                  %.0f ohm (%d cells)\n", median(lrs, n_lrs), n_lrs
}' "$here/pattern.txt" "$prediction" "$1.data"
