#!/bin/sh
# SPDX-License-Identifier: MIT
# make fuzz [TIME=60] [TARGETS='params state'] [JOBS=2]: searches for inputs that break a rule, TIME seconds for each target.
# Builds the library and the command with clang, libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer in builds/fuzz. It
# starts from corpus/ and from what earlier runs found. Prints a row for each target. Exits with 1 if there are findings; they
# are in builds/fuzz/found.
. "$(dirname "$0")/../long/scratch.sh"
time=${TIME:-60} jobs=${JOBS:-$jobs}
sanitizers=address,undefined
source=$work/source
mkdir -p fuzz/found && cd fuzz || exit 2
# Each input becomes a file. In memory: a file system on a disk may write each of them out when it is closed.
memory=/dev/shm
[ -d $memory ] && [ -w $memory ] || memory=$work/fuzz
scratch=$(mktemp -d "$memory/synaptogen-fuzz-XXXXXX") || exit 2
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' HUP INT TERM
echo 'int LLVMFuzzerTestOneInput(const char *b, unsigned long n); int LLVMFuzzerTestOneInput(const char *b, unsigned long n) { return b && n > 8; }' >trial.c
clang -fsanitize=fuzzer,$sanitizers trial.c -o trial 2>trial.log || {
    cat trial.log
    echo "skipped: clang builds no program with libFuzzer; on Debian it needs the packages clang and libclang-rt-14-dev"
    exit 0
}
{
    [ -e Makefile ] || ../source/configure --silent --disable-openmp CC=clang --with-ngspice-source="$NGSPICE_SOURCE" \
        CFLAGS="-g -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,$sanitizers -fno-sanitize-recover=all -DFUZZ_LIBFUZZER -DSYN_SHORT_LINES"
} >make.log 2>&1 && make -j"$jobs" --silent tests/fuzz/fuzz LDFLAGS="-fsanitize=fuzzer,$sanitizers" >>make.log 2>&1 || {
    tail make.log
    exit 2
}

# $1: target. libFuzzer's own limit for an input works by SIGALRM, which the command takes for itself once it has written a file.
search() {
    mkdir -p "corpus/$1"
    case $1 in csv | npy | solve | voltages) longest=0 ;; *) longest=60 ;; esac
    FUZZ_TARGET=$1 TMPDIR=$scratch ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=1 \
        timeout -s KILL $((time + 120)) tests/fuzz/fuzz -max_total_time="$time" -timeout=$longest -rss_limit_mb=4096 -max_len=8192 -close_fd_mask=3 \
        -artifact_prefix="found/$1-" -print_final_stats=1 -reload=0 "corpus/$1" "$source/tests/fuzz/corpus/$1" >"$1.log" 2>&1
    status=$?
    awk -v target="$1" -v status=$status '
        / cov: / { for (k = 1; k < NF; k++) { if ($k == "cov:") edges = $(k + 1); if ($k == "corp:") corpus = $(k + 1) } }
        /^stat::number_of_executed_units/ { runs = $2 }
        END { sub(/\/.*/, "", corpus); printf "%-10s %12d %10d %8d  %s\n", target, runs, edges, corpus, status ? "finding, see " target ".log" : "nothing" }' "$1.log"
    [ $status -eq 0 ]
}

targets=${TARGETS:-$(cd "$source/tests/fuzz/corpus" && ls)}
printf '%-10s %12s %10s %8s  %s\n' target executions edges inputs found
bad=0
running=0
for target in $targets; do
    (search "$target" || : >"$target.bad") &
    running=$((running + 1))
    if [ $running -ge "$jobs" ]; then
        wait
        running=0
    fi
done
wait
for target in $targets; do
    [ ! -e "$target.bad" ] || bad=1
    rm -f "$target.bad"
done
exit $bad
