#!/bin/sh
# SPDX-License-Identifier: MIT
# report.sh FOLDER: makes summary.csv, results.json, report.md and the pictures from the results in the folder. Takes BENCH_BIN
# and, for the pictures, GNUPLOT from the environment.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
cp "$here/contenders.txt" "$here/plan.txt" .
"$BENCH_BIN/write_report" "$here"
if [ -n "${GNUPLOT:-}" ]; then
    "$GNUPLOT" "$here/plots.gp"
else
    echo "the plots are not drawn: gnuplot is not installed (Debian package gnuplot-nox)"
fi
if [ -f growth.csv ]; then
    {
        printf '## How costs grow\n\n'
        sed -n 's/^# \(.*\)/- \1/p' growth.csv
        [ ! -f growth_cells.png ] || printf '\n![Time of one call against the number of cells](growth_cells.png)\n'
        [ ! -f growth_lines.png ] || printf '\n![Time of one solution against the number of lines](growth_lines.png)\n'
    } >>report.md
fi
rm -f write.dat read.dat wires.dat
echo "report: $PWD/report.md"
