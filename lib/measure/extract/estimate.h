/* SPDX-License-Identifier: MIT */
/* The estimators of the features of one sweep. They see a branch of either polarity in the same way: as |u| and as a current
 * that is positive where the cell is passive. Not installed. */
#ifndef MEASURE_EXTRACT_ESTIMATE_H
#define MEASURE_EXTRACT_ESTIMATE_H

#include <synaptogen/sweep.h>

/* Sets the branches and the order of *m. */
void synp_find_branches(const syn_sweep *s, syn_measured *m);

/* Points in the order of time. */
typedef struct synp_path {
    double *u, *i; /* V, A */
    size_t n;
} synp_path;

/* A figure with its standard error. Without a figure, quality says why and value is NAN. */
typedef struct synp_estimate {
    double value, error;
    syn_quality quality;
} synp_estimate;

/* The path from point `first` on with at most n points. */
synp_path synp_path_part(const synp_path *p, size_t first, size_t n);
/* Median of the last five voltage steps up to point `at` that are not 0, V; 0 if there is none. p->n > 0. */
double synp_path_step(const synp_path *p, size_t at);
/* Number of points that an estimate of one place uses on each side: a twentyfifth of the path, 2 .. 24. */
size_t synp_path_side(size_t n);
/* Mean conductance of points first .. end - 1: sum i / sum u, S. */
double synp_path_conductance(const synp_path *p, size_t first, size_t end);

/* A straight line i = level + slope (u - centre). */
typedef struct synp_line {
    double level, slope, centre;
    double squares; /* of the distances of u from the centre */
    size_t n;
} synp_line;
/* By least squares; slope 0 if all voltages are alike. */
synp_line synp_line_of(const double *u, const double *i, size_t n);
double synp_line_at(const synp_line *l, double u);
/* Variance of synp_line_at for points of variance 1. */
double synp_line_variance(const synp_line *l, double u);

/* Conductance [S] at u0 by a local regression. noise: standard deviation of a current; offset_error: that of their common
 * offset, A. SYN_GOOD, SYN_FEW_POINTS, or SYN_BELOW_NOISE; then value is an upper bound. */
synp_estimate synp_conductance_at(const synp_path *p, double u0, double noise, double offset_error);

/* The break of a path near a guess of it, V: where a steady curve bends away. may_curve: the steady curve may be steep, as that
 * of an HRS. *bend: how far it has bent away a fifth above the break, as a share of the current; less than 0: down. SYN_GOOD,
 * SYN_FEW_POINTS, or SYN_BELOW_NOISE if the error exceeds a tenth. */
synp_estimate synp_break_about(const synp_path *p, double guess, double noise, bool may_curve, double *bend);

/* |U_S|, V. way: the points from 0 to the largest voltage, which is point `vertex`, and those that follow in time. back: the
 * branch back to 0; it may be empty. room: 2 way->n numbers. SYN_GOOD, SYN_FEW_POINTS, SYN_NO_SET. */
synp_estimate synp_find_set(const synp_path *way, size_t vertex, const synp_path *back, double noise, double *room);

/* Whether a cell that SET has lost its LRS again at small voltages, before the current reversed. out: the points before the
 * SET. */
bool synp_is_volatile(const synp_path *out, const synp_path *back, double u_set, double noise);

/* U_R [V] on the way from 0 to the largest voltage. SYN_GOOD, SYN_FEW_POINTS, SYN_BELOW_NOISE, SYN_NO_PEAK. */
synp_estimate synp_find_reset(const synp_path *p, double noise);

#endif
