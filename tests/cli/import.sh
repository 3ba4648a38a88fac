#!/bin/sh
# SPDX-License-Identifier: MIT
# The command import: from files of instruments to sweeps and features, and what it says of them.
. "$srcdir/tests/support/tap.sh"
syn() { "$SYNAPTOGEN" "$@"; }
cd "$tmp" || exit 99

# Sweeps of two cells with the numbers of the library, and what extract finds in them.
syn iv --cells 2 --cycles 6 --start stationary --seed 4 -o plain.csv
syn extract plain.csv -o expected.csv 2>/dev/null

plain() { syn import plain.csv -o copy.csv 2>err && cmp plain.csv copy.csv && grep -q '^12 loops of 2 cells' err && [ "$(wc -l <err)" -eq 1 ]; }
check "import copies a file of sweeps byte for byte" plain

# features FILE ARGUMENT...: those of the plain file, but for the names of cells.
features() {
    syn extract "$@" -o found.csv 2>err || { cat err; return 1; }
    cut -d, -f1-14 found.csv | tail -n +2 >found && cut -d, -f1-14 expected.csv | tail -n +2 | diff found -
}
awk -F, 'BEGIN { print "Zelle;Zyklus;Spannung [V];Strom [uA]" }
    NR > 1 { s = "D" $1 ";" $2 ";" $3 ";" sprintf("%.17g", $4 * 1e6); gsub(/[.]/, ",", s); printf "%s\r\n", s }' plain.csv >german.csv
german() {
    syn import german.csv -o sweeps.csv 2>err && grep -q '^cell,cycle,u,i,name$' sweeps.csv && grep -q ',D1$' sweeps.csv &&
        syn extract german.csv -o found.csv 2>err && grep -q ',name$' found.csv && grep -q ',D1$' found.csv &&
        syn extract sweeps.csv -o again.csv 2>/dev/null && cmp found.csv again.csv
}
check "decimal commas, units and names of cells survive import and extract" german

cut_short() { head -n 1130 plain.csv | syn import - 2>err >out && grep -q 'incomplete loops.* 1, first cycle 5 of cell 0' err; }
check "import says that the last loop is incomplete" cut_short

below() {
    { echo "Voltage (V),Current (mA)"; echo "# 25 C"; awk -F, 'NR > 1 { print $3 "," 1000 * $4 }' plain.csv; } >below.csv
    syn import --look below.csv >look && grep -q 'i = column 2 "Current (mA)" in 0.001 A' look
}
check "a comment between header and data hides no unit" below
odd_units() {
    for unit in "1e-6 A" "mA/mm"; do
        { echo "V (V),I ($unit)"; awk -F, 'NR > 1 { print $3 "," $4 }' plain.csv; } >odd.csv
        syn import odd.csv -o x.csv 2>err && return 1
        grep -q 'expected a column in A, mA, uA' err && syn import odd.csv --scale i=1e-6 -o x.csv 2>/dev/null || return 1
    done
}
check "a unit that is not understood is refused" odd_units

# A file for each cell, without numbers of cells and cycles.
for cell in 0 1; do
    awk -F, -v cell=$cell 'BEGIN { print "V\tI" } NR > 1 && $1 == cell { print $3 "\t" $4 }' plain.csv >pad$cell.txt
done
check "extract takes a file for each cell, cut into cycles where the record returns to 0 V" features pad0.txt pad1.txt
named() { syn import pad0.txt pad1.txt 2>/dev/null >out && grep -q ',pad1$' out; }
check "the cells are named after the files" named

# A file for each cycle of a cell; the names sort loop10 before loop9.
awk -F, 'NR > 1 && $1 == 0 { f = "loop" $2 + 7 ".csv"; if (f != last) print "u,i" >f; last = f; print $3 "," $4 >f }' plain.csv
by_cycle() {
    syn import loop*.csv --cycle-per-file -o out 2>err && grep -q 'order of the numbers in their names' err &&
        awk -F, 'NR == 1 || $1 == 0' plain.csv | cut -d, -f2-4 >wanted && cut -d, -f2-4 out | cmp - wanted
}
check "files are cycles in the order of the numbers in their names" by_cycle

# SET and RESET sweeps in files of their own.
awk -F, 'NR == 1 { print "u,i" } NR > 1 && $1 == 0 && $3 < 0 { print $3 "," $4 }' plain.csv >set.csv
awk -F, 'NR == 1 { print "u,i" } NR > 1 && $1 == 0 && $3 >= 0 { print $3 "," $4 }' plain.csv >reset.csv
pairs() {
    syn import set.csv reset.csv --pairs -o out 2>err && grep -q 'joined in pairs to 6 loops' err &&
        awk -F, '$1 == 0 && NR > 1' plain.csv | cut -d, -f2-4 >wanted && tail -n +2 out | cut -d, -f2-4 | diff - wanted
}
check "--pairs joins files of SET and of RESET sweeps" pairs
unpaired() { syn import set.csv reset.csv -o out 2>err && grep -q -e '--pairs joins' err; }
check "without --pairs import says that sweeps have one sign" unpaired

# The same record, but each half of a loop has a number of its own.
awk -F, 'NR == 1 { print "cycle,u,i" } NR > 1 && $1 == 0 { print 2 * $2 + ($3 > 0 || half == $2 + 1) "," $3 "," $4; if ($3 > 0) half = $2 + 1 }' \
    plain.csv >halves.csv
halves() {
    syn import halves.csv -o out 2>err && grep -q '6 loops' err && [ "$(cut -d, -f1 halves.csv | sort -u | wc -l)" -eq 13 ] &&
        awk -F, '$1 == 0 && NR > 1' plain.csv | cut -d, -f2-4 >wanted && tail -n +2 out | cut -d, -f2-4 | diff - wanted
}
check "sweeps of one sign in turn are joined to loops" halves

awk -F, 'NR == 1 { print "cell,cycle,u,i" } NR > 1 { print $1 "," $2 ".0," $3 "," $4 }' plain.csv >fraction.csv
fraction() {
    syn import fraction.csv -o out 2>/dev/null && cut -d, -f1-4 plain.csv >wanted && cut -d, -f1-4 out | diff - wanted &&
        sed 's/,1\.0,/,1.5,/' fraction.csv | syn import - -o out 2>err && return 1
    grep -q 'cycle: expected a whole number from 0 to 2^64 - 1, found "1.5"' err
}
check "cycles written as 3.0 are whole numbers, 1.5 is none" fraction

one_sign() { syn import set.csv >out 2>err && [ "$(grep -c 'no positive voltages' err)" -eq 1 ] &&
    syn extract set.csv -o out 2>err && [ "$(grep -c 'no positive voltages' err)" -eq 1 ]; }
check "import and extract say once that voltages of one sign are missing" one_sign

streams() { gzip -c <pad0.txt >pad0.txt.gz && syn import pad0.txt.gz >a 2>/dev/null && syn import - <pad0.txt >b 2>/dev/null &&
    cut -d, -f1-4 a >a4 && cut -d, -f1-4 b | diff a4 -; }
check "files may be compressed or come from standard input" streams

look() {
    syn import german.csv --look >out && cat out && grep -q 'separator: semicolon, decimal comma, 4 columns' out &&
        grep -q 'u = column 3 "Spannung \[V\]" in V, i = column 4 "Strom \[uA\]" in 1e-06 A' out &&
        grep -q '^loops  *12 of 2 cells, 200 points' out && grep -q 'SET  *at negative voltages' out && [ "$(wc -l <out)" -le 14 ]
}
check "--look prints separator, columns, units, loops and what the record shows" look

# Tables of features.
awk -F, 'BEGIN { print "cell,cycle,log10_r_hrs,r_lrs" } NR > 1 { print $1 "," $2 "," $3 "," $5 }' expected.csv >long.csv
tables() {
    syn import long.csv -o out 2>err && grep -q '^12 cycles of 2 cells: 10 log10_r_hrs, 0 u_set, 12 r_lrs' err &&
        awk -F, 'NR > 1 { print $1, $2, $5 }' out >a && awk -F, 'NR > 1 { print $1, $2, $5 }' expected.csv | diff - a
}
check "a long table of features becomes features" tables

syn sample --cells 12 --cycles 60 --start stationary --seed 2 -o sample.csv
awk -F, 'NR > 1 { if (NR == 2 || $1 != last) printf "%s0x%s", (NR > 2 ? "\n" : ""), $1; last = $1; printf "\t%.17g\t%s", 10^$4, $6 } END { print "" }' sample.csv >wide.txt
wide() {
    syn import wide.txt -o features.csv 2>err && grep -q 'no header: the larger resistances' err &&
        syn fit features.csv --order 1 --components 1 -o set.json >summary && grep -q 'not measured' summary || { cat err summary; return 1; }
}
check "a wide table of resistances without a header is fitted" wide

refused() { # STATUS PATTERN ARGUMENT...
    wanted=$1 pattern=$2
    shift 2
    syn import "$@" -o refused.csv >out 2>err </dev/null
    [ $? -eq "$wanted" ] && [ "$(wc -l <err)" -eq 1 ] && grep -q -e "$pattern" err && [ ! -e refused.csv ] || { cat err; return 1; }
}
printf 'Time,CH1,CH2\n0,1,2\n1,2,3\n' >scope.csv
printf '0.5\t0.1\n0.7\t0.2\n' >bare.txt
head -c 100000 /dev/zero >nul.bin
printf 'u,i\n1,1e-6\n' >one.csv
check "unknown columns are refused with their names and the option" refused 1 'scope.csv:1: u: expected a column of the voltage .*"CH1", "CH2" (separator: comma); name it: --columns u=NAME' scope.csv
check "two columns that could be either are refused" refused 1 'bare.txt:1: .*--columns u=1,i=2, and --scale' bare.txt
check "bytes that are no text are refused" refused 1 'nul.bin:1: expected a line of text' nul.bin
check "a missing file is named" refused 1 'none.csv: cannot open' one.csv none.csv
check "a role that does not exist is refused" refused 1 '--columns: expected u=' one.csv --columns x=1
check "an odd number of files has no pairs" refused 1 '--pairs: expected as many files' one.csv --pairs
check "import needs a file" refused 2 'expected a file name or -, found none'
finish
