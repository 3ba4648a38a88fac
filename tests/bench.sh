# SPDX-License-Identifier: MIT
# The benchmarks' judge: a contender that is wrong, too slow or fails is shown as such and gets no time.
. "$srcdir/tests/tap.sh"
cp -r "$srcdir/bench" "$tmp/bench" && chmod -R u+w "$tmp/bench" || exit 99

cat >"$tmp/bench/contenders.txt" <<'CONTENDERS'
right |resistor|1e-5|1  |0|-|cell|r@K @R @C 10k|
false |resistor|1e-5|1  |0|-|cell|r@K @R @C 10.1k|
stuck |resistor|1e-5|1  |0|-|cell|r@K @R @C 10k|.subckt
slow  |resistor|1e-5|1e-7|0|-|cell|r@K @R @C 10k|
CONTENDERS
echo 'full|write|crossbar|2:1 4:1|1|5|all' >"$tmp/bench/plan.txt"

bench() {
    env SYNAPTOGEN_CM="$PLUGIN" PEERS_CM="$PEERS" BENCH_BIN="$builddir/bench" AWK="${AWK:-awk}" VERSION=0 CFLAGS=- COMPILER=- \
        GNUPLOT= sh "$tmp/bench/bench.sh" full "$tmp/results" write
}
check "the bench runs through whatever its contenders do" bench

said() { # CONTENDER N STATUS: a summary's status, and that only ok ones have a time
    awk -F, -v c="$1" -v n="$2" -v s="$3" '$5 == c && $3 == n { found = 1; print
        if ($6 != s || (s == "ok") != ($8 > 0)) bad = 1 } END { exit bad || found != (s != "") }' "$tmp/results/summary.csv"
}
check "a right contender has its time at n = 2" said right 2 ok
check "a right contender has its time at n = 4" said right 4 ok
check "1 % off the reference is wrong" said false 2 wrong
check "what was wrong is not tried at the next size" said false 4 ''
check "a run beyond its limit is a time-out" said slow 2 timeout
check "a netlist that ngspice refuses is a failure" said stuck 2 failed
check "the report names the wrong one" grep -q -F '**wrong**' "$tmp/results/report.md"
finish
