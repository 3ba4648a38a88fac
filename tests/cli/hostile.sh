#!/bin/sh
# SPDX-License-Identifier: MIT
# Files that are not what they should be are refused with their place; results are never lost without a word.
. "$srcdir/tests/support/tap.sh"
cd "$tmp" || exit 99

# refused STATUS MESSAGE COMMAND..: the command ends with this status, its only line is the message.
refused() {
    expected=$1 message=$2
    shift 2
    "$SYNAPTOGEN" "$@" >out 2>err </dev/null
    status=$?
    cat err
    [ "$status" -eq "$expected" ] && [ "$(cat err)" = "synaptogen: $message" ]
}

# A case of `crossbar solve`, and members in its place.
circuit() {
    printf '{"rows":1,"cols":1,"left":{"r":10,"v":1},"bottom":{"r":0},"cells":{"g":[[1e-3]]}%s}' "$1" >case.json
}
fields='rows cols r_wl r_bl left right top bottom cells gmin half_leads access'
while IFS='|' read -r members message; do
    circuit ",$members"
    check "crossbar solve refuses $members" refused 1 "case.json: $message" crossbar solve case.json
done <<EOC
"":1|root: expected fields out of $fields, found ""
"rows cols":9|root: expected fields out of $fields, found "rows cols"
"right":{"r v":3}|right: expected fields out of r v, found "r v"
"right":{"":3}|right: expected fields out of r v, found ""
"half_leads":"true"|half_leads: expected true or false, found a string
"half_leads":1|half_leads: expected true or false, found a number
"access":{"u":5,"i":5}|access.u: expected an array of at least two voltages, found a number
"access":{"u":[],"i":[]}|access.u: expected an array of at least two voltages, found an array of another length
"access":{"u":[0,1]}|access.i: expected a number or an array of 2 numbers, found none
EOC
open_end() {
    circuit ',"top":{"r":null}' && "$SYNAPTOGEN" crossbar solve case.json >with && circuit '' &&
        "$SYNAPTOGEN" crossbar solve case.json | diff - with
}
check "an end whose r is null is open" open_end

# Members of parameter files.
member() {
    sed "$1" "$srcdir/params/hfo2-1t1r.json" >params.json
    refused 1 "$2" sample --params params.json
}
check "a parameter file with an unknown member is refused by its path" member 's/"u0"/"scal": [], "u0"/' \
    'params.json:13: scal: expected one of the members format name description source provenance features u0 u_max eta iv scale gamma device_gmm var, found "scal"'
nested() {
    sed "$1" "$srcdir/params/hfo2-1t1r.json" >params.json
    "$SYNAPTOGEN" sample --params params.json 2>err >out
    [ $? -eq 1 ] && grep -F "$2" err
}
check "an unknown member of the curves is refused" nested 's/"hhrs"/"hhr": 1, "hhrs"/' 'iv.hhr: expected one of the members hhrs llrs range'
check "an unknown member of the mixture is refused" nested 's/"weight"/"weigth": 1, "weight"/' 'device_gmm.weigth: expected'
check "an unknown member of an order is refused" nested '0,/"B"/s/"B"/"b": 1, "B"/' '.b: expected one of the members A B'

# Matrices and patterns.
while IFS='|' read -r text place found; do
    printf "$text" >matrix.csv
    check "a matrix of $text is refused at line:column $place" refused 1 \
        "matrix.csv:$place: expected a number, found \"$found\"" program --targets matrix.csv -o x.state
done <<'EOC'
1e-5,,2e-5\n|1:6|,2e-5
1e-5,2e-5,\n|1:11|
,1e-5\n|1:1|,1e-5
1e-5 , ,1e-5\n|1:8|,1e-5
1e-5\n1e-5x\n|2:1|1e-5x
EOC
with_zero() {
    printf "$1" >zero && refused 1 'zero:1: expected text, found a zero byte' $2
}
check "a matrix with a zero byte is refused" with_zero '1e-5,\0002e-5\n' 'program --targets zero -o x.state'
check "a pattern with a zero byte is refused" with_zero '10\00011\n' 'crossbar write --pattern zero -o x.state'
check "a list of voltages with a zero byte is refused" with_zero '1\0002\n' 'pulse --voltages zero'
marks() {
    printf '\357\273\2771e-5,2e-5\r\n3e-5\t4e-5\n' >marked.csv && printf '1e-5 , 2e-5\n3e-5 4e-5' >plain.csv &&
        "$SYNAPTOGEN" program --targets marked.csv -o a.state >a && "$SYNAPTOGEN" program --targets plain.csv -o b.state >b &&
        cmp a b && cmp a.state b.state && printf '\357\273\27710\n01\n' >p && printf '1,0\n0 1\n' >q &&
        "$SYNAPTOGEN" crossbar write --pattern p -o a.state >a && "$SYNAPTOGEN" crossbar write --pattern q -o b.state >b &&
        cmp a b && cmp a.state b.state
}
check "byte-order marks, CRLF, tabs and blanks change nothing" marks
marks_of_json() {
    circuit '' && { printf '\357\273\277' && cat case.json; } >marked.json &&
        "$SYNAPTOGEN" crossbar solve case.json >a && "$SYNAPTOGEN" crossbar solve marked.json >b && cmp a b &&
        set_=$srcdir/params/hfo2-1t1r.json && { printf '\357\273\277' && cat "$set_"; } >set.json &&
        "$SYNAPTOGEN" sample --params "$set_" >a && "$SYNAPTOGEN" sample --params set.json >b && cmp a b &&
        { printf '\357\273' && cat case.json; } >half.json && ! "$SYNAPTOGEN" crossbar solve half.json
}
check "a byte-order mark before JSON changes nothing, and half a mark is refused" marks_of_json

# Numbers that a command cannot take are told with their place in the file.
printf '1e-5,2e-5\n3e-5, -1e-5\n' >negative.csv
for command in 'program --targets negative.csv -o x.state' 'crossbar write --targets negative.csv -o x.state' 'crossbar read negative.csv'; do
    check "a negative conductance is told at line:column: $command" refused 1 \
        'negative.csv:2:7: expected a conductance of at least 0 S, found "-1e-5"' $command
done
circuit '' && sed 's/1e-3/-1/' case.json >negative.json
check "a negative conductance in a case is told by its path" refused 1 'negative.json: cells.g: -1 S at row 0, column 0 is not finite and >= 0' \
    crossbar solve negative.json

# npy NAME SHAPE BYTES: a .npy file of float32 with these bytes, as for printf.
npy() {
    {
        printf '\223NUMPY\001\000\166\000%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': $2, }"
        printf "$3"
    } >"$1.npy"
}
one='\000\000\200\077' # 1.0
npy good '(2,)' "$one$one"
check "a .npy file of two numbers is read" "$SYNAPTOGEN" crossbar read good.npy
npy longer '(2,)' "$one$one\\000"
check "a .npy file with a byte more is refused" refused 1 'longer.npy: expected the end after 2 numbers, found more' \
    crossbar read longer.npy
npy shorter '(2, 2)' "$one$one$one"
check "a .npy file with a number less is refused" refused 1 'shorter.npy: expected 4 numbers, found 3' crossbar read shorter.npy
npy minus '(2, 1)' "$one\\000\\000\\200\\277"
check "a negative conductance in a .npy file is told by row and column" refused 1 \
    'minus.npy: row 1, column 0: expected a conductance of at least 0 S, found -1' crossbar read minus.npy
for shape in '(2)' '(-2,)' '(1 2)' '(1,2' '(1, 2, 1)' '()' '2' '(+2,)' '(,2)'; do
    npy shape "$shape" "$one$one"
    check "the shape $shape is none" refused 1 \
        'shape.npy: expected a .npy file of one or two dimensions of <f4 or <f8, found another kind' crossbar read shape.npy
done
check "a pattern with an empty place is refused" sh -c 'printf "1,0\n0,,1\n" >p &&
    ! "$SYNAPTOGEN" crossbar write --pattern p -o x.state 2>err && grep -F "p:2:3: expected 0, 1, . or #, found \",1\"" err'

# Outputs.
printf '1e-5,2e-5\n' >t.csv
check "a picture in the place of the table is refused" refused 2 '--output: ./a.svg is the file of --plot, too' \
    iv --plot a.svg -o ./a.svg
check "a report in the place of the state is refused" refused 2 '--output: same is the file of --report, too' \
    program --targets t.csv --report same -o same
ln -s t.csv link
check "two names of one file are one file" refused 2 '--output: link is the file of --report, too' \
    program --targets t.csv --report t.csv -o link
"$SYNAPTOGEN" program --targets t.csv -o input.state >/dev/null 2>&1
check "a result in the place of the array that is read is refused" refused 2 '--output: expected a file that is not read, found ./input.state' \
    read input.state -o ./input.state
check "a result in the place of one of many files is refused" refused 2 '--output: expected a file that is not read, found link' \
    import input.state t.csv -o link
check "a result in the place of a file that an option names is refused" refused 2 '--report: expected a file that is not read, found t.csv' \
    program --targets t.csv --report t.csv -o new.state
check "/dev/null takes both results" "$SYNAPTOGEN" program --targets t.csv --report /dev/null -o /dev/null
# 64 blocks of 512 or 1024 bytes: enough for the message.
too_large() {
    (ulimit -f 64 && refused 1 'big.state: cannot write: File too large' crossbar write --rows 200 --cols 200 -o big.state) &&
        [ -z "$(ls big.state* 2>/dev/null)" ]
}
check "a file beyond the user's limit is a message and leaves nothing" too_large
unread() {
    rm -f kept.state
    "$SYNAPTOGEN" crossbar write --rows 2 --cols 2 -o kept.state >/dev/full 2>err
    [ $? -eq 1 ] && "$SYNAPTOGEN" read kept.state
}
check "an array is kept although its report cannot be printed" unread
shut() {
    printf x >shut.csv && cp a.state shut.state && chmod 444 shut.csv shut.state &&
        refused 1 'shut.csv: cannot write: Permission denied' sample -o shut.csv &&
        refused 1 'shut.state: cannot write: Permission denied' program --targets t.csv -o shut.state &&
        [ "$(cat shut.csv)" = x ] && cmp a.state shut.state && [ -z "$(ls shut.*.* 2>/dev/null)" ]
}
check "a file that nobody may write is not replaced" shut
alone() {
    mkdir -p all/of.cir all/tile1.state &&
        refused 1 'all/of.cir: cannot write: Is a directory' netlist crossbar --rows 2 --cols 2 --mode read --cells tile --r-wl 1 \
            --pattern checkerboard -o all/of.cir &&
        refused 1 'all/tile1.state: cannot write: Is a directory' netlist crossbar --rows 2 --cols 4 --tile 2 --mode read --cells tile --r-wl 1 \
            --pattern checkerboard -o all/tile.cir && [ "$(ls all)" = "$(printf 'of.cir\ntile1.state')" ]
}
check "a netlist that cannot be written leaves no state files, nor one without them" alone
threads() {
    "$SYNAPTOGEN" program --targets t.csv -o a.state >a && OMP_NUM_THREADS=100000 "$SYNAPTOGEN" program --targets t.csv -o b.state >b &&
        cmp a b && cmp a.state b.state
}
check "a hundred thousand threads are as good as one" threads
# The cells of a state file are what they are.
"$SYNAPTOGEN" program --targets t.csv -o old.state >out
for option in '--seed 4' '--first 3' '--start stationary' '--order 3'; do
    # shellcheck disable=SC2086
    check "--state with $option is refused" refused 2 \
        "${option%% *}: expected none together with --state, whose file says what the cells are" \
        program --targets t.csv --state old.state $option -o new.state
done
# Names that would become commands of a netlist or of a shell.
while IFS='|' read -r option value words; do
    value=$(printf "$value")
    check "netlist crossbar refuses $option with $words in it" refused 2 \
        "$option: expected a path without $words, found \"$value\"" \
        netlist crossbar --rows 2 --cols 2 --cells array "$option" "$value" -o n.cir
done <<'EOC'
--library|/x/$(touch hit)/a.lib|blanks, line breaks and the signs of a shell
--library|/x/my files/a.lib|blanks, line breaks and the signs of a shell
--state-out|a" seed=3 b="|", ; and line breaks
--state-out|a;b|", ; and line breaks
EOC
in_two_lines() {
    ! "$SYNAPTOGEN" netlist crossbar --library "/x/a.lib
shell touch hit" -o n.cir 2>err && grep -F -e '--library: expected a path without blanks' err
}
check "netlist crossbar refuses a line break in --library" in_two_lines
# A signal in the middle of a save: many, so that some hit it.
signals() {
    for number in HUP INT QUIT TERM ALRM; do
        for wait in 0.02 0.05 0.08 0.12 0.16; do
            "$SYNAPTOGEN" crossbar write --rows 200 --cols 200 --pattern zeros -o signalled.state >/dev/null 2>&1 &
            sleep $wait
            kill -$number $! 2>/dev/null
            wait $!
        done
    done
    ls signalled.state.* 2>/dev/null
    [ -z "$(ls signalled.state.* 2>/dev/null)" ]
}
check "no signal leaves a temporary file" signals
finish
