#!/bin/sh
# SPDX-License-Identifier: MIT
# bench.sh full|quick FOLDER [WORKLOAD]: runs the contenders side by side and writes the results and the report into
# FOLDER. Workloads: those of plan.txt and "library". Wants in the environment NGSPICE, SYNAPTOGEN_CM, PEERS_CM,
# BENCH_BIN (the folder with the bench programs), AWK, CFLAGS, VERSION; PYTHON and SYNAPTOGEN_PUBLIC are optional.
set -eu
LC_ALL=C
export LC_ALL
mode=$1 folder=$2 wanted=${3:-all}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
seed=1
raw=$folder/runs.csv
columns=workload,lines,n,ops,contender,repeat,status,simulation_s,wall_s,user_s,system_s,peak_kib,accepted,rejected
columns=$columns,iterations,deviation
unset SPICE_ASCIIRAWFILE SPICE_SCRIPTS
HOME=$work # no .spiceinit of the user; ngspice 39 crashes where HOME is not set
threads=${OMP_NUM_THREADS:-$(getconf _NPROCESSORS_ONLN)} # of the library's programs; all contenders get one
OMP_NUM_THREADS=1
export HOME OMP_NUM_THREADS

# field NUMBER CONTENDER
field() {
    "$AWK" -F '[ \t]*[|][ \t]*' -v f="$1" -v c="$2" '/^#/ { next } $1 == c { print $f }' "$here/contenders.txt"
}

deck() { # CONTENDER WORKLOAD N OPS LINES [SCHEDULE]
    "$AWK" -f "$here/deck.awk" -v contender="$1" -v workload="$2" -v n="$3" -v ops="$4" -v lines="$5" -v seed=$seed \
        -v folder="$here" -v peers="$PEERS_CM" -v synaptogen="$SYNAPTOGEN_CM" -v currents="$work/currents.data" \
        -v schedule="${6:-}" "$work/devices.txt" "$here/contenders.txt"
}

# What the contender must end with: one current per column, in $work/expected; kept for the next repeat.
expect() { # FAMILY WORKLOAD N OPS LINES
    key=$work/expected-$(echo "$*" | tr ' :' '__')
    if [ ! -e "$key" ]; then
        deck - "$2" "$3" "$4" "$5" 1 >"$work/schedule"
        if [ "$2" = each ]; then
            k=0
            while [ $k -lt "$4" ]; do
                "$BENCH_BIN/reference" "$1" 1 1 $k <"$work/schedule" || return 1
                k=$((k + 1))
            done
        else
            "$BENCH_BIN/reference" "$1" "$3" "$3" $seed <"$work/schedule"
        fi | "$AWK" -v shared="$5" '{ sum += $1; if (shared != "shared") print } END { if (shared == "shared") print sum }' >"$key"
    fi
    cp "$key" "$work/expected"
}

# The deviation of the currents from what is expected, "none" without any. The hundredth of them that is farthest off is
# left out: cells at the edge of switching, which the smallest error of integration decides.
deviation() { # WORKLOAD
    [ -s "$work/currents.data" ] || { echo none; return; }
    if [ "$1" = each ]; then cat "$work/currents.data"; else
        for f in "$work"/currents.data "$work"/currents.data.[0-9]*; do
            [ ! -e "$f" ] || "$AWK" 'END { for (k = 2; k <= NF; k++) print $k }' "$f"
        done
    fi | "$AWK" 'FILENAME == "-" { found[FNR] = $1; count = FNR; next }
        { print (found[FNR] - $1) ^ 2, $1 ^ 2 }
        END { if (count != FNR) print "1e99 0" }' - "$work/expected" | sort -g | "$AWK" '
        $1 == "1e99" { missing = 1 }
        { difference[NR] = $1; square += $2 }
        END {
            for (k = 1; k <= NR - int(NR / 100); k++) sum += difference[k]
            printf "%.3g\n", missing ? 1e99 : sqrt(sum / square)
        }'
}

# Value behind a label of `rusage`, empty if there is none.
usage() {
    sed -n "s/^$1 = \([0-9.]*\).*/\1/p" "$work/log" | tail -n 1
}

# Processor time between the two marks that the netlist sets around the simulation, s.
simulation_time() {
    "$AWK" '$1 == "cpu" { at[++n] = $2 / $3 } END { if (n == 2) printf "%.6f", at[2] - at[1] }' "$work/log"
}

# One run; appends a row and leaves its status in $status and its wall-clock time in $wall.
run() { # CONTENDER WORKLOAD N OPS LINES REPEAT LIMIT
    ops=$4 most=$(field 5 "$1")
    [ "$3" -gt 1 ] || most=$((10 * most))
    if [ "$2" = write ] && [ "$most" -gt 0 ] && [ "$ops" -gt "$most" ]; then ops=$most; fi
    rm -f "$work"/currents.data*
    expect "$(field 2 "$1")" "$2" "$3" "$ops" "$5"
    deck "$1" "$2" "$3" "$ops" "$5" >"$work/deck.cir"
    if [ "$(field 7 "$1")" = library ]; then
        line=$("$BENCH_BIN/run" "$7" "$work/log" "$BENCH_BIN/alone" "$work/deck.cir" "$work/currents.data")
    else
        line=$("$BENCH_BIN/run" "$7" "$work/log" "$NGSPICE" -b "$work/deck.cir")
    fi
    status=${line%%,*}
    wall=$(echo "$line" | cut -d, -f2)
    off=none
    if [ "$status" = ok ]; then
        off=$(deviation "$2")
        if [ "$off" = none ] || grep -q -i 'simulation(s) aborted' "$work/log"; then
            status='no convergence'
        elif ! "$AWK" -v d="$off" -v t="$(field 3 "$1")" 'BEGIN { exit !(d <= t + 0) }'; then
            status=wrong
        fi
    fi
    echo "$2,$5,$3,$ops,$1,$6,$status,$(simulation_time),${line#*,},$(usage 'Accepted timepoints'),$(
        usage 'Rejected timepoints'),$(usage 'Transient iterations'),$off" >>"$raw"
    if [ "$status" != ok ]; then
        cp "$work/log" "$folder/last-$1-$2-$3.log"
    fi
}

# All contenders of a plan's line at one size, in turns.
run_size() { # WORKLOAD LINES N OPS REPEATS LIMIT CONTENDERS
    repeat=0
    while [ $repeat -le "$5" ]; do
        for c in $7; do
            if [ -e "$work/out-$c" ] || { [ $repeat -gt 0 ] && [ -e "$work/slow-$c" ]; }; then continue; fi
            run "$c" "$1" "$3" "$4" "$2" $repeat "$6"
            printf '%s  %-6s %-8s n = %-4s %-15s run %d: %s, %.2f s\n' "$(date +%H:%M:%S)" "$1" "$2" "$3" "$c" $repeat \
                "$status" "$wall"
            [ "$status" = ok ] || echo "$3" >"$work/out-$c"
            "$AWK" -v w="$wall" -v l="$6" 'BEGIN { exit !(w > l / 10) }' && : >"$work/slow-$c"
        done
        repeat=$((repeat + 1))
    done
    rm -f "$work"/slow-*
}

run_plan() {
    contenders=$("$AWK" -F '[ \t]*[|]' '!/^#/ && NF > 1 { printf "%s ", $1 }' "$here/contenders.txt")
    "$BENCH_BIN/reference" devices 1024 $seed >"$work/devices.txt"
    echo "$columns" >"$raw"
    sed -n "s/^$mode *| *//p" "$here/plan.txt" | tr -s ' ' >"$work/plan"
    while IFS='|' read -r workload lines sizes repeats limit who <&3; do
        workload=${workload% } lines=${lines% } limit=${limit% }
        [ "$wanted" = all ] || [ "$wanted" = "$workload" ] || continue
        [ "$who" != all ] || who=$contenders
        rm -f "$work"/out-*
        for size in $sizes; do
            run_size "$workload" "$lines" "${size%:*}" "${size#*:}" "$repeats" "$limit" "$who"
        done
    done 3<"$work/plan"
}

# The bench programs of the library, and the same mathematics in NumPy; one table.
run_library() {
    for b in bench_cell bench_array bench_vmm bench_ports bench_crossbar bench_fit; do
        echo "$(date +%H:%M:%S)  library  $b"
        OMP_NUM_THREADS=$threads "$BENCH_BIN/$b" >"$folder/$b.csv"
    done
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
    else
        echo "library: no NumPy, its rows are left out"
    fi
}

describe() {
    printf 'date=%s\n' "$(date -u '+%Y-%m-%d %H:%M UTC')"
    printf 'mode=%s\n' "$mode"
    printf 'processor=%s\n' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sed 1q)"
    printf 'cores=%s\n' "$(getconf _NPROCESSORS_ONLN)"
    printf 'threads=%s\n' "$threads"
    printf 'memory_gib=%s\n' "$("$AWK" '/MemTotal/ { printf "%.0f", $2 / 1048576 }' /proc/meminfo)"
    printf 'load_before=%s\n' "$(cut -d ' ' -f 1-3 /proc/loadavg)"
    printf 'system=%s\n' "$(uname -sr)"
    printf 'ngspice=%s\n' "$("$NGSPICE" --version 2>/dev/null | sed -n 's/.*\(ngspice-[0-9.]*\).*/\1/p' | sed 1q)"
    printf 'synaptogen=%s\n' "$VERSION"
    printf 'compiler=%s\n' "$COMPILER"
    printf 'flags=%s\n' "$CFLAGS"
}

describe >"$folder/machine.txt"
[ "$wanted" = library ] || run_plan
if [ "$wanted" = all ] || [ "$wanted" = library ]; then
    [ "$mode" != full ] && [ "$wanted" = all ] || run_library
fi
[ -e "$raw" ] || echo "$columns" >"$raw"
sh "$here/report.sh" "$folder"
