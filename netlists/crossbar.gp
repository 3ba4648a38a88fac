# SPDX-License-Identifier: MIT
# NAME.map: column, row, bit wanted, ohm at 0.2 V.
set terminal pngcairo size 1100,520 background 'white' font 'sans,13'
set output name . '.png'
set multiplot layout 1,2
set xlabel 'bit line'
set autoscale fix
set yrange [] reverse
set size ratio -1
unset grid
set title 'pattern to write'
set ylabel 'word line'
unset colorbox
set palette defined (0 '#f2f2f2', 1 '#21918c')
set cbrange [0:1]
plot name . '.map' using 1:2:3 with image notitle
set title 'current at 0.2 V afterwards (uA)'
unset ylabel
set colorbox
set palette defined (0 '#440154', 0.25 '#3b528b', 0.5 '#21918c', 0.75 '#5ec962', 1 '#fde725')
set cbrange [*:*]
set logscale cb
plot name . '.map' using 1:2:(0.2e6 / $4) with image notitle
unset multiplot
