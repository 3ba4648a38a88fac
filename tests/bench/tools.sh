#!/bin/sh
# SPDX-License-Identifier: MIT
# The programs of the benchmarks: what they read and refuse, the plan, the netlists, the judge, and the report.
. "$srcdir/tests/support/tap.sh"
bin=$builddir/bench
mkdir "$tmp/bench" && cp "$srcdir"/bench/*.txt "$srcdir"/bench/*.in "$tmp/bench" && chmod -R u+w "$tmp/bench" || exit 99

# refuses TEXT COMMAND...: the command fails and says so in the line that starts with the text.
refuses() {
    wanted=$1
    shift
    if "$@" >"$tmp/out" 2>"$tmp/said"; then return 1; fi
    cat "$tmp/said"
    head -n 1 "$tmp/said" | grep -q -F "$wanted"
}

# --- Readers. The recorded results, with one thing made wrong.
report_with() { # FILE SED-COMMAND: the report from results of which this file is changed
    rm -rf "$tmp/report" && cp -r "$srcdir/bench/report" "$tmp/report" && chmod -R u+w "$tmp/report" || exit 99
    sed "$2" "$srcdir/bench/report/$1" >"$tmp/report/$1"
    (cd "$tmp/report" && "$bin/write_report" "$tmp/bench")
}
check "a row with a field too few is refused" refuses 'runs.csv:3:1: expected 16 .. 16 fields, found 15' \
    report_with runs.csv '3s/,[^,]*$//'
check "a row with a field too many is refused" refuses 'runs.csv:4:' report_with runs.csv '4s/$/,0/'
check "a size that is no number is refused where it stands" refuses 'runs.csv:3:16: expected a number' \
    report_with runs.csv '3s/,1,200,/,one,200,/'
check "a size that is not whole is refused" refuses 'runs.csv:3:16: expected a whole number, found "1.5"' \
    report_with runs.csv '3s/,1,200,/,1.5,200,/'
check "an unknown status is refused" refuses 'runs.csv:2:33: expected one of ok, timeout' \
    report_with runs.csv '2s/,ok,/,fine,/'
check "an unknown workload is refused" refuses 'runs.csv:5:1: expected one of write' report_with runs.csv '5s/^write/writes/'
check "a time that is no number is refused" refuses 'runs.csv:2:36: expected a number' \
    report_with runs.csv '2s/,ok,[^,]*/,ok,0.04s/'
check "a negative time is refused" refuses 'runs.csv:2:36: expected a number' report_with runs.csv '2s/,ok,/,ok,-/'
check "a file with another head is refused" refuses 'runs.csv:1:1: expected the head' report_with runs.csv '1s/wall_s/wall/'
check "an empty file of results is refused" refuses 'runs.csv:1:1: expected the head' report_with runs.csv 'd'
check "a rate that is no number is refused" refuses 'bench_cell.csv:4:' report_with bench_cell.csv '4s/,11,/,11,x/'
check "a fact without a value is refused" refuses 'machine.txt:2:1: expected NAME=VALUE' report_with machine.txt '2s/=/ /'
check "results that are whole make a report" report_with runs.csv ''

changed() { # FILE SED-COMMAND COMMAND...: the command with a changed contenders.txt or plan.txt
    sed "$2" "$srcdir/bench/$1" >"$tmp/bench/$1"
    file=$1
    shift 2
    "$@"
    result=$?
    cp "$srcdir/bench/$file" "$tmp/bench/$file" && chmod u+w "$tmp/bench/$file"
    return $result
}
plan() {
    "$bin/plan" "$tmp/bench" quick all
}
first=$(grep -n '^resistor ' "$srcdir/bench/contenders.txt" | cut -d: -f1)
row=$(grep -n '^quick' "$srcdir/bench/plan.txt" | sed 1q | cut -d: -f1)
check "a tolerance that is no number is refused" refuses "contenders.txt:$first:29: expected a number" \
    changed contenders.txt "${first}s/1e-5/much/" plan
check "a plug-in that does not exist is refused" refuses "contenders.txt:$first:40: expected one of -, synaptogen, peers" \
    changed contenders.txt "${first}s/|-  /|x  /" plan
check "a block without a size is refused" refuses 'expected cell, block:SIZE' changed contenders.txt 's/block:64/block/' plan
check "two contenders of one name are refused" refuses 'there is a contender "resistor" already' \
    changed contenders.txt 's/^conductance /resistor    /' plan
check "a plan with an unknown contender is refused" refuses "plan.txt:$row:" changed plan.txt "${row}s/resistor/resistance/" plan
check "a size without its operations is refused" refuses "plan.txt:$row:22: expected sizes as N:OPS" \
    changed plan.txt "${row}s/16:2/16/" plan

# --- Two folders of results.
mkdir "$tmp/old" "$tmp/new" || exit 99
cat >"$tmp/old/bench_array.csv" <<'ROWS'
# some machine
what,kernel,threads,repeats,items_per_second,slowest,fastest,bytes_per_second,of_read_bandwidth,of_copy_bandwidth,relative
doubled,k,1,11,100,90,110,0,0,0,1
halved,k,1,11,100,90,110,0,0,0,1
scattered,k,1,11,100,50,150,0,0,0,1
gone,k,1,11,100,90,110,0,0,0,1
ROWS
sed 's/^doubled,k,1,11,100,90,110/doubled,k,1,11,200,180,220/; s/^halved,k,1,11,100,90,110/halved,k,1,11,50,45,55/
s/^scattered,k,1,11,100,50,150/scattered,k,1,11,70,60,120/; s/^gone/new/' "$tmp/old/bench_array.csv" >"$tmp/new/bench_array.csv"
compared() { # LINE: what compare.sh says, spaces taken together
    sh "$srcdir/bench/compare.sh" "$tmp/old" "$tmp/new" | tr -s ' ' >"$tmp/said"
    cat "$tmp/said"
    grep -q -x -F "$1" "$tmp/said"
}
check "twice the rate is a ratio of 2 and faster, 180/110 to 220/90" compared 'doubled, k, 1 threads 2.00 1.64 .. 2.44 faster'
check "half the rate is slower" compared 'halved, k, 1 threads 0.50 0.41 .. 0.61 slower'
check "a ratio within the ranges has no verdict" compared 'scattered, k, 1 threads 0.70 0.40 .. 2.40 '
check "rows of one folder alone are left out" compared '3 rows: 1 faster, 1 slower, 1 the same within their ranges'
check "the published results are the same as themselves" sh -c '
    sh "$0/bench/compare.sh" "$0/bench/report" "$0/bench/report" | tail -n 1 | grep -q " 0 faster, 0 slower"' "$srcdir"
check "folders without results are refused" refuses 'usage' sh "$srcdir/bench/compare.sh" "$tmp/nowhere" "$tmp/new"

# --- How costs grow.
grown() {
    "$bin/growth" 1e4 32 >"$tmp/growth.csv" && [ "$(grep -c '^[ac].*,.*,' "$tmp/growth.csv")" -eq 12 ] &&
        [ "$(grep -c '^# .*: slope ' "$tmp/growth.csv")" -eq 6 ]
}
check "two sizes of each make 12 rows and 6 slopes" grown
check "a size that is no number is refused" refuses 'usage: growth' "$bin/growth" much

# --- The plan.
lines_of_plan() {
    cat >"$tmp/bench/plan.txt" <<'PLAN'
# Some comment.
full|read|crossbar|4:7|0|60|resistor
quick|write|crossbar|1:20 4:3|1|2.5|synaptogen_alone jart
PLAN
    "$bin/plan" "$tmp/bench" quick write >"$tmp/found"
    cp "$srcdir/bench/plan.txt" "$tmp/bench/plan.txt"
    diff "$tmp/found" - <<'EXPECTED'
2 0 2.5 synaptogen_alone synaptogen alone write crossbar 1 20
2 0 2.5 jart jart:1:0.02 ngspice write crossbar 1 10
2 1 2.5 synaptogen_alone synaptogen alone write crossbar 1 20
2 1 2.5 jart jart:1:0.02 ngspice write crossbar 1 10
2 0 2.5 synaptogen_alone synaptogen alone write crossbar 4 3
2 0 2.5 jart jart:1:0.02 ngspice write crossbar 4 1
2 1 2.5 synaptogen_alone synaptogen alone write crossbar 4 3
2 1 2.5 jart jart:1:0.02 ngspice write crossbar 4 1
EXPECTED
}
check "contenders take turns, with a warm-up and no more operations than their limit" lines_of_plan

# --- The netlists.
deck() { # CONTENDER WORKLOAD LINES N OPS
    SYNAPTOGEN_CM=/synaptogen.cm PEERS_CM=/peers.cm "$bin/deck" "$tmp/bench" "$@" /currents
}
as_recorded() { # CONTENDER WORKLOAD LINES N OPS
    deck "$@" | sed "s:$tmp/bench:/bench:" >"$tmp/found" && diff "$srcdir/tests/bench/decks/$1-$2-$3-$4-$5.cir" "$tmp/found"
}
for recorded in "$srcdir"/tests/bench/decks/*.cir; do
    name=$(basename "$recorded" .cir)
    # shellcheck disable=SC2046
    check "the netlist of $name is as recorded" as_recorded $(echo "$name" | tr - ' ')
done
same_sources() { # WORKLOAD LINES N OPS
    deck resistor "$@" | grep '^v\|^+ [0-9]' >"$tmp/sources" && test -s "$tmp/sources" || return 1
    for c in $(sed -n 's/^\([a-z_]*\) *|.*/\1/p' "$srcdir/bench/contenders.txt"); do
        [ "$c" != synaptogen_alone ] || continue
        deck "$c" "$@" | grep '^v\|^+ [0-9]' | diff "$tmp/sources" - || return 1
    done
}
check "all contenders get the same sources in a write" same_sources write crossbar 5 7
check "all contenders get the same sources in a read" same_sources read crossbar 5 7
check "all contenders get the same sources in a write of all cells" same_sources full crossbar 3 2
few_in_a_line() {
    deck resistor read crossbar 600 1 | awk '$1 == "save" { n += NF - 1; if (NF > 257) bad = 1; c++ }
        $1 == "wrdata" { m += NF - 2; file[$2] = 1 }
        END { exit bad || c != 3 || n != 600 || m != 600 || !file["/currents"] || !file["/currents.1"] || !file["/currents.2"] }'
}
check "no command names more currents than ngspice takes, and none is lost" few_in_a_line
every_cell_once() { # CONTENDER: cells by their number
    deck "$1" write crossbar 70 1 | sed -n 's/.*rows=\([0-9]*\) cols=\([0-9]*\) first=\([0-9]*\).*/\1 \2 \3/p' |
        awk '{ for (k = 0; k < $1 * $2; k++) if (seen[$3 + k]++) exit 1; n += $1 * $2 } END { exit n != 4900 }'
}
check "the tiles have every cell once" every_cell_once synaptogen_tile
check "a contender that does not exist has no netlist" refuses 'there is no contender "nobody"' deck nobody write crossbar 2 1
check "the library alone has no netlist" refuses 'has no netlist' deck synaptogen_alone write crossbar 2 1
check "a workload that does not exist has no netlist" refuses 'there is no workload "erase crossbar"' \
    deck resistor erase crossbar 2 1
check "an array of no cells has no netlist" refuses 'n: expected a whole number of 1 ..' deck resistor write crossbar 0 1
check "an element with an unknown mark has no netlist" refuses 'there is no mark "@Q"' \
    changed contenders.txt "${first}s/@K/@Q/" deck resistor write crossbar 2 1

# --- The judge. Currents and what is expected, one a line; the tolerance is 1e-5, that of resistor.
judged() { # EXPECTED-FIELDS-7-AND-16 RUN: of a write of n x n, by the files log, currents, expected
    "$bin/judge" "$tmp/bench" resistor write crossbar 4 1 0 "$2" "$tmp/judge.log" "$tmp/judge.currents" "$tmp/judge.expected" \
        >"$tmp/row" || return 1
    cat "$tmp/row"
    test "$(cut -d, -f7,16 "$tmp/row")" = "$1"
}
log='cpu 5e8 1e9
Accepted timepoints = 12
Rejected timepoints = 3
Transient iterations = 40
cpu 7.5e8 1e9'
echo "$log" >"$tmp/judge.log"
ended=ok,0.5,0.25,0.125,2048
printf '3\n4\n' >"$tmp/judge.expected"
echo '1e-6 3 4' >"$tmp/judge.currents"
check "currents as expected are right" judged ok,0 $ended
check "the row has all figures of the run" grep -q -x \
    'write,crossbar,4,1,resistor,0,ok,0.250000,0.500,0.250,0.125,2048,12,3,40,0' "$tmp/row"
echo '1e-6 3 4.05' >"$tmp/judge.currents"
check "the deviation is root of the sum of squares over that of the reference" judged wrong,0.01 $ended
printf '0 3 9\n1e-6 3 4.00004\n' >"$tmp/judge.currents"
check "the last line counts, and a deviation below the tolerance is right" judged ok,8e-06 $ended
echo '1e-6 3' >"$tmp/judge.currents"
check "a current that is missing is wrong" judged wrong,1e+99 $ended
echo '1e-6 3 nan' >"$tmp/judge.currents"
check "a current that is no number is wrong" judged wrong,1e+99 $ended
rm "$tmp/judge.currents"
check "no currents are no result" judged 'no convergence,none' $ended
check "a run out of time is one, whatever it wrote" judged timeout,none timeout,9,9,0,1
echo '1e-6 3 4' >"$tmp/judge.currents"
printf 'run simulation(s) aborted\n' >>"$tmp/judge.log"
check "a simulation that gave up is no result, whatever it wrote" judged 'no convergence,0' $ended
echo "$log" >"$tmp/judge.log"
awk 'BEGIN { for (k = 0; k < 200; k++) print 1 }' >"$tmp/judge.expected"
awk 'BEGIN { printf 0; for (k = 0; k < 198; k++) printf " 1"; print "" }' >"$tmp/judge.currents"
echo '0 1 2' >"$tmp/judge.currents.1"
check "the hundredth that is farthest off does not count" judged ok,0 $ended
echo '0 1.001 2' >"$tmp/judge.currents.1"
check "with the second in two hundred it does not, either" judged ok,0 $ended
awk 'BEGIN { printf "0 1.1"; for (k = 1; k < 198; k++) printf " 1"; print "" }' >"$tmp/judge.currents"
check "the third in two hundred counts" judged wrong,7.07e-05 $ended
check "what run cannot have printed is refused" refuses 'expected what run prints' judged ok,0 ok,1

# --- The report.
summary_of() { # ROWS: the summary of runs, but for its head
    mkdir -p "$tmp/small" && { "$bin/judge" head && cat; } >"$tmp/small/runs.csv" && echo date=today >"$tmp/small/machine.txt" &&
        (cd "$tmp/small" && "$bin/write_report" "$tmp/bench") && sed 1d "$tmp/small/summary.csv" >"$tmp/found"
}
median_of_repeats() {
    summary_of <<'RUNS'
write,crossbar,4,2,synaptogen,0,ok,9,8.000,1.000,0.000,900,5,1,30,0.5
write,crossbar,4,2,synaptogen,1,ok,0.24,3.000,1.000,0.000,100,5,1,30,0.25
read,crossbar,4,10,jart,0,timeout,,8.000,1.000,0.000,700,,,,none
write,crossbar,4,2,synaptogen,2,ok,0.08,1.000,1.000,0.000,300,5,1,30,0.25
write,crossbar,4,2,synaptogen,3,ok,0.16,2.000,1.000,0.000,200,6,2,31,0.125
full,crossbar,4,2,jart,0,ok,0.64,2.500,1.000,0.000,200,6,2,31,0.125
RUNS
    diff "$tmp/found" - <<'EXPECTED'
write,crossbar,4,2,synaptogen,ok,3,0.02,0.01,0.03,2.000,300,6,2,31,0.125
read,crossbar,4,10,jart,timeout,0,,,,,700,,,,none
full,crossbar,4,2,jart,ok,1,0.02,0.02,0.02,2.500,200,6,2,31,0.125
EXPECTED
}
check "the summary has the median of the repeats, per cell; the warm-up counts without repeats alone" median_of_repeats
one_failure() {
    summary_of <<'RUNS'
write,crossbar,4,2,synaptogen,0,ok,9,8.000,1.000,0.000,900,5,1,30,0.5
write,crossbar,4,2,synaptogen,1,wrong,0.24,3.000,1.000,0.000,100,5,1,30,0.25
write,crossbar,4,2,synaptogen,2,ok,0.24,3.000,1.000,0.000,100,5,1,30,0
RUNS
    diff "$tmp/found" - <<'EXPECTED'
write,crossbar,4,2,synaptogen,wrong,2,,,,3.000,100,5,1,30,0
EXPECTED
}
check "one run that is wrong takes the time of all" one_failure
bold_if_missed() {
    summary_of <<'RUNS'
read,crossbar,16,1,conductance,0,ok,2.56,3.000,1.000,0.000,100,5,1,30,0
read,crossbar,16,1,synaptogen,0,ok,3.84,3.000,1.000,0.000,100,5,1,30,0
read,crossbar,16,1,synaptogen_array,0,ok,3.072,3.000,1.000,0.000,100,5,1,30,0
write,crossbar,16,1,memristor,0,ok,0.16,3.000,1.000,0.000,100,5,1,30,0
write,crossbar,16,1,synaptogen,0,ok,0.16,3.000,1.000,0.000,100,5,1,30,0
write,crossbar,16,1,synaptogen_tile,0,ok,0.1601,3.000,1.000,0.000,100,5,1,30,0
RUNS
    for row in '| 16 | **1.5** | - | 1.2 | - | 1 |' '| 16 | 10 ms | 15 ms | 12 ms |' '| 16 | 1 | **1** | - | - | - |'; do
        grep -F -x "$row" "$tmp/small/report.md" || return 1
    done
}
check "a mark that is missed is bold, one that is met exactly is not" bold_if_missed
unknown_mark() {
    sed 's/@networks crossbar@/@network crossbar@/' "$srcdir/bench/report.md.in" >"$tmp/bench/report.md.in"
    report_with runs.csv ''
    result=$?
    cp "$srcdir/bench/report.md.in" "$tmp/bench"
    return $result
}
check "a mark that the template has and no table is refused" refuses 'report.md.in:' unknown_mark
report_with runs.csv ''
BENCH_BIN=$bin GNUPLOT='' sh "$srcdir/bench/report.sh" "$tmp/report" >/dev/null
for file in summary.csv report.md results.json; do
    check "the published $file is what its runs.csv gives" diff "$srcdir/bench/report/$file" "$tmp/report/$file"
done
finish
