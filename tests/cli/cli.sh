#!/bin/sh
# SPDX-License-Identifier: MIT
# The command `synaptogen`: what it prints, what it refuses, and how it ends.
# SYNAPTOGEN names the program, by default the one in the working directory.
srcdir=${srcdir:-.}
. "$srcdir/tests/support/tap.sh"
program=${SYNAPTOGEN:-$(pwd)/synaptogen}
parameters=$srcdir/params/hfo2-1t1r.json

syn() { "$program" "$@"; }
body() { tail -n +2; }
same() { # FILE FILE
    test -s "$1" && cmp "$1" "$2"
}

# The published state machine, literally, on the features that `sample` prints: the second route to whatever
# `pulse` and `iv` compute. Reads those features, then rows whose third column is a voltage, and appends to each row
# what it predicts.
cat >"$tmp/model.awk" <<'AWK'
function chord(c, n, u,   j, g) {
    if (u > 1.1 * umax) u = 1.1 * umax
    if (u < -1.1 * umax) u = -1.1 * umax
    for (j = n; j >= 2; j--) g = g * u + c[j]
    return g
}
function current(r, u) { return u * ((1 - r) * chord(cl, nl, u) + r * chord(ch, nh, u)) }
function state(R) { return (chord(cl, nl, u0) - 1 / R) / (chord(cl, nl, u0) - chord(ch, nh, u0)) }
function apply(u,   it) {
    if (mode != "LRS" && u <= y[cell, n, "us"]) {
        r = state(y[cell, n, "rl"]); ur = y[cell, n, "ur"]; mode = "LRS"
    } else if (mode != "HRS" && u > ur) {
        if (mode == "LRS") {
            x1 = ur; y1 = current(r, x1); n++
            y2 = current(state(10 ^ y[cell, n, "rh"]), umax)
        }
        if (u >= umax) {
            r = state(10 ^ y[cell, n, "rh"]); mode = "HRS"; ur = umax
        } else {
            it = y2 + (y1 - y2) * ((umax - u) / (umax - x1)) ^ eta
            r = (it - u * chord(cl, nl, u)) / (u * chord(ch, nh, u) - u * chord(cl, nl, u)); ur = u; mode = "IRS"
        }
    }
}
BEGIN { FS = ","; nl = split(llrs, cl, /, */); nh = split(hhrs, ch, /, */) }
FNR == 1 { file++; next }
file == 1 { y[$1, $2, "rh"] = $4; y[$1, $2, "us"] = $5; y[$1, $2, "rl"] = $6; y[$1, $2, "ur"] = $7; next }
$1 != cell || FNR == 2 { cell = $1; n = 0; mode = "HRS"; r = state(10 ^ y[cell, 0, "rh"]) }
{ apply($3); printf "%s,%s,%d,%.17g,%s,%.17g\n", $0, mode, n, r, mode == "HRS" ? "" : sprintf("%.17g", ur), current(r, $3) }
AWK
figure() { sed -n "s/.*\"$1\": \[*\([^]]*[0-9]\)\]*,*\$/\1/p" "$parameters"; }
model() { # FEATURES ROWS
    awk -v llrs="$(figure llrs)" -v hhrs="$(figure hhrs)" -v u0="$(figure u0)" -v umax="$(figure u_max)" \
        -v eta="$(figure eta)" -f "$tmp/model.awk" "$1" "$2"
}
# Both routes are double arithmetic that loses at most three digits by cancellation, far from 1e-11; ten printed
# digits would not pass.
far='function far(a, b) { return a - b > 1e-11 * (b < 0 ? -b : b) || b - a > 1e-11 * (b < 0 ? -b : b) }'

version_is_one_line() { test "$(syn --version | grep -c '^synaptogen [0-9][0-9.]*$')" = 1; }
check '--version prints name and version' version_is_one_line

helps() { # SUBCOMMAND WORD...
    subcommand=$1
    syn "$1" --help >"$tmp/help" 2>"$tmp/err" || return 1
    shift
    test ! -s "$tmp/err" || return 1
    for word in --seed --params --order --output --help "$@"; do
        grep -q -e "$word" "$tmp/help" || { echo "no $word in the help of $subcommand"; return 1; }
    done
}
check 'info --help lists the common options' helps info
check 'sample --help lists options and columns' helps sample --cells --cycles --first --name --start \
    cell,cycle,component,log10_r_hrs,u_set,r_lrs,u_reset
check 'pulse --help lists options and columns' helps pulse --cells --voltages --first --name --start --init --r-init \
    cell,pulse,u,mode,n,r,ur,i
check 'iv --help lists options and columns' helps iv --cells --cycles --u-min --u-max --points --plot --first --name \
    --start cell,cycle,u,i
check '--help without a subcommand names every subcommand' sh -c \
    '"$1" --help | grep -E -c "^  (info|sample|pulse|iv) " | grep -qx 4' sh "$program"

syn sample --cells 30 --cycles 7 --first 5 --seed 3 >"$tmp/sample"
sample_has_one_row_per_cell_and_cycle() {
    awk -F, 'NR == 1 { if ($0 != "cell,cycle,component,log10_r_hrs,u_set,r_lrs,u_reset") exit 1; next }
        $1 != 5 + int((NR - 2) / 7) || $2 != (NR - 2) % 7 || NF != 7 { print; exit 1 }
        $3 !~ /^[012]$/ || !($5 < 0) || !($6 >= 1000) || !($7 > 0) { print; exit 1 }
        END { if (NR != 211) exit 1 }' "$tmp/sample"
}
check 'sample prints its header and one row per cell and cycle, cell-major' sample_has_one_row_per_cell_and_cycle

split_is_invisible() {
    { syn sample --cells 12 --cycles 7 --first 5 --seed 3; syn sample --cells 18 --cycles 7 --first 17 --seed 3 | body
    } >"$tmp/parts" && same "$tmp/sample" "$tmp/parts"
}
check 'a cell is the same device however a range of cells is split' split_is_invisible

shorter_run_is_a_prefix() {
    awk -F, 'NR == 1 || $2 < 3' "$tmp/sample" >"$tmp/prefix"
    syn sample --cells 30 --cycles 3 --first 5 --seed 3 >"$tmp/short" && same "$tmp/prefix" "$tmp/short"
}
check 'the first cycles do not depend on how many follow' shorter_run_is_a_prefix

seeds_differ() {
    syn sample --cells 30 --cycles 7 --first 5 --seed 4 | body | cut -d, -f4- >"$tmp/other"
    body <"$tmp/sample" | cut -d, -f4- >"$tmp/rows"
    test "$(wc -l <"$tmp/other")" = 210 && lacks "$tmp/rows" -F -x -f "$tmp/other"
}
check 'another seed shares no row' seeds_differ

default_set_is_the_file() {
    syn sample --cells 30 --cycles 7 --first 5 --seed 3 --order 10 --params "$parameters" >"$tmp/file" &&
        same "$tmp/sample" "$tmp/file"
}
check 'the built-in set is params/hfo2-1t1r.json at order 10' default_set_is_the_file

start_changes_history_only() {
    syn sample --cells 30 --cycles 7 --first 5 --seed 3 --start stationary >"$tmp/warm"
    cut -d, -f1-3 "$tmp/sample" >"$tmp/a"
    cut -d, -f1-3 "$tmp/warm" >"$tmp/b"
    cut -d, -f4- "$tmp/warm" | body >"$tmp/rows"
    same "$tmp/a" "$tmp/b" && test "$(wc -l <"$tmp/rows")" = 210 && lacks "$tmp/sample" -F -f "$tmp/rows"
}
check 'a stationary start is the same device with another history' start_changes_history_only

orders_differ() {
    syn sample --cells 30 --cycles 7 --first 5 --seed 3 --order 1 | body | cut -d, -f4- >"$tmp/other"
    test "$(wc -l <"$tmp/other")" = 210 && lacks "$tmp/sample" -F -f "$tmp/other"
}
check 'another order is another process' orders_differ

# 64-bit FNV-1a and the finaliser of MurmurHash3 in the shell's own wrapping 64-bit integers.
hash() {
    h=-3750763034362895579
    text=$1
    while [ -n "$text" ]; do
        rest=${text#?}
        h=$(((h ^ $(printf '%d' "'${text%"$rest"}")) * 1099511628211))
        text=$rest
    done
    h=$(((h ^ ((h >> 33) & 2147483647)) * -49064778989728563))
    h=$(((h ^ ((h >> 33) & 2147483647)) * -4265267296055464877))
    printf '%u' $((h ^ ((h >> 33) & 2147483647)))
}
name_is_a_hashed_cell() {
    syn sample --first "$(hash a.x1.acell)" --cycles 4 --seed 9 >"$tmp/number" &&
        syn sample --name a.x1.acell --cycles 4 --seed 9 >"$tmp/name" &&
        syn sample --name A.X1.ACell --cells 1 --cycles 4 --seed 9 >"$tmp/upper" &&
        same "$tmp/number" "$tmp/name" && same "$tmp/number" "$tmp/upper" &&
        test "$(tail -n 1 "$tmp/name" | cut -d, -f1,2)" = "$(hash a.x1.acell),3"
}
check '--name is the cell with the hash of the lower-case name' name_is_a_hashed_cell

# 80 multiples of 10 mV in [-1.6, 2.2], every eighth a strong SET or RESET, from the Lehmer generator 16807.
awk 'BEGIN { x = 7; for (k = 0; k < 80; k++) { x = x * 16807 % 2147483647
    print k % 16 == 0 ? -1.5 : k % 16 == 8 ? 1.5 : int(x / 2147483647 * 381) / 100 - 1.6 } }' >"$tmp/volts"
syn pulse --cells 25 --voltages "$tmp/volts" --first 100 --seed 6 >"$tmp/pulse"
syn sample --cells 25 --cycles 81 --first 100 --seed 6 >"$tmp/features"

pulse_has_one_row_per_cell_and_pulse() {
    awk -F, 'FILENAME == ARGV[1] { u[NR - 1] = $1; next }
        FNR == 1 { if ($0 != "cell,pulse,u,mode,n,r,ur,i") exit 1; next }
        $1 != 100 + int((FNR - 2) / 80) || $2 != (FNR - 2) % 80 || $3 != u[$2] || NF != 8 { print; exit 1 }
        END { if (FNR != 2001) exit 1 }' "$tmp/volts" "$tmp/pulse"
}
check 'pulse prints its header and one row per cell and pulse, cell-major' pulse_has_one_row_per_cell_and_pulse

pulses_follow_the_model() {
    model "$tmp/features" "$tmp/pulse" >"$tmp/predicted"
    awk -F, "$far"'{ seen[$4]++ }
        $4 != $9 || $5 != $10 || ($7 == "") != ($12 == "") { print; exit 1 }
        far($6, $11) || far($7, $12) || far($8, $13) { print; exit 1 }
        END { if (NR != 2000 || seen["HRS"] < 100 || seen["LRS"] < 100 || seen["IRS"] < 100) exit 1 }' \
        "$tmp/predicted"
}
check 'mode, n, r, ur and i after each pulse are those of the model' pulses_follow_the_model

threshold_is_empty_in_hrs_only() { body <"$tmp/pulse" | awk -F, '($4 == "HRS") != ($7 == "") { print; exit 1 }'; }
check 'ur is empty in HRS and only there' threshold_is_empty_in_hrs_only

comments_are_ignored() {
    printf '# a read\n\n 0.2 # V\r\n\t-1.5\n' | syn pulse --voltages - >"$tmp/a"
    printf '0.2\n-1.5' >"$tmp/two"
    syn pulse --voltages "$tmp/two" >"$tmp/b"
    same "$tmp/a" "$tmp/b" && test "$(wc -l <"$tmp/a")" = 3
}
check 'blank lines, comments and surrounding blanks in a voltage file are ignored' comments_are_ignored

# At u0 = 0.2 V a cell of resistance R carries 0.2 V / R.
start_resistance_is_read_back() { # OHM MODE
    printf '0.2\n' | syn pulse --voltages - --cells 5 --r-init "$1" | body | awk -F, -v ohm="$1" -v mode="$2" \
        "$far"'$4 != mode || far($8, 0.2 / ohm) { print; exit 1 } END { if (NR != 5) exit 1 }'
}
check '--r-init 20000 starts between LRS and HRS' start_resistance_is_read_back 20000 IRS
check '--r-init 3000 starts in LRS' start_resistance_is_read_back 3000 LRS
check '--r-init 1e7 starts in HRS' start_resistance_is_read_back 1e7 HRS
check '--r-init overrides --init' sh -c 'echo 0.2 | "$1" pulse --voltages - --r-init 1e7 --init lrs | grep -q ,HRS,' \
    sh "$program"

lrs_start_is_a_set() {
    printf '0\n' | syn pulse --voltages - --cells 5 --init lrs | cut -d, -f1,4-7 >"$tmp/a"
    printf -- '-10\n' | syn pulse --voltages - --cells 5 | cut -d, -f1,4-7 >"$tmp/b"
    same "$tmp/a" "$tmp/b" && grep -q LRS "$tmp/a"
}
check '--init lrs is the state after a SET of cycle 0' lrs_start_is_a_set

syn iv --cells 4 --cycles 3 --first 40 >"$tmp/iv"
syn sample --cells 4 --cycles 4 --first 40 >"$tmp/features"
loops_have_their_corners() { # FILE STEPS_DOWN STEPS_UP U_MIN U_MAX
    body <"$1" | awk -F, -v a="$2" -v b="$3" -v low="$4" -v high="$5" '
        { k = (NR - 1) % (2 * a + 2 * b) + 1
          u = k <= a ? low * k / a : k <= 2 * a ? low * (2 * a - k) / a : \
              k <= 2 * a + b ? high * (k - 2 * a) / b : high * (2 * a + 2 * b - k) / b
          if ($3 - u > 1e-12 || u - $3 > 1e-12) { print k, u, $0; exit 1 } }
        k == a && $3 != low || k == 2 * a && $3 != 0 || k == 2 * a + b && $3 != high || \
            k == 2 * a + 2 * b && ($3 != 0 || $4 != 0) { print; exit 1 }'
}
loop_is_complete() {
    test "$(head -n 1 "$tmp/iv")" = cell,cycle,u,i &&
        awk -F, 'NR > 1 { rows[$1, $2]++ } END { for (k in rows) { n++; if (rows[k] != 200) exit 1 } exit n != 12 }' \
            "$tmp/iv"
}
check 'iv prints its header and 200 points for each cell and cycle' loop_is_complete
check 'a loop steps evenly through -1.5, 0, 1.5 and 0 V, corners exact' loops_have_their_corners "$tmp/iv" 50 50 -1.5 1.5
syn iv --cycles 2 --u-min -1.25 --u-max 2 --points 26 >"$tmp/uneven"
check 'the points are shared by voltage when the ramps differ' loops_have_their_corners "$tmp/uneven" 5 8 -1.25 2

loops_follow_the_model() {
    model "$tmp/features" "$tmp/iv" >"$tmp/predicted"
    awk -F, "$far"'{ last[$5]++ } far($4, $9) { print; exit 1 }
        END { if (NR != 2400 || last["HRS"] < 100 || last["LRS"] < 100 || last["IRS"] < 100) exit 1 }' "$tmp/predicted"
}
check 'the current along the loops is that of the model' loops_follow_the_model

png_is_drawn() {
    syn iv --cells 3 --cycles 2 --plot "$tmp/loops.png" >"$tmp/a" 2>"$tmp/err" && syn iv --cells 3 --cycles 2 >"$tmp/b" &&
        test ! -s "$tmp/err" && same "$tmp/a" "$tmp/b" &&
        test "$(od -An -tx1 -N8 "$tmp/loops.png" | tr -d ' \n')" = 89504e470d0a1a0a
}
svg_has_its_panels() { # CELLS PANELS TITLE
    syn iv --cells "$1" --points 20 --plot "$tmp/loops.svg" -o "$tmp/a" && tail -n 3 "$tmp/loops.svg" | grep -q '</svg>' &&
        test "$(grep -c '>cell [0-9]*<' "$tmp/loops.svg")" = "$2" && grep -q "$3" "$tmp/loops.svg"
}
name_is_shown_as_it_is() {
    syn iv --name "a.x_1.it's" --points 20 --plot "$tmp/name.svg" -o "$tmp/a" && grep -q "a.x_1.it" "$tmp/name.svg"
}
if command -v gnuplot >/dev/null 2>&1; then
    check '--plot draws a PNG and leaves the data as they are' png_is_drawn
    check 'an SVG has one labelled panel per cell' svg_has_its_panels 3 3 '3 cells × 1 cycle'
    check 'of many cells the first 64 are drawn, and the title says so' svg_has_its_panels 70 64 'the first 64 cells'
    check 'an instance name with quote and underscore labels its panel' name_is_shown_as_it_is
else
    skip 'pictures' 'gnuplot is missing'
fi

without_gnuplot() {
    mkdir "$tmp/bin"
    (IFS=:; for folder in $PATH; do ln -s "$folder"/* "$tmp/bin" 2>/dev/null; done; rm -f "$tmp"/bin/gnuplot*)
    PATH=$tmp/bin "$program" iv --cells 3 --cycles 2 --plot "$tmp/none.png" >"$tmp/a" 2>"$tmp/err"
    test $? = 1 || return 1
    syn iv --cells 3 --cycles 2 >"$tmp/b"
    cat "$tmp/err"
    same "$tmp/a" "$tmp/b" && test "$(wc -l <"$tmp/err")" = 1 && grep -q 'none.png: no picture: gnuplot is missing' \
        "$tmp/err" && test ! -e "$tmp/none.png"
}
check 'without gnuplot the data are complete, one line says why there is no picture, and the status is 1' without_gnuplot

failing_gnuplot() { # that dies before it has read everything
    mkdir "$tmp/fake" && printf '#!/bin/sh\nexit 3\n' >"$tmp/fake/gnuplot" && chmod +x "$tmp/fake/gnuplot"
    PATH=$tmp/fake:$PATH "$program" iv --cells 30 --cycles 10 --plot "$tmp/none.png" >"$tmp/a" 2>"$tmp/err"
    test $? = 1 || return 1
    cat "$tmp/err"
    test "$(wc -l <"$tmp/a")" = 60001 && test "$(wc -l <"$tmp/err")" = 1 && grep -q 'none.png: no picture: ' "$tmp/err" &&
        test "$(ls "$tmp" | grep -c none)" = 0
}
check 'a gnuplot that fails costs the picture, not the data' failing_gnuplot

# Info: exact figures of the published set: spectral radius, R_LLRS, R_HHRS, and pooled standard deviations.
info_states_the_set() {
    syn info >"$tmp/info" || return 1
    for words in hfo2-1t1r 0.967709 '3716.82 ohm' '-30091' '30.5 cycles' '1 2 3 4 5 6 7 8 9 10' 'u0  *0.2 V' \
        'u_max  *1.46 V' 3.0567 'MIT' '10.1109/TED.2024.3427616' 0.48373 0.47422 0.04204 ' 0.2031 ' ' 0.07726 ' ' 265.3 ' \
        ' 0.04924 '; do
        grep -q -e "$words" "$tmp/info" || { echo "no $words"; return 1; }
    done
}
check 'info states the published figures' info_states_the_set
check 'info --order 1 uses order 1' sh -c '"$1" info --order 1 | grep -q "order used  *1$"' sh "$program"

# 20000 stationary cells: the number of draws below a quantile q of info is binomial; gate at 5 standard deviations,
# plus 2 % of n p (1-p) for the rounding of the printed q.
quantiles_hold_for_draws() { # COLUMN LABEL
    syn sample --cells 20000 --start stationary --seed 11 | body | awk -F, -v column="$1" -v q="$(
        awk -v label="$2" 'index($0, label) == 3 && NF >= 7 { print $(NF - 5), $(NF - 4), $(NF - 3); exit }' "$tmp/info")" '
        BEGIN { split(q, limit, " "); split("0.5 0.01 0.99", p, " ") }
        { for (k = 1; k <= 3; k++) below[k] += $column < limit[k] }
        END { for (k = 1; k <= 3; k++) { d = below[k] - NR * p[k]; v = NR * p[k] * (1 - p[k])
            if (NR != 20000 || (d < 0 ? -d : d) > 5 * sqrt(v) + 0.02 * v) { print p[k], limit[k], below[k]; exit 1 } } }'
}
check 'median, 1 % and 99 % of R_HRS in info hold for draws' quantiles_hold_for_draws 4 'log10(R_HRS/ohm)'
check 'median, 1 % and 99 % of U_S in info hold for draws' quantiles_hold_for_draws 5 'U_S [V]'
check 'median, 1 % and 99 % of R_LRS in info hold for draws' quantiles_hold_for_draws 6 'R_LRS [ohm]'
check 'median, 1 % and 99 % of U_R in info hold for draws' quantiles_hold_for_draws 7 'U_R [V]'

output_is_the_same_text() {
    (umask 027; syn sample --cells 30 --cycles 7 --first 5 --seed 3 -o "$tmp/out") >"$tmp/log2" && test ! -s "$tmp/log2" &&
        same "$tmp/sample" "$tmp/out" && ls -l "$tmp/out" | grep -q '^-rw-r-----' && test -z "$(ls "$tmp" | grep 'out\.')"
}
check '-o writes what standard output would get, with the rights of any new file' output_is_the_same_text

old_file_survives_a_failure() { # the limit makes writing fail half-way, like a full disk
    echo old >"$tmp/kept"
    (trap '' XFSZ; ulimit -f 1; exec "$program" sample --cells 10000 -o "$tmp/kept") 2>"$tmp/err"
    test $? = 1 && test "$(cat "$tmp/kept")" = old && test "$(ls "$tmp" | grep -c kept)" = 1 &&
        grep -q "^synaptogen: .*kept: cannot write: " "$tmp/err"
}
check 'a write error leaves the old file and no other' old_file_survives_a_failure

link_stays_a_link() {
    echo old >"$tmp/target" && ln -s target "$tmp/link" && syn sample -o "$tmp/link" && test -L "$tmp/link" &&
        syn sample >"$tmp/a" && same "$tmp/a" "$tmp/target"
}
check '-o follows a symbolic link' link_stays_a_link

head_ends_quietly() {
    syn sample --cells 1000000000 2>"$tmp/err" | head -n 2 >"$tmp/a"
    test "$(wc -l <"$tmp/a")" = 2 && test ! -s "$tmp/err"
}
check 'a reader that leaves ends the command at once and quietly' head_ends_quietly

refused() { # STATUS PATTERN ARGUMENT...: nothing on standard output, one line on stderr
    expected=$1 pattern=$2
    shift 2
    syn "$@" </dev/null >"$tmp/out" 2>"$tmp/err"
    status=$?
    cat "$tmp/err"
    test $status = "$expected" && test ! -s "$tmp/out" && test "$(wc -l <"$tmp/err")" = 1 &&
        grep -q -e "^synaptogen: $pattern" "$tmp/err"
}
check 'no subcommand is a usage error' refused 2 'expected a subcommand'
check 'an unknown subcommand is named' refused 2 '.*"simulate"' simulate
check 'an unknown option is named' refused 2 '.*"--cell-count"' sample --cell-count 3
check 'an unknown letter is named' refused 2 '.*"-q"' sample -q
check 'an option of another subcommand is refused' refused 2 '.*"--voltages"' sample --voltages -
check 'a stray word is named' refused 2 '.*"12"' sample 12
check 'a missing value is reported' refused 2 '--cells: .*found none' sample --cells
check 'zero cells are refused with the range' refused 2 '--cells: .*\[1, 1000000000000\], found "0"' sample --cells 0
check 'a negative count is refused' refused 2 '--cycles: .*found "-3"' sample --cycles -3
check 'a count with a tail is refused' refused 2 '--cells: .*found "10k"' sample --cells 10k
check 'a seed of 2^64 is refused with the range' refused 2 \
    '--seed: .*\[0, 18446744073709551615\], found "18446744073709551616"' sample --seed 18446744073709551616
check 'the largest seed and the last cell exist' sh -c \
    '"$1" sample --seed 18446744073709551615 --first 18446744073709551615 | grep -q "^18446744073709551615,0,"' sh "$program"
check 'cells beyond 2^64 are refused' refused 2 '--first: .*found 18446744073709551615' sample --cells 2 --first \
    18446744073709551615
check 'order 11 is refused with the range' refused 2 '--order: .*\[1, 10\], found "11"' info --order 11
check 'an unknown start is refused with the choices' refused 2 '--start: .*cold|stationary, found "hot"' sample --start hot
check 'several cells cannot have one name' refused 2 '--cells: .*found 2' sample --name a.x1 --cells 2
check 'a named cell has no number' refused 2 '--first: .*found 3' iv --name a.x1 --first 3
check 'pulse needs its voltages' refused 2 '--voltages: ' pulse
check 'a resistance below the range is refused' refused 2 '--r-init: 5 ohm .*\[1000, 1e+12\]' pulse --voltages - --r-init 5
check 'a positive --u-min is refused with the range' refused 2 '--u-min: .*\[-10, -0.001\], found "1"' iv --u-min 1
check 'a NaN voltage is refused' refused 2 '--u-max: .*found "nan"' iv --u-max nan
check 'a voltage with a unit is refused' refused 2 '--u-min: .*found "-1V"' iv --u-min -1V
check 'an odd number of points is refused' refused 2 '--points: .*even.*found 201' iv --points 201
check 'a picture of unknown kind is refused' refused 2 '--plot: .*"x.gif"' iv --plot x.gif
check 'a missing parameter file is named' refused 1 '.*/none.json: ' info --params "$tmp/none.json"
check 'a missing voltage file is named' refused 1 '.*/none: cannot read: ' pulse --voltages "$tmp/none"
check 'a folder is no voltage file' refused 1 '.*: cannot read: ' pulse --voltages "$tmp"
check 'an empty voltage list is refused' refused 1 'standard input: .*found none' pulse --voltages -
check 'an output in a missing folder is named' refused 1 '.*/none/x: cannot write: ' sample -o "$tmp/none/x"
if [ -c /dev/full ]; then
    check 'a full device is a write error' refused 1 '/dev/full: cannot write: ' sample -o /dev/full
    full_standard_output() { ! "$program" info 2>"$tmp/err" >/dev/full && grep -q 'standard output: ' "$tmp/err"; }
    check 'a full standard output is a write error' full_standard_output
else
    skip 'a full device is a write error' 'no /dev/full'
fi
printf '0.1\n# half\n-1.5 V\n' >"$tmp/bad1"
printf '0.1\n1 2\n' >"$tmp/bad2"
printf 'inf\n' >"$tmp/bad3"
printf '0.1\0.2\n' >"$tmp/bad4"
check 'a voltage with its unit is refused with file and line' refused 1 '.*/bad1:3: .*found "-1.5 V"' pulse --voltages \
    "$tmp/bad1"
check 'two voltages in a line are refused' refused 1 '.*/bad2:2: .*found "1 2"' pulse --voltages "$tmp/bad2"
check 'an infinite voltage is refused' refused 1 '.*/bad3:1: .*found "inf"' pulse --voltages "$tmp/bad3"
check 'a NUL in a voltage file is refused' refused 1 '.*/bad4:1: ' pulse --voltages "$tmp/bad4"
sed 's/"u0": 0.2/"u0": -0.2/' "$parameters" >"$tmp/wrong.json"
check 'a bad parameter file is refused with file and field' refused 1 '.*/wrong.json:.*u0' sample --params "$tmp/wrong.json"


cd "$tmp" || exit 99
# The records of a .npy file by od: NAME, bytes of a record. Its header is a multiple of 64 bytes.
records() {
    start=$(od -An -t u2 -j 8 -N 2 "$1" | awk '{ print $1 + 10 }')
    [ $((start % 64)) -eq 0 ] || return 1
    od -An -v -t "$3" -w"$2" -j "$start" "$1"
}
# Cells and cycles are whole numbers, voltages and currents the same doubles as in CSV.
arrays() {
    syn iv --cells 3 --cycles 2 --points 40 --seed 5 --first 7 -o iv.csv && syn iv --cells 3 --cycles 2 --points 40 --seed 5 --first 7 -o iv.npy &&
        head -c 200 iv.npy | grep -a -q "{'descr': \[('cell', '<u8'), ('cycle', '<u8'), ('u', '<f8'), ('i', '<f8')\], 'fortran_order': False, 'shape': (240,), }" &&
        { records iv.npy 32 u8 >whole; records iv.npy 32 f8 >numbers; sed 1d iv.csv | tr , ' ' | paste -d ' ' - whole numbers |
            awk '{ if ($1 != $5 || $2 != $6 || ($3 - $11) ^ 2 > 1e-32 || ($4 - $12) ^ 2 > 1e-42) bad++ } END { print NR, bad + 0; exit !(NR == 240 && !bad) }'; }
}
check "iv writes a structured array for NumPy with the numbers of its CSV" arrays
# 44 + 8 bytes: cell, pulse, u, three letters, n, r, ur, i. "LRS" is 76, 82, 83.
letters() {
    printf '%s\n' -1.5 0.9 >two && syn pulse --cells 2 --voltages two -o p.npy && syn pulse --cells 2 --voltages two -o p.csv &&
        head -c 300 p.npy | grep -a -q "('mode', '<U3'), ('n', '<u8')" && records p.npy 68 u4 >words && cat words &&
        [ "$(awk 'NR == 1 { print $7, $8, $9, $10 }' words)" = "76 82 83 0" ] && [ "$(wc -l <words)" -eq 4 ]
}
check "pulse writes modes as words" letters
fields() { syn sample --cells 2 --cycles 3 -o s.npy && [ "$(records s.npy 56 u8 | wc -l)" -eq 6 ] && head -c 300 s.npy | grep -a -q "('u_reset', '<f8')"; }
check "sample writes a structured array" fields
# OpenMP says what it has read when the program starts.
waits() { OMP_DISPLAY_ENV=true "$SYNAPTOGEN" --version 2>&1 | grep 'OMP_WAIT_POLICY'; }
if waits >/dev/null; then
    check "threads sleep while they wait" sh -c 'echo "$0" | grep -q -i "passive"' "$(waits)"
    check "threads spin while they wait, if the user says so" sh -c 'echo "$0" | grep -q -i "active" && ! echo "$0" | grep -q -i passive' \
        "$(OMP_WAIT_POLICY=active && export OMP_WAIT_POLICY && waits)"
else
    skip "threads sleep while they wait" "this build has no OpenMP that tells its settings"
    skip "threads spin while they wait, if the user says so" "this build has no OpenMP that tells its settings"
fi
finish
