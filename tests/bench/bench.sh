# SPDX-License-Identifier: MIT
# The benchmarks' judge: a contender that is wrong, too slow or fails is shown as such and gets no time.
. "$srcdir/tests/support/tap.sh"
cp -r "$srcdir/bench" "$tmp/bench" && chmod -R u+w "$tmp/bench" || exit 99

cat >"$tmp/bench/contenders.txt" <<'CONTENDERS'
right |resistor|1e-5|1  |0|-|cell|r@K @R @C 10k|
false |resistor|1e-5|1  |0|-|cell|r@K @R @C 10.1k|
stuck |resistor|1e-5|1  |0|-|cell|r@K @R @C 10k|.subckt
slow  |resistor|1e-5|1e-7|0|-|cell|r@K @R @C 10k|
alone |synaptogen|1e-4|1|0|-|library||
array |synaptogen|1e-4|1|0|synaptogen|banks:240|seed=@SEED first=0|
CONTENDERS
cat >"$tmp/bench/plan.txt" <<'PLAN'
full|write|crossbar|2:1 4:1|1|5|all
full|write|wires   |128:1  |0|60|array
full|read |wires   |5:2    |1|5|right false alone array
PLAN

bench() { # WORKLOAD
    env SYNAPTOGEN_CM="$PLUGIN" PEERS_CM="$PEERS" BENCH_BIN="$builddir/bench" VERSION=0 CFLAGS=- COMPILER=- \
        GNUPLOT= sh "$tmp/bench/bench.sh" full "$tmp/$1" "$1"
}
check "the bench runs through whatever its contenders do" bench write

said() { # CONTENDER N STATUS [WORKLOAD]: a summary's status, and that only ok ones have a time
    awk -F, -v c="$1" -v n="$2" -v s="$3" '$5 == c && $3 == n { found = 1; print
        if ($6 != s || (s == "ok") != ($8 > 0)) bad = 1 } END { exit bad || found != (s != "") }' "$tmp/${4:-write}/summary.csv"
}
check "a right contender has its time at n = 2" said right 2 ok
check "a right contender has its time at n = 4" said right 4 ok
check "1 % off the reference is wrong" said false 2 wrong
check "what was wrong is not tried at the next size" said false 4 ''
check "a run beyond its limit is a time-out" said slow 2 timeout
check "a netlist that ngspice refuses is a failure" said stuck 2 failed
check "the library alone has its time" said alone 4 ok
check "through wires, 84 of 128 cells of a row SET one after the other, as in the library" said array 128 ok
check "the report names the wrong one" grep -q -F '**wrong**' "$tmp/write/report.md"
check "the bench reads through wires" bench read
check "a netlist of wires and resistors agrees with the library's solver" said right 5 ok read
check "1 % off is wrong behind wires, too" said false 5 wrong read
check "the library alone reads through wires" said alone 5 ok read
check "an array with wires in the netlist reads through them" said array 5 ok read

# The whole of the quick benchmark. Time-outs are the machine's business, wrong results are not.
bench_quick() {
    env SYNAPTOGEN_CM="$PLUGIN" PEERS_CM="$PEERS" BENCH_BIN="$builddir/bench" VERSION=0 CFLAGS=- COMPILER=- \
        GNUPLOT="$(command -v gnuplot)" sh "$srcdir/bench/bench.sh" quick "$tmp/quick"
}
check "the quick benchmark runs to its end" bench_quick
check "all of its contenders are right or out of time" awk -F, 'FNR > 1 && $6 != "ok" && $6 != "timeout" { print; bad = 1 }
    $6 == "ok" { fine++ } END { exit bad || fine < 50 }' "$tmp/quick/summary.csv"
answers() {
    for question in 'What half-select costs' 'What connectivity costs' 'Why reads scale' 'What limits' 'How far'; do
        awk -v q="^[*][*]$question" '$0 ~ q { asked = 1; next } asked && /^\| *[0-9]/ { found = 1 } asked && /^[*][*]/ { exit }
            END { exit !found }' "$tmp/quick/report.md" || { echo "$question: no figures"; return 1; }
    done
}
check "its report answers the questions with figures" answers
if command -v gnuplot >/dev/null; then
    check "its report has its pictures" test -s "$tmp/quick/write_time.png" -a -s "$tmp/quick/read_time.png"
else
    skip "its report has its pictures" "no gnuplot"
fi
if command -v jq >/dev/null; then
    check "its results are JSON" jq -e '.machine.mode == "quick" and (.results | length > 50)' "$tmp/quick/results.json"
    check "the published results are JSON" jq -e '.machine.mode == "full" and (.library | length > 50)' \
        "$srcdir/bench/report/results.json"
else
    skip "its results are JSON" "no jq"
    skip "the published results are JSON" "no jq"
fi
finish
