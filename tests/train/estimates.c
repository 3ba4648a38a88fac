/* SPDX-License-Identifier: MIT */
#include "train/estimates.h"

#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double estimates_deviation(double value, double expected, double standard_error)
{
    return fabs(value - expected) / standard_error;
}

void estimates_shape(size_t devices, size_t cycles, syn_features *f)
{
    cr_assert(eq(int, syn_features_create(devices, devices * cycles, f, NULL), SYN_OK));
    for (size_t d = 0; d <= devices; d++) {
        f->first[d] = d * cycles;
        f->cell[d] = d;
    }
}

void estimates_moments(const syn_var *v, int order, size_t n, synp_moments *m)
{
    const int dim = SYN_NFEAT * (order + 1);
    double c[SYN_MAX_ORDER + 1][SYN_NFEAT][SYN_NFEAT];
    for (int lag = 0; lag <= order; lag++)
        support_covariance(v, SUPPORT_FOREVER, lag, c[lag]);
    m->n = n;
    for (int k = 0; k <= order; k++)
        for (int l = 0; l <= order; l++)
            for (int i = 0; i < SYN_NFEAT; i++)
                for (int j = 0; j < SYN_NFEAT; j++)
                    m->m[(SYN_NFEAT * k + i) * dim + SYN_NFEAT * l + j] = l >= k ? c[l - k][i][j] : c[k - l][j][i];
}

static void factor(int n, double *a)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j <= i; j++) {
            double s = a[i * n + j];
            for (int k = 0; k < j; k++)
                s -= a[i * n + k] * a[j * n + k];
            cr_assert(i != j || s > 0, "not positive definite");
            a[i * n + j] = i == j ? sqrt(s) : s / a[j * n + j];
        }
}

/* Lower factor in place -> inverse of the matrix it is a factor of. */
static void invert(int n, const double *l, double *inverse)
{
    double *y = calloc((size_t)n, sizeof *y);
    cr_assert(y != NULL);
    for (int c = 0; c < n; c++) {
        for (int i = 0; i < n; i++) {
            y[i] = i == c;
            for (int k = 0; k < i; k++)
                y[i] -= l[i * n + k] * y[k];
            y[i] /= l[i * n + i];
        }
        for (int i = n - 1; i >= 0; i--) {
            for (int k = i + 1; k < n; k++)
                y[i] -= l[k * n + i] * y[k];
            y[i] /= l[i * n + i];
            inverse[i * n + c] = y[i];
        }
    }
    free(y);
}

void estimates_prepare(const synp_mixture *m, estimates_density *s)
{
    for (int c = 0; c < m->k; c++) {
        memcpy(s[c].chol, m->covariance[c], sizeof s[c].chol);
        factor(D, &s[c].chol[0][0]);
        invert(D, &s[c].chol[0][0], &s[c].inverse[0][0]);
        s[c].log_norm = log(m->weight[c]);
        for (int i = 0; i < D; i++)
            s[c].log_norm -= log(s[c].chol[i][i]) + 0.5 * log(2 * acos(-1));
    }
}

double estimates_log_density(const synp_mixture *m, const estimates_density *s, const double v[D], double *share,
                             double q[][D])
{
    double sum = 0, most = -INFINITY;
    for (int c = 0; c < m->k; c++) {
        share[c] = s[c].log_norm;
        for (int i = 0; i < D; i++) {
            q[c][i] = 0;
            for (int j = 0; j < D; j++)
                q[c][i] += s[c].inverse[i][j] * (v[j] - m->mean[c][j]);
            share[c] -= 0.5 * q[c][i] * (v[i] - m->mean[c][i]);
        }
        most = fmax(most, share[c]);
    }
    for (int c = 0; c < m->k; c++)
        sum += exp(share[c] - most);
    for (int c = 0; c < m->k; c++)
        share[c] = exp(share[c] - most) / sum;
    return most + log(sum);
}

int estimates_draw(const synp_mixture *m, const estimates_density *s, uint64_t *state, double v[D])
{
    double z[D], u = support_uniform(state, 0, 1);
    int c = 0;
    while (c + 1 < m->k && u >= m->weight[c])
        u -= m->weight[c++];
    for (int i = 0; i < D; i++) {
        z[i] = support_normal(state);
        v[i] = m->mean[c][i];
        for (int j = 0; j <= i; j++)
            v[i] += s[c].chol[i][j] * z[j];
    }
    return c;
}

double *estimates_cramer_rao(const synp_mixture *m, double n)
{
    enum { DRAWS = 20000 };
    const int figures = m->k * PER_COMPONENT;
    estimates_density *s = calloc((size_t)m->k, sizeof *s);
    double *info = calloc((size_t)(figures * figures), sizeof *info),
           *inverse = calloc((size_t)(figures * figures), sizeof *info),
           *score = calloc((size_t)figures, sizeof *score), *error = calloc((size_t)figures, sizeof *error);
    uint64_t state = 99;
    cr_assert(s && info && inverse && score && error);
    estimates_prepare(m, s);
    for (int k = 0; k < DRAWS; k++) {
        double v[D], share[SYN_MOST_COMPONENTS], q[SYN_MOST_COMPONENTS][D];
        estimates_draw(m, s, &state, v);
        estimates_log_density(m, s, v, share, q);
        for (int c = 0; c < m->k; c++) {
            double *x = score + c * PER_COMPONENT;
            *x++ = share[c] / m->weight[c] - share[0] / m->weight[0];
            for (int i = 0; i < D; i++)
                *x++ = share[c] * q[c][i] * sqrt(m->covariance[c][i][i]);
            for (int i = 0; i < D; i++)
                for (int j = 0; j <= i; j++)
                    *x++ = share[c] * (i == j ? 0.5 : 1) * (q[c][i] * q[c][j] - s[c].inverse[i][j]) *
                           sqrt(m->covariance[c][i][i] * m->covariance[c][j][j]);
        }
        for (int i = 0; i < figures; i++)
            for (int j = 0; j <= i; j++)
                info[i * figures + j] += score[i] * score[j] * n / DRAWS;
    }
    info[0] = 1; /* the first weight is no figure of its own: its score is 0 */
    factor(figures, info);
    invert(figures, info, inverse);
    for (int c = 0; c < m->k; c++) {
        double *x = error + c * PER_COMPONENT;
        const double *i0 = inverse + c * PER_COMPONENT * (figures + 1);
        for (int i = 0; i < PER_COMPONENT; i++)
            x[i] = sqrt(i0[i * (figures + 1)]);
        for (int i = 0; i < D; i++)
            x[1 + i] *= sqrt(m->covariance[c][i][i]);
        for (int i = 0, at = 1 + D; i < D; i++)
            for (int j = 0; j <= i; j++)
                x[at++] *= sqrt(m->covariance[c][i][i] * m->covariance[c][j][j]);
    }
    double sum = 0; /* variance of minus the sum of the other weights */
    for (int c = 1; c < m->k; c++)
        for (int d = 1; d < m->k; d++)
            sum += inverse[c * PER_COMPONENT * figures + d * PER_COMPONENT];
    error[0] = sqrt(sum);
    free(s);
    free(info);
    free(inverse);
    free(score);
    return error;
}

/* The component of `found` that is nearest to component c of m, in standard deviations. */
static int partner(const synp_mixture *m, int c, const synp_mixture *found)
{
    double least = INFINITY;
    int best = 0;
    for (int k = 0; k < found->k; k++) {
        double square = 0;
        for (int i = 0; i < D; i++)
            square += pow(found->mean[k][i] - m->mean[c][i], 2) / m->covariance[c][i][i];
        if (square < least) {
            least = square;
            best = k;
        }
    }
    return best;
}

void estimates_compare(const synp_mixture *m, const synp_mixture *found, const double *error, double worst[3])
{
    memset(worst, 0, 3 * sizeof *worst);
    for (int c = 0; c < m->k; c++) {
        const int k = partner(m, c, found);
        const double *e = error + c * PER_COMPONENT;
        support_worst(&worst[0], estimates_deviation(found->weight[k], m->weight[c], *e++));
        for (int i = 0; i < D; i++)
            support_worst(&worst[1], estimates_deviation(found->mean[k][i], m->mean[c][i], *e++));
        for (int i = 0; i < D; i++)
            for (int j = 0; j <= i; j++)
                support_worst(&worst[2],
                              estimates_deviation(found->covariance[k][i][j], m->covariance[c][i][j], *e++));
    }
}
