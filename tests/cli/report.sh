#!/bin/sh
# SPDX-License-Identifier: MIT
# The command report takes the steps extract, fit and validate with the results of these commands.
. "$srcdir/tests/support/tap.sh"
syn() { "$SYNAPTOGEN" "$@"; }
cd "$tmp" || exit 99
if ! command -v gnuplot >/dev/null; then
    skip "report" "no gnuplot"
    finish
fi
syn iv --cells 10 --cycles 60 --start stationary --seed 4 -o all.csv
# Two files, whose cells are the first and the last five.
awk -F, 'NR == 1 || $1 < 5' all.csv >low.csv
awk -F, 'NR == 1 || $1 >= 5' all.csv >high.csv
syn report low.csv high.csv --order 1 --name "my device" -o report/ >told 2>err
status=$?
check "a report of two files succeeds in silence" sh -c '[ "$1" -eq 0 ] && [ ! -s err ]' sh $status
same_features() { syn extract low.csv high.csv -o features.csv 2>notes && cmp features.csv report/features.csv; }
check "its features are those of extract" same_features
# The features have other names as files, and the options name the set.
same_set() {
    syn fit features.csv --order 1 --name "my device" -o params.json >summary &&
        syn import low.csv high.csv -o both.csv 2>/dev/null &&
        syn fit features.csv --sweeps both.csv --order 1 --name "my device" -o params.json >summary &&
        for f in params.json report/params.json; do sed '/"file"/d; /"bytes"/d; /"crc/d' $f >set.$(echo $f | tr -d /); done &&
        diff set.params.json set.reportparams.json
}
check "its set is that of fit" same_set
same_verdict() {
    syn validate report/params.json report/features.csv >verdict 2>/dev/null
    agreeing=$(sed -n 's/^\*\*\([0-9]* of [0-9]* figures agree\).*/\1/p' verdict)
    [ -n "$agreeing" ] && grep -q ": $agreeing" told && grep -q "$agreeing" report/report.md
}
check "its verdict is that of validate" same_verdict
# Every text of the steps is on the page; every picture is whole.
complete() {
    while read -r line; do grep -F -q -e "$line" report/report.md || { echo "$line"; return 1; }; done <notes
    while read -r line; do grep -F -q -e "$line" report/report.md || { echo "$line"; return 1; }; done <summary
    grep -q '^# my device, from low.csv and 1 other file$' report/report.md &&
        [ "$(grep -c '<img' report/report.html)" -eq 7 ] && [ "$(ls report/*.png | wc -l)" -eq 7 ] &&
        for f in report/*.png; do tail -c 8 "$f" | grep -q IEND || return 1; done
}
check "the page holds the texts of extract and fit, and seven pictures" complete
# A second route to the column of the built-in set: validate with this set.
beside() {
    syn validate "$srcdir/params/hfo2-1t1r.json" report/features.csv >builtin 2>/dev/null
    awk -F'|' 'function off(a, b) { return (a - b) ^ 2 > (6e-4 * b) ^ 2 }
        NR == FNR { if ($2 ~ /mean of the devices/) g[++n] = $4; next }
        $2 ~ /, mean $/ { bad += off($5, g[++k]); }
        END { print n, k, bad + 0; exit !(n == 4 && k == 4 && !bad) }' builtin report/report.md
}
check "beside it stand the figures of the built-in set" beside

awk -F, 'NR == 1 || $1 == 0 && $2 < 4' all.csv >few.csv
few() {
    syn report few.csv -o few >told 2>err; [ $? -eq 1 ] && grep -q '8 RESETs' err && grep -q 'No set was fitted:.*8 RESETs' few/report.html &&
        grep -q '<img' few/report.html && ! ls few/params.json 2>/dev/null
}
check "a report without a set shows the loops, says why, and fails" few
table() {
    syn sample --cells 9 --cycles 60 --seed 3 | cut -d, -f1,2,4,6 >endurance.csv
    syn report endurance.csv --order 1 -o table >told 2>err && grep -q 'not measured, taken from hfo2-1t1r: u_set u_reset' table/report.md &&
        [ "$(grep -c '<img' table/report.html)" -eq 5 ]
}
check "a table of resistances gives a report, too" table
refused() { syn report none.csv -o none 2>err; [ $? -eq 1 ] && grep -q 'none.csv: cannot open' err && [ ! -e none ]; }
check "files that cannot be read leave no folder" refused
check "standard input is refused by name" sh -c '"$SYNAPTOGEN" report - -o x 2>err; [ $? -eq 2 ] && grep -q "standard input" err && [ ! -e x ]'
check "the folder is needed" sh -c '"$SYNAPTOGEN" report all.csv 2>err; [ $? -eq 2 ] && grep -q "^synaptogen: --output: expected a folder" err'
# The folder of a report with a set.
stale() {
    syn report few.csv -o report 2>err; [ $? -eq 1 ] && [ "$(ls report | tr '\n' ' ')" = "features.csv loops.png report.html report.md " ]
}
check "nothing of an earlier report stays" stale
finish
