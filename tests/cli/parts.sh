#!/bin/sh
# SPDX-License-Identifier: MIT
# --part and join: results of parts are, together, those of one run byte for byte.
. "$srcdir/tests/support/tap.sh"
syn() { "$SYNAPTOGEN" "$@"; }
cd "$tmp" || exit 99
awk 'BEGIN { srand(1); for (i = 0; i < 24; i++) for (j = 0; j < 45; j++)
    printf "%.3g%s", 2e-5 + 8e-5 * rand(), j < 44 ? "," : "\n" }' >targets.csv
awk 'BEGIN { srand(2); for (i = 0; i < 1100; i++) for (j = 0; j < 45; j++) printf "%.3g%s", rand() - 0.5, j < 44 ? "," : "\n" }' >volts.csv
awk 'BEGIN { srand(3); for (i = 0; i < 100; i++) printf "%.3g\n", 2e-5 + 8e-5 * rand() }' >column.csv

# in_parts N COMMAND...: each part in a run of its own, the last first.
in_parts() {
    i=$1 n=$1
    shift
    while [ "$i" -gt 0 ]; do
        syn "$@" --part "$i/$n" || return 1
        i=$((i - 1))
    done
}

samples() {
    syn sample --cells 1003 --cycles 3 --seed 5 --first 7 -o "whole.$1" &&
        in_parts 12 sample --cells 1003 --cycles 3 --seed 5 --first 7 -o "part.%.$1" &&
        syn join part.??."$1" -o "joined.$1" && cmp "joined.$1" "whole.$1"
}
check "features in twelve parts are those of one run, as a table" samples csv
check "features in twelve parts are those of one run, as .npy" samples npy

programs() { # TARGETS
    syn program --targets "$1" --seed 3 --bandwidth 1e6 --stuck-hrs 0.05 -o whole.state --report whole.csv &&
        in_parts 3 program --targets "$1" --seed 3 --bandwidth 1e6 --stuck-hrs 0.05 -o p.%.state --report p.%.csv &&
        syn join p.?.state -o joined.state && cmp joined.state whole.state &&
        syn join p.?.csv -o joined.csv && cmp joined.csv whole.csv && rm p.*
}
check "an array that is programmed in three parts is that of one run, and so is its report" programs targets.csv
check "a single column of cells is programmed in parts, too" programs column.csv
compact() {
    syn program --targets targets.csv --seed 3 --storage compact -o whole.state >/dev/null && [ "$(wc -c <whole.state)" -lt 40000 ] &&
        in_parts 3 program --targets targets.csv --seed 3 --storage compact -o p.%.state >/dev/null && syn join p.?.state -o joined.state &&
        cmp joined.state whole.state && syn program --targets targets.csv --seed 3 --storage full -o full.state >/dev/null &&
        syn read whole.state >from-whole && syn read full.state | cmp - from-whole &&
        syn program --targets targets.csv --state full.state --storage compact -o again.state >/dev/null &&
        syn program --targets targets.csv --state whole.state -o on.state >/dev/null && cmp again.state on.state && rm p.*
}
check "a compact array in parts is that of one run, and has the cells of a full one" compact

products() {
    syn program --targets targets.csv --seed 3 -o weights.state >/dev/null &&
        syn vmm weights.state --voltages volts.csv --bandwidth 1e8 -o "whole.$1" &&
        in_parts 4 vmm weights.state --voltages volts.csv --bandwidth 1e8 -o "m.%.$1" &&
        syn join "m.3.$1" "m.1.$1" "m.4.$1" "m.2.$1" -o "joined.$1" && cmp "joined.$1" "whole.$1"
}
check "products in four parts with noise are those of one run, as a table; the order of the names is free" products csv
check "products in four parts with noise are those of one run, as .npy" products npy

wired() { # CELLS SUFFIX OPTION...: reads through wires in three parts
    cells=$1 suffix=$2
    shift 2
    syn crossbar read "$cells" --voltages rows.csv --r-wl 3 --r-bl 2 --sense 10 "$@" -o "whole.$suffix" &&
        in_parts 3 crossbar read "$cells" --voltages rows.csv --r-wl 3 --r-bl 2 --sense 10 "$@" -o "w.%.$suffix" &&
        syn join w.?."$suffix" -o "joined.$suffix" && cmp "joined.$suffix" "whole.$suffix" && rm w.*
}
awk 'BEGIN { srand(4); for (i = 0; i < 3300; i++) for (j = 0; j < 24; j++) printf "%.3g%s", 0.4 * rand() - 0.2, j < 23 ? "," : "\n" }' \
    >rows.csv
check "reads of linear cells through wires with noise in three parts are those of one run" wired targets.csv npy --bandwidth 1e8
head -n 250 rows.csv >some.csv && cp some.csv rows.csv
check "reads of cells that are not linear are, too, as a table" wired weights.state csv --bandwidth 1e6

# A matrix of 24 x 45 in parts of 11 or 12 columns: in a compact file they begin within blocks of 16 cells.
reads() { # STORAGE SUFFIX OPTION...
    storage=$1 suffix=$2
    shift 2
    syn program --targets targets.csv --seed 3 --storage "$storage" -o cells.state >/dev/null && syn read cells.state "$@" -o "whole.$suffix" &&
        in_parts 4 read cells.state "$@" -o "c.%.$suffix" && syn join c.?."$suffix" -o "joined.$suffix" &&
        cmp "joined.$suffix" "whole.$suffix" && rm c.*
}
for storage in full compact; do
    check "a read with noise in four parts is that of one run, as a table; $storage" reads $storage csv --bandwidth 1e8 --index 3
    check "a read of conductances in four parts is that of one run, as .npy; $storage" reads $storage npy --conductance
done
# Sums of the noise have as many inputs in a part as in the whole: OpenBLAS rounds by their number.
awk 'BEGIN { srand(5); for (i = 0; i < 40; i++) for (j = 0; j < 18; j++) printf "%.3g%s", 2e-5 + 8e-5 * rand(), j < 17 ? "," : "\n" }' >few.csv
awk 'BEGIN { srand(6); for (i = 0; i < 300; i++) for (j = 0; j < 40; j++) printf "%.3g%s", 0.6 * rand() - 0.3, j < 39 ? "," : "\n" }' >rows.csv
syn program --targets few.csv --seed 3 -o few.state >/dev/null
check "reads with noise of few cells and 300 inputs are those of one run" wired few.state csv --bandwidth 1e7
mv some.csv rows.csv

# A full state file ends with its own CRC-32: the CRC-32 of the whole is the same for all of them.
changed() {
    syn program --targets targets.csv --seed 4 -o s.state >/dev/null && syn read s.state --part 1/2 -o ch.%.csv &&
        syn program --targets targets.csv --seed 5 -o s.state >/dev/null && syn read s.state --part 2/2 -o ch.%.csv &&
        ! syn join ch.?.csv -o none 2>err && grep -q 'expected a part of the run with "state file = s.state, ' err &&
        ! syn read s.state --part 1/2 -o ch.%.csv 2>err && grep -q 'ch.1.csv: expected a part of the run with "state file = s.state, ' err
}
check "a full state file that has changed is another run" changed

# The run is stopped once it has begun its result, and goes on with another file. One that has ended by then is tried again.
changing() {
    for try in 1 2 3 4 5; do
        cp "$srcdir/params/hfo2-1t1r.json" live.json
        rm -f live.1.npy*
        "$SYNAPTOGEN" sample --cells 400000 --cycles 5 --params live.json --part 1/2 -o live.%.npy 2>err &
        run=$!
        while kill -0 $run 2>/dev/null && ! ls live.1.npy.* >/dev/null 2>&1; do :; done
        kill -STOP $run && ls live.1.npy.?????? || { kill -CONT $run; continue; }
        touch -d 2001-01-01 live.json && kill -CONT $run
        ! wait $run && grep -q 'found one that has changed meanwhile' err && [ ! -e live.1.npy.part ]
        return
    done
    return 1
}
check "an input that changes while a part is worked on fails the part" changing

slurm() {
    for id in 5 7 9; do
        SLURM_ARRAY_TASK_ID=$id SLURM_ARRAY_TASK_MIN=5 SLURM_ARRAY_TASK_STEP=2 SLURM_ARRAY_TASK_COUNT=3 \
            syn sample --cells 50 --part slurm -o s.%.csv || return 1
    done
    syn sample --cells 50 -o whole.csv && syn join s.?.csv -o joined.csv && cmp joined.csv whole.csv
}
check "the tasks of a job array of Slurm are the parts, whatever their numbers are" slurm

again() {
    syn sample --cells 50 --part 2/3 -o r.%.csv && ls -i r.2.csv >before &&
        syn sample --cells 50 --part 2/3 -o r.%.csv 2>err && ls -i r.2.csv >after && cmp before after &&
        grep -qx 'synaptogen: part 2 of 3 is done' err && rm r.2.csv && syn sample --cells 50 --part 2/3 -o r.%.csv && test -s r.2.csv
}
check "a part that is done is not done again, one whose result is gone is" again

killed() {
    in_parts 3 sample --cells 50 -o k.%.csv && rm k.2.csv.part && : >k.2.csv &&
        syn sample --cells 50 --part 2/3 -o k.%.csv && syn join k.?.csv -o joined.csv && syn sample --cells 50 | cmp - joined.csv
}
check "a part that was killed before its record was there is done again" killed

# refused STATUS TEXT COMMAND...: one line, no result.
refused() {
    status=$1 text=$2
    shift 2
    rm -f none
    "$SYNAPTOGEN" "$@" >out 2>err
    [ $? -eq "$status" ] && [ "$(wc -l <err)" -eq 1 ] && grep -qF -- "$text" err && [ ! -s out ] && [ ! -e none ] || { cat err; return 1; }
}
syn program --targets column.csv -o column.state >/dev/null 2>&1
printf '1,2\n3,4\n' >a.csv && printf '10,20\n30,0.5\n' >b.csv && printf '1,2,3\n' >c.csv
added() { syn join --add a.csv b.csv a.csv -o sum.csv && printf '12,24\n36,8.5\n' | cmp - sum.csv; }
check "join --add gives the sum of each element" added
check "matrices of two shapes are not added" refused 1 'c.csv: expected 2 x 2 numbers like the first file, found 1 x 3' \
    join --add a.csv c.csv -o none
check "parts are not added" refused 1 's.1.csv: expected a whole result to add, found a part, with its record s.1.csv.part' \
    join --add s.1.csv -o none
check "reads of one word line after another have no parts" refused 2 '--part: expected --voltages' \
    crossbar read weights.state --each-row --part 1/2 -o none.%
check "a column is not read in parts" refused 2 '--part: expected at most 1 parts of 1 columns, found 2' read column.state --part 1/2 -o none.%
check "a part of a read has no picture" refused 2 '--part: expected no --plot' \
    crossbar read weights.state --voltages rows.csv --plot none.%.png --part 1/2 -o none.%
check "a part of another seed is refused when it would be replaced" refused 1 'k.2.csv: expected a part of the run with "seed = 1", found "seed = 0"' \
    sample --cells 50 --seed 1 --part 2/3 -o k.%.csv
syn sample --cells 50 --seed 1 --part 2/3 -o other.%.csv
check "join refuses a part of another seed by name" refused 1 'other.2.csv: expected a part of the run with "seed = 0" as in the record of k.1.csv, found "seed = 1"' \
    join k.1.csv other.2.csv k.3.csv -o none
cp "$srcdir/params/hfo2-1t1r.json" set.json
syn sample --cells 50 --params set.json --part 1/2 -o set.%.csv
echo >>set.json
check "a parameter file that has changed is another run" refused 1 'set.1.csv: expected a part of the run with "params = set.json' \
    sample --cells 50 --params set.json --part 1/2 -o set.%.csv
sed 's/^version = .*/version = 0.0.1/' k.2.csv.part >x && cp k.2.csv old.2.csv && cp x old.2.csv.part
check "join refuses a part of another version" refused 1 'found "version = 0.0.1"' join k.1.csv old.2.csv k.3.csv -o none
sed 's/^kernel = .*/kernel = other/' k.2.csv.part >x && cp x old.2.csv.part
check "join refuses a part of a processor with other instructions" refused 1 'found "kernel = other"' join k.1.csv old.2.csv k.3.csv -o none
check "join names the parts that are missing" refused 1 'expected all of 3 parts, found 1; missing: 1, 3' join k.2.csv -o none
check "join refuses a part twice" refused 1 'k.1.csv: part 1 is k.1.csv, too' join k.1.csv k.1.csv k.2.csv -o none
check "join refuses what is no result of a part" refused 1 'targets.csv: expected the result of a part' join targets.csv -o none
cp k.2.csv altered.2.csv && sed 's/0/1/' k.2.csv >altered.2.csv && cp k.2.csv.part altered.2.csv.part
check "join refuses a result that is not the one of its record" refused 1 'altered.2.csv: the file is not the one of its record' \
    join k.1.csv altered.2.csv k.3.csv -o none
echo nonsense >k.3.csv.part
check "a record that is none is named" refused 1 'k.3.csv.part: expected the record of a part' sample --cells 50 --part 3/3 -o k.%.csv
lost() { # what a machine that lost its power may leave
    : >e.2.csv.part && head -c 500 /dev/zero >e.2.csv && in_parts 3 sample --cells 50 -o e.%.csv && head -c 100 /dev/zero >e.1.csv.part &&
        in_parts 3 sample --cells 50 -o e.%.csv && syn join e.?.csv -o joined.csv && syn sample --cells 50 | cmp - joined.csv
}
check "an empty record is none: the part is done again" lost
for part in 0/3 4/3 3 /3 3/ 1/0 -1/3 1/3x slurmy ''; do
    check "the part \"$part\" is refused" refused 2 '--part: expected "slurm" or I/N' sample --cells 50 --part "$part" -o none.%
done
check "more parts than cells are refused" refused 2 'expected at most 5 parts of 5 cells, found 6' sample --cells 5 --part 1/6 -o none.%
check "a result without a % in its name is refused" refused 2 '--output: expected a name with a %' sample --cells 5 --part 1/5 -o none
check "a part without a file for the result is refused" refused 2 '--part: expected a file for the result' sample --cells 5 --part 1/5
check "the part of a task is refused where there is no task" refused 2 'SLURM_ARRAY_TASK_ID, found ""' sample --cells 5 --part slurm -o none.%
check "join refuses to replace a part by the whole" refused 2 "--output: expected a file that is not read, found s.2.csv" join s.1.csv s.2.csv s.3.csv -o s.2.csv
check "standard input is refused: parts could not be compared" refused 2 "expected a file for the targets" \
    program --targets - --part 1/2 -o none.%
check "join needs the name of the whole" refused 2 '--output: expected a file name' join k.1.csv
for i in 1 2 3; do syn sample --cells 50 --part $i/3 -o d.%.csv; done
damaged() {
    cp d.2.csv good.csv && sed '2s/,0,/,1,/' good.csv >d.2.csv && ! cmp -s d.2.csv good.csv &&
        [ "$(wc -c <d.2.csv)" -eq "$(wc -c <good.csv)" ] && syn sample --cells 50 --part 2/3 -o d.%.csv && cmp d.2.csv good.csv
}
check "a part whose result is damaged is done again, even if its size is right" damaged
cp d.1.csv d.2.csv && cp d.1.csv.part d.2.csv.part
check "a record of another part is no record of this one" refused 1 'd.2.csv: expected part 2 of the run, found part 1' \
    sample --cells 50 --part 2/3 -o d.%.csv
mkdir 50%
folder() {
    in_parts 2 sample --cells 50 -o 50%/f.%.csv && syn join 50%/f.?.csv -o joined.csv && syn sample --cells 50 | cmp - joined.csv &&
        in_parts 1 sample --cells 50 -o 100%.%.csv && test -s 100%.1.csv
}
check "the last % becomes the number of the part; others stay" folder
mkfifo pipe pipe.1.csv
(cat targets.csv >pipe) &
writer=$!
check "a pipe is refused as an input: parts could not be compared" refused 2 '--part: expected a file for the targets, so that parts can be compared, found the pipe or device pipe' \
    program --targets pipe --part 1/2 -o none.%
kill $writer
check "a pipe is refused as a result" refused 1 'pipe.1.csv: expected a file or nothing, found a folder, a pipe or a device' sample --cells 50 --part 1/3 -o pipe.%.csv
mkdir folder.1.csv
check "a folder is refused as a result before the work" refused 1 'folder.1.csv: expected a file or nothing' \
    program --targets targets.csv --part 1/3 -o folder.%.csv
cp targets.csv t.1.csv
check "a result that would replace an input is refused" refused 2 'the result t.1.csv, which is the file of the targets, too' \
    program --targets t.1.csv --part 1/3 -o t.%.csv
check "and its input is as it was" cmp t.1.csv targets.csv
cp weights.state v.1
check "so is one that would replace the array" refused 2 'the result v.1, which is the file of the state file, too' \
    vmm v.1 --voltages volts.csv --part 1/3 -o v.%
check "a result in the place of a record is refused" refused 2 'the record x.1.part, which is the file of the report, too' \
    program --targets targets.csv --part 1/3 -o x.% --report x.%.part
mkdir unread.1.csv.part
check "a record that cannot be read is named" refused 1 'unread.1.csv.part: ' sample --cells 50 --part 1/3 -o unread.%.csv
syn sample --cells 50 --part 1/3 -o w.%.csv && chmod 444 w.1.csv.part
check "a part that is done may be read-only" syn sample --cells 50 --part 1/3 -o w.%.csv
rm w.1.csv
check "a record that may not be replaced is told before the work" refused 1 'w.1.csv.part: cannot write: Permission denied' \
    sample --cells 50 --part 1/3 -o w.%.csv
check "and there is no result" test ! -e w.1.csv
between() { SLURM_ARRAY_TASK_ID=6 SLURM_ARRAY_TASK_MIN=5 SLURM_ARRAY_TASK_STEP=2 SLURM_ARRAY_TASK_COUNT=3 refused "$@"; }
check "a task between two of a job array is none of it" between 2 'the task 6 is none of a job array of 3 tasks from 5 in steps of 2' \
    sample --cells 50 --part slurm -o none.%
cut -d , -f 1-40 targets.csv >narrow.csv
check "parts of the targets fit the array only if all targets do" refused 1 'narrow.csv: expected 24 x 45 targets for weights.state, found 24 x 40' \
    program --targets narrow.csv --state weights.state --part 1/2 -o none.%
check "a full array is programmed as a whole alone" refused 2 '--part: expected a compact array in weights.state, found a full one' \
    program --targets targets.csv --state weights.state --part 1/2 -o none.%
in_parts 3 program --targets targets.csv --seed 3 -o kind.%.state --report kind.%.csv >out
check "join refuses a state file among tables by name" refused 1 'kind.2.state: expected a table as kind.1.csv is, found a state file' \
    join kind.1.csv kind.2.state kind.3.csv -o none
check "join refuses a table among state files by name" refused 1 'kind.2.csv: expected a state file as kind.1.state is, found a table' \
    join kind.1.state kind.2.csv kind.3.state -o none
syn sample --cells 50 --part 1/2 -o mixed.%.csv && syn sample --cells 50 --part 2/2 -o mixed.%.npy
check "join refuses a .npy file among tables by name" refused 1 'mixed.2.npy: expected a table as mixed.1.csv is, found a .npy file' \
    join mixed.1.csv mixed.2.npy -o none
check "the whole of tables is no .npy file" refused 2 '--output: expected no name that ends in .npy, because kind.1.csv is none' \
    join kind.1.csv kind.2.csv kind.3.csv -o none.npy
syn sample --cells 50 --part 1/2 -o mixed.%.npy
check "the whole of .npy files is no table" refused 2 '--output: expected a name that ends in .npy, because mixed.1.npy is one' \
    join mixed.1.npy mixed.2.npy -o none.csv
echo 1,2e38 >large.csv
check "a sum that single precision cannot hold is refused with its place" refused 1 'row 0, column 1: expected a sum that single precision can hold' \
    join --add large.csv large.csv -o none
cp kind.1.state.part record
check "join refuses to replace a record by the whole" refused 2 '--output: kind.1.state.part is the record of a part, too' \
    join kind.1.state kind.2.state kind.3.state -o kind.1.state.part
check "and the record is as it was" cmp record kind.1.state.part
many() { # more parts than files that a process may open
    in_parts 40 sample --cells 40 -o "many.%.$1" && (ulimit -n 12 && syn join many.??."$1" -o "joined.$1") && syn sample --cells 40 -o "whole.$1" && cmp "joined.$1" "whole.$1"
}
check "more parts than files that may be open are joined, as tables" many csv
check "more parts than files that may be open are joined, as .npy" many npy
many_products() {
    syn vmm weights.state --voltages volts.csv -o whole.npy && in_parts 4 vmm weights.state --voltages volts.csv -o "few.%.npy" &&
        (ulimit -n 6 && syn join few.?.npy -o joined.npy) && cmp joined.npy whole.npy
}
check "and so are products, column by column" many_products
awk 'BEGIN { for (i = 0; i < 16; i++) for (j = 0; j < 3000; j++) printf "5e-5%s", j < 2999 ? "," : "\n" }' >wide.csv
in_parts 2 program --targets wide.csv -o wide.%.state >out
broken() { # A signal while the file is written
    for _ in 1 2 3 4 5 6; do
        "$SYNAPTOGEN" join wide.1.state wide.2.state -o broken.state &
        job=$!
        while kill -0 $job 2>/dev/null; do
            set -- broken.state.*
            if [ -e "$1" ]; then kill $job 2>&-; fi
        done
        wait $job
        for f in broken.state.*; do [ ! -e "$f" ] || { ls broken.state*; return 1; }; done
    done
}
check "a join of state files that is ended by a signal leaves no half file" broken
# A run of another seed puts its record in place while this one works, which stands still between its results.
overtaken() {
    syn program --targets wide.csv --seed 7 --part 1/2 -o other.%.state --report other.%.csv >out || return 1
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        rm -f race.*
        "$SYNAPTOGEN" program --targets wide.csv --part 1/2 -o race.%.state --report race.%.csv >out 2>err &
        job=$!
        while [ ! -e race.1.csv ] && kill -0 $job; do :; done
        kill -STOP $job
        if [ ! -e race.1.csv.part ]; then
            cp other.1.csv.part race.1.csv.part
            kill -CONT $job
            wait $job
            [ $? -eq 1 ] && grep -F 'race.1.csv: expected a part of the run with "seed = 0", found "seed = 7"' err && cmp other.1.csv.part race.1.csv.part
            return
        fi
        kill -CONT $job
        wait $job
    done
    return 1
}
check "a run that is overtaken by another one of the same names fails and leaves the other's record" overtaken
mkfifo nobody
waits() {
    timeout -k 5 0.5 "$@"
    [ $? -eq 124 ]
}
check "a signal ends a command that waits for the other end of a pipe" waits "$SYNAPTOGEN" sample --cells 50 -o nobody
check "a signal ends a join that waits for the other end of a pipe" waits "$SYNAPTOGEN" join wide.1.state wide.2.state -o nobody
finish
