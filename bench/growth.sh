#!/bin/sh
# SPDX-License-Identifier: MIT
# growth.sh FOLDER CELLS: runs growth up to so many cells. Writes growth.csv and, with GNUPLOT, growth_cells.png and
# growth_lines.png to the folder, and prints the slopes. Takes BENCH_BIN and GNUPLOT from the environment.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cd "$1"
"$BENCH_BIN/growth" "$2" >growth.csv
grep '^#' growth.csv
if [ -n "${GNUPLOT:-}" ]; then
    "$GNUPLOT" "$here/growth.gp"
else
    echo "the plots are not drawn: gnuplot is not installed (Debian package gnuplot-nox)"
fi
