/* SPDX-License-Identifier: MIT */
/* The cells as a population against exact figures. Every comparison is made at 5 standard errors (two-sided chance
 * 6e-7; there are some 3000 comparisons, and the seeds are fixed). */
#include "support/support.h"

#include <math.h>
#include <string.h>

enum { R_HRS, U_S, R_LRS, U_R }; /* features, as the equations name them */
typedef double matrix[SYN_NFEAT][SYN_NFEAT];

static const double pi = 3.14159265358979323846;

/* How many standard errors a sample's value is away from its expectation. */
static double deviation(double value, double expected, double standard_error)
{
    return fabs(value - expected) / standard_error;
}

static void stationary(int order, int lag, matrix c)
{
    support_covariance(&support_params()->var[order - 1], SUPPORT_FOREVER, lag, c);
}

static double latent_variance(int order, int feature)
{
    matrix c;
    stationary(order, 0, c);
    return c[feature][feature];
}

/* Fraction of mixture component k. */
static double fraction(int k)
{
    const syn_params *p = support_params();
    double total = 0;
    for (int l = 0; l < p->n_components; l++)
        total += p->weight[l];
    return p->weight[k] / total;
}

/* Covariance of entries i and j of the device vector in component k. */
static double device_covariance(int k, int i, int j)
{
    double sum = 0;
    for (int l = 0; l < SYN_NDEVICE; l++)
        sum += support_params()->chol[k][i][l] * support_params()->chol[k][j][l];
    return sum;
}

/* A feature's distribution over devices and cycles as a sum of normals: given component, scale and latent value, it
 * is the location's normal given the scale, shifted. Nodes of the trapezoid rule with step 1/4 in two standard
 * normals, whose error falls as exp(-2 pi^2 / step^2) for integrands as smooth as these. */
enum { SCALES = 65, LATENTS = 89, NODES = 3 * SCALES * LATENTS };
typedef struct marginal {
    double weight[NODES], mean[NODES], sd[NODES];
} marginal;

static const marginal *marginal_of(int feature, double latent_variance)
{
    static marginal m;
    const syn_params *p = support_params();
    const double step = 0.25;
    const int s = SYN_NFEAT + feature;
    int n = 0;
    cr_assert(eq(int, p->n_components, 3));
    for (int k = 0; k < 3; k++) {
        const double scale_sd = sqrt(device_covariance(k, s, s)), pull = device_covariance(k, feature, s) / scale_sd,
                     sd = sqrt(device_covariance(k, feature, feature) - pull * pull);
        for (int a = 0; a < SCALES; a++)
            for (int b = 0; b < LATENTS; b++, n++) {
                const double z = (a - SCALES / 2) * step, w = (b - LATENTS / 2) * step,
                             u = support_power_sum(&p->gamma[feature], sqrt(latent_variance) * w);
                m.weight[n] = fraction(k) * step * step / (2 * pi) * exp(-0.5 * (z * z + w * w));
                m.mean[n] = p->mean[k][feature] + pull * z + fabs(p->mean[k][s] + scale_sd * z) * u;
                m.sd[n] = sd;
            }
    }
    return &m;
}

/* P(feature < limit). */
static double probability_below(const marginal *m, double limit)
{
    double sum = 0;
    for (int n = 0; n < NODES; n++)
        sum += m->weight[n] * 0.5 * erfc((m->mean[n] - limit) / (m->sd[n] * sqrt(2)));
    return sum;
}

static double quantile(const marginal *m, double p, double low, double high)
{
    for (int i = 0; i < 28; i++) { /* to 1e-7 of probability */
        const double middle = 0.5 * (low + high);
        *(probability_below(m, middle) < p ? &low : &high) = middle;
    }
    return low;
}

/* E (feature - about)^k, k <= 8, by the normal's recursion M_k = d M_{k-1} + (k-1) sd^2 M_{k-2}. */
static double moment(const marginal *m, double about, int k)
{
    double sum = 0;
    for (int n = 0; n < NODES; n++) {
        const double d = m->mean[n] - about;
        double of_normal[9] = {1, d};
        for (int i = 2; i <= k; i++)
            of_normal[i] = d * of_normal[i - 1] + (i - 1) * m->sd[n] * m->sd[n] * of_normal[i - 2];
        sum += m->weight[n] * of_normal[k];
    }
    return sum;
}

/* Figures computed apart from this library, tolerance half a unit of their last digit: they check the quadrature
 * above. */
Test(stats, the_quadrature_gives_the_known_moments_and_probabilities)
{
    const double known[4][4] = {{4.8790, 0.2031, 0.257, 4.45},
                                {-0.6790, 0.0773, -1.321, 7.60},
                                {4545.1, 265.3, 0.761, 5.03},
                                {0.7342, 0.0492, 0.779, 5.75}};
    const double tolerance[4][2] = {{5e-5, 5e-5}, {5e-5, 5e-5}, {0.05, 0.05}, {5e-5, 5e-5}};
    for (int i = 0; i < SYN_NFEAT; i++) {
        const marginal *m = marginal_of(i, latent_variance(10, i));
        const double mean = moment(m, 0, 1), variance = moment(m, mean, 2);
        cr_expect(epsilon_eq(dbl, moment(m, 0, 0), 1, 1e-9));
        cr_expect(epsilon_eq(dbl, mean, known[i][0], tolerance[i][0]));
        cr_expect(epsilon_eq(dbl, sqrt(variance), known[i][1], tolerance[i][1]));
        cr_expect(epsilon_eq(dbl, moment(m, mean, 3) / pow(variance, 1.5), known[i][2], 5e-4));
        cr_expect(epsilon_eq(dbl, moment(m, mean, 4) / pow(variance, 2), known[i][3], 5e-3));
    }
    const marginal *set = marginal_of(U_S, latent_variance(10, U_S));
    cr_expect(epsilon_eq(dbl, probability_below(set, -1.5), 1.66e-5, 5e-8));
    const marginal *lrs = marginal_of(R_LRS, latent_variance(10, R_LRS));
    cr_expect(epsilon_eq(dbl, probability_below(lrs, 3716.82), 8.8e-5, 5e-7));
}

static void draw(const syn_model *m, uint64_t seed, uint64_t id, syn_history history, syn_cell *c)
{
    cr_assert(eq(int, syn_cell_init(m, seed, id, &(syn_start){.history = history}, c, NULL), SYN_OK));
}

/* One cycle with certainty: U_S < -10 V or U_R > 10 V do not occur. */
static void cycle(const syn_model *m, syn_cell *c)
{
    syn_cell_step(m, c, -10, c);
    syn_cell_step(m, c, 10, c);
}

/* One cell gives one draw, so the draws are independent. Standard error of the mean of (y - mean)^k over N draws:
 * sqrt((M_2k - M_k^2) / N), of the fraction below the exact p-quantile: sqrt(p (1 - p) / N). */
Test(stats, a_million_devices_have_the_exact_moments_and_quantiles_of_every_feature)
{
    enum { N = 1000000, QUANTILES = 13 };
    const double p[QUANTILES] = {1e-4, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999};
    const double low[4] = {2, -4, 2000, 0}, high[4] = {12, 0, 20000, 3};
    double limit[4][QUANTILES], centre[4], m_sum[4][5] = {{0}}, count[4][QUANTILES] = {{0}};
    for (int i = 0; i < SYN_NFEAT; i++) {
        const marginal *m = marginal_of(i, latent_variance(10, i));
        centre[i] = moment(m, 0, 1);
        for (int q = 0; q < QUANTILES; q++)
            limit[i][q] = quantile(m, p[q], low[i], high[i]);
    }
    for (uint64_t id = 0; id < N; id++) {
        syn_cell c;
        draw(support_model(10), 101, id, SYN_STATIONARY, &c);
        for (int i = 0; i < SYN_NFEAT; i++) {
            const double d = c.now.y[i] - centre[i];
            for (int k = 1; k <= 4; k++)
                m_sum[i][k] += k == 1 ? d : k == 2 ? d * d : k == 3 ? d * d * d : d * d * d * d;
            for (int q = 0; q < QUANTILES; q++)
                count[i][q] += c.now.y[i] < limit[i][q];
        }
    }
    for (int i = 0; i < SYN_NFEAT; i++) {
        const marginal *m = marginal_of(i, latent_variance(10, i));
        for (int k = 1; k <= 4; k++) {
            const double expected = moment(m, centre[i], k),
                         error = sqrt((moment(m, centre[i], 2 * k) - expected * expected) / N);
            cr_expect(lt(dbl, deviation(m_sum[i][k] / N, expected, error), 5), "feature %d, moment %d", i, k);
        }
        for (int q = 0; q < QUANTILES; q++)
            cr_expect(lt(dbl, deviation(count[i][q] / N, p[q], sqrt(p[q] * (1 - p[q]) / N)), 5), "feature %d at %g",
                      i, p[q]);
    }
}

/* E u_i and E u_i u_j, u = Gamma(x), for the stationary latent pair: trapezoid rule as above. */
static void gamma_moments(const matrix c, int i, int j, double *e_i, double *e_j, double *e_ij)
{
    const syn_params *p = support_params();
    const double step = 0.25, sd_i = sqrt(c[i][i]), slope = c[i][j] / sd_i,
                 rest = sqrt(fmax(c[j][j] - slope * slope, 0));
    *e_i = *e_j = *e_ij = 0;
    for (int a = -44; a <= 44; a++)
        for (int b = -44; b <= 44; b++) {
            const double z = a * step, w = b * step, weight = step * step / (2 * pi) * exp(-0.5 * (z * z + w * w)),
                         u_i = support_power_sum(&p->gamma[i], sd_i * z),
                         u_j = support_power_sum(&p->gamma[j], slope * z + rest * w);
            *e_i += weight * u_i;
            *e_j += weight * u_j;
            *e_ij += weight * u_i * u_j;
        }
}

/* E y_i y_j, y = mu + sigma u with the device independent of u. The mirrored scales (2e-4 of the devices, all near 0)
 * shift it by less than a hundredth of the standard error. */
static double feature_product(const matrix c, int i, int j)
{
    const syn_params *p = support_params();
    double sum = 0, e_i, e_j, e_ij;
    gamma_moments(c, i, j, &e_i, &e_j, &e_ij);
    for (int k = 0; k < p->n_components; k++) {
        const double *mean = p->mean[k];
        const int s_i = SYN_NFEAT + i, s_j = SYN_NFEAT + j;
        sum += fraction(k) * (device_covariance(k, i, j) + mean[i] * mean[j] +
                              (device_covariance(k, i, s_j) + mean[i] * mean[s_j]) * e_j +
                              (device_covariance(k, s_i, j) + mean[s_i] * mean[j]) * e_i +
                              (device_covariance(k, s_i, s_j) + mean[s_i] * mean[s_j]) * e_ij);
    }
    return sum;
}

/* Independent draws again; the standard error of a mean product is the products' own scatter over sqrt(N). */
Test(stats, the_features_of_a_cycle_are_correlated_as_device_and_latent_correlations_say)
{
    enum { N = 300000 };
    matrix c, sum = {{0}}, squares = {{0}};
    double centre[4];
    stationary(10, 0, c);
    for (int i = 0; i < SYN_NFEAT; i++)
        centre[i] = moment(marginal_of(i, c[i][i]), 0, 1);
    for (uint64_t id = 0; id < N; id++) {
        syn_cell cell;
        draw(support_model(10), 102, id, SYN_STATIONARY, &cell);
        for (int i = 0; i < SYN_NFEAT; i++)
            for (int j = 0; j < i; j++) {
                const double product = (cell.now.y[i] - centre[i]) * (cell.now.y[j] - centre[j]);
                sum[i][j] += product;
                squares[i][j] += product * product;
            }
    }
    for (int i = 0; i < SYN_NFEAT; i++)
        for (int j = 0; j < i; j++) {
            const double value = sum[i][j] / N, error = sqrt((squares[i][j] / N - value * value) / N);
            cr_expect(lt(dbl, deviation(value, feature_product(c, i, j) - centre[i] * centre[j], error), 5), "%d, %d",
                      i, j);
        }
}

/* Counts of rare events, N p = 16.6 and 88: Poisson, and its 5 sigma from the sides where it matters, so that the
 * significance is 1e-5 or better in all. Drawn with order 1, which is the fastest. */
Test(stats, a_set_of_minus_1_5_v_fails_and_r_lrs_undercuts_llrs_as_rarely_as_computed)
{
    const double n = 1e6, p_set = probability_below(marginal_of(U_S, latent_variance(1, U_S)), -1.5),
                 p_lrs = probability_below(marginal_of(R_LRS, latent_variance(1, R_LRS)), 3716.8204);
    double failures = 0, below = 0;
    for (uint64_t id = 0; id < 1000000; id++) {
        syn_cell c;
        draw(support_model(1), 103, id, SYN_STATIONARY, &c);
        below += c.now.r_lrs < 0;
        syn_cell_step(support_model(1), &c, -1.5, &c);
        failures += c.state.mode != SYN_LRS;
    }
    cr_expect(lt(dbl, deviation(failures, n * p_set, sqrt(n * p_set)), 5));
    cr_expect(gt(dbl, failures, 0));
    cr_expect(lt(dbl, deviation(below, n * p_lrs, sqrt(n * p_lrs)), 5));
}

/* Within component k the device vector is normal with known mean and covariance C: the standard error of a mean is
 * sqrt(C_ii / n_k), of a covariance about the known mean sqrt((C_ii C_jj + C_ij^2) / n_k). The mirrored scales shift
 * a component's figures by less than one standard error. */
Test(stats, devices_fall_into_the_components_with_their_weights_means_and_covariances)
{
    enum { N = 300000 };
    static double sum[3][SYN_NDEVICE], products[3][SYN_NDEVICE][SYN_NDEVICE], n[3];
    for (uint64_t id = 0; id < N; id++) {
        syn_cell c;
        double d[SYN_NDEVICE];
        draw(support_model(1), 104, id, SYN_COLD, &c);
        const int k = c.component;
        n[k]++;
        for (int i = 0; i < SYN_NDEVICE; i++) {
            d[i] = (i < SYN_NFEAT ? c.mu[i] : c.sigma[i - SYN_NFEAT]) - support_params()->mean[k][i];
            sum[k][i] += d[i];
            for (int j = 0; j <= i; j++)
                products[k][i][j] += d[i] * d[j];
        }
    }
    for (int k = 0; k < 3; k++) {
        const double w = fraction(k);
        cr_expect(lt(dbl, deviation(n[k] / N, w, sqrt(w * (1 - w) / N)), 5), "component %d", k);
        for (int i = 0; i < SYN_NDEVICE; i++) {
            const double c_ii = device_covariance(k, i, i);
            cr_expect(lt(dbl, deviation(sum[k][i] / n[k], 0, sqrt(c_ii / n[k])), 5), "component %d, mean %d", k, i);
            for (int j = 0; j <= i; j++) {
                const double c_ij = device_covariance(k, i, j), c_jj = device_covariance(k, j, j),
                             error = sqrt((c_ii * c_jj + c_ij * c_ij) / n[k]);
                cr_expect(lt(dbl, deviation(products[k][i][j] / n[k], c_ij, error), 5), "component %d, %d, %d", k, i,
                          j);
            }
        }
    }
}

/* The latent vector of cycle state.n + 1. */
static const double *next_latent(const syn_cell *c, int order)
{
    return c->x[(c->state.n + 1) % (order == SYN_LONG ? 2 : (uint64_t)order + 1)];
}

/* How far, in standard errors, the worst entry of E[x_t x_{t-lag}'], lag 0 .. 20, of cells of m is from what the
 * autoregression `expected` says. Every cell gives one estimate, its mean over CYCLES - lag pairs about the exact
 * mean 0; cells are independent, so the estimates' scatter between cells over sqrt(cells) is the standard error. */
static double worst_autocovariance(const syn_model *m, const syn_var *expected, int cells)
{
    enum { LAGS = 20, CYCLES = 50 };
    static double sum[LAGS + 1][4][4], squares[LAGS + 1][4][4];
    const int order = syn_model_order(m);
    memset(sum, 0, sizeof sum);
    memset(squares, 0, sizeof squares);
    for (int id = 0; id < cells; id++) {
        double x[CYCLES][SYN_NFEAT];
        syn_cell c;
        draw(m, 105, (uint64_t)id, SYN_STATIONARY, &c);
        for (int t = 0; t < CYCLES; t++, cycle(m, &c))
            memcpy(x[t], next_latent(&c, order), sizeof x[t]);
        for (int lag = 0; lag <= LAGS; lag++)
            for (int i = 0; i < SYN_NFEAT; i++)
                for (int j = 0; j < SYN_NFEAT; j++) {
                    double estimate = 0;
                    for (int t = lag; t < CYCLES; t++)
                        estimate += x[t][i] * x[t - lag][j];
                    estimate /= CYCLES - lag;
                    sum[lag][i][j] += estimate;
                    squares[lag][i][j] += estimate * estimate;
                }
    }
    double worst = 0;
    for (int lag = 0; lag <= LAGS; lag++) {
        matrix c;
        support_covariance(expected, SUPPORT_FOREVER, lag, c);
        for (int i = 0; i < SYN_NFEAT; i++)
            for (int j = 0; j < SYN_NFEAT; j++) {
                const double mean = sum[lag][i][j] / cells,
                             error = sqrt((squares[lag][i][j] / cells - mean * mean) / cells);
                support_worst(&worst, deviation(mean, c[i][j], error));
            }
    }
    return worst;
}

Test(stats, cycles_are_correlated_over_lags_0_to_20_as_the_autoregression_says)
{
    const struct {
        int order, cells;
    } runs[] = {{1, 10000}, {2, 10000}, {5, 10000}, {10, 40000}};
    for (int k = 0; k < 4; k++) {
        const syn_var *v = &support_params()->var[runs[k].order - 1];
        cr_expect(lt(dbl, worst_autocovariance(support_model(runs[k].order), v, runs[k].cells), 5), "order %d",
                  runs[k].order);
    }
}

Test(stats, cells_with_long_memory_are_correlated_over_lags_0_to_20_as_their_form_says)
{
    syn_model *m = support_model_of(support_long(), SYN_LONG);
    cr_expect(lt(dbl, worst_autocovariance(m, &support_long()->var[SYN_LONG - 1], 40000), 5));
    syn_model_free(m);
}

/* Means over 400 runs of 1000 cycles from a stationary start; their standard errors are the scatter of the runs. */
Test(stats, an_ar_1_plus_white_noise_has_its_autocorrelation_up_to_lag_100)
{
    enum { LAGS = 100, RUN = 1000, RUNS = 400 };
    static double x[RUN], sum[LAGS + 1], squares[LAGS + 1];
    syn_model *m = support_model_of(support_long(), 0);
    for (int id = 0; id < RUNS; id++) {
        syn_cell c;
        draw(m, 106, (uint64_t)id, SYN_STATIONARY, &c);
        for (int t = 0; t < RUN; t++, cycle(m, &c))
            x[t] = next_latent(&c, SYN_LONG)[0];
        for (int lag = 0; lag <= LAGS; lag++) {
            double estimate = 0;
            for (int t = lag; t < RUN; t++)
                estimate += x[t] * x[t - lag] / (RUN - lag);
            sum[lag] += estimate;
            squares[lag] += estimate * estimate;
        }
    }
    for (int lag = 0; lag <= LAGS; lag++) {
        const double mean = sum[lag] / RUNS, error = sqrt((squares[lag] / RUNS - mean * mean) / RUNS);
        cr_expect(lt(dbl, deviation(mean, lag ? SUPPORT_SHARE * pow(SUPPORT_DECAY, lag) : 1, error), 5), "lag %d",
                  lag);
        cr_expect(lt(dbl, error, 0.006), "lag %d: an autoregression of order 10 is off by 0.06 at lag 20", lag);
    }
    syn_model_free(m);
}

/* x of cycle n after a cold start, and after a stationary one. The variance of x_n is the sum over the n + 1 last innovations. */
Test(stats, with_long_memory_cold_and_stationary_starts_have_their_covariances)
{
    enum { CELLS = 20000 };
    syn_model *m = support_model_of(support_long(), 0);
    const uint64_t times[] = {0, 1, 2, 30};
    for (int history = SYN_COLD; history <= SYN_STATIONARY; history++)
        for (size_t k = 0; k < sizeof times / sizeof *times; k++) {
            matrix sum = {{0}}, c;
            for (int id = 0; id < CELLS; id++) {
                syn_cell cell;
                syn_cell_init(m, 107, (uint64_t)id, &(syn_start){.history = (syn_history)history}, &cell, NULL);
                while (cell.state.n < times[k])
                    syn_cell_next_cycle(m, &cell);
                const double *x = cell.x[times[k] % 2];
                for (int i = 0; i < SYN_NFEAT; i++)
                    for (int j = 0; j < SYN_NFEAT; j++)
                        sum[i][j] += x[i] * x[j] / CELLS;
            }
            support_covariance(&support_long()->var[SYN_LONG - 1],
                               history == SYN_COLD ? (int)times[k] + 1 : SUPPORT_FOREVER, 0, c);
            for (int i = 0; i < SYN_NFEAT; i++)
                for (int j = 0; j < SYN_NFEAT; j++) {
                    const double error = sqrt((c[i][i] * c[j][j] + c[i][j] * c[i][j]) / CELLS);
                    cr_expect(lt(dbl, deviation(sum[i][j], c[i][j], error), 5), "history %d, cycle %d: %d, %d",
                              history, (int)times[k], i, j);
                }
        }
    syn_model_free(m);
}

/* The same check, its power: a model whose blocks multiply the lags the other way round, the oldest first. */
Test(stats, the_reversed_order_of_lags_would_be_noticed)
{
    static syn_params reversed;
    const syn_var *v = &support_params()->var[9];
    reversed = *support_params();
    for (int l = 0; l < 10; l++)
        memcpy(reversed.var[9].a[l], v->a[9 - l], sizeof v->a[l]);
    syn_model *m;
    cr_assert(eq(int, syn_model_create(&reversed, &(syn_model_options){.order = 10}, &m, NULL), SYN_OK));
    cr_expect(gt(dbl, worst_autocovariance(m, v, 8000), 50), "the published order against the reversed one");
    cr_expect(lt(dbl, worst_autocovariance(m, &reversed.var[9], 2000), 5), "the check itself is sound");
    syn_model_free(m);
}

static double cold_fraction(int feature, int n)
{
    matrix cold, full;
    support_covariance(&support_params()->var[9], n + 1, 0, cold);
    stationary(10, 0, full);
    return 100 * cold[feature][feature] / full[feature][feature];
}

/* Figures computed apart from this library, in % of the stationary variance. */
Test(stats, the_exact_variances_after_a_cold_start_are_the_known_ones)
{
    const double first[4] = {93.6, 90.5, 61.2, 76.1};
    for (int i = 0; i < SYN_NFEAT; i++)
        cr_expect(epsilon_eq(dbl, cold_fraction(i, 0), first[i], 0.05));
    cr_expect(epsilon_eq(dbl, cold_fraction(R_LRS, 5), 71.8, 0.05));
    cr_expect(epsilon_eq(dbl, cold_fraction(R_LRS, 10), 80.7, 0.05));
    cr_expect(epsilon_eq(dbl, cold_fraction(R_LRS, 50), 98.8, 0.05));
    cr_expect(epsilon_eq(dbl, cold_fraction(R_LRS, 100), 99.96, 0.005));
}

/* Latents are normal with mean 0, so the standard error of a covariance C over M cells is sqrt((C_ii C_jj + C_ij^2) /
 * M); 0.7 % of a variance here, where the cold start lacks 39 %. */
Test(stats, a_cold_start_begins_with_the_exact_small_variances_and_warms_up_over_100_cycles)
{
    enum { CELLS = 40000, TIMES = 9 };
    const uint64_t times[TIMES] = {0, 1, 2, 5, 10, 20, 50, 90, 100};
    static matrix sum[TIMES];
    for (uint64_t id = 0; id < CELLS; id++) {
        syn_cell c;
        draw(support_model(10), 106, id, SYN_COLD, &c);
        for (int k = 0; k < TIMES; k++) {
            while (c.state.n < times[k])
                cycle(support_model(10), &c);
            const double *x = c.x[c.state.n % 11];
            for (int i = 0; i < SYN_NFEAT; i++)
                for (int j = 0; j <= i; j++)
                    sum[k][i][j] += x[i] * x[j];
        }
    }
    for (int k = 0; k < TIMES; k++) {
        matrix c;
        support_covariance(&support_params()->var[9], (int)times[k] + 1, 0, c);
        for (int i = 0; i < SYN_NFEAT; i++)
            for (int j = 0; j <= i; j++) {
                const double error = sqrt((c[i][i] * c[j][j] + c[i][j] * c[i][j]) / CELLS);
                cr_expect(lt(dbl, deviation(sum[k][i][j] / CELLS, c[i][j], error), 5), "cycle %d, %d, %d",
                          (int)times[k], i, j);
            }
    }
}

/* Cycle 0 against cycles 0 .. 15 of the same cell, beyond the 10 cycles of drawn history; standard error as above. */
Test(stats, a_stationary_start_has_the_full_covariances_from_cycle_0_on)
{
    enum { CELLS = 80000, CYCLES = 16 };
    static matrix sum[CYCLES], variance[CYCLES];
    for (uint64_t id = 0; id < CELLS; id++) {
        syn_cell c;
        double first[SYN_NFEAT];
        draw(support_model(10), 107, id, SYN_STATIONARY, &c);
        memcpy(first, c.x[0], sizeof first);
        for (int t = 0; t < CYCLES; t++, cycle(support_model(10), &c))
            for (int i = 0; i < SYN_NFEAT; i++)
                for (int j = 0; j < SYN_NFEAT; j++) {
                    sum[t][i][j] += c.x[t % 11][i] * first[j];
                    variance[t][i][j] += c.x[t % 11][i] * c.x[t % 11][j];
                }
    }
    matrix now;
    stationary(10, 0, now);
    for (int t = 0; t < CYCLES; t++) {
        matrix lagged;
        stationary(10, t, lagged);
        for (int i = 0; i < SYN_NFEAT; i++)
            for (int j = 0; j < SYN_NFEAT; j++) {
                const double scale = now[i][i] * now[j][j],
                             error = sqrt((scale + lagged[i][j] * lagged[i][j]) / CELLS),
                             error_now = sqrt((scale + now[i][j] * now[i][j]) / CELLS);
                cr_expect(lt(dbl, deviation(sum[t][i][j] / CELLS, lagged[i][j], error), 5), "lag %d, %d, %d", t, i,
                          j);
                cr_expect(lt(dbl, deviation(variance[t][i][j] / CELLS, now[i][j], error_now), 5), "cycle %d, %d, %d",
                          t, i, j);
            }
    }
}

/* Few cells over many cycles: a cell keeps its device vector, so the cells' means are the independent draws and their
 * scatter over sqrt(cells) is the standard error, some ten times that of as many independent draws. */
Test(stats, the_mean_over_the_cycles_of_many_cells_is_the_exact_mean)
{
    enum { CELLS = 2000, CYCLES = 200 };
    double sum[4] = {0}, squares[4] = {0};
    for (uint64_t id = 0; id < CELLS; id++) {
        syn_cell c;
        double mean[4] = {0};
        draw(support_model(10), 108, id, SYN_STATIONARY, &c);
        for (int t = 0; t < CYCLES; t++, cycle(support_model(10), &c))
            for (int i = 0; i < SYN_NFEAT; i++)
                mean[i] += c.now.y[i] / CYCLES;
        for (int i = 0; i < SYN_NFEAT; i++) {
            sum[i] += mean[i];
            squares[i] += mean[i] * mean[i];
        }
    }
    for (int i = 0; i < SYN_NFEAT; i++) {
        const double value = sum[i] / CELLS, error = sqrt((squares[i] / CELLS - value * value) / CELLS);
        cr_expect(lt(dbl, deviation(value, moment(marginal_of(i, latent_variance(10, i)), 0, 1), error), 5),
                  "feature %d", i);
    }
}
