# SPDX-License-Identifier: MIT
set terminal pngcairo size 1000,700 background 'white' font 'sans,13'
set output name . '.png'
set border linecolor rgb '#777777'
set grid xtics ytics linetype 1 linecolor rgb '#e6e6e6'
set key samplen 2
set style line 1 linecolor '#3b528b' linewidth 2
set style line 2 linecolor '#d1495b' linewidth 2
set style line 3 linecolor '#21918c' linewidth 2
set palette defined (0 '#440154', 0.25 '#3b528b', 0.5 '#21918c', 0.75 '#5ec962', 1 '#fde725')
