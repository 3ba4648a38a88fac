#!/bin/sh
# SPDX-License-Identifier: MIT
# bench.sh full|quick|klu FOLDER [WORKLOAD]: runs the contenders side by side and writes the results and the report into FOLDER.
# WORKLOAD: one of plan.txt, or "library". Takes from the environment NGSPICE, SYNAPTOGEN_CM, PEERS_CM, BENCH_BIN (the folder
# with the bench programs), CFLAGS, VERSION and COMPILER. PYTHON, GNUPLOT and SYNAPTOGEN_PUBLIC are optional.
set -eu
LC_ALL=C
export LC_ALL
mode=$1 folder=$2 wanted=${3:-all}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
raw=$folder/runs.csv
unset SPICE_ASCIIRAWFILE SPICE_SCRIPTS
HOME=$work # no .spiceinit of the user; ngspice 39 crashes without HOME
threads=${OMP_NUM_THREADS:-$(getconf _NPROCESSORS_ONLN)} # of the library's programs; all contenders get one
OMP_NUM_THREADS=1
export HOME OMP_NUM_THREADS NGSPICE SYNAPTOGEN_CM PEERS_CM

# One run, as a line of plan.c says. Appends a row and sets $status and $wall (s).
run() { # REPEAT LIMIT CONTENDER FAMILY PROGRAM WORKLOAD LINES N OPS
    repeat=$1 limit=$2 contender=$3 family=$4 program=$5
    shift 5
    rm -f "$work"/currents.data*
    expected=$work/expected-$family-$1-$2-$3-$4
    [ -e "$expected" ] || "$BENCH_BIN/reference" "$family" "$@" >"$expected"
    if [ "$program" = alone ]; then
        used=$("$BENCH_BIN/run" "$limit" "$work/log" "$BENCH_BIN/alone" "$@" "$work/currents.data")
    else
        "$BENCH_BIN/deck" "$here" "$contender" "$@" "$work/currents.data" >"$work/deck.cir"
        used=$("$BENCH_BIN/run" "$limit" "$work/log" "$NGSPICE" -b "$work/deck.cir")
    fi
    row=$("$BENCH_BIN/judge" "$here" "$contender" "$@" "$repeat" "$used" "$work/log" "$work/currents.data" "$expected")
    echo "$row" >>"$raw"
    status=$(echo "$row" | cut -d, -f7)
    wall=$(echo "$row" | cut -d, -f9)
    [ "$status" = ok ] || cp "$work/log" "$folder/last-$contender-$1-$3.log"
}

# The runs of the plan. What fails at one size is not tried at the larger ones of the same row of the plan. What takes more
# than a tenth of its limit is not repeated.
run_plan() {
    "$BENCH_BIN/plan" "$here" "$mode" "$wanted" >"$work/plan"
    while read -r row repeat limit contender family program workload lines n ops <&3; do
        failed=$work/failed-$row-$contender slow=$work/slow-$row-$n-$contender
        [ ! -e "$failed" ] && [ ! -e "$slow" ] || continue
        run "$repeat" "$limit" "$contender" "$family" "$program" "$workload" "$lines" "$n" "$ops"
        printf '%s  %-6s %-8s n = %-4s %-15s run %d: %s, %.2f s\n' "$(date +%H:%M:%S)" "$workload" "$lines" "$n" "$contender" \
            "$repeat" "$status" "$wall"
        [ "$status" = ok ] || : >"$failed"
        # In ms, so that the shell can compare.
        [ "$(printf '%.0f' "${wall}e4")" -le "$(printf '%.0f' "${limit}e3")" ] || : >"$slow"
    done 3<"$work/plan"
}

# The bench programs of the library, and the same mathematics in NumPy.
run_library() {
    for b in bench_cell bench_array bench_vmm bench_ports bench_crossbar bench_fit; do
        echo "$(date +%H:%M:%S)  library  $b"
        OMP_NUM_THREADS=$threads "$BENCH_BIN/$b" >"$folder/$b.csv"
    done
    echo "$(date +%H:%M:%S)  library  growth"
    OMP_NUM_THREADS=$threads sh "$here/growth.sh" "$folder" 1e8
    python=
    for p in "${PYTHON:-python3}" /usr/bin/python3; do
        if [ -z "$python" ] && "$p" -c 'import numpy' 2>/dev/null; then python=$p; fi
    done
    if [ -n "$python" ]; then
        echo "$(date +%H:%M:%S)  library  NumPy"
        "$python" "$here/peers/synaptogen_numpy.py" "$here/../params/hfo2-1t1r.json" >"$folder/numpy.csv"
        if [ -n "${SYNAPTOGEN_PUBLIC:-}" ]; then
            echo "$(date +%H:%M:%S)  library  public NumPy package"
            "$python" "$here/peers/synaptogen_public.py" "$SYNAPTOGEN_PUBLIC" >"$folder/public.csv"
        fi
        if [ -n "${SYNAPTOGEN_BADCROSSBAR:-}${SYNAPTOGEN_CROSSSIM:-}" ]; then
            echo "$(date +%H:%M:%S)  library  crossbars of other simulators"
            "$python" "$here/peers/crossbars.py" >"$folder/peers.csv"
        fi
    else
        echo "library: no NumPy, its rows are left out"
    fi
}

describe() {
    echo "date=$(date -u '+%Y-%m-%d %H:%M UTC')"
    echo "mode=$mode"
    echo "processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sed 1q)"
    echo "cores=$(getconf _NPROCESSORS_ONLN)"
    echo "threads=$threads"
    echo "memory_gib=$((($(sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo) + 524288) / 1048576))"
    echo "load_before=$(cut -d ' ' -f 1-3 /proc/loadavg)"
    echo "system=$(uname -sr)"
    echo "ngspice=$("$NGSPICE" --version 2>/dev/null | sed -n 's/.*\(ngspice-[0-9.]*\).*/\1/p' | sed 1q)"
    echo "synaptogen=$VERSION"
    echo "compiler=$COMPILER"
    echo "flags=$CFLAGS"
    echo "pictures=${GNUPLOT:+yes}"
}

# An ngspice without KLU takes no notice of the option.
[ "$mode" != klu ] || grep -q -a 'Compiled with KLU' "$NGSPICE" || { echo "bench.sh: $NGSPICE has no KLU" >&2; exit 1; }
describe >"$folder/machine.txt"
"$BENCH_BIN/judge" head >"$raw"
[ "$wanted" = library ] || run_plan
if [ "$mode" != klu ] && { [ "$wanted" = all ] || [ "$wanted" = library ]; }; then
    [ "$mode" != full ] && [ "$wanted" = all ] || run_library
fi
sh "$here/report.sh" "$folder"
