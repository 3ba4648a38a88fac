#!/bin/sh
# SPDX-License-Identifier: MIT
# Every public header compiles alone, as C11 and as C++ where there is a compiler for it.
. "$srcdir/tests/support/tap.sh"
for header in "$srcdir"/lib/synaptogen/*.h; do
    name=$(basename "$header")
    echo "#include <synaptogen/$name>" >"$tmp/alone.c"
    echo "#include <synaptogen/$name>" >"$tmp/alone.cc"
    check "$name compiles alone as C11" ${CC:-cc} -std=c11 -pedantic -Wall -Wextra -Werror -I"$srcdir/lib" \
        -fsyntax-only "$tmp/alone.c"
    if command -v c++ >/dev/null; then
        check "$name compiles alone as C++11" c++ -std=c++11 -pedantic -Wall -Wextra -Werror -I"$srcdir/lib" \
            -fsyntax-only "$tmp/alone.cc"
    else
        skip "$name compiles alone as C++11" "no C++ compiler"
    fi
done
finish
