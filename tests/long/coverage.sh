#!/bin/sh
# SPDX-License-Identifier: MIT
# make coverage: which lines of lib/ and codemodels/ the tests run, by gcov; the plug-in's in ngspice. Without load_check.c, a
# program of the build. A table of the rooms, then the lines that nothing runs. Ends with 1 if less than FLOOR per cent of all lines ran, or if a test failed.
. "$(dirname "$0")/scratch.sh"
floor=${FLOOR:-97}

build coverage CFLAGS='-g -O1 --coverage' LDFLAGS=--coverage || { tail -n 20 "$work/coverage.log"; exit 1; }
# What earlier runs have counted does not count.
find "$work/coverage" -name '*.gcda' -delete
check_build coverage check-simulated
grep -E '^(FAIL|ERROR):' "$work/coverage.log"
echo "for the coverage: $passed passed, $failed failed, $skipped skipped"

# A source that is compiled several times, such as a kernel, counts once: a line ran if it ran anywhere.
cd "$work/coverage" && find . -name '*.gcno' ! -path '*/tests/*' ! -path '*/bench/*' ! -name '*load_check*' -exec gcov -t {} + 2>/dev/null |
    awk -F : -v floor="$floor" '
$2 ~ /^ *0$/ {
    if ($3 == "Source") {
        file = $4
        counts = sub(/^.*source\/lib\//, "lib/", file) || sub(/^(.*source\/)?codemodels\//, "codemodels/", file)
    }
    next
}
counts && $1 !~ /-/ {
    at = file SUBSEP ($2 + 0)
    if (!(at in ran)) {
        ran[at] = 0
        if ($2 + 0 > last[file])
            last[file] = $2 + 0
    }
    if ($1 !~ /#|=/)
        ran[at] = 1
}
function room_of(file, part) {
    return split(file, part, "/") > 2 && part[1] == "lib" ? part[1] "/" part[2] : part[1]
}
END {
    for (at in ran) {
        split(at, part, SUBSEP)
        room = room_of(part[1])
        lines[room]++
        covered[room] += ran[at]
        all++
        all_covered += ran[at]
    }
    printf "%-16s %8s %8s %8s\n", "room", "lines", "ran", "per cent"
    sort = "sort"
    for (room in lines)
        printf "%-16s %8d %8d %8.1f\n", room, lines[room], covered[room], 100 * covered[room] / lines[room] | sort
    close(sort)
    if (all)
        printf "%-16s %8d %8d %8.1f\n", "all", all, all_covered, 100 * all_covered / all
    print "Lines that no test runs:"
    for (file in last) {
        text = ""
        for (n = 1; n <= last[file]; n++)
            if ((file SUBSEP n) in ran && !ran[file SUBSEP n])
                text = text " " n
        if (text)
            print "  " file ":" text | sort
    }
    close(sort)
    exit !(all && all_covered >= floor / 100 * all)
}'
status=$?
[ "$failed" -eq 0 ] && [ $status -eq 0 ] || { echo "coverage: below $floor per cent, or a test failed"; exit 1; }
echo "coverage: at least $floor per cent"
