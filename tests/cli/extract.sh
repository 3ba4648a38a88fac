#!/bin/sh
# SPDX-License-Identifier: MIT
# The command extract on records unlike those of the project: what it says of them, and its picture.
. "$srcdir/tests/support/tap.sh"
syn() { "$SYNAPTOGEN" "$@"; }
cd "$tmp" || exit 99
syn iv --cells 3 --cycles 10 --start stationary --seed 4 -o plain.csv
syn extract plain.csv -o expected.csv 2>err

# changed AWK-PROGRAM: the record with another voltage and current.
changed() { awk -F, -v OFS=, -v CONVFMT=%.17g -v OFMT=%.17g "NR > 1 { $1 } { print }" plain.csv >changed.csv; }
# The same figures and words as of the plain record: U to half a microvolt, R to 1e-6.
same() {
    syn extract changed.csv "$@" -o found.csv 2>err || { cat err; return 1; }
    awk -F, 'function off(a, b) { return a == "" ? b != "" : b == "" || (a - b) ^ 2 > (2e-6 * b) ^ 2 }
        NR == FNR { for (k = 1; k <= 10; k++) t[FNR, k] = $k; n = FNR; next }
        FNR > 1 { for (k = 3; k <= 6; k++) bad += off($k, t[FNR, k]); for (k = 7; k <= 10; k++) bad += $k != t[FNR, k] }
        END { print n, FNR, bad + 0; exit !(n == FNR && !bad) }' expected.csv found.csv
}
says() { grep -q -e "$1" err || { cat err; return 1; }; }

positive() { changed '$3 = -$3; $4 = -$4' && same && says '^positive voltages SET: voltages and currents change their signs$'; }
check "a record whose positive voltages SET gives the same figures, and extract says so" positive
given() { changed '$3 = -$3; $4 = -$4' && same --polarity positive && ! grep -q 'positive voltages' err; }
check "a polarity that is given is not reported" given
wrong() { syn extract plain.csv --polarity positive -o found.csv 2>err && says '^30 cycles of 3 cells, 0 with all four figures$'; }
check "a wrong polarity gives no figures" wrong
electrode() { changed '$4 = -$4' && same && says 'opposite sign: it is turned$'; }
check "the current of the other electrode is turned" electrode
absolute() { changed '$4 = $4 < 0 ? -$4 : $4' && same && says '^|current| was recorded'; }
check "|current| gets the sign of the voltage" absolute
silent() { syn extract plain.csv -o found.csv 2>err && [ "$(sed -n 1p err)" = "30 cycles of 3 cells, 27 with all four figures" ]; }
check "of a record in the form of the project nothing is said" silent

# 5 V against 1.2 V: at a seventh of the far end the near side has SET.
uneven() {
    syn iv --cells 2 --cycles 6 --start stationary --seed 4 --u-min -1.2 --u-max 5 --points 800 -o uneven.csv &&
        syn extract uneven.csv -o found.csv 2>err && ! grep offset err && syn sample --cells 2 --cycles 6 --start stationary --seed 4 >truth.csv &&
        awk -F, 'NR == FNR { r[$1, $2] = $6; next }
            FNR > 1 { n++; if (($5 - r[$1, $2]) ^ 2 > 25) bad++ } END { print n, bad + 0; exit !(n == 12 && !bad) }' truth.csv found.csv
}
check "ramps of different length show no offset that is not there" uneven
# The offset of each sweep is known to 1e-8 A, a hundredth of the current in HRS; an HRS of 3e5 ohm is below that noise.
wanders() {
    changed '$4 = $4 + 3e-7 * $2' && syn extract changed.csv -o found.csv 2>err && says 'the offset of the current wanders by' &&
        awk -F, 'NR == FNR { for (k = 3; k <= 6; k++) t[FNR, k] = $k; next }
            FNR > 1 { for (k = 3; k <= 6; k++) if ($k != "") { n++; bad += ($k - t[FNR, k]) ^ 2 > (1e-2 * $k) ^ 2 } }
            END { print n, bad + 0; exit !(n >= 114 && !bad) }' expected.csv found.csv
}
check "an offset that wanders is taken off each sweep" wanders
# An offset of |current| has no sign: no figure of a resistance is surer than it.
unsure() {
    changed '$4 = $4 + 2e-6; if ($4 < 0) $4 = -$4' && syn extract changed.csv -o found.csv 2>err &&
        awk -F, 'NR == FNR { r[$1, $2] = $5; next }
            FNR > 1 && $5 != "" { n++; if (($5 - r[$1, $2]) ^ 2 > 25 * $13 ^ 2) bad++ } END { print n, bad + 0; exit !(n > 20 && !bad) }' expected.csv found.csv
}
check "an offset of |current| is an error of the resistances" unsure

outside() { awk -F, 'NR == 1 || $3 < 0.15' plain.csv >changed.csv && syn extract changed.csv -o found.csv 2>err && says 'choose a smaller --u0'; }
check "a read voltage outside of the sweeps is named" outside

diode() {
    awk 'BEGIN { print "cell,cycle,u,i"
        for (c = 0; c < 3; c++) for (k = 0; k <= 400; k++) { t = k <= 100 ? k : k <= 300 ? 200 - k : k - 400
            u = -t * 0.012; printf "0,%d,%g,%.9g\n", c, u, 1e-7 * (exp(8 * u) - exp(-8 * u)) / 2 } }' >diode.csv
    syn extract diode.csv -o found.csv 2>err && ! tail -n +2 found.csv | cut -d, -f3-10 | grep -q ok && says 'nothing shows which voltages SET'
}
check "a diode neither SETs nor RESETs" diode

# $1: 2 stuck loops in LRS, 1 in HRS between whole ones.
stuck() {
    awk 'BEGIN { print "cell,cycle,u,i"
        for (c = 0; c < 5; c++) for (k = 0; k <= 400; k++) { t = k <= 100 ? k : k <= 300 ? 200 - k : k - 400
            u = -t * 0.012; if (k == 0) s = 0; if (u <= -0.7) s = 1; if (u > 0.8) s = 0
            if (c == 1 || c == 2) s = 1; if (c == 3) s = 0
            printf "0,%d,%g,%.9g\n", c, u, s ? u / 2000 : u / 20000 } }' >stuck.csv
    syn extract stuck.csv -o found.csv 2>err && cut -d, -f2,7-10 found.csv >words && cat words &&
        grep -q '^1,stuck_lrs,stuck_lrs,stuck_lrs,stuck_lrs$' words && grep -q '^2,stuck_lrs,' words &&
        grep -q '^3,no_reset,stuck_hrs,stuck_hrs,stuck_hrs$' words && grep -q '^4,ok,ok,ok,ok$' words
}
check "stuck cells are told by their state" stuck

volatile() {
    awk 'BEGIN { print "cell,cycle,u,i"
        for (c = 0; c < 3; c++) for (k = 0; k <= 400; k++) { t = k <= 100 ? k : k <= 300 ? 200 - k : k - 400
            u = -t * 0.012; if (u <= -0.8) s = 1; if (u > -0.3) s = 0
            printf "0,%d,%g,%.9g\n", c, u, s ? u / 1e4 : u / 1e7 } }' >volatile.csv
    syn extract volatile.csv -o found.csv 2>err && [ "$(sed -n 3p found.csv | cut -d, -f7-10)" = ok,ok,volatile,volatile ]
}
check "a cell that loses its LRS is volatile" volatile

# The first loop of each cell goes to twice the voltage.
forming() {
    changed 'if ($2 == 0) { $3 = 2 * $3 }' && syn extract changed.csv -o found.csv 2>err &&
        [ "$(grep -c ',0,.*forming,forming,forming,forming' found.csv)" -eq 3 ] && [ "$(grep -c forming found.csv)" -eq 3 ]
}
check "first loops that go much further are forming" forming

# HRS of 1 Gohm in a noise of 1e-8 A: 2e-10 A at 0.2 V cannot be seen. The bound: two standard errors of a mean.
noisy() {
    awk 'function noise() { return sqrt(-2 * log(1 - rand())) * cos(6.283185 * rand()) }
        BEGIN { srand(3); print "cell,cycle,u,i"
        for (c = 0; c < 4; c++) for (k = 0; k <= 400; k++) { t = k <= 100 ? k : k <= 300 ? 200 - k : k - 400
            u = -t * 0.012; if (u <= -0.7) s = 1; if (u > 0.8) s = 0
            printf "0,%d,%g,%.9g\n", c, u, (s ? u / 2000 : u / 1e9) + 1e-8 * noise() } }' >noisy.csv
    syn extract noisy.csv -o found.csv 2>err && sed -n 3p found.csv &&
        [ "$(sed -n 3p found.csv | cut -d, -f3,7-10)" = ,below_noise,ok,ok,ok ] &&
        sed -n 3p found.csv | awk -F, '{ exit !($15 > 7 && $15 < 8.5 && $16 == "") }'
}
check "an HRS below the noise has a lower bound and no figure" noisy

check "a polarity is auto, negative or positive" sh -c '"$SYNAPTOGEN" extract plain.csv --polarity up 2>err; [ $? -eq 2 ] && grep -q "auto|negative|positive" err'
check "a picture is .png or .svg" sh -c '"$SYNAPTOGEN" extract plain.csv --plot loops.gif -o x.csv 2>err; [ $? -eq 2 ] && ! ls x.csv 2>/dev/null'
if command -v gnuplot >/dev/null; then
    picture() {
        syn extract "$1.csv" --plot "$1.png" -o found.csv 2>err && ! grep -i gnuplot err && tail -c 8 "$1.png" | grep -q IEND &&
            syn extract "$1.csv" --plot "$1.svg" -o again.csv 2>/dev/null && cmp found.csv again.csv && grep -q "$2" "$1.svg"
    }
    check "the picture shows the loops" picture plain best
    # The page is well formed: every element that opens closes, and the picture inside it is whole.
    page() {
        syn extract plain.csv --html page.html -o found.csv 2>notes && ! ls page.html.png 2>/dev/null &&
            grep -q '30 cycles of 3 cells' page.html && grep -q '<h1>Loops of plain.csv</h1>' page.html &&
            sed -n 's/.*base64,\([^"]*\)".*/\1/p' page.html | base64 -d | tail -c 8 | grep -q IEND &&
            for e in html head body h1 h2 pre p title style; do
                [ "$(grep -o "<$e[ >]" page.html | wc -l)" -eq "$(grep -o "</$e>" page.html | wc -l)" ] || return 1
            done
    }
    check "the page of extract holds what was seen, the words and the picture" page
    alone() {
        mkdir alone && echo mine >alone/page.html.png && syn extract plain.csv --html alone/page.html -o found.csv 2>/dev/null &&
            [ "$(cat alone/page.html.png)" = mine ] && [ "$(ls alone | wc -l)" -eq 2 ]
    }
    check "the page leaves other files alone, and none of its own" alone
    check "the picture of loops without figures is complete" picture diode no_set
    check "the picture shows stuck cells" picture stuck stuck_lrs
else
    skip "the picture shows the loops" "no gnuplot"
fi
finish
