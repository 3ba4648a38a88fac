/* SPDX-License-Identifier: MIT */
/* Step 5 of fit.h: a mixture of normals by expectation-maximisation (Dempster, Laird, Rubin, J. R. Stat. Soc. B 39
 * (1977) 1), from k-means++ starts (Arthur, Vassilvitskii, Proc. SODA 2007, 1027). */
#include "base/linear.h"
#include "base/numeric.h"
#include "model/model.h"
#include "train/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <synaptogen/rng.h>

enum { N = SYN_NDEVICE };
enum { SHORT = 60, LONG = 2000, FINALISTS = 3 }; /* iterations from every start; from the best ones */
static const double floor_of_variance = 1e-3, floor_of_share = 0.01, pi = 3.14159265358979323846;

/* Symmetric a <- a with its eigenvalues raised to `least`. */
static syn_status raise_eigenvalues(synp_device a[N], double least)
{
    double w[N], smallest = INFINITY;
    synp_device d[N], v[N];
    memcpy(d, a, sizeof d);
    if (!synp_eigenvectors(N, &d[0][0], w, &v[0][0]))
        return SYN_ENUMERIC;
    for (int k = 0; k < N; k++)
        smallest = fmin(smallest, w[k]);
    if (smallest >= least)
        return SYN_OK;
    memset(a, 0, sizeof v);
    for (int k = 0; k < N; k++)
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++)
                a[i][j] += fmax(w[k], least) * v[k][i] * v[k][j];
    return SYN_OK;
}

syn_status synp_cholesky(const synp_device a[N], synp_device l[N])
{
    memcpy(l, a, N * sizeof *l);
    return synp_cholesky_factor(N, &l[0][0]) ? SYN_OK : SYN_ENUMERIC;
}

/* A mixture under way, and its n vectors of unit variance. */
typedef struct work {
    const synp_device *v;
    size_t n;
    double *share; /* n x k: probability of each component, given the vector */
    synp_mixture m;
    synp_device chol[SYN_MOST_COMPONENTS][N];
} work;

static double log_density(const synp_device v, const synp_device mean, const synp_device l[N])
{
    double z[N], squares = 0, log_det = 0;
    for (int i = 0; i < N; i++) {
        double d = v[i] - mean[i];
        for (int j = 0; j < i; j++)
            d -= l[i][j] * z[j];
        z[i] = d / l[i][i];
        squares += z[i] * z[i];
        log_det += log(l[i][i]);
    }
    return -0.5 * squares - log_det - 0.5 * N * log(2 * pi);
}

/* Expectation: shares of the components and the log-likelihood, from the parameters. */
static syn_status expect(work *w)
{
    const int k = w->m.k;
    for (int c = 0; c < k; c++)
        if (synp_cholesky((const synp_device *)w->m.covariance[c], w->chol[c]))
            return SYN_ENUMERIC;
    w->m.log_likelihood = 0;
    for (size_t d = 0; d < w->n; d++) {
        double *p = w->share + d * (size_t)k, most = -INFINITY, sum = 0;
        for (int c = 0; c < k; c++) {
            p[c] = log(w->m.weight[c]) + log_density(w->v[d], w->m.mean[c], (const synp_device *)w->chol[c]);
            most = fmax(most, p[c]);
        }
        for (int c = 0; c < k; c++) {
            p[c] = exp(p[c] - most);
            sum += p[c];
        }
        for (int c = 0; c < k; c++)
            p[c] /= sum;
        w->m.log_likelihood += most + log(sum);
    }
    return isfinite(w->m.log_likelihood) ? SYN_OK : SYN_ENUMERIC;
}

/* Maximisation: weight, mean and covariance of component c from its shares. */
static syn_status maximise_component(work *w, int c)
{
    double total = 0;
    const size_t k = (size_t)w->m.k;
    memset(w->m.mean[c], 0, sizeof w->m.mean[c]);
    memset(w->m.covariance[c], 0, sizeof w->m.covariance[c]);
    for (size_t d = 0; d < w->n; d++) {
        total += w->share[d * k + (size_t)c];
        for (int i = 0; i < N; i++)
            w->m.mean[c][i] += w->share[d * k + (size_t)c] * w->v[d][i];
    }
    total = fmax(total, 1e-6);
    for (int i = 0; i < N; i++)
        w->m.mean[c][i] /= total;
    for (size_t d = 0; d < w->n; d++) {
        const double share = w->share[d * k + (size_t)c] / total;
        for (int i = 0; i < N; i++)
            for (int j = 0; j <= i; j++)
                w->m.covariance[c][i][j] += share * (w->v[d][i] - w->m.mean[c][i]) * (w->v[d][j] - w->m.mean[c][j]);
    }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < i; j++)
            w->m.covariance[c][j][i] = w->m.covariance[c][i][j];
    w->m.weight[c] = total / (double)w->n;
    return raise_eigenvalues(w->m.covariance[c], floor_of_variance);
}

/* At most `most` iterations, or until one gains less than 1e-9 per vector. */
static syn_status iterate(work *w, int most)
{
    syn_status status = SYN_OK;
    double before = -INFINITY;
    for (int k = 0; !status && k < most && !(w->m.log_likelihood - before < 1e-9 * (double)w->n); k++) {
        before = k ? w->m.log_likelihood : -INFINITY;
        for (int c = 0; !status && c < w->m.k; c++)
            status = maximise_component(w, c);
        if (!status)
            status = expect(w);
    }
    return status;
}

static double distance(const synp_device a, const synp_device b)
{
    double sum = 0;
    for (int i = 0; i < N; i++)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

/* k-means++: the first centre is a random vector. Each further one is a vector drawn with a probability proportional to
 * the squared distance from its nearest centre so far. Then the nearest centre of every vector has its whole share.
 * near: room for n distances. */
static void choose_centres(work *w, uint64_t seed, uint64_t start, double *near)
{
    const size_t k = (size_t)w->m.k;
    memset(w->share, 0, w->n * k * sizeof *w->share);
    for (size_t c = 0; c < k; c++) {
        uint32_t word[4];
        double sum = 0, running = 0;
        syn_rng_block(seed, start, c, SYN_DRAW_ESTIMATE, word);
        for (size_t d = 0; d < w->n; d++)
            sum += c ? near[d] : 1;
        size_t chosen = w->n - 1;
        for (size_t d = 0; d < w->n; d++) {
            running += c ? near[d] : 1;
            if (running > syn_rng_uniform(word[0]) * sum) {
                chosen = d;
                break;
            }
        }
        for (size_t d = 0; d < w->n; d++) {
            const double square = distance(w->v[d], w->v[chosen]);
            if (c && square >= near[d])
                continue;
            near[d] = square;
            for (size_t j = 0; j < c; j++)
                w->share[d * k + j] = 0;
            w->share[d * k + c] = 1;
        }
    }
}

/* Short runs from every start, long runs from the best of them. The best result is in w->m. */
static syn_status best_of_starts(work *w, int starts, uint64_t seed, double *near)
{
    double value[FINALISTS];
    uint64_t finalist[FINALISTS];
    int n = 0;
    for (int k = 0; k < starts; k++) {
        choose_centres(w, seed, (uint64_t)k, near);
        double gained = iterate(w, SHORT) ? -INFINITY : w->m.log_likelihood;
        uint64_t number = (uint64_t)k;
        for (int j = 0; j < n; j++)
            if (gained > value[j]) {
                const double other = value[j];
                const uint64_t other_number = finalist[j];
                value[j] = gained;
                finalist[j] = number;
                gained = other;
                number = other_number;
            }
        if (n < FINALISTS) {
            value[n] = gained;
            finalist[n++] = number;
        }
    }
    synp_mixture best = {.log_likelihood = -INFINITY};
    for (int j = 0; j < n; j++) {
        choose_centres(w, seed, finalist[j], near);
        if (!iterate(w, LONG) && w->m.log_likelihood > best.log_likelihood)
            best = w->m;
    }
    w->m = best;
    return isfinite(best.log_likelihood) ? SYN_OK : SYN_ENUMERIC;
}

/* Orders the components by decreasing weight and returns to the units of the data. */
static void put_mixture(const synp_mixture *m, size_t n, const synp_device centre, const synp_device unit,
                        synp_mixture *out)
{
    int rank[SYN_MOST_COMPONENTS];
    for (int c = 0; c < m->k; c++) {
        rank[c] = 0;
        for (int d = 0; d < m->k; d++)
            rank[c] += m->weight[d] > m->weight[c] || (d < c && m->weight[d] == m->weight[c]);
    }
    *out = (synp_mixture){.k = m->k, .log_likelihood = m->log_likelihood};
    for (int i = 0; i < N; i++)
        out->log_likelihood -= (double)n * log(unit[i]);
    for (int c = 0; c < m->k; c++) {
        const int to = rank[c];
        out->weight[to] = m->weight[c];
        for (int i = 0; i < N; i++) {
            out->mean[to][i] = centre[i] + unit[i] * m->mean[c][i];
            for (int j = 0; j < N; j++)
                out->covariance[to][i][j] = unit[i] * unit[j] * m->covariance[c][i][j];
        }
    }
}

/* v in units of its standard deviations about its means. */
static void normalise(const synp_device *v, size_t n, synp_device *out, synp_device centre, synp_device unit)
{
    for (int i = 0; i < N; i++) {
        const synp_scatter s = synp_scatter_of(v[0] + i, n, N);
        centre[i] = s.mean;
        unit[i] = sqrt(s.squares / (double)n);
        if (!(unit[i] > 1e-9 * fabs(centre[i]))) /* all devices alike */
            unit[i] = fmax(1e-9 * fabs(centre[i]), 1e-30);
        for (size_t d = 0; d < n; d++)
            out[d][i] = (v[d][i] - centre[i]) / unit[i];
    }
}

syn_status synp_mixture_fit(const synp_device *v, size_t n, int k, int starts, uint64_t seed, synp_mixture *out)
{
    work *w = malloc(sizeof *w);
    synp_device *scaled = malloc(n * sizeof *scaled), centre, unit;
    double *near = malloc(n * sizeof *near);
    syn_status status = SYN_ENOMEM;
    if (w)
        *w = (work){
            .v = (const synp_device *)scaled, .n = n, .m.k = k, .share = malloc(n * (size_t)k * sizeof *w->share)};
    if (w && scaled && near && w->share) {
        normalise(v, n, scaled, centre, unit);
        status = best_of_starts(w, starts, seed, near);
        if (!status)
            put_mixture(&w->m, n, centre, unit, out);
    }
    if (w)
        free(w->share);
    free(w);
    free(scaled);
    free(near);
    return status;
}

double synp_mixture_bic(const synp_mixture *m, int figures, size_t n)
{
    const double free_figures = m->k * (1 + figures + figures * (figures + 1) / 2) - 1;
    return -2 * m->log_likelihood + free_figures * log((double)n);
}

/* Sharpening: from the spread of estimated devices to the spread of devices.
 *
 * The components describe the estimated vectors (mu, sigma). These are the true ones plus errors that do not depend on
 * them, except that the errors of a device are proportional to its scales. So the covariance T of a component is C + S
 * with the covariance C of the devices and the covariance S of the errors:
 *   S_ij = e_ij E[sigma_a sigma_b],  E[sigma_a sigma_b] = mean_a mean_b + T_ab,
 * where a and b are the features of figures i and j, and e are the errors of a device with scale 1 (bias.c).
 * T - S itself may have negative eigenvalues, as both are estimates. With T = l l', the eigenvalues of
 * l^-1 (T - S) l^-T are the shares of the variance that remain in each direction. Those below 1 % are raised to 1 %,
 * and the result is transformed back. */

/* S of component c. */
static void error_covariance(const synp_mixture *m, int c, const synp_device e[N], synp_device out[N])
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            const int a = SYN_NFEAT + i % SYN_NFEAT, b = SYN_NFEAT + j % SYN_NFEAT;
            out[i][j] = e[i][j] * (m->mean[c][a] * m->mean[c][b] + m->covariance[c][a][b]);
        }
}

/* w <- (l^-1 w)' with l lower triangular. */
static void solve_transposed(const synp_device l[N], synp_device w[N])
{
    synp_device out[N];
    for (int j = 0; j < N; j++)
        for (int i = 0; i < N; i++) {
            double d = w[i][j];
            for (int k = 0; k < i; k++)
                d -= l[i][k] * out[j][k];
            out[j][i] = d / l[i][i];
        }
    memcpy(w, out, sizeof out);
}

/* t <- t - s, but at least floor_of_share of t in every direction. */
static syn_status subtract(synp_device t[N], const synp_device s[N])
{
    synp_device l[N], w[N];
    if (synp_cholesky((const synp_device *)t, l))
        return SYN_ENUMERIC;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            w[i][j] = t[i][j] - s[i][j];
    solve_transposed((const synp_device *)l, w);
    solve_transposed((const synp_device *)l, w);
    if (raise_eigenvalues(w, floor_of_share))
        return SYN_ENUMERIC;
    memset(t, 0, sizeof w);
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++)
            for (int k = 0; k <= i; k++)
                for (int q = 0; q <= j; q++)
                    t[i][j] += l[i][k] * w[k][q] * l[j][q];
    return SYN_OK;
}

syn_status synp_mixture_sharpen(synp_mixture *m, const synp_device e[N], synp_device share)
{
    synp_device error[N];
    memset(share, 0, sizeof(synp_device));
    for (int c = 0; c < m->k; c++) {
        error_covariance(m, c, e, error);
        for (int i = 0; i < N; i++)
            share[i] += m->weight[c] * error[i][i] / m->covariance[c][i][i];
        if (subtract(m->covariance[c], (const synp_device *)error))
            return SYN_ENUMERIC;
    }
    return SYN_OK;
}
