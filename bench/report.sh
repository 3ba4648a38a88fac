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
rm -f write.dat read.dat wires.dat
echo "report: $PWD/report.md"
