#!/bin/sh
# SPDX-License-Identifier: MIT
# make check-saves: each system call of a save fails in turn, or a signal ends the process there. The file must be the old or
# the new one, the new one if the program says so, and nothing else may stay in its folder. Nothing can remove a temporary file
# after SIGKILL, or after SIGTERM in ngspice; those are counted apart. Prints a row for each program, then a line "N cases, N
# findings"; exits with 1 if there are findings. Needs strace.
#   saves.sh SYNAPTOGEN NGSPICE SYNAPTOGEN.LIB
set -u
synaptogen=$1 ngspice=$2 lib=$3
command -v strace >/dev/null || { echo "check-saves: skipped: no strace"; exit 0; }
tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
export OMP_NUM_THREADS=1
cases=0 findings=0

# What one save of each program is: `old` exists, the run makes `new`.
cat >"$tmp/targets.csv" <<'END'
5e-5,1e-4,2e-5
1e-4,5e-5,1e-4
END
cat >"$tmp/tile.cir" <<END
a pulse that SETs cells of a tile
.include $lib
.model t synaptogen_tile(rows=2 cols=2 seed=SEED state_out="$tmp/out/file")
a1 [ r 0 0 0 ] t
vr r 0 -1.5
.tran 1n 10n
.print tran v(r)
.end
END
run() {
    if [ "$1" = tile ]; then
        sed "s/SEED/$2/" "$tmp/tile.cir" >"$tmp/deck.cir"
        $tracer "$ngspice" -b "$tmp/deck.cir"
        return
    fi
    case $1 in
        program) set -- program --targets "$tmp/targets.csv" --seed "$2" -o "$tmp/out/file" ;;
        sample) set -- sample --cells 500 --cycles 3 --seed "$2" -o "$tmp/out/file" ;;
        npy) set -- sample --cells 500 --cycles 3 --seed "$2" -o "$tmp/out/file.npy" ;;
        write) set -- crossbar write --rows 8 --cols 8 --pattern random --seed "$2" -o "$tmp/out/file" ;;
    esac
    $tracer "$synaptogen" "$@"
}
name_of() {
    case $1 in npy) echo file.npy ;; *) echo file ;; esac
}

# finding WHAT: told with the case at hand
finding() {
    findings=$((findings + 1)) row_findings=$((row_findings + 1))
    echo "finding: $program, $case: $1" >&2
    sed 's/^/    /' "$tmp/err" >&2
}

# $1: whether the file may be the old one after exit status 0; $2: whether a temporary may stay
judge() {
    cases=$((cases + 1)) row_cases=$((row_cases + 1))
    if cmp -s "$tmp/out/$name" "$tmp/new"; then
        is=new
    elif cmp -s "$tmp/out/$name" "$tmp/old"; then
        is=old
    else
        is=neither
    fi
    [ $is != neither ] || finding "the file is neither the old nor the new one"
    [ $status -ne 0 ] || [ $is = new ] || finding "exit status 0, and the file is the old one"
    if [ "$(ls -A "$tmp/out" | wc -l)" -ne 1 ]; then
        if [ "$1" = may-stay ]; then
            left=$((left + 1))
        else
            finding "more than the file: $(ls -A "$tmp/out" | tr '\n' ' ')"
        fi
    fi
    if [ "$2" = must-say ] && [ $status -ne 0 ] && [ ! -s "$tmp/err" ]; then
        finding "exit status $status without a message"
    fi
}

# one CASE INJECTION STAYS SAYS
one() {
    case=$1
    rm -rf "$tmp/out"
    mkdir "$tmp/out"
    cp "$tmp/old" "$tmp/out/$name"
    tracer="strace -f -o /dev/null -e inject=$2"
    status=0
    run "$program" 2 >/dev/null 2>"$tmp/err" || status=$?
    judge "$3" "$4"
}

printf '%-10s %8s %8s %22s\n' program cases findings 'left after a signal'
for program in ${SAVES:-program sample npy write tile}; do
    name=$(name_of "$program")
    row_cases=0 row_findings=0 left=0
    for seed in 1 2; do
        rm -rf "$tmp/out"
        mkdir "$tmp/out"
        tracer=
        [ $seed -eq 1 ] || tracer="strace -f -o $tmp/trace"
        run "$program" $seed >/dev/null || exit 99
        [ $seed -eq 1 ] && mv "$tmp/out/$name" "$tmp/old" || mv "$tmp/out/$name" "$tmp/new"
    done
    # Each call by its name and its number among those of that name. Those of the loader end the program before it begins.
    sed -n 's/^[0-9]* *\([a-z_0-9]*\)(.*/\1/p' "$tmp/trace" | sort | uniq -c >"$tmp/calls"
    while read -r count call; do
        case $call in
            exit_group | execve | arch_prctl | set_tid_address | set_robust_list | rseq | rt_sigreturn) continue ;;
        esac
        n=1
        # Of the simulator's own calls only those of a kind that a save uses, too.
        if [ "$program" = tile ]; then
            case $call in write | fsync | rename | fchmod | close | openat | unlink) ;; *) continue ;; esac
            [ "$call" != openat ] && [ "$call" != close ] || n=$((count > 8 ? count - 8 : 1))
        fi
        while [ $n -le "$count" ]; do
            says=must-say
            # Without these the program does not begin, or its messages cannot be written.
            case $call in access | brk | openat | read | pread64 | mprotect | mmap | munmap | newfstatat | prlimit64 | getrandom) says=may-be-silent ;; esac
            stays=none
            [ "$call" != unlink ] || stays=may-stay
            one "$call number $n fails with EIO" "$call:error=EIO:when=$n" $stays $says
            case $call in
                write | fsync | openat | close | rename | fchmod)
                    one "$call number $n fails with ENOSPC" "$call:error=ENOSPC:when=$n" $stays $says
                    # The command takes signals; the plug-in leaves them to its host.
                    [ "$program" = tile ] && after=may-stay || after=none
                    one "SIGTERM at $call number $n" "$call:signal=TERM:when=$n" $after may-be-silent
                    one "SIGKILL at $call number $n" "$call:signal=KILL:when=$n" may-stay may-be-silent
                    ;;
            esac
            n=$((n + 1))
        done
    done <"$tmp/calls"
    printf '%-10s %8d %8d %22d\n' "$program" $row_cases $row_findings $left
done
echo "$cases cases, $findings findings"
[ $findings -eq 0 ]
