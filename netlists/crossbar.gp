# SPDX-License-Identifier: MIT
# NAME.map: column, row, bit wanted, ohm at 0.2 V. Both maps fill a square of 400 pixels, at one height.
set terminal pngcairo size 1100,520 background 'white' font 'sans,13'
set output name . '.png'
set multiplot
set tmargin at screen 1 - 50 / 520.0
set bmargin at screen 70 / 520.0
set xlabel 'bit line'
set ylabel 'word line'
set autoscale fix
set yrange [] reverse
unset grid
set lmargin at screen 80 / 1100.0
set rmargin at screen 480 / 1100.0
set title 'pattern to write'
unset colorbox
set palette defined (0 '#f2f2f2', 1 '#21918c')
set cbrange [0:1]
plot name . '.map' using 1:2:3 with image notitle
set lmargin at screen 610 / 1100.0
set rmargin at screen 1010 / 1100.0
set title 'current at 0.2 V afterwards (uA)'
set colorbox
set palette defined (0 '#440154', 0.25 '#3b528b', 0.5 '#21918c', 0.75 '#5ec962', 1 '#fde725')
set cbrange [*:*]
set logscale cb
plot name . '.map' using 1:2:(0.2e6 / $4) with image notitle
unset multiplot
