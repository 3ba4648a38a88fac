#!/bin/sh
# SPDX-License-Identifier: MIT
# The subcommands crossbar solve, write and read.
. "$srcdir/tests/support/tap.sh"
syn() { "$SYNAPTOGEN" "$@"; }
cd "$tmp" || exit 99

# values NAME <result: the numbers of the list behind "NAME":, one a line; null stays null.
values() { tr -d '\n' | sed "s/.*\"$1\":{\"i\":\[\([^]]*\)\].*/\1/" | tr , '\n' && echo; }

# 100 + 1 + 1000 + 2 + 50 ohm in series at 1.153 V: 1 mA.
one_cell() {
    echo '{"rows":1,"cols":1,"r_wl":1,"r_bl":2,"left":{"r":[100],"v":[1.153]},"bottom":{"r":50},"cells":{"g":[[1e-3]]}}' |
        syn crossbar solve - >one.json && cat one.json
    for side in left bottom right; do values $side <one.json; done | tr '\n' ' ' |
        awk '{ a = $1 / 0.001 - 1; b = $2 / -0.001 - 1; exit !(a * a < 1e-24 && b * b < 1e-24 && $3 == "null") }' &&
        sed -n 's/.*"power":\([^,]*\),.*/\1/p' one.json | awk '{ d = $1 / 0.001153 - 1; exit !(d * d < 1e-24) }'
}
check "one linear cell obeys Ohm's law, open ends are null" one_cell

# 3 x 2, all four sides driven, one end open.
cat >case.json <<'END'
{"rows":3,"cols":2,"r_wl":[1,2,3],"r_bl":0.5,
 "left":{"r":[10,20,null],"v":[0.3,-0.2,0]},"right":{"r":5,"v":0.1},
 "top":{"r":[7,8],"v":[0.05,0]},"bottom":{"r":[0,3],"v":[-0.4,0.2]},
 "cells":{"r":[[0.1,0.84],[0.85,0.12],[0.5,0]]}}
END
solved() { syn crossbar solve case.json --nodes --ports -o solved.json && cat solved.json; }
check "a nonlinear case with all ends is solved" solved

charge() {
    for side in left right top bottom; do values $side <solved.json; done | grep -v null |
        awk '{ sum += $1; size += $1 < 0 ? -$1 : $1; n++ } END { print n, sum, size; exit !(n == 9 && sum * sum < 1e-18 * size * size) }'
}
check "the terminal currents of a case add up to nothing" charge

# The matrix is symmetric and its rows add up to nothing: equal voltages everywhere drive no current.
ports() {
    tr -d '\n' <solved.json | sed 's/.*"y":\[\[//; s/\]\]}}//; s/\],\[/\n/g' | awk -F, '{ n++; for (j = 1; j <= NF; j++) y[n, j] = $j }
        END { for (i = 1; i <= n; i++) { s = 0; for (j = 1; j <= n; j++) { s += y[i, j]; if (y[i, j] != y[j, i]) bad++ }
            if (s > 1e-15 || s < -1e-15) bad++ } exit !(n == 9 && !bad) }'
}
check "the port matrix is symmetric with rows that add up to nothing" ports

# What one port's voltage changes, by the difference of two solutions, is its column: to first order, 1e-4 V.
difference() {
    sed 's/"v":\[0.3,/"v":[0.3001,/' case.json | syn crossbar solve - >moved.json
    paste -d' ' - - <<END | awk -v want="$(tr -d '\n' <solved.json | sed 's/.*"y":\[\[//; s/,.*//')" '{
        d = ($2 - $1) / 1e-4 / want - 1; print d; exit !(d < 1e-4 && d > -1e-4) }'
$(values left <solved.json | head -n 1)
$(values left <moved.json | head -n 1)
END
}
check "the port matrix is the derivative of the currents" difference

# Drop along word line 1, whose left end is at -0.2 V behind 20 ohm and a lead of 2 ohm.
nodes() {
    u=$(tr -d '\n' <solved.json | sed 's/.*"nodes":{"u":\[\[[^]]*\],\[//; s/,.*//')
    i=$(values left <solved.json | sed -n 2p)
    awk -v u="$u" -v i="$i" 'BEGIN { d = u - (-0.2 - 22 * i); exit !(d < 1e-15 && d > -1e-15) }'
}
check "the nodes' voltages follow from the currents" nodes

writes() {
    printf '%s\n' '#..#' '.##.' '0110' '1001' >pattern.txt
    syn crossbar write --pattern pattern.txt --scheme third --seed 3 --r-wl 1 --r-bl 1 --driver 10 -o a.state >report.csv
    cat report.csv
    sed -n 2p report.csv | grep -q '^4,4,8,8,0,0,0,' && syn read a.state --conductance >g.csv &&
        awk -F, '{ for (j = 1; j <= 4; j++) printf "%s", ($j > 1e-4) ? "#" : "."; print "" }' g.csv >bits.txt && cat bits.txt &&
        tr '01' '.#' <pattern.txt | cmp - bits.txt
}
check "write puts a pattern into the cells" writes

goes_on() {
    syn crossbar write --state a.state --pattern zeros --scheme third -o b.state >report.csv && cat report.csv &&
        sed -n 2p report.csv | grep -q '^4,4,4,8,0,0,0,'
}
check "write goes on with the array of a state file" goes_on

targets() {
    awk 'BEGIN { for (i = 0; i < 6; i++) for (j = 0; j < 5; j++) printf "%.6g%s", 1 / (8000 + 500 * (i + 6 * j)), j < 4 ? "," : "\n" }' >t.csv
    syn crossbar write --targets t.csv --scheme full --attempts 50 -o t.state >report.csv && cat report.csv
    syn read t.state --conductance >g.csv && sed -n 2p report.csv | grep -q '^30,30,' &&
        paste -d, t.csv g.csv | awk -F, '{ for (j = 1; j <= 5; j++) { d = $(j + 5) / $j - 1; if (d > 0.0201 || d < -0.0201) bad++ } } END { exit bad > 0 }'
}
check "write brings cells to conductances" targets

# With ideal wires a read of all rows is the product of the transposed array: currents add up along columns.
reads() {
    syn crossbar read a.state >i.csv && syn read a.state >cells.csv && cat i.csv
    awk -F, 'NR == FNR { for (j = 1; j <= 4; j++) i[j] = $j; next } { for (j = 1; j <= 4; j++) s[j] += $j }
        END { for (j = 1; j <= 4; j++) { d = s[j] / i[j] - 1; if (d > 1e-5 || d < -1e-5) bad++ } exit bad > 0 }' i.csv cells.csv
}
check "read adds up the cells of each column" reads

each_row() {
    syn crossbar read a.state --each-row >rows.csv && paste -d, rows.csv cells.csv |
        awk -F, '{ for (j = 1; j <= 4; j++) { d = $j / $(j + 4) - 1; if (d > 1e-5 || d < -1e-5) bad++ } } END { exit !(NR == 4 && !bad) }'
}
check "read --each-row reads the cells one row after another" each_row

sneaks() {
    syn crossbar read a.state --sneak >s.csv && paste -d, s.csv rows.csv |
        awk -F, '{ for (j = 1; j <= 4; j++) if (!($j > $(j + 4))) bad++ } END { exit !(NR == 4 && !bad) }'
}
check "read --sneak finds more current than through the cell alone" sneaks

voltages() {
    printf '0.2,0,0,0\n0.1,0.2,0,-0.1\n' >v.csv && syn crossbar read a.state --voltages v.csv --r-wl 2 --sense 5 >i.csv &&
        [ "$(wc -l <i.csv)" -eq 2 ]
}
check "read takes a row of voltages for each read" voltages

pictures() {
    syn crossbar read a.state --plot p.png >/dev/null && [ "$(head -c 4 p.png | tail -c 3)" = PNG ] &&
        syn crossbar write --pattern pattern.txt -o c.state --plot p.svg >/dev/null && grep -q '</svg>' p.svg
}
check "both draw a picture" pictures
silent_pictures() { # one voltage for all cells, a single cell
    syn crossbar read a.state --plot p.png 2>err >/dev/null && printf '#\n' >one.txt &&
        syn crossbar write --pattern one.txt -o one.state --plot one.png 2>>err >/dev/null && cat err && [ ! -s err ]
}
check "gnuplot warns of nothing" silent_pictures
# The frames of the panels in the picture of 3 word lines and 9 bit lines: their left, top, right and bottom edges in pixels.
equal_panels() {
    printf '#........\n#.#.#.#.#\n........#\n' >wide.txt &&
        syn crossbar write --pattern wide.txt -o wide.state --plot wide.svg >/dev/null &&
        sed -n "s/.* d='M\([0-9.]*\),\([0-9.]*\) L[0-9.]*,\([0-9.]*\) L\([0-9.]*\),.* Z .*/\1 \2 \4 \3/p" wide.svg >frames &&
        awk '$3 - $1 > 100 && !seen[$1]++ { print; n++
            if (n == 1) { width = $3 - $1; top = $2; bottom = $4 }
            if (($3 - $1 - width) ^ 2 + ($2 - top) ^ 2 + ($4 - bottom) ^ 2 > 0.1) bad++ }
            END { exit n != 3 || bad > 0 }' frames
}
check "the three panels have one size and one height" equal_panels

# refuses MESSAGE ARGUMENT...: status 1 or 2, the message on stderr, nothing on stdout.
refuses() {
    message=$1
    shift
    syn "$@" >out 2>err
    status=$?
    cat out err
    { [ $status -eq 1 ] || [ $status -eq 2 ]; } && [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] && grep -q -F -- "$message" err
}
refuses_case() {
    printf '%s' "$2" >bad.json
    refuses "$1" crossbar solve bad.json
}
check "a syntax error is located" refuses_case "bad.json:1: " '{"rows":2,}'
check "a missing file is named" refuses "none.json: cannot read" crossbar solve none.json
check "no object is refused" refuses_case "root: expected an object, found an array" '[1]'
check "an unknown field is refused" refuses_case 'found "row"' '{"row":2,"rows":1,"cols":1}'
check "a count is checked" refuses_case "rows: expected an integer in [1, 1048576], found a number outside" '{"rows":0,"cols":1}'
check "a list's length is checked" refuses_case "left.r: expected 2 numbers, found 1" '{"rows":2,"cols":1,"left":{"r":[1]}}'
check "a list's element is located" refuses_case "left.r[1]: expected a number, found a string" '{"rows":2,"cols":1,"left":{"r":[1,"x"]}}'
check "a voltage cannot be null where an end is driven" refuses_case "left.v" '{"rows":1,"cols":1,"left":{"r":1,"v":["x"]},"cells":{"g":[[1]]}}'
check "a negative resistance is refused" refuses_case "left: -1 ohm at line 0 is not >= 0" '{"rows":1,"cols":1,"left":{"r":-1},"cells":{"g":[[1]]}}'
check "cells are wanted" refuses_case "cells: expected an object, found none" '{"rows":1,"cols":1}'
check "only one kind of cells is taken" refuses_case "cells: expected one of r, g and state, found 2" '{"rows":1,"cols":1,"cells":{"g":[[1]],"r":[[0]]}}'
check "a matrix's row is located" refuses_case "cells.g[1]: expected 2 numbers, found 1" '{"rows":2,"cols":2,"cells":{"g":[[1,1],[1]]}}'
check "a number does not stand for a row of cells" refuses_case "cells.r[1]: expected an array of 2 numbers, found a number" '{"rows":2,"cols":2,"cells":{"r":[[0.5,0.5],0.5]}}'
check "a negative conductance is located" refuses_case "g: -1 S at row 0, column 1 is not finite and >= 0" '{"rows":1,"cols":2,"cells":{"g":[[1,-1]]}}'
check "a state outside is located" refuses_case "r: 2 at row 0, column 0 is outside [-1, 1]" '{"rows":1,"cols":1,"cells":{"r":[[2]]}}'
check "a state file of another size is refused" refuses_case "16 cells are not the 1 x 2 of the crossbar" '{"rows":1,"cols":2,"cells":{"state":"a.state"}}'
check "a wire between two sources without any resistance is refused" refuses_case "joins its two terminals" '{"rows":1,"cols":1,"left":{"r":0},"right":{"r":0},"cells":{"g":[[1]]}}'
check "crossbar wants a second word" refuses '"synaptogen crossbar solve"' crossbar
check "crossbar refuses an unknown second word" refuses 'found "sove"' crossbar sove
check "write wants an output" refuses "--output: expected a file name" crossbar write --pattern pattern.txt
check "write wants a shape" refuses "--rows: expected a number" crossbar write -o x.state
check "write refuses a pattern and targets" refuses "--targets: expected no --pattern" crossbar write --targets t.csv --pattern pattern.txt -o x.state
check "write refuses another kind of picture" refuses "--plot: expected a name" crossbar write --pattern pattern.txt -o x.state --plot p.gif
check "read refuses two kinds of reads" refuses "expected one of --voltages, --each-row and --sneak" crossbar read a.state --sneak --each-row
check "read wants a voltage for each word line" refuses "expected 4 voltages in each row" crossbar read a.state --voltages t.csv

# 2 x 3 conductances between wires, 40 inputs at once, against the solution of each input by itself.
printf '1e-3,2e-3,5e-4\n3e-4,1e-3,4e-3\n' >own.csv
awk 'BEGIN { for (k = 0; k < 40; k++) printf "%g,%g\n", 0.01 * k, 0.3 - 0.02 * k }' >inputs.csv
inputs() {
    syn crossbar read own.csv --voltages inputs.csv --r-wl 20 --r-bl 30 --driver 5 --sense 7 -o all.csv &&
        for k in 1 17 40; do
            v=$(sed -n ${k}p inputs.csv)
            echo '{"rows":2,"cols":3,"r_wl":20,"r_bl":30,"left":{"r":5,"v":['$v']},"bottom":{"r":7},"cells":{"g":[[1e-3,2e-3,5e-4],[3e-4,1e-3,4e-3]]}}' |
                syn crossbar solve - >single.json && values bottom <single.json | tr '\n' ' ' && sed -n ${k}p all.csv | tr , ' '
        done | awk '{ for (j = 1; j <= 3; j++) if (($j + $(j + 3)) ^ 2 > (2e-7 * $j) ^ 2 + 1e-30) bad++; n++ } END { exit !(n == 3 && !bad) }'
}
check "many inputs of one's own conductances give the currents of each input" inputs
# The same from files, through `crossbar solve`; the voltages of the top are those of all inputs. Numbers of files are floats.
cat >batch.json <<'END'
{"rows":2,"cols":3,"r_wl":20,"r_bl":30,"left":{"r":5,"v":"inputs.csv"},"top":{"r":[null,9,null],"v":0.05},"bottom":{"r":7},"cells":{"g":"own.csv"}}
END
from_files() {
    syn crossbar solve batch.json --side bottom -o bottom.csv && syn crossbar solve batch.json >batch.out && [ "$(wc -l <bottom.csv)" -eq 40 ] &&
        for k in 1 17 40; do
            sed 's/"inputs.csv"/['$(sed -n ${k}p inputs.csv)']/' batch.json | syn crossbar solve - >single.json && values bottom <single.json | tr '\n' ' ' &&
                sed -n ${k}p bottom.csv | tr , ' ' | tr '\n' ' ' && sed -n '/"bottom"/s/.*"i":\[\[//p' batch.out | sed 's/\]\]}.*//; s/\],\[/\n/g' | sed -n ${k}p | tr , ' '
        done | awk '{ for (j = 1; j <= 3; j++) if (NF != 9 || ($j - $(j + 3)) ^ 2 > (2e-7 * $j) ^ 2 + 1e-30 || ($j - $(j + 6)) ^ 2 > (2e-7 * $j) ^ 2 + 1e-30) bad++; n++ } END { exit !(n == 3 && !bad) }'
}
check "solve takes voltages and conductances from files, for many inputs" from_files
# 40 inputs of one voltage and 1 GHz: 120 normals. Their mean square over the variance of syn_crossbar_noise is the library's test.
noise() {
    syn crossbar solve batch.json --side bottom --bandwidth 1e9 --seed 3 >n1.csv && syn crossbar solve batch.json --side bottom --bandwidth 1e9 --seed 3 >n2.csv &&
        syn crossbar solve batch.json --side bottom --bandwidth 1e9 --seed 3 --index 1 >n3.csv && cmp n1.csv n2.csv && differ n1.csv n3.csv &&
        paste -d, bottom.csv n1.csv | awk -F, '{ for (j = 1; j <= 3; j++) s += ($j - $(j + 3)) ^ 2 } END { s = sqrt(s / 120); print s; exit !(s > 5e-8 && s < 2e-6) }'
}
check "solve adds the noise of seed and index" noise
# `crossbar read` with the same wires, both ends: input k alone, with its own number, has the noise of input k among others.
read_noise() {
    set -- own.csv --r-wl 20 --r-bl 30 --driver 5 --sense 7 --both-ends --bandwidth 1e9
    syn crossbar read "$@" --voltages inputs.csv --index 5 >n1.csv && sed -n 17p inputs.csv >one.csv &&
        syn crossbar read "$@" --voltages one.csv --index 21 >n2.csv && syn crossbar read "$@" --voltages one.csv --index 22 >n3.csv &&
        differ n2.csv n3.csv && sed -n 17p n1.csv | paste -d, - n2.csv |
        awk -F, '{ for (j = 1; j <= 3; j++) if (($j - $(j + 3)) ^ 2 > (3e-7 * $j) ^ 2) bad++; exit !(NF == 6 && !bad) }' || return 1
    syn crossbar read "$@" --sneak 2>err
    [ $? -eq 2 ] && grep -q -e '--bandwidth: expected neither' err
}
check "read adds the noise of each input's number, to all bit lines at once alone" read_noise
printf '1,2\n3,4\n' >two.csv
wrong_files() {
    sed 's/"v":0.05/"v":"two.csv"/' batch.json >bad.json; syn crossbar solve bad.json 2>err; [ $? -eq 1 ] && grep -q 'two.csv: expected 3 voltages in each row' err &&
        { sed 's/own.csv/two.csv/' batch.json | syn crossbar solve - 2>err; [ $? -eq 1 ]; } && grep -q 'two.csv: expected 2 x 3 cells, found 2 x 2' err &&
        { sed 's/"r":7}/"r":7,"v":"own.csv"}/' batch.json | syn crossbar solve - 2>err; [ $? -eq 1 ]; } && grep -q 'own.csv: expected 40 rows' err &&
        { syn crossbar solve batch.json --ports 2>err; [ $? -eq 2 ]; } && grep -q -e '--ports: expected one input' err
}
check "files of another shape are refused, and what many inputs do not have" wrong_files
check "conductances take no parameter file" sh -c '"$SYNAPTOGEN" crossbar read own.csv --params x.json 2>err; [ $? -eq 2 ] && grep -q -e "--params: expected a state file" err'
negative() { printf '1e-3,-1\n' >bad.csv; syn crossbar read bad.csv 2>err; [ $? -eq 1 ] && grep -q 'bad.csv:1:6: expected a conductance' err; }
check "a negative conductance is refused with its place" negative
finish
