#!/bin/sh
# SPDX-License-Identifier: MIT
# startup.sh PAIRS: what a first cell costs beyond ngspice with a resistor and without the plug-in, and what the command costs
# beyond a program that does nothing. Both of a pair run one after the other, and they take turns in being the first. Prints
# medians in ms: wall time of both, and the differences of wall and processor time within a pair. Takes from the environment
# NGSPICE, SYNAPTOGEN_CM, SYNAPTOGEN (the command) and BENCH_BIN (the folder with the bench programs).
set -eu
LC_ALL=C
export LC_ALL
pairs=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset SPICE_ASCIIRAWFILE SPICE_SCRIPTS
mkdir "$work/with" "$work/without"
echo "codemodel $SYNAPTOGEN_CM" >"$work/with/.spiceinit"

netlist() { # LINE...
    printf '%s\n' "first operating point" "v1 a 0 0.1" "$@" .control op "print i(v1)" quit .endc .end
}
netlist "a1 %gd(a 0) cell" ".model cell synaptogen(seed=1)" >"$work/cell.cir"
netlist "r1 a 0 4k" >"$work/resistor.cir"

# Prints status, wall, user and system time [s], and memory.
timed() { # HOME COMMAND...
    HOME=$1
    export HOME
    shift
    used=$("$BENCH_BIN/run" 10 "$work/log" "$@")
    case $used in
        ok,*) echo "$used" ;;
        *)
            echo "startup.sh: $*: $used" >&2
            cat "$work/log" >&2
            exit 1
            ;;
    esac
}
cell() { timed "$work/with" "$NGSPICE" -b "$work/cell.cir"; }
resistor() { timed "$work/without" "$NGSPICE" -b "$work/resistor.cir"; }
sample() { timed "$work" "$SYNAPTOGEN" sample --cells 1; }
nothing() { timed "$work" true; }

# Median of an expression of the fields of a pair, in ms. 2 to 4: times of the first, 7 to 9: of the second.
median() { # EXPRESSION
    awk -F, "{ print 1e3 * ($1) }" "$work/pairs" | sort -n |
        awk '{ v[NR] = $1 } END { printf ",%.2f", (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}

compare() { # WHAT FIRST SECOND
    $2 >"$work/first" # warm up
    $3 >"$work/second"
    : >"$work/pairs"
    k=0
    while [ "$k" -lt "$pairs" ]; do
        if [ $((k % 2)) = 0 ]; then
            $2 >"$work/first"
            $3 >"$work/second"
        else
            $3 >"$work/second"
            $2 >"$work/first"
        fi
        paste -d, "$work/first" "$work/second" >>"$work/pairs"
        k=$((k + 1))
    done
    printf '%s' "$1"
    median '$2'
    median '$7'
    median '$2 - $7'
    median '$3 + $4 - $8 - $9'
    echo
}

echo "what,wall,wall without,wall more,processor more"
compare "one cell in ngspice" cell resistor
compare "synaptogen sample" sample nothing
