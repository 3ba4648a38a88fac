/* SPDX-License-Identifier: MIT */
/* The stochastic part of a parameter set from measured features: Gamma, the autoregression and the mixture.
 *
 * Device d, cycle t, feature i: y = mu_di + sigma_di u, u = Gamma_i(x), x is the autoregression. x and u have mean 0
 * and variance 1. This makes the parameters unique: mu and sigma are the mean and the standard deviation of a device (of its
 * middle 80 % with a spline).
 * Steps:
 *
 *   0. Scale            mu, sigma and u are those of the feature, of its logarithm or (r_lrs) of its reciprocal. Gamma
 *                       is a polynomial or a monotone spline through 33 quantiles (17 below 2000, 9 below 500
 *                       figures). All combinations are fitted to one half of the devices, or of the cycles of few
 *                       devices, and compared with the other half, and the other way round. The distance is that of
 *                       Kolmogorov and Smirnov between all figures of the half and the distribution of Gamma with mu
 *                       and sigma of each device. The simplest whose distance is at most the least plus 0.5 /
 *                       sqrt(figures of a half) is taken: polynomials before splines, then linear, log, inverse. A
 *                       scale inverse in which a draw of 5 standard deviations comes near to 0 is not taken. Of more
 *                       than 100,000 rows some devices are looked at.
 *
 *   1. Devices          mu and sigma: mean and standard deviation of the cycles of each device; with a spline those of the
 *                       middle 80 %, times 1.5115 so that sigma of a normal is its standard deviation. So some outlying
 *                       cycles change neither. u = (y - mu) / sigma.
 *
 *   2. Gamma            the spline, or the least-squares polynomial from normal quantiles to the sorted u of all
 *                       devices, in Hermite polynomials, scaled to variance 1. x: the normal quantiles of the ranks.
 *
 *   3. Autoregression   multivariate least squares over the windows of order + 1 cycles in which no figure is missing.
 *                       Order auto: least BIC (Schwarz, Ann. Stat. 6 (1978) 461) over the windows of the largest order.
 *                       The Yule-Walker equations (Luetkepohl, New Introduction to Multiple Time Series Analysis,
 *                       2005) give the same coefficients in another way; the report contains the difference.
 *
 *                       Long memory: the form SYN_LONG of params.h, of greatest conditional likelihood given the
 *                       autocovariances up to lag 120 (a quarter of the mean record, if that is less); see long.c. With
 *                       order auto it is compared by BIC with the best autoregression. Both likelihoods are then those
 *                       from the autocovariances.
 *
 *   4. Bias correction  with few correlated cycles the estimates of step 1 are biased. The memory of the
 *                       autoregression comes out too short, Gamma bent and sigma too small, each by about
 *                       (correlation time) / (number of cycles). The fitted autoregression is simulated with the
 *                       measured numbers of cycles and gaps. The bias is the difference between the results of steps 2
 *                       and 3 with estimated and with true mu and sigma. It is subtracted. Three rounds.
 *
 *   5. Mixture          of the vectors (mu, sigma): expectation-maximisation (Dempster, Laird, Rubin, J. R. Stat. Soc.
 *                       B 39 (1977) 1) from several k-means++ starts (Arthur, Vassilvitskii, Proc. SODA 2007, 1027).
 *                       Number of components auto: least BIC. The errors of mu and sigma widen each component. Their
 *                       covariance is known from step 4 and is subtracted; at least 1 % of the variance is kept in
 *                       every direction.
 *
 * With few devices the mixture is replaced by a list of the devices themselves (syn_fit_devices): each is a component
 * without spread. This form needs nothing new in cells, kernels, distributions and state files, and taken features can
 * still vary from cell to cell within a device of the list.
 *
 * Features without any figure are not fitted. They keep Gamma of the set that the caller passes. Mean and covariance of
 * their mu and sigma over all devices, and their autocovariances up to the fitted order, are those of that set, too. They
 * are independent of the fitted features: nobody has measured a correlation, and correlations of one set beside variances
 * of another may have no valid covariance.
 *
 * Source of the model: Hennen et al., IEEE Trans. Electron Devices 2024, doi:10.1109/TED.2024.3427616.
 * Units as in features.h. Threads: any thread; syn_fit itself uses several threads for large data. */
#ifndef SYNAPTOGEN_FIT_H
#define SYNAPTOGEN_FIT_H

#include <stdbool.h>
#include <synaptogen/features.h>
#include <synaptogen/model.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    SYN_FEWEST_DEVICES = 8,   /* of a mixture; a list needs one */
    SYN_FEWEST_CYCLES = 50,   /* figures of each feature; devices with fewer are left out and counted */
    SYN_MOST_COMPONENTS = 16, /* of a fitted mixture */
    SYN_MOST_COMPONENTS_TRIED = 6,
    SYN_MAX_DEGREE = 5,
    SYN_AUTO_DEGREE = 4,
    SYN_FIT_STARTS = 20
};

/* What becomes of the fitted devices. */
typedef enum syn_fit_devices {
    SYN_DEVICES_AUTO,    /* given for fewer than SYN_FEWEST_DEVICES devices if components is 0, else mixture */
    SYN_DEVICES_MIXTURE, /* a mixture of normals: every cell is a new device */
    SYN_DEVICES_GIVEN,   /* a list: cell k is device k mod n; at most SYN_MAX_COMPONENTS devices */
    SYN_DEVICES_DRAWN    /* a list: each cell is one of the devices, drawn with equal chances */
} syn_fit_devices;

/* How the distribution of the cycles is fitted. */
typedef enum syn_marginals {
    SYN_MARGINALS_AUTO,      /* for each feature the scale, and a polynomial or a spline, by cross-validation */
    SYN_MARGINALS_POLYNOMIAL /* polynomials of the features as they are: format synaptogen-params/1 */
} syn_marginals;

/* Zero-initialise it: 0 is the default of every member. */
typedef struct syn_fit_options {
    int order;      /* 1 .. SYN_MAX_ORDER, or SYN_LONG; 0: auto */
    int components; /* 1 .. SYN_MOST_COMPONENTS; 0: auto, at most SYN_MOST_COMPONENTS_TRIED */
    int degree;     /* of Gamma, 1 .. SYN_MAX_DEGREE; 0: auto, for each feature the largest degree up to
                            * SYN_AUTO_DEGREE with which Gamma rises over the range given at syn_fit */
    syn_fit_devices devices;
    syn_marginals marginals; /* ignored if degree is not 0: then polynomials */
    bool detrend;  /* to take a straight line over the cycles off each feature of each device, before all else */
    int starts;    /* of the mixture, >= 1; 0: SYN_FIT_STARTS */
    uint64_t seed; /* of the starts and of the simulation */
    syn_progress progress; /* see status.h */
    uint64_t reserved[8];  /* 0, room to grow */
} syn_fit_options;

/* Trends over the cycles, which a set does not have. In spreads: standard deviations of the cycles of a device (of its scale).
 * The flags say that a trend is more than a quarter of a spread and more than 5 standard errors. See drift.c. */
typedef struct syn_trend {
    double drift; /* per 1000 cycles, between 20 % and 80 % of the record */
    double begin; /* the first 10 % above the line through the middle */
    double end;   /* the last 10 % above it */
    bool drifts, breaks_in, wears_out;
} syn_trend;

/* What was done, and how certain the results are. The standard errors of Gamma come from the scatter over groups of
 * devices, those of the autoregression from least squares. Those of the mixture assume that the component of each
 * device is known. The figures of a feature that is taken are 0, its mean_error is NAN. */
typedef struct syn_fit_report {
    size_t devices, left_out; /* used; with too few cycles */
    bool taken[SYN_NFEAT];    /* no figure was measured: the feature is that of the set that the caller passed */
    size_t rows, figures[SYN_NFEAT];
    size_t windows;                           /* without a missing figure, at the chosen order (2 for SYN_LONG) */
    int order, components, degree[SYN_NFEAT]; /* components 0: the devices are a list; degree 0: Gamma is a spline */
    syn_scale scales[SYN_NFEAT];              /* of mu, sigma and spread */
    int knots[SYN_NFEAT];                     /* of the spline; 0: a polynomial */
    double distance[SYN_NFEAT][3][2]; /* cross-validated, by scale, then polynomial and spline; NAN: not tried */
    double order_bic[SYN_LONG + 1], components_bic[SYN_MOST_COMPONENTS + 1]; /* NAN where not tried */
    double spectral_radius;
    double long_memory[SYN_NFEAT][2]; /* mean autocorrelation over lags 11 to 20: measured, and of the set */
    syn_trend trend[SYN_NFEAT];
    syn_memory memory[SYN_NFEAT]; /* of the set, see syn_model_memory */
    double yule_walker;      /* largest difference of a coefficient from the Yule-Walker estimate; NAN for SYN_LONG */
    double scale[SYN_NFEAT]; /* mean ratio of the estimated to the true sigma of a device */
    double noise[SYN_NDEVICE]; /* share of the estimation errors in the variance of mu and sigma over the devices */
    /* Standard deviation of mu over all devices that could have been measured, without the errors of estimation, and its
     * 95 % interval (chi-squared: the devices count as normal). Low 0: no spread between devices can be seen. NAN for one
     * device. */
    double spread[SYN_NFEAT], spread_low[SYN_NFEAT], spread_high[SYN_NFEAT];
    double gamma_error[SYN_NFEAT][SYN_MAX_KNOTS]; /* of the coefficients, or of the values at the knots */
    double gamma_rest[SYN_NFEAT];                 /* rms of quantiles minus Gamma; NAN for a spline */
    /* a_error of SYN_LONG: as syn_var.a; NAN if the data do not tell the coefficients apart */
    double a_error[SYN_MAX_ORDER][SYN_NFEAT][SYN_NFEAT], b_error[SYN_NFEAT][SYN_NFEAT];
    double weight_error[SYN_MAX_COMPONENTS], mean_error[SYN_MAX_COMPONENTS][SYN_NDEVICE];
} syn_fit_report;

/* Fills gamma, the mixture and var (the chosen order alone) of *p. The caller has filled in u0, u_max, eta, hhrs and
 * llrs; the features that nobody measured come from *p as well. o NULL: the defaults. Deterministic: the same for
 * every number of threads. err may be NULL.
 * Returns SYN_OK; SYN_EINVAL (an option); SYN_ENOMEM; SYN_ENUMERIC; SYN_ESTOPPED; SYN_EDATA with advice in err: no
 * device with SYN_FEWEST_CYCLES cycles, too few devices for a mixture or too many for a list, too few devices for each
 * component, a feature that does not vary, memory that cannot be told from a trend, a Gamma that does not rise over
 * the middle 99.98 % of all draws (or over the range of the data, if that is less), an unstable autoregression.
 * *p is unchanged on failure. */
syn_status syn_fit(const syn_features *f, const syn_fit_options *o, syn_params *p, syn_fit_report *report,
                   syn_error *err);

#ifdef __cplusplus
}
#endif
#endif
