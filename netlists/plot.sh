#!/bin/sh
# SPDX-License-Identifier: MIT
# plot.sh NAME [SCRIPT]: draws NAME.data of the current folder into NAME.png with SCRIPT.gp (NAME.gp) beside this file.
here=$(dirname "$0")
if ! command -v gnuplot >/dev/null 2>&1; then
    echo "$1.png is not drawn: gnuplot is not installed (Debian package gnuplot-nox). The figures are in $1.data."
    exit 0
fi
gnuplot -e "name='$1'" "$here/style.gp" "$here/${2:-$1}.gp" && echo "drew $1.png"
