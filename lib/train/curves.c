/* SPDX-License-Identifier: MIT */
#include <synaptogen/curves.h>

#include "base/linear.h"
#include "base/numeric.h"
#include "model/model.h"
#include "train/curves.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/rng.h>

enum { DEGREE = 6, TERMS = 2 * DEGREE }; /* coefficients of a, then of b */
enum { TRANSITIONS = 500, POINTS = 32, SAMPLE = 8000 };
static const double g_unit = 1e-4;  /* S: makes both halves of the system alike */
static const double guard = 0.02;   /* V of distance kept from U_S and U_R */
static const double clipped = 0.98; /* of the compliance */

/* A RESET on the rising positive branch: its points beyond U_R. */
typedef struct transition {
    double u_reset, g_lrs, g_hrs;
    int n;
    double u[POINTS], i[POINTS];
} transition;

struct syn_curves {
    syn_curves_options options;
    double matrix[TERMS][TERMS], right[TERMS], squares, u_most; /* normal equations in u [V] and g / g_unit */
    uint64_t points, transitions;                               /* seen */
    uint64_t cell;                                              /* of the sweep before */
    double g_hrs;                                               /* after it, 0 if unknown */
    transition kept[TRANSITIONS];
    synp_curve_point sample[SAMPLE]; /* some of the points */
};

syn_status syn_curves_create(const syn_curves_options *o, syn_curves **out, syn_error *err)
{
    *out = NULL;
    const syn_status status = synp_check_reserved(o->reserved, sizeof o->reserved, "syn_curves_options", err);
    if (status)
        return status;
    if (!(o->u0 > 0 && isfinite(o->u0)))
        return synp_fail(err, SYN_EINVAL, "u0", "%s V is not a positive voltage", SYNP_TEXT_OF(o->u0));
    if (!(o->compliance >= 0))
        return synp_fail(err, SYN_EINVAL, "compliance", "%s A is negative; 0 means none",
                         SYNP_TEXT_OF(o->compliance));
    if (!(o->noise >= 0))
        return synp_fail(err, SYN_EINVAL, "noise", "%s A is negative; 0 means unknown", SYNP_TEXT_OF(o->noise));
    if (o->form < SYN_CURVES_AUTO || o->form > SYN_CURVES_EXPONENTIAL)
        return synp_fail(err, SYN_EINVAL, "form", "%d is outside 0 .. %d", (int)o->form, SYN_CURVES_EXPONENTIAL);
    *out = calloc(1, sizeof **out);
    if (!*out)
        return synp_no_memory(err);
    (*out)->options = *o;
    return SYN_OK;
}

void syn_curves_free(syn_curves *c)
{
    free(c);
}

/* Where to keep thing number n of a sample, or a place beyond it. The first `room` are kept. After that, the n-th replaces a
 * random one with probability room / n, so that all have the same chance (reservoir sampling; Vitter, ACM Trans. Math.
 * Softw. 11 (1985) 37). */
static uint64_t slot_of(uint64_t n, uint64_t room)
{
    uint32_t w[4];
    if (n < room)
        return n;
    syn_rng_block(0, 0, n, SYN_DRAW_ESTIMATE, w);
    return (uint64_t)(syn_rng_uniform(w[0]) * (double)(n + 1));
}

static void add_point(syn_curves *c, double u, double i, double g)
{
    double row[TERMS], power = 1;
    const double share = g / g_unit, y = i / g;
    for (int j = 0; j < DEGREE; j++) {
        power *= u;
        row[j] = power / share;
        row[DEGREE + j] = power;
    }
    for (int j = 0; j < TERMS; j++) {
        c->right[j] += row[j] * y;
        for (int k = 0; k <= j; k++)
            c->matrix[j][k] += row[j] * row[k];
    }
    c->squares += y * y;
    c->u_most = fmax(c->u_most, fabs(u));
    const uint64_t at = slot_of(c->points++, SAMPLE);
    if (at < SAMPLE)
        c->sample[at] = (synp_curve_point){u, i, g};
}

/* Adds the points of a branch between the voltages low and high. g: its conductance; nothing is added if g is unknown. */
static void add_branch(syn_curves *c, const syn_sweep *s, syn_branch b, double low, double high, double g)
{
    if (!(g > 0))
        return;
    for (size_t k = b.first; k < b.end; k++) {
        const bool limited =
            c->options.compliance > 0 && s->u[k] < 0 && fabs(s->i[k]) >= clipped * c->options.compliance;
        if (s->u[k] > low && s->u[k] < high && !limited)
            add_point(c, s->u[k], s->i[k], g);
    }
}

/* Where to keep the next transition, or NULL. */
static transition *slot_for_transition(syn_curves *c)
{
    const uint64_t at = slot_of(c->transitions++, TRANSITIONS);
    return at < TRANSITIONS ? &c->kept[at] : NULL;
}

static void keep_transition(syn_curves *c, const syn_sweep *s, const syn_measured *m)
{
    size_t first = m->up.first;
    while (first < m->up.end && s->u[first] <= m->u_reset)
        first++;
    const size_t n = m->up.end - first, stride = n / POINTS + 1;
    transition *t = n >= 4 ? slot_for_transition(c) : NULL;
    if (!t)
        return;
    *t = (transition){.u_reset = m->u_reset, .g_lrs = m->g_lrs, .g_hrs = m->g_hrs};
    for (size_t k = first; k < m->up.end; k += stride) {
        t->u[t->n] = s->u[k];
        t->i[t->n++] = s->i[k];
    }
}

/* A conductance with a quality, 0 if it was not measured. */
static double known(double g, syn_quality q)
{
    return q == SYN_GOOD ? g : 0;
}

void syn_curves_add(syn_curves *c, const syn_sweep *s, const syn_measured *m)
{
    const double g_lrs = known(m->g_lrs, m->q[SYN_R_LRS]), g_hrs = known(m->g_hrs, m->q[SYN_LOG10_R_HRS]),
                 before = m->set_first && !m->hrs_first ? (c->cell == s->cell ? c->g_hrs : 0) : g_hrs;
    if (m->q[SYN_U_SET] == SYN_GOOD) {
        add_branch(c, s, m->down, m->u_set + guard, 0, before);
        /* In a loop that began with the positive ramp, the conductance of this LRS shows only in the next loop. */
        if (m->set_first)
            add_branch(c, s, m->back, -INFINITY, 0, g_lrs);
    }
    if (m->q[SYN_U_RESET] == SYN_GOOD) {
        add_branch(c, s, m->up, 0, m->u_reset - guard, g_lrs);
        /* In a loop that began at its positive end, the way back shows the HRS before this RESET. */
        if (!m->hrs_first)
            add_branch(c, s, m->fall, 0, INFINITY, g_hrs);
        if (!m->hrs_first && g_lrs > 0 && g_hrs > 0)
            keep_transition(c, s, m);
    }
    c->cell = s->cell;
    c->g_hrs = g_hrs;
}

/* The curves of cells of all g. Polynomials: i = a(u) + g b(u), the coefficients of a / g_unit, then those of b. Exponentials: the
 * two ends, of g_end. */
typedef struct family {
    double c[TERMS];
    bool exponential;
    double g_end[2];
    syn_exponential end[2];
} family;

static double half(const double *c, double u)
{
    return u * synp_horner(c, DEGREE, u);
}

static double exponential(const syn_exponential *e, double u)
{
    return u * exp(synp_poly(u < 0 ? &e->negative : &e->positive, fabs(u)));
}

static double current(const family *f, double g, double u)
{
    if (!f->exponential)
        return g_unit * half(f->c, u) + g * half(f->c + DEGREE, u);
    const double r = (f->g_end[0] - g) / (f->g_end[0] - f->g_end[1]);
    return (1 - r) * exponential(&f->end[0], u) + r * exponential(&f->end[1], u);
}

static syn_status solve_family(const syn_curves *c, family *f, double *rest, syn_error *err)
{
    double a[TERMS * TERMS], b[TERMS], scale[TERMS];
    for (int j = 0; j < TERMS; j++)
        scale[j] = 1 / sqrt(fmax(c->matrix[j][j], 1e-300));
    for (int j = 0; j < TERMS; j++) {
        b[j] = c->right[j] * scale[j];
        for (int k = 0; k < TERMS; k++)
            a[j * TERMS + k] = (k <= j ? c->matrix[j][k] : c->matrix[k][j]) * scale[j] * scale[k];
    }
    if (c->points < 10 * TERMS || !synp_cholesky_equations(TERMS, a, b))
        return synp_fail(err, SYN_EDATA, "iv",
                         "%llu points in LRS and HRS do not determine two polynomials of degree %d",
                         (unsigned long long)c->points, DEGREE);
    double squares = c->squares;
    for (int j = 0; j < TERMS; j++) {
        f->c[j] = b[j] * scale[j];
        squares -= f->c[j] * c->right[j];
    }
    *rest = sqrt(fmax(squares, 0) / (double)c->points) / c->options.u0;
    return SYN_OK;
}

/* Error of the current i at u on a transition from y1 to y2. `share` is what is left of the transition, 1 .. 0. In units of
 * y1 - y2; for exponential curves, on which currents grow by decades while the cell RESETs, of the local current. */
static double transition_error(const syn_curves *c, const family *f, const transition *t, int j, double y1, double y2,
                               double u_max, double eta)
{
    const double share = fmax(u_max - t->u[j], 0) / (u_max - t->u_reset), left = pow(share, eta);
    /* Beyond u_max the cell is in HRS. */
    const double end = t->u[j] < u_max ? y2 : current(f, t->g_hrs, t->u[j]);
    if (!f->exponential)
        return (t->i[j] - end) / (y1 - y2) - left;
    const double expected = end + (y1 - y2) * left;
    return (t->i[j] - expected) / (fabs(t->i[j]) + fabs(expected) + 3 * c->options.noise);
}

/* Sum of squared errors of all transitions for u_max and eta; *n: number of points. */
static double transition_rest(const syn_curves *c, const family *f, double u_max, double eta, double *n)
{
    const uint64_t kept = c->transitions < TRANSITIONS ? c->transitions : TRANSITIONS;
    double sum = 0;
    *n = 0;
    for (uint64_t k = 0; k < kept; k++) {
        const transition *t = &c->kept[k];
        const double y1 = current(f, t->g_lrs, t->u_reset), y2 = current(f, t->g_hrs, u_max);
        for (int j = 0; j < t->n; j++) {
            const double d = transition_error(c, f, t, j, y1, y2, u_max, eta);
            sum += d * d;
            ++*n;
        }
    }
    return sum;
}

/* u_max between low and high, and eta, with the smallest sum of squares. The search starts at the best point of a grid
 * and moves to the best of its 5 x 5 neighbours. When the centre is the best, the distance of the neighbours is halved. */
static void search(const syn_curves *c, const family *f, double low, double high, double *u_max, double *eta)
{
    enum { GRID = 12, REACH = 2, HALVINGS = 16 };
    double step[2] = {(high - low) / GRID, log(30) / GRID}, n, best = INFINITY, at[2] = {high, 0};
    for (int i = 1; i <= GRID; i++)
        for (int j = 0; j <= GRID; j++) {
            const double u = low + step[0] * i, e = log(0.4) + step[1] * j,
                         rest = transition_rest(c, f, u, exp(e), &n);
            if (rest < best) {
                best = rest;
                at[0] = u;
                at[1] = e;
            }
        }
    for (int halvings = 0; halvings < HALVINGS;) {
        const double centre[2] = {at[0], at[1]};
        for (int i = -REACH; i <= REACH; i++)
            for (int j = -REACH; j <= REACH; j++) {
                const double u = fmin(centre[0] + step[0] * i, high), e = centre[1] + step[1] * j,
                             rest = u > low ? transition_rest(c, f, u, exp(e), &n) : INFINITY;
                if (rest < best) {
                    best = rest;
                    at[0] = u;
                    at[1] = e;
                }
            }
        if (at[0] == centre[0] && at[1] == centre[1]) {
            step[0] *= 0.5;
            step[1] *= 0.5;
            halvings++;
        }
    }
    *u_max = at[0];
    *eta = exp(at[1]);
}

/* Standard errors from the curvature of the sum of squares at its minimum. The points count as independent. */
static void transition_errors(const syn_curves *c, const family *f, const syn_params *p, syn_curves_report *r)
{
    const double h = 0.01, k = 0.01;
    double n, s[3][3];
    for (int i = -1; i <= 1; i++)
        for (int j = -1; j <= 1; j++)
            s[i + 1][j + 1] = transition_rest(c, f, p->u_max + h * i, p->eta + k * j, &n);
    const double variance = s[1][1] / fmax(n - 2, 1), uu = (s[2][1] - 2 * s[1][1] + s[0][1]) / (2 * h * h),
                 ee = (s[1][2] - 2 * s[1][1] + s[1][0]) / (2 * k * k),
                 ue = (s[2][2] - s[2][0] - s[0][2] + s[0][0]) / (8 * h * k), det = uu * ee - ue * ue;
    r->u_max_error = det > 0 ? sqrt(variance * ee / det) : NAN;
    r->eta_error = det > 0 ? sqrt(variance * uu / det) : NAN;
    r->rest_transitions = sqrt(s[1][1] / n);
}

static syn_status fit_transitions(const syn_curves *c, const family *f, syn_params *p, syn_curves_report *r,
                                  syn_error *err)
{
    const uint64_t kept = c->transitions < TRANSITIONS ? c->transitions : TRANSITIONS;
    double low = c->options.u0, high = 0;
    for (uint64_t k = 0; k < kept; k++) {
        low = fmax(low, c->kept[k].u_reset);
        high = fmax(high, c->kept[k].u[c->kept[k].n - 1]);
    }
    r->transitions = c->transitions;
    if (kept < 8 || !(low < high))
        return synp_fail(err, SYN_EDATA, "u_max", "expected at least 8 RESETs with 4 points each, found %llu",
                         (unsigned long long)kept);
    search(c, f, low, high, &p->u_max, &p->eta);
    transition_errors(c, f, p, r);
    return SYN_OK;
}

/* Quantile of one feature over all rows, NAN if there is none. */
static syn_status feature_quantile(const syn_features *f, int feature, double probability, double *out)
{
    double *v = malloc((f->rows + 1) * sizeof *v);
    size_t n = 0;
    if (!v)
        return SYN_ENOMEM;
    for (size_t k = 0; k < f->rows; k++)
        if (!isnan(f->y[k][feature]))
            v[n++] = f->y[k][feature];
    qsort(v, n, sizeof *v, synp_rising);
    *out = n ? v[(size_t)(probability * (double)(n - 1))] : NAN;
    free(v);
    return SYN_OK;
}

static size_t sample_size(const syn_curves *c)
{
    return c->points < SAMPLE ? (size_t)c->points : SAMPLE;
}

/* |fit / i - 1| at points of the sample, rising; middle: the conductance between LRS and HRS [S]. */
typedef struct local_errors {
    const syn_curves *c;
    const family *f;
    double middle;
    double *error; /* room for SAMPLE */
} local_errors;

/* Of all points, or of those of one state (1: HRS) at one sign (1: negative). Returns their number. */
static size_t collect_errors(const local_errors *l, bool all, int state, int side)
{
    size_t n = 0;
    for (size_t k = 0; k < sample_size(l->c); k++) {
        const synp_curve_point *p = &l->c->sample[k];
        if (p->i != 0 && (all || ((p->g < l->middle) == state && (p->u < 0) == side)))
            l->error[n++] = fabs(current(l->f, p->g, p->u) / p->i - 1);
    }
    qsort(l->error, n, sizeof *l->error, synp_rising);
    return n;
}

/* g: the conductances of LLRS and HHRS [S]. */
static syn_status put_local_errors(const syn_curves *c, const family *f, const double g[2], syn_curves_report *r,
                                   syn_error *err)
{
    const local_errors l = {c, f, sqrt(g[0] * g[1]), malloc((SAMPLE + 1) * sizeof *l.error)};
    if (!l.error)
        return synp_no_memory(err);
    const size_t n = collect_errors(&l, true, 0, 0);
    r->local_median = n ? l.error[n / 2] : NAN;
    r->local_most = n ? l.error[n * 9 / 10] : NAN;
    for (int state = 0; state < 2; state++)
        for (int side = 0; side < SYN_CURVES_SIDES; side++) {
            const size_t some = collect_errors(&l, false, state, side);
            r->local_of[state][side] = some ? l.error[some * 9 / 10] : NAN;
        }
    free(l.error);
    return SYN_OK;
}

/* The curves at both ends of g must carry a current with the voltage. */
static syn_status check_sign(const family *f, const double g[2], double u_max, syn_error *err)
{
    static const char *const names[2] = {"LLRS", "HHRS"};
    for (int k = 0; k < 2; k++)
        for (int j = 1; j <= 512; j++)
            if (!(current(f, g[k], u_max * j / 512) > 0))
                return synp_fail(
                    err, SYN_EDATA, "iv",
                    "the fitted curve %s, of %.3g ohm at u0, is negative at %.3g V: polynomials of degree %d do "
                    "not follow these cells; exponential curves may, or fit without sweeps and take the curves from "
                    "another set",
                    names[k], 1 / g[k], u_max * j / 512, DEGREE);
    return SYN_OK;
}

static void put_curve(const family *f, double g, syn_poly *out)
{
    out->n = DEGREE + 1;
    out->c[0] = 0;
    for (int j = 0; j < DEGREE; j++)
        out->c[j + 1] = g_unit * f->c[j] + g * f->c[DEGREE + j];
}

/* What the curves of a set may have, from an earlier form. */
static void clear_curves(syn_params *p)
{
    p->hhrs = p->llrs = (syn_poly){0};
    p->exp_hhrs = p->exp_llrs = (syn_exponential){{0}, {0}};
    p->iv_range = 0;
}

/* The checks of a set; the message says that the curves were fitted. */
static syn_status check_fitted(const syn_params *p, syn_error *err)
{
    const syn_status status = synp_check_curves(p, err);
    if (status && err) {
        char text[128];
        snprintf(text, sizeof text, "%.127s", err->text);
        snprintf(err->text, sizeof err->text,
                 "the fitted curves are not valid (%s); take them from a parameter file instead", text);
    }
    return status ? SYN_EDATA : SYN_OK;
}

/* g: S at u0 of LLRS and HHRS. */
static syn_status fit_polynomials(const syn_curves *c, const double g[2], syn_params *p, syn_curves_report *report,
                                  syn_error *err)
{
    family curves = {.exponential = false};
    syn_status status = solve_family(c, &curves, &report->rest, err);
    if (!status)
        status = fit_transitions(c, &curves, p, report, err);
    if (!status)
        status = put_local_errors(c, &curves, g, report, err);
    if (!status)
        status = check_sign(&curves, g, p->u_max, err);
    if (status)
        return status;
    report->degree = DEGREE;
    clear_curves(p);
    put_curve(&curves, g[0], &p->llrs);
    put_curve(&curves, g[1], &p->hhrs);
    return check_fitted(p, err);
}

/* Largest |u| of branches and transitions. */
static double measured_range(const syn_curves *c)
{
    double range = c->u_most;
    for (uint64_t k = 0; k < c->transitions && k < TRANSITIONS; k++)
        range = fmax(range, c->kept[k].u[c->kept[k].n - 1]);
    return range;
}

/* The curves alone, and their errors. gap_to: as in synp_exponential_data. */
static syn_status exponential_family(const syn_curves *c, const double g[2], double gap_to, family *out,
                                     syn_curves_report *report, syn_error *err)
{
    const synp_exponential_data data = {.points = c->sample,
                                        .n = sample_size(c),
                                        .u0 = c->options.u0,
                                        .range = measured_range(c),
                                        .noise = c->options.noise,
                                        .g = {g[0], g[1]},
                                        .gap_to = gap_to};
    synp_exponential_fit fit;
    const syn_status status = synp_fit_exponential(&data, &fit, err);
    if (status)
        return status;
    *out = (family){.exponential = true, .g_end = {g[0], g[1]}, .end = {fit.curve[0], fit.curve[1]}};
    report->exponential = true;
    report->degree = fit.degree;
    report->rest = NAN;
    memcpy(report->mirrored, fit.mirrored, sizeof fit.mirrored);
    return put_local_errors(c, out, g, report, err);
}

static syn_status try_exponentials(const syn_curves *c, const double g[2], double gap_to, syn_params *p,
                                   syn_curves_report *report, syn_error *err)
{
    family curves;
    syn_status status = exponential_family(c, g, gap_to, &curves, report, err);
    if (!status)
        status = fit_transitions(c, &curves, p, report, err);
    if (status)
        return status;
    clear_curves(p);
    p->exp_llrs = curves.end[0];
    p->exp_hhrs = curves.end[1];
    p->iv_range = fmax(measured_range(c), p->u_max);
    return check_fitted(p, err);
}

/* Curves that cross where only one of them was measured are fitted again, with a gap kept between them. */
static syn_status fit_exponentials(const syn_curves *c, const double g[2], syn_params *p, syn_curves_report *report,
                                   syn_error *err)
{
    const syn_status status = try_exponentials(c, g, 0, p, report, err);
    return status == SYN_EDATA && p->exp_llrs.positive.n > 0 ? try_exponentials(c, g, 1.1 * p->u_max, p, report, err)
                                                             : status;
}

typedef syn_status fit_form(const syn_curves *, const double[2], syn_params *, syn_curves_report *, syn_error *);

static syn_status fit_one(fit_form *fit, const syn_curves *c, const double g[2], syn_params *p,
                          syn_curves_report *report, syn_error *err)
{
    *report = (syn_curves_report){.points = c->points, .local_median = NAN, .local_most = NAN};
    report->other_median = report->other_most = NAN;
    p->u0 = c->options.u0;
    clear_curves(p);
    return fit(c, g, p, report, err);
}

/* Whether exponentials follow the points clearly better than the polynomials of *report, which gets their errors. */
static syn_status compare(const syn_curves *c, const double g[2], syn_curves_report *report, bool *better,
                          syn_error *err)
{
    const double clearly = 1.25;
    family curves;
    syn_curves_report other;
    const syn_status status = exponential_family(c, g, 0, &curves, &other, err);
    *better = !status && (report->local_median > clearly * other.local_median ||
                          report->local_most > clearly * other.local_most);
    if (!status) {
        report->other_median = other.local_median;
        report->other_most = other.local_most;
    }
    return status == SYN_ENOMEM ? status : SYN_OK;
}

/* If neither form is possible, the reason is that of the polynomials. */
static syn_status fit_better(const syn_curves *c, const double g[2], syn_params *p, syn_curves_report *report,
                             syn_error *err)
{
    syn_curves_report first;
    bool better = true;
    syn_params *other = malloc(sizeof *other);
    if (!other)
        return synp_no_memory(err);
    *other = *p;
    syn_status status = fit_one(fit_polynomials, c, g, p, report, err);
    first = *report;
    const bool possible = !status;
    if (possible)
        status = compare(c, g, report, &better, err);
    if (status != SYN_ENOMEM && better) {
        const syn_status exponential = fit_one(fit_exponentials, c, g, other, report, NULL);
        if (!exponential)
            *p = *other;
        if (!exponential || exponential == SYN_ENOMEM)
            status = exponential;
        if (exponential)
            *report = first;
        else if (possible) {
            report->other_median = first.local_median;
            report->other_most = first.local_most;
        }
    }
    free(other);
    return status == SYN_ENOMEM ? synp_no_memory(err) : status;
}

syn_status syn_curves_fit(const syn_curves *c, const syn_features *f, syn_params *p, syn_curves_report *report,
                          syn_error *err)
{
    double r_lrs, log_r_hrs;
    if (feature_quantile(f, SYN_R_LRS, 0.001, &r_lrs) || feature_quantile(f, SYN_LOG10_R_HRS, 0.999, &log_r_hrs))
        return synp_no_memory(err);
    if (isnan(r_lrs) || isnan(log_r_hrs))
        return synp_fail(err, SYN_EDATA, syn_feature_name(isnan(r_lrs) ? SYN_R_LRS : SYN_LOG10_R_HRS),
                         "the curves need figures of this feature, found none");
    const double ends[2] = {1 / r_lrs, pow(10, -log_r_hrs)};
    syn_params *fitted = malloc(sizeof *fitted); /* *p stays as it is on failure */
    if (!fitted)
        return synp_no_memory(err);
    *fitted = *p;
    const syn_status status = c->options.form == SYN_CURVES_AUTO ? fit_better(c, ends, fitted, report, err)
                              : c->options.form == SYN_CURVES_POLYNOMIAL
                                  ? fit_one(fit_polynomials, c, ends, fitted, report, err)
                                  : fit_one(fit_exponentials, c, ends, fitted, report, err);
    if (!status)
        *p = *fitted;
    free(fitted);
    return status;
}
