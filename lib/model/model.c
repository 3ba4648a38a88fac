/* SPDX-License-Identifier: MIT */
#include "model/model.h"
#include "base/linear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static syn_status prepare_history(syn_model *m, syn_error *err)
{
    const syn_status status = synp_var_covariance(m->var, m->covariance);
    const int dim = SYN_NFEAT * synp_slots(m->var);
    bool good = status == SYN_OK;
    memcpy(m->start, m->covariance, sizeof m->start);
    if (m->var->order == SYN_LONG)
        synp_cholesky_of_semidefinite(dim, m->start); /* h of a feature without memory is 0 */
    else
        good = good && synp_cholesky_factor(dim, m->start);
    if (!good)
        return synp_fail(err, SYN_ENUMERIC, "var", "the stationary covariance at order %d is not positive definite",
                         m->var->order);
    return SYN_OK;
}

static syn_status choose_order(syn_model *m, int order, syn_error *err)
{
    if (order == 0)
        for (int k = 0; k < SYN_LONG; k++)
            if (m->params.var[k].order)
                order = k + 1;
    if (order < 1 || order > SYN_LONG)
        return synp_fail(err, SYN_EINVAL, "order", "%d is outside 1 .. %d", order, SYN_MAX_ORDER);
    m->var = &m->params.var[order - 1];
    if (m->var->order == 0 && order == SYN_LONG)
        return synp_fail(err, SYN_EINVAL, "order", "parameter set \"%s\" holds no autoregression with long memory",
                         m->params.name);
    if (m->var->order == 0)
        return synp_fail(err, SYN_EINVAL, "order", "%d is not among the orders that parameter set \"%s\" holds",
                         order, m->params.name);
    return SYN_OK;
}

static void prepare_mixture(syn_model *m)
{
    double sum = 0, running = 0;
    for (int k = 0; k < m->params.n_components; k++)
        sum += m->params.weight[k];
    for (int k = 0; k < m->params.n_components; k++) {
        running += m->params.weight[k];
        m->cumulative[k] = running / sum;
    }
    m->cumulative[m->params.n_components - 1] = 1;
}

/* Coefficients of LLRS and HHRS side by side, without the first `skip`. Returns their number. */
static int pair_up(const syn_poly *l, const syn_poly *h, int skip, synp_pair *out)
{
    const int n = (l->n > h->n ? l->n : h->n) - skip;
    for (int j = 0; j < n; j++)
        out[j] = (synp_pair){j + skip < l->n ? l->c[j + skip] : 0, j + skip < h->n ? h->c[j + skip] : 0};
    return n;
}

static void prepare_curves(syn_model *m)
{
    const syn_params *p = &m->params;
    m->g_llrs = synp_llrs(p, p->u0) / p->u0;
    m->g_hhrs = synp_hhrs(p, p->u0) / p->u0;
    m->u_linear = synp_u_linear(p);
    m->exponential = synp_is_exponential(p);
    if (m->exponential) {
        const int positive = pair_up(&p->exp_llrs.positive, &p->exp_hhrs.positive, 0, m->exponent[0]),
                  negative = pair_up(&p->exp_llrs.negative, &p->exp_hhrs.negative, 0, m->exponent[1]);
        m->terms = positive > negative ? positive : negative;
    } else {
        m->terms = pair_up(&p->llrs, &p->hhrs, 1, m->chord);
    }
}

/* At a voltage, the chord of the mixture changes its sign at one state. The narrowest bounds over all voltages are found
 * on a grid. A margin covers what lies between its points: there the bounds vary by 1e-7 in the built-in set. For steep
 * curves the grid is finer: the bound 1 / (1 - exp(-d)) with d = ln(LLRS / HHRS) varies by d'' h^2 / 8 about its least value,
 * which is 1e-6 for d'' = 200 / V^2 and a range of 1.6 V. */
static void prepare_passive_states(syn_model *m)
{
    const int steps = m->exponential ? 8192 : 1024;
    const double margin = 1e-6;
    double low = -INFINITY, high = INFINITY;
    for (int k = -steps; k <= steps; k++) {
        const synp_pair chords = synp_chords(m, m->u_linear * k / steps);
        const double gap = chords[1] - chords[0], zero = -chords[0] / gap;
        if (gap < 0)
            high = fmin(high, zero);
        else
            low = fmax(low, zero);
    }
    m->r_passive[0] = low + margin;
    m->r_passive[1] = high - margin;
}

/* The set is valid. */
static syn_status create(const syn_params *valid, const syn_model_options *o, syn_model **out, syn_error *err)
{
    const syn_model_options defaults = {0};
    if (!o)
        o = &defaults;
    *out = NULL;
    syn_status status = synp_check_reserved(o->reserved, sizeof o->reserved, "syn_model_options", err);
    if (status)
        return status;
    syn_model *m = calloc(1, sizeof *m);
    if (!m)
        return synp_no_memory(err);
    m->params = *valid;
    status = choose_order(m, o->order, err);
    if (!status)
        status = prepare_history(m, err);
    if (status) {
        free(m);
        return status;
    }
    prepare_mixture(m);
    prepare_curves(m);
    prepare_passive_states(m);
    m->r_lrs_min = fmin(1000, 0.5 / m->g_llrs);
    *out = m;
    return SYN_OK;
}

syn_status syn_model_create(const syn_params *p, const syn_model_options *o, syn_model **out, syn_error *err)
{
    *out = NULL;
    const syn_status status = syn_params_validate(p, err);
    return status ? status : create(p, o, out, err);
}

syn_status syn_model_open(const char *path, const syn_model_options *o, syn_model **out, syn_error *err)
{
    syn_params p;
    *out = NULL;
    const syn_status status = path ? syn_params_load(path, &p, err) : SYN_OK;
    return status ? status : create(path ? &p : &synp_params_default, o, out, err);
}

void syn_model_free(syn_model *m)
{
    free(m);
}

const syn_params *syn_model_params(const syn_model *m)
{
    return &m->params;
}

int syn_model_order(const syn_model *m)
{
    return m->var->order;
}

double syn_model_u_linear(const syn_model *m)
{
    return m->u_linear;
}

syn_status syn_model_autocovariance(const syn_model *m, int lag, double c[SYN_NFEAT][SYN_NFEAT], syn_error *err)
{
    synp_lags l;
    if (lag < 0 || lag > SYN_MAX_LAG)
        return synp_fail(err, SYN_EINVAL, "lag", "%d is outside 0 .. %d", lag, SYN_MAX_LAG);
    synp_lags_begin(m->var, m->covariance, &l);
    while (l.lag < lag)
        synp_lags_next(&l);
    memcpy(c, l.c[0], sizeof l.c[0]);
    return SYN_OK;
}

syn_memory syn_model_memory(const syn_model *m, int feature)
{
    if (feature < 0 || feature >= SYN_NFEAT)
        return (syn_memory){NAN, NAN};
    return synp_var_memory(m->var, m->covariance, feature);
}

/* The same of exponential curves: g = exp(P(|u|)), dg/du = +-g P'(|u|). */
static __attribute__((noinline)) synp_pair exponential_chords(const syn_model *m, double u, synp_pair *derivative)
{
    const synp_pair *c = m->exponent[u < 0], at = {fabs(u), fabs(u)};
    synp_pair exponent = {0, 0}, slope = {0, 0};
    for (int j = m->terms - 1; j >= 0; j--) {
        slope = slope * at + exponent;
        exponent = exponent * at + c[j];
    }
    const synp_pair chords = {exp(exponent[0]), exp(exponent[1])};
    *derivative = u < 0 ? -chords * slope : chords * slope;
    return chords;
}

/* I/u of both curves inside the fitted range and its derivative, by Horner's rule. */
static synp_pair chords_inside(const syn_model *m, double u, synp_pair *derivative)
{
    if (m->exponential) {
        synp_pair slope; /* with an address of its own, so that polynomials need no memory for theirs */
        const synp_pair chord = exponential_chords(m, u, &slope);
        *derivative = slope;
        return chord;
    }
    synp_pair chord = m->chord[0], slope = m->chord[1];
    if (u != 0) { /* most lines of an array are at rest most of the time */
        const synp_pair at = {u, u};
        chord = slope = (synp_pair){0, 0};
        for (int j = m->terms - 1; j >= 0; j--) {
            slope = slope * at + chord;
            chord = chord * at + m->chord[j];
        }
    }
    *derivative = slope;
    return chord;
}

/* u between the ends of the fitted range. */
static double inside_range(const syn_model *m, double u)
{
    return u > m->u_linear ? m->u_linear : u < -m->u_linear ? -m->u_linear : u;
}

static double mixed(synp_pair curves, double r)
{
    return (1 - r) * curves[0] + r * curves[1];
}

/* NAN stays. */
static double not_negative(double g)
{
    return g < 0 ? 0 : g;
}

synp_pair synp_chords(const syn_model *m, double u)
{
    synp_pair derivative;
    return chords_inside(m, inside_range(m, u), &derivative);
}

double syn_chord(const syn_model *m, double r, double u)
{
    return not_negative(mixed(synp_chords(m, u), r));
}

double syn_current(const syn_model *m, double r, double u, double *slope)
{
    synp_pair derivative;
    const double inside = inside_range(m, u), chord = mixed(chords_inside(m, inside, &derivative), r);
    const bool conducts = !(chord < 0);
    if (slope)
        *slope = !conducts ? 0 : inside == u ? chord + u * mixed(derivative, r) : chord;
    return conducts ? u * chord : 0;
}

double syn_state_of_resistance(const syn_model *m, double resistance)
{
    return (m->g_llrs - 1 / resistance) / (m->g_llrs - m->g_hhrs);
}

double syn_resistance_of_state(const syn_model *m, double r)
{
    return 1 / ((1 - r) * m->g_llrs + r * m->g_hhrs);
}

double syn_state_of_current(const syn_model *m, double i, double u)
{
    const double l = synp_llrs(&m->params, u), h = synp_hhrs(&m->params, u);
    return (i - l) / (h - l);
}
