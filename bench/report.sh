#!/bin/sh
# SPDX-License-Identifier: MIT
# report.sh FOLDER: makes summary.csv, results.json, report.md and the plots from the results in the folder.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
[ -n "${GNUPLOT:-}" ] || grep -q '^plots=' machine.txt || echo "plots=no" >>machine.txt
"$AWK" -f "$here/summary.awk" runs.csv >summary.csv
cp "$here/contenders.txt" "$here/plan.txt" .
library=
for f in bench_cell.csv bench_array.csv bench_vmm.csv bench_ports.csv bench_crossbar.csv bench_fit.csv numpy.csv public.csv; do
    [ ! -e $f ] || library="$library $f"
done
# shellcheck disable=SC2086
"$AWK" -f "$here/report.awk" -v folder=. contenders.txt machine.txt summary.csv $library >report.md
if [ -n "${GNUPLOT:-}" ]; then
    for format in png svg; do
        "$GNUPLOT" -e "format='$format'" "$here/plots.gp"
    done
else
    echo "the plots are not drawn: gnuplot is not installed (Debian package gnuplot-nox)"
fi
rm -f write.dat read.dat wires.dat
echo "report: $PWD/report.md"
