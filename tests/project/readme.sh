#!/bin/sh
# SPDX-License-Identifier: MIT
# What the README says to type works: its shell commands, its netlist, its program. The commands that set the project up
# are what runs this test, or tests/project/installed.sh; here only their names are checked.
. "$srcdir/tests/support/tap.sh"
cd "$tmp" || exit 99
mkdir bin
ln -s "$SYNAPTOGEN" bin/synaptogen
ln -s "$NGSPICE" bin/ngspice
ln -s "$builddir/netlists" netlists
PATH=$tmp/bin:$PATH

# block LANGUAGE [N]: the lines of the fenced blocks of that language, or of the N-th of them.
block() {
    awk -v start="\`\`\`$1" -v wanted="${2:-0}" '$0 == "```" { inside = 0 } inside { print }
        $0 == start { inside = !wanted || ++n == wanted }' "$srcdir/README.md"
}

# run_block N: that spice block, its output in block.log.
run_block() {
    block spice "$1" | sed "s|/usr/local/share/synaptogen/netlists|$builddir/netlists|" >block.cir
    "$NGSPICE" -b block.cir >block.log 2>&1 </dev/null || return 1
    cat block.log
}

run_spice() {
    run_block 1 || return 1
    awk '$1 == "r_lrs" { lrs = $3 } $1 == "r_hrs" { hrs = $3 }
         END { exit !(lrs > 3000 && lrs < 9000 && hrs > 10000) }' block.log
}
check "the first netlist SETs and RESETs its cell" run_spice

run_tile() {
    run_block 2 || return 1
    awk '$1 == "cells_in_lrs" { n = $3 } $1 == "i_read" { i = $3 } END { exit !(n == 1 && i > 1e-5 && i < 1e-3) }' block.log
}
check "the tile SETs one cell and reads it" run_tile

run_array() {
    run_block 3 || return 1
    awk '$1 ~ /^v\(i[0-3]\)$/ { n += $3 > 1e-7 && $3 < 1e-3 } $1 ~ /power/ { p = $3 > 1e-7 } END { exit !(n == 4 && p) }' block.log
}
check "the array in three banks reads four columns" run_array

run_c() {
    block c >cell.c
    # shellcheck disable=SC2086
    ${CC:-cc} $SANITIZE -o cell cell.c -I"$srcdir/lib" -L"$builddir/lib/.libs" -lsynaptogen &&
        LD_LIBRARY_PATH=$builddir/lib/.libs ./cell >cell.out && cat cell.out && [ "$(grep -c 'LRS.*HRS' cell.out)" = 3 ]
}
check "the program compiles and cycles its cell three times" run_c

# A pipe keeps the exit status of the loop's commands away from the shell, so the commands come from a file.
block sh >commands
while read -r line <&3; do
    case $line in
        ./bootstrap* | 'make install')
            set -- $line
            check "the README's $1 exists" sh -c "test -x '$srcdir/$1' || command -v '$1'"
            ;;
        *--plot* | *validate*--report*)
            if command -v gnuplot >/dev/null; then check "$line" sh -c "$line"; else skip "$line" "no gnuplot"; fi
            ;;
        *) check "$line" sh -c "$line" ;;
    esac
done 3<commands

check "the README names every parameter of the code models" sh -c "
    sed -n 's/^Parameter_Name://p' '$srcdir'/codemodels/synaptogen/*/ifspec.ifs | tr -s ' ' '\n' | grep . |
    while read -r p; do grep -q \"^| .*\\\`\$p\\\`.* |.* |\" '$srcdir/README.md' || { echo \"\$p\"; exit 1; }; done"

# Links of a text to files and to its own headings.
links_lead_somewhere() {
    grep -o '](#*[^)h][^)]*)' "$1" | tr -d ']()' | while read -r f; do
        case $f in
            '#'*) sed -n 's/^#* //p' "$1" | tr 'A-Z ' 'a-z-' | grep -q -x -e "${f#?}" ;;
            *) test -e "$(dirname "$1")/$f" ;;
        esac || { echo "$f"; exit 1; }
    done
}
check "what the README links to exists" links_lead_somewhere "$srcdir/README.md"
check "what the benchmark's report links to exists" links_lead_somewhere "$srcdir/bench/report/report.md"
finish
