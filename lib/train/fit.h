/* SPDX-License-Identifier: MIT */
/* The estimators of the steps in <synaptogen/fit.h>. Not installed. */
#ifndef TRAIN_FIT_H
#define TRAIN_FIT_H

#include <synaptogen/fit.h>

enum { SYNP_WINDOW = SYN_NFEAT * (SYN_MAX_ORDER + 1) };

/* For fewer rows of features, threads cost more time than they save. */
enum { SYNP_ROWS_FOR_THREADS = 20000 };

/* Rows as input of the estimators. */
#define SYNP_ROWS(v) ((const double(*)[SYN_NFEAT])(v))

/* What Gamma of a feature is looked for as: a polynomial, or a spline if knots is not 0. */
typedef struct synp_shape {
    int degree, knots;
    double range; /* of the knots */
} synp_shape;

/* Number of figures of feature i of device d. */
size_t synp_figures(const syn_features *f, size_t d, int i);

/* Copies the devices with at least `fewest` figures of every feature that is not absent. Returns SYN_OK or SYN_ENOMEM. */
syn_status synp_choose_devices(const syn_features *f, size_t fewest, syn_features *out, syn_error *err);

/* absent[i]: none of n rows has a figure of feature i. Nobody measured it. */
void synp_absent(const double (*y)[SYN_NFEAT], size_t n, bool absent[SYN_NFEAT]);

/* Location and scale of n figures, for which there is room in `sorted`: mean and standard deviation (n - 1), or if trimmed
 * those of the middle 80 %, times SYNP_TRIMMED_SD so that the scale of a normal is its standard deviation. Returns false if
 * the figures do not vary, n = 0 included. */
#define SYNP_TRIMMED_SD (1 / 0.66158) /* middle 80 % of a normal: sqrt(1 - 2 a phi(a) / 0.8), a = 1.28155 */
bool synp_location_scale(const double *y, size_t n, bool trimmed, double *sorted, double *location, double *scale);

/* Location and scale (trimmed for splines) of each feature of each device, and u = (y - mu) / sigma, NAN where
 * missing. All are NAN for a feature of which the device has no figure. u may be f->y. Returns SYN_OK, or SYN_EDATA if
 * a feature of a device does not vary. */
syn_status synp_standardise(const syn_features *f, const synp_shape shape[SYN_NFEAT], double (*mu)[SYN_NFEAT],
                            double (*sigma)[SYN_NFEAT], double (*u)[SYN_NFEAT], syn_error *err);

/* The least-squares polynomial from normal quantiles to sorted figures: u ~ sum_m hermite[m] He_m(x), m <= degree. For a
 * spline also the quantiles of the figures whose normal quantiles are the knots. */
typedef struct synp_marginal {
    double hermite[SYN_MAX_DEGREE + 1], knot[SYN_MAX_KNOTS];
    double rest; /* rms of the residuals of the polynomial */
    size_t n;
} synp_marginal;

/* Of all four features of n rows, zero for a feature without a figure. x, unless NULL, receives the normal scores (NAN
 * where missing).
 * Returns SYN_OK, SYN_ENOMEM; SYN_ENUMERIC if there are too few figures for the degree. */
syn_status synp_marginals(const double (*u)[SYN_NFEAT], size_t n, const synp_shape shape[SYN_NFEAT],
                          double (*x)[SYN_NFEAT], synp_marginal m[SYN_NFEAT], syn_error *err);

/* The same of sorted figures of one feature. z: their normal quantiles (synp_normal_scores). Returns SYN_OK, SYN_ENUMERIC. */
syn_status synp_marginal_of(const double *sorted, const double *z, size_t n, const synp_shape *shape,
                            synp_marginal *m);
void synp_normal_scores(size_t n, double *z);

/* Gamma in powers, its Hermite coefficients scaled to mean 0, variance 1. */
void synp_gamma(const synp_marginal *m, int degree, syn_poly *out);

/* Gamma as a spline whose trimmed location is 0 and whose trimmed scale is 1. Knots that fall, as bias correction may make
 * them, are raised. */
void synp_gamma_spline(const synp_marginal *m, const synp_shape *shape, syn_spline *out);

/* The polynomial of the largest degree up to shape->degree that rises over the range in which n figures lie. Returns the
 * degree, or 0 with *x where degree 1 falls. */
int synp_rising_gamma(const synp_marginal *m, int degree, syn_poly *out, double *x);

/* First x in [-range, range] where the polynomial does not rise, NAN if it rises everywhere. */
double synp_not_rising(const syn_poly *p, double range);

/* Fills the trends of the report from the standardised figures u. */
void synp_put_trends(const syn_features *f, const double (*u)[SYN_NFEAT], syn_fit_report *r);

/* Takes its least-squares line over the cycles off each feature of each device; means stay. */
void synp_remove_trends(syn_features *f);

/* The lags that the form with long memory is fitted to: up to a quarter of the mean record. */
enum { SYNP_LONGEST_LAG = 120 };
int synp_lags_of(const syn_features *f);

/* Mean products of the window (x_t, x_{t-1}, .., x_{t-order}), row-major with 4 (order + 1) rows, over the windows
 * within a device in which no figure is missing. An absent feature counts as white noise that is uncorrelated with the
 * others. */
typedef struct synp_moments {
    size_t n;
    int lags; /* 0; of autocovariances the largest lag */
    double m[SYNP_WINDOW * SYNP_WINDOW];
} synp_moments;
void synp_window_moments(const syn_features *f, const double (*x)[SYN_NFEAT], int order, synp_moments *out);

/* The means of x_t x_{t-lag}' over all pairs of figures within a device, lag = 0 .. synp_lags_of(f), in m one after the other; n
 * is the number of pairs at lag 1, of the two features with the fewest. Absent features as above. Returns SYN_OK or SYN_ENOMEM. */
syn_status synp_autocovariances(const syn_features *f, const double (*x)[SYN_NFEAT], synp_moments *out,
                                syn_error *err);

/* Least squares from the moments of windows of order `windows` >= order. Returns SYN_OK or SYN_ENUMERIC. */
typedef struct synp_var_fit {
    syn_var var;
    double log_det;   /* of the covariance of the innovations */
    int coefficients; /* of the form with long memory, without b */
    double a_error[SYN_MAX_ORDER][SYN_NFEAT][SYN_NFEAT], b_error[SYN_NFEAT][SYN_NFEAT];
} synp_var_fit;
syn_status synp_var_least_squares(const synp_moments *m, int windows, int order, synp_var_fit *out);

/* The form with long memory from autocovariances; see long.c. white: features that are white noise. start: the form to begin
 * with, whose d stays diagonal if it is; NULL: from several starts. The errors are those of m->n cycles. Returns SYN_OK,
 * SYN_ENOMEM, SYN_ENUMERIC. */
syn_status synp_long_fit(const synp_moments *m, const bool white[SYN_NFEAT], const syn_var *start, synp_var_fit *out);

/* The lower factor b of the covariance s of the innovations, and the logarithm of its determinant. Returns SYN_OK or
 * SYN_ENUMERIC. */
#define SYNP_BLOCK(c) ((const double(*)[SYN_NFEAT])(c))
syn_status synp_factor_innovations(const double s[SYN_NFEAT][SYN_NFEAT], double b[SYN_NFEAT][SYN_NFEAT],
                                   double *log_det);

/* Fills b_error from b, estimated from n cycles. */
void synp_factor_errors(synp_var_fit *f, double n);

/* The coefficients from the autocovariances of all pairs of figures (Yule-Walker). Returns SYN_OK or SYN_ENUMERIC. */
syn_status synp_yule_walker(const syn_features *f, const double (*x)[SYN_NFEAT], int order, syn_var *out);

/* Mean autocorrelation of each feature over lags 11 to 20: of the scores x, and of the autoregression. */
void synp_long_memory(const syn_features *f, const double (*x)[SYN_NFEAT], const syn_var *v,
                      double out[SYN_NFEAT][2]);

/* The autoregression of that order from c[lag] = E x_t x_{t-lag}', lag = 0 .. order. */
#define SYNP_LAGS(c) ((const double(*)[SYN_NFEAT][SYN_NFEAT])(c))
syn_status synp_var_of_covariances(const double (*c)[SYN_NFEAT][SYN_NFEAT], int order, syn_var *out);

/* Replaces the marked features in the covariance of a lag by white noise of variance 1. */
void synp_uncorrelated(const bool white[SYN_NFEAT], int lag, double c[SYN_NFEAT][SYN_NFEAT]);

/* BIC of an autoregression of that order, of that many features, with k coefficients: n log det S + k log n. */
double synp_var_bic(const synp_moments *m, int features, int order, double log_det);

typedef double synp_device[SYN_NDEVICE];

/* The sums over cycles from which Gamma and the autoregression are computed. */
typedef struct synp_cycles {
    synp_marginal marginal[SYN_NFEAT];
    synp_moments moments; /* of windows of the chosen order, or autocovariances for long memory */
} synp_cycles;

/* The errors that estimated means and scales cause, on average over simulated devices. */
typedef struct synp_bias {
    synp_cycles cycles;             /* hermite, knot and m alone */
    double scale[SYN_NFEAT];        /* mean of estimated sigma / sigma */
    synp_device error[SYN_NDEVICE]; /* covariance of (error of mu / sigma, error of sigma / mean estimated sigma) */
} synp_bias;

/* Scale and shape of each feature, chosen by cross-validation; see scale.c. f is in the scale linear, and is transformed to
 * the chosen scales. Fills p->scale of the fitted features, and scale, knots and distance of the report. Returns SYN_OK or
 * SYN_ENOMEM. */
syn_status synp_choose_scales(syn_features *f, const syn_fit_options *o, synp_shape shape[SYN_NFEAT], syn_params *p,
                              syn_fit_report *r, syn_error *err);

/* Simulates devices with the autoregression and Gamma of p and the cycles and gaps of f; see bias.c. shape: of the
 * marginals. Returns SYN_OK, SYN_ENOMEM, SYN_EDATA, SYN_ENUMERIC or what syn_model_create returns. */
syn_status synp_simulate_bias(const syn_features *f, const syn_params *p, int order,
                              const synp_shape shape[SYN_NFEAT], uint64_t seed, synp_bias *out, syn_error *err);

/* Lower factor l of a = l l'. Returns SYN_OK or SYN_ENUMERIC. */
syn_status synp_cholesky(const synp_device a[SYN_NDEVICE], synp_device l[SYN_NDEVICE]);

typedef struct synp_mixture {
    int k;
    double weight[SYN_MOST_COMPONENTS];
    synp_device mean[SYN_MOST_COMPONENTS], covariance[SYN_MOST_COMPONENTS][SYN_NDEVICE];
    double log_likelihood;
} synp_mixture;

/* Mixture of k normals, by decreasing weight. Eigenvalues of the covariances are at least 1e-3, in units in which the
 * data have variance 1 in each direction. Returns SYN_OK, SYN_ENOMEM, SYN_ENUMERIC. */
syn_status synp_mixture_fit(const synp_device *v, size_t n, int k, int starts, uint64_t seed, synp_mixture *out);

/* figures: entries of the vectors that vary, up to SYN_NDEVICE. */
double synp_mixture_bic(const synp_mixture *m, int figures, size_t n);

/* Subtracts the covariance of the estimation errors from each component; see mixture.c. e: as synp_bias.error.
 * share[i]: share of the errors in the variance, over all components. Returns SYN_OK or SYN_ENUMERIC. */
syn_status synp_mixture_sharpen(synp_mixture *m, const synp_device e[SYN_NDEVICE], synp_device share);

/* Number of features that are fitted. */
int synp_fitted_features(const syn_fit_report *r);

/* Whether the set will hold a list of the devices, and no mixture. */
bool synp_devices_are_list(const syn_fit_options *o, size_t devices);

/* Mixture or list of *p, and what the report says about the devices, from the figures of each device and their errors. */
syn_status synp_fit_devices(double (*mu)[SYN_NFEAT], double (*sigma)[SYN_NFEAT], size_t devices,
                            const synp_bias *bias, const syn_fit_options *o, syn_params *p, syn_fit_report *r,
                            syn_error *err);

/* Gives the features that nobody measured to a fitted set: the autoregression of order `order` and the moments of the
 * devices from the set `from`; see taken.c. Gamma of these features is in *p already. Returns SYN_OK or SYN_ENUMERIC. */
syn_status synp_take_features(const syn_params *from, const bool absent[SYN_NFEAT], int order, syn_params *p,
                              syn_error *err);

#endif
