#!/bin/sh
# SPDX-License-Identifier: MIT
# compare.sh OLD NEW: two folders with results of `make bench`, `make bench-quick` or one of the bench programs side by side. For
# each row of both: speed of the new one over that of the old one, by the medians, and its range if each run may be as far off
# as the slowest and the fastest. "slower" and "faster": 1 is outside that range and the medians differ by more than 5 %. Ends
# with the numbers of rows. Exits with 1 if there are no rows in common.
set -eu
LC_ALL=C
export LC_ALL
[ $# -eq 2 ] && [ -d "$1" ] && [ -d "$2" ] || {
    echo "usage: make bench-compare OLD=FOLDER NEW=FOLDER, folders with results such as bench/report" >&2
    exit 2
}

# name|median|slowest|fastest in items per second, of all rows of a folder.
rates() {
    for f in "$1"/bench_*.csv "$1"/numpy.csv; do
        [ -f "$f" ] || continue
        case $f in
        *bench_fit.csv) awk -F, '$5 > 0 { print $1 ", " $2 " threads|" 1 / $5 "|" 1 / $5 "|" 1 / $5 }' "$f" ;;
        *) awk -F, '!/^#/ && NF >= 8 && $1 != "what" { print $1 ", " $2 ", " $3 " threads|" $5 "|" $6 "|" $7 }' "$f" ;;
        esac
    done
    [ ! -f "$1/summary.csv" ] || awk -F, '$6 == "ok" && $8 > 0 {
        print $1 " " $2 " " $3 ":" $4 " " $5 "|" 1 / $8 "|" 1 / $10 "|" 1 / $9 }' "$1/summary.csv"
}

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
rates "$1" >"$tmp/old"
rates "$2" >"$tmp/new"
awk -F'|' '
    # The bandwidth is measured several times: each time is a row of its own.
    FNR == NR { k = $1 "|" ++times[$1]; old[k] = $2; slowest[k] = $3; fastest[k] = $4; next }
    { k = $1 "|" ++again[$1] }
    k in old && $2 > 0 && old[k] > 0 {
        ratio = $2 / old[k]
        least = $3 / fastest[k]
        most = $4 / slowest[k]
        verdict = most < 1 && ratio < 0.95 ? "slower" : least > 1 && ratio > 1.05 ? "faster" : ""
        count[verdict]++
        rows++
        printf "%-72s %6.2f  %6.2f .. %-6.2f %s\n", $1, ratio, least, most, verdict
    }
    END {
        if (!rows) { print "no rows in common"; exit 1 }
        printf "%d rows: %d faster, %d slower, %d the same within their ranges\n", rows, count["faster"], count["slower"],
            rows - count["faster"] - count["slower"]
    }' "$tmp/old" "$tmp/new"
