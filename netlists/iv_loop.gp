# SPDX-License-Identifier: MIT
set title '50 DC loops of one cell'
set xlabel 'voltage, top to bottom electrode (V)'
set ylabel 'current (uA)'
set cblabel 'cycle'
plot name . '.data' using 2:(1e6 * $3):4 with lines linewidth 0.8 linecolor palette notitle
