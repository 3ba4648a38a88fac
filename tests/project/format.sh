#!/bin/sh
# SPDX-License-Identifier: MIT
# clang-format decides the layout of the C sources.
. "$srcdir/tests/support/tap.sh"
for file in "$srcdir"/*/*.[ch] "$srcdir"/*/*/*.[ch] "$srcdir"/*/*/*/*.[ch]; do
    case $file in */params_default.c | */synaptogen-generated/* | */generated/*) continue ;; esac
    claim="${file#"$srcdir"/} has the layout of clang-format"
    if ! command -v clang-format >/dev/null; then
        skip "$claim" "clang-format is not installed"
    elif ! clang-format --version | grep -q 'version 14'; then
        skip "$claim" "clang-format is not of version 14, layouts differ between versions"
    else
        check "$claim" sh -c 'clang-format --style=file "$1" | diff "$1" -' sh "$file"
    fi
done
finish
