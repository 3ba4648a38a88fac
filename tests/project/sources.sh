#!/bin/sh
# SPDX-License-Identifier: MIT
# Habits of the sources that a reader relies on: licence, include guards, length of functions, limits of parameters.
. "$srcdir/tests/support/tap.sh"
cd "$srcdir" || exit 99
find lib codemodels bench tests -name '*generated' -prune -o \( -name '*.[ch]' -o -name '*.mod' \) -print | sort >"$tmp/sources"
check "there are sources" test -s "$tmp/sources"

# What stands at the top, of the files that belong to the project.
top_level() {
    git ls-files | sed 's|/.*||' | sort -u >"$tmp/top"
    printf '%s\n' .ci .clang-format .clang-tidy .editorconfig .gitignore CHANGES CITATION.cff LICENSE Makefile.am README.md bench bootstrap \
        codemodels configure.ac docs lib m4 netlists params tests | sort >"$tmp/expected"
    diff "$tmp/expected" "$tmp/top"
}
if [ -e .git ] && command -v git >/dev/null; then
    check "the top level holds what a reader expects" top_level
else
    skip "the top level holds what a reader expects" "no git checkout"
fi

without_licence() {
    xargs awk 'FNR == 1 && !/SPDX-License-Identifier: MIT/ { print FILENAME; bad = 1 } END { exit bad }' <"$tmp/sources"
}
check "every source names its licence in the first line" without_licence

# The guard is the path as other sources include it, in capitals: lib/array/array.h has ARRAY_ARRAY_H.
wrong_guards() {
    grep '\.h$' "$tmp/sources" | xargs awk '
        function finish_file() { if (file && !right) { print file ": expected #ifndef " guard; wrong++ } }
        FNR == 1 {
            finish_file()
            file = guard = FILENAME
            sub(/^lib\//, "", guard)
            gsub(/[.\/]/, "_", guard)
            guard = toupper(guard)
            right = tested = 0
        }
        $0 == "#ifndef " guard { tested = FNR }
        tested && FNR == tested + 1 && $0 == "#define " guard { right = 1 }
        END { finish_file(); exit !file || wrong }'
}
check "every header has the include guard of its path" wrong_guards

# clang-format puts the braces of a function, and no others, alone at the begin of a line.
long_functions() {
    xargs awk '
        FNR == 1 { begin = 0 }
        /^{$/ { begin = FNR; functions++ }
        /^}$/ && begin { if (FNR - begin + 1 > 60) { print FILENAME ":" begin ": " FNR - begin + 1 " lines"; long++ } begin = 0 }
        END { exit long || functions < 500 }' <"$tmp/sources"
}
check "no function has more than 60 lines" long_functions

# ngspice 45 and later move a value to such a limit and go on: a wrong result. The models refuse it instead.
limits() {
    find codemodels bench -name '*generated' -prune -o -name '*.ifs' -print | xargs awk '
        /^Limits:/ { lines++; for (k = 2; k <= NF; k++) if ($k != "-") { print FILENAME ": " $0; bad = 1; break } }
        END { exit bad || !lines }'
}
check "no interface of a code model has limits that the simulator enforces in its own way" limits
finish
